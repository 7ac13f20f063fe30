/* SPDX-License-Identifier: ISC */
/* What merging must not lose, whoever changed what in which order. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/check.h"
#include "tests/circle/house.h"

#define GENP KC_CLASS_GENERIC
#define NOW INT64_C(1800000000000)
#define HOUR (INT64_C(60) * 60 * 1000)

/* The names of records are random, so that what depends on their order shows with many. */
enum { MANY = 12 };

static void begin(struct house *house)
{
	house_clock_set(NOW);
	house_init(house);
	house_add(house, 0);
}

static void add_pairs(struct house *house)
{
	char attrs[80];

	for (int i = 0; i < MANY; i++) {
		snprintf(attrs, sizeof attrs, "svce=%d acct=a sync=#1", i);
		CHECK_OK_FATAL(words_add(&house->homes[0], GENP, attrs, "was a"));
		snprintf(attrs, sizeof attrs, "svce=%d acct=b sync=#1", i);
		CHECK_OK_FATAL(words_add(&house->homes[0], GENP, attrs, "was b"));
	}
	house_settle(house);
}

static void rename_account(struct house *house, const char *from, const char *to)
{
	char query[80], changes[20];

	for (int i = 0; i < MANY; i++) {
		house_clock_move(1000);
		snprintf(query, sizeof query, "svce=%d acct=%s", i, from);
		snprintf(changes, sizeof changes, "acct=%s", to);
		CHECK_OK_FATAL(words_update(&house->homes[0], GENP, query, changes, NULL));
	}
}

/* Whether every item of an account is there, on both devices. */
static void check_account(struct house *house, const char *account, const char *secret)
{
	char query[80];

	for (size_t k = 0; k < 2; k++)
		for (int i = 0; i < MANY; i++) {
			snprintf(query, sizeof query, "svce=%d acct=%s", i, account);
			CHECK(words_has_secret(&house->homes[k], GENP, query, secret));
		}
}

/* One item moves away and another takes its place, before the others hear of either. */
static void one_after_the_other(void)
{
	CLEANUP_HOUSE struct house house;

	begin(&house);
	add_pairs(&house);
	rename_account(&house, "b", "c");
	rename_account(&house, "a", "b");
	house_settle(&house);
	CHECK(house_agrees(&house));
	check_account(&house, "b", "was a");
	check_account(&house, "c", "was b");
}

static void two_that_change_places(void)
{
	CLEANUP_HOUSE struct house house;

	begin(&house);
	add_pairs(&house);
	rename_account(&house, "b", "c");
	rename_account(&house, "a", "b");
	rename_account(&house, "c", "a");
	house_settle(&house);
	CHECK(house_agrees(&house));
	check_account(&house, "b", "was a");
	check_account(&house, "a", "was b");
}

/* An item that stays on a device has the primary key of one that comes in. */
static void one_that_stays_gives_way(void)
{
	CLEANUP_HOUSE struct house house;

	begin(&house);
	CHECK_OK(words_add(&house.homes[0], GENP, "svce=x acct=y sync=#1 pdmn=aku", "bound"));
	CHECK_OK(words_add(&house.homes[1], GENP, "svce=x acct=y sync=#1", "travels"));
	CHECK_OK(words_add(&house.homes[1], GENP, "svce=other acct=y sync=#1", "travels too"));
	house_settle(&house);
	CHECK(house_agrees(&house));
	CHECK(words_has_secret(&house.homes[0], GENP, "svce=x", "travels"));
	CHECK(words_has_secret(&house.homes[0], GENP, "svce=other", "travels too"));
}

/* Changed here after a change by a device whose clock is fast, and then in a way that gives the
 * item a new record: the last change is the one that stays. */
static void after_a_fast_clock(const char *first, const char *second)
{
	CLEANUP_HOUSE struct house house;
	char query[40];

	begin(&house);
	add_pairs(&house);
	house_clock_set(NOW + HOUR);
	for (int i = 0; i < MANY; i++) {
		snprintf(query, sizeof query, "svce=%d acct=a", i);
		CHECK_OK_FATAL(words_update(&house.homes[1], GENP, query, "labl=x", "changed"));
	}
	CHECK_OK(house_sync(&house, 1, NULL));
	house_clock_set(NOW + HOUR / 2);
	CHECK_OK(house_sync(&house, 0, NULL));
	for (int i = 0; i < MANY; i++) {
		snprintf(query, sizeof query, "svce=%d acct=a", i);
		CHECK_OK_FATAL(words_update(&house.homes[0], GENP, query, first, NULL));
		house_clock_move(1000);
		CHECK_OK_FATAL(words_update(&house.homes[0], GENP, query, second, "newest"));
	}
	house_settle(&house);
	CHECK(house_agrees(&house));
	check_account(&house, "a", "newest");
}

static void sync_off_and_on(void)
{
	after_a_fast_clock("sync=#0", "sync=#1");
}

static void to_another_view(void)
{
	after_a_fast_clock("labl=y", "vwht=other");
}

/* The last instant that a version can have: what stands there can neither be changed nor collided
 * with, and is in the way of nothing else. */
static void the_end_of_time(void)
{
	static const int64_t end = KC_TRACK_MAX_T / KC_TRACK_TURN;
	CLEANUP_HOUSE struct house house;
	struct kc_sync_report report = {0};

	begin(&house);
	house_settle(&house);
	CHECK_OK(words_add(&house.homes[0], GENP, "svce=twice acct=x sync=#1", "mine"));
	house_clock_set(end);
	CHECK_OK(words_add(&house.homes[1], GENP, "svce=last acct=x sync=#1", "last"));
	CHECK_OK(words_add(&house.homes[1], GENP, "svce=twice acct=x sync=#1", "theirs"));
	house_clock_set(NOW + HOUR);
	CHECK_OK(house_sync(&house, 1, NULL));
	CHECK_OK(house_sync(&house, 0, &report));
	CHECK(words_has_secret(&house.homes[0], GENP, "svce=last", "last"));
	CHECK(words_has_secret(&house.homes[0], GENP, "svce=twice", "mine"));
	CHECK(report.refused == 1);
	CHECK_ERR(words_update(&house.homes[0], GENP, "svce=last", "labl=x", NULL),
		KC_E_NOT_MODIFIABLE);
	CHECK_ERR(words_delete(&house.homes[0], GENP, "svce=last"), KC_E_NOT_MODIFIABLE);
	CHECK_OK(words_add(&house.homes[0], GENP, "svce=other acct=x sync=#1", "other"));
	CHECK_OK(house_sync(&house, 0, NULL));
	CHECK_OK(house_sync(&house, 1, NULL));
	CHECK(words_has_secret(&house.homes[1], GENP, "svce=other", "other"));
	/* A clock beyond it does not put anything there. */
	house_clock_set(end + HOUR);
	CHECK_OK(words_update(&house.homes[0], GENP, "svce=other", "labl=x", "again"));
	house_clock_set(NOW + 2 * HOUR);
	CHECK_OK(house_sync(&house, 0, NULL));
	CHECK_OK(house_sync(&house, 1, NULL));
	CHECK(words_has_secret(&house.homes[1], GENP, "svce=other", "again"));
}

/* --- what lost ----------------------------------------------------------------------------------
 */

/* What a device tells of the earlier value with this secret; 0 when it has none such. */
static int64_t earlier_of(const struct home *home, const char *secret, struct kc_peer_id *ret_by)
{
	KC_CLEANUP_QUERY struct kc_query query = KC_QUERY_INIT;
	KC_CLEANUP_FOUND_LIST struct kc_found_list found = KC_FOUND_LIST_INIT;
	int64_t how = 0;

	query.class = GENP;
	query.sync = KC_SYNC_ANY;
	query.want = KC_WANT_ATTRS | KC_WANT_SECRET;
	if (kc_keychain_item_history(home->keychain, &home_user, &query, &found) != KC_OK)
		return 0;
	for (size_t i = 0; i < found.count; i++) {
		const struct kc_found *row = &found.rows[i];
		struct kc_bytes by = kc_attrs_get_bytes(&row->attrs, KC_EARLIER_BY);

		if (!kc_bytes_equal(kc_secret_bytes(&row->secret), kc_bytes_str(secret)))
			continue;
		CHECK(how == 0); /* once */
		how = kc_attrs_get_number(&row->attrs, KC_EARLIER_HOW, 0);
		memset(ret_by, 0, sizeof *ret_by);
		if (by.len == sizeof ret_by->bytes)
			memcpy(ret_by->bytes, by.data, by.len);
	}
	return how;
}

/* Whether a device tells that a value ended so, and by whom: device number by. */
static bool ended(
	struct house *house, size_t device, const char *secret, enum kc_earlier how, size_t by)
{
	static const struct kc_peer_id here;
	struct kc_peer_id told = {{0}}, wanted = house_id(house, by);

	return earlier_of(&house->homes[device], secret, &told) == (int64_t)how &&
	       (kc_peer_id_equal(&told, &wanted) ||
		       (by == device && kc_peer_id_equal(&told, &here)));
}

static const char *const secrets[] = {"one", "two", "three"};

/* A store of records has one of each name: who comes after a repair finds the deletion alone. */
static bool was_overwritten(size_t device, size_t first, enum kc_earlier how)
{
#ifdef HOUSE_ON_SQLITE
	return how == KC_EARLIER_GAVE_WAY && first == 1 && device == 0;
#else
	(void)device;
	(void)first;
	(void)how;
	return false;
#endif
}

/* Whether device k's value is told on a device as it should be: by k itself, and by all when k had
 * sent it, which it does not after it has read a greater one. The first of two may have lost
 * against the second before it lost against the third. */
static bool has_lost(
	struct house *house, size_t device, size_t k, size_t first, enum kc_earlier how)
{
	struct kc_peer_id by;

	if (device != k && (k < first || was_overwritten(device, first, how)))
		return earlier_of(&house->homes[device], secrets[k], &by) == 0;
	return ended(house, device, secrets[k], how, 2) ||
	       (k == 0 && ended(house, device, secrets[k], how, 1));
}

static void begin_three(struct house *house)
{
	begin(house);
	house_add(house, 0);
	house_settle(house);
}

/* One item, changed on three devices while none of them reaches the store: who wins has what lost,
 * and so have the others, whoever is first to say so. */
static void changed_on_three(void)
{
	for (size_t first = 0; first < 3; first++) {
		CLEANUP_HOUSE struct house house;

		begin_three(&house);
		CHECK_OK(words_add(&house.homes[0], GENP, "svce=x acct=y sync=#1", "was"));
		house_settle(&house);
		for (size_t i = 0; i < 3; i++) {
			house_clock_move(1000);
			CHECK_OK(words_update(
				&house.homes[i], GENP, "svce=x", "labl=z", secrets[i]));
		}
		for (size_t i = 0; i < 3; i++)
			CHECK_OK(house_sync(&house, (first + i) % 3, NULL));
		house_settle(&house);
		CHECK(house_agrees(&house));
		for (size_t i = 0; i < 3; i++) {
			CHECK(words_has_secret(&house.homes[i], GENP, "svce=x", "three"));
			CHECK(ended(&house, i, "was", KC_EARLIER_REPLACED, i));
			for (size_t k = 0; k < 2; k++)
				CHECK(has_lost(&house, i, k, first, KC_EARLIER_LOST));
		}
	}
}

/* The same item, made on three devices: two give way, and nobody has deleted anything. */
static void made_on_three(void)
{
	for (size_t first = 0; first < 3; first++) {
		CLEANUP_HOUSE struct house house;

		begin_three(&house);
		for (size_t i = 0; i < 3; i++) {
			house_clock_move(1000);
			CHECK_OK(words_add(
				&house.homes[i], GENP, "svce=x acct=y sync=#1", secrets[i]));
		}
		for (size_t i = 0; i < 3; i++)
			CHECK_OK(house_sync(&house, (first + i) % 3, NULL));
		house_settle(&house);
		CHECK(house_agrees(&house));
		for (size_t i = 0; i < 3; i++) {
			CHECK(words_has_secret(&house.homes[i], GENP, "svce=x", "three"));
			for (size_t k = 0; k < 2; k++)
				CHECK(has_lost(&house, i, k, first, KC_EARLIER_GAVE_WAY));
		}
	}
}

/* What followed on what everybody knew is no loss: nor is the same value twice, or what a newcomer
 * reads of the time before it. */
static void older_values(void)
{
	CLEANUP_HOUSE struct house house;
	struct kc_peer_id by;
	size_t newcomer;

	begin(&house);
	CHECK_OK(words_add(&house.homes[0], GENP, "svce=x acct=y sync=#1", "one"));
	house_settle(&house);
	house_clock_move(1000);
	CHECK_OK(words_update(&house.homes[1], GENP, "svce=x", "labl=z", "two"));
	house_settle(&house);
	CHECK(ended(&house, 0, "one", KC_EARLIER_REPLACED, 1));
	house_clock_move(1000);
	for (size_t i = 0; i < 2; i++)
		CHECK_OK(words_update(&house.homes[i], GENP, "svce=x", "labl=z", "both"));
	house_settle(&house);
	for (size_t i = 0; i < 2; i++)
		CHECK(earlier_of(&house.homes[i], "both", &by) == 0);
	CHECK_OK(words_delete(&house.homes[0], GENP, "svce=x"));
	house_settle(&house);
	CHECK(ended(&house, 1, "both", KC_EARLIER_DELETED, 0));
	newcomer = house_add(&house, 0);
	house_settle(&house);
	CHECK(earlier_of(&house.homes[newcomer], "one", &by) == 0);
	CHECK(earlier_of(&house.homes[newcomer], "two", &by) == 0);
}

/* --- schedules at random ------------------------------------------------------------------------
 */

static uint32_t state;

static uint32_t pick(uint32_t below)
{
	state = state * 1664525u + 1013904223u;
	return (state >> 8) % below;
}

/* One change of one of a few items, which may fail for want of it. */
static void change_something(struct home *home)
{
	static unsigned count;
	char item[40], other[60], secret[40];
	kc_err err = KC_OK;

	snprintf(secret, sizeof secret, "secret %u", count++);
	snprintf(item, sizeof item, "svce=k%u acct=x", pick(5));
	switch (pick(8)) {
	case 0:
	case 1:
		snprintf(other, sizeof other, "%s sync=#1", item);
		err = words_add(home, GENP, other, secret);
		break;
	case 2:
	case 3:
		err = words_update(home, GENP, item, "labl=y", secret);
		break;
	case 4:
	case 5:
		snprintf(other, sizeof other, "svce=k%u", pick(5));
		err = words_update(home, GENP, item, other, NULL);
		break;
	case 6:
		err = words_delete(home, GENP, item);
		break;
	case 7:
		err = words_update(home, GENP, item, pick(2) ? "sync=#1" : "sync=#0", NULL);
		break;
	}
	CHECK(err == KC_OK || err == KC_E_NOT_FOUND || err == KC_E_DUPLICATE);
}

/* Changes on three devices, one clock fast and one slow, and exchanges in between, in any order. */
static void any_order_ends_alike(void)
{
	static const int64_t skews[3] = {0, HOUR, -7 * HOUR};
	CLEANUP_HOUSE struct house house;
	unsigned rounds = getenv("KC_LONG") ? 1000 : 40;
	int64_t now = NOW;

	state = 1;
	begin(&house);
	house_add(&house, 1);
	for (unsigned round = 0; round < rounds; round++) {
		for (unsigned i = 0; i < 15; i++) {
			size_t device = pick(3);

			now += pick(3) ? pick(3000) : 0;
			house_clock_set(now + skews[device]);
			change_something(&house.homes[device]);
			if (pick(4) == 0)
				CHECK_OK(house_sync(&house, pick(3), NULL));
		}
		house_settle(&house);
		CHECK_FATAL(house_agrees(&house));
	}
}

int main(void)
{
	static const struct check_test tests[] = {
		CHECK_TEST(one_after_the_other),
		CHECK_TEST(two_that_change_places),
		CHECK_TEST(one_that_stays_gives_way),
		CHECK_TEST(sync_off_and_on),
		CHECK_TEST(to_another_view),
		CHECK_TEST(the_end_of_time),
		CHECK_TEST(changed_on_three),
		CHECK_TEST(made_on_three),
		CHECK_TEST(older_values),
		CHECK_TEST(any_order_ends_alike),
	};
	return check_main("merge", tests, KC_COUNT_OF(tests));
}
