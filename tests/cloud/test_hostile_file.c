/* SPDX-License-Identifier: ISC */
/* The sqlite engine on a file that somebody else made or altered, in a folder where they can write:
 * a definite answer, bounded memory, and nothing of the user's touched. */
#include <fcntl.h>
#include <sqlite3.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/random.h"
#include "tests/cloud/engines.h"
#include "tests/file.h"

#define TEXT(text) kc_bytes_str(text)
enum { MOST_MEMORY = 24 << 20 };

/* Called by SQLite: nothing here has to outlive the computer. */
__attribute__((visibility("default"))) int fdatasync(int fd)
{
	(void)fd;
	return 0;
}

static const char *beside(const char *ending)
{
	static char texts[2][160];
	static unsigned turn;
	char *text = texts[turn++ % 2];

	snprintf(text, sizeof texts[0], "%s%s", place.file, ending);
	return text;
}

static const char *in_folder(const char *name)
{
	static char text[160];

	snprintf(text, sizeof text, "%s/%s", place.folder, name);
	return text;
}

/* A store with three records, and nothing in its log. */
static struct kc_cloud *begin(void)
{
	struct kc_cloud *cloud;

	engines_begin("sqlite");
	cloud = engines_open();
	CHECK_OK_FATAL(engines_put(cloud, "one", &engines_none, TEXT("first"), NULL));
	CHECK_OK_FATAL(engines_put(cloud, "two", &engines_none, TEXT("second"), NULL));
	CHECK_OK_FATAL(engines_put(cloud, "three", &engines_none, TEXT("third"), NULL));
	return cloud;
}

static void end(struct kc_cloud *cloud)
{
	kc_cloud_close(cloud);
	engines_end();
}

/* What SQLite does without our care; leaves all in one file. */
static void alter(const char *sql)
{
	sqlite3 *db = NULL;

	CHECK_FATAL(sqlite3_open(place.file, &db) == SQLITE_OK);
	sqlite3_db_config(db, SQLITE_DBCONFIG_DEFENSIVE, 0, NULL);
	CHECK_MSG(sqlite3_exec(db, sql, NULL, NULL, NULL) == SQLITE_OK, sql);
	CHECK(sqlite3_close(db) == SQLITE_OK);
	CHECK(chmod(place.file, 0600) == 0);
}

static kc_err visit(void *context, const struct kc_record_row *row)
{
	CHECK(row->value.len <= KC_RECORDS_MAX_VALUE);
	CHECK(strlen(row->name) <= KC_RECORDS_MAX_NAME);
	++*(unsigned *)context;
	return KC_OK;
}

/* Everything that a store can be asked: the first answer that is no KC_OK. */
static kc_err ask_all(struct kc_cloud *cloud)
{
	static const char *const names[] = {"one", "two", "three", "four"};
	KC_CLEANUP_BUF struct kc_buf marker = KC_BUF_INIT;
	KC_CLEANUP_CLOUD_LOGS struct kc_cloud_logs logs = {0};
	struct kc_feed_token tokens[KC_ZONE_COUNT] = {{0}};
	bool more = true, changed;
	unsigned rows = 0;

	KC_TRY(kc_cloud_get_marker(cloud, &marker));
	KC_TRY(kc_records_changed(cloud, tokens, &changed));
	KC_TRY(kc_records_get(cloud, KC_ZONE_RECORDS, names, KC_COUNT_OF(names), visit, &rows));
	while (more)
		KC_TRY(kc_records_changes(
			cloud, KC_ZONE_RECORDS, &tokens[KC_ZONE_RECORDS], 7, visit, &rows, &more));
	KC_TRY(kc_cloud_list(cloud, &logs));
	return engines_put(cloud, "four", &engines_none, TEXT("fourth"), NULL);
}

/* --- what is in the file ------------------------------------------------------------------------
 */

#define RELAX                                                                                    \
	"PRAGMA writable_schema = ON; UPDATE sqlite_schema SET sql = replace(sql, ' NOT NULL', " \
	"'');"
#define REOPEN "PRAGMA writable_schema = RESET;"

static const struct {
	const char *what, *sql;
	kc_err wanted;
} alterations[] = {
	/* clang-format off */
	{"nothing", "SELECT 1", KC_OK},
	{"another program's", "PRAGMA application_id = 7", KC_E_STORE_SUSPECT},
	{"another format", "PRAGMA user_version = 2", KC_E_STORE_SUSPECT},
	{"another journal", "PRAGMA journal_mode = DELETE", KC_E_STORE_SUSPECT},
	{"a table more", "CREATE TABLE more (a)", KC_E_STORE_SUSPECT},
	{"a view", "CREATE VIEW aview AS SELECT 1", KC_E_STORE_SUSPECT},
	{"a trigger", "CREATE TRIGGER watcher AFTER INSERT ON record BEGIN DELETE FROM zone; END",
		KC_E_STORE_SUSPECT},
	{"an index less", "DROP INDEX record_seq", KC_E_STORE_SUSPECT},
	{"a view in place of a table", "DROP TABLE zone; CREATE VIEW zone AS "
		"SELECT 1 AS zone, x'00' AS incarnation, 1 AS seq", KC_E_STORE_SUSPECT},
	{"a default that runs", "PRAGMA writable_schema = ON; UPDATE sqlite_schema SET "
		"sql = replace(sql, 'value BLOB NOT NULL', 'value BLOB DEFAULT (randomblob(9))')",
		KC_E_STORE_SUSPECT},
	{"a column that is computed", "ALTER TABLE record ADD COLUMN more AS (zeroblob(1000))",
		KC_E_STORE_SUSPECT},
	{"no zone", "DELETE FROM zone WHERE zone = 1", KC_E_STORE_SUSPECT},
	{"a short incarnation", "UPDATE zone SET incarnation = x'0102'", KC_E_STORE_SUSPECT},
	{"a count of no number", "UPDATE zone SET seq = 'many'", KC_E_STORE_SUSPECT},
	{"a count below 0", "UPDATE zone SET seq = -1", KC_E_STORE_SUSPECT},
	{"the highest count", "UPDATE zone SET seq = 9223372036854775807", KC_E_STORE_SUSPECT},
	{"a count behind its versions", "UPDATE zone SET seq = 1", KC_E_STORE_SUSPECT},
	{"no store", "DELETE FROM store", KC_E_STORE_SUSPECT},
	{"a long marker", "UPDATE store SET marker = zeroblob(1025)", KC_E_STORE_SUSPECT},
	{"a marker of text", "UPDATE store SET marker = 'text'", KC_E_STORE_SUSPECT},
	{"a short store id", "UPDATE store SET store = x'01'", KC_E_STORE_SUSPECT},
	{"a value of text", "UPDATE record SET value = 'text'", KC_E_STORE_SUSPECT},
	{"a value that is a number", "UPDATE record SET value = 1.5", KC_E_STORE_SUSPECT},
	{"a long value", "UPDATE record SET value = zeroblob(4194305) WHERE name = 'two'",
		KC_E_STORE_SUSPECT},
	{"a very long value", "UPDATE record SET value = zeroblob(60000000) WHERE name = 'two'",
		KC_E_STORE_SUSPECT},
	{"a short write id", "UPDATE record SET write_id = x'00'", KC_E_STORE_SUSPECT},
	{"a write id of text", "UPDATE record SET write_id = '0123456789abcdef'",
		KC_E_STORE_SUSPECT},
	{"a number of text", "UPDATE record SET seq = 'x' WHERE name = 'two'", KC_E_STORE_SUSPECT},
	{"a number below 1", "UPDATE record SET seq = 0 WHERE name = 'two'", KC_E_STORE_SUSPECT},
	{"a name in bytes", "UPDATE record SET name = x'74776f' WHERE name = 'two'",
		KC_E_STORE_SUSPECT},
	{"a name that is none", "UPDATE record SET name = 'a/b' WHERE name = 'two'",
		KC_E_STORE_SUSPECT},
	{"a name with an end in it", "UPDATE record SET name = 'two' || char(0) || 'x' "
		"WHERE name = 'two'", KC_E_STORE_SUSPECT},
	{"a long name", "UPDATE record SET name = printf('%.*c', 1000, 'a') WHERE name = 'two'",
		KC_E_STORE_SUSPECT},
	{"a very long name", "UPDATE record SET name = printf('%.*c', 50000000, 'a') "
		"WHERE name = 'two'", KC_E_NO_MEMORY},
	{"two numbers that are one", RELAX "UPDATE sqlite_schema SET sql = "
		"replace(sql, 'UNIQUE ', '');" REOPEN "UPDATE record SET seq = 2;"
		"PRAGMA writable_schema = ON; UPDATE sqlite_schema SET sql = replace(sql, "
		"'CREATE INDEX', 'CREATE UNIQUE INDEX')", KC_E_STORE_SUSPECT},
	{"many tables", "CREATE TEMP TABLE n AS WITH RECURSIVE c(i) AS (SELECT 1 UNION ALL SELECT "
		"i + 1 FROM c WHERE i < 50000) SELECT i FROM c; PRAGMA writable_schema = ON;"
		"INSERT INTO sqlite_schema SELECT 'view', 'v' || i, 'v' || i, 0, "
		"'CREATE VIEW v' || i || ' AS SELECT 1' FROM n", KC_E_STORE_SUSPECT},
	{"a long statement", "PRAGMA writable_schema = ON; INSERT INTO sqlite_schema VALUES ("
		"'view', 'v', 'v', 0, 'CREATE VIEW v AS SELECT ' || "
		"printf('%.*c', 20000000, ' ') || '1')", KC_E_STORE_SUSPECT},
	{"many records", "WITH RECURSIVE c(i) AS (SELECT 4 UNION ALL SELECT i + 1 FROM c "
		"WHERE i < 20000) INSERT INTO record SELECT i, 1, 'r' || i, i, zeroblob(16), "
		"zeroblob(100) FROM c; UPDATE zone SET seq = 20000", KC_OK},
	/* clang-format on */
};

/* Ours stay what they are, whatever we answer. */
static void altered_contents(void)
{
	for (size_t i = 0; i < KC_COUNT_OF(alterations); i++) {
		struct kc_cloud *cloud = begin();
		sqlite3_int64 before;
		kc_err err;

		alter(alterations[i].sql);
		before = sqlite3_memory_used();
		(void)sqlite3_memory_highwater(1);
		CHECK(sqlite3_hard_heap_limit64(MOST_MEMORY) > 0); /* there is a limit */
		err = ask_all(cloud);
		sqlite3_hard_heap_limit64(512 << 20);
		CHECK_MSG(err == alterations[i].wanted, alterations[i].what);
		CHECK_MSG(sqlite3_memory_highwater(0) <= MOST_MEMORY, alterations[i].what);
		CHECK_MSG(sqlite3_memory_used() == before, alterations[i].what);
		end(cloud);
	}
}

/* NULLs, where the schema says that there are none. */
static void nulls(void)
{
	static const char *const columns[] = {"name", "seq", "write_id", "value"};

	for (size_t i = 0; i < KC_COUNT_OF(columns); i++) {
		struct kc_cloud *cloud = begin();
		char sql[400];

		snprintf(sql, sizeof sql,
			"PRAGMA writable_schema = ON; UPDATE sqlite_schema SET sql = "
			"replace(sql, '%s %s NOT NULL', '%s /* BLOB NOT NULL */') "
			"WHERE name = 'record';" REOPEN,
			columns[i],
			i == 0	 ? "TEXT"
			: i == 1 ? "INTEGER"
				 : "BLOB",
			columns[i]);
		alter(sql);
		snprintf(sql, sizeof sql,
			"UPDATE record SET %s = NULL WHERE id = 2; PRAGMA writable_schema = ON;"
			"UPDATE sqlite_schema SET sql = replace(sql, '%s /* BLOB NOT NULL */', "
			"'%s %s NOT NULL')",
			columns[i], columns[i], columns[i],
			i == 0	 ? "TEXT"
			: i == 1 ? "INTEGER"
				 : "BLOB");
		alter(sql);
		CHECK_MSG(ask_all(cloud) == KC_E_STORE_SUSPECT, columns[i]);
		end(cloud);
	}
}

/* --- bytes --------------------------------------------------------------------------------------
 */

static void read_store(struct kc_buf *ret)
{
	ret->max = 256 << 20;
	CHECK_FATAL(file_read(place.file, ret));
}

static bool is_definite(kc_err err)
{
	return err == KC_OK || err == KC_E_STORE_SUSPECT || err == KC_E_STORE_GONE ||
	       err == KC_E_CONFLICT /* "four" is there since the last time */;
}

static void cut_off(void)
{
	KC_CLEANUP_BUF struct kc_buf whole = KC_BUF_INIT;
	struct kc_cloud *cloud = begin();

	alter("SELECT 1"); /* all in one file */
	read_store(&whole);
	for (size_t len = 0; len < whole.len; len += len < 600 ? 37 : 1500) {
		CHECK(file_write(place.file, kc_bytes(whole.data, len)));
		(void)unlink(beside("-wal"));
		CHECK_ERR(ask_all(cloud), KC_E_STORE_SUSPECT);
	}
	CHECK(file_write(place.file, kc_buf_bytes(&whole)));
	(void)unlink(beside("-wal"));
	CHECK_OK(ask_all(cloud));
	end(cloud);
}

/* Bits here and there, in the file and in its log. */
static void turned_bits(void)
{
	KC_CLEANUP_BUF struct kc_buf whole = KC_BUF_INIT;
	KC_CLEANUP_BUF struct kc_buf log = KC_BUF_INIT;
	const char *is_long = getenv("KC_LONG");
	unsigned rounds = is_long && *is_long ? 5000 : 300;
	struct kc_cloud *cloud = begin();

	CHECK(file_read(beside("-wal"), &log));
	read_store(&whole);
	for (unsigned round = 0; round < rounds; round++) {
		struct kc_buf *victim = round % 2 ? &whole : &log;
		uint32_t at = kc_random_below((uint32_t)victim->len);
		uint8_t bit = (uint8_t)(1u << kc_random_below(8));

		if (round % 4 < 2) /* headers matter most */
			at %= 120;
		victim->data[at] ^= bit;
		CHECK(file_write(place.file, kc_buf_bytes(&whole)));
		CHECK(file_write(beside("-wal"), kc_buf_bytes(&log)));
		CHECK(is_definite(ask_all(cloud)));
		victim->data[at] ^= bit;
	}
	CHECK(file_write(place.file, kc_buf_bytes(&whole)));
	CHECK(file_write(beside("-wal"), kc_buf_bytes(&log)));
	CHECK_OK(ask_all(cloud));
	end(cloud);
}

/* --- other things under these names -------------------------------------------------------------
 */

enum thing { EMPTY, WORDS, FOREIGN_DATABASE, FOLDER, FIFO, LINK, DANGLING, HARD_LINK, THINGS };

static void make_thing(enum thing thing, const char *path)
{
	static const char diary[] = "dear diary, this is not a store at all";
	const char *other = in_folder("diary");
	sqlite3 *db = NULL;

	CHECK(file_write(other, TEXT(diary)));
	(void)unlink(path);
	switch (thing) {
	case EMPTY:
		CHECK(file_write(path, TEXT("")));
		break;
	case WORDS:
		CHECK(file_write(path, TEXT(diary)));
		break;
	case FOREIGN_DATABASE:
		CHECK(sqlite3_open(path, &db) == SQLITE_OK &&
			sqlite3_exec(db, "CREATE TABLE t (a)", NULL, NULL, NULL) == SQLITE_OK);
		sqlite3_close(db);
		break;
	case FOLDER:
		CHECK(mkdir(path, 0700) == 0);
		break;
	case FIFO:
		CHECK(mkfifo(path, 0600) == 0);
		break;
	case LINK:
		CHECK(symlink(other, path) == 0);
		break;
	case DANGLING:
		CHECK(symlink(in_folder("nothing"), path) == 0);
		break;
	case HARD_LINK:
		CHECK(link(other, path) == 0);
		break;
	case THINGS:
		break;
	}
}

static void check_diary(void)
{
	KC_CLEANUP_BUF struct kc_buf diary = KC_BUF_INIT;

	CHECK(file_read(in_folder("diary"), &diary) && diary.len == 38);
	CHECK(access(in_folder("nothing"), F_OK) != 0);
}

/* No store, and none is made of it. */
static void things_in_its_place(void)
{
	for (enum thing thing = EMPTY; thing < THINGS; thing++) {
		struct kc_cloud *cloud = begin();
		struct stat before, after;

		(void)unlink(beside("-wal"));
		make_thing(thing, place.file);
		CHECK(lstat(place.file, &before) == 0);
		CHECK_ERR(ask_all(cloud), KC_E_STORE_SUSPECT);
		CHECK_ERR(kc_cloud_put_marker(cloud, TEXT("\x04\x01x")), KC_E_NOT_A_STORE);
		CHECK_ERR(kc_cloud_drop_marker(cloud), KC_E_STORE_SUSPECT);
		CHECK(lstat(place.file, &after) == 0);
		CHECK(before.st_ino == after.st_ino && before.st_size == after.st_size &&
			before.st_mode == after.st_mode &&
			before.st_mtim.tv_nsec == after.st_mtim.tv_nsec);
		check_diary();
		end(cloud);
	}
}

/* The log and the lock: nothing that is written there goes anywhere else. */
static void things_beside_it(void)
{
	static const char *const endings[] = {"-wal", "-lock"};

	for (size_t i = 0; i < KC_COUNT_OF(endings); i++)
		for (enum thing thing = FOLDER; thing < THINGS; thing++) {
			struct kc_cloud *cloud = begin();

			alter("SELECT 1");
			make_thing(thing, beside(endings[i]));
			CHECK_MSG(ask_all(cloud) == KC_E_STORE_SUSPECT, endings[i]);
			check_diary();
			end(cloud);
		}
}

/* The log of a store that was here would be taken for that of a new one. */
static void a_log_without_a_store(void)
{
	struct kc_cloud *cloud = begin();

	CHECK(unlink(place.file) == 0);
	CHECK(access(beside("-wal"), F_OK) == 0);
	CHECK_ERR(ask_all(cloud), KC_E_STORE_GONE);
	CHECK_ERR(kc_cloud_put_marker(cloud, TEXT("\x04\x01x")), KC_E_STORE_GONE);
	CHECK(access(place.file, F_OK) != 0);
	end(cloud);
}

/* Not by an opening, not by a lock. */
static void nothing_is_made(void)
{
	struct kc_cloud *cloud = begin();

	CHECK_OK(kc_cloud_drop_marker(cloud));
	CHECK_ERR(ask_all(cloud), KC_E_STORE_GONE);
	CHECK(rmdir(place.folder) == 0);
	CHECK_ERR(kc_cloud_put_marker(cloud, TEXT("\x04\x01x")), KC_E_STORE_GONE);
	CHECK(access(place.folder, F_OK) != 0);
	end(cloud);
}

/* Not even a lock is put beside what is another program's. */
static void nothing_is_put_beside_it(void)
{
	struct kc_cloud *cloud = begin();
	KC_CLEANUP_BUF struct kc_buf marker = KC_BUF_INIT;

	alter("PRAGMA application_id = 7");
	CHECK(unlink(beside("-lock")) == 0);
	(void)unlink(beside("-wal"));
	CHECK_ERR(kc_cloud_get_marker(cloud, &marker), KC_E_STORE_SUSPECT);
	CHECK_ERR(kc_cloud_put_marker(cloud, TEXT("marker")), KC_E_NOT_A_STORE);
	CHECK(kc_cloud_watch_fd(cloud) == -1);
	CHECK(access(beside("-lock"), F_OK) != 0);
	CHECK(access(beside("-wal"), F_OK) != 0);
	CHECK(truncate(place.file, 0) == 0);
	CHECK_ERR(kc_cloud_get_marker(cloud, &marker), KC_E_STORE_SUSPECT);
	CHECK(access(beside("-lock"), F_OK) != 0);
	end(cloud);
}

static void what_is_made_is_private(void)
{
	struct kc_cloud *cloud = begin();
	static const char *const endings[] = {"", "-wal", "-lock"};

	for (size_t i = 0; i < KC_COUNT_OF(endings); i++) {
		struct stat status;

		CHECK_MSG(stat(beside(endings[i]), &status) == 0 && (status.st_mode & 0777) == 0600,
			endings[i]);
	}
	end(cloud);
}

static int ask_as_another(int number)
{
	struct kc_cloud *cloud = engines_open();
	kc_err err;

	(void)number;
	if (geteuid() == 0 && seteuid(65534) != 0) /* root may write all */
		return 2;
	err = ask_all(cloud);
	kc_cloud_close(cloud);
	return err != KC_E_STORE_GONE;
}

static void files_that_cannot_be_written(void)
{
	struct kc_cloud *cloud = begin();

	alter("SELECT 1");
	CHECK(chmod(place.folder, 0755) == 0);
	CHECK(chmod(beside("-lock"), 0666) == 0);
	CHECK(chmod(place.file, 0444) == 0);
	CHECK(engines_wait(engines_fork(ask_as_another, 0)) == 0);
	CHECK(chmod(place.file, 0) == 0);
	CHECK(engines_wait(engines_fork(ask_as_another, 0)) == 0);
	CHECK(chmod(place.file, 0600) == 0);
	CHECK_OK(ask_all(cloud));
	end(cloud);
}

/* --- journals -----------------------------------------------------------------------------------
 */

/* A rollback journal of no pages, which names the diary as its super-journal. */
static void put_journal(void)
{
	KC_CLEANUP_BUF struct kc_buf journal = KC_BUF_INIT;
	const char *name = in_folder("diary");
	size_t len = strlen(name);
	unsigned sum = 0;

	kc_buf_push(&journal, "\xd9\xd5\x05\xf9\x20\xa1\x63\xd7", 8);
	kc_buf_push(&journal, "\0\0\0\0\0\0\0\0\0\0\0\x08\0\0\x02\0\0\0\x10\0", 20);
	kc_buf_extend(&journal, 512 - journal.len);
	kc_buf_push(&journal, "\0\x04\0\x01", 4); /* the page of the locks */
	kc_buf_push(&journal, name, len);
	for (size_t i = 0; i < len; i++)
		sum += (unsigned char)name[i];
	kc_buf_push(&journal, "\0\0\0", 3);
	kc_buf_push_byte(&journal, (uint8_t)len);
	kc_buf_push(&journal, "\0\0", 2);
	kc_buf_push_byte(&journal, (uint8_t)(sum / 256));
	kc_buf_push_byte(&journal, (uint8_t)(sum % 256));
	kc_buf_push(&journal, "\xd9\xd5\x05\xf9\x20\xa1\x63\xd7", 8);
	CHECK(file_write(beside("-journal"), kc_buf_bytes(&journal)));
	CHECK(file_write(in_folder("diary"), TEXT("dear diary, this is not a store at all")));
}

/* SQLite alone deletes the file that such a journal names. */
static void a_journal_that_deletes(void)
{
	struct kc_cloud *cloud = begin();

	alter("SELECT 1");
	put_journal();
	CHECK_OK(ask_all(cloud));
	check_diary();
	CHECK(unlink(beside("-wal")) == 0 || true);
	put_journal();
	alter("SELECT * FROM sqlite_schema");
	CHECK(access(in_folder("diary"), F_OK) != 0); /* so it is a real one */
	end(cloud);
}

int main(void)
{
	static const struct check_test tests[] = {
		CHECK_TEST(altered_contents),
		CHECK_TEST(nulls),
		CHECK_TEST(cut_off),
		CHECK_TEST(turned_bits),
		CHECK_TEST(things_in_its_place),
		CHECK_TEST(things_beside_it),
		CHECK_TEST(a_log_without_a_store),
		CHECK_TEST(nothing_is_made),
		CHECK_TEST(nothing_is_put_beside_it),
		CHECK_TEST(what_is_made_is_private),
		CHECK_TEST(files_that_cannot_be_written),
		CHECK_TEST(a_journal_that_deletes),
	};
	return check_main("cloud/hostile file", tests, KC_COUNT_OF(tests));
}
