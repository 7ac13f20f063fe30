/* SPDX-License-Identifier: ISC */
/*
 * The untrusted store, seen from above: a marker, and for each writer a log of numbered operations
 * that never change (doc/protocol.md 3). One interface; each engine is one file with one table.
 *
 * The store is believed in nothing. An operation is one DER value that the layers above make and
 * check; here it is bytes, so that an engine can tell a file that is still arriving from a whole
 * one. A handle is for one thread and for the length of an exchange.
 *
 * Errors of every function: STORE_GONE when the store, or its marker, is not there or cannot be
 * read or written now; STORE_SUSPECT when what is there is damaged, or no store of ours. Nothing on
 * this device depends on it.
 */
#ifndef KC_CLOUD_CLOUD_H
#define KC_CLOUD_CLOUD_H

#include "base/buf.h"

#define KC_CLOUD_MAX_OPERATION ((size_t)4 << 20) /* bytes of one operation */
#define KC_CLOUD_MAX_MARKER 1024
#define KC_CLOUD_MAX_WRITERS 1024
#define KC_CLOUD_MAX_NUMBER UINT64_C(9999999999999999)

struct kc_writer_id {
	uint8_t bytes[16];
};

/* A writer's log, as far as the store shows it. There may be holes between the two. */
struct kc_cloud_log {
	struct kc_writer_id writer;
	uint64_t first, last; /* the lowest and the highest number that is there */
};

struct kc_cloud_logs {
	struct kc_cloud_log *rows; /* owned; sorted by writer */
	size_t count;
};
#define KC_CLEANUP_CLOUD_LOGS KC_CLEANUP(kc_cloud_logs_done)
void kc_cloud_logs_done(struct kc_cloud_logs *logs);
/* Counts an operation in. Errors: REFUSED (too many writers). */
KC_MUST kc_err kc_cloud_logs_add(
	struct kc_cloud_logs *logs, const struct kc_writer_id *writer, uint64_t number);
/* Counts out an operation that is gone, and all before it. */
void kc_cloud_logs_cut(
	struct kc_cloud_logs *logs, const struct kc_writer_id *writer, uint64_t number);
/* The row of a writer, or NULL. */
const struct kc_cloud_log *kc_cloud_logs_find(
	const struct kc_cloud_logs *logs, const struct kc_writer_id *writer);

/* What an engine can do beyond the log. */
enum {
	KC_CLOUD_DURABLE = 1,	/* append returns when the operation is on stable storage */
	KC_CLOUD_EXCLUSIVE = 2, /* of two appends of one number one fails, whoever makes them */
	KC_CLOUD_RECORDS = 4,	/* records.h */
};

struct kc_cloud;

/* URL: /path or file:///path for the folder engine, sqlite:///path of a file for that one. Looks at
 * nothing yet. Errors: PARAM (no such form), UNSUPPORTED (no such engine). */
KC_MUST kc_err kc_cloud_open(const char *url, struct kc_cloud **ret);
void kc_cloud_close(struct kc_cloud *cloud);
#define KC_CLEANUP_CLOUD KC_CLEANUP(kc_cloud_close_cleanup)
static inline void kc_cloud_close_cleanup(struct kc_cloud **cloud)
{
	if (*cloud)
		kc_cloud_close(*cloud);
}
unsigned kc_cloud_abilities(const struct kc_cloud *cloud);

/* Makes this place a store. Errors: DUPLICATE (it is one), NOT_A_STORE (something else
 * is there). */
KC_MUST kc_err kc_cloud_put_marker(struct kc_cloud *cloud, struct kc_bytes marker);
/* Errors: STORE_GONE when there is none, STORE_SUSPECT when it is nothing that can be read. */
KC_MUST kc_err kc_cloud_get_marker(struct kc_cloud *cloud, struct kc_buf *ret);
/* Puts the marker where it alone is missing: the writer's log stands there, so this is no folder
 * whose disk is not mounted. Errors: DUPLICATE (there is one), STORE_GONE also where there is no
 * such log, and in an engine whose store is no store without its marker. */
KC_MUST kc_err kc_cloud_mend_marker(
	struct kc_cloud *cloud, const struct kc_writer_id *writer, struct kc_bytes marker);
/* Takes back a marker that this device has put there and nobody has used. */
KC_MUST kc_err kc_cloud_drop_marker(struct kc_cloud *cloud);

/* All logs. What is named like no writer or operation of ours is passed over. */
KC_MUST kc_err kc_cloud_list(struct kc_cloud *cloud, struct kc_cloud_logs *ret);
/* One operation, appended to ret. Errors: WAITING (not there, or not all of it), REFUSED (whole,
 * but no DER value or too large). */
KC_MUST kc_err kc_cloud_read(struct kc_cloud *cloud, const struct kc_writer_id *writer,
	uint64_t number, struct kc_buf *ret);
/* Adds to one's own log. The same bytes again are fine. Errors: DUPLICATE (others are there under
 * this number), TOO_LARGE. */
KC_MUST kc_err kc_cloud_append(struct kc_cloud *cloud, const struct kc_writer_id *writer,
	uint64_t number, struct kc_bytes operation);
/* Takes away the operations of one's own log with numbers below; all, and the log itself, when
 * below is above KC_CLOUD_MAX_NUMBER. */
KC_MUST kc_err kc_cloud_drop(
	struct kc_cloud *cloud, const struct kc_writer_id *writer, uint64_t below);

/* A descriptor that poll(2) finds readable when something in the store may have changed, until
 * it is drained; -1 where there is none. The cloud's own, for its life. A hint: there may be more
 * of them or fewer than there are changes. */
int kc_cloud_watch_fd(struct kc_cloud *cloud);
/* Whether what was told is a reason to look. */
bool kc_cloud_watch_drain(struct kc_cloud *cloud);

#endif
