/* SPDX-License-Identifier: ISC */
/* How often changes are sent: the buckets, and a program that loops. */
#include <stdio.h>
#include <string.h>

#include "backend/keychain_sync.h"
#include "tests/check.h"
#include "tests/circle/house.h"

#define GENP KC_CLASS_GENERIC
#define START_MS INT64_C(1800000000000)

static struct kc_pace pace;

/* How many of a number of tries one record is granted. */
static unsigned granted(uint8_t record, unsigned tries, uint64_t now_ms)
{
	uint8_t name[KC_RECORD_NAME_LEN] = {record};
	unsigned count = 0;

	for (unsigned i = 0; i < tries; i++)
		count += kc_pace_take(&pace, name, now_ms);
	return count;
}

static void a_burst_and_then_drops(void)
{
	memset(&pace, 0, sizeof pace);
	CHECK(granted(1, 100, 5000) == KC_PACE_ITEM_BURST);
	CHECK(granted(2, 100, 5000) == KC_PACE_ITEM_BURST);
	CHECK(granted(1, 100, 5000 + KC_PACE_ITEM_EVERY_MS - 1) == 0);
	CHECK(granted(1, 100, 5000 + KC_PACE_ITEM_EVERY_MS) == 1);
	CHECK(granted(1, 100, UINT64_C(3600000) * 24) == KC_PACE_ITEM_BURST);
}

static void clocks_that_jump(void)
{
	memset(&pace, 0, sizeof pace);
	CHECK(granted(1, 100, START_MS) == KC_PACE_ITEM_BURST);
	CHECK(granted(1, 100, 0) == 0);
	CHECK(granted(1, 100, KC_PACE_ITEM_EVERY_MS) == 1);
	CHECK(granted(1, 100, UINT64_MAX / 2) == KC_PACE_ITEM_BURST);
}

static void all_of_them_together(void)
{
	unsigned count = 0;

	memset(&pace, 0, sizeof pace);
	for (unsigned record = 0; record < 256; record++)
		count += granted((uint8_t)record, 20, 5000);
	CHECK(count == KC_PACE_ALL_BURST);
	CHECK(granted(7, 1, 5000) == 0);
	CHECK(granted(7, 1, 5000 + KC_PACE_ALL_EVERY_MS) == 1);
}

/* More records than are remembered: the one that has taken most is not the one that is forgotten.
 */
static void whoever_loops_is_remembered(void)
{
	memset(&pace, 0, sizeof pace);
	CHECK(granted(1, 100, 5000) == KC_PACE_ITEM_BURST);
	for (unsigned i = 0; i < 2 * KC_PACE_ITEMS; i++) {
		uint8_t name[KC_RECORD_NAME_LEN] = {9, (uint8_t)i, (uint8_t)(i >> 8)};

		(void)kc_pace_take(&pace, name, 5000);
	}
	CHECK(granted(1, 100, 5000) == 0);
}

/* A program changes one item again and again, with an exchange after each: what is too much waits,
 * and its last value arrives in the end; another item is not held up. */
static void a_program_that_loops(void)
{
	CLEANUP_HOUSE struct house house;
	struct kc_sync_report report = {0};
	char secret[16] = "";

	house_clock_set(START_MS);
	house_init(&house);
	house_add(&house, 0);
	CHECK_OK_FATAL(words_add(&house.homes[0], GENP, "svce=loop sync=#1", "begin"));
	house_settle(&house);
	for (unsigned i = 0; i < 2 * KC_PACE_ITEM_BURST; i++) {
		snprintf(secret, sizeof secret, "value %u", i);
		CHECK_OK_FATAL(
			words_update(&house.homes[0], GENP, "svce=loop sync=#1", "", secret));
		CHECK_OK(house_sync(&house, 0, &report));
	}
	CHECK(report.sent == KC_PACE_ITEM_BURST);
	CHECK_OK_FATAL(words_add(&house.homes[0], GENP, "svce=other sync=#1", "at once"));
	CHECK_OK(house_sync(&house, 0, NULL));
	CHECK_OK(house_sync(&house, 1, NULL));
	CHECK(words_has_secret(&house.homes[1], GENP, "svce=other sync=#1", "at once"));
	CHECK(!words_has_secret(&house.homes[1], GENP, "svce=loop sync=#1", secret));
	house_clock_move(KC_PACE_ITEM_EVERY_MS);
	CHECK_OK(house_sync(&house, 0, NULL));
	CHECK_OK(house_sync(&house, 1, NULL));
	CHECK(words_has_secret(&house.homes[1], GENP, "svce=loop sync=#1", secret));
}

int main(void)
{
	static const struct check_test tests[] = {
		CHECK_TEST(a_burst_and_then_drops),
		CHECK_TEST(clocks_that_jump),
		CHECK_TEST(all_of_them_together),
		CHECK_TEST(whoever_loops_is_remembered),
		CHECK_TEST(a_program_that_loops),
	};
	return check_main("pace", tests, KC_COUNT_OF(tests));
}
