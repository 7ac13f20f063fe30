/* SPDX-License-Identifier: ISC */
/*
 * A database that somebody has worked on with SQL: whatever was changed, moved, put back or deleted
 * is noticed, and no call ever answers with wrong data.
 */
#include <sqlite3.h>
#include <stdio.h>
#include <string.h>

#include "tests/backend/words.h"
#include "tests/check.h"

#define GENP KC_CLASS_GENERIC

/* Runs SQL on the file as it lies there. */
static void run_sql(const struct home *home, const char *sql)
{
	sqlite3 *db;
	char *message = NULL;

	CHECK_FATAL(sqlite3_open(home_database(home), &db) == SQLITE_OK);
	if (sqlite3_exec(db, sql, NULL, NULL, &message) != SQLITE_OK)
		printf("%s: %s\n", sql, message);
	CHECK_FATAL(message == NULL);
	sqlite3_close(db);
}

/* Flips one bit of the first, middle or last byte of a column of row 1. */
static void flip(const struct home *home, const char *column, int where)
{
	char sql[1024];

	snprintf(sql, sizeof sql,
		"CREATE TEMP TABLE at AS SELECT CASE %d WHEN 0 THEN 1 WHEN 1 THEN length(%s) / 2 + "
		"1"
		" ELSE length(%s) END AS n FROM item WHERE id = 1;"
		"UPDATE item SET %s = CAST(substr(%s, 1, (SELECT n FROM at) - 1) ||"
		" CASE WHEN substr(%s, (SELECT n FROM at), 1) = x'00' THEN x'01' ELSE x'00' END ||"
		" substr(%s, (SELECT n FROM at) + 1) AS BLOB) WHERE id = 1;",
		where, column, column, column, column, column, column);
	run_sql(home, sql);
}

static void make_items(struct home *home)
{
	home_init(home);
	CHECK_OK_FATAL(words_add(home, GENP, "svce=s acct=a", "secret a"));
	CHECK_OK_FATAL(words_add(home, GENP, "svce=s acct=b", "secret b"));
	CHECK_OK_FATAL(words_add(home, GENP, "svce=s acct=c sync=!1", "secret c"));
	CHECK_OK_FATAL(words_add(home, GENP, "svce=s acct=d pdmn=dk", "secret d"));
}

/* Whether the item is what it was; fails the test when it is anything else than that or absent. */
static bool is_whole(struct home *home, char name, const char *what)
{
	KC_CLEANUP_FOUND_LIST struct kc_found_list found = KC_FOUND_LIST_INIT;
	char query[16], secret[16];
	kc_err err;

	snprintf(query, sizeof query, "acct=%c", name);
	snprintf(secret, sizeof secret, "secret %c", name);
	err = words_find(home, GENP, query, &found);
	if (err == KC_E_NOT_FOUND)
		return false;
	CHECK_MSG(err == KC_OK, what);
	CHECK_MSG(found.count == 1, what);
	CHECK_MSG(found.count && kc_bytes_equal(kc_secret_bytes(&found.rows[0].secret),
					 kc_bytes_str(secret)),
		what);
	return err == KC_OK;
}

static void check_status(struct home *home, bool altered, uint64_t quarantined, const char *what)
{
	KC_CLEANUP_STATUS struct kc_status status = {0};

	CHECK_OK(kc_keychain_status(home->keychain, &status));
	CHECK_MSG(status.altered == altered, what);
	CHECK_MSG(status.quarantined == quarantined, what);
}

/* A change inside a ciphertext is not in the set digest, only its tag is: such a row shows when it
 * is opened. */
static bool is_seen(const char *column, int where)
{
	return where == 2 || (strcmp(column, "meta") != 0 && strcmp(column, "secret") != 0);
}

static void every_column_is_bound(void)
{
	static const char *const columns[] = {"ref", "key", "terms", "marks", "meta", "secret"};

	for (size_t i = 0; i < KC_COUNT_OF(columns); i++)
		for (int where = 0; where < 3; where++) {
			CLEANUP_HOME struct home home = HOME_INIT;
			make_items(&home);
			home_close(&home);
			flip(&home, columns[i], where);
			home_open(&home);
			home_unlock(&home);
			CHECK_MSG(!is_whole(&home, 'a', columns[i]), columns[i]);
			CHECK_MSG(is_whole(&home, 'b', columns[i]), columns[i]);
			check_status(&home, is_seen(columns[i], where), 1, columns[i]);
		}
}

/* What an SQL statement does, and what is left after it. a is item 1, b 2, c 3 (synced), d 4. */
/* clang-format off */
static const struct tampering {
	const char *what, *sql;
	const char *whole; /* items that still must be there, and right */
	bool altered;
	uint64_t quarantined;
} tamperings[] = {
	{"nothing",              "SELECT 1", "abcd", false, 0},
	{"version up",           "UPDATE item SET version = 2 WHERE id = 1", "bcd", true, 1},
	{"class",                "UPDATE item SET class = (SELECT 0x696e6574) WHERE id = 1", "bcd", true, 1},
	{"class of nothing",     "UPDATE item SET class = 5 WHERE id = 1", "bcd", true, 1},
	{"class out of range",   "UPDATE item SET class = class + (1 << 32) WHERE id = 1", "bcd", true, 1},
	{"protection",           "UPDATE item SET protection = 8 WHERE id = 1", "bcd", true, 1},
	{"protection of d",      "UPDATE item SET protection = 6 WHERE id = 4", "abc", true, 1},
	{"protection unheard of", "UPDATE item SET protection = 99 WHERE id = 1", "bcd", true, 1},
	{"sync",                 "UPDATE item SET sync = 1 WHERE id = 1", "bcd", true, 1},
	{"sync taken away",      "UPDATE item SET sync = 0 WHERE id = 3", "abd", true, 1},
	{"sync as two",          "UPDATE item SET sync = 2 WHERE id = 1", "bcd", true, 1},
	{"tomb",                 "UPDATE item SET tomb = 1 WHERE id = 1", "bcd", true, 1},
	{"another id",           "UPDATE item SET id = 77 WHERE id = 1", "bcd", true, 1},
	{"ref cut",              "UPDATE item SET ref = substr(ref, 1, 15) WHERE id = 1", "bcd", true, 1},
	{"terms cut",            "UPDATE item SET terms = substr(terms, 17) WHERE id = 1", "bcd", true, 1},
	{"terms not whole",      "UPDATE item SET terms = substr(terms, 2) WHERE id = 1", "bcd", true, 1},
	{"terms gone",           "UPDATE item SET terms = x'' WHERE id = 1", "bcd", true, 1},
	{"terms of b",           "UPDATE item SET terms = (SELECT terms FROM item WHERE id = 2) WHERE id = 1", "bcd", true, 1},
	{"marks of b",           "UPDATE item SET marks = (SELECT marks FROM item WHERE id = 2) WHERE id = 1", "bcd", true, 1},
	{"meta of b",            "UPDATE item SET meta = (SELECT meta FROM item WHERE id = 2) WHERE id = 1", "bcd", true, 1},
	{"meta cut",             "UPDATE item SET meta = substr(meta, 1, 20) WHERE id = 1", "bcd", true, 1},
	{"meta empty",           "UPDATE item SET meta = x'' WHERE id = 1", "bcd", true, 1},
	{"secret of b",          "UPDATE item SET secret = (SELECT secret FROM item WHERE id = 2) WHERE id = 1", "bcd", true, 1},
	{"secret gone",          "UPDATE item SET secret = NULL WHERE id = 1", "bcd", true, 1},
	{"secret empty",         "UPDATE item SET secret = x'' WHERE id = 1", "bcd", true, 1},
	{"a and b trade secrets", "CREATE TEMP TABLE t AS SELECT id, secret FROM item;"
	                         "UPDATE item SET secret = (SELECT secret FROM t WHERE t.id = 3 - item.id) WHERE id < 3", "cd", true, 2},
	{"a and b trade rows",   "CREATE TEMP TABLE t AS SELECT id, meta, secret, terms, marks FROM item;"
	                         "UPDATE item SET (meta, secret, terms, marks) ="
	                         " (SELECT meta, secret, terms, marks FROM t WHERE t.id = 3 - item.id) WHERE id < 3", "cd", true, 2},
	{"a copied",             "INSERT INTO item SELECT 9, version, class, protection, sync, tomb, randomblob(16),"
	                         " randomblob(16), terms, marks, meta, secret FROM item WHERE id = 1", "abcd", true, 1},
	{"a deleted",            "DELETE FROM item WHERE id = 1", "bcd", true, 0},
	{"all deleted",          "DELETE FROM item", "", true, 0},
	{"index emptied",        "DELETE FROM term", "abcd", false, 0},
	{"index entry gone",     "DELETE FROM term WHERE item = 1", "abcd", false, 0},
	{"index entry moved",    "UPDATE term SET item = 2 WHERE item = 1 AND hash NOT IN (SELECT hash FROM term WHERE item = 2)", "abcd", false, 0},
	{"index entry added",    "INSERT INTO term SELECT hash, 4 FROM term WHERE item = 1 AND hash NOT IN (SELECT hash FROM term WHERE item = 4)", "abcd", false, 0},
	{"track gone",           "DELETE FROM track", "abcd", true, 0},
	{"track of another item", "UPDATE track SET item = 1", "abcd", true, 0},
	{"track broken",         "UPDATE track SET sealed = x'00'", "abcd", true, 0},
	{"track renamed",        "UPDATE track SET name = randomblob(16)", "abcd", true, 0},
	{"journal emptied",      "DELETE FROM journal", "abcd", true, 0},
	{"cell gone",            "DELETE FROM cell", "abcd", true, 0},
	{"cell broken",          "UPDATE cell SET sealed = randomblob(length(sealed))", "abcd", true, 0},
	{"digest gone",          "DELETE FROM setting WHERE name = 'digest'", "abcd", true, 0},
	{"digest broken",        "UPDATE setting SET value = randomblob(60) WHERE name = 'digest'", "abcd", true, 0},
};
/* clang-format on */

static void tampering_is_noticed(void)
{
	for (size_t i = 0; i < KC_COUNT_OF(tamperings); i++) {
		const struct tampering *row = &tamperings[i];
		CLEANUP_HOME struct home home = HOME_INIT;
		make_items(&home);
		home_close(&home);
		run_sql(&home, row->sql);
		home_open(&home);
		home_unlock(&home);
		for (const char *name = "abcd"; *name; name++)
			CHECK_MSG(is_whole(&home, *name, row->what) ==
					  (strchr(row->whole, *name) != NULL),
				row->what);
		check_status(&home, row->altered, row->quarantined, row->what);
		/* What was noticed stays known; and the keychain goes on working. */
		CHECK_MSG(words_add(&home, GENP, "svce=after", "x") == KC_OK, row->what);
		home_open(&home);
		home_unlock(&home);
		check_status(&home, row->altered, row->quarantined, row->what);
		CHECK_MSG(words_has_secret(&home, GENP, "svce=after", "x"), row->what);
	}
}

/* Changes what terms find while the file holds a copy of what was, and puts that copy back. */
static void put_old_back(
	struct home *home, const char *copy, const char *terms, const char *put_back)
{
	make_items(home);
	home_close(home);
	run_sql(home, copy);
	home_open(home);
	home_unlock(home);
	CHECK_OK(words_update(home, GENP, terms, "", "newer"));
	home_close(home);
	run_sql(home, put_back);
	home_open(home);
}

/* The whole row, ciphertexts and all. */
static void an_old_version_put_back_is_noticed(void)
{
	CLEANUP_HOME struct home home = HOME_INIT;

	put_old_back(&home, "CREATE TABLE old AS SELECT * FROM item WHERE id = 1", "acct=a",
		"UPDATE item SET (version, terms, marks, meta, secret) ="
		" (SELECT version, terms, marks, meta, secret FROM old) WHERE id = 1;"
		"DROP TABLE old");
	check_status(&home, true, 0, "put back");
	home_unlock(&home);
	check_status(&home, true, 0, "put back, unlocked");
	/* The row itself is genuine: what it says is old, and the status says that. */
	CHECK(words_has_secret(&home, GENP, "acct=a", "secret a"));
}

/* The same twice over, before the new one, in a table that takes it: two equal shares must not
 * cancel each other. */
static void an_old_version_put_back_twice_is_noticed(void)
{
	CLEANUP_HOME struct home home = HOME_INIT;

	put_old_back(&home, "CREATE TABLE old AS SELECT * FROM item WHERE id = 1", "acct=a",
		"CREATE TABLE more AS SELECT * FROM old UNION ALL SELECT * FROM old"
		" UNION ALL SELECT * FROM item;"
		"DROP TABLE item; ALTER TABLE more RENAME TO item; DROP TABLE old");
	home_unlock(&home);
	check_status(&home, true, 0, "put back twice");
}

static void an_old_cell_put_back_is_noticed(void)
{
	CLEANUP_HOME struct home home = HOME_INIT;

	put_old_back(&home, "CREATE TABLE old AS SELECT * FROM track", "acct=c",
		"UPDATE track SET sealed = (SELECT sealed FROM old); DROP TABLE old");
	check_status(&home, true, 0, "old track");
}

static int count_rows(void *ret, int columns, char **values, char **names)
{
	(void)columns, (void)values, (void)names;
	++*(unsigned *)ret;
	return 0;
}

/* Whoever could write the file once gets nothing kept for him that is to be forgotten: an old
 * password's wrapping, an item's old secret, what was set aside. */
static void a_trigger_does_nothing(void)
{
	static const char plant[] =
		"CREATE TABLE kept(value);"
		"CREATE TRIGGER a BEFORE UPDATE ON setting BEGIN INSERT INTO kept "
		"VALUES(old.value); END;"
		"CREATE TRIGGER b BEFORE UPDATE ON item BEGIN INSERT INTO kept VALUES(old.secret); "
		"END;"
		"CREATE TRIGGER c AFTER DELETE ON item BEGIN INSERT INTO kept VALUES(old.secret); "
		"END;"
		"CREATE TRIGGER d AFTER INSERT ON quarantine BEGIN DELETE FROM quarantine; END;";
	CLEANUP_HOME struct home home = HOME_INIT;
	unsigned kept = 0;
	sqlite3 *db;

	make_items(&home);
	home_close(&home);
	flip(&home, "meta", 1);
	run_sql(&home, plant);
	home_open(&home);
	home_unlock(&home);
	CHECK_OK(words_update(&home, GENP, "acct=b", "", "newer"));
	CHECK_OK(words_delete(&home, GENP, "acct=c"));
	CHECK(!is_whole(&home, 'a', "trigger"));
	check_status(&home, false, 1, "trigger");
	CHECK_OK(kc_keychain_change_password(
		home.keychain, kc_bytes_str("password"), kc_bytes_str("new password")));
	home_close(&home);
	CHECK_FATAL(sqlite3_open(home_database(&home), &db) == SQLITE_OK);
	CHECK(sqlite3_exec(db, "SELECT value FROM kept", count_rows, &kept, NULL) == SQLITE_OK);
	sqlite3_close(db);
	CHECK(kept == 0);
}

/* A running keychain meets the damage in a search. */
static void damage_while_open(void)
{
	CLEANUP_HOME struct home home = HOME_INIT;

	make_items(&home);
	CHECK(is_whole(&home, 'a', "before"));
	flip(&home, "meta", 1);
	CHECK(!is_whole(&home, 'a', "meta"));
	check_status(&home, false, 1, "meta");
	CHECK(is_whole(&home, 'b', "meta"));
	CHECK_OK(words_add(&home, GENP, "svce=s acct=a", "again"));
	CHECK(words_has_secret(&home, GENP, "acct=a", "again"));
}

/* Damaged rows do not stand in the way of adding, moving and deleting. */
static void damaged_rows_give_way(void)
{
	CLEANUP_HOME struct home home = HOME_INIT;

	make_items(&home);
	flip(&home, "meta", 1);
	CHECK_OK(words_add(&home, GENP, "svce=s acct=a", "again"));
	check_status(&home, false, 1, "added over");
	home_done(&home);

	make_items(&home);
	flip(&home, "meta", 1);
	CHECK_OK(words_update(&home, GENP, "acct=b", "acct=a", NULL));
	CHECK(words_has_secret(&home, GENP, "acct=a", "secret b"));
	check_status(&home, false, 1, "moved over");
	home_done(&home);

	make_items(&home);
	flip(&home, "meta", 1);
	CHECK_ERR(words_delete(&home, GENP, "acct=a"), KC_E_NOT_FOUND);
	check_status(&home, false, 1, "deleted");
	CHECK_ERR(words_update(&home, GENP, "acct=a", "labl=x", NULL), KC_E_NOT_FOUND);
}

int main(void)
{
	static const struct check_test tests[] = {
		CHECK_TEST(every_column_is_bound),
		CHECK_TEST(tampering_is_noticed),
		CHECK_TEST(an_old_version_put_back_is_noticed),
		CHECK_TEST(an_old_version_put_back_twice_is_noticed),
		CHECK_TEST(an_old_cell_put_back_is_noticed),
		CHECK_TEST(a_trigger_does_nothing),
		CHECK_TEST(damage_while_open),
		CHECK_TEST(damaged_rows_give_way),
	};
	return check_main("tampering", tests, KC_COUNT_OF(tests));
}
