/* SPDX-License-Identifier: ISC */
/*
 * The logs of sessions that stand in a store of records, as its feed tells of them: followed from
 * exchange to exchange in memory, and listed only by a service that has just been started.
 *
 * What came with the feed is kept for the length of an exchange, so that nobody asks for it again.
 */
#ifndef KC_SYNC_LINE_SESSION_LOGS_H
#define KC_SYNC_LINE_SESSION_LOGS_H

#include "backend/cloud/records.h"

#define KC_SESSION_LOGS_MAX_KEPT 256		  /* operations */
#define KC_SESSION_LOGS_MAX_LEN ((size_t)1 << 20) /* bytes of them */

struct kc_session_operation {
	struct kc_writer_id writer;
	uint64_t number;
	struct kc_buf bytes;
};

struct kc_session_logs {
	struct kc_cloud_logs logs;
	struct kc_feed_token upto;	   /* of the values: what is in logs is as it was then */
	bool known;			   /* logs is all that stands there */
	struct kc_session_operation *kept; /* owned */
	size_t kept_count, kept_len;
};
void kc_session_logs_done(struct kc_session_logs *sessions);

/* Before the feed is read on from a token. When this is another one than it was read to, what is
 * known is not all. */
void kc_session_logs_begin(struct kc_session_logs *sessions, const struct kc_feed_token *from);
/* A record of the feed, if it is an operation of a session. Errors: REFUSED (too many writers). */
KC_MUST kc_err kc_session_logs_see(
	struct kc_session_logs *sessions, const struct kc_record_row *row);
/* After it was read. Errors: REFUSED (too many writers). */
KC_MUST kc_err kc_session_logs_end(
	struct kc_session_logs *sessions, struct kc_cloud *cloud, const struct kc_feed_token *upto);
/* An operation that came with the feed, or NULL. */
const struct kc_buf *kc_session_logs_find(
	const struct kc_session_logs *sessions, const struct kc_writer_id *writer, uint64_t number);
/* Forgets the operations, not the logs. */
void kc_session_logs_drop_kept(struct kc_session_logs *sessions);

#endif
