/* SPDX-License-Identifier: ISC */
/*
 * A newcomer that falls with the device that let it in learns that where that one is told, though
 * it may have no key for anything else that says so. And whoever is out by what it has heard so far
 * is not kept by that from hearing that it is in.
 */
#include <stdio.h>
#include <string.h>

#include "backend/keychain_sync.h"
#include "base/clock.h"
#include "tests/check.h"
#include "tests/circle/memory_cloud.h"
#include "tests/circle/memory_house.h"

#define GENP KC_CLASS_GENERIC
#define START_MS INT64_C(1800000000000)

enum { REMOVER, SPONSOR, DEVICES };

static void new_keys(struct house *house, size_t device)
{
	KC_CLEANUP_SYNC_REPORT struct kc_sync_report report = {0};

	CHECK_OK_FATAL(kc_keychain_rotate(house->homes[device].keychain, &report));
}

/* It stops, and says so from then on; whoever is in trusts it with nothing. */
static void check_told(struct house *house, size_t newcomer)
{
	CHECK_ERR(house_sync(house, newcomer, NULL), KC_E_NOT_MEMBER);
	house_clock_move(60 * 60000);
	CHECK_ERR(house_sync(house, newcomer, NULL), KC_E_NOT_MEMBER);
	CHECK(house_device(house, newcomer, newcomer).standing == KC_DEVICE_REMOVED);
	CHECK(house_device(house, REMOVER, newcomer).standing == KC_DEVICE_REMOVED);
}

/* Who put its sponsor out has nothing more to say. */
static void check_quiet(struct house *house)
{
	uint64_t written;

	CHECK_OK(house_sync(house, REMOVER, NULL));
	written = memory_cloud_version(0) + memory_cloud_version(1);
	CHECK_OK(house_sync(house, REMOVER, NULL));
	CHECK(memory_cloud_version(0) + memory_cloud_version(1) == written);
}

/* --- unknown to each other ----------------------------------------------------------------------
 */

/* All that the remover says is under keys that the sponsor never had. */
static void by_one_who_did_not_know_of_it(void)
{
	struct house house = {.count = 0};
	size_t newcomer;

	memory_house_init(&house, false, START_MS, DEVICES);
	memory_house_send_away(&house, REMOVER);
	new_keys(&house, REMOVER);
	house_remove(&house, REMOVER, SPONSOR);
	newcomer = house_add(&house, SPONSOR);
	CHECK_OK(words_add(&house.homes[newcomer], GENP, "svce=mine acct=a sync=#1", "mine"));
	CHECK_OK(house_sync(&house, newcomer, NULL));
	memory_house_carry(0, 1);
	CHECK_OK(house_sync(&house, REMOVER, NULL));
	memory_house_carry(1, 0);
	check_told(&house, newcomer);
	CHECK(words_has_secret(&house.homes[newcomer], GENP, "svce=mine", "mine"));
	check_quiet(&house);
	memory_house_done(&house);
}

/* --- in, by what is under a newcomer's key ------------------------------------------------------
 */

/* The first puts out the second, which has put out the third, and neither has heard of the other.
 * The list of the first is under a key of the third's newcomer: by the word of the second alone,
 * the third takes no keys of that one. */
static void who_is_in_by_a_newcomers_key(void)
{
	enum { FIRST, SECOND, THIRD, NEWCOMER };
	struct house house = {.count = 0};

	memory_house_init(&house, false, START_MS, NEWCOMER);
	memory_house_send_away(&house, SECOND);
	house_remove(&house, SECOND, THIRD);
	CHECK(house_add(&house, THIRD) == NEWCOMER);
	new_keys(&house, NEWCOMER);
	house_remove(&house, FIRST, SECOND);
	memory_house_carry(1, 0);
	CHECK_OK(house_sync(&house, THIRD, NULL));
	CHECK(house_device(&house, THIRD, SECOND).standing == KC_DEVICE_REMOVED);
	for (size_t i = FIRST; i <= NEWCOMER; i++)
		CHECK(i == SECOND || house_device(&house, THIRD, i).standing == KC_DEVICE_MEMBER);
	CHECK_OK(words_add(&house.homes[FIRST], GENP, "svce=a acct=a sync=#1", "a"));
	CHECK_OK(house_sync(&house, FIRST, NULL));
	CHECK_OK(house_sync(&house, THIRD, NULL));
	CHECK(words_has_secret(&house.homes[THIRD], GENP, "svce=a", "a"));
	memory_house_done(&house);
}

/* --- known, and let in after the loss -----------------------------------------------------------
 */

static void put_out_as_lost(struct house *house, size_t target, uint64_t before_ms)
{
	KC_CLEANUP_SYNC_REPORT struct kc_sync_report report = {0};
	struct kc_peer_id id = house_id(house, target);

	CHECK_OK_FATAL(kc_keychain_device_remove(house->homes[REMOVER].keychain, id.bytes,
		kc_bytes_str(HOUSE_PASSWORD), true, before_ms, &report));
}

/* Of records the list that says so is gone when the newcomer looks again. */
static void after_a_loss(bool with_records)
{
	struct house house = {.count = 0};
	uint64_t lost_ms;
	size_t newcomer;

	memory_house_init(&house, with_records, START_MS, DEVICES);
	house_clock_move(1000);
	lost_ms = kc_clock_now_ms();
	house_clock_move(1000);
	newcomer = house_add(&house, SPONSOR);
	house_settle(&house);
	house_clock_move(1000);
	put_out_as_lost(&house, SPONSOR, lost_ms);
	CHECK_OK(words_add(&house.homes[REMOVER], GENP, "svce=a acct=a sync=#1", "after"));
	CHECK_OK(house_sync(&house, REMOVER, NULL));
	check_told(&house, newcomer);
	check_quiet(&house);
	memory_house_done(&house);
}

static void after_a_loss_in_logs(void)
{
	after_a_loss(false);
}

static void after_a_loss_in_records(void)
{
	after_a_loss(true);
}

int main(void)
{
	static const struct check_test tests[] = {
		CHECK_TEST(by_one_who_did_not_know_of_it),
		CHECK_TEST(who_is_in_by_a_newcomers_key),
		CHECK_TEST(after_a_loss_in_logs),
		CHECK_TEST(after_a_loss_in_records),
	};

	home_use_memory();
	return check_main("fallen", tests, KC_COUNT_OF(tests));
}
