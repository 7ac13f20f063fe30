/* SPDX-License-Identifier: ISC */
/* Looking at the files, opening them, looking at what is in them. */
#include "backend/cloud/sqlite_file.h"

#include <endian.h>
#include <errno.h>
#include <fcntl.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "backend/cloud/new_name.h"
#include "backend/cloud/records.h"
#include "backend/cloud/sqlite_lock.h"
#include "backend/cloud/sqlite_vfs.h"
#include "base/clock.h"
#include "base/random.h"

#define APPLICATION_ID "1262707564" /* "KCcl" */
#define FORMAT "1"
#define HEADER_LEN 100 /* of SQLite's file format */
#define HEADER_ID 68   /* where the application id is in it, big endian */
#define STEPS_AT_ONCE 1000
#define LOG_MAX ((off_t)1 << 30)    /* more was not written by us, and takes long to read */
#define LOG_ENOUGH ((off_t)1 << 18) /* then it goes into the database */
#define NAME_LEN_MAX (KC_SQLITE_MAX_PATH + 40)

/* As sqlite_schema has it, by name. */
static const struct {
	const char *type, *name, *table, *sql;
} schema[] = {
	/* clang-format off */
	{"table", "record", "record",
		"CREATE TABLE record (id INTEGER PRIMARY KEY, zone INTEGER NOT NULL, "
		"name TEXT NOT NULL, seq INTEGER NOT NULL, write_id BLOB NOT NULL, "
		"value BLOB NOT NULL)"},
	{"index", "record_name", "record",
		"CREATE UNIQUE INDEX record_name ON record (zone, name)"},
	{"index", "record_seq", "record",
		"CREATE UNIQUE INDEX record_seq ON record (zone, seq)"},
	{"table", "store", "store",
		"CREATE TABLE store (id INTEGER PRIMARY KEY, store BLOB NOT NULL, "
		"marker BLOB NOT NULL)"},
	{"table", "zone", "zone",
		"CREATE TABLE zone (zone INTEGER PRIMARY KEY, incarnation BLOB NOT NULL, "
		"seq INTEGER NOT NULL)"},
	/* clang-format on */
};

/* --- SQLite -------------------------------------------------------------------------------------
 */

kc_err kc_sqlite_file_error(const struct kc_sqlite_file *file, int code)
{
	switch (code & 0xff) { /* SQLite's numbers, not an enum of ours */
	case SQLITE_NOMEM:
		return KC_ERR(NO_MEMORY);
	case SQLITE_CORRUPT:
	case SQLITE_NOTADB:
	case SQLITE_FORMAT:
	case SQLITE_TOOBIG:
	case SQLITE_MISMATCH:
	case SQLITE_CONSTRAINT:
	case SQLITE_ERROR: /* our statements fit our schema */
		return KC_ERR(STORE_SUSPECT);
	case SQLITE_INTERRUPT: /* see count_steps */
		return file->is_opening ? KC_ERR(STORE_SUSPECT) : KC_ERR(STORE_GONE);
	case SQLITE_IOERR:
		if (code == SQLITE_IOERR_NOMEM)
			return KC_ERR(NO_MEMORY);
		if (code == SQLITE_IOERR_SHORT_READ || code == SQLITE_IOERR_DATA)
			return KC_ERR(STORE_SUSPECT);
		break;
	}
	return KC_ERR(STORE_GONE);
}

kc_err kc_sqlite_file_prepare(
	struct kc_sqlite_file *file, const char *sql, struct sqlite3_stmt **ret)
{
	int code = sqlite3_prepare_v2(file->db, sql, -1, ret, NULL);

	return code == SQLITE_OK ? KC_OK : kc_sqlite_file_error(file, code);
}

void kc_sqlite_file_finalize(struct sqlite3_stmt **stmt)
{
	sqlite3_finalize(*stmt);
}

kc_err kc_sqlite_file_step(struct kc_sqlite_file *file, struct sqlite3_stmt *stmt, bool *ret_row)
{
	int code = sqlite3_step(stmt);

	if (code != SQLITE_ROW && code != SQLITE_DONE)
		return kc_sqlite_file_error(file, code);
	*ret_row = code == SQLITE_ROW;
	return KC_OK;
}

static kc_err execute(struct kc_sqlite_file *file, const char *sql)
{
	int code = sqlite3_exec(file->db, sql, NULL, NULL, NULL);

	return code == SQLITE_OK ? KC_OK : kc_sqlite_file_error(file, code);
}

/* Not a thousand steps are needed to open a store of ours; and there is a deadline. */
static int count_steps(void *context)
{
	const struct kc_sqlite_file *file = context;

	return file->is_opening || kc_clock_monotonic_us() > file->until_us;
}

/* Somebody else has the file open: a copy is being made, or a store of this version is not what is
 * using it. */
static int wait_a_little(void *context, int count)
{
	static const struct timespec pause = {.tv_nsec = 2 * 1000 * 1000};
	const struct kc_sqlite_file *file = context;

	(void)count;
	nanosleep(&pause, NULL);
	return kc_clock_monotonic_us() < file->until_us;
}

static void restrain(struct kc_sqlite_file *file)
{
	static const int limits[][2] = {
		{SQLITE_LIMIT_LENGTH, (int)KC_RECORDS_MAX_VALUE + 4096},
		{SQLITE_LIMIT_SQL_LENGTH, 4096},
		{SQLITE_LIMIT_COLUMN, 16},
		{SQLITE_LIMIT_EXPR_DEPTH, 16},
		{SQLITE_LIMIT_COMPOUND_SELECT, 2},
		{SQLITE_LIMIT_VDBE_OP, 4096},
		{SQLITE_LIMIT_ATTACHED, 0},
		{SQLITE_LIMIT_TRIGGER_DEPTH, 0},
		{SQLITE_LIMIT_WORKER_THREADS, 0},
	};
	static const int settings[][2] = {
		{SQLITE_DBCONFIG_DEFENSIVE, 1}, {SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0},
		{SQLITE_DBCONFIG_ENABLE_TRIGGER, 0}, {SQLITE_DBCONFIG_ENABLE_VIEW, 0},
		{SQLITE_DBCONFIG_ENABLE_LOAD_EXTENSION, 0}, {SQLITE_DBCONFIG_DQS_DML, 0},
		{SQLITE_DBCONFIG_DQS_DDL, 0},
		{SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1}, /* see fold_log */
	};

	for (size_t i = 0; i < KC_COUNT_OF(limits); i++)
		sqlite3_limit(file->db, limits[i][0], limits[i][1]);
	for (size_t i = 0; i < KC_COUNT_OF(settings); i++)
		sqlite3_db_config(file->db, settings[i][0], settings[i][1], NULL);
	sqlite3_busy_handler(file->db, wait_a_little, file);
	sqlite3_progress_handler(file->db, STEPS_AT_ONCE, count_steps, file);
}

static kc_err connect(struct kc_sqlite_file *file, const char *path)
{
	int code;

	KC_TRY(kc_sqlite_vfs_register());
	code = sqlite3_open_v2(path, &file->db,
		SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE |
			SQLITE_OPEN_PRIVATECACHE,
		KC_SQLITE_VFS);
	if (code != SQLITE_OK)
		return kc_sqlite_file_error(file, code);
	restrain(file);
	return execute(file, "PRAGMA locking_mode = EXCLUSIVE;"
			     "PRAGMA temp_store = MEMORY;"
			     "PRAGMA cell_size_check = ON;"
			     "PRAGMA mmap_size = 0;"
			     "PRAGMA wal_autocheckpoint = 0;"
			     "PRAGMA synchronous = FULL;");
}

static void disconnect(struct kc_sqlite_file *file)
{
	sqlite3_close(file->db);
	file->db = NULL;
}

/* --- the files ----------------------------------------------------------------------------------
 */

static const char *beside(const char *path, const char *ending, char ret[static NAME_LEN_MAX])
{
	snprintf(ret, NAME_LEN_MAX, "%.*s%s", KC_SQLITE_MAX_PATH, path, ending);
	return ret;
}

/* An ordinary file that has no other name, which may be one of the user's own elsewhere. */
static kc_err look_at(const char *path, struct stat *ret)
{
	if (lstat(path, ret) != 0)
		return errno == ELOOP ? KC_ERR(STORE_SUSPECT) : KC_ERR(STORE_GONE);
	return S_ISREG(ret->st_mode) && ret->st_nlink == 1 ? KC_OK : KC_ERR(STORE_SUSPECT);
}

static bool is_nothing(const char *path)
{
	struct stat status;

	return lstat(path, &status) != 0 && errno == ENOENT;
}

static kc_err look_at_files(const char *path, mode_t *ret_mode)
{
	char log[NAME_LEN_MAX];
	struct stat status;

	KC_TRY(look_at(path, &status));
	*ret_mode = status.st_mode & 0666;
	if (is_nothing(beside(path, "-wal", log)))
		return KC_OK;
	KC_TRY(look_at(log, &status));
	return status.st_size <= LOG_MAX ? KC_OK : KC_ERR(STORE_SUSPECT);
}

/* --- what is in them ----------------------------------------------------------------------------
 */

static bool is_text(struct sqlite3_stmt *stmt, int column, const char *wanted)
{
	const char *text = (const char *)sqlite3_column_text(stmt, column);

	return text && strcmp(text, wanted) == 0;
}

/* The one value that a statement gives. */
static kc_err check_value(struct kc_sqlite_file *file, const char *sql, const char *wanted)
{
	KC_CLEANUP_SQLITE_STMT struct sqlite3_stmt *stmt = NULL;
	bool row = false;

	KC_TRY(kc_sqlite_file_prepare(file, sql, &stmt));
	KC_TRY(kc_sqlite_file_step(file, stmt, &row));
	return row && is_text(stmt, 0, wanted) ? KC_OK : KC_ERR(STORE_SUSPECT);
}

static kc_err check_schema(struct kc_sqlite_file *file)
{
	KC_CLEANUP_SQLITE_STMT struct sqlite3_stmt *stmt = NULL;
	size_t i = 0;
	bool row = false;

	KC_TRY(kc_sqlite_file_prepare(
		file, "SELECT type, name, tbl_name, sql FROM sqlite_schema ORDER BY name", &stmt));
	for (;; i++) {
		KC_TRY(kc_sqlite_file_step(file, stmt, &row));
		if (!row)
			return i == KC_COUNT_OF(schema) ? KC_OK : KC_ERR(STORE_SUSPECT);
		if (i == KC_COUNT_OF(schema) || !is_text(stmt, 0, schema[i].type) ||
			!is_text(stmt, 1, schema[i].name) || !is_text(stmt, 2, schema[i].table) ||
			!is_text(stmt, 3, schema[i].sql))
			return KC_ERR(STORE_SUSPECT);
	}
}

static kc_err read_store_id(struct kc_sqlite_file *file)
{
	KC_CLEANUP_SQLITE_STMT struct sqlite3_stmt *stmt = NULL;
	bool row = false;

	KC_TRY(kc_sqlite_file_prepare(file, "SELECT store FROM store WHERE id = 1", &stmt));
	KC_TRY(kc_sqlite_file_step(file, stmt, &row));
	if (!row || sqlite3_column_type(stmt, 0) != SQLITE_BLOB ||
		sqlite3_column_bytes(stmt, 0) != sizeof file->store)
		return KC_ERR(STORE_SUSPECT);
	memcpy(file->store, sqlite3_column_blob(stmt, 0), sizeof file->store);
	return KC_OK;
}

static kc_err check(struct kc_sqlite_file *file)
{
	KC_TRY(check_value(file, "PRAGMA application_id", APPLICATION_ID));
	KC_TRY(check_value(file, "PRAGMA user_version", FORMAT));
	KC_TRY(check_value(file, "PRAGMA journal_mode", "wal"));
	KC_TRY(check_value(file, "PRAGMA encoding", "UTF-8"));
	KC_TRY(check_schema(file));
	return read_store_id(file);
}

/* Whether the header says that it is another program's, or no database: nothing is put beside
 * such a file, not even a lock. Only where nobody holds that: to close a file takes away the locks
 * that SQLite has on it in this process. */
static kc_err look_at_header(const char *path)
{
	static const char magic[] = "SQLite format 3";
	uint8_t header[HEADER_LEN], id[4];
	uint32_t number = htobe32((uint32_t)strtoul(APPLICATION_ID, NULL, 10));
	int fd = open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	ssize_t got;

	if (fd < 0)
		return errno == ELOOP ? KC_ERR(STORE_SUSPECT) : KC_ERR(STORE_GONE);
	got = pread(fd, header, sizeof header, 0);
	close(fd);
	if (got < 0)
		return KC_ERR(STORE_GONE);
	memcpy(id, &number, sizeof id);
	return got == (ssize_t)sizeof header && memcmp(header, magic, sizeof magic) == 0 &&
			       memcmp(header + HEADER_ID, id, sizeof id) == 0
		       ? KC_OK
		       : KC_ERR(STORE_SUSPECT);
}

/* --- opening, closing ---------------------------------------------------------------------------
 */

static kc_err begin(struct kc_sqlite_file *file, bool writes)
{
	char lock[NAME_LEN_MAX];
	mode_t mode;

	KC_TRY(look_at_files(file->path, &mode));
	if (is_nothing(beside(file->path, "-lock", lock)))
		KC_TRY(look_at_header(file->path));
	KC_TRY(kc_sqlite_lock_take(lock, mode, file->until_us, &file->lock));
	KC_TRY(connect(file, file->path));
	KC_TRY(execute(file, "BEGIN"));
	KC_TRY(check(file));
	/* Not before it is known to be ours. The file stays locked between the two. */
	if (writes)
		KC_TRY(execute(file, "COMMIT; BEGIN IMMEDIATE"));
	file->is_opening = false;
	return KC_OK;
}

kc_err kc_sqlite_file_open(const char *path, bool writes, struct kc_sqlite_file *ret)
{
	kc_err err;

	*ret = (struct kc_sqlite_file){.path = path,
		.lock = -1,
		.is_opening = true,
		.until_us = kc_clock_monotonic_us() + kc_sqlite_patience_us};
	err = begin(ret, writes);
	if (err != KC_OK)
		kc_sqlite_file_close(ret);
	return err;
}

/* Each connection reads the log again, so it is kept short, by whoever finds it long: the one that
 * made it so may have died. All is safe where it is, and this may fail. */
static void fold_log(struct kc_sqlite_file *file)
{
	char log[NAME_LEN_MAX];
	struct stat status;

	if (stat(beside(file->path, "-wal", log), &status) != 0 || status.st_size <= LOG_ENOUGH)
		return;
	if (!sqlite3_get_autocommit(file->db) && execute(file, "ROLLBACK") != KC_OK)
		return;
	(void)sqlite3_wal_checkpoint_v2(file->db, "main", SQLITE_CHECKPOINT_TRUNCATE, NULL, NULL);
}

void kc_sqlite_file_close(struct kc_sqlite_file *file)
{
	if (file->db && !file->is_opening)
		fold_log(file);
	disconnect(file); /* rolls back */
	if (file->lock >= 0)
		close(file->lock);
	*file = (struct kc_sqlite_file)KC_SQLITE_FILE_INIT;
}

kc_err kc_sqlite_file_commit(struct kc_sqlite_file *file)
{
	KC_TRY(execute(file, "COMMIT"));
	kc_sqlite_lock_ring(file->lock);
	return KC_OK;
}

kc_err kc_sqlite_file_get_marker(struct kc_sqlite_file *file, struct kc_buf *ret)
{
	KC_CLEANUP_SQLITE_STMT struct sqlite3_stmt *stmt = NULL;
	bool row = false;

	KC_TRY(kc_sqlite_file_prepare(file, "SELECT marker FROM store WHERE id = 1", &stmt));
	KC_TRY(kc_sqlite_file_step(file, stmt, &row));
	if (!row || sqlite3_column_type(stmt, 0) != SQLITE_BLOB ||
		sqlite3_column_bytes(stmt, 0) > KC_CLOUD_MAX_MARKER)
		return KC_ERR(STORE_SUSPECT);
	kc_buf_push(ret, sqlite3_column_blob(stmt, 0), (size_t)sqlite3_column_bytes(stmt, 0));
	return kc_buf_check(ret);
}

int kc_sqlite_file_listen(const char *path)
{
	char lock[NAME_LEN_MAX];
	mode_t mode;

	if (look_at_files(path, &mode) != KC_OK ||
		(is_nothing(beside(path, "-lock", lock)) && look_at_header(path) != KC_OK))
		return -1;
	return kc_sqlite_lock_listen(lock, mode);
}

/* --- making, removing ---------------------------------------------------------------------------
 */

static kc_err insert_store(struct kc_sqlite_file *file, struct kc_bytes marker)
{
	KC_CLEANUP_SQLITE_STMT struct sqlite3_stmt *stmt = NULL;
	bool row = false;

	KC_TRY(kc_sqlite_file_prepare(
		file, "INSERT INTO store VALUES (1, randomblob(16), ?)", &stmt));
	sqlite3_bind_blob64(stmt, 1, marker.data, marker.len, SQLITE_STATIC);
	return kc_sqlite_file_step(file, stmt, &row);
}

static kc_err fill(struct kc_sqlite_file *file, struct kc_bytes marker)
{
	/* A journal would be a file; what fails here is thrown away. */
	KC_TRY(execute(file, "PRAGMA journal_mode = MEMORY;"
			     "BEGIN;"
			     "PRAGMA application_id = " APPLICATION_ID ";"
			     "PRAGMA user_version = " FORMAT ";"));
	for (size_t i = 0; i < KC_COUNT_OF(schema); i++)
		KC_TRY(execute(file, schema[i].sql));
	KC_TRY(insert_store(file, marker));
	KC_TRY(execute(file, "INSERT INTO zone VALUES (1, randomblob(16), 0);"
			     "INSERT INTO zone VALUES (2, randomblob(16), 0);"
			     "COMMIT;"
			     "PRAGMA journal_mode = WAL;"));
	return check(file);
}

/* All of it in the one file. */
static kc_err write_new(const char *path, struct kc_bytes marker)
{
	struct kc_sqlite_file file = {.path = path,
		.lock = -1,
		.until_us = kc_clock_monotonic_us() + kc_sqlite_patience_us};
	kc_err err = connect(&file, path);

	if (err == KC_OK)
		err = fill(&file, marker);
	if (err == KC_OK && sqlite3_wal_checkpoint_v2(file.db, "main", SQLITE_CHECKPOINT_TRUNCATE,
				    NULL, NULL) != SQLITE_OK)
		err = KC_ERR(STORE_GONE);
	disconnect(&file);
	return err;
}

static kc_err make_in(int dir, const char *temporary, const char *temporary_name, const char *name,
	struct kc_bytes marker)
{
	char log[NAME_LEN_MAX];
	int fd = openat(dir, temporary_name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	kc_err err;

	if (fd < 0)
		return KC_ERR(STORE_GONE);
	close(fd);
	err = write_new(temporary, marker);
	(void)unlink(beside(temporary, "-wal", log));
	if (err == KC_OK)
		err = kc_new_name_give(dir, temporary_name, name);
	if (err == KC_OK && fsync(dir) != 0)
		err = KC_ERR(STORE_GONE);
	if (err != KC_OK)
		(void)unlinkat(dir, temporary_name, 0);
	return err;
}

kc_err kc_sqlite_file_make(const char *path, struct kc_bytes marker)
{
	const char *name = strrchr(path, '/') + 1;
	char temporary[NAME_LEN_MAX], other[NAME_LEN_MAX];
	int folder_len = (int)(name - path);
	uint32_t number;
	mode_t mode;
	kc_err err;
	int dir;

	if (!is_nothing(path))
		return look_at_files(path, &mode) == KC_E_STORE_GONE ? KC_ERR(STORE_GONE)
								     : KC_ERR(DUPLICATE);
	/* The log of a store that was here would be taken for that of this one. */
	if (!is_nothing(beside(path, "-wal", other)) ||
		!is_nothing(beside(path, "-journal", other)))
		return KC_ERR(DUPLICATE);
	kc_random_fill(&number, sizeof number);
	snprintf(temporary, sizeof temporary, "%.*s.%s.new-%08x", folder_len, path, name, number);
	snprintf(other, sizeof other, "%.*s", folder_len, path);
	dir = open(other, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (dir < 0)
		return KC_ERR(STORE_GONE);
	err = make_in(dir, temporary, temporary + folder_len, name, marker);
	close(dir);
	return err;
}

/* The lock goes last: who waits for it finds no store. */
kc_err kc_sqlite_file_remove(struct kc_sqlite_file *file)
{
	char other[NAME_LEN_MAX];

	if (unlink(file->path) != 0)
		return KC_ERR(STORE_GONE);
	(void)unlink(beside(file->path, "-wal", other));
	(void)unlink(beside(file->path, "-lock", other));
	return KC_OK;
}
