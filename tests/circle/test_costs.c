/* SPDX-License-Identifier: ISC */
/*
 * How costs grow, in requests and bytes: what does not depend on a number is flat, the rest in
 * proportion (doc/protocol.md; the figures are in doc/costs.md). KC_LONG=1 takes larger numbers,
 * and prints the table.
 */
#include <stdio.h>
#include <stdlib.h>

#include "tests/backend/words.h"
#include "tests/check.h"
#include "tests/circle/costs.h"
#include "tests/circle/house.h"

#define START_MS INT64_C(1800000000000)
#define APART 20 /* more than devices say to each other directly */
#define MUCH_APART 120
#define ENTRY_LEN 68 /* of an item in the log of its writer */
#define NAME_LEN 80  /* of an item in the feed, without its value */

/* What is compared: more and more items, with more and more devices. */
#define STEPS 3
struct measured {
	bool records;
	struct costs at[STEPS][STEPS]; /* by devices, then by items */
	struct costs apart;	       /* as the first, but that more is changed */
};

static const unsigned few_items[STEPS] = {10, 100, 1300}, few_devices[STEPS] = {2, 3, 4};
static const unsigned many_items[STEPS] = {10, 1000, 100000}, many_devices[STEPS] = {2, 5, 20};

static bool is_long;

static void measure(
	bool in_records, unsigned items, unsigned devices, unsigned apart, struct costs *ret)
{
	*ret = (struct costs){
		.records = in_records, .items = items, .devices = devices, .apart = apart};
	costs_measure(ret);
}

static void measure_all(struct measured *m)
{
	const unsigned *items = is_long ? many_items : few_items;
	const unsigned *devices = is_long ? many_devices : few_devices;

	measure(m->records, items[0], devices[0], MUCH_APART, &m->apart);
	for (size_t d = 0; d < STEPS; d++) {
		for (size_t n = 0; n < STEPS; n++)
			measure(m->records, items[n], devices[d], APART, &m->at[d][n]);
		if (is_long)
			costs_print(m->at[d], STEPS);
	}
}

/* --- how numbers grow ---------------------------------------------------------------------------
 */

static bool is_near(uint64_t a, uint64_t b, unsigned percent)
{
	uint64_t more = a > b ? a - b : b - a;

	return more * 100 <= (a > b ? a : b) * percent;
}

static uint64_t both(const struct between_count *count)
{
	return count->up + count->down;
}

/* By how much each of a number adds. */
static double slope(unsigned x1, uint64_t y1, unsigned x2, uint64_t y2)
{
	return ((double)y2 - (double)y1) / (double)(x2 - x1);
}

/* From three points: the second half is no steeper than the first, but for so much at all. */
static bool is_linear(const unsigned x[STEPS], const uint64_t y[STEPS], uint64_t more)
{
	return slope(x[1], y[1], x[2], y[2] - more) <= 1.15 * slope(x[0], y[0], x[1], y[1]);
}

static bool is_linear_in_devices(const struct measured *m, enum cost row, uint64_t more)
{
	for (size_t n = 0; n < STEPS; n++) {
		unsigned x[STEPS];
		uint64_t up[STEPS], requests[STEPS];

		for (size_t d = 0; d < STEPS; d++) {
			x[d] = m->at[d][n].devices;
			up[d] = m->at[d][n].rows[row].up;
			requests[d] = m->at[d][n].rows[row].requests;
		}
		if (!is_linear(x, up, 0) || !is_linear(x, requests, more))
			return false;
	}
	return true;
}

/* Of one number of items: no more than in proportion to the devices. */
static bool is_proportional(const struct costs *few, const struct costs *more, enum cost row)
{
	const struct between_count *a = &few->rows[row], *b = &more->rows[row];

	return b->up * few->devices <= a->up * more->devices &&
	       b->requests * few->devices <= a->requests * more->devices;
}

static bool is_in_proportion(const struct measured *m, enum cost row)
{
	for (size_t n = 0; n < STEPS; n++)
		for (size_t d = 1; d < STEPS; d++)
			if (!is_proportional(&m->at[0][n], &m->at[d][n], row))
				return false;
	return true;
}

static bool is_flat(const struct between_count *a, const struct between_count *b)
{
	return a->requests == b->requests && is_near(a->up, b->up, 2) &&
	       is_near(a->down, b->down, 2);
}

static bool is_flat_in_items(const struct measured *m, enum cost row)
{
	for (size_t d = 0; d < STEPS; d++)
		for (size_t n = 1; n < STEPS; n++)
			if (!is_flat(&m->at[d][0].rows[row], &m->at[d][n].rows[row]))
				return false;
	return true;
}

/* --- the rows -----------------------------------------------------------------------------------
 */

/* The length of an item as it goes into the store, with its name. */
static double item_len(const struct measured *m)
{
	return slope(APART, m->at[0][0].rows[COST_SENT].up, MUCH_APART,
		       m->apart.rows[COST_SENT].up) -
	       ENTRY_LEN;
}

static void adding(const struct measured *m)
{
	const struct costs *two = &m->at[0][0];

	CHECK(is_flat_in_items(m, COST_ADD) && is_flat_in_items(m, COST_ADD_READ));
	CHECK(is_in_proportion(m, COST_ADD));
	/* Feeds, or marker and logs, the batch, and a message to the other. */
	CHECK(two->rows[COST_ADD].requests <= 4 && two->rows[COST_ADD_READ].requests <= 4);
	CHECK(both(&two->rows[COST_ADD]) < 4000);
}

static void looking(const struct measured *m)
{
	CHECK(is_flat_in_items(m, COST_IDLE));
	for (size_t d = 0; d < STEPS; d++) {
		const struct between_count *count = &m->at[d][0].rows[COST_IDLE];
		unsigned devices = m->at[d][0].devices;

		CHECK(count->requests == (m->records ? 1 : 2));
		/* The names of the logs: of a device seven at most for each of two days. */
		CHECK(both(count) < (m->records ? 200 : 100 + 32 * 17 * devices));
	}
}

/* A newcomer must get all items, and little more. In the other layout logs name each of them. */
static void joining_by_items(const struct measured *m, const struct costs *few)
{
	double least = item_len(m) + (m->records ? 0 : ENTRY_LEN);
	const struct costs *many = few + STEPS - 1;

	CHECK(slope(few->items, few->rows[COST_JOIN].down, many->items,
		      many->rows[COST_JOIN].down) <= 1.1 * least);
	CHECK(slope(few->items, few->rows[COST_JOIN].up, many->items, many->rows[COST_JOIN].up) <
		0.02 * least);
}

/* It reads what each has said of each other: at most the square. */
static void joining_by_devices(const struct costs *few, const struct costs *more)
{
	const struct between_count *a = &few->rows[COST_JOIN], *b = &more->rows[COST_JOIN];
	unsigned x = few->devices, y = more->devices;

	CHECK(b->up * x <= a->up * y);
	CHECK(b->requests * x * x <= a->requests * y * y);
	CHECK(b->down * x * x <= a->down * y * y);
}

static void joining(const struct measured *m)
{
	for (size_t d = 0; d < STEPS; d++)
		joining_by_items(m, m->at[d]);
	for (size_t n = 0; n < STEPS; n++)
		for (size_t d = 1; d < STEPS; d++)
			joining_by_devices(&m->at[d - 1][n], &m->at[d][n]);
}

/* What differs is sent, and no more: an item and its entry in the log. */
static void diverging(const struct measured *m)
{
	const struct between_count *some = m->at[0][0].rows, *many = m->apart.rows;

	CHECK(is_flat_in_items(m, COST_SENT) && is_flat_in_items(m, COST_READ));
	CHECK(item_len(m) > 440 && item_len(m) < 520);
	CHECK(slope(APART, some[COST_READ].down, MUCH_APART, many[COST_READ].down) <=
		1.1 * (item_len(m) + ENTRY_LEN));
	CHECK(many[COST_SENT].requests <= some[COST_SENT].requests);
	CHECK(many[COST_READ].requests <= some[COST_READ].requests);
}

/* Elsewhere than in logs a reader reads the names again, page by page. */
static void losing_history_of_records(const struct costs *few, const struct costs *more)
{
	const struct between_count *a = &few->rows[COST_LOST], *b = &more->rows[COST_LOST];

	CHECK(slope(few->items, a->down, more->items, b->down) <= NAME_LEN);
	CHECK(b->requests <= 6 + more->items / 900);
}

/* Where there are logs, it knows by itself how far it is. */
static void losing_history(const struct measured *m)
{
	CHECK(m->records || is_flat_in_items(m, COST_LOST));
	for (size_t d = 0; d < STEPS; d++) {
		const struct costs *row = m->at[d];

		CHECK(m->records || row->rows[COST_LOST].requests == row->rows[COST_IDLE].requests);
		for (size_t n = 1; n < STEPS && m->records; n++)
			losing_history_of_records(&row[n - 1], &row[n]);
	}
}

/* Items stay as they are. The exchange after a removal may take a request more for all devices. */
static void new_keys_and_removal(const struct measured *m)
{
	CHECK(is_flat_in_items(m, COST_KEYS) && is_linear_in_devices(m, COST_KEYS, 0));
	CHECK(is_flat_in_items(m, COST_REMOVED) && is_linear_in_devices(m, COST_REMOVED, 0));
	CHECK(is_flat_in_items(m, COST_REMOVAL) && is_linear_in_devices(m, COST_REMOVAL, 1));
	for (size_t d = 0; d < STEPS && m->records; d++) {
		const struct costs *row = m->at[d];

		/* What was written for the device that goes is taken away by its names. */
		CHECK(row->rows[COST_REMOVED].down < 10000);
		/* What is written comes back once. */
		CHECK(row->rows[COST_REMOVAL].down <
			row->rows[COST_REMOVAL].up + row->rows[COST_REMOVAL].up / 4);
	}
}

static void check_all(bool records)
{
	struct measured m = {.records = records};

	measure_all(&m);
	adding(&m);
	looking(&m);
	joining(&m);
	diverging(&m);
	losing_history(&m);
	new_keys_and_removal(&m);
}

/* Whoever lets a device in looks again and again: at what it has seen no more than once. */
static void look_for_a_newcomer(bool in_records)
{
	static struct house house;
	char code[KC_PAIRING_CODE_LEN + 1];
	struct kc_device applicant;
	struct kc_keychain *sponsor;

	between_register(in_records);
	house_init_many(&house, START_MS, 3);
	sponsor = house.homes[0].keychain;
	CHECK_OK_FATAL(kc_keychain_pair_start(sponsor, kc_bytes_str(HOUSE_PASSWORD), code));
	CHECK_ERR(kc_keychain_pair_poll(sponsor, &applicant), KC_E_WAITING);
	between_count = (struct between_count){0};
	CHECK_ERR(kc_keychain_pair_poll(sponsor, &applicant), KC_E_WAITING);
	CHECK(between_count.requests == 1);
	house_done(&house);
}

static void looking_for_a_newcomer(void)
{
	look_for_a_newcomer(false);
	look_for_a_newcomer(true);
}

static void logs(void)
{
	check_all(false);
}

static void records(void)
{
	check_all(true);
}

int main(void)
{
	static const struct check_test tests[] = {
		CHECK_TEST(looking_for_a_newcomer),
		CHECK_TEST(logs),
		CHECK_TEST(records),
	};

	is_long = getenv("KC_LONG") != NULL;
	home_use_memory();
	return check_main("costs", tests, KC_COUNT_OF(tests));
}
