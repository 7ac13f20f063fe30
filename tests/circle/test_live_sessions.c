/* SPDX-License-Identifier: ISC */
/* Sessions of the live channel in whole exchanges, over whatever store there is. */
#include <string.h>

#include "backend/keychain_sync.h"
#include "tests/check.h"
#include "tests/circle/house.h"

#define GENP KC_CLASS_GENERIC
#define NOW INT64_C(1800000000000)
#define MINUTE (INT64_C(60) * 1000)

/* A session between two opens by itself; a change is said in it; without one nothing is read. */
static void two_devices_find_each_other(void)
{
	CLEANUP_HOUSE struct house house;
	struct kc_live_counts before[2];

	house_init_many(&house, NOW, 2);
	house_settle_sessions(&house);
	for (size_t i = 0; i < 2; i++) {
		before[i] = house_live_counts(&house, i);
		CHECK(before[i].opened == 1 && before[i].received >= 1);
	}
	CHECK_OK(words_add(&house.homes[0], GENP, "svce=live acct=ada sync=#1", "a secret"));
	CHECK_OK(house_sync(&house, 0, NULL));
	CHECK(house_live_counts(&house, 0).sent == before[0].sent + 1);
	CHECK_OK(house_sync(&house, 1, NULL));
	CHECK(house_live_counts(&house, 1).received == before[1].received + 1);
	house_settle_sessions(&house);
	CHECK(house_agrees(&house));
	for (size_t i = 0; i < 2; i++)
		before[i] = house_live_counts(&house, i);
	for (int i = 0; i < 6; i++)
		CHECK_OK(house_sync(&house, (size_t)i % 2, NULL));
	for (size_t i = 0; i < 2; i++) {
		struct kc_live_counts now = house_live_counts(&house, i);

		CHECK(memcmp(&before[i], &now, sizeof now) == 0);
		CHECK(now.refused == 0 && now.failed == 0 && now.ended == 0);
	}
}

/* Whoever is put out is not spoken to from then on, and has no session left itself. */
static void a_removed_device_is_not_spoken_to(void)
{
	CLEANUP_HOUSE struct house house;
	struct kc_live_counts before;

	house_init_many(&house, NOW, 3);
	house_settle_sessions(&house);
	before = house_live_counts(&house, 2);
	CHECK(before.opened == 2);
	house_remove(&house, 0, 2);
	CHECK_OK(house_sync(&house, 0, NULL));
	CHECK_OK(house_sync(&house, 1, NULL));
	CHECK(house_live_counts(&house, 0).ended == 1 && house_live_counts(&house, 1).ended == 1);
	CHECK_ERR(house_sync(&house, 2, NULL), KC_E_NOT_MEMBER);
	CHECK(house_live_counts(&house, 2).ended == 2);
	/* The two that are left go on; the third hears nothing. */
	CHECK_OK(words_add(&house.homes[0], GENP, "svce=live acct=ada sync=#1", "a secret"));
	house_clock_move(11 * MINUTE);
	for (int i = 0; i < 3; i++) {
		CHECK_OK(house_sync(&house, 0, NULL));
		CHECK_OK(house_sync(&house, 1, NULL));
		CHECK_ERR(house_sync(&house, 2, NULL), KC_E_NOT_MEMBER);
	}
	CHECK(house_live_counts(&house, 2).received == before.received);
	CHECK(house_live_counts(&house, 1).opened == 2 &&
		house_live_counts(&house, 1).refused == 0);
	CHECK(words_count(&house.homes[1], GENP, "svce=live") == 1);
	CHECK(words_count(&house.homes[2], GENP, "svce=live") == 0);
}

/* A lock ends sessions; they come back when there is something to say. */
static void a_locked_keychain_has_no_session(void)
{
	CLEANUP_HOUSE struct house house;

	house_init_many(&house, NOW, 2);
	house_settle_sessions(&house);
	CHECK(house_live_counts(&house, 1).ended == 0);
	kc_keychain_lock(house.homes[1].keychain);
	CHECK(house_live_counts(&house, 1).ended == 1);
	home_unlock(&house.homes[1]);
	CHECK_OK(words_add(&house.homes[1], GENP, "svce=live acct=ada sync=#1", "a secret"));
	house_clock_move(61 * MINUTE);
	house_settle_sessions(&house);
	CHECK(house_live_counts(&house, 1).opened == 2);
	CHECK(house_agrees(&house));
}

int main(void)
{
	static const struct check_test tests[] = {
		CHECK_TEST(two_devices_find_each_other),
		CHECK_TEST(a_removed_device_is_not_spoken_to),
		CHECK_TEST(a_locked_keychain_has_no_session),
	};
	return check_main("live sessions", tests, KC_COUNT_OF(tests));
}
