/* SPDX-License-Identifier: ISC */
/*
 * A store whose owner put a backup of it in its place: every device says so first, and takes
 * nothing from it; then one after the other says anew what was lost. Nothing is lost by it, nothing
 * comes back that was deleted, and nobody comes back who was put out.
 */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "backend/keychain_sync.h"
#include "backend/store/track.h"
#include "backend/sync/repair.h"
#include "tests/check.h"
#include "tests/circle/synced.h"
#include "tests/file.h"

#define START_MS INT64_C(1800000000000)
#define GRACE_MS INT64_C(660000) /* and a minute */
#define DAY_MS INT64_C(90000000) /* and an hour */

enum { FIRST, SECOND, THIRD };

/* --- the store ----------------------------------------------------------------------------------
 */

struct backup {
	char path[80];
};

static void take_backup(const struct house *house, struct backup *ret)
{
	snprintf(ret->path, sizeof ret->path, "%s-backup", house->store);
	file_remove_tree(ret->path);
	house_copy_tree(house->store, ret->path);
}

static void restore(const struct house *house, const struct backup *backup)
{
	file_remove_tree(house->store);
	house_copy_tree(backup->path, house->store);
}

static void drop_backup(struct backup *backup)
{
	file_remove_tree(backup->path);
}
#define CLEANUP_BACKUP KC_CLEANUP(drop_backup)

/* --- devices ------------------------------------------------------------------------------------
 */

/* What everybody had in the end, whatever the store says. */
static bool is_as_it_was(struct house *house, size_t device)
{
	return synced_has(house, device, "kept", "k") &&
	       synced_has(house, device, "changed-0", "later") &&
	       synced_has(house, device, "changed-1", "later") &&
	       synced_has(house, device, "new-0", "n") && synced_has(house, device, "new-1", "n") &&
	       synced_count(house, device, "deleted-0") == 0 &&
	       synced_count(house, device, "deleted-1") == 0 &&
	       synced_count(house, device, "crossed-0") == 0 &&
	       synced_count(house, device, "crossed-1") == 0;
}

static void expect_rollback(struct house *house, size_t device)
{
	CHECK_ERR(house_sync(house, device, NULL), KC_E_STORE_SUSPECT);
	CHECK(house_has_alarm(house, device, "rollback"));
}

static void repair(struct house *house, size_t device)
{
	KC_CLEANUP_SYNC_REPORT struct kc_sync_report report = {0};

	CHECK_OK(kc_keychain_sync_repair(house->homes[device].keychain, &report));
	CHECK(report.alarm == NULL && report.refused == 0);
}

/* Nothing is missing any more, also when the time for it to come is over. */
static void expect_whole(struct house *house)
{
	house_settle(house);
	house_clock_move(GRACE_MS);
	for (size_t i = 0; i < house->count; i++) {
		struct kc_sync_report report = {0};

		CHECK_OK(house_sync(house, i, &report));
		CHECK(report.waiting == 0 && report.refused == 0 && report.pending == 0);
		CHECK(house_has_alarm(house, i, NULL));
	}
	CHECK(house_agrees(house));
}

/* What is lost of one operation a device writes once more by itself. */
static void write_some(struct house *house, size_t device)
{
	for (int i = 0; i < 3; i++) {
		char name[24];

		snprintf(name, sizeof name, "some-%zu-%d", device, i);
		synced_add(house, device, name, "s");
		CHECK_OK(house_sync(house, device, NULL));
	}
}

/* Two devices with a past, of which the backup has only the first half. */
static void init_with_backup(struct house *house, struct backup *ret)
{
	house_clock_set(START_MS);
	house_init(house);
	house_add(house, FIRST);
	synced_add(house, FIRST, "kept", "k");
	for (size_t i = FIRST; i <= SECOND; i++) {
		char name[16];

		snprintf(name, sizeof name, "changed-%zu", i);
		synced_add(house, i, name, "first");
		snprintf(name, sizeof name, "deleted-%zu", i);
		synced_add(house, i, name, "first");
		snprintf(name, sizeof name, "crossed-%zu", i);
		synced_add(house, i, name, "first");
	}
	house_settle(house);
	take_backup(house, ret);
	house_clock_move(1000);
	for (size_t i = FIRST; i <= SECOND; i++) {
		char name[16];

		snprintf(name, sizeof name, "new-%zu", i);
		synced_add(house, i, name, "n");
		snprintf(name, sizeof name, "changed-%zu", i);
		synced_change(house, i, name, "later");
		snprintf(name, sizeof name, "deleted-%zu", i);
		synced_delete(house, i, name);
		house_settle(house);
		snprintf(name, sizeof name, "crossed-%zu", 1 - i); /* the other's */
		synced_delete(house, i, name);
		house_settle(house);
	}
	CHECK_FATAL(is_as_it_was(house, FIRST) && is_as_it_was(house, SECOND));
	house_clock_move(1000);
}

/* The same, the backup in the place of the store, and both have said so. */
static void init_gone_back(struct house *house, struct backup *ret)
{
	init_with_backup(house, ret);
	restore(house, ret);
	expect_rollback(house, FIRST);
	expect_rollback(house, SECOND);
}

/* --- tests --------------------------------------------------------------------------------------
 */

static void one_after_the_other(void)
{
	CLEANUP_HOUSE struct house house;
	CLEANUP_BACKUP struct backup backup;

	init_gone_back(&house, &backup);
	CHECK(is_as_it_was(&house, FIRST) && is_as_it_was(&house, SECOND));
	repair(&house, FIRST);
	CHECK_OK(house_sync(&house, FIRST, NULL));
	CHECK(is_as_it_was(&house, FIRST));
	/* It is quiet about the other for as long as that takes. */
	house_clock_move(GRACE_MS);
	CHECK_OK(house_sync(&house, FIRST, NULL));
	house_clock_move(GRACE_MS);
	CHECK_OK(house_sync(&house, FIRST, NULL));
	repair(&house, SECOND);
	expect_whole(&house);
	CHECK(is_as_it_was(&house, FIRST) && is_as_it_was(&house, SECOND));
}

static void later_changes_flow_and_a_newcomer_comes(void)
{
	CLEANUP_HOUSE struct house house;
	CLEANUP_BACKUP struct backup backup;
	size_t newcomer;

	init_gone_back(&house, &backup);
	repair(&house, SECOND);
	repair(&house, FIRST);
	house_settle(&house);
	for (size_t i = FIRST; i <= SECOND; i++) {
		synced_add(&house, i, i ? "after-1" : "after-0", "a");
		synced_change(&house, i, i ? "changed-0" : "changed-1", "later");
		house_settle(&house);
	}
	newcomer = house_add(&house, SECOND);
	expect_whole(&house);
	CHECK(is_as_it_was(&house, newcomer));
	CHECK(synced_has(&house, newcomer, "after-0", "a") &&
		synced_has(&house, newcomer, "after-1", "a"));
}

/* Noted and not begun; done twice; done where nothing was lost. */
static void as_often_as_one_likes(void)
{
	CLEANUP_HOUSE struct house house;
	CLEANUP_BACKUP struct backup backup;

	init_gone_back(&house, &backup);
	CHECK_OK(kc_repair_begin(house.homes[FIRST].keychain->store));
	house_restart(&house, FIRST);
	CHECK_OK(house_sync(&house, FIRST, NULL));
	repair(&house, SECOND);
	repair(&house, SECOND);
	expect_whole(&house);
	repair(&house, FIRST);
	expect_whole(&house);
	CHECK(is_as_it_was(&house, FIRST) && is_as_it_was(&house, SECOND));
}

#ifndef HOUSE_ON_SQLITE
/* Killed between what is sealed and what is sent: the store cannot take it just then. */
static void sealed_and_not_sent(void)
{
	CLEANUP_HOUSE struct house house;
	CLEANUP_BACKUP struct backup backup;
	KC_CLEANUP_SYNC_REPORT struct kc_sync_report report = {0};
	KC_CLEANUP_CIRCLE struct kc_circle *circle = NULL;
	char path[HOUSE_PATH_MAX], *end;
	struct kc_writer_id writer;

	init_with_backup(&house, &backup);
	restore(&house, &backup);
	circle = house_recall(&house, FIRST);
	writer = kc_circle_writer(&circle->identity.id);
	house_path(&house, &writer, 1, path);
	end = strrchr(path, '/');
	CHECK_FATAL(end != NULL);
	*end = 0;
	file_remove_tree(path);
	CHECK_FATAL(file_write(path, kc_bytes_str("in the way")));
	CHECK_ERR(kc_keychain_sync_repair(house.homes[FIRST].keychain, &report), KC_E_STORE_GONE);
	CHECK_FATAL(unlink(path) == 0);
	house_restart(&house, FIRST);
	CHECK_OK(house_sync(&house, FIRST, NULL));
	repair(&house, SECOND);
	expect_whole(&house);
	CHECK(is_as_it_was(&house, FIRST) && is_as_it_was(&house, SECOND));
}
#endif

/* A store that goes back once more was not excused for that. */
static void only_what_was_shown_is_excused(void)
{
	CLEANUP_HOUSE struct house house;
	CLEANUP_BACKUP struct backup backup;

	init_with_backup(&house, &backup);
	restore(&house, &backup);
	repair(&house, FIRST);
	repair(&house, SECOND);
	house_settle(&house);
	restore(&house, &backup);
	expect_rollback(&house, FIRST);
	expect_rollback(&house, SECOND);
	CHECK(is_as_it_was(&house, FIRST) && is_as_it_was(&house, SECOND));
}

/* Whoever sees both at once need not be asked: the backup of the backup is back. */
static void the_missing_pieces_come_back(void)
{
	CLEANUP_HOUSE struct house house;
	CLEANUP_BACKUP struct backup backup;
	struct backup whole;

	init_with_backup(&house, &backup);
	snprintf(whole.path, sizeof whole.path, "%s-whole", house.store);
	house_copy_tree(house.store, whole.path);
	restore(&house, &backup);
	expect_rollback(&house, FIRST);
	restore(&house, &whole);
	drop_backup(&whole);
	expect_whole(&house);
	CHECK(is_as_it_was(&house, FIRST) && is_as_it_was(&house, SECOND));
}

/* --- who is out ---------------------------------------------------------------------------------
 */

static bool is_in(struct house *house, size_t device, size_t other)
{
	KC_CLEANUP_CIRCLE struct kc_circle *circle = house_recall(house, device);
	struct kc_peer_id id = house_id(house, other);
	struct kc_trust trust;

	CHECK_OK_FATAL(kc_circle_judge(circle, &trust));
	return kc_circle_is_trusted(circle, &trust, &id);
}

/* The removal is in nothing that the backup has, and one member has not heard of it. */
static void a_removal_is_hidden(void)
{
	CLEANUP_HOUSE struct house house;
	CLEANUP_BACKUP struct backup backup;

	house_clock_set(START_MS);
	house_init(&house);
	house_add(&house, FIRST);
	house_add(&house, FIRST);
	synced_add(&house, THIRD, "its", "own");
	house_settle(&house);
	take_backup(&house, &backup);
	house_clock_move(1000);
	write_some(&house, FIRST);
	house_remove(&house, FIRST, THIRD);
	restore(&house, &backup);
#ifndef HOUSE_ON_SQLITE /* there it says all once more before anybody asks */
	expect_rollback(&house, FIRST);
#endif
	repair(&house, FIRST);
	CHECK(!is_in(&house, FIRST, THIRD));
	house_clock_move(1000);
	synced_add(&house, FIRST, "secret", "new");
	CHECK_OK(house_sync(&house, FIRST, NULL));
	CHECK_ERR(house_sync(&house, THIRD, NULL), KC_E_NOT_MEMBER);
	CHECK(synced_count(&house, THIRD, "secret") == 0);
	CHECK_OK(house_sync(&house, SECOND, NULL));
	CHECK(!is_in(&house, SECOND, THIRD));
	CHECK(synced_has(&house, SECOND, "secret", "new") &&
		synced_has(&house, SECOND, "its", "own"));
}

/* Whether the version that a device has of an item is by one who is in, by its own account. */
static bool is_by_member(struct house *house, size_t device, const char *name)
{
	KC_CLEANUP_FOUND_LIST struct kc_found_list found = KC_FOUND_LIST_INIT;
	KC_CLEANUP_CIRCLE struct kc_circle *circle = house_recall(house, device);
	KC_CLEANUP_TXN struct kc_txn txn = KC_TXN_INIT;
	struct kc_peer_id writer;
	struct kc_track track;
	struct kc_trust trust;
	char query[40];

	snprintf(query, sizeof query, "svce=%s sync=#1", name);
	CHECK_OK_FATAL(words_find(&house->homes[device], KC_CLASS_GENERIC, query, &found));
	CHECK_FATAL(found.count == 1);
	CHECK_OK_FATAL(kc_txn_begin(house->homes[device].keychain->store, KC_TXN_READ, &txn));
	CHECK_OK_FATAL(kc_track_find_item(&txn, found.rows[0].id, &track));
	CHECK_OK_FATAL(kc_circle_judge(circle, &trust));
	memcpy(writer.bytes, track.writer, sizeof writer.bytes);
	return kc_circle_is_trusted(circle, &trust, &writer);
}

/* The two that are left mend the store, and what was written by the third is theirs. */
static void repair_both(struct house *house, const struct backup *backup)
{
	CHECK_OK(house_sync(house, SECOND, NULL));
	restore(house, backup);
	expect_rollback(house, FIRST);
	expect_rollback(house, SECOND);
	repair(house, FIRST);
	repair(house, SECOND);
	CHECK_OK(house_sync(house, FIRST, NULL));
	CHECK_OK(house_sync(house, SECOND, NULL));
	CHECK(is_by_member(house, FIRST, "its"));
	CHECK(is_by_member(house, SECOND, "its"));
}

/* What it wrote after the backup, and will not write again, is everybody's all the same. */
static void who_is_out_stays_out(void)
{
	CLEANUP_HOUSE struct house house;
	CLEANUP_BACKUP struct backup backup;
	size_t newcomer;

	house_init_many(&house, START_MS, 3);
	take_backup(&house, &backup);
	house_clock_move(1000);
	synced_add(&house, THIRD, "its", "own");
	write_some(&house, FIRST);
	write_some(&house, SECOND);
	house_settle(&house);
	house_remove(&house, FIRST, THIRD);
	repair_both(&house, &backup);
	CHECK(!is_in(&house, FIRST, THIRD) && !is_in(&house, SECOND, THIRD));
	newcomer = house_add(&house, SECOND);
	CHECK(synced_has(&house, newcomer, "its", "own"));
	for (int i = 0; i < 2; i++) {
		CHECK_OK(house_sync(&house, FIRST, NULL));
		CHECK_OK(house_sync(&house, SECOND, NULL));
		CHECK_OK(house_sync(&house, newcomer, NULL));
	}
	CHECK(!is_in(&house, newcomer, THIRD));
	CHECK(synced_has(&house, newcomer, "its", "own"));
	CHECK(synced_has(&house, SECOND, "its", "own"));
	CHECK_ERR(house_sync(&house, THIRD, NULL), KC_E_NOT_MEMBER);
}

/* The same of one that left by itself. Nobody looks in its log for what the store has lost. */
static void who_has_left_does_not_come_back(void)
{
	CLEANUP_HOUSE struct house house;
	CLEANUP_BACKUP struct backup backup;
	size_t newcomer;

	house_clock_set(START_MS);
	house_init(&house);
	house_add(&house, FIRST);
	house_add(&house, FIRST);
	house_settle(&house);
	take_backup(&house, &backup);
	house_clock_move(1000);
	synced_add(&house, THIRD, "its", "own");
	write_some(&house, FIRST);
	write_some(&house, SECOND);
	write_some(&house, THIRD);
	house_settle(&house);
	CHECK_OK_FATAL(kc_keychain_leave(house.homes[THIRD].keychain, false));
	house.count = THIRD;
	house_settle(&house);
	home_done(&house.homes[THIRD]);
	CHECK(!is_by_member(&house, FIRST, "its") && !is_by_member(&house, SECOND, "its"));
	repair_both(&house, &backup);
	newcomer = house_add(&house, SECOND);
	CHECK(synced_has(&house, newcomer, "its", "own"));
	expect_whole(&house);
}

#ifndef HOUSE_ON_SQLITE
/* What the store may do to an operation. */
static void lose(const char *path)
{
	CHECK_FATAL(unlink(path) == 0);
}

static void damage(const char *path)
{
	KC_CLEANUP_BUF struct kc_buf contents = KC_BUF_INIT;

	CHECK_FATAL(file_read(path, &contents));
	contents.data[contents.len / 2] ^= 1;
	CHECK_FATAL(file_write(path, kc_buf_bytes(&contents)));
}

static void spoil(const struct house *house, size_t device, void (*how)(const char *path))
{
	struct kc_peer_id id = house_id(house, device);
	struct kc_writer_id writer = kc_circle_writer(&id);
	char path[HOUSE_PATH_MAX];

	for (uint64_t number = 1;; number++) {
		house_path(house, &writer, number, path);
		if (access(path, F_OK) != 0)
			break;
		how(path);
	}
}

/* Its log is gone, or damaged, and nobody else has written what it wrote. A newcomer does not
 * promise that this is here; the owner's word makes it somebody's own. */
static void who_is_out_left_nothing(void (*how)(const char *path))
{
	CLEANUP_HOUSE struct house house;
	size_t early, late;

	house_init_many(&house, START_MS, 3);
	synced_add(&house, THIRD, "its", "own");
	house_settle(&house);
	house_clock_move(DAY_MS); /* and all say so */
	house_settle(&house);
	house_remove(&house, FIRST, THIRD);
	CHECK_OK(house_sync(&house, SECOND, NULL));
	CHECK_OK(house_sync(&house, FIRST, NULL));
	CHECK(!is_by_member(&house, FIRST, "its") && !is_by_member(&house, SECOND, "its"));
	spoil(&house, THIRD, how);
	CHECK_OK(house_sync(&house, FIRST, NULL));
	early = house_add_home(&house);
	CHECK_ERR(house_knock(&house, FIRST, early), KC_E_WAITING);
	CHECK(synced_count(&house, early, "its") == 0);
	house_clock_move(GRACE_MS);
	CHECK_ERR(house_sync(&house, early, NULL), KC_E_STORE_SUSPECT);
	CHECK(house_has_alarm(&house, early, "omission"));
	repair(&house, FIRST);
	CHECK(is_by_member(&house, FIRST, "its"));
	late = house_add(&house, FIRST);
	CHECK(synced_has(&house, late, "its", "own"));
	repair(&house, early);
	CHECK(synced_has(&house, early, "its", "own"));
	CHECK_OK(house_sync(&house, early, NULL));
	CHECK(house_has_alarm(&house, early, NULL));
}

/* One that was in all the time has yet to read it, and misses nothing in the log of one who is out:
 * so what it has not said to hold is said by whoever does. */
static void who_is_out_lost_what_a_member_has_yet_to_read(void)
{
	CLEANUP_HOUSE struct house house;

	house_init_many(&house, START_MS, 3);
	synced_add(&house, THIRD, "its", "own");
	CHECK_OK(house_sync(&house, THIRD, NULL));
	CHECK_OK(house_sync(&house, FIRST, NULL));
	CHECK(synced_has(&house, FIRST, "its", "own"));
	house_remove(&house, FIRST, THIRD);
	spoil(&house, THIRD, lose);
	for (size_t round = 0; round < 3; round++) {
		CHECK_OK(house_sync(&house, SECOND, NULL));
		CHECK_OK(house_sync(&house, FIRST, NULL));
	}
	CHECK(synced_has(&house, SECOND, "its", "own"));
	CHECK(is_by_member(&house, FIRST, "its") && is_by_member(&house, SECOND, "its"));
}

static void who_is_out_lost_its_log(void)
{
	who_is_out_left_nothing(lose);
}

static void who_is_out_has_a_damaged_log(void)
{
	who_is_out_left_nothing(damage);
}

/* A file that somebody puts behind a log, and takes away again. */
static void put_and_take_away(struct house *house, size_t of, uint64_t ahead)
{
	KC_CLEANUP_CIRCLE struct kc_circle *circle = house_recall(house, of);
	struct kc_writer_id writer = kc_circle_writer(&circle->identity.id);
	KC_CLEANUP_SYNC_REPORT struct kc_sync_report report = {0}, status = {0};
	char path[HOUSE_PATH_MAX];

	house_path(house, &writer, kc_circle_self(circle)->position.number + ahead, path);
	CHECK_FATAL(file_write(path, kc_bytes_str("nothing that a device wrote")));
	CHECK_OK(house_sync(house, SECOND, &report));
	CHECK(report.waiting + report.refused > 0);
	CHECK_FATAL(unlink(path) == 0);
	CHECK_OK(house_sync(house, SECOND, NULL));
	CHECK_OK(kc_keychain_sync_status(house->homes[SECOND].keychain, &status));
	CHECK(status.waiting == 0 && status.refused == 0);
}

/* Nothing is missed of one whose loss was excused, so nothing keeps an exchange from being quiet
 * when what waited in its log is gone. */
static void what_waited_and_is_gone_is_counted_no_more(void)
{
	CLEANUP_HOUSE struct house house;

	house_init(&house);
	house_add(&house, FIRST);
	house_settle(&house);
	put_and_take_away(&house, FIRST, 1);
	put_and_take_away(&house, FIRST, 90);
	repair(&house, SECOND);
	put_and_take_away(&house, FIRST, 1);
	put_and_take_away(&house, FIRST, 90);
}
#endif

int main(void)
{
	static const struct check_test tests[] = {
		CHECK_TEST(one_after_the_other),
		CHECK_TEST(later_changes_flow_and_a_newcomer_comes),
		CHECK_TEST(as_often_as_one_likes),
#ifndef HOUSE_ON_SQLITE
		CHECK_TEST(sealed_and_not_sent),
#endif
		CHECK_TEST(only_what_was_shown_is_excused),
		CHECK_TEST(the_missing_pieces_come_back),
		CHECK_TEST(a_removal_is_hidden),
		CHECK_TEST(who_is_out_stays_out),
		CHECK_TEST(who_has_left_does_not_come_back),
#ifndef HOUSE_ON_SQLITE
		CHECK_TEST(who_is_out_lost_its_log),
		CHECK_TEST(who_is_out_lost_what_a_member_has_yet_to_read),
		CHECK_TEST(who_is_out_has_a_damaged_log),
		CHECK_TEST(what_waited_and_is_gone_is_counted_no_more),
#endif
	};
	return check_main("repair", tests, KC_COUNT_OF(tests));
}
