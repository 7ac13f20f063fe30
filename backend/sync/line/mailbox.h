/* SPDX-License-Identifier: ISC */
/* Pairing messages through the store: a log of its own for each side of a session, under a random
 * writer id (doc/protocol.md 10). */
#ifndef KC_SYNC_LINE_MAILBOX_H
#define KC_SYNC_LINE_MAILBOX_H

#include "backend/circle/record/op.h"
#include "backend/circle/session/pairing.h"
#include "backend/cloud/records.h"

#define KC_MAILBOX_MAX_OPERATIONS 4 /* of a session's log */

struct kc_mailbox {
	struct kc_writer_id writer;
	struct kc_log_position position;
};

/* Adds a message to one's own log. */
KC_MUST kc_err kc_mailbox_post(
	struct kc_cloud *cloud, struct kc_mailbox *mailbox, struct kc_bytes message);
/* The message of an operation of the other side's log. Errors: WAITING, REFUSED. */
KC_MUST kc_err kc_mailbox_read(struct kc_cloud *cloud, const struct kc_writer_id *writer,
	uint64_t number, struct kc_buf *ret);
/* The same, of an operation that is here. */
KC_MUST kc_err kc_mailbox_parse(struct kc_bytes operation, const struct kc_writer_id *writer,
	uint64_t number, struct kc_buf *ret);
/* Takes a session's log away. Whatever fails is left for another time. */
void kc_mailbox_drop(struct kc_cloud *cloud, const struct kc_writer_id *writer);

/* --- looking for a session (mailbox_watch.c) ----------------------------------------------------
 * A look costs what is new: a store of records is read on from where it was read before, and a log
 * once.
 */

/* The first message of a log that is a session's. */
struct kc_mailbox_first {
	struct kc_writer_id writer, slot;
	enum kc_pairing_number number;
	uint64_t last; /* the last operation that was seen */
	struct kc_buf message;
};
struct kc_mailbox_watch {
	struct kc_feed_token token;	/* of records: only what comes after it is looked for */
	struct kc_cloud_logs looked_at; /* of logs: their first operations are known */
	struct kc_mailbox_first *rows;
	size_t count;
};
void kc_mailbox_watch_done(struct kc_mailbox_watch *watch);
#define KC_CLEANUP_MAILBOX_WATCH KC_CLEANUP(kc_mailbox_watch_done)
/* Slots of offers that were looked at. */
struct kc_mailbox_seen {
	struct kc_writer_id slots[8];
	size_t count;
};
/* The newest offer of an account by the clocks of those who made them, besides those that were
 * seen, to which it is added. Errors: WAITING when there is none. */
KC_MUST kc_err kc_mailbox_find_offer(struct kc_cloud *cloud, struct kc_mailbox_watch *watch,
	const struct kc_account_id *account, struct kc_mailbox_seen *seen, struct kc_pairing **ret);
/* The first answer to a slot, and whose it is. Errors: WAITING. */
KC_MUST kc_err kc_mailbox_find_answer(struct kc_cloud *cloud, struct kc_mailbox_watch *watch,
	const struct kc_writer_id *slot, struct kc_writer_id *ret_writer, struct kc_buf *ret);

#endif
