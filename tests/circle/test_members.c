/* SPDX-License-Identifier: ISC */
/* Removing a device, leaving, new keys, and what is told of it: by the door. */
#include <stdio.h>
#include <string.h>

#include "backend/item/policy.h"
#include "backend/keychain_sync.h"
#include "tests/check.h"
#include "tests/circle/house.h"
#include "tests/file.h"

#define GENP KC_CLASS_GENERIC
#define INET KC_CLASS_INTERNET
#define START_MS INT64_C(1700000000000)

static const struct kc_bytes no_password = {NULL, 0};

/* --- looking ------------------------------------------------------------------------------------
 */

/* The device's row in the list of another. */
static struct kc_device row_of(struct house *house, size_t on, const uint8_t *id)
{
	KC_CLEANUP_DEVICE_LIST struct kc_device_list list = {0};

	CHECK_OK_FATAL(kc_keychain_devices(house->homes[on].keychain, &list));
	for (size_t i = 0; i < list.count; i++)
		if (id ? memcmp(list.rows[i].id, id, KC_DEVICE_ID_LEN) == 0 : list.rows[i].is_this)
			return list.rows[i];
	CHECK_FATAL(false);
	return (struct kc_device){0};
}

static void id_of(struct house *house, size_t device, uint8_t ret[static KC_DEVICE_ID_LEN])
{
	struct kc_device row = row_of(house, device, NULL);

	memcpy(ret, row.id, sizeof row.id);
}

static enum kc_device_standing standing(struct house *house, size_t on, const uint8_t *id)
{
	return row_of(house, on, id).standing;
}

static kc_err remove_device(
	struct house *house, size_t by, const uint8_t *id, struct kc_bytes password, bool lost)
{
	KC_CLEANUP_SYNC_REPORT struct kc_sync_report report = {0};

	return kc_keychain_device_remove(house->homes[by].keychain, id, password, lost, 0, &report);
}

/* The newest epoch of a view that a device may write in; 0 when there is none. */
static uint64_t epoch_of(struct house *house, size_t device, unsigned view)
{
	KC_CLEANUP_CIRCLE struct kc_circle *circle = NULL;
	KC_CLEANUP_BUF struct kc_buf place = KC_BUF_INIT;
	const struct kc_held_epoch *held;
	struct kc_trust trust;

	CHECK_OK_FATAL(kc_keychain_sync_recall(house->homes[device].keychain, &place, &circle));
	CHECK_OK_FATAL(kc_circle_judge(circle, &trust));
	if (kc_circle_usable_epoch(circle, &trust, view, &held) != KC_OK)
		return 0;
	return held->epoch->name.epoch;
}

static void settle_some(struct house *house, const size_t *devices, size_t count)
{
	for (int round = 0; round < 6; round++)
		for (size_t i = 0; i < count; i++)
			CHECK_OK_FATAL(house_sync(house, devices[i], NULL));
}

/* --- removal ------------------------------------------------------------------------------------
 */

static void a_removed_device_gets_nothing_new(void)
{
	static const size_t left[] = {0, 2};
	CLEANUP_HOUSE struct house house;
	uint8_t out[KC_DEVICE_ID_LEN];
	KC_CLEANUP_SYNC_REPORT struct kc_sync_report report = {0};

	house_init(&house);
	house_add(&house, 0);
	house_add(&house, 0);
	CHECK_OK(words_add(&house.homes[0], GENP, "svce=old acct=ada sync=#1", "old"));
	house_settle(&house);
	id_of(&house, 1, out);
	CHECK_OK(remove_device(&house, 0, out, kc_bytes_str(HOUSE_PASSWORD), false));
	CHECK(standing(&house, 0, out) == KC_DEVICE_REMOVED);
	settle_some(&house, left, 2);
	CHECK(standing(&house, 2, out) == KC_DEVICE_REMOVED);
	for (unsigned view = KC_VIEW_PASSWORDS; view < KC_VIEW_COUNT; view++)
		CHECK(epoch_of(&house, 0, view) == 2 && epoch_of(&house, 2, view) == 2);
	CHECK_OK(words_add(&house.homes[2], GENP, "svce=new acct=ada sync=#1", "new"));
	settle_some(&house, left, 2);
	CHECK(words_has_secret(&house.homes[0], GENP, "svce=new", "new"));
	/* The device hears of it, keeps what it had, and says who did it. */
	CHECK_OK(words_add(&house.homes[1], GENP, "svce=late acct=ada sync=#1", "late"));
	CHECK_ERR(kc_keychain_sync_now(house.homes[1].keychain, &report), KC_E_NOT_MEMBER);
	CHECK(strcmp(report.removed_by, row_of(&house, 0, NULL).name) == 0);
	CHECK(report.removed_ms == row_of(&house, 0, out).removed_ms && report.removed_ms > 0);
	CHECK(words_has_secret(&house.homes[1], GENP, "svce=old", "old"));
	CHECK(words_count(&house.homes[1], GENP, "svce=new") == 0);
	settle_some(&house, left, 2);
	CHECK(words_count(&house.homes[0], GENP, "svce=late") == 0);
	/* Once is enough. */
	CHECK_ERR(remove_device(&house, 0, out, no_password, false), KC_E_DUPLICATE);
	/* It joins again with another identity, and what it could not send is new. */
	house_pair(&house, 2, 1);
	house_settle(&house);
	CHECK(house_agrees(&house));
	CHECK(words_has_secret(&house.homes[0], GENP, "svce=late", "late"));
	CHECK(standing(&house, 0, out) == KC_DEVICE_REMOVED);
	CHECK(row_of(&house, 1, NULL).standing == KC_DEVICE_MEMBER);
}

/* Who was away takes no epoch of one that it hears of as of one who is removed; but what was
 * written under it counts, and so do lists that are sealed with it. */
static void keys_that_a_removed_device_made(void)
{
	enum { STAYS, AWAY, GOES };
	CLEANUP_HOUSE struct house house;
	KC_CLEANUP_SYNC_REPORT struct kc_sync_report report = {0};
	uint8_t out[KC_DEVICE_ID_LEN];

	house_init(&house);
	house_add(&house, STAYS);
	house_settle(&house);
	house_add(&house, STAYS); /* unknown to who is away */
	id_of(&house, GOES, out);
	for (int i = 0; i < 3; i++) {
		char attrs[40];

		snprintf(attrs, sizeof attrs, "svce=s%d acct=ada sync=#1", i);
		CHECK_OK(kc_keychain_rotate(house.homes[GOES].keychain, &report));
		CHECK_OK(words_add(&house.homes[STAYS], GENP, attrs, "x"));
		CHECK_OK(house_sync(&house, STAYS, NULL));
	}
	CHECK(epoch_of(&house, STAYS, KC_VIEW_PASSWORDS) == 4);
	CHECK_OK(remove_device(&house, STAYS, out, no_password, false));
	CHECK_OK(words_add(&house.homes[STAYS], GENP, "svce=since acct=ada sync=#1", "x"));
	CHECK_OK(house_sync(&house, STAYS, NULL));
	kc_sync_report_done(&report);
	report = (struct kc_sync_report){0};
	CHECK_OK(house_sync(&house, AWAY, &report));
	CHECK(report.waiting == 0 && words_count(&house.homes[AWAY], GENP, "sync=#1") == 4);
	CHECK(epoch_of(&house, AWAY, KC_VIEW_PASSWORDS) == 5);
	CHECK_OK(words_add(&house.homes[AWAY], GENP, "svce=back acct=ada sync=#1", "x"));
	CHECK_OK(house_sync(&house, AWAY, NULL));
	CHECK_OK(house_sync(&house, STAYS, NULL));
	CHECK(words_count(&house.homes[STAYS], GENP, "sync=#1") == 5);
}

static void what_cannot_be_removed(void)
{
	CLEANUP_HOUSE struct house house;
	uint8_t self[KC_DEVICE_ID_LEN], other[KC_DEVICE_ID_LEN];
	const uint8_t nobody[KC_DEVICE_ID_LEN] = {9};

	house_init(&house);
	house_add(&house, 0);
	id_of(&house, 0, self);
	id_of(&house, 1, other);
	CHECK_ERR(remove_device(&house, 0, nobody, no_password, false), KC_E_NOT_FOUND);
	CHECK_ERR(remove_device(&house, 0, self, no_password, false), KC_E_PARAM);
	CHECK_ERR(remove_device(&house, 0, other, kc_bytes_str("another one"), false),
		KC_E_ACCOUNT_PASSWORD);
	CHECK(standing(&house, 0, other) == KC_DEVICE_MEMBER);
}

/* A removal that the store does not take is made as soon as it does. */
static void a_removal_without_the_store(void)
{
	CLEANUP_HOUSE struct house house;
	uint8_t out[KC_DEVICE_ID_LEN];
	char aside[80];

	house_init(&house);
	house_add(&house, 0);
	house_settle(&house);
	id_of(&house, 1, out);
	snprintf(aside, sizeof aside, "%s.aside", house.store);
	CHECK_FATAL(rename(house.store, aside) == 0);
	CHECK_ERR(remove_device(&house, 0, out, no_password, true), KC_E_STORE_GONE);
	CHECK(standing(&house, 0, out) == KC_DEVICE_REMOVED);
	CHECK_FATAL(rename(aside, house.store) == 0);
	CHECK_OK(house_sync(&house, 0, NULL));
	CHECK_ERR(house_sync(&house, 1, NULL), KC_E_NOT_MEMBER);
	CHECK(row_of(&house, 0, out).lost);
}

/* Rank decides between two that put each other out. */
static void a_counter_statement(void)
{
	CLEANUP_HOUSE struct house house;
	uint8_t elder[KC_DEVICE_ID_LEN], thief[KC_DEVICE_ID_LEN];
	KC_CLEANUP_SYNC_REPORT struct kc_sync_report report = {0};

	house_init(&house);
	house_add(&house, 0);
	house_add(&house, 0);
	house_settle(&house);
	id_of(&house, 0, elder);
	id_of(&house, 1, thief);
	CHECK_OK(remove_device(&house, 1, elder, no_password, false));
	CHECK_ERR(house_sync(&house, 0, NULL), KC_E_NOT_MEMBER);
	CHECK_OK(house_sync(&house, 2, NULL));
	CHECK(standing(&house, 2, elder) == KC_DEVICE_REMOVED);
	/* Nobody else put it out. */
	CHECK_ERR(kc_keychain_device_counter(house.homes[0].keychain, elder, no_password, &report),
		KC_E_NOT_FOUND);
	CHECK_OK(kc_keychain_device_counter(
		house.homes[0].keychain, thief, kc_bytes_str(HOUSE_PASSWORD), &report));
	CHECK(standing(&house, 0, thief) == KC_DEVICE_REMOVED);
	CHECK(row_of(&house, 0, NULL).standing == KC_DEVICE_MEMBER);
	CHECK_OK(house_sync(&house, 2, NULL));
	CHECK(standing(&house, 2, elder) == KC_DEVICE_MEMBER);
	CHECK(standing(&house, 2, thief) == KC_DEVICE_REMOVED);
	CHECK_ERR(house_sync(&house, 1, NULL), KC_E_NOT_MEMBER);
}

/* Of removals by one device those that an answer to it takes away, as the history has them. */
static size_t count_falling(struct house *house, size_t on, const uint8_t *id)
{
	KC_CLEANUP_HISTORY_LIST struct kc_history_list history = {0};
	size_t count = 0;

	CHECK_OK_FATAL(kc_keychain_history(house->homes[on].keychain, &history));
	for (size_t i = 0; i < history.count; i++)
		count += history.rows[i].falls &&
			 memcmp(history.rows[i].device_id, id, KC_DEVICE_ID_LEN) == 0;
	return count;
}

/* What the answered device said of others before it removed this one stays as it is: what was heard
 * before, and what it gave the password for. What it said with that removal falls. */
static void an_answer_leaves_out_who_was_out(void)
{
	enum { ELDER, HOSTILE, ANSWERS, LOST, GIVEN, LATE, DEVICES };
	static const size_t left[] = {ELDER, ANSWERS};

	for (int heard = 0; heard < 2; heard++) {
		CLEANUP_HOUSE struct house house;
		uint8_t ids[DEVICES][KC_DEVICE_ID_LEN];
		KC_CLEANUP_SYNC_REPORT struct kc_sync_report report = {0};

		house_init_many(&house, START_MS, DEVICES);
		for (size_t i = 0; i < DEVICES; i++)
			id_of(&house, i, ids[i]);
		house_clock_move(11 * 60 * 1000);
		CHECK_OK(remove_device(
			&house, HOSTILE, ids[LOST], kc_bytes_str(HOUSE_PASSWORD), true));
		house_clock_move(11 * 60 * 1000);
		CHECK_OK(remove_device(&house, HOSTILE, ids[GIVEN], no_password, false));
		if (heard)
			settle_some(&house, left, 2);
		house_clock_move(60 * 1000);
		CHECK_OK(remove_device(&house, HOSTILE, ids[ANSWERS], no_password, false));
		CHECK_OK(remove_device(&house, HOSTILE, ids[LATE], no_password, false));
		CHECK_ERR(house_sync(&house, ANSWERS, NULL), KC_E_NOT_MEMBER);
		CHECK(count_falling(&house, ANSWERS, ids[LOST]) == 0);
		CHECK(count_falling(&house, ANSWERS, ids[GIVEN]) == !heard);
		CHECK(count_falling(&house, ANSWERS, ids[ANSWERS]) == 0);
		house_restart(&house, ANSWERS);
		CHECK_OK(kc_keychain_device_counter(house.homes[ANSWERS].keychain, ids[HOSTILE],
			kc_bytes_str(HOUSE_PASSWORD), &report));
		settle_some(&house, left, 2);
		for (size_t i = 0; i < 2; i++) {
			CHECK(standing(&house, left[i], ids[ANSWERS]) == KC_DEVICE_MEMBER);
			CHECK(standing(&house, left[i], ids[HOSTILE]) == KC_DEVICE_REMOVED);
			CHECK(standing(&house, left[i], ids[LOST]) == KC_DEVICE_REMOVED);
			CHECK(standing(&house, left[i], ids[GIVEN]) ==
				(heard ? KC_DEVICE_REMOVED : KC_DEVICE_MEMBER));
			CHECK(standing(&house, left[i], ids[LATE]) == KC_DEVICE_MEMBER);
			CHECK(row_of(&house, left[i], ids[LOST]).lost);
		}
		CHECK_ERR(house_sync(&house, LOST, NULL), KC_E_NOT_MEMBER);
		house_clock_real();
	}
}

/* An answer without the password that is repeated with it says again with it whom it left out. */
static void an_answer_again_with_the_password(void)
{
	CLEANUP_HOUSE struct house house;
	uint8_t ids[4][KC_DEVICE_ID_LEN];
	KC_CLEANUP_SYNC_REPORT struct kc_sync_report report = {0};
	KC_CLEANUP_CIRCLE struct kc_circle *circle = NULL;
	kc_err err;

	house_init_many(&house, START_MS, 4);
	for (size_t i = 0; i < 4; i++)
		id_of(&house, i, ids[i]);
	house_clock_move(11 * 60 * 1000);
	CHECK_OK(remove_device(&house, 1, ids[3], kc_bytes_str(HOUSE_PASSWORD), true));
	house_clock_move(11 * 60 * 1000);
	CHECK_OK(house_sync(&house, 2, NULL));
	CHECK_OK(remove_device(&house, 1, ids[2], no_password, false));
	CHECK_ERR(house_sync(&house, 2, NULL), KC_E_NOT_MEMBER);
	/* Which of the two is in hangs on their ids. */
	err = kc_keychain_device_counter(house.homes[2].keychain, ids[1], no_password, &report);
	CHECK(err == KC_OK || err == KC_E_NOT_MEMBER);
	CHECK_OK(kc_keychain_device_counter(
		house.homes[2].keychain, ids[1], kc_bytes_str(HOUSE_PASSWORD), &report));
	CHECK(standing(&house, 2, ids[3]) == KC_DEVICE_REMOVED);
	circle = house_recall(&house, 2);
	CHECK_FATAL(kc_circle_self(circle)->list->exclude_count == 2);
	for (size_t i = 0; i < 2; i++)
		CHECK(kc_circle_self(circle)->list->exclude[i].cosigned);
	house_clock_real();
}

/* --- leaving ------------------------------------------------------------------------------------
 */

static void a_device_that_leaves(void)
{
	static const size_t left[] = {0, 2};
	CLEANUP_HOUSE struct house house;
	uint8_t gone[KC_DEVICE_ID_LEN];
	KC_CLEANUP_SYNC_REPORT struct kc_sync_report report = {0};

	house_init(&house);
	house_add(&house, 0);
	house_add(&house, 1);
	house_settle(&house);
	id_of(&house, 1, gone);
	CHECK_OK(words_add(&house.homes[1], GENP, "svce=last acct=ada sync=#1", "last word"));
	CHECK_OK(kc_keychain_leave(house.homes[1].keychain, false));
	CHECK_ERR(kc_keychain_sync_now(house.homes[1].keychain, &report), KC_E_NO_STORE);
	CHECK(words_has_secret(&house.homes[1], GENP, "svce=last sync=#1", "last word"));
	settle_some(&house, left, 2);
	CHECK(words_has_secret(&house.homes[0], GENP, "svce=last", "last word"));
	CHECK(words_has_secret(&house.homes[2], GENP, "svce=last", "last word"));
	CHECK(standing(&house, 0, gone) == KC_DEVICE_RETIRED);
	CHECK(row_of(&house, 0, gone).removed_ms > 0);
	/* Whom it let in stays, and the keys are new. */
	CHECK(row_of(&house, 2, NULL).standing == KC_DEVICE_MEMBER);
	CHECK(epoch_of(&house, 0, KC_VIEW_PASSWORDS) >= 2);
	CHECK(epoch_of(&house, 0, KC_VIEW_PASSWORDS) == epoch_of(&house, 2, KC_VIEW_PASSWORDS));
	CHECK_OK(words_add(&house.homes[2], GENP, "svce=after acct=ada sync=#1", "after"));
	settle_some(&house, left, 2);
	CHECK(words_has_secret(&house.homes[0], GENP, "svce=after", "after"));
	house_pair(&house, 0, 1);
	house_settle(&house);
	CHECK(house_agrees(&house));
}

/* Two new passwords, and with each a circle, heard of when who made them is gone; and with them,
 * or before, that it let another in. What it made last is followed: nothing of all that is refused,
 * and nothing missed. */
static void leave_with_new_passwords(bool before)
{
	static const size_t left[] = {0, 2};
	CLEANUP_HOUSE struct house house;
	KC_CLEANUP_SYNC_REPORT struct kc_sync_report changed = {0};
	KC_CLEANUP_CIRCLE struct kc_circle *made = NULL;

	house_init(&house);
	house_add(&house, 0);
	house_settle(&house);
	house_add(&house, 1);
	if (before)
		house_settle(&house);
	made = house_recall(&house, 1);
	for (int time = 0; time < 2; time++)
		CHECK_OK_FATAL(kc_keychain_account_password(house.homes[1].keychain,
			kc_bytes_str(time ? "another for all devices" : HOUSE_PASSWORD),
			kc_bytes_str(time ? "a third for all devices" : "another for all devices"),
			&changed));
	CHECK_OK(kc_keychain_leave(house.homes[1].keychain, false));
	for (size_t i = 0; i < 2; i++) {
		KC_CLEANUP_SYNC_REPORT struct kc_sync_report report = {0};
		KC_CLEANUP_CIRCLE struct kc_circle *circle = NULL;

		CHECK_OK(house_sync(&house, left[i], &report));
		CHECK(report.waiting == 0 && report.refused == 0);
		circle = house_recall(&house, left[i]);
		CHECK(circle->account_key.seq == 3);
		CHECK(circle->compat.compat->generation == made->compat.compat->generation + 2);
	}
	settle_some(&house, left, 2);
}

static void leaving_with_new_passwords(void)
{
	leave_with_new_passwords(true);
	leave_with_new_passwords(false);
}

static void leaving_without_the_store(void)
{
	CLEANUP_HOUSE struct house house;
	char aside[80];

	house_init(&house);
	house_add(&house, 0);
	snprintf(aside, sizeof aside, "%s.aside", house.store);
	CHECK_FATAL(rename(house.store, aside) == 0);
	CHECK_ERR(kc_keychain_leave(house.homes[1].keychain, false), KC_E_STORE_GONE);
	CHECK_FATAL(rename(aside, house.store) == 0);
	CHECK_OK(house_sync(&house, 1, NULL));
	CHECK(row_of(&house, 1, NULL).standing == KC_DEVICE_MEMBER);
	CHECK_OK(kc_keychain_leave(house.homes[1].keychain, false));
}

/* One that is told that the store is gone for good does not look at it: the others hear nothing. */
static void leaving_without_a_word(void)
{
	CLEANUP_HOUSE struct house house;
	char aside[80];

	house_init(&house);
	house_add(&house, 0);
	snprintf(aside, sizeof aside, "%s.aside", house.store);
	CHECK_FATAL(rename(house.store, aside) == 0);
	kc_keychain_lock(house.homes[1].keychain);
	CHECK_ERR(kc_keychain_leave(house.homes[1].keychain, true), KC_E_LOCKED);
	home_unlock(&house.homes[1]);
	CHECK_OK(kc_keychain_leave(house.homes[1].keychain, true));
	CHECK_FATAL(rename(aside, house.store) == 0);
	CHECK_ERR(house_sync(&house, 1, NULL), KC_E_NO_STORE);
	CHECK_OK(house_sync(&house, 0, NULL));
	CHECK(row_of(&house, 0, NULL).standing == KC_DEVICE_MEMBER);
}

/* --- copies -------------------------------------------------------------------------------------
 */

/* A device that was put back from a copy finds that its identity has gone on without it. */
static void a_restored_copy_joins_again(void)
{
	CLEANUP_HOUSE struct house house;
	KC_CLEANUP_SYNC_REPORT struct kc_sync_report report = {0};
	char copy[700], code[KC_PAIRING_CODE_LEN + 1];
	uint8_t before[KC_DEVICE_ID_LEN];
	struct home *home = &house.homes[1];

	house_init(&house);
	house_add(&house, 0);
	house_settle(&house);
	id_of(&house, 1, before);
	home_close(home);
	snprintf(copy, sizeof copy, "%s.copy", home->path);
	house_copy_tree(home->path, copy);
	home_open(home);
	home_unlock(home);
	CHECK_OK(words_add(home, GENP, "svce=since acct=ada sync=#1", "since the copy"));
	house_settle(&house);
	home_close(home);
	file_remove_tree(home->path);
	house_copy_tree(copy, home->path);
	file_remove_tree(copy);
	home_open(home);
	home_unlock(home);
	CHECK_OK(words_add(home, GENP, "svce=mine acct=ada sync=#1", "not sent"));
	CHECK_ERR(kc_keychain_sync_now(home->keychain, &report), KC_E_STORE_SUSPECT);
	CHECK(report.alarm && strcmp(report.alarm, "fork") == 0 && report.copied);
	CHECK_ERR(kc_keychain_pair_start(home->keychain, kc_bytes_str(HOUSE_PASSWORD), code),
		KC_E_STORE_SUSPECT);
	house_pair(&house, 0, 1);
	house_settle(&house);
	CHECK(house_agrees(&house));
	CHECK(words_has_secret(&house.homes[0], GENP, "svce=mine", "not sent"));
	CHECK(words_has_secret(home, GENP, "svce=since", "since the copy"));
	CHECK(memcmp(row_of(&house, 1, NULL).id, before, sizeof before) != 0);
	kc_sync_report_done(&report);
	report = (struct kc_sync_report){0};
	CHECK_OK(kc_keychain_sync_now(home->keychain, &report));
	CHECK(!report.alarm && !report.copied);
}

#ifndef HOUSE_ON_SQLITE
/* What the store makes up in a device's log is no twin. */
static void an_invented_operation_is_no_twin(void)
{
	CLEANUP_HOUSE struct house house;
	KC_CLEANUP_SYNC_REPORT struct kc_sync_report report = {0};
	KC_CLEANUP_CIRCLE struct kc_circle *circle = NULL;
	KC_CLEANUP_BUF struct kc_buf place = KC_BUF_INIT, contents = KC_BUF_INIT;
	struct kc_writer_id writer;
	char from[HOUSE_PATH_MAX], to[HOUSE_PATH_MAX];
	uint64_t last;

	house_init(&house);
	house_add(&house, 0);
	house_settle(&house);
	CHECK_OK_FATAL(kc_keychain_sync_recall(house.homes[1].keychain, &place, &circle));
	writer = kc_circle_writer(&circle->identity.id);
	last = kc_circle_self(circle)->position.number;
	house_path(&house, &writer, last, from);
	house_path(&house, &writer, last + 1, to);
	CHECK_FATAL(file_read(from, &contents));
	CHECK_FATAL(file_write(to, kc_buf_bytes(&contents)));
	CHECK_ERR(kc_keychain_sync_now(house.homes[1].keychain, &report), KC_E_STORE_SUSPECT);
	CHECK(report.alarm && strcmp(report.alarm, "fork") == 0 && !report.copied);
}
#endif

/* --- new keys -----------------------------------------------------------------------------------
 */

static void new_keys_on_demand(void)
{
	CLEANUP_HOUSE struct house house;
	KC_CLEANUP_SYNC_REPORT struct kc_sync_report report = {0};

	house_init(&house);
	house_add(&house, 0);
	CHECK_OK(kc_keychain_rotate(house.homes[1].keychain, &report));
	house_settle(&house);
	for (unsigned view = KC_VIEW_PASSWORDS; view < KC_VIEW_COUNT; view++)
		CHECK(epoch_of(&house, 0, view) == 2 && epoch_of(&house, 1, view) == 2);
	CHECK_OK(words_add(&house.homes[0], GENP, "svce=a acct=ada sync=#1", "a"));
	house_settle(&house);
	CHECK(house_agrees(&house) && words_count(&house.homes[1], GENP, "svce=a") == 1);
}

static void new_keys_each_year(void)
{
	CLEANUP_HOUSE struct house house;

	house_clock_set(START_MS);
	house_init(&house);
	house_add(&house, 0);
	house_settle(&house);
	house_clock_move(INT64_C(364) * 24 * 60 * 60 * 1000);
	house_settle(&house);
	CHECK(epoch_of(&house, 0, KC_VIEW_PASSWORDS) == 1);
	house_clock_move(INT64_C(2) * 24 * 60 * 60 * 1000);
	house_settle(&house);
	CHECK(epoch_of(&house, 0, KC_VIEW_PASSWORDS) == 2);
	CHECK(epoch_of(&house, 1, KC_VIEW_OTHER) == 2);
}

/* --- what is told -------------------------------------------------------------------------------
 */

static void the_history(void)
{
	CLEANUP_HOUSE struct house house;
	uint8_t out[KC_DEVICE_ID_LEN];
	KC_CLEANUP_HISTORY_LIST struct kc_history_list history = {0};
	static const enum kc_history_kind expected[] = {KC_HISTORY_BEGUN, KC_HISTORY_ADDED,
		KC_HISTORY_ADDED, KC_HISTORY_LOST, KC_HISTORY_NEW_KEYS, KC_HISTORY_NEW_PASSWORD};
	KC_CLEANUP_SYNC_REPORT struct kc_sync_report report = {0};

	house_clock_set(START_MS);
	house_init(&house);
	house_clock_move(1000);
	house_add(&house, 0);
	house_clock_move(1000);
	house_add(&house, 1);
	house_clock_move(1000);
	house_settle(&house);
	id_of(&house, 2, out);
	CHECK_OK(remove_device(&house, 0, out, no_password, true));
	house_clock_move(1000);
	CHECK_OK(kc_keychain_account_password(house.homes[1].keychain, kc_bytes_str(HOUSE_PASSWORD),
		kc_bytes_str("another one"), &report));
	CHECK_OK(house_sync(&house, 0, NULL));
	CHECK_OK(kc_keychain_history(house.homes[0].keychain, &history));
	CHECK_FATAL(history.count == KC_COUNT_OF(expected));
	for (size_t i = 0; i < history.count; i++)
		CHECK(history.rows[i].kind == expected[i]);
	CHECK(history.rows[0].time_ms == START_MS);
	CHECK(history.rows[5].time_ms == START_MS + 4000);
	CHECK(strcmp(history.rows[5].by, row_of(&house, 1, NULL).name) == 0);
	CHECK(history.rows[3].time_ms == START_MS + 3000 && !history.rows[3].overruled);
	CHECK(strcmp(history.rows[3].device, row_of(&house, 0, out).name) == 0);
	CHECK(strcmp(history.rows[3].by, row_of(&house, 0, NULL).name) == 0);
}

static void what_a_device_could_read(void)
{
	CLEANUP_HOUSE struct house house;
	uint8_t out[KC_DEVICE_ID_LEN];
	KC_CLEANUP_EXPOSURE struct kc_exposure exposure = {.refs = KC_BUF_INIT};
	const uint8_t nobody[KC_DEVICE_ID_LEN] = {9};

	house_clock_set(START_MS);
	house_init(&house);
	CHECK_OK(words_add(&house.homes[0], GENP, "svce=a acct=ada sync=#1", "a"));
	CHECK_OK(words_add(&house.homes[0], INET, "srvr=b acct=ada sync=#1", "b"));
	CHECK_OK(words_add(&house.homes[0], GENP, "svce=own acct=ada", "own"));
	CHECK_OK(words_add(&house.homes[0], GENP, "svce=gone acct=ada sync=#1", "gone"));
	house_add(&house, 0);
	house_settle(&house);
	CHECK_OK(words_delete(&house.homes[0], GENP, "svce=gone"));
	id_of(&house, 1, out);
	house_clock_move(5000);
	CHECK_OK(remove_device(&house, 0, out, no_password, true));
	house_clock_move(5000);
	CHECK_OK(words_add(&house.homes[0], GENP, "svce=later acct=ada sync=#1", "later"));
	CHECK_OK(house_sync(&house, 0, NULL));
	CHECK_OK(kc_keychain_exposure(house.homes[0].keychain, out, &exposure));
	CHECK(exposure.generic == 1 && exposure.internet == 1);
	CHECK(exposure.certificates == 0 && exposure.keys == 0);
	CHECK(exposure.refs.len == 2 * KC_PERSISTENT_REF_LEN);
	CHECK_ERR(kc_keychain_exposure(house.homes[0].keychain, nobody, &exposure), KC_E_NOT_FOUND);
	id_of(&house, 0, out);
	CHECK_OK(kc_keychain_exposure(house.homes[0].keychain, out, &exposure));
	CHECK(exposure.generic == 2 && exposure.internet == 1);
}

int main(void)
{
	static const struct check_test tests[] = {
		CHECK_TEST(a_removed_device_gets_nothing_new),
		CHECK_TEST(keys_that_a_removed_device_made),
		CHECK_TEST(what_cannot_be_removed),
		CHECK_TEST(a_removal_without_the_store),
		CHECK_TEST(a_counter_statement),
		CHECK_TEST(an_answer_leaves_out_who_was_out),
		CHECK_TEST(an_answer_again_with_the_password),
		CHECK_TEST(a_device_that_leaves),
		CHECK_TEST(leaving_with_new_passwords),
		CHECK_TEST(leaving_without_the_store),
		CHECK_TEST(leaving_without_a_word),
		CHECK_TEST(a_restored_copy_joins_again),
#ifndef HOUSE_ON_SQLITE
		CHECK_TEST(an_invented_operation_is_no_twin),
#endif
		CHECK_TEST(new_keys_on_demand),
		CHECK_TEST(new_keys_each_year),
		CHECK_TEST(the_history),
		CHECK_TEST(what_a_device_could_read),
	};
	return check_main("members", tests, KC_COUNT_OF(tests));
}
