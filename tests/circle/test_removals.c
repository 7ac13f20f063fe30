/* SPDX-License-Identifier: ISC */
/* What a removal does to those whom the removed device let in, what becomes of what that goes on to
 * write, and what it tells, on both layouts. */
#include <stdio.h>
#include <string.h>

#ifdef HOUSE_ON_SQLITE
#include <sqlite3.h>
#endif

#include "backend/keychain_sync.h"
#include "tests/check.h"
#include "tests/circle/house.h"
#include "tests/file.h"

#define GENP KC_CLASS_GENERIC

static enum kc_device_standing standing(struct house *house, size_t on, size_t of)
{
	return house_device(house, on, of).standing;
}

/* Before its author has looked at the store again. */
static void remove_blindly(struct house *house, size_t by, size_t target)
{
	KC_CLEANUP_CIRCLE struct kc_circle *circle = NULL;
	KC_CLEANUP_BUF struct kc_buf place = KC_BUF_INIT;
	KC_CLEANUP_TXN struct kc_txn txn = KC_TXN_INIT;
	struct kc_keychain *keychain = house->homes[by].keychain;
	struct kc_peer_id id = house_id(house, target);

	CHECK_OK_FATAL(kc_keychain_sync_recall(keychain, &place, &circle));
	CHECK_OK_FATAL(kc_circle_exclude(circle, &id, KC_EXCLUSION_REMOVED, 0, NULL));
	CHECK_OK_FATAL(kc_txn_begin(keychain->store, KC_TXN_WRITE, &txn));
	CHECK_OK_FATAL(kc_memory_put_circle(&txn, circle));
	CHECK_OK_FATAL(kc_txn_commit(&txn));
}

/* Exchanges of some until they have said all that they have to say. */
static void settle_some(struct house *house, const size_t *devices, size_t count)
{
	bool settled = false;

	for (int round = 0; round < 10 && !settled; round++) {
		struct kc_sync_report report = {0};

		for (size_t i = 0; i < count; i++)
			CHECK_OK_FATAL(house_sync(house, devices[i], &report));
		settled = report.sent == 0 && report.received == 0 && report.waiting == 0;
	}
	CHECK(settled);
}

/* --- the newcomers of a removed device ----------------------------------------------------------
 */

/* A new device takes the place of an old one while the third is off. */
static void a_newcomer_puts_out_its_only_sponsor(void)
{
	static const size_t left[] = {0, 2};
	CLEANUP_HOUSE struct house house;

	house_init(&house);
	house_add(&house, 0);
	CHECK_OK(words_add(&house.homes[0], GENP, "svce=old acct=ada sync=#1", "old"));
	house_settle(&house);
	house_add(&house, 1);
	house_remove(&house, 2, 1);
	CHECK_OK(words_add(&house.homes[2], GENP, "svce=new acct=ada sync=#1", "new"));
	CHECK_OK(house_sync(&house, 2, NULL));
	settle_some(&house, left, 2);
	CHECK(standing(&house, 0, 1) == KC_DEVICE_REMOVED);
	CHECK(standing(&house, 0, 2) == KC_DEVICE_MEMBER);
	CHECK(standing(&house, 2, 0) == KC_DEVICE_MEMBER);
	CHECK(words_has_secret(&house.homes[0], GENP, "svce=new", "new"));
	CHECK_OK(words_add(&house.homes[0], GENP, "svce=answer acct=ada sync=#1", "answer"));
	settle_some(&house, left, 2);
	CHECK(words_has_secret(&house.homes[2], GENP, "svce=answer", "answer"));
	CHECK_ERR(house_sync(&house, 1, NULL), KC_E_NOT_MEMBER);
}

/* The sponsor of a device is out, then that one's sponsor, by a newcomer that never met either. */
static void whom_those_let_in_who_are_out_stays(void)
{
	static const size_t before[] = {0, 1, 3}, left[] = {0, 3, 4};
	CLEANUP_HOUSE struct house house;

	house_init(&house);
	for (size_t i = 0; i < 3; i++)
		house_add(&house, i);
	house_settle(&house);
	house_remove(&house, 1, 2);
	settle_some(&house, before, KC_COUNT_OF(before));
	house_add(&house, 0);
	house_remove(&house, 4, 1);
	settle_some(&house, left, KC_COUNT_OF(left));
	for (size_t i = 0; i < KC_COUNT_OF(left); i++)
		for (size_t k = 0; k < KC_COUNT_OF(left); k++)
			CHECK(standing(&house, left[i], left[k]) == KC_DEVICE_MEMBER);
	CHECK_OK(words_add(&house.homes[3], GENP, "svce=new acct=ada sync=#1", "new"));
	settle_some(&house, left, KC_COUNT_OF(left));
	CHECK(words_has_secret(&house.homes[4], GENP, "svce=new", "new"));
}

/* Who puts out a device, and has not heard of its newcomer, cannot tell that from a thief's. It
 * pairs again, and loses nothing by it. */
static void a_newcomer_that_falls_with_its_sponsor_pairs_again(void)
{
	static const size_t left[] = {0, 2};
	CLEANUP_HOUSE struct house house;
	KC_CLEANUP_SYNC_REPORT struct kc_sync_report report = {0};

	house_init(&house);
	house_add(&house, 0);
	house_settle(&house);
	house_add(&house, 1);
	CHECK_OK(words_add(&house.homes[2], GENP, "svce=mine acct=ada sync=#1", "mine"));
	CHECK_OK(house_sync(&house, 2, NULL));
	remove_blindly(&house, 0, 1);
	CHECK_OK(house_sync(&house, 0, NULL));
	CHECK_ERR(kc_keychain_sync_now(house.homes[2].keychain, &report), KC_E_NOT_MEMBER);
	CHECK(report.removed_by[0] == 0);
	CHECK(house_device(&house, 2, 2).standing != KC_DEVICE_MEMBER);
	house_pair(&house, 0, 2);
	settle_some(&house, left, 2);
	CHECK(standing(&house, 0, 2) == KC_DEVICE_MEMBER);
	CHECK(words_has_secret(&house.homes[0], GENP, "svce=mine", "mine"));
}

/* --- what the removed device goes on to write ---------------------------------------------------
 */

#ifdef HOUSE_ON_SQLITE
#define ON_RECORDS true
#else
#define ON_RECORDS false
#endif

enum { REMOVER, WRITER, REMOVED, READER, DEVICES };
static const size_t not_removed[] = {REMOVER, WRITER, READER};

/* An item of the writer's, which all have. */
static void begin_written(struct house *house)
{
	house_init_many(house, INT64_C(1800000000000), DEVICES);
	CHECK_OK(words_add(&house->homes[WRITER], GENP, "svce=c acct=ada sync=#1", "first"));
	house_settle(house);
	house_clock_move(60000);
}

/* The writer's last change of it is read by the remover: what was sealed again for the new keys
 * does not mend it. The removed device writes over it before it hears of its removal, which is told
 * then. */
static void cover(struct house *house)
{
	CHECK_OK_FATAL(house_sync(house, WRITER, NULL));
	CHECK_OK_FATAL(house_sync(house, REMOVER, NULL));
	remove_blindly(house, REMOVER, REMOVED);
	house_clock_move(60000);
	CHECK_OK_FATAL(words_update(&house->homes[REMOVED], GENP, "svce=c", "", "theirs"));
	CHECK_OK_FATAL(house_sync(house, REMOVED, NULL));
	house_drop_sessions(house); /* nobody is told directly */
	house_clock_move(60000);
}

/* An exchange of a device that is in, and has written nothing there. */
static void check_waits(struct house *house, size_t device, uint64_t waiting)
{
	struct kc_sync_report report = {0};

	CHECK_OK(house_sync(house, device, &report));
	CHECK(report.sent == 0 && report.waiting == waiting);
	CHECK(!words_has_secret(&house->homes[device], GENP, "svce=c", "theirs"));
}

/* Of records that was the only copy: its writer puts it back, and nobody else. */
static void check_comes_back(struct house *house)
{
	struct kc_sync_report report = {0};

	check_waits(house, REMOVER, 0);
	check_waits(house, READER, ON_RECORDS);
	CHECK_OK(house_sync(house, WRITER, &report));
	CHECK(report.sent == ON_RECORDS);
	check_waits(house, READER, 0);
	settle_some(house, not_removed, KC_COUNT_OF(not_removed));
	CHECK_ERR(house_sync(house, REMOVED, NULL), KC_E_NOT_MEMBER);
}

static void what_one_who_is_out_covers_comes_back(void)
{
	CLEANUP_HOUSE struct house house;

	begin_written(&house);
	CHECK_OK(words_update(&house.homes[WRITER], GENP, "svce=c", "", "second"));
	cover(&house);
	check_comes_back(&house);
	for (size_t i = 0; i < KC_COUNT_OF(not_removed); i++)
		CHECK(words_has_secret(&house.homes[not_removed[i]], GENP, "svce=c", "second"));
}

static void a_deletion_that_one_who_is_out_covers_comes_back(void)
{
	CLEANUP_HOUSE struct house house;

	begin_written(&house);
	CHECK_OK(words_delete(&house.homes[WRITER], GENP, "svce=c"));
	cover(&house);
	check_comes_back(&house);
	for (size_t i = 0; i < KC_COUNT_OF(not_removed); i++)
		CHECK(words_count(&house.homes[not_removed[i]], GENP, "svce=c") == 0);
}

/* Two put out the same one at once, the first before it wrote, and the other after. What was taken
 * by then is said by whoever has it; the earlier cut counts. */
static void two_cut_at_different_lists(void)
{
	CLEANUP_HOUSE struct house house;

	begin_written(&house);
	remove_blindly(&house, READER, REMOVED);
	CHECK_OK(words_add(&house.homes[REMOVED], GENP, "svce=late acct=ada sync=#1", "late"));
	CHECK_OK(house_sync(&house, REMOVED, NULL));
	CHECK_OK(house_sync(&house, REMOVER, NULL));
	CHECK_OK(house_sync(&house, WRITER, NULL));
	house_remove(&house, REMOVER, REMOVED);
	CHECK_OK(house_sync(&house, REMOVER, NULL));
	CHECK_OK(house_sync(&house, WRITER, NULL));
	CHECK_OK(house_sync(&house, READER, NULL)); /* who is out, and no items, as yet */
	settle_some(&house, not_removed, KC_COUNT_OF(not_removed));
	for (size_t i = 0; i < KC_COUNT_OF(not_removed); i++) {
		size_t device = not_removed[i];

		CHECK(words_has_secret(&house.homes[device], GENP, "svce=late", "late"));
		CHECK(words_has_secret(&house.homes[device], GENP, "svce=c", "first"));
	}
	CHECK_ERR(house_sync(&house, REMOVED, NULL), KC_E_NOT_MEMBER);
}

/* --- what the removed device tells --------------------------------------------------------------
 */

static void check_told(struct house *house, const char *name, uint64_t removed_ms)
{
	KC_CLEANUP_SYNC_REPORT struct kc_sync_report status = {0};
	struct kc_device self = house_device(house, 1, 1);

	CHECK_OK(kc_keychain_sync_status(house->homes[1].keychain, &status));
	CHECK(strcmp(status.removed_by, name) == 0);
	CHECK(status.removed_ms == removed_ms);
	CHECK(self.standing == KC_DEVICE_REMOVED && strcmp(self.removed_by, name) == 0);
}

static void a_removal_is_told_for_ever(void)
{
	CLEANUP_HOUSE struct house house;
	KC_CLEANUP_SYNC_REPORT struct kc_sync_report report = {0};
	char name[KC_DEVICE_NAME_MAX + 1], aside[80];

	house_init(&house);
	house_add(&house, 0);
	house_settle(&house);
	house_remove(&house, 0, 1);
	snprintf(name, sizeof name, "%s", house_device(&house, 0, 0).name);
	CHECK_ERR(kc_keychain_sync_now(house.homes[1].keychain, &report), KC_E_NOT_MEMBER);
	CHECK(strcmp(report.removed_by, name) == 0 && report.removed_ms > 0);
	check_told(&house, name, report.removed_ms);
	house_restart(&house, 1);
	check_told(&house, name, report.removed_ms);
	snprintf(aside, sizeof aside, "%s.aside", house.store);
	CHECK_FATAL(rename(house.store, aside) == 0);
	house_restart(&house, 1);
	{
		KC_CLEANUP_SYNC_REPORT struct kc_sync_report again = {0};

		CHECK_ERR(kc_keychain_sync_now(house.homes[1].keychain, &again), KC_E_STORE_GONE);
	}
	check_told(&house, name, report.removed_ms);
	CHECK_FATAL(rename(aside, house.store) == 0);
	CHECK_ERR(house_sync(&house, 1, NULL), KC_E_NOT_MEMBER);
	check_told(&house, name, report.removed_ms);
	/* Until it has joined again. */
	house_pair(&house, 0, 1);
	{
		KC_CLEANUP_SYNC_REPORT struct kc_sync_report status = {0};

		CHECK_OK(kc_keychain_sync_status(house.homes[1].keychain, &status));
		CHECK(status.removed_by[0] == 0 && status.removed_ms == 0);
	}
}

/* --- another past of a removed device -----------------------------------------------------------
 */

static void move_tree(const char *from, const char *to)
{
	file_remove_tree(to);
	house_copy_tree(from, to);
}

static void change(struct house *house, size_t device, const char *secret)
{
	CHECK_OK_FATAL(words_update(&house->homes[device], GENP, "svce=c", "", secret));
	CHECK_OK_FATAL(house_sync(house, device, NULL));
}

static bool has(struct house *house, size_t device, const char *secret)
{
	return words_has_secret(&house->homes[device], GENP, "svce=c", secret);
}

#ifdef HOUSE_ON_SQLITE
/* Puts what changed in one store since another into a third, behind all that is there: cells of the
 * writer that made it, and items. */
static void plant(struct house *house, const char *before, const char *after)
{
	static const char sql[] =
		"ATTACH ?1 AS forged; ATTACH ?2 AS before;"
		"INSERT OR REPLACE INTO main.record (zone, name, seq, write_id, value) "
		"SELECT f.zone, f.name, z.seq + row_number() OVER (PARTITION BY f.zone "
		"ORDER BY f.seq), f.write_id, f.value "
		"FROM forged.record f JOIN main.zone z ON z.zone = f.zone "
		"WHERE NOT EXISTS (SELECT 1 FROM before.record b "
		"WHERE b.zone = f.zone AND b.name = f.name AND b.value = f.value);"
		"UPDATE main.zone SET seq = max(seq, (SELECT coalesce(max(r.seq), 0) "
		"FROM main.record r WHERE r.zone = main.zone.zone));";
	char forged_store[100], before_store[100], after_store[100];
	const char *rest = sql;
	sqlite3 *db = NULL;

	snprintf(forged_store, sizeof forged_store, "%s/store", house->store);
	snprintf(before_store, sizeof before_store, "%s/store", before);
	snprintf(after_store, sizeof after_store, "%s/store", after);
	CHECK_FATAL(sqlite3_open(after_store, &db) == SQLITE_OK);
	while (*rest) {
		sqlite3_stmt *statement = NULL;

		CHECK_FATAL(sqlite3_prepare_v2(db, rest, -1, &statement, &rest) == SQLITE_OK);
		if (sqlite3_bind_parameter_count(statement) >= 1)
			sqlite3_bind_text(statement, 1, forged_store, -1, SQLITE_STATIC);
		if (sqlite3_bind_parameter_count(statement) >= 2)
			sqlite3_bind_text(statement, 2, before_store, -1, SQLITE_STATIC);
		CHECK_FATAL(sqlite3_step(statement) == SQLITE_DONE);
		sqlite3_finalize(statement);
	}
	CHECK(sqlite3_changes(db) > 0);
	sqlite3_close(db);
}
#else
/* Puts the log of the removed device from one store into another. */
static void plant(struct house *house, const char *before, const char *after)
{
	char log[HOUSE_PATH_MAX], log_after[HOUSE_PATH_MAX + 8];
	struct kc_peer_id id = house_id(house, 2);
	struct kc_writer_id writer = kc_circle_writer(&id);

	(void)before;
	house_path(house, &writer, 1, log);
	*strrchr(log, '/') = 0;
	snprintf(log_after, sizeof log_after, "%s%s", after, log + strlen(house->store));
	move_tree(log, log_after);
}
#endif

/* Device 1 has not read what device 2 wrote last when that is put out. The store, with the keys of
 * the removed one, shows it another past, which ends before the cut: what is in it was made since.
 */
static void another_past_before_the_cut_is_not_taken(void)
{
	static const size_t left[] = {0, 1};
	CLEANUP_HOUSE struct house house;
	char before[80], after[80], home[80];
	struct home *removed = &house.homes[2];

	house_init_many(&house, INT64_C(1800000000000), 3);
	CHECK_OK(words_add(removed, GENP, "svce=c acct=ada sync=#1", "first"));
	house_settle(&house);
	snprintf(before, sizeof before, "%s.before", house.store);
	snprintf(after, sizeof after, "%s.after", house.store);
	snprintf(home, sizeof home, "%s.home", house.store);
	house_copy_tree(house.store, before);
	home_close(removed);
	house_copy_tree(removed->path, home);
	home_open(removed);
	home_unlock(removed);
	for (int i = 0; i < 4; i++) {
		house_clock_move(60000);
		change(&house, 2, "second");
	}
	CHECK_OK(house_sync(&house, 0, NULL));
	house_remove(&house, 0, 2);
	CHECK_OK(house_sync(&house, 0, NULL));
	house_copy_tree(house.store, after);
	/* As the thief would have had it. */
	move_tree(before, house.store);
	home_close(removed);
	move_tree(home, removed->path);
	home_open(removed);
	home_unlock(removed);
	house_clock_move(60000);
	change(&house, 2, "forged");
	plant(&house, before, after);
	move_tree(after, house.store);
	for (int round = 0; round < 3; round++) {
		for (size_t i = 0; i < KC_COUNT_OF(left); i++) {
			(void)!house_sync(&house, left[i], NULL);
			CHECK(!has(&house, left[i], "forged"));
		}
		house_clock_move(60 * 60000);
	}
	CHECK(has(&house, 0, "second"));
	file_remove_tree(before);
	file_remove_tree(after);
	file_remove_tree(home);
}

int main(void)
{
	static const struct check_test tests[] = {
		CHECK_TEST(a_newcomer_puts_out_its_only_sponsor),
		CHECK_TEST(whom_those_let_in_who_are_out_stays),
		CHECK_TEST(a_newcomer_that_falls_with_its_sponsor_pairs_again),
		CHECK_TEST(what_one_who_is_out_covers_comes_back),
		CHECK_TEST(two_cut_at_different_lists),
		CHECK_TEST(a_deletion_that_one_who_is_out_covers_comes_back),
		CHECK_TEST(a_removal_is_told_for_ever),
		CHECK_TEST(another_past_before_the_cut_is_not_taken),
	};

	return check_main("removals", tests, KC_COUNT_OF(tests));
}
