/* SPDX-License-Identifier: ISC */
/*
 * The one SQLite connection of a store: opening it with the right settings, prepared statements,
 * and what SQLite's errors mean here.
 *
 * A statement is asked for by its SQL, a constant of the program, prepared once and kept. It is
 * sticky: bind everything, check at the step.
 */
#ifndef KC_STORE_DB_H
#define KC_STORE_DB_H

#include "base/buf.h"

#define KC_DB_MAX_STATEMENTS 96

struct sqlite3; /* SQLite's own header stays in the .c files of this folder */
struct sqlite3_stmt;

struct kc_db {
	struct sqlite3 *handle;
	bool read_only;
	struct kc_db_statement {
		const char *sql; /* compared by address */
		struct sqlite3_stmt *stmt;
	} cache[KC_DB_MAX_STATEMENTS];
	size_t cached;
};

enum kc_db_mode {
	KC_DB_MEMORY, /* a new one in memory; path is not used */
	KC_DB_WRITE,
	KC_DB_READ,
	KC_DB_IMMUTABLE, /* a file without a WAL in a folder that cannot be written */
};

/* Errors, of all that follows too: DISK_FULL, READ_ONLY, DAMAGED, FOREIGN, BUSY, NO_MEMORY, IO,
 * BUG. */
KC_MUST kc_err kc_db_open(struct kc_db *db, const char *path, enum kc_db_mode mode);
/* Closing will not copy the WAL back into the file, nor take it away. */
void kc_db_leave_wal(struct kc_db *db);
void kc_db_close(struct kc_db *db); /* a zeroed or closed one is fine */
#define KC_CLEANUP_DB KC_CLEANUP(kc_db_close)

/* Uses a VFS other than the system's from now on, for tests; NULL restores it. */
void kc_db_set_vfs(const char *name);

/* Runs SQL that needs no values and gives no rows; several statements are fine. */
KC_MUST kc_err kc_db_exec(struct kc_db *db, const char *sql);

/* --- statements ---------------------------------------------------------------------------------
 */

struct kc_stmt {
	struct kc_db *db;
	struct sqlite3_stmt *handle; /* borrowed from the cache */
	int code;		     /* the sticky result */
};

#define KC_STMT_INIT \
	{            \
		0    \
	}
#define KC_CLEANUP_STMT KC_CLEANUP(kc_db_release)

/* The statement of this SQL, reset. BUG when it is in use already. */
KC_MUST kc_err kc_db_prepare(struct kc_db *db, const char *sql, struct kc_stmt *ret);
void kc_db_release(struct kc_stmt *stmt); /* ends its use */

/* Values by position, from 1. Bytes must live until the step. */
void kc_db_bind_int(struct kc_stmt *stmt, int position, int64_t value);
void kc_db_bind_bytes(struct kc_stmt *stmt, int position, struct kc_bytes bytes);
void kc_db_bind_text(struct kc_stmt *stmt, int position, const char *text);
void kc_db_bind_null(struct kc_stmt *stmt, int position);

/* One row on, or the end. */
KC_MUST kc_err kc_db_step(struct kc_stmt *stmt, bool *ret_row);
/* For statements that give no row. */
KC_MUST kc_err kc_db_run(struct kc_stmt *stmt);

/* The id that the last INSERT gave to its row. */
int64_t kc_db_last_id(const struct kc_db *db);

/* Columns of the row, from 0. Bytes live until the next step. */
int64_t kc_db_int(const struct kc_stmt *stmt, int column);
struct kc_bytes kc_db_bytes(const struct kc_stmt *stmt, int column);
bool kc_db_is_null(const struct kc_stmt *stmt, int column);
/* Copies a column of exactly len bytes; false when it has another size. */
bool kc_db_array(const struct kc_stmt *stmt, int column, uint8_t *ret, size_t len);

#endif
