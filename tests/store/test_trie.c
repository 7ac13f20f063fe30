/* SPDX-License-Identifier: ISC */
/* The tries over what tracks say: the same root from the same records, however they came there. */
#include <string.h>

#include "backend/keychain_impl.h"
#include "backend/store/db.h"
#include "backend/store/track.h"
#include "backend/store/trie.h"
#include "base/random.h"
#include "tests/backend/home.h"
#include "tests/check.h"

#define VIEW KC_VIEW_PASSWORDS

static uint64_t chance_state;

static size_t chance(size_t below)
{
	chance_state = chance_state * UINT64_C(6364136223846793005) + 1442695040888963407u;
	return (size_t)(chance_state >> 33) % below;
}

/* The record of a number: its name and first digest are those of the vectors. */
static struct kc_track numbered(size_t number)
{
	struct kc_track track = {.view = VIEW, .protection = KC_PROTECTION_AK, .t = 1};

	track.name[14] = (uint8_t)(number >> 8);
	track.name[15] = (uint8_t)number;
	track.digest[30] = (uint8_t)((number + 1) >> 8);
	track.digest[31] = (uint8_t)(number + 1);
	return track;
}

static void begin(struct home *home, struct kc_txn *txn)
{
	CHECK_OK_FATAL(kc_txn_begin(home->keychain->store, KC_TXN_WRITE, txn));
}

static struct kc_trie_root root_of(struct kc_txn *txn, enum kc_view view)
{
	struct kc_trie_root root = {.count = UINT64_MAX};

	CHECK_OK_FATAL(kc_trie_get_root(txn, view, &root));
	return root;
}

/* The same from the tracks, with nothing of the trie that was. */
static struct kc_trie_root rebuilt(struct kc_txn *txn, enum kc_view view)
{
	CHECK_OK_FATAL(kc_trie_discard(txn));
	return root_of(txn, view);
}

static bool is_hex(const uint8_t hash[static KC_TRIE_HASH_LEN], const char *hex)
{
	for (size_t i = 0; i < KC_TRIE_HASH_LEN; i++) {
		static const char digits[] = "0123456789abcdef";

		if (hex[2 * i] != digits[hash[i] >> 4] || hex[2 * i + 1] != digits[hash[i] & 15])
			return false;
	}
	return true;
}

/* Another implementation gets these, too. */
static void vectors(void)
{
	/* clang-format off */
	static const struct { size_t count; const char *root; } rows[] = {
		{0, "0000000000000000000000000000000000000000000000000000000000000000"},
		{1, "f0a532be3dbd8155327d33439c0570d9567e04723a972c9a693d15b74d3b1d26"},
		{2, "4e19b9b525705e38303c0276d528191712228e74759f870ac2a43a486ecbcdee"},
		{17, "98505150c4957e903fb30b966dd688bcfea2e1a56cc3aefc7507d6db69a6baeb"},
		{1000, "b4e8661cdc6894142d549dbd205e01e8b817688858143a659d47bd88fa237356"},
	};
	/* clang-format on */
	CLEANUP_HOME struct home home = HOME_INIT;
	KC_CLEANUP_TXN struct kc_txn txn = KC_TXN_INIT;
	size_t made = 0;

	home_init(&home);
	begin(&home, &txn);
	for (size_t i = 0; i < KC_COUNT_OF(rows); i++) {
		struct kc_trie_root root;

		for (; made < rows[i].count; made++) {
			struct kc_track track = numbered(made);

			CHECK_OK_FATAL(kc_track_put(&txn, &track));
		}
		root = root_of(&txn, VIEW);
		CHECK(root.count == rows[i].count && !root.doubted);
		CHECK(is_hex(root.hash, rows[i].root));
		root = rebuilt(&txn, VIEW);
		CHECK(is_hex(root.hash, rows[i].root) && root.doubted);
		CHECK_OK(kc_trie_doubt(&txn, VIEW, false));
	}
	CHECK(root_of(&txn, KC_VIEW_WIFI).count == 0);
}

/* --- whatever happens to tracks -----------------------------------------------------------------
 */

#define RECORDS 300
#define OPERATIONS 10000

/* What each record should be in a trie as. */
struct expected {
	bool live;
	enum kc_view view;
	uint8_t digest[KC_TRACK_DIGEST_LEN];
};

static void change_one(struct kc_txn *txn, size_t number, struct expected *expected)
{
	struct kc_track track = numbered(number);
	kc_err err = kc_track_find_name(txn, track.name, &track);
	size_t what = chance(8);

	CHECK_FATAL(err == KC_OK || err == KC_E_NOT_FOUND);
	if (err == KC_E_NOT_FOUND)
		track = numbered(number);
	if (what == 0 && track.id) {
		CHECK_OK_FATAL(kc_track_drop(txn, track.id));
		expected->live = false;
	} else if (what == 1) { /* changed here, and not sent: the circle knows nothing of it */
		track.deleted = chance(2);
		CHECK_OK_FATAL(kc_track_say_again(txn, &track));
	} else if (what == 2 && track.id && !track.pending) {
		track.lost = true;
		CHECK_OK_FATAL(kc_track_put(txn, &track));
	} else {
		track.pending = track.lost = false;
		track.deleted = what == 3;
		track.view = chance(10) ? track.view : KC_VIEW_WIFI;
		track.t += 2;
		for (size_t i = 0; i < 4; i++)
			track.digest[i] = (uint8_t)chance(256);
		CHECK_OK_FATAL(kc_track_put(txn, &track));
		*expected = (struct expected){.live = !track.deleted, .view = track.view};
		memcpy(expected->digest, track.digest, sizeof expected->digest);
	}
}

static void check_leaf(struct kc_txn *txn, size_t number, const struct expected *expected)
{
	struct kc_track track = numbered(number);
	uint8_t digest[KC_TRIE_HASH_LEN];

	for (enum kc_view view = VIEW; view <= KC_VIEW_WIFI; view++) {
		kc_err err = kc_trie_find(txn, view, track.name, digest);

		bool right = err == KC_OK && memcmp(digest, expected->digest, sizeof digest) == 0;

		CHECK(expected->live && expected->view == view ? right : err == KC_E_NOT_FOUND);
	}
}

static void any_changes_give_what_the_tracks_give(void)
{
	static struct expected expected[RECORDS];
	CLEANUP_HOME struct home home = HOME_INIT;
	KC_CLEANUP_TXN struct kc_txn txn = KC_TXN_INIT;

	memset(expected, 0, sizeof expected);
	chance_state = 7;
	home_init(&home);
	begin(&home, &txn);
	(void)root_of(&txn, VIEW);
	(void)root_of(&txn, KC_VIEW_WIFI);
	for (size_t i = 1; i <= OPERATIONS; i++) {
		/* Some ends see many records, others few. */
		size_t number = chance(i < OPERATIONS / 2 ? RECORDS : 3);

		change_one(&txn, number, &expected[number]);
		if (i % 1000 && i > 10)
			continue;
		for (enum kc_view view = VIEW; view <= KC_VIEW_WIFI; view++) {
			struct kc_trie_root kept = root_of(&txn, view), built;

			built = rebuilt(&txn, view);
			CHECK(kept.count == built.count &&
				memcmp(kept.hash, built.hash, sizeof kept.hash) == 0);
		}
	}
	for (size_t number = 0; number < RECORDS; number++)
		check_leaf(&txn, number, &expected[number]);
}

/* The form depends on what is in it alone: taken out in another order, nothing is left. */
static void nothing_is_left_of_what_went(void)
{
	static const char count_rows[] = "SELECT count(*) FROM trie";
	CLEANUP_HOME struct home home = HOME_INIT;
	KC_CLEANUP_TXN struct kc_txn txn = KC_TXN_INIT;
	KC_CLEANUP_STMT struct kc_stmt stmt = KC_STMT_INIT;
	struct kc_trie_root one;
	bool row;

	home_init(&home);
	begin(&home, &txn);
	(void)root_of(&txn, VIEW);
	for (size_t i = 0; i < 200; i++) {
		struct kc_track track = numbered(i);

		CHECK_OK_FATAL(kc_track_put(&txn, &track));
	}
	for (size_t i = 200; i-- > 0;) {
		struct kc_track track = numbered(i * 7 % 200);

		CHECK_OK_FATAL(kc_track_find_name(&txn, track.name, &track));
		if (i > 0)
			CHECK_OK_FATAL(kc_track_drop(&txn, track.id));
	}
	one = root_of(&txn, VIEW);
	CHECK(one.count == 1);
	CHECK(is_hex(one.hash, "f0a532be3dbd8155327d33439c0570d9567e04723a972c9a693d15b74d3b1d26"));
	CHECK_OK_FATAL(kc_db_prepare(txn.db, count_rows, &stmt));
	CHECK_OK_FATAL(kc_db_step(&stmt, &row));
	CHECK(kc_db_int(&stmt, 0) == 0);
}

/* --- a database that was changed by something else ----------------------------------------------
 */

/* A node from elsewhere, none at all, or one from before: it is not believed, and the tracks are.
 */
static void a_wrong_node_is_noticed(void)
{
	static const char *const harm[] = {
		"DELETE FROM trie WHERE path = (SELECT min(path) FROM trie)",
		"UPDATE trie SET sealed = (SELECT sealed FROM trie ORDER BY path DESC LIMIT 1)",
		"UPDATE trie SET sealed = x'00'",
	};
	for (size_t i = 0; i < KC_COUNT_OF(harm); i++) {
		CLEANUP_HOME struct home home = HOME_INIT;
		KC_CLEANUP_TXN struct kc_txn txn = KC_TXN_INIT;
		struct kc_trie_root before, after;
		struct kc_track track;

		home_init(&home);
		begin(&home, &txn);
		(void)root_of(&txn, VIEW);
		for (size_t k = 0; k < 200; k++) {
			track = numbered(k);
			CHECK_OK_FATAL(kc_track_put(&txn, &track));
		}
		before = root_of(&txn, VIEW);
		CHECK_OK_FATAL(kc_db_exec(txn.db, harm[i]));
		/* Each part of the trie is looked at by some change. */
		for (size_t k = 0; k < 200; k++) {
			track = numbered(k);
			CHECK_OK_FATAL(kc_track_find_name(&txn, track.name, &track));
			track.digest[0] = 1;
			CHECK_OK_FATAL(kc_track_put(&txn, &track));
			track.digest[0] = 0;
			CHECK_OK_FATAL(kc_track_put(&txn, &track));
		}
		after = root_of(&txn, VIEW);
		CHECK_MSG(after.doubted && after.count == 200, harm[i]);
		CHECK_MSG(memcmp(before.hash, after.hash, sizeof after.hash) == 0, harm[i]);
		CHECK_OK(kc_trie_doubt(&txn, VIEW, false));
		CHECK_MSG(!root_of(&txn, VIEW).doubted, harm[i]);
	}
}

/* A track that does not open may have had a leaf: what is built without it is in doubt. */
static void a_lost_track_casts_doubt(void)
{
	CLEANUP_HOME struct home home = HOME_INIT;
	KC_CLEANUP_TXN struct kc_txn txn = KC_TXN_INIT;
	struct kc_track track = numbered(1), other = numbered(2);

	home_init(&home);
	begin(&home, &txn);
	CHECK_OK_FATAL(kc_track_put(&txn, &track));
	CHECK_OK_FATAL(kc_track_put(&txn, &other));
	CHECK(root_of(&txn, VIEW).count == 2 && !root_of(&txn, VIEW).doubted);
	CHECK_OK_FATAL(kc_db_exec(txn.db, "UPDATE track SET sealed = x'00' WHERE id = 1"));
	CHECK_OK_FATAL(kc_track_drop(&txn, track.id));
	CHECK(root_of(&txn, VIEW).count == 1 && root_of(&txn, VIEW).doubted);
}

int main(void)
{
	static const struct check_test tests[] = {
		CHECK_TEST(vectors),
		CHECK_TEST(any_changes_give_what_the_tracks_give),
		CHECK_TEST(nothing_is_left_of_what_went),
		CHECK_TEST(a_wrong_node_is_noticed),
		CHECK_TEST(a_lost_track_casts_doubt),
	};

	home_use_memory();
	return check_main("trie", tests, KC_COUNT_OF(tests));
}
