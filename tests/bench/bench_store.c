/* SPDX-License-Identifier: ISC */
/*
 * What the store costs, each number with the one that it has to be compared with, measured in the
 * same run on the same disk. TMPDIR chooses the disk.
 */
#include <fcntl.h>
#include <sqlite3.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "backend/keychain_impl.h"
#include "base/clock.h"
#include "tests/backend/words.h"
#include "tests/check.h"

#define GENP KC_CLASS_GENERIC
#define FEW 100
#define MANY 10000
#define ADDS 1000
#define FINDS 2000

#define CHANGES 20000 /* several times what the history holds */

static double seconds_since(uint64_t start_us)
{
	return (double)(kc_clock_monotonic_us() - start_us) / 1e6;
}

static void fill(struct home *home, int from, int to)
{
	KC_CLEANUP_TXN struct kc_txn txn = KC_TXN_INIT;

	CHECK_OK_FATAL(kc_txn_begin(home->keychain->store, KC_TXN_WRITE, &txn));
	for (int i = from; i < to; i++) {
		struct kc_item_input input = {.class = GENP,
			.has_secret = true,
			.secret = kc_bytes_str("correct horse battery")};
		char attrs[128];
		snprintf(attrs, sizeof attrs,
			"svce=service-%d acct=somebody@example.org labl=Label-%d", i, i);
		words_attrs(&input.attrs, attrs);
		CHECK_OK_FATAL(kc_keychain_txn_add(&txn, &home_user, &input, 0, NULL));
		kc_attrs_done(&input.attrs);
	}
	CHECK_OK_FATAL(kc_txn_commit(&txn));
}

static void write_key(char *text, size_t len, int number)
{
	snprintf(text, len, "svce=service-%d acct=somebody@example.org", number);
}

static void write_label(char *text, size_t len, int number)
{
	snprintf(text, len, "labl=Label-%d", number);
}

/* Microseconds of one find; write makes the query of a number below count. */
static double find_us(struct home *home, void (*write)(char *text, size_t len, int number),
	int count, uint32_t want)
{
	uint64_t start = kc_clock_monotonic_us();

	for (int i = 0; i < FINDS; i++) {
		KC_CLEANUP_QUERY struct kc_query query = KC_QUERY_INIT;
		KC_CLEANUP_FOUND_LIST struct kc_found_list found = KC_FOUND_LIST_INIT;
		char text[128];
		write(text, sizeof text, (i * 7919) % count);
		words_query(GENP, text, &query);
		query.want = want;
		CHECK_OK_FATAL(kc_keychain_item_find(home->keychain, &home_user, &query, &found));
		CHECK_FATAL(found.count == 1);
	}
	return seconds_since(start) * 1e6 / FINDS;
}

static double list_ms(struct home *home, uint32_t want, size_t wanted)
{
	uint64_t start = kc_clock_monotonic_us();
	KC_CLEANUP_QUERY struct kc_query query = KC_QUERY_INIT;
	size_t count = 0;
	bool more = true;

	query.class = GENP;
	query.want = want;
	while (more) {
		KC_CLEANUP_FOUND_LIST struct kc_found_list found = KC_FOUND_LIST_INIT;
		CHECK_OK_FATAL(kc_keychain_item_find(home->keychain, &home_user, &query, &found));
		count += found.count;
		query.after = words_page_end(&found);
		more = found.more;
	}
	CHECK_FATAL(count == wanted);
	return seconds_since(start) * 1e3;
}

static void search(struct home *home)
{
	double key_few, key_many, label_few, label_many, list, secrets;

	fill(home, 0, FEW);
	key_few = find_us(home, write_key, FEW, KC_WANT_ATTRS | KC_WANT_SECRET);
	label_few = find_us(home, write_label, FEW, KC_WANT_ATTRS);
	fill(home, FEW, MANY);
	key_many = find_us(home, write_key, MANY, KC_WANT_ATTRS | KC_WANT_SECRET);
	label_many = find_us(home, write_label, MANY, KC_WANT_ATTRS);
	list = list_ms(home, KC_WANT_ATTRS, MANY);
	secrets = list_ms(home, KC_WANT_ATTRS | KC_WANT_SECRET, MANY);
	printf("find by primary key, with secret    %8.1f us at %d, %.1f us at %d: ratio %.2f\n",
		key_few, FEW, key_many, MANY, key_many / key_few);
	printf("find by label                       %8.1f us at %d, %.1f us at %d: ratio %.2f\n",
		label_few, FEW, label_many, MANY, label_many / label_few);
	printf("list %d, attributes               %8.1f ms\n", MANY, list);
	printf("list %d, attributes and secrets   %8.1f ms\n", MANY, secrets);
}

static void opening(struct home *home)
{
	uint64_t start = kc_clock_monotonic_us();
	double open_ms, unlock_ms;

	home_open(home);
	open_ms = seconds_since(start) * 1e3;
	start = kc_clock_monotonic_us();
	home_unlock(home);
	unlock_ms = seconds_since(start) * 1e3;
	printf("open with %d items, all checked   %8.1f ms; unlock (without scrypt) %.1f ms\n",
		MANY, open_ms, unlock_ms);
}

/* --- durable adds -------------------------------------------------------------------------------
 */

static double door_adds(struct home *home)
{
	uint64_t start = kc_clock_monotonic_us();

	for (int i = 0; i < ADDS; i++) {
		char attrs[128];
		snprintf(attrs, sizeof attrs, "svce=durable-%d acct=ada labl=Durable-%d", i, i);
		CHECK_OK_FATAL(words_add(home, GENP, attrs, "correct horse battery"));
	}
	return ADDS / seconds_since(start);
}

static void run_sql(sqlite3 *db, const char *sql)
{
	CHECK_FATAL(sqlite3_exec(db, sql, NULL, NULL, NULL) == SQLITE_OK);
}

/* One row of the size of an item's, one commit each, with the same settings. */
static double raw_adds(const struct home *home)
{
	char path[128];
	sqlite3 *db;
	sqlite3_stmt *insert;
	uint64_t start;
	double rate;

	snprintf(path, sizeof path, "%s/raw.db", home->path);
	CHECK_FATAL(sqlite3_open(path, &db) == SQLITE_OK);
	run_sql(db, "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;"
		    "CREATE TABLE t(id INTEGER PRIMARY KEY, data BLOB)");
	CHECK_FATAL(sqlite3_prepare_v2(db, "INSERT INTO t(data) VALUES(randomblob(900))", -1,
			    &insert, NULL) == SQLITE_OK);
	start = kc_clock_monotonic_us();
	for (int i = 0; i < ADDS; i++) {
		CHECK_FATAL(sqlite3_step(insert) == SQLITE_DONE);
		sqlite3_reset(insert);
	}
	rate = ADDS / seconds_since(start);
	sqlite3_finalize(insert);
	sqlite3_close(db);
	return rate;
}

static double raw_syncs(const struct home *home)
{
	static uint8_t page[4096];
	char path[128];
	uint64_t start;
	double rate;
	int file;

	snprintf(path, sizeof path, "%s/raw.bin", home->path);
	file = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
	CHECK_FATAL(file >= 0);
	start = kc_clock_monotonic_us();
	for (int i = 0; i < ADDS; i++) {
		CHECK_FATAL(write(file, page, sizeof page) == (ssize_t)sizeof page);
		CHECK_FATAL(fdatasync(file) == 0);
	}
	rate = ADDS / seconds_since(start);
	close(file);
	return rate;
}

static void durable(struct home *home)
{
	double syncs = raw_syncs(home), rows = raw_adds(home), adds = door_adds(home);

	printf("durable adds                        %8.0f /s; SQLite, one row each %.0f /s: ratio "
	       "%.2f; 4 KiB and fdatasync %.0f /s: ratio %.2f\n",
		adds, rows, adds / rows, syncs, adds / syncs);
}

/* Each puts the earlier value into the history. */
static double change_us(struct home *home, int count)
{
	uint64_t start = kc_clock_monotonic_us();

	for (int i = 0; i < CHANGES; i++) {
		char text[128];

		write_key(text, sizeof text, i % count);
		CHECK_OK_FATAL(words_update(home, GENP, text, "", "staple, or something else"));
	}
	return seconds_since(start) * 1e6 / CHANGES;
}

static void changing(void)
{
	CLEANUP_HOME struct home home = HOME_INIT;
	double one, all;

	home_use_memory();
	home_init(&home);
	fill(&home, 0, MANY);
	one = change_us(&home, 1);
	all = change_us(&home, MANY);
	printf("change a password, without a disk   %8.1f us of one item, %.1f us of %d in turn\n",
		one, all, MANY);
}

static void everything(void)
{
	CLEANUP_HOME struct home home = HOME_INIT;
	CLEANUP_HOME struct home empty = HOME_INIT;

	home_init(&empty);
	durable(&empty);
	home_init(&home);
	search(&home);
	opening(&home);
	durable(&home);
	changing();
}

int main(void)
{
	static const struct check_test tests[] = {
		CHECK_TEST(everything),
	};
	return check_main("store", tests, KC_COUNT_OF(tests));
}
