/* SPDX-License-Identifier: ISC */
/* What one that left, or was put out, says afterwards with the keys that it kept. */
#include <stdio.h>
#include <stdlib.h>

#include "tests/check.h"
#include "tests/evilstore/accomplice.h"
#include "tests/evilstore/evil_house.h"

#define GENP KC_CLASS_GENERIC

/* OUT lets in a friend, and goes; BEHIND may have heard of neither. */
enum { ELDER, BEHIND, OUT, FRIEND };
static const size_t others[] = {ELDER, BEHIND, FRIEND};

static bool is_member(struct house *house, size_t on, size_t of)
{
	return house_device(house, on, of).standing == KC_DEVICE_MEMBER;
}

static void all_are_content(struct house *house)
{
	for (int round = 0; round < 3; round++)
		for (size_t i = 0; i < KC_COUNT_OF(others); i++)
			evil_house_is_content(house, others[i]);
	for (size_t i = 0; i < KC_COUNT_OF(others); i++)
		for (size_t k = 0; k < KC_COUNT_OF(others); k++)
			CHECK(is_member(house, others[i], others[k]));
}

static void go(struct house *house, bool is_removed)
{
	if (is_removed)
		house_remove(house, ELDER, OUT);
	else
		CHECK_OK_FATAL(kc_keychain_leave(house->homes[OUT].keychain, false));
}

/* --- it leaves, by an earlier list --------------------------------------------------------------
 */

static void leave_first(struct kc_list *list, const void *context)
{
	(void)context;
	list->seq = 1;
	list->has_prev = false;
	list->companion_count = 0;
	list->leaves = true;
}

static void leave_next(struct kc_list *list, const void *context)
{
	(void)context;
	list->companion_count = 0;
	list->leaves = true;
}

/* Whom it had let in does not go with it: everybody had heard more. */
static void leaves_as_of_before(enum kc_layout layout, bool is_removed)
{
	CLEANUP_EVIL_HOUSE struct house house;
	KC_CLEANUP_CIRCLE struct kc_circle *thief = NULL;

	evil_house_init(&house, layout, FRIEND);
	CHECK_FATAL(evil_house_add(&house, OUT) == FRIEND);
	evil_house_mute();
	CHECK_OK(words_add(&house.homes[FRIEND], GENP, "svce=d acct=ada sync=#1", "first d"));
	house_settle(&house);
	accomplice_recall(house.homes[OUT].keychain, &thief);
	go(&house, is_removed);
	all_are_content(&house);
	CHECK_OK_FATAL(accomplice_list(thief, evil_world(0), leave_first, NULL));
	all_are_content(&house);
}

static void case_140_one_that_left_leaves_earlier_of_logs(void)
{
	leaves_as_of_before(KC_LAYOUT_LOGS, false);
}

static void case_140_one_that_left_leaves_earlier_of_records(void)
{
	leaves_as_of_before(KC_LAYOUT_RECORDS, false);
}

static void case_140_one_that_is_out_leaves_earlier_of_logs(void)
{
	leaves_as_of_before(KC_LAYOUT_LOGS, true);
}

static void case_140_one_that_is_out_leaves_earlier_of_records(void)
{
	leaves_as_of_before(KC_LAYOUT_RECORDS, true);
}

/* One device is kept from all since before it let in the friend, and shown another last list in the
 * place of that which it had by then. */
static struct kc_peer_id show_an_earlier_last_list(struct house *house, bool is_removed)
{
	KC_CLEANUP_CIRCLE struct kc_circle *thief = NULL;

	evil_house_init(house, KC_LAYOUT_RECORDS, FRIEND);
	accomplice_recall(house->homes[OUT].keychain, &thief);
	CHECK_OK(words_add(&house->homes[OUT], GENP, "svce=c acct=ada sync=#1", "first c"));
	CHECK_OK(house_sync(house, OUT, NULL));
	CHECK_FATAL(evil_house_add(house, OUT) == FRIEND);
	evil_house_mute();
	for (int round = 0; round < 2; round++) {
		CHECK_OK(house_sync(house, ELDER, NULL));
		CHECK_OK(house_sync(house, FRIEND, NULL));
		CHECK_OK(house_sync(house, OUT, NULL));
	}
	go(house, is_removed);
	CHECK_OK(house_sync(house, ELDER, NULL));
	CHECK_OK(house_sync(house, FRIEND, NULL));
	CHECK_OK_FATAL(accomplice_list(thief, evil_world(0), leave_next, NULL));
	return thief->identity.id;
}

/* Those who put it out know what it had said. */
static void case_140_whoever_is_behind_loses_nobody(void)
{
	CLEANUP_EVIL_HOUSE struct house house;

	(void)show_an_earlier_last_list(&house, true);
	all_are_content(&house);
	CHECK_OK(words_add(&house.homes[FRIEND], GENP, "svce=d acct=ada sync=#1", "first d"));
	CHECK_OK(house_sync(&house, FRIEND, NULL));
	all_are_content(&house);
	CHECK(words_has_secret(&house.homes[BEHIND], GENP, "svce=d", "first d"));
}

/* Where nobody did, it speaks with two tongues, and that is told, until somebody does. */
static void case_140_whoever_is_behind_is_told(void)
{
	CLEANUP_EVIL_HOUSE struct house house;
	KC_CLEANUP_SYNC_REPORT struct kc_sync_report report = {0};
	struct kc_peer_id out;

	out = show_an_earlier_last_list(&house, false);
	CHECK_OK(house_sync(&house, ELDER, NULL));
	(void)!house_sync(&house, BEHIND, NULL);
	house_clock_move(EVIL_HOUSE_GRACE);
	CHECK_ERR(house_sync(&house, BEHIND, NULL), KC_E_STORE_SUSPECT);
	CHECK_OK(kc_keychain_device_remove(house.homes[ELDER].keychain, out.bytes,
		kc_bytes_str(HOUSE_PASSWORD), false, 0, &report));
	all_are_content(&house);
}

/* --- by whose clock it was lost -----------------------------------------------------------------
 */

#define HOURS(n) (EVIL_HOUSE_NOW + (n)*60 * EVIL_HOUSE_MINUTE)

static void say_at(struct kc_list *list, const void *context)
{
	list->companion_count = 0;
	list->time_ms = *(const uint64_t *)context;
}

/* The device says something, and that it is of that time; the elder hears it. */
static void say(struct house *house, struct kc_circle *thief, uint64_t time_ms)
{
	KC_CLEANUP_CIRCLE struct kc_circle *heard = NULL;

	CHECK_OK_FATAL(accomplice_list(thief, evil_world(0), say_at, &time_ms));
	CHECK_OK(house_sync(house, ELDER, NULL));
	heard = house_recall(house, ELDER);
	CHECK(kc_circle_find(heard, &thief->identity.id)->list->seq ==
		kc_circle_self(thief)->list->seq + 1);
}

/* The owner removes it, as of so many hours. */
static void lose(struct house *house, size_t by, const struct kc_peer_id *id, int64_t before_ms,
	struct kc_exclusion *ret)
{
	KC_CLEANUP_SYNC_REPORT struct kc_sync_report report = {0};
	KC_CLEANUP_CIRCLE struct kc_circle *circle = NULL;
	const struct kc_exclusion *e;

	CHECK_OK_FATAL(kc_keychain_device_remove(house->homes[by].keychain, id->bytes,
		kc_bytes_str(HOUSE_PASSWORD), true, (uint64_t)before_ms, &report));
	circle = house_recall(house, by);
	e = kc_list_find_exclusion(kc_circle_self(circle)->list, id);
	CHECK_FATAL(e != NULL);
	*ret = *e;
}

/* A thief sets the clock back, and goes on. */
static void set_back(enum kc_layout layout)
{
	CLEANUP_EVIL_HOUSE struct house house;
	KC_CLEANUP_CIRCLE struct kc_circle *thief = NULL;
	struct kc_exclusion e;
	size_t newcomer;

	evil_house_init(&house, layout, FRIEND);
	accomplice_recall(house.homes[OUT].keychain, &thief);
	house_clock_move(120 * EVIL_HOUSE_MINUTE); /* it was lost after an hour */
	say(&house, thief, HOURS(0) + 30 * EVIL_HOUSE_MINUTE);
	newcomer = evil_house_add(&house, ELDER);
	evil_house_mute();
	/* One that came later goes by what it was told when it came. */
	lose(&house, newcomer, &thief->identity.id, HOURS(1), &e);
	CHECK(e.cut_seq == kc_circle_self(thief)->list->seq);
	CHECK(kc_record_id_equal(&e.cut_id, &kc_circle_self(thief)->list_id));
	lose(&house, BEHIND, &thief->identity.id, HOURS(1), &e);
	CHECK(e.cut_seq == kc_circle_self(thief)->list->seq);
	CHECK(kc_record_id_equal(&e.cut_id, &kc_circle_self(thief)->list_id));
}

static void case_141_a_clock_that_is_set_back_of_logs(void)
{
	set_back(KC_LAYOUT_LOGS);
}

static void case_141_a_clock_that_is_set_back_of_records(void)
{
	set_back(KC_LAYOUT_RECORDS);
}

/* Its clock was years ahead, or behind, before it was lost: what was heard by then counts. */
static void a_clock_that_was_wrong(uint64_t time_ms)
{
	CLEANUP_EVIL_HOUSE struct house house;
	KC_CLEANUP_CIRCLE struct kc_circle *owner = NULL;
	struct kc_exclusion e;

	evil_house_init(&house, KC_LAYOUT_RECORDS, FRIEND);
	accomplice_recall(house.homes[OUT].keychain, &owner);
	house_clock_move(30 * EVIL_HOUSE_MINUTE);
	say(&house, owner, time_ms);
	house_clock_move(120 * EVIL_HOUSE_MINUTE);
	lose(&house, ELDER, &owner->identity.id, HOURS(1), &e);
	CHECK(e.cut_seq == kc_circle_self(owner)->list->seq + 1);
}

static void case_141_a_clock_that_was_wrong_before(void)
{
	a_clock_that_was_wrong(HOURS(0) + 1000 * 24 * 60 * EVIL_HOUSE_MINUTE);
	a_clock_that_was_wrong(1);
}

/* The same of the one that removes it, put right before the loss. */
static void case_141_a_clock_that_was_ahead_here(void)
{
	CLEANUP_EVIL_HOUSE struct house house;
	KC_CLEANUP_CIRCLE struct kc_circle *owner = NULL, *heard = NULL;
	struct kc_exclusion e;

	evil_house_init(&house, KC_LAYOUT_RECORDS, FRIEND);
	house_clock_move(1000 * 24 * 60 * EVIL_HOUSE_MINUTE);
	CHECK_OK(words_add(&house.homes[OUT], GENP, "svce=c acct=ada sync=#1", "first c"));
	house_settle(&house);
	house_clock_set(HOURS(0));
	CHECK_OK(words_add(&house.homes[OUT], GENP, "svce=d acct=ada sync=#1", "first d"));
	house_settle(&house);
	accomplice_recall(house.homes[OUT].keychain, &owner);
	house_clock_move(120 * EVIL_HOUSE_MINUTE);
	lose(&house, ELDER, &owner->identity.id, HOURS(1), &e);
	heard = house_recall(&house, ELDER);
	CHECK(e.cut_seq == kc_circle_find(heard, &owner->identity.id)->list->seq);
}

int main(void)
{
	static const struct check_test tests[] = {
		CHECK_TEST(case_140_one_that_left_leaves_earlier_of_logs),
		CHECK_TEST(case_140_one_that_left_leaves_earlier_of_records),
		CHECK_TEST(case_140_one_that_is_out_leaves_earlier_of_logs),
		CHECK_TEST(case_140_one_that_is_out_leaves_earlier_of_records),
		CHECK_TEST(case_140_whoever_is_behind_loses_nobody),
		CHECK_TEST(case_140_whoever_is_behind_is_told),
		CHECK_TEST(case_141_a_clock_that_is_set_back_of_logs),
		CHECK_TEST(case_141_a_clock_that_is_set_back_of_records),
		CHECK_TEST(case_141_a_clock_that_was_wrong_before),
		CHECK_TEST(case_141_a_clock_that_was_ahead_here),
	};

	home_use_memory();
	return check_main("out", tests, KC_COUNT_OF(tests));
}
