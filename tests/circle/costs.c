/* SPDX-License-Identifier: ISC */
/* One circle, and one thing after the other. */
#include "tests/circle/costs.h"

#include <stdio.h>
#include <string.h>

#include "backend/keychain_impl.h"
#include "tests/check.h"
#include "tests/circle/house.h"

#define START_MS INT64_C(1800000000000)
#define DAY_MS (INT64_C(25) * 60 * 60 * 1000) /* and an hour */
#define APART_MS (INT64_C(11) * 60 * 1000)    /* longer than a pairing lasts */
#define AUTHOR 1 /* wrote all that there is, and is removed in the end */

static struct house house;

static void fill(size_t device, unsigned from, unsigned to)
{
	struct home *home = &house.homes[device];
	KC_CLEANUP_TXN struct kc_txn txn = KC_TXN_INIT;

	CHECK_OK_FATAL(kc_txn_begin(home->keychain->store, KC_TXN_WRITE, &txn));
	for (unsigned i = from; i < to; i++) {
		struct kc_item_input input = {.class = KC_CLASS_GENERIC,
			.has_secret = true,
			.secret = kc_bytes_str("correct horse battery")};
		char attrs[80];

		snprintf(attrs, sizeof attrs, "svce=s%08u acct=ada sync=#1", i);
		words_attrs(&input.attrs, attrs);
		CHECK_OK_FATAL(kc_keychain_txn_add(&txn, &home_user, &input, 0, NULL));
		kc_attrs_done(&input.attrs);
	}
	CHECK_OK_FATAL(kc_txn_commit(&txn));
}

static struct between_count sync_one(size_t device)
{
	between_count = (struct between_count){0};
	CHECK_OK_FATAL(house_sync(&house, device, NULL));
	return between_count;
}

/* Everybody has read what all have written, its own included. */
static void come_to_rest(void)
{
	house_settle(&house);
	for (int round = 0; round < 2; round++)
		for (size_t i = 0; i < house.count; i++)
			CHECK_OK_FATAL(house_sync(&house, i, NULL));
}

/* A list a day: after two of them nobody names any more what all others have. */
static void say_what_is_held(void)
{
	come_to_rest();
	for (int day = 0; day < 2; day++) {
		house_clock_move(DAY_MS);
		come_to_rest();
	}
}

/* --- what is measured ---------------------------------------------------------------------------
 */

static void add_one(struct costs *costs)
{
	fill(0, costs->items, costs->items + 1);
	costs->rows[COST_ADD] = sync_one(0);
	costs->rows[COST_ADD_READ] = sync_one(1);
	come_to_rest();
	costs->rows[COST_IDLE] = sync_one(1);
}

static void diverge(struct costs *costs)
{
	unsigned first = costs->items + 1, second = first + costs->apart;

	fill(0, first, second);
	fill(1, second, second + costs->apart);
	costs->rows[COST_SENT] = sync_one(0);
	costs->rows[COST_READ] = sync_one(1);
	come_to_rest();
}

static void join(struct costs *costs)
{
	size_t newcomer = house_add_home(&house);

	between_count = (struct between_count){0};
	house_pair(&house, 0, newcomer);
	costs->rows[COST_JOIN] = between_count;
	come_to_rest();
}

static void lose_history(struct costs *costs)
{
	between_lies.expire = costs->records;
	costs->rows[COST_LOST] = sync_one(1);
	come_to_rest();
}

static void rotate(struct costs *costs)
{
	KC_CLEANUP_SYNC_REPORT struct kc_sync_report report = {0};

	between_count = (struct between_count){0};
	CHECK_OK_FATAL(kc_keychain_rotate(house.homes[0].keychain, &report));
	costs->rows[COST_KEYS] = between_count;
	come_to_rest();
}

static void remove_author(struct costs *costs)
{
	between_count = (struct between_count){0};
	house_remove(&house, 0, AUTHOR);
	costs->rows[COST_REMOVED] = between_count;
	CHECK_OK_FATAL(house_sync(&house, 0, NULL)); /* what the new keys lead to */
	costs->rows[COST_REMOVAL] = between_count;
}

void costs_measure(struct costs *ret)
{
	between_lies = (struct between_lies){0};
	between_register(ret->records);
	house_clock_set(START_MS);
	house_init(&house);
	while (house.count < ret->devices) {
		house_add(&house, 0);
		house_clock_move(APART_MS);
	}
	fill(AUTHOR, 0, ret->items);
	say_what_is_held();
	add_one(ret);
	diverge(ret);
	join(ret);
	lose_history(ret);
	rotate(ret);
	remove_author(ret);
	house_done(&house);
}

/* --- as a table ---------------------------------------------------------------------------------
 */

/* With commas between thousands. */
static void put_number(uint64_t number, char ret[static 32])
{
	char digits[24];
	size_t len = (size_t)snprintf(digits, sizeof digits, "%llu", (unsigned long long)number);

	for (size_t i = 0; i < len; i++) {
		if (i > 0 && (len - i) % 3 == 0)
			*ret++ = ',';
		*ret++ = digits[i];
	}
	*ret = 0;
}

static void print_count(const struct between_count *count)
{
	char requests[32], up[32], down[32];

	put_number(count->requests, requests);
	put_number(count->up, up);
	put_number(count->down, down);
	printf(" %s / %s / %s |", requests, up, down);
}

void costs_print(const struct costs *costs, size_t count)
{
	char sent[40], read[40];
	const char *const names[] = {
		[COST_ADD] = "add one item",
		[COST_ADD_READ] = "… another reads it",
		[COST_IDLE] = "idle look",
		[COST_JOIN] = "a device joins (both sides)",
		[COST_SENT] = sent,
		[COST_READ] = read,
		[COST_LOST] = "history lost",
		[COST_KEYS] = "new keys for all",
		[COST_REMOVAL] = "the author of all n is removed",
	};

	snprintf(sent, sizeof sent, "%u items apart, sent", costs->apart);
	snprintf(read, sizeof read, "%u items apart, read", costs->apart);
	printf("\n|");
	for (size_t i = 0; i < count; i++) {
		char items[32];

		put_number(costs[i].items, items);
		printf(" | n %s, d %u", items, costs[i].devices);
	}
	printf(" |\n|");
	for (size_t i = 0; i <= count; i++)
		printf("---|");
	for (size_t row = 0; row <= COST_REMOVAL; row++) {
		printf("\n| %s |", names[row]);
		for (size_t i = 0; i < count; i++)
			print_count(&costs[i].rows[row]);
	}
	printf("\n");
}
