/* SPDX-License-Identifier: ISC */
/* Roots, segments and forgotten deletions at work, in a house of devices. */
#include <stdio.h>
#include <string.h>

#include "backend/keychain_sync.h"
#include "backend/store/track.h"
#include "backend/store/trie.h"
#include "tests/check.h"
#include "tests/circle/house.h"
#include "tests/file.h"

#define GENP KC_CLASS_GENERIC
#define VIEW KC_VIEW_PASSWORDS
#define START_MS INT64_C(1800000000000)
#define DAY_MS INT64_C(86400000)
#define MANY 2100

/* An exchange, and the alarm that it ends with: "" for none. */
static const char *alarm_of(struct house *house, size_t device)
{
	static char alarm[16];
	KC_CLEANUP_SYNC_REPORT struct kc_sync_report report = {0};
	kc_err err = kc_keychain_sync_now(house->homes[device].keychain, &report);

	snprintf(alarm, sizeof alarm, "%s", report.alarm ? report.alarm : "");
	CHECK(alarm[0] ? err == KC_E_STORE_SUSPECT : err == KC_OK);
	return alarm;
}

/* A day later everybody has spoken, and heard the others. */
static void a_day_later(struct house *house)
{
	house_clock_move(DAY_MS + 1000);
	for (int round = 0; round < 2; round++)
		for (size_t i = 0; i < house->count; i++)
			CHECK_OK(house_sync(house, i, NULL));
}

static size_t count_tracks(struct house *house, size_t device)
{
	KC_CLEANUP_TXN struct kc_txn txn = KC_TXN_INIT;
	uint64_t id = 0;
	size_t count = 0;

	CHECK_OK_FATAL(kc_txn_begin(house->homes[device].keychain->store, KC_TXN_READ, &txn));
	do {
		CHECK_OK_FATAL(kc_track_next_id(&txn, id, &id));
		count += id != 0;
	} while (id);
	return count;
}

/* --- roots --------------------------------------------------------------------------------------
 */

/* What the last list of a device says of its root. */
static struct kc_told_root told_by(struct house *house, size_t device)
{
	KC_CLEANUP_CIRCLE struct kc_circle *circle = house_recall(house, device);
	KC_CLEANUP_SECRET struct kc_secret key = KC_SECRET_INIT;
	KC_CLEANUP_HEAD struct kc_head head = {0};
	const struct kc_list *list = kc_circle_self(circle)->list;
	uint8_t tag[KC_TAG_LEN];
	const struct kc_list_head *row;
	const struct kc_held_epoch *held;

	CHECK_OK_FATAL(kc_account_view_tag(kc_circle_keys(circle), &circle->account, VIEW, tag));
	row = kc_list_find_head(list, tag);
	CHECK_FATAL(row != NULL);
	held = kc_circle_find_epoch(circle, row->kid);
	CHECK_FATAL(held != NULL);
	CHECK_OK_FATAL(kc_circle_epoch_key(circle, held, KC_VIEW_KEY_HEAD, &key));
	CHECK_OK_FATAL(kc_head_open(row->box,
		&(struct kc_head_place){
			&circle->account, &circle->identity.id, list->seq, tag, &held->epoch->name},
		&key, &head));
	return head.root;
}

static void heads_tell_the_root_of_their_instant(void)
{
	CLEANUP_HOUSE struct house house;
	struct kc_told_root first, second;

	house_clock_set(START_MS);
	house_init(&house);
	house_add(&house, 0);
	for (size_t i = 0; i < 20; i++) {
		char attrs[40];

		snprintf(attrs, sizeof attrs, "svce=s%zu acct=a sync=#1", i);
		CHECK_OK(words_add(&house.homes[i % 2], GENP, attrs, "x"));
	}
	CHECK_OK(words_add(&house.homes[0], GENP, "svce=local acct=a", "x"));
	house_settle(&house);
	CHECK_OK(words_delete(&house.homes[0], GENP, "svce=s3"));
	house_settle(&house);
	a_day_later(&house);
	first = told_by(&house, 0);
	second = told_by(&house, 1);
	CHECK(first.exact && second.exact && first.count == 19 && second.count == 19);
	CHECK(memcmp(first.hash, second.hash, sizeof first.hash) == 0);
	/* A change that is not sent is nobody's business yet. */
	CHECK_OK(words_update(&house.homes[0], GENP, "svce=s4", "labl=x", "y"));
	CHECK_OK(words_add(&house.homes[0], GENP, "svce=new acct=a sync=#1", "x"));
	CHECK_OK(house_sync(&house, 0, NULL));
	first = told_by(&house, 0);
	CHECK(first.count == 20 && memcmp(first.hash, second.hash, sizeof first.hash) != 0);
}

/* What a device holds is not what it was shown by others. */
static void poison(struct house *house, size_t device, bool gone, bool doubted)
{
	KC_CLEANUP_TXN struct kc_txn txn = KC_TXN_INIT;
	struct kc_track track;

	CHECK_OK_FATAL(kc_txn_begin(house->homes[device].keychain->store, KC_TXN_WRITE, &txn));
	CHECK_OK_FATAL(kc_track_next(&txn, 0, &track));
	track.deleted = gone;
	track.digest[0] ^= 1;
	CHECK_OK_FATAL(kc_track_put(&txn, &track));
	CHECK_OK_FATAL(kc_trie_doubt(&txn, VIEW, doubted));
	CHECK_OK_FATAL(kc_txn_commit(&txn));
}

/* The same dots, and other records: somebody was shown what the others were not. */
static void different_roots_are_an_alarm(void)
{
	/* clang-format off */
	static const struct {
		const char *what;
		bool gone, doubted;
		const char *alarm;
	} rows[] = {
		{"a record is missing", true, false, "omission"},
		{"a record is another", false, false, "forgery"},
		{"it may be this device's own fault", true, true, ""},
	};
	/* clang-format on */
	for (size_t i = 0; i < KC_COUNT_OF(rows); i++) {
		CLEANUP_HOUSE struct house house;

		house_clock_set(START_MS);
		house_init(&house);
		house_add(&house, 0);
		CHECK_OK(words_add(&house.homes[0], GENP, "svce=a acct=a sync=#1", "x"));
		CHECK_OK(words_add(&house.homes[0], GENP, "svce=b acct=a sync=#1", "x"));
		house_settle(&house);
		poison(&house, 1, rows[i].gone, rows[i].doubted);
		house_clock_move(DAY_MS + 1000);
		CHECK_OK(words_add(&house.homes[0], GENP, "svce=c acct=a sync=#1", "x"));
		CHECK_OK(house_sync(&house, 0, NULL));
		CHECK_MSG(strcmp(alarm_of(&house, 1), rows[i].alarm) == 0, rows[i].what);
		/* And so it stays, with nothing new in the store. */
		CHECK_MSG(strcmp(alarm_of(&house, 1), rows[i].alarm) == 0, rows[i].what);
	}
}

/* Of two new items with one primary key the one that comes in gives way at once: it counts until
 * the deletion has a dot. */
static void what_gives_way_at_once_counts(void)
{
	CLEANUP_HOUSE struct house house;

	house_clock_set(START_MS);
	house_init(&house);
	house_add(&house, 0);
	house_settle(&house);
	CHECK_OK(words_add(&house.homes[1], GENP, "svce=a acct=a sync=#1", "x"));
	house_clock_move(1000);
	CHECK_OK(words_add(&house.homes[0], GENP, "svce=a acct=a sync=#1", "y"));
	CHECK_OK(house_sync(&house, 1, NULL));
	CHECK(strcmp(alarm_of(&house, 0), "") == 0);
	house_settle(&house);
	CHECK(house_agrees(&house));
}

/* --- segments -----------------------------------------------------------------------------------
 */

static void add_many(struct house *house, size_t device)
{
	for (size_t i = 0; i < MANY; i++) {
		char attrs[40];

		snprintf(attrs, sizeof attrs, "svce=s%zu acct=a sync=#1", i);
		CHECK_OK_FATAL(words_add(&house->homes[device], GENP, attrs, "x"));
	}
}

static void check_log(struct house *house, size_t device, size_t named)
{
	KC_CLEANUP_CIRCLE struct kc_circle *circle = house_recall(house, device);
	const struct kc_view_state *state = &circle->views[VIEW];

	CHECK(state->log.count <= KC_HEAD_MAX_LOG);
	CHECK(state->segments.count * KC_HEAD_MAX_LOG + state->log.count == named);
}

static void thousands_that_nobody_has_are_named(void)
{
	CLEANUP_HOUSE struct house house;
	struct kc_sync_report report = {0};

	house_clock_set(START_MS);
	house_init(&house);
	house_add(&house, 0);
	house_settle(&house);
	add_many(&house, 0);
	CHECK_OK(house_sync(&house, 0, NULL));
	check_log(&house, 0, MANY);
	CHECK_OK(house_sync(&house, 1, &report));
	CHECK(report.received == MANY && report.waiting == 0 && report.refused == 0);
	a_day_later(&house);
	check_log(&house, 0, 0);
	CHECK(told_by(&house, 1).count == MANY);
}

/* --- deletions that are forgotten ---------------------------------------------------------------
 */

/* Keeps the first item record that comes by. */
static void keep_record(void *context, const char *path, struct kc_buf *contents)
{
	struct kc_buf *kept = context; /* key, then value */
	const char *slash = strrchr(path, '/');
	struct kc_writer_id writer;
	struct kc_op_write write;
	struct kc_op op;
	struct kc_bytes rest;

	CHECK_FATAL(
		kc_op_get_hex(kc_bytes(slash - 2 * sizeof writer.bytes, 2 * sizeof writer.bytes),
			writer.bytes, sizeof writer.bytes));
	CHECK_OK_FATAL(
		kc_op_parse(kc_buf_bytes(contents), &writer, strtoull(slash + 1, NULL, 10), &op));
	while (kc_op_next(&op, &write))
		if (kept[0].len == 0 && kc_op_key_has(write.key, "i/", &rest)) {
			kc_buf_push(&kept[0], write.key.data, write.key.len);
			kc_buf_push(&kept[1], write.value.data, write.value.len);
		}
}

/* Puts a record into the last operation of a device once more. */
static void replay(struct house *house, size_t device, const struct kc_buf *kept)
{
	KC_CLEANUP_CIRCLE struct kc_circle *circle = house_recall(house, device);
	KC_CLEANUP_OP_BUILDER struct kc_op_builder builder;
	KC_CLEANUP_BUF struct kc_buf bytes = KC_BUF_INIT, told = KC_BUF_INIT;
	struct kc_writer_id writer = kc_circle_writer(&circle->identity.id);
	uint64_t number = kc_circle_self(circle)->position.number;
	struct kc_log_position after = {.number = number - 1};
	struct kc_op_write write;
	char path[HOUSE_PATH_MAX];
	struct kc_op op;

	house_path(house, &writer, number, path);
	CHECK_FATAL(file_read(path, &bytes));
	CHECK_OK_FATAL(kc_op_parse(kc_buf_bytes(&bytes), &writer, number, &op));
	memcpy(after.digest, op.previous, sizeof after.digest);
	kc_op_builder_init(&builder, &writer, &after, op.base);
	kc_op_builder_put(&builder, kc_buf_bytes(&kept[0]), kc_buf_bytes(&kept[1]));
	while (kc_op_next(&op, &write))
		kc_op_builder_put(&builder, write.key, write.value);
	CHECK_OK_FATAL(kc_op_builder_end(&builder, &after, &told, &after));
	CHECK_FATAL(file_write(path, kc_buf_bytes(&told)));
}

static void a_forgotten_deletion_stays_one(void)
{
	CLEANUP_HOUSE struct house house;
	struct kc_buf kept[2] = {KC_BUF_INIT, KC_BUF_INIT};

	house_clock_set(START_MS);
	house_init(&house);
	house_add(&house, 0);
	house_settle(&house);
	CHECK_OK(words_add(&house.homes[0], GENP, "svce=gone acct=a sync=#1", "x"));
	CHECK_OK(house_sync(&house, 0, NULL));
	house_each_operation(&house, keep_record, kept);
	CHECK_FATAL(kept[0].len > 0);
	house_settle(&house);
	CHECK_OK(words_delete(&house.homes[1], GENP, "svce=gone"));
	house_settle(&house);
	a_day_later(&house);
	CHECK(count_tracks(&house, 0) == 1 && count_tracks(&house, 1) == 1);
	house_clock_move(30 * DAY_MS);
	a_day_later(&house);
	CHECK(count_tracks(&house, 0) == 0 && count_tracks(&house, 1) == 0);
	/* The store shows what was there before. */
	CHECK_OK(words_add(&house.homes[0], GENP, "svce=other acct=a sync=#1", "x"));
	CHECK_OK(house_sync(&house, 0, NULL));
	replay(&house, 0, kept);
	CHECK_OK(house_sync(&house, 1, NULL));
	CHECK(words_count(&house.homes[1], GENP, "svce=gone") == 0);
	CHECK(words_count(&house.homes[1], GENP, "svce=other") == 1);
	CHECK(count_tracks(&house, 1) == 1);
	kc_buf_done(&kept[0]);
	kc_buf_done(&kept[1]);
}

/* Whoever has not heard of a deletion keeps the others from forgetting it, for half a year. What it
 * wrote meanwhile, and nobody has, survives; what was deleted meanwhile is gone. */
static void one_who_comes_back(void)
{
	CLEANUP_HOUSE struct house house;

	house_clock_set(START_MS);
	house_init(&house);
	house_add(&house, 0);
	house_add(&house, 0);
	CHECK_OK(words_add(&house.homes[0], GENP, "svce=gone acct=a sync=#1", "x"));
	CHECK_OK(words_add(&house.homes[0], GENP, "svce=kept acct=a sync=#1", "x"));
	house_settle(&house);
	a_day_later(&house);
	CHECK_OK(words_add(&house.homes[2], GENP, "svce=mine acct=a sync=#1", "of the silent one"));
	CHECK_OK(words_delete(&house.homes[0], GENP, "svce=gone"));
	house.count = 2;
	house_settle(&house);
	house_clock_move(40 * DAY_MS);
	a_day_later(&house);
	CHECK(count_tracks(&house, 0) == 2 && count_tracks(&house, 1) == 2);
	/* A clock that jumps is no half year of silence. */
	house_clock_move(300 * DAY_MS);
	a_day_later(&house);
	CHECK(count_tracks(&house, 0) == 2 && count_tracks(&house, 1) == 2);
	for (int day = 0; day < 181; day++) {
		house_clock_move(DAY_MS + 1000);
		for (size_t i = 0; i < 2; i++)
			CHECK(house_sync(&house, i, NULL) == KC_OK);
	}
	CHECK(count_tracks(&house, 0) == 1 && count_tracks(&house, 1) == 1);
	house.count = 3;
	house_settle(&house);
	CHECK(house_agrees(&house));
	for (size_t i = 0; i < 3; i++) {
		CHECK(words_count(&house.homes[i], GENP, "svce=gone") == 0);
		CHECK(words_count(&house.homes[i], GENP, "svce=kept") == 1);
		CHECK(words_has_secret(&house.homes[i], GENP, "svce=mine", "of the silent one"));
	}
	a_day_later(&house);
	CHECK(told_by(&house, 2).count == 2 && told_by(&house, 2).exact);
}

/* --- heartbeats ---------------------------------------------------------------------------------
 */

static uint64_t last_list_ms(struct house *house, size_t device)
{
	KC_CLEANUP_CIRCLE struct kc_circle *circle = house_recall(house, device);

	return kc_circle_self(circle)->list->time_ms;
}

/* A list with a time to come would be the last for as long, if it were left to that. */
static void a_clock_that_was_set_back(void)
{
	CLEANUP_HOUSE struct house house;

	house_clock_set(START_MS);
	house_init(&house);
	house_add(&house, 0);
	house_settle(&house);
	house_clock_set(START_MS + 730 * DAY_MS);
	CHECK_OK(words_add(&house.homes[0], GENP, "svce=early acct=a sync=#1", "x"));
	CHECK_OK(house_sync(&house, 0, NULL));
	house_clock_set(START_MS + DAY_MS);
	CHECK_OK(words_add(&house.homes[1], GENP, "svce=now acct=a sync=#1", "x"));
	CHECK_OK(house_sync(&house, 1, NULL));
	CHECK(last_list_ms(&house, 0) > START_MS + DAY_MS);
	CHECK_OK(house_sync(&house, 0, NULL));
	CHECK(last_list_ms(&house, 0) == START_MS + DAY_MS);
}

int main(void)
{
	static const struct check_test tests[] = {
		CHECK_TEST(heads_tell_the_root_of_their_instant),
		CHECK_TEST(different_roots_are_an_alarm),
		CHECK_TEST(what_gives_way_at_once_counts),
		CHECK_TEST(thousands_that_nobody_has_are_named),
		CHECK_TEST(a_forgotten_deletion_stays_one),
		CHECK_TEST(one_who_comes_back),
		CHECK_TEST(a_clock_that_was_set_back),
	};

	home_use_memory();
	return check_main("roots", tests, KC_COUNT_OF(tests));
}
