/* SPDX-License-Identifier: ISC */
/* The SQLite connection. */
#include "backend/store/db.h"

#include <errno.h>
#include <sqlite3.h>
#include <string.h>

/* How long another process may hold the database before a call gives up, milliseconds. */
#define BUSY_TIMEOUT_MS 20000

static const char *vfs_name;

void kc_db_set_vfs(const char *name)
{
	vfs_name = name;
}

/* The errno of the system call that failed last. The connection's own note is not made when a
 * COMMIT fails, so the files are asked too: database, and WAL. */
static int last_errno(struct sqlite3 *handle)
{
	int number = sqlite3_system_errno(handle);
	struct sqlite3_file *wal = NULL;

	if (number == 0)
		sqlite3_file_control(handle, "main", SQLITE_FCNTL_LAST_ERRNO, &number);
	if (number == 0 &&
		sqlite3_file_control(handle, "main", SQLITE_FCNTL_JOURNAL_POINTER, &wal) ==
			SQLITE_OK &&
		wal && wal->pMethods)
		wal->pMethods->xFileControl(wal, SQLITE_FCNTL_LAST_ERRNO, &number);
	return number;
}

/* What SQLite reports as "input/output" has several causes, which our callers tell apart. */
static kc_err io_error(const struct kc_db *db)
{
	int number = db->handle ? last_errno(db->handle) : 0;

	if (number == ENOSPC || number == EDQUOT || number == EFBIG)
		return KC_ERR(DISK_FULL);
	if (number == EROFS || number == EACCES || number == EPERM)
		return KC_ERR(READ_ONLY);
	return KC_ERR(IO);
}

/* Our error for a SQLite result code, extended or not. */
static kc_err error_of(const struct kc_db *db, int code)
{
	switch (code & 0xff) { /* SQLite's numbers, not an enum of ours: the rest is a bug */
	case SQLITE_OK:
	case SQLITE_ROW:
	case SQLITE_DONE:
		return KC_OK;
	case SQLITE_NOMEM:
		return KC_ERR(NO_MEMORY);
	case SQLITE_BUSY:
	case SQLITE_LOCKED:
	case SQLITE_PROTOCOL:
		return KC_ERR(BUSY);
	case SQLITE_FULL:
		return KC_ERR(DISK_FULL);
	case SQLITE_READONLY:
		return KC_ERR(READ_ONLY);
	case SQLITE_CORRUPT:
		return KC_ERR(DAMAGED);
	case SQLITE_NOTADB:
		return KC_ERR(FOREIGN);
	case SQLITE_IOERR:
		if (code == SQLITE_IOERR_NOMEM)
			return KC_ERR(NO_MEMORY);
		return io_error(db);
	case SQLITE_CANTOPEN:
		return io_error(db);
	}
	return KC_ERR(BUG);
}

kc_err kc_db_exec(struct kc_db *db, const char *sql)
{
	return error_of(db, sqlite3_exec(db->handle, sql, NULL, NULL, NULL));
}

/* A file: URI for immutable opening: every byte that is not plainly harmless is escaped. */
static kc_err immutable_uri(const char *path, struct kc_buf *ret)
{
	kc_buf_push_str(ret, "file:");
	for (const char *at = path; *at; at++) {
		bool plain = (*at >= 'a' && *at <= 'z') || (*at >= 'A' && *at <= 'Z') ||
			     (*at >= '0' && *at <= '9') || strchr("/-_.", *at);
		if (plain)
			kc_buf_push_byte(ret, (uint8_t)*at);
		else
			kc_buf_printf(ret, "%%%02x", (unsigned)(uint8_t)*at);
	}
	kc_buf_push_str(ret, "?immutable=1");
	return kc_buf_check(ret);
}

static kc_err open_handle(struct kc_db *db, const char *path, enum kc_db_mode mode)
{
	KC_CLEANUP_BUF struct kc_buf uri = KC_BUF_INIT;
	int flags = SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE | SQLITE_OPEN_PRIVATECACHE;
	const char *name = path;

	switch (mode) {
	case KC_DB_MEMORY:
		name = ":memory:";
		flags |= SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE;
		break;
	case KC_DB_WRITE:
		flags |= SQLITE_OPEN_READWRITE;
		break;
	case KC_DB_READ:
		flags |= SQLITE_OPEN_READONLY;
		break;
	case KC_DB_IMMUTABLE:
		KC_TRY(immutable_uri(path, &uri));
		name = kc_buf_text(&uri);
		if (!name)
			return KC_ERR(NO_MEMORY);
		flags |= SQLITE_OPEN_READONLY | SQLITE_OPEN_URI;
		break;
	}
	return error_of(db,
		sqlite3_open_v2(name, &db->handle, flags, mode == KC_DB_MEMORY ? NULL : vfs_name));
}

kc_err kc_db_open(struct kc_db *db, const char *path, enum kc_db_mode mode)
{
	/* Nothing of the schema may run code, and cells are checked as they are read: the file is
	 * input like any other. Temporary tables stay in memory. */
	static const char settings[] = "PRAGMA trusted_schema = OFF;"
				       "PRAGMA cell_size_check = ON;"
				       "PRAGMA foreign_keys = ON;"
				       "PRAGMA secure_delete = ON;"
				       "PRAGMA temp_store = MEMORY;"
				       "PRAGMA synchronous = FULL;";
	kc_err err = open_handle(db, path, mode);

	db->read_only = mode == KC_DB_READ || mode == KC_DB_IMMUTABLE;
	if (err == KC_OK) {
		sqlite3_busy_timeout(db->handle, BUSY_TIMEOUT_MS);
		sqlite3_db_config(db->handle, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
		sqlite3_db_config(db->handle, SQLITE_DBCONFIG_ENABLE_TRIGGER, 0, NULL);
		sqlite3_db_config(db->handle, SQLITE_DBCONFIG_ENABLE_VIEW, 0, NULL);
		sqlite3_db_config(db->handle, SQLITE_DBCONFIG_DQS_DML, 0, NULL);
		sqlite3_db_config(db->handle, SQLITE_DBCONFIG_DQS_DDL, 0, NULL);
		err = kc_db_exec(db, settings);
	}
	if (err != KC_OK)
		kc_db_close(db);
	return err;
}

void kc_db_leave_wal(struct kc_db *db)
{
	sqlite3_db_config(db->handle, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, NULL);
}

void kc_db_close(struct kc_db *db)
{
	for (size_t i = 0; i < db->cached; i++)
		sqlite3_finalize(db->cache[i].stmt);
	db->cached = 0;
	sqlite3_close(db->handle);
	db->handle = NULL;
}

kc_err kc_db_prepare(struct kc_db *db, const char *sql, struct kc_stmt *ret)
{
	sqlite3_stmt *stmt = NULL;

	for (size_t i = 0; i < db->cached && !stmt; i++)
		if (db->cache[i].sql == sql)
			stmt = db->cache[i].stmt;
	if (!stmt) {
		if (db->cached == KC_DB_MAX_STATEMENTS)
			return KC_ERR(BUG);
		KC_TRY(error_of(db, sqlite3_prepare_v3(db->handle, sql, -1,
					    SQLITE_PREPARE_PERSISTENT, &stmt, NULL)));
		db->cache[db->cached++] = (struct kc_db_statement){sql, stmt};
	}
	if (sqlite3_stmt_busy(stmt))
		return KC_ERR(BUG);
	kc_db_release(ret);
	*ret = (struct kc_stmt){.db = db, .handle = stmt};
	return KC_OK;
}

void kc_db_release(struct kc_stmt *stmt)
{
	if (stmt->handle) {
		sqlite3_reset(stmt->handle);
		sqlite3_clear_bindings(stmt->handle);
	}
	*stmt = (struct kc_stmt)KC_STMT_INIT;
}

static void note(struct kc_stmt *stmt, int code)
{
	if (stmt->code == SQLITE_OK)
		stmt->code = code;
}

void kc_db_bind_int(struct kc_stmt *stmt, int position, int64_t value)
{
	note(stmt, sqlite3_bind_int64(stmt->handle, position, value));
}

void kc_db_bind_bytes(struct kc_stmt *stmt, int position, struct kc_bytes bytes)
{
	/* A null pointer would bind NULL, which is not the same as no bytes. */
	const void *data = bytes.len ? (const void *)bytes.data : "";

	note(stmt, sqlite3_bind_blob64(stmt->handle, position, data, bytes.len, SQLITE_STATIC));
}

void kc_db_bind_text(struct kc_stmt *stmt, int position, const char *text)
{
	note(stmt, sqlite3_bind_text(stmt->handle, position, text, -1, SQLITE_STATIC));
}

void kc_db_bind_null(struct kc_stmt *stmt, int position)
{
	note(stmt, sqlite3_bind_null(stmt->handle, position));
}

kc_err kc_db_step(struct kc_stmt *stmt, bool *ret_row)
{
	if (stmt->code == SQLITE_OK || stmt->code == SQLITE_ROW)
		stmt->code = sqlite3_step(stmt->handle);
	if (stmt->code != SQLITE_ROW && stmt->code != SQLITE_DONE)
		return error_of(stmt->db, stmt->code);
	*ret_row = stmt->code == SQLITE_ROW;
	return KC_OK;
}

kc_err kc_db_run(struct kc_stmt *stmt)
{
	bool row = false;

	KC_TRY(kc_db_step(stmt, &row));
	return row ? KC_ERR(BUG) : KC_OK;
}

int64_t kc_db_last_id(const struct kc_db *db)
{
	return sqlite3_last_insert_rowid(db->handle);
}

int64_t kc_db_int(const struct kc_stmt *stmt, int column)
{
	return sqlite3_column_int64(stmt->handle, column);
}

struct kc_bytes kc_db_bytes(const struct kc_stmt *stmt, int column)
{
	const void *data = sqlite3_column_blob(stmt->handle, column);

	return kc_bytes(data, (size_t)sqlite3_column_bytes(stmt->handle, column));
}

bool kc_db_is_null(const struct kc_stmt *stmt, int column)
{
	return sqlite3_column_type(stmt->handle, column) == SQLITE_NULL;
}

bool kc_db_array(const struct kc_stmt *stmt, int column, uint8_t *ret, size_t len)
{
	struct kc_bytes bytes = kc_db_bytes(stmt, column);

	if (bytes.len != len)
		return false;
	memcpy(ret, bytes.data, len);
	return true;
}
