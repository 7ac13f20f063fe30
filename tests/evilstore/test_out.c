/* SPDX-License-Identifier: ISC */
/* What one that left, or was put out, says afterwards with the keys that it kept. */
#include <stdio.h>
#include <stdlib.h>

#include "tests/check.h"
#include "tests/evilstore/accomplice.h"
#include "tests/evilstore/evil_house.h"

#define GENP KC_CLASS_GENERIC

enum { ELDER, BEHIND, OUT, FRIEND };

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
		CHECK_TEST(case_141_a_clock_that_is_set_back_of_logs),
		CHECK_TEST(case_141_a_clock_that_is_set_back_of_records),
		CHECK_TEST(case_141_a_clock_that_was_wrong_before),
		CHECK_TEST(case_141_a_clock_that_was_ahead_here),
	};

	home_use_memory();
	return check_main("out", tests, KC_COUNT_OF(tests));
}
