/* SPDX-License-Identifier: ISC */
/* Pairing messages through the store: a log of its own for each side of a session, under a random
 * writer id (doc/protocol.md 9). */
#ifndef KC_SYNC_LINE_MAILBOX_H
#define KC_SYNC_LINE_MAILBOX_H

#include "backend/circle/record/op.h"
#include "backend/circle/session/pairing.h"

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
/* The newest offer of an account. Errors: WAITING when there is none. */
KC_MUST kc_err kc_mailbox_find_offer(
	struct kc_cloud *cloud, const struct kc_account_id *account, struct kc_pairing **ret);
/* The first answer to a slot, and whose it is. Errors: WAITING. */
KC_MUST kc_err kc_mailbox_find_answer(struct kc_cloud *cloud, const struct kc_writer_id *slot,
	struct kc_writer_id *ret_writer, struct kc_buf *ret);
/* Takes a session's log away. Whatever fails is left for another time. */
void kc_mailbox_drop(struct kc_cloud *cloud, const struct kc_writer_id *writer);

#endif
