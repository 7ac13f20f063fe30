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
	static const int64_t end = (INT64_C(1) << 53) - 1;
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
		CHECK_TEST(any_order_ends_alike),
	};
	return check_main("merge", tests, KC_COUNT_OF(tests));
}
