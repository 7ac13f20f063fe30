/* SPDX-License-Identifier: ISC */
/* What no log names any more, and what differs all the same: found by roots and by questions. */
#include <stdio.h>
#include <string.h>

#include "backend/keychain_sync.h"
#include "backend/store/track.h"
#include "backend/store/trie.h"
#include "backend/sync/memory.h"
#include "backend/sync/absorb/merge.h"
#include "backend/sync/reconcile.h"
#include "tests/check.h"
#include "tests/circle/synced.h"

#define GENP KC_CLASS_GENERIC
#define VIEW KC_VIEW_PASSWORDS
#define START_MS INT64_C(1800000000000)
#define DAY_MS INT64_C(86400000)

static void add(struct house *house, size_t device, const char *name)
{
	synced_add(house, device, name, name);
}

static void sync_all(struct house *house, const size_t *devices, size_t count)
{
	for (int round = 0; round < 4; round++)
		for (size_t i = 0; i < count; i++)
			CHECK_OK_FATAL(house_sync(house, devices[i], NULL));
}

/* Everybody speaks, and hears that the others have all, so that logs name nothing any more. */
static void trim_logs(struct house *house, const size_t *devices, size_t count)
{
	for (int day = 0; day < 3; day++) {
		house_clock_move(DAY_MS + 1000);
		sync_all(house, devices, count);
	}
}

/* --- after a removal ----------------------------------------------------------------------------
 */

enum { SPONSOR, AWAY, OUT, NEW };

/* Of what it wrote after before_ms, if that is not 0, nothing counts. */
static void remove_out(struct house *house, size_t by, uint64_t before_ms)
{
	KC_CLEANUP_CIRCLE struct kc_circle *circle = house_recall(house, OUT);
	KC_CLEANUP_SYNC_REPORT struct kc_sync_report report = {0};

	CHECK_OK_FATAL(kc_keychain_device_remove(house->homes[by].keychain,
		circle->identity.id.bytes, kc_bytes(NULL, 0), true, before_ms, &report));
}

static void add_some(struct house *house, size_t device, const char *what)
{
	for (int i = 0; i < 8; i++) {
		char name[32];

		snprintf(name, sizeof name, "%s-%d", what, i);
		add(house, device, name);
	}
}

static void init_three(struct house *house)
{
	static const size_t all[] = {SPONSOR, AWAY, OUT};

	house_clock_set(START_MS);
	house_init(house);
	house_add(house, SPONSOR);
	house_add(house, SPONSOR);
	add_some(house, SPONSOR, "first");
	add_some(house, AWAY, "second");
	add_some(house, OUT, "third");
	sync_all(house, all, 3);
	trim_logs(house, all, 3);
}

/* Nobody is left whose log names what was written before the removal. */
static void a_newcomer_gets_everything(void)
{
	static const size_t stay[] = {SPONSOR, AWAY};

	for (unsigned busy = 0; busy < 2; busy++) {
		CLEANUP_HOUSE struct house house;
		KC_CLEANUP_SYNC_REPORT struct kc_sync_report report = {0};
		size_t expected = 24;

		init_three(&house);
		remove_out(&house, SPONSOR, 0);
		sync_all(&house, stay, 2);
		trim_logs(&house, stay, 2);
		house_add_home(&house);
		house_pair(&house, SPONSOR, NEW);
		for (int round = 0; round < 4; round++) {
			char name[16];

			snprintf(name, sizeof name, "busy-%d", round);
			if (busy)
				add(&house, stay[round % 2], name);
			expected += busy;
			CHECK_OK(house_sync(&house, stay[round % 2], NULL));
			CHECK_OK(house_sync(&house, NEW, NULL));
		}
		for (int round = 0; round < 2; round++) {
			CHECK_OK(house_sync(&house, SPONSOR, NULL));
			CHECK_OK(house_sync(&house, AWAY, NULL));
			CHECK_OK(house_sync(&house, NEW, NULL));
		}
		house_clock_move(DAY_MS);
		CHECK_OK(house_sync(&house, NEW, &report));
		CHECK(synced_count(&house, NEW, NULL) == expected);
		CHECK(report.waiting == 0 && report.refused == 0);
	}
}

/* The same for one who was away, when the device that is out wrote more after its cut: its list of
 * that time, where there is but one, does not count. */
static void one_who_was_away_gets_everything(void)
{
	for (unsigned busy = 0; busy < 2; busy++) {
		CLEANUP_HOUSE struct house house;
		struct kc_sync_report report = {0};
		uint64_t cut_ms = (uint64_t)START_MS + 4 * (uint64_t)DAY_MS;

		init_three(&house);
		add_some(&house, OUT, "later");
		CHECK_OK(house_sync(&house, OUT, NULL));
		CHECK_OK(house_sync(&house, SPONSOR, NULL));
		house_clock_move(2 * DAY_MS);
		add_some(&house, OUT, "too-late");
		CHECK_OK(house_sync(&house, OUT, NULL));
		remove_out(&house, SPONSOR, cut_ms);
		if (busy)
			add(&house, SPONSOR, "busy");
		CHECK_OK(house_sync(&house, SPONSOR, NULL));
		CHECK_OK(house_sync(&house, SPONSOR, NULL));
		CHECK_OK(house_sync(&house, AWAY, NULL));
		CHECK_OK(house_sync(&house, AWAY, &report));
		CHECK(synced_count(&house, SPONSOR, NULL) == 40 + busy);
		CHECK(synced_count(&house, AWAY, NULL) == 40 + busy);
		CHECK(report.waiting == 0 && report.refused == 0);
	}
}

/* What a device holds is not what it was shown. */
static void poison(struct house *house, size_t device)
{
	KC_CLEANUP_TXN struct kc_txn txn = KC_TXN_INIT;
	struct kc_track track;

	CHECK_OK_FATAL(kc_txn_begin(house->homes[device].keychain->store, KC_TXN_WRITE, &txn));
	CHECK_OK_FATAL(kc_track_next(&txn, 0, &track));
	track.digest[0] ^= 1;
	CHECK_OK_FATAL(kc_track_put(&txn, &track));
	CHECK_OK_FATAL(kc_txn_commit(&txn));
}

/* Two that had read different amounts of what one who is out wrote can be compared all the same. */
static void roots_do_not_hang_on_who_is_out(void)
{
	static const size_t stay[] = {SPONSOR, AWAY};
	CLEANUP_HOUSE struct house house;
	KC_CLEANUP_SYNC_REPORT struct kc_sync_report report = {0};

	init_three(&house);
	add_some(&house, OUT, "later");
	CHECK_OK(house_sync(&house, OUT, NULL));
	CHECK_OK(house_sync(&house, SPONSOR, NULL));
	remove_out(&house, SPONSOR, (uint64_t)START_MS + (uint64_t)DAY_MS);
	sync_all(&house, stay, 2);
	trim_logs(&house, stay, 2);
	CHECK(synced_count(&house, AWAY, NULL) == synced_count(&house, SPONSOR, NULL));
	poison(&house, AWAY);
	house_clock_move(DAY_MS + 1000);
	CHECK_OK(house_sync(&house, SPONSOR, NULL));
	add(&house, SPONSOR, "more");
	CHECK_OK(house_sync(&house, SPONSOR, NULL));
	CHECK_ERR(kc_keychain_sync_now(house.homes[AWAY].keychain, &report), KC_E_STORE_SUSPECT);
}

/* --- what differs -------------------------------------------------------------------------------
 */

/* Exchanges that may end with an alarm; whether the last of all of them did. */
static bool exchange(struct house *house, int rounds)
{
	bool alarm = false;

	for (int round = 0; round < rounds; round++) {
		alarm = false;
		for (size_t i = 0; i < house->count; i++) {
			kc_err err = house_sync(house, i, NULL);

			CHECK_FATAL(err == KC_OK || err == KC_E_STORE_SUSPECT);
			alarm = alarm || err != KC_OK;
		}
	}
	return alarm;
}

/* Records that a device never got, and the store has no more: nobody's log names them. */
static void lose(struct house *house, size_t device, size_t how_many)
{
	KC_CLEANUP_TXN struct kc_txn txn = KC_TXN_INIT;
	struct kc_track track = {.id = 0};

	CHECK_OK_FATAL(kc_txn_begin(house->homes[device].keychain->store, KC_TXN_WRITE, &txn));
	for (size_t i = 0; i < how_many; i++) {
		CHECK_OK_FATAL(kc_track_next(&txn, track.id, &track));
		CHECK_OK_FATAL(kc_merge_bury(&txn, &track));
	}
	CHECK_OK_FATAL(kc_txn_commit(&txn));
}

static void init_two(struct house *house, size_t items)
{
	static const size_t both[] = {0, 1};

	house_clock_set(START_MS);
	house_init(house);
	house_add(house, 0);
	for (size_t i = 0; i < items; i++) {
		char name[24];

		snprintf(name, sizeof name, "n-%zu", i);
		add(house, i % 2, name);
	}
	sync_all(house, both, 2);
	trim_logs(house, both, 2);
	CHECK_FATAL(synced_count(house, 0, NULL) == items && synced_count(house, 1, NULL) == items);
}

#ifndef HOUSE_ON_SQLITE
struct told {
	size_t questions, answers, bytes;
	struct kc_buf names; /* of all records, one after the other */
};

static void collect_names(struct house *house, struct kc_buf *ret)
{
	KC_CLEANUP_TXN struct kc_txn txn = KC_TXN_INIT;
	struct kc_track track = {.id = 0};

	CHECK_OK_FATAL(kc_txn_begin(house->homes[0].keychain->store, KC_TXN_READ, &txn));
	while (kc_track_next(&txn, track.id, &track) == KC_OK)
		kc_buf_push(ret, track.name, sizeof track.name);
	CHECK_FATAL(ret->len > 0);
}

/* Which records differ is nobody's business but the devices'. */
static void check_hidden(const struct told *told, struct kc_bytes cell)
{
	for (size_t at = 0; at < told->names.len; at += KC_TRIE_NAME_LEN)
		CHECK(memmem(cell.data, cell.len, told->names.data + at, KC_TRIE_NAME_LEN) == NULL);
}

static void count_cell(void *context, const char *path, struct kc_buf *contents)
{
	struct told *told = context;
	const char *slash = strrchr(path, '/');
	struct kc_writer_id writer;
	struct kc_op_write write;
	struct kc_bytes rest;
	struct kc_op op;

	CHECK_FATAL(
		kc_op_get_hex(kc_bytes(slash - 2 * sizeof writer.bytes, 2 * sizeof writer.bytes),
			writer.bytes, sizeof writer.bytes));
	if (kc_op_parse(kc_buf_bytes(contents), &writer, strtoull(slash + 1, NULL, 10), &op) !=
		KC_OK)
		return;
	while (kc_op_next(&op, &write)) {
		bool question = kc_op_key_has(write.key, "r", &rest) && rest.len == 0;
		bool answer = kc_op_key_has(write.key, "r/", &rest);

		told->questions += question;
		told->answers += answer;
		if (question || answer) {
			told->bytes += write.value.len;
			check_hidden(told, write.value);
		}
	}
}

static struct told told_in(struct house *house)
{
	struct told told = {0};

	collect_names(house, &told.names);
	house_each_operation(house, count_cell, &told);
	kc_buf_done(&told.names);
	return told;
}
#endif

/* The alarm comes with the first list that can be compared, and goes with what was lacking. */
static void what_was_lost_for_good_comes_back(void)
{
	enum { ALL = 400, LOST = 5 };
	CLEANUP_HOUSE struct house house;

	init_two(&house, ALL);
	lose(&house, 1, LOST);
	house_clock_move(DAY_MS + 1000);
	add(&house, 0, "more");
	CHECK_OK(house_sync(&house, 0, NULL));
	CHECK_ERR(house_sync(&house, 1, NULL), KC_E_STORE_SUSPECT);
	(void)exchange(&house, 12);
	CHECK(synced_count(&house, 1, NULL) == ALL + 1 && synced_count(&house, 0, NULL) == ALL + 1);
	CHECK(house_agrees(&house));
	house_clock_move(DAY_MS + 1000);
	CHECK(!exchange(&house, 3));
#ifndef HOUSE_ON_SQLITE
	/* 3 steps lead to each of 400; each takes a node of 16 hashes. */
	struct told told = told_in(&house);

	CHECK(told.answers > 0 && told.questions <= 2 * 5);
	CHECK(told.bytes <= 2 * LOST * 4 * 1024);
#endif
}

#ifndef HOUSE_ON_SQLITE
/* --- answers that are none ----------------------------------------------------------------------
 */

/* What one says to the other with its next operation, in the place of an honest cell. */
static void say(struct house *house, size_t device, const char *key, struct kc_bytes cell)
{
	KC_CLEANUP_TXN struct kc_txn txn = KC_TXN_INIT;
	KC_CLEANUP_CIRCLE struct kc_circle *circle = NULL;

	CHECK_OK_FATAL(kc_txn_begin(house->homes[device].keychain->store, KC_TXN_WRITE, &txn));
	CHECK_OK_FATAL(kc_memory_get_circle(&txn, &circle));
	CHECK_OK_FATAL(kc_circle_queue_clear(circle, key, cell));
	CHECK_OK_FATAL(kc_memory_put_circle(&txn, circle));
	CHECK_OK_FATAL(kc_txn_commit(&txn));
}

static void answer_key(struct house *house, size_t asker, struct kc_buf *ret)
{
	KC_CLEANUP_CIRCLE struct kc_circle *circle = house_recall(house, asker);
	struct kc_writer_id writer = kc_circle_writer(&circle->identity.id);

	kc_buf_push_str(ret, "r/");
	kc_op_put_hex(ret, KC_BYTES_OF(writer.bytes));
	CHECK_OK_FATAL(kc_buf_check(ret));
}

/* A device's key and place for a cell, under the epoch in use. */
static void find_place(const struct kc_circle *circle, struct kc_reconcile_place *ret,
	uint8_t tag[static KC_TAG_LEN], struct kc_secret *key)
{
	const struct kc_held_epoch *held;
	struct kc_trust trust;

	CHECK_OK_FATAL(kc_circle_judge(circle, &trust));
	CHECK_OK_FATAL(kc_circle_usable_epoch(circle, &trust, VIEW, &held));
	CHECK_OK_FATAL(kc_circle_epoch_key(circle, held, KC_VIEW_KEY_HEAD, key));
	CHECK_OK_FATAL(kc_account_view_tag(kc_circle_keys(circle), &circle->account, VIEW, tag));
	*ret = (struct kc_reconcile_place){.account = &circle->account,
		.writer = &circle->identity.id,
		.view_tag = tag,
		.name = &held->epoch->name};
}

/* What a device that was given up would lose everything by: nothing is there, and all was known. */
static void build_answer(struct house *house, const uint8_t *question, struct kc_buf *ret)
{
	KC_CLEANUP_CIRCLE struct kc_circle *circle = house_recall(house, 0),
					   *asker = house_recall(house, 1);
	KC_CLEANUP_SECRET struct kc_secret key = KC_SECRET_INIT;
	KC_CLEANUP_FREE struct kc_reconcile_answer *answer = calloc(1, sizeof *answer);
	struct kc_reconcile_place place;
	uint8_t tag[KC_TAG_LEN];

	CHECK_FATAL(answer != NULL);
	find_place(circle, &place, tag, &key);
	place.asker = &asker->identity.id;
	answer->count = 1;
	memcpy(answer->question, question, sizeof answer->question);
	CHECK_OK_FATAL(kc_vector_raise(&answer->vector, &circle->identity.id, 1000));
	CHECK_OK_FATAL(kc_vector_raise(&answer->vector, &asker->identity.id, 1000));
	CHECK_OK_FATAL(kc_reconcile_seal_answer(answer, &place, &key, ret));
}

/* A device that is back after half a year, and has asked. *ret_hash: what. */
static void come_back(struct house *house, uint8_t ret_hash[static KC_HASH32_LEN])
{
	KC_CLEANUP_FREE struct kc_reconcile_state *state = calloc(1, sizeof *state);
	KC_CLEANUP_TXN struct kc_txn txn = KC_TXN_INIT;

	CHECK_FATAL(state != NULL);
	house_clock_move(181 * DAY_MS);
	add(house, 0, "news");
	CHECK_OK(house_sync(house, 0, NULL));
	CHECK_OK(house_sync(house, 1, NULL));
	CHECK_OK_FATAL(kc_txn_begin(house->homes[1].keychain->store, KC_TXN_READ, &txn));
	CHECK_OK_FATAL(kc_reconcile_load(&txn, state));
	CHECK_FATAL(state->open && state->stale[VIEW]);
	memcpy(ret_hash, state->hash, sizeof state->hash);
}

static void only_an_answer_counts(void)
{
	enum { TRUE, OLD, ALTERED, OTHERS, KINDS };

	for (int kind = 0; kind < KINDS; kind++) {
		CLEANUP_HOUSE struct house house;
		KC_CLEANUP_BUF struct kc_buf cell = KC_BUF_INIT, key = KC_BUF_INIT;
		uint8_t hash[KC_HASH32_LEN];

		init_two(&house, 6);
		come_back(&house, hash);
		hash[0] ^= kind == OLD; /* to another question */
		build_answer(&house, hash, &cell);
		if (kind == ALTERED)
			cell.data[cell.len - 1] ^= 1;
		answer_key(&house, 1, &key);
		/* In the log of another than who is said to answer. */
		say(&house, kind == OTHERS ? 1 : 0, kc_buf_text(&key), kc_buf_bytes(&cell));
		if (kind == OTHERS)
			CHECK_OK(house_sync(&house, 1, NULL));
		CHECK_OK(house_sync(&house, 0, NULL));
		CHECK_OK(house_sync(&house, 1, NULL));
		CHECK(synced_count(&house, 1, NULL) == (kind == TRUE ? 0 : 7));
	}
}

static void who_asks_without_end_is_not_answered(void)
{
	CLEANUP_HOUSE struct house house;

	init_two(&house, 4);
	for (unsigned i = 0; i < KC_RECONCILE_MAX_ANSWERS + 6; i++) {
		KC_CLEANUP_CIRCLE struct kc_circle *circle = house_recall(&house, 1);
		KC_CLEANUP_CIRCLE struct kc_circle *other = house_recall(&house, 0);
		KC_CLEANUP_SECRET struct kc_secret key = KC_SECRET_INIT;
		KC_CLEANUP_BUF struct kc_buf cell = KC_BUF_INIT;
		KC_CLEANUP_FREE struct kc_reconcile_question *question =
			calloc(1, sizeof *question);
		struct kc_reconcile_place place;
		uint8_t tag[KC_TAG_LEN];

		CHECK_FATAL(question != NULL);
		find_place(circle, &place, tag, &key);
		question->to = other->identity.id;
		question->nonce[0] = (uint8_t)i;
		question->path_count = 1;
		CHECK_OK_FATAL(kc_reconcile_seal_question(question, &place, &key, &cell));
		say(&house, 1, "r", kc_buf_bytes(&cell));
		CHECK_OK_FATAL(house_sync(&house, 1, NULL));
		CHECK_OK_FATAL(house_sync(&house, 0, NULL));
	}
	CHECK(told_in(&house).questions == KC_RECONCILE_MAX_ANSWERS + 6);
	CHECK(told_in(&house).answers == KC_RECONCILE_MAX_ANSWERS);
}
#endif

/* --- one who comes back -------------------------------------------------------------------------
 */

/* What it wrote and nobody has is new; what the others have forgotten is gone, and in its history.
 */
static void one_who_was_given_up(void)
{
	CLEANUP_HOUSE struct house house;

	house_clock_set(START_MS);
	house_init(&house);
	house_add(&house, 0);
	house_add(&house, 0);
	add(&house, 0, "gone");
	add(&house, 0, "edited");
	add(&house, 0, "kept");
	house_settle(&house);
	add(&house, 2, "mine");
	CHECK_OK(words_update(&house.homes[2], GENP, "svce=edited", "", "by the silent one"));
	CHECK_OK(words_delete(&house.homes[0], GENP, "svce=gone"));
	house.count = 2;
	for (int day = 0; day < 220; day++) {
		house_clock_move(DAY_MS + 1000);
		for (size_t i = 0; i < 2; i++)
			CHECK_OK_FATAL(house_sync(&house, i, NULL));
	}
	house.count = 3;
	for (int round = 0; round < 6; round++)
		for (size_t i = 0; i < 3; i++)
			CHECK_OK(house_sync(&house, i, NULL));
	CHECK(house_agrees(&house));
	for (size_t i = 0; i < 3; i++) {
		CHECK(synced_count(&house, i, NULL) == 3);
		CHECK(words_count(&house.homes[i], GENP, "svce=gone") == 0);
		CHECK(words_has_secret(&house.homes[i], GENP, "svce=mine", "mine"));
		CHECK(words_has_secret(&house.homes[i], GENP, "svce=edited", "by the silent one"));
	}
	house_clock_move(DAY_MS + 1000);
	CHECK(!exchange(&house, 3));
}

/* What a device makes its own, since its writer's word does not count any more, is no change: a
 * deletion of it that was made elsewhere stays the greater, by whatever clock. */
static void what_is_made_ones_own_undoes_nothing(void)
{
	for (int i = 0; i < 5; i++) { /* the ids, which would decide, are made at random */
		CLEANUP_HOUSE struct house house;

		house_clock_set(START_MS);
		house_init(&house);
		house_add(&house, SPONSOR);
		house_add(&house, SPONSOR);
		house_settle(&house);
		house_clock_move(DAY_MS);
		add(&house, OUT, "late");
		house_settle(&house);
		house_clock_set(START_MS); /* no help from it */
		CHECK_OK(words_delete(&house.homes[AWAY], GENP, "svce=late"));
		remove_out(&house, SPONSOR, START_MS + DAY_MS);
		for (int round = 0; round < 4; round++)
			for (size_t k = 0; k < OUT; k++)
				CHECK_OK(house_sync(&house, k, NULL));
		for (size_t k = 0; k < OUT; k++)
			CHECK(words_count(&house.homes[k], GENP, "svce=late") == 0);
	}
}

/* When all were silent all doubt, and end it by saying the same. */
static void all_who_were_silent(void)
{
	static const size_t both[] = {0, 1};
	CLEANUP_HOUSE struct house house;

	init_two(&house, 6);
	house_clock_move(181 * DAY_MS);
	sync_all(&house, both, 2);
	trim_logs(&house, both, 2);
	for (size_t i = 0; i < 2; i++) {
		KC_CLEANUP_TXN struct kc_txn txn = KC_TXN_INIT;
		struct kc_trie_root root;

		CHECK_OK_FATAL(kc_txn_begin(house.homes[i].keychain->store, KC_TXN_WRITE, &txn));
		for (unsigned view = KC_VIEW_NEVER + 1; view < KC_VIEW_COUNT; view++) {
			CHECK_OK_FATAL(kc_trie_get_root(&txn, (enum kc_view)view, &root));
			CHECK(!root.doubted);
		}
	}
}

/* With nobody to ask there is nothing to doubt: else it would doubt for ever. */
static void one_who_is_alone(void)
{
	CLEANUP_HOUSE struct house house;
	KC_CLEANUP_SYNC_REPORT struct kc_sync_report report = {0};
	KC_CLEANUP_FREE struct kc_reconcile_state *state = calloc(1, sizeof *state);
	KC_CLEANUP_CIRCLE struct kc_circle *other = NULL;
	KC_CLEANUP_TXN struct kc_txn txn = KC_TXN_INIT;
	struct kc_trie_root root;

	CHECK_FATAL(state != NULL);
	init_two(&house, 6);
	other = house_recall(&house, 1);
	house_clock_move(181 * DAY_MS); /* as when its clock jumps: both were silent */
	CHECK_OK(house_sync(&house, 0, NULL));
	CHECK_OK(kc_keychain_device_remove(house.homes[0].keychain, other->identity.id.bytes,
		kc_bytes(NULL, 0), false, 0, &report));
	CHECK_OK_FATAL(kc_txn_begin(house.homes[0].keychain->store, KC_TXN_WRITE, &txn));
	CHECK_OK_FATAL(kc_reconcile_load(&txn, state));
	CHECK(!state->open);
	for (unsigned view = KC_VIEW_NEVER + 1; view < KC_VIEW_COUNT; view++) {
		CHECK_OK_FATAL(kc_trie_get_root(&txn, (enum kc_view)view, &root));
		CHECK(!root.doubted && !state->stale[view]);
	}
}

int main(void)
{
	static const struct check_test tests[] = {
		CHECK_TEST(a_newcomer_gets_everything),
		CHECK_TEST(one_who_was_away_gets_everything),
		CHECK_TEST(roots_do_not_hang_on_who_is_out),
		CHECK_TEST(what_was_lost_for_good_comes_back),
#ifndef HOUSE_ON_SQLITE
		CHECK_TEST(only_an_answer_counts),
		CHECK_TEST(who_asks_without_end_is_not_answered),
#endif
		CHECK_TEST(one_who_was_given_up),
		CHECK_TEST(what_is_made_ones_own_undoes_nothing),
		CHECK_TEST(all_who_were_silent),
		CHECK_TEST(one_who_is_alone),
	};

	home_use_memory();
	return check_main("reconcile", tests, KC_COUNT_OF(tests));
}
