/* SPDX-License-Identifier: ISC */
/* What sync is told of local changes, and what becomes of versions that other devices wrote. */
#include <string.h>

#include "backend/keychain_impl.h"
#include "backend/store/apply.h"
#include "backend/store/cell.h"
#include "base/clock.h"
#include "base/random.h"
#include "tests/backend/words.h"
#include "tests/check.h"

#define GENP KC_CLASS_GENERIC

static void begin(struct home *home, struct kc_txn *txn)
{
	CHECK_OK_FATAL(kc_txn_begin(home->keychain->store, KC_TXN_WRITE, txn));
}

/* What the journal says: for each entry L (live) or D (deletion), in order. */
static const char *journal(struct home *home)
{
	static char text[64];
	KC_CLEANUP_TXN struct kc_txn txn = KC_TXN_INIT;
	uint64_t sequence = 0, id, count;
	size_t len = 0;

	begin(home, &txn);
	while (kc_track_journal_next(&txn, sequence, &sequence, &id) == KC_OK) {
		struct kc_track track;
		CHECK_OK_FATAL(kc_track_get(&txn, id, &track));
		CHECK(track.pending && track.t > 0 && track.created > 0);
		text[len++] = track.deleted ? 'D' : 'L';
	}
	text[len] = 0;
	CHECK_OK(kc_track_journal_count(&txn, &count));
	CHECK(count == len);
	return text;
}

static void empty_journal(struct home *home)
{
	KC_CLEANUP_TXN struct kc_txn txn = KC_TXN_INIT;
	uint64_t sequence, id;

	begin(home, &txn);
	while (kc_track_journal_next(&txn, 0, &sequence, &id) == KC_OK)
		CHECK_OK_FATAL(kc_track_journal_done(&txn, sequence));
	CHECK_OK(kc_txn_commit(&txn));
}

/* Each row starts with one synced item a (sent) and one local item b. */
static void local_changes_are_journaled(void)
{
	/* clang-format off */
	static const struct {
		const char *what;
		const char *query, *changes; /* no changes: delete */
		const char *journal;
	} rows[] = {
		{"a local change",            "acct=b", "labl=x",          ""},
		{"a local deletion",          "acct=b", NULL,              ""},
		{"a change",                  "acct=a", "labl=x",          "L"},
		{"a deletion",                "acct=a", NULL,              "D"},
		{"a new key",                 "acct=a", "acct=n",          "L"},
		{"to local",                  "acct=a", "sync=!0",         "D"},
		{"to synced",                 "acct=b", "sync=!1",         "L"},
		{"bound from now on",         "acct=a", "pdmn=aku",        "D"},
		{"another protection",        "acct=a", "pdmn=ck",         "L"},
		{"another view",              "acct=a", "vwht=WiFi",       "DL"},
		{"a group of another view",   "acct=a", "agrp=cards",      "DL"},
		{"a group of the same view",  "acct=a", "vwht=passwords",  "L"},
	};
	/* clang-format on */
	for (size_t i = 0; i < KC_COUNT_OF(rows); i++) {
		CLEANUP_HOME struct home home = HOME_INIT;
		home_init(&home);
		CHECK_OK(words_add(&home, GENP, "acct=a sync=!1", "a"));
		CHECK_OK(words_add(&home, GENP, "acct=b", "b"));
		CHECK_MSG(strcmp(journal(&home), "L") == 0, rows[i].what);
		empty_journal(&home);
		if (rows[i].changes)
			CHECK_OK(words_update(&home, GENP, rows[i].query, rows[i].changes, NULL));
		else
			CHECK_OK(words_delete(&home, GENP, rows[i].query));
		CHECK_MSG(strcmp(journal(&home), rows[i].journal) == 0, rows[i].what);
	}
}

static struct kc_track track_of(struct home *home, uint64_t item)
{
	KC_CLEANUP_TXN struct kc_txn txn = KC_TXN_INIT;
	struct kc_track track;

	begin(home, &txn);
	CHECK_OK_FATAL(kc_track_find_item(&txn, item, &track));
	return track;
}

static int64_t frozen(void)
{
	return 1000;
}

static void versions_go_up_and_names_stay(void)
{
	CLEANUP_HOME struct home home = HOME_INIT;
	KC_CLEANUP_FOUND struct kc_found added = {0};
	struct kc_track first, second, third, fourth;

	home_init(&home);
	kc_clock_set_wall(frozen);
	CHECK_OK(words_add_as(&home, &home_user, GENP, "acct=a sync=!1", "a", &added));
	first = track_of(&home, added.id);
	CHECK(first.t == 1000 * KC_TRACK_TURN && first.created == first.t);
	CHECK(first.view == KC_VIEW_PASSWORDS && first.protection == KC_PROTECTION_AK);
	CHECK_OK(words_update(&home, GENP, "acct=a", "acct=b", NULL));
	second = track_of(&home, added.id);
	CHECK(second.t == 1001 * KC_TRACK_TURN && second.created == first.t);
	CHECK(memcmp(second.name, first.name, sizeof first.name) == 0);
	CHECK(memcmp(second.key_digest, first.key_digest, sizeof first.key_digest) != 0);
	CHECK_OK(words_delete(&home, GENP, "acct=b"));
	CHECK_OK(words_add(&home, GENP, "acct=b sync=!1", "again"));
	third = track_of(&home, added.id);
	CHECK(third.t == 1003 * KC_TRACK_TURN && !third.deleted);
	CHECK(memcmp(third.name, first.name, sizeof first.name) == 0);
	/* In another view it is another record, and a later one, whatever the clock says. */
	CHECK_OK(words_update(&home, GENP, "acct=b", "svce=AirPort", NULL));
	fourth = track_of(&home, added.id);
	CHECK(fourth.view == KC_VIEW_WIFI && fourth.t > third.t);
	CHECK(memcmp(fourth.name, first.name, sizeof first.name) != 0);
	kc_clock_set_wall(NULL);
}

static void locked_deletions_travel_too(void)
{
	CLEANUP_HOME struct home home = HOME_INIT;

	home_init(&home);
	CHECK_OK(words_add(&home, GENP, "acct=a sync=!1", "a"));
	empty_journal(&home);
	kc_keychain_lock(home.keychain);
	CHECK_OK(words_delete(&home, GENP, "acct=a"));
	CHECK(strcmp(journal(&home), "D") == 0);
}

static void a_newer_change_outlives_an_exchange(void)
{
	CLEANUP_HOME struct home home = HOME_INIT;
	KC_CLEANUP_TXN struct kc_txn txn = KC_TXN_INIT;
	uint64_t sequence, id;

	home_init(&home);
	CHECK_OK(words_add(&home, GENP, "acct=a sync=!1", "a"));
	begin(&home, &txn);
	CHECK_OK(kc_track_journal_next(&txn, 0, &sequence, &id));
	kc_txn_done(&txn);
	CHECK_OK(words_update(&home, GENP, "acct=a", "labl=x", NULL));
	begin(&home, &txn);
	CHECK_OK(kc_track_journal_done(&txn, sequence));
	CHECK_OK(kc_txn_commit(&txn));
	CHECK(strcmp(journal(&home), "L") == 0);
}

/* --- versions of other devices ------------------------------------------------------------------
 */

static void remote_item(const char *attrs, const char *secret, struct kc_item *ret)
{
	static const struct kc_attrs nothing = KC_ATTRS_INIT;
	KC_CLEANUP_ATTRS struct kc_attrs sent = KC_ATTRS_INIT;
	struct kc_bytes bytes = kc_bytes_str(secret);

	words_attrs(&sent, "agrp=user cdat=@1 mdat=@2 pdmn=ak svce=s");
	words_attrs(&sent, attrs);
	CHECK_OK_FATAL(kc_item_build_remote(GENP, &sent, &nothing, &bytes, ret));
}

/* A deletion without attributes; winner: what it gives way to. */
static kc_err apply_beside(struct home *home, const struct kc_track *version,
	const struct kc_history_who *winner, const char *attrs, const char *secret,
	uint64_t *ret_rival)
{
	KC_CLEANUP_TXN struct kc_txn txn = KC_TXN_INIT;
	KC_CLEANUP_ITEM struct kc_item item = KC_ITEM_INIT;
	struct kc_track track = *version;

	begin(home, &txn);
	if (attrs) {
		remote_item(attrs, secret, &item);
		KC_TRY(kc_apply_live(&txn, &track, &item, ret_rival));
	} else {
		KC_TRY(kc_apply_deletion(&txn, &track, winner));
	}
	return kc_txn_commit(&txn);
}

static kc_err apply(struct home *home, const struct kc_track *version, const char *attrs,
	const char *secret, uint64_t *ret_rival)
{
	static const struct kc_history_who nobody;

	return apply_beside(home, version, &nobody, attrs, secret, ret_rival);
}

static struct kc_track remote_version(uint64_t t)
{
	struct kc_track version = {.view = KC_VIEW_PASSWORDS,
		.protection = KC_PROTECTION_AK,
		.t = t,
		.created = t,
		.counter = 7};

	memset(version.name, 0x11, sizeof version.name);
	memset(version.writer, 0x22, sizeof version.writer);
	memset(version.digest, 0x33, sizeof version.digest);
	return version;
}

static void remote_versions_are_taken_over(void)
{
	CLEANUP_HOME struct home home = HOME_INIT;
	struct kc_track version = remote_version(5000), held;
	KC_CLEANUP_FOUND_LIST struct kc_found_list found = KC_FOUND_LIST_INIT;
	uint64_t rival, id;

	home_init(&home);
	CHECK_OK_FATAL(apply(&home, &version, "acct=r", "one", &rival));
	CHECK(words_has_secret(&home, GENP, "acct=r sync=!1", "one"));
	CHECK_OK_FATAL(words_find(&home, GENP, "acct=r", &found));
	CHECK(kc_attrs_get_date(&found.rows[0].attrs, KC_NAME('m', 'd', 'a', 't'), 0) == 2);
	id = found.rows[0].id;
	held = track_of(&home, id);
	CHECK(held.t == 5000 && held.counter == 7 && !held.pending && held.writer[0] == 0x22);
	CHECK(strcmp(journal(&home), "") == 0);

	version = remote_version(6000);
	CHECK_OK_FATAL(apply(&home, &version, "acct=renamed", "two", &rival));
	CHECK(words_has_secret(&home, GENP, "acct=renamed", "two"));
	CHECK(words_count(&home, GENP, "acct=r") == 0);
	CHECK_OK_FATAL(words_find(&home, GENP, "acct=renamed", &found));
	CHECK(found.rows[0].id == id);

	version = remote_version(7000);
	CHECK_OK_FATAL(apply(&home, &version, NULL, NULL, &rival));
	CHECK(words_count(&home, GENP, "acct=renamed") == 0);
	CHECK(words_count(&home, GENP, "acct=renamed tomb=!1") == 1);
	held = track_of(&home, id);
	CHECK(held.deleted && held.t == 7000);
	CHECK(strcmp(journal(&home), "") == 0);
	/* A deletion of what was never here is remembered all the same. */
	version.name[0] = 0x99;
	CHECK_OK_FATAL(apply(&home, &version, NULL, NULL, &rival));
}

/* The earlier values of what is called r, newest first. */
static void find_earlier(struct home *home, struct kc_found_list *ret)
{
	KC_CLEANUP_QUERY struct kc_query query = KC_QUERY_INIT;
	kc_err err;

	words_query(GENP, "acct=r", &query);
	query.want = KC_WANT_ATTRS | KC_WANT_SECRET;
	kc_found_list_done(ret);
	err = kc_keychain_item_history(home->keychain, &home_user, &query, ret);
	CHECK(err == KC_OK || err == KC_E_NOT_FOUND);
}

static bool entry_is(const struct kc_found *entry, const char *secret, enum kc_earlier how,
	uint8_t writer, uint8_t by)
{
	struct kc_bytes wrote = kc_attrs_get_bytes(&entry->attrs, KC_FOUND_WRITER);
	struct kc_bytes ended = kc_attrs_get_bytes(&entry->attrs, KC_EARLIER_BY);

	return kc_bytes_equal(kc_secret_bytes(&entry->secret), kc_bytes_str(secret)) &&
	       kc_attrs_get_number(&entry->attrs, KC_EARLIER_HOW, 0) == how &&
	       (wrote.len ? wrote.data[0] : 0) == writer && (ended.len ? ended.data[0] : 0) == by;
}

static void losers_go_to_the_history(void)
{
	CLEANUP_HOME struct home home = HOME_INIT;
	KC_CLEANUP_FOUND_LIST struct kc_found_list earlier = KC_FOUND_LIST_INIT;
	struct kc_track version = remote_version(5000);
	uint64_t rival;

	home_init(&home);
	CHECK_OK_FATAL(apply(&home, &version, "acct=r", "one", &rival));
	CHECK_OK(words_update(&home, GENP, "acct=r", "labl=mine", "mine"));
	version = remote_version(INT64_C(1) << 50);
	CHECK_OK_FATAL(apply(&home, &version, "acct=r", "theirs", &rival));
	CHECK(words_has_secret(&home, GENP, "acct=r", "theirs"));
	version = remote_version((INT64_C(1) << 50) + 1);
	CHECK_OK_FATAL(apply(&home, &version, NULL, NULL, &rival));
	find_earlier(&home, &earlier);
	CHECK_FATAL(earlier.count == 3);
	CHECK(entry_is(&earlier.rows[0], "theirs", KC_EARLIER_DELETED, 0x22, 0x22));
	/* Nobody else had seen it. */
	CHECK(entry_is(&earlier.rows[1], "mine", KC_EARLIER_LOST, 0, 0x22));
	CHECK(strcmp(words_text(&earlier.rows[1].attrs, "labl"), "mine") == 0);
	CHECK(entry_is(&earlier.rows[2], "one", KC_EARLIER_REPLACED, 0x22, 0));
}

/* A deletion between a change and the next one gives way, when something is seen that it gives way
 * to; without that somebody deleted the item, and is named. */
static void what_gives_way(void)
{
	enum { CHANGE = 5 * KC_TRACK_TURN };
	static const struct {
		uint64_t t;
		struct kc_history_who winner;
		enum kc_earlier how;
		uint8_t by;
	} rows[] = {
		{CHANGE + KC_TRACK_TURN / 2, {true, {0x44}}, KC_EARLIER_GAVE_WAY, 0x44},
		{CHANGE + KC_TRACK_TURN / 2, {false, {0}}, KC_EARLIER_DELETED, 0x22},
		{CHANGE + KC_TRACK_TURN - 1, {true, {0x44}}, KC_EARLIER_GAVE_WAY, 0x44},
		{CHANGE + KC_TRACK_TURN, {true, {0x44}}, KC_EARLIER_DELETED, 0x22},
		{CHANGE + KC_TRACK_TURN + KC_TRACK_TURN / 2, {true, {0x44}}, KC_EARLIER_DELETED,
			0x22},
	};

	for (size_t i = 0; i < KC_COUNT_OF(rows); i++) {
		CLEANUP_HOME struct home home = HOME_INIT;
		KC_CLEANUP_FOUND_LIST struct kc_found_list earlier = KC_FOUND_LIST_INIT;
		struct kc_track version = remote_version(CHANGE + 3);
		uint64_t rival;

		home_init(&home);
		CHECK_OK_FATAL(apply(&home, &version, "acct=r", "one", &rival));
		version.t = rows[i].t;
		version.replaced = CHANGE + 3;
		CHECK_OK_FATAL(apply_beside(&home, &version, &rows[i].winner, NULL, NULL, &rival));
		find_earlier(&home, &earlier);
		CHECK_FATAL(earlier.count == 1);
		CHECK(entry_is(&earlier.rows[0], "one", rows[i].how, 0x22, rows[i].by));
	}
}

/* What the lock hides is kept as it is, and there when it is open again. */
static void a_deletion_under_the_lock_keeps_it(void)
{
	CLEANUP_HOME struct home home = HOME_INIT;
	KC_CLEANUP_FOUND_LIST struct kc_found_list earlier = KC_FOUND_LIST_INIT;
	struct kc_track version = remote_version(5000);
	uint64_t rival;

	home_init(&home);
	CHECK_OK_FATAL(apply(&home, &version, "acct=r", "one", &rival));
	kc_keychain_lock(home.keychain);
	version = remote_version(6000);
	CHECK_OK_FATAL(apply(&home, &version, NULL, NULL, &rival));
	home_unlock(&home);
	CHECK(words_count(&home, GENP, "acct=r") == 0);
	find_earlier(&home, &earlier);
	CHECK_FATAL(earlier.count == 1);
	CHECK(entry_is(&earlier.rows[0], "one", KC_EARLIER_DELETED, 0x22, 0x22));
}

static void collisions_are_told(void)
{
	CLEANUP_HOME struct home home = HOME_INIT;
	KC_CLEANUP_FOUND struct kc_found added = {0};
	struct kc_track version = remote_version(5000);
	uint64_t rival = 0;

	home_init(&home);
	CHECK_OK(words_add_as(&home, &home_user, GENP, "svce=s acct=a sync=!1", "mine", &added));
	CHECK_ERR(apply(&home, &version, "acct=a", "theirs", &rival), KC_E_DUPLICATE);
	CHECK(rival == added.id);
	CHECK(words_has_secret(&home, GENP, "acct=a", "mine"));
	/* A local item with the same key is another item; a tombstone gives way. */
	CHECK_OK(words_add(&home, GENP, "svce=s acct=l", "local"));
	CHECK_OK(apply(&home, &version, "acct=l", "theirs", &rival));
	CHECK(words_count(&home, GENP, "acct=l") == 2);
	CHECK_OK(words_delete(&home, GENP, "acct=a"));
	version.name[0] = 0x44;
	CHECK_OK(apply(&home, &version, "acct=a", "theirs", &rival));
	CHECK(words_has_secret(&home, GENP, "acct=a", "theirs"));
}

static void the_lock_holds_remote_versions(void)
{
	CLEANUP_HOME struct home home = HOME_INIT;
	struct kc_track version = remote_version(5000);
	uint64_t rival;

	home_init(&home);
	CHECK_OK(apply(&home, &version, "acct=r", "one", &rival));
	kc_keychain_lock(home.keychain);
	version.t = 6000;
	CHECK_ERR(apply(&home, &version, "acct=r", "two", &rival), KC_E_LOCKED);
	CHECK_ERR(apply(&home, &version, "acct=r pdmn=ck", "two", &rival), KC_E_LOCKED);
	version.name[0] = 0x44;
	CHECK_OK(apply(&home, &version, "acct=c pdmn=ck", "three", &rival));
	version.name[0] = 0x11;
	CHECK_OK(apply(&home, &version, NULL, NULL, &rival));
	home_unlock(&home);
	CHECK(words_count(&home, GENP, "acct=r") == 0);
	CHECK(words_has_secret(&home, GENP, "acct=c", "three"));
}

static void cells(void)
{
	CLEANUP_HOME struct home home = HOME_INIT;
	KC_CLEANUP_TXN struct kc_txn txn = KC_TXN_INIT;
	KC_CLEANUP_BUF struct kc_buf value = KC_BUF_INIT;

	home_init(&home);
	begin(&home, &txn);
	CHECK_ERR(kc_cell_get(&txn, "one", &value), KC_E_NOT_FOUND);
	CHECK_OK(kc_cell_put(&txn, KC_PROTECTION_DK, "one", kc_bytes_str("1")));
	CHECK_OK(kc_cell_put(&txn, KC_PROTECTION_AK, "two", kc_bytes_str("2")));
	CHECK_OK(kc_cell_put(&txn, KC_PROTECTION_DK, "one", kc_bytes_str("uno")));
	CHECK_OK(kc_txn_commit(&txn));
	home_open(&home);
	begin(&home, &txn);
	CHECK_OK(kc_cell_get(&txn, "one", &value));
	CHECK(kc_bytes_equal(kc_buf_bytes(&value), kc_bytes_str("uno")));
	CHECK_ERR(kc_cell_get(&txn, "two", &value), KC_E_LOCKED);
	CHECK_OK(kc_cell_remove(&txn, "one"));
	CHECK_OK(kc_cell_remove(&txn, "none"));
	CHECK_OK(kc_txn_commit(&txn));
	home_open(&home);
	begin(&home, &txn);
	CHECK_ERR(kc_cell_get(&txn, "one", &value), KC_E_NOT_FOUND);
	CHECK(!home.keychain->altered);
}

static void what_is_not_committed_is_not_there(void)
{
	CLEANUP_HOME struct home home = HOME_INIT;
	KC_CLEANUP_TXN struct kc_txn txn = KC_TXN_INIT;
	struct kc_item_input input = {.class = GENP};

	home_init(&home);
	begin(&home, &txn);
	words_attrs(&input.attrs, "acct=one sync=!1");
	CHECK_OK(kc_keychain_txn_add(&txn, &home_user, &input, 0, NULL));
	CHECK_ERR(kc_keychain_txn_add(&txn, &home_user, &input, 0, NULL), KC_E_DUPLICATE);
	kc_txn_done(&txn);
	CHECK(words_count(&home, GENP, "") == 0);
	CHECK(strcmp(journal(&home), "") == 0);
	begin(&home, &txn);
	CHECK_OK(kc_keychain_txn_add(&txn, &home_user, &input, 0, NULL));
	words_attrs(&input.attrs, "acct=two");
	CHECK_OK(kc_keychain_txn_add(&txn, &home_user, &input, 0, NULL));
	CHECK_OK(kc_txn_commit(&txn));
	CHECK(words_count(&home, GENP, "") == 2);
	home_open(&home);
	CHECK(!home.keychain->altered);
	kc_attrs_done(&input.attrs);
}

int main(void)
{
	static const struct check_test tests[] = {
		CHECK_TEST(local_changes_are_journaled),
		CHECK_TEST(versions_go_up_and_names_stay),
		CHECK_TEST(locked_deletions_travel_too),
		CHECK_TEST(a_newer_change_outlives_an_exchange),
		CHECK_TEST(remote_versions_are_taken_over),
		CHECK_TEST(losers_go_to_the_history),
		CHECK_TEST(what_gives_way),
		CHECK_TEST(a_deletion_under_the_lock_keeps_it),
		CHECK_TEST(collisions_are_told),
		CHECK_TEST(the_lock_holds_remote_versions),
		CHECK_TEST(cells),
		CHECK_TEST(what_is_not_committed_is_not_there),
	};
	return check_main("tracks", tests, KC_COUNT_OF(tests));
}
