/* SPDX-License-Identifier: ISC */
/* The history: what of this device's own changes is kept, for whom, how long, how much of it. */
#include <string.h>

#include "backend/keychain_impl.h"
#include "backend/store/history.h"
#include "base/clock.h"
#include "tests/backend/words.h"
#include "tests/check.h"

#define GENP KC_CLASS_GENERIC
#define ALL (KC_WANT_ATTRS | KC_WANT_SECRET)

static kc_err find_as(struct home *home, const struct kc_caller *caller, const char *attrs,
	struct kc_found_list *ret)
{
	KC_CLEANUP_QUERY struct kc_query query = KC_QUERY_INIT;

	words_query(GENP, attrs, &query);
	query.want = ALL;
	return kc_keychain_item_history(home->keychain, caller, &query, ret);
}

static size_t count(struct home *home, const char *attrs)
{
	KC_CLEANUP_FOUND_LIST struct kc_found_list found = KC_FOUND_LIST_INIT;
	kc_err err = find_as(home, &home_user, attrs, &found);

	CHECK(err == KC_OK || err == KC_E_NOT_FOUND);
	return found.count;
}

static bool newest_is(struct home *home, const char *attrs, const char *secret, enum kc_earlier how)
{
	KC_CLEANUP_FOUND_LIST struct kc_found_list found = KC_FOUND_LIST_INIT;

	return find_as(home, &home_user, attrs, &found) == KC_OK &&
	       kc_bytes_equal(kc_secret_bytes(&found.rows[0].secret), kc_bytes_str(secret)) &&
	       kc_attrs_get_number(&found.rows[0].attrs, KC_EARLIER_HOW, 0) == how;
}

static uint64_t entries(struct home *home, uint64_t *ret_bytes)
{
	KC_CLEANUP_TXN struct kc_txn txn = KC_TXN_INIT;
	KC_CLEANUP_STMT struct kc_stmt stmt = KC_STMT_INIT;
	bool row;

	CHECK_OK_FATAL(kc_txn_begin(home->keychain->store, KC_TXN_READ, &txn));
	CHECK_OK_FATAL(kc_db_prepare(
		txn.db, "SELECT count(*), coalesce(sum(len), 0) FROM history", &stmt));
	CHECK_OK_FATAL(kc_db_step(&stmt, &row));
	*ret_bytes = (uint64_t)kc_db_int(&stmt, 1);
	return (uint64_t)kc_db_int(&stmt, 0);
}

static void own_changes_are_kept(void)
{
	CLEANUP_HOME struct home home = HOME_INIT;

	home_init(&home);
	CHECK_OK(words_add(&home, GENP, "acct=a", "one"));
	CHECK(count(&home, "acct=a") == 0);
	CHECK_OK(words_update(&home, GENP, "acct=a", "labl=x", NULL));
	CHECK_OK(words_update(&home, GENP, "acct=a", "labl=y", "one"));
	CHECK(count(&home, "acct=a") == 0); /* no value is gone */
	CHECK_OK(words_update(&home, GENP, "acct=a", "acct=b", "two"));
	CHECK(newest_is(&home, "acct=a", "one", KC_EARLIER_REPLACED));
	CHECK(count(&home, "acct=b") == 0);
	CHECK_OK(words_delete(&home, GENP, "acct=b"));
	CHECK(newest_is(&home, "acct=b", "two", KC_EARLIER_DELETED));
	CHECK(words_count(&home, GENP, "tomb=!1") == 0);
	CHECK(words_count(&home, GENP, "") == 0);
	/* The tombstone of what travels is no value. */
	CHECK_OK(words_add(&home, GENP, "acct=s sync=!1", "three"));
	CHECK_OK(words_delete(&home, GENP, "acct=s"));
	CHECK_OK(words_delete(&home, GENP, "acct=s tomb=!1"));
	CHECK(count(&home, "acct=s") == 1);
	CHECK_OK(words_add(
		&home, KC_CLASS_KEY, "kcls=2 type=#2147483649 atag=t", "0123456789abcdef"));
	CHECK_OK(words_delete(&home, KC_CLASS_KEY, "atag=t"));
	CHECK(count(&home, "") == 3);
}

static void what_is_undone_is_not_kept(void)
{
	CLEANUP_HOME struct home home = HOME_INIT;
	KC_CLEANUP_FOUND struct kc_found added = {0};
	uint64_t bytes;

	home_init(&home);
	CHECK_OK(words_add_as(&home, &home_user, GENP, "acct=a", "one", &added));
	{
		KC_CLEANUP_TXN struct kc_txn txn = KC_TXN_INIT;
		CHECK_OK_FATAL(kc_txn_begin(home.keychain->store, KC_TXN_WRITE, &txn));
		CHECK_OK(kc_history_keep_own(&txn, added.id, KC_EARLIER_DELETED));
	}
	CHECK(entries(&home, &bytes) == 0);
	/* The second of two changes cannot be: none is, and nothing is kept. */
	CHECK_OK(words_add(&home, GENP, "acct=b svce=x", "two"));
	CHECK_ERR(words_update(&home, GENP, "", "acct=c svce=y", "new"), KC_E_DUPLICATE);
	CHECK(entries(&home, &bytes) == 0);
}

static void the_lock_and_the_sandbox_hide_it(void)
{
	CLEANUP_HOME struct home home = HOME_INIT;
	KC_CLEANUP_FOUND_LIST struct kc_found_list found = KC_FOUND_LIST_INIT;
	KC_CLEANUP_FOUND struct kc_found restored = {0};
	uint64_t id;

	home_init(&home);
	CHECK_OK(words_add(&home, GENP, "acct=a", "one"));
	CHECK_OK(words_delete(&home, GENP, "acct=a"));
	CHECK_OK_FATAL(find_as(&home, &home_user, "acct=a", &found));
	id = found.rows[0].id;
	CHECK_ERR(find_as(&home, &home_sandbox, "acct=a", &found), KC_E_NOT_FOUND);
	CHECK_ERR(kc_keychain_item_restore(home.keychain, &home_sandbox, id, &restored),
		KC_E_NOT_FOUND);
	/* Nothing has to be open to delete; what is deleted is sealed as the item was. */
	CHECK_OK(words_add(&home, GENP, "acct=b", "two"));
	kc_keychain_lock(home.keychain);
	CHECK_OK(words_delete(&home, GENP, "acct=b"));
	CHECK_ERR(find_as(&home, &home_user, "acct=b", &found), KC_E_LOCKED);
	CHECK_ERR(kc_keychain_item_restore(home.keychain, &home_user, id, &restored), KC_E_LOCKED);
	home_unlock(&home);
	CHECK(newest_is(&home, "acct=b", "two", KC_EARLIER_DELETED));
}

static kc_err restore_newest(struct home *home, const char *attrs)
{
	KC_CLEANUP_FOUND_LIST struct kc_found_list found = KC_FOUND_LIST_INIT;
	KC_CLEANUP_FOUND struct kc_found restored = {0};

	KC_TRY(find_as(home, &home_user, attrs, &found));
	return kc_keychain_item_restore(home->keychain, &home_user, found.rows[0].id, &restored);
}

static void a_value_comes_back(void)
{
	CLEANUP_HOME struct home home = HOME_INIT;
	KC_CLEANUP_FOUND struct kc_found restored = {0};

	home_init(&home);
	CHECK_OK(words_add(&home, GENP, "acct=a labl=x", "one"));
	CHECK_OK(words_update(&home, GENP, "acct=a", "labl=y", "two"));
	CHECK_OK(restore_newest(&home, "acct=a"));
	CHECK(words_has_secret(&home, GENP, "acct=a labl=x", "one"));
	CHECK(newest_is(&home, "acct=a", "two", KC_EARLIER_REPLACED));
	CHECK_OK(words_delete(&home, GENP, "acct=a"));
	CHECK_OK(restore_newest(&home, "acct=a"));
	CHECK(words_has_secret(&home, GENP, "acct=a", "one"));
	/* Over a tombstone; and over an item that has been marked to sync since. */
	CHECK_OK(words_add(&home, GENP, "acct=s sync=!1", "three"));
	CHECK_OK(words_delete(&home, GENP, "acct=s"));
	CHECK_OK(restore_newest(&home, "acct=s"));
	CHECK(words_has_secret(&home, GENP, "acct=s sync=!1", "three"));
	CHECK(words_count(&home, GENP, "acct=s tomb=!1") == 0);
	CHECK_OK(words_update(&home, GENP, "acct=a", "sync=!1", "four"));
	CHECK_OK(restore_newest(&home, "acct=a"));
	CHECK(words_has_secret(&home, GENP, "acct=a sync=!1", "one"));
	CHECK(words_count(&home, GENP, "acct=a") == 1);
	CHECK_ERR(kc_keychain_item_restore(home.keychain, &home_user, 12345, &restored),
		KC_E_NOT_FOUND);
}

static int64_t day_0(void)
{
	return INT64_C(1800000000000);
}

static int64_t in_91_days(void)
{
	return INT64_C(1800000000000) + INT64_C(91) * 86400000;
}

static void it_ends_after_90_days(void)
{
	CLEANUP_HOME struct home home = HOME_INIT;

	home_init(&home);
	kc_clock_set_wall(day_0);
	CHECK_OK(words_add(&home, GENP, "acct=a", "one"));
	CHECK_OK(words_delete(&home, GENP, "acct=a"));
	kc_keychain_lock(home.keychain);
	home_unlock(&home);
	CHECK(count(&home, "acct=a") == 1);
	kc_clock_set_wall(in_91_days);
	kc_keychain_lock(home.keychain);
	home_unlock(&home);
	CHECK(count(&home, "acct=a") == 0);
	/* One that is never locked looks now and then. */
	kc_clock_set_wall(day_0);
	CHECK_OK(words_add(&home, GENP, "acct=a", "one"));
	CHECK_OK(words_delete(&home, GENP, "acct=a"));
	kc_clock_set_wall(in_91_days);
	for (int i = 0; i < KC_HISTORY_EVERY; i++) {
		CHECK_OK(words_add(&home, GENP, "acct=b", "two"));
		CHECK_OK(words_delete(&home, GENP, "acct=b"));
	}
	CHECK(count(&home, "acct=a") == 0);
	kc_clock_set_wall(NULL);
}

static kc_err add_large(struct home *home, const char *account, uint8_t *bytes)
{
	KC_CLEANUP_ATTRS struct kc_attrs attrs = KC_ATTRS_INIT;
	struct kc_item_input input = {
		.class = GENP, .has_secret = true, .secret = kc_bytes(bytes, (size_t)1 << 20)};

	kc_attrs_set_str(&attrs, KC_NAME('a', 'c', 'c', 't'), account);
	input.attrs = attrs;
	return kc_keychain_item_add(home->keychain, &home_user, &input, 0, NULL);
}

static void it_is_bounded(void)
{
	static uint8_t large[1 << 20];
	CLEANUP_HOME struct home home = HOME_INIT;
	uint64_t bytes;
	char secret[16], account[24];

	home_init(&home);
	CHECK_OK(words_add(&home, GENP, "acct=a", "0"));
	for (int i = 1; i <= 2 * KC_HISTORY_PER_KEY; i++) {
		snprintf(secret, sizeof secret, "%d", i);
		CHECK_OK(words_update(&home, GENP, "acct=a", "", secret));
	}
	CHECK(count(&home, "acct=a") == KC_HISTORY_PER_KEY);
	CHECK(newest_is(&home, "acct=a", "39", KC_EARLIER_REPLACED));
	for (int i = 0; i < 100; i++) {
		snprintf(account, sizeof account, "large-%d", i);
		CHECK_OK(add_large(&home, account, large));
		snprintf(account, sizeof account, "acct=large-%d", i);
		CHECK_OK(words_delete(&home, GENP, account));
		entries(&home, &bytes);
		CHECK(bytes <= (uint64_t)KC_HISTORY_MOST_BYTES +
				       ((uint64_t)KC_HISTORY_EVERY << 20) + (1 << 20));
	}
	CHECK(count(&home, "acct=a") == 0); /* the oldest give way */
	CHECK(count(&home, "acct=large-99") == 1);
}

static void a_changed_entry_is_none(void)
{
	CLEANUP_HOME struct home home = HOME_INIT;

	home_init(&home);
	CHECK_OK(words_add(&home, GENP, "acct=a", "one"));
	CHECK_OK(words_delete(&home, GENP, "acct=a"));
	CHECK_OK(words_add(&home, GENP, "acct=a", "two"));
	CHECK_OK(words_delete(&home, GENP, "acct=a"));
	CHECK(count(&home, "acct=a") == 2);
	{
		KC_CLEANUP_TXN struct kc_txn txn = KC_TXN_INIT;
		CHECK_OK_FATAL(kc_txn_begin(home.keychain->store, KC_TXN_WRITE, &txn));
		CHECK_OK(kc_db_exec(txn.db, "UPDATE history SET how = (SELECT how FROM history"
					    " ORDER BY id DESC LIMIT 1) WHERE id = (SELECT"
					    " min(id) FROM history)"));
		CHECK_OK(kc_txn_commit(&txn));
	}
	CHECK(count(&home, "acct=a") == 1);
	CHECK(newest_is(&home, "acct=a", "two", KC_EARLIER_DELETED));
}

int main(void)
{
	static const struct check_test tests[] = {
		CHECK_TEST(own_changes_are_kept),
		CHECK_TEST(what_is_undone_is_not_kept),
		CHECK_TEST(the_lock_and_the_sandbox_hide_it),
		CHECK_TEST(a_value_comes_back),
		CHECK_TEST(it_ends_after_90_days),
		CHECK_TEST(it_is_bounded),
		CHECK_TEST(a_changed_entry_is_none),
	};

	home_use_memory();
	return check_main("history", tests, KC_COUNT_OF(tests));
}
