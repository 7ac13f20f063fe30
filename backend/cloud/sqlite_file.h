/* SPDX-License-Identifier: ISC */
/*
 * A connection to a store in one file, which other users of this computer may have made or altered.
 *
 * It lasts for one call, and nobody else has the database meanwhile: so the index of the
 * write-ahead log is in our memory, and not in a file that others could cut off under a mapping of
 * ours. What the file says is input: nothing of its schema runs, the schema is compared with ours
 * letter by letter before anything else is read, and values, statements and steps are bounded.
 */
#ifndef KC_CLOUD_SQLITE_FILE_H
#define KC_CLOUD_SQLITE_FILE_H

#include "base/buf.h"

/* How long each call waits. */
extern const uint64_t kc_sqlite_patience_us;

#define KC_SQLITE_MAX_PATH 400 /* SQLite has 512 for it, and for what is beside it */
#define KC_SQLITE_STORE_ID_LEN 16

struct kc_sqlite_file {
	const char *path; /* borrowed */
	struct sqlite3 *db;
	int lock; /* sqlite_lock.h; -1: none */
	bool is_opening;
	uint64_t until_us;
	uint8_t store[KC_SQLITE_STORE_ID_LEN];
};
#define KC_SQLITE_FILE_INIT \
	{                   \
		.lock = -1  \
	}
#define KC_CLEANUP_SQLITE_FILE KC_CLEANUP(kc_sqlite_file_close)

/* Opens it, and begins a transaction; writes: one that writes. Errors: STORE_GONE, STORE_SUSPECT.
 */
KC_MUST kc_err kc_sqlite_file_open(const char *path, bool writes, struct kc_sqlite_file *ret);
/* What is not committed did not happen. */
void kc_sqlite_file_close(struct kc_sqlite_file *file);
KC_MUST kc_err kc_sqlite_file_commit(struct kc_sqlite_file *file);
/* Makes it, empty, in a place where there is nothing. Errors: DUPLICATE (something is there). */
KC_MUST kc_err kc_sqlite_file_make(const char *path, struct kc_bytes marker);
/* Takes it away with what is beside it. */
KC_MUST kc_err kc_sqlite_file_remove(struct kc_sqlite_file *file);

KC_MUST kc_err kc_sqlite_file_get_marker(struct kc_sqlite_file *file, struct kc_buf *ret);
/* A descriptor for poll, or -1. */
int kc_sqlite_file_listen(const char *path);

/* The error for a result code of SQLite that is none of OK, ROW and DONE. */
KC_MUST kc_err kc_sqlite_file_error(const struct kc_sqlite_file *file, int code);
struct sqlite3_stmt;
KC_MUST kc_err kc_sqlite_file_prepare(
	struct kc_sqlite_file *file, const char *sql, struct sqlite3_stmt **ret);
void kc_sqlite_file_finalize(struct sqlite3_stmt **stmt);
#define KC_CLEANUP_SQLITE_STMT KC_CLEANUP(kc_sqlite_file_finalize)
KC_MUST kc_err kc_sqlite_file_step(
	struct kc_sqlite_file *file, struct sqlite3_stmt *stmt, bool *ret_row);

#endif
