/* SPDX-License-Identifier: ISC */
/*
 * What somebody who is out wrote last, and one member has yet to read (doc/protocol.md 7): cases
 * 143 to 145 and 148 of doc/attacks.md. Its log is not read any more, and the store goes on to keep
 * it back. So whoever holds it says it anew.
 */
#include <stdio.h>
#include <string.h>

#include "tests/check.h"
#include "tests/evilstore/evil_house.h"

#define GENP KC_CLASS_GENERIC
#define NAME_MAX_LEN (KC_RECORDS_MAX_NAME + 1)

static void add(struct house *house, size_t device, const char *service)
{
	char attrs[80];

	snprintf(attrs, sizeof attrs, "svce=%s acct=ada sync=#1", service);
	CHECK_OK_FATAL(words_add(&house->homes[device], GENP, attrs, service));
	CHECK_OK(house_sync(house, device, NULL));
}

static bool has(struct house *house, size_t device, const char *service)
{
	char query[80];

	snprintf(query, sizeof query, "svce=%s", service);
	return words_has_secret(&house->homes[device], GENP, query, service);
}

/* All but the one that is out exchange, and none of them has a reason to doubt the store. */
static void go_on(struct house *house, size_t out)
{
	for (int round = 0; round < 4; round++) {
		house_clock_move(EVIL_HOUSE_MINUTE);
		for (size_t i = 0; i < house->count; i++)
			if (i != out)
				CHECK_OK(house_sync(house, i, NULL));
	}
}

static void all_have(struct house *house, size_t out, const char *service)
{
	for (size_t i = 0; i < house->count; i++)
		if (i != out)
			CHECK(has(house, i, service));
}

/* The log of a device, as a pattern; and how it goes on from here. */
static void log_of(struct house *house, size_t device, char ret[static NAME_MAX_LEN])
{
	struct kc_writer_id writer = evil_house_writer(house, device);
	size_t len = 0;

	for (size_t i = 0; i < sizeof writer.bytes; i++)
		len += (size_t)snprintf(ret + len, NAME_MAX_LEN - len, "%02x", writer.bytes[i]);
	snprintf(ret + len, NAME_MAX_LEN - len, "-*");
}

static void rest_of_log(struct house *house, size_t device, char ret[static NAME_MAX_LEN])
{
	KC_CLEANUP_CIRCLE struct kc_circle *circle = house_recall(house, device);
	uint64_t number = kc_circle_self(circle)->position.number;
	size_t len;

	CHECK_FATAL(number < 9);
	log_of(house, device, ret);
	len = strlen(ret) - 1;
	snprintf(ret + len, NAME_MAX_LEN - len, "000000000000000[%d-9]", (int)number + 1);
}

static void hide(char *name, size_t from)
{
	evil_add(&(struct evil_rule){.verb = EVIL_HIDE, .devices = 1u << from, .names = name});
}

/* --- one that has left --------------------------------------------------------------------------
 */

/* The others waited for nothing of it but to read its log to the end; now they do not. */
static void case_143_one_that_left_is_put_out(void)
{
	CLEANUP_EVIL_HOUSE struct house house;
	KC_CLEANUP_SYNC_REPORT struct kc_sync_report report = {0};
	char name[NAME_MAX_LEN];
	struct kc_peer_id id;

	evil_house_init(&house, KC_LAYOUT_LOGS, 3);
	id = house_id(&house, 2);
	rest_of_log(&house, 2, name);
	hide(name, 1);
	add(&house, 2, "last");
	CHECK_OK(house_sync(&house, 0, NULL));
	CHECK_OK_FATAL(kc_keychain_leave(house.homes[2].keychain, false));
	CHECK_OK(house_sync(&house, 0, NULL)); /* an epoch that closes all of it */
	CHECK_OK_FATAL(kc_keychain_device_remove(
		house.homes[0].keychain, id.bytes, kc_bytes_str(HOUSE_PASSWORD), true, 0, &report));
	go_on(&house, 2);
	all_have(&house, 2, "last");
}

/* --- one that nobody asked ----------------------------------------------------------------------
 */

/* A newcomer has arrived, and the one that removes has seen no list of it. */
static void case_144_one_that_was_never_asked(void)
{
	CLEANUP_EVIL_HOUSE struct house house;
	char of_newcomer[NAME_MAX_LEN], of_other[NAME_MAX_LEN];

	evil_house_init(&house, KC_LAYOUT_LOGS, 3);
	add(&house, 2, "first");
	house_settle(&house);
	CHECK_FATAL(evil_house_add(&house, 1) == 3);
	log_of(&house, 3, of_newcomer);
	hide(of_newcomer, 0);
	CHECK_OK(house_sync(&house, 1, NULL));
	CHECK_OK(house_sync(&house, 3, NULL));
	CHECK_OK(house_sync(&house, 2, NULL));
	rest_of_log(&house, 2, of_other);
	hide(of_other, 3);
	add(&house, 2, "last");
	CHECK_OK(house_sync(&house, 1, NULL));
	add(&house, 1, "said");
	CHECK_OK(house_sync(&house, 0, NULL));
	CHECK(has(&house, 0, "last") && has(&house, 1, "last") && !has(&house, 3, "last"));
	house_remove(&house, 0, 2);
	evil_house_mute();
	hide(of_other, 3);
	go_on(&house, 2);
	all_have(&house, 2, "last");
}

/* It needs no asking where it has all that its sponsor had: nothing is said anew, and no keys are
 * made but those of the removal. */
static void a_newcomer_makes_no_removal_dear(void)
{
	CLEANUP_EVIL_HOUSE struct house house;
	KC_CLEANUP_SYNC_REPORT struct kc_sync_report report = {0};
	KC_CLEANUP_CIRCLE struct kc_circle *removed = NULL, *later = NULL;
	char of_newcomer[NAME_MAX_LEN];

	evil_house_init(&house, KC_LAYOUT_LOGS, 3);
	add(&house, 2, "first");
	add(&house, 2, "second");
	house_settle(&house);
	house_clock_move(INT64_C(25) * 60 * EVIL_HOUSE_MINUTE);
	go_on(&house, house.count); /* all say what they hold */
	CHECK_FATAL(evil_house_add(&house, 1) == 3);
	log_of(&house, 3, of_newcomer);
	hide(of_newcomer, 0);
	house_remove(&house, 0, 2);
	removed = house_recall(&house, 0);
	evil_house_mute();
	for (int round = 0; round < 4; round++)
		for (size_t i = 0; i < house.count; i++)
			if (i != 2)
				CHECK_OK(house_sync(&house, i, &report));
	all_have(&house, 2, "second");
	CHECK(report.sent == 0);
	later = house_recall(&house, 0);
	CHECK(later->epoch_count == removed->epoch_count);
}

/* --- who had turned to the new keys before ------------------------------------------------------
 */

/* A member sees the keys that follow a removal, and not yet the list that tells of it. What it
 * alone had read of the one that is out is not closed. */
static void case_145_keys_before_the_removal(void)
{
	CLEANUP_EVIL_HOUSE struct house house;
	char list[NAME_MAX_LEN], item[NAME_MAX_LEN], of_other[NAME_MAX_LEN];

	evil_house_init(&house, KC_LAYOUT_RECORDS, 3);
	add(&house, 2, "first");
	house_settle(&house);
	add(&house, 2, "last");
	evil_house_item(&house, 2, "svce=last", item);
	evil_house_cell(&house, 2, "p", of_other);
	hide(item, 0);
	hide(of_other, 0);
	CHECK_OK(house_sync(&house, 1, NULL));
	CHECK(has(&house, 1, "last"));
	house_remove(&house, 0, 2);
	evil_house_cell(&house, 0, "p", list);
	hide(list, 1);
	add(&house, 1, "since");
	evil_house_mute();
	go_on(&house, 2);
	all_have(&house, 2, "last");
}

/* --- what gave way meanwhile --------------------------------------------------------------------
 */

/* An item of the one that is out gave way to another of its primary key, and the one that puts it
 * out is kept from that: what it says anew is not to come back when the other item is deleted,
 * whichever of the two hears of the other. The two versions have the same time, so which has the
 * greater writer must not matter. */
static void gave_way_to(bool greater, bool keeper_hears)
{
	CLEANUP_EVIL_HOUSE struct house house;
	struct kc_peer_id ids[2];
	char rest[2][NAME_MAX_LEN];
	size_t keeper, remover;

	evil_house_init(&house, KC_LAYOUT_LOGS, 3);
	for (size_t i = 0; i < 2; i++)
		ids[i] = house_id(&house, i);
	keeper = (kc_peer_id_compare(&ids[1], &ids[0]) > 0) == greater;
	remover = 1 - keeper;
	add(&house, 2, "item");
	CHECK_OK(house_sync(&house, remover, NULL));
	for (size_t i = 0; i < 2; i++) {
		rest_of_log(&house, i, rest[i]);
		hide(rest[i], 1 - i);
	}
	house_clock_move(EVIL_HOUSE_MINUTE);
	add(&house, keeper, "item");
	house_remove(&house, remover, 2);
	house_clock_move(EVIL_HOUSE_MINUTE);
	CHECK_OK(words_delete(&house.homes[keeper], GENP, "svce=item"));
	if (!keeper_hears)
		CHECK_OK(house_sync(&house, keeper, NULL));
	evil_house_mute();
	CHECK_OK(house_sync(&house, keeper_hears ? keeper : remover, NULL));
	go_on(&house, 2);
	for (size_t i = 0; i < 2; i++)
		CHECK(words_count(&house.homes[i], GENP, "svce=item") == 0);
}

static void case_148_what_gave_way_is_said_anew(void)
{
	for (int i = 0; i < 4; i++)
		gave_way_to(i & 1, i & 2);
}

/* The same, and whoever had said it anew is put out in turn: it is said anew twice, by two, while
 * the one that knows what gave way is kept from both. first_shown: whether it is shown the first
 * one's log at last. */
static void gave_way_to_what_was_said(bool twice, bool first_shown)
{
	CLEANUP_EVIL_HOUSE struct house house;
	const size_t keeper = 0, first = 1, out = 2, second = 3;
	char rest[4][NAME_MAX_LEN];

	evil_house_init(&house, KC_LAYOUT_LOGS, 4);
	add(&house, out, "item");
	CHECK_OK(house_sync(&house, first, NULL));
	CHECK_OK(house_sync(&house, second, NULL));
	for (size_t i = 0; i < 4; i++)
		rest_of_log(&house, i, rest[i]);
	hide(rest[first], keeper);
	hide(rest[second], keeper);
	hide(rest[keeper], first);
	hide(rest[keeper], second);
	house_clock_move(EVIL_HOUSE_MINUTE);
	add(&house, keeper, "item");
	CHECK(words_count(&house.homes[keeper], GENP, "svce=item") == 1);
	house_remove(&house, first, out);
	CHECK_OK(house_sync(&house, first, NULL));
	CHECK_OK(house_sync(&house, second, NULL));
	house_clock_move(EVIL_HOUSE_MINUTE);
	if (twice)
		house_remove(&house, second, first);
	CHECK_OK(house_sync(&house, second, NULL));
	house_clock_move(EVIL_HOUSE_MINUTE);
	CHECK_OK(words_delete(&house.homes[keeper], GENP, "svce=item"));
	evil_house_mute();
	if (!first_shown)
		hide(rest[first], keeper);
	for (int round = 0; round < 5; round++) {
		house_clock_move(EVIL_HOUSE_MINUTE);
		CHECK_OK(house_sync(&house, keeper, NULL));
		CHECK_OK(house_sync(&house, second, NULL));
	}
	CHECK(words_count(&house.homes[keeper], GENP, "svce=item") == 0);
	CHECK(words_count(&house.homes[second], GENP, "svce=item") == 0);
}

static void case_148_what_gave_way_is_said_anew_twice(void)
{
	gave_way_to_what_was_said(false, true);
	gave_way_to_what_was_said(true, false);
	gave_way_to_what_was_said(true, true);
}

int main(void)
{
	static const struct check_test tests[] = {
		CHECK_TEST(case_143_one_that_left_is_put_out),
		CHECK_TEST(case_144_one_that_was_never_asked),
		CHECK_TEST(a_newcomer_makes_no_removal_dear),
		CHECK_TEST(case_145_keys_before_the_removal),
		CHECK_TEST(case_148_what_gave_way_is_said_anew),
		CHECK_TEST(case_148_what_gave_way_is_said_anew_twice),
	};

	home_use_memory();
	return check_main("closing", tests, KC_COUNT_OF(tests));
}
