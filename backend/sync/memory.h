/* SPDX-License-Identifier: ISC */
/* What sync remembers between exchanges: cells of the database. */
#ifndef KC_SYNC_MEMORY_H
#define KC_SYNC_MEMORY_H

#include "backend/circle/circle.h"
#include "backend/store/store.h"
#include "base/status.h"

/* The store's URL, and how it is laid out; readable while locked. Errors: NO_STORE; NO_MEMORY. */
KC_MUST kc_err kc_memory_get_place(struct kc_txn *txn, struct kc_buf *ret);
KC_MUST kc_err kc_memory_get_layout(struct kc_txn *txn, enum kc_layout *ret);
KC_MUST kc_err kc_memory_put_place(struct kc_txn *txn, const char *url, enum kc_layout layout);

/* The circle (memory_circle.c). After a lock a locked one comes back (kc_circle_is_locked), and is
 * put back without harm to what is locked away. All of it is there or none: of a circle that lacks
 * a part nobody can say what it has seen. Errors: NO_STORE, LOCKED (before the first unlock),
 * CORRUPT.
 */
KC_MUST kc_err kc_memory_get_circle(struct kc_txn *txn, struct kc_circle **ret);
/* Writes the parts that are not as they were. */
KC_MUST kc_err kc_memory_put_circle(struct kc_txn *txn, struct kc_circle *circle);
/* Forgets the circle, also one that is damaged: before another takes its place. */
KC_MUST kc_err kc_memory_drop_circle(struct kc_txn *txn);
/* The circle, of an open keychain alone. Errors: as before; LOCKED. */
KC_MUST kc_err kc_memory_get_open_circle(struct kc_txn *txn, struct kc_circle **ret);

/* Destroys all that is known of the circle. */
KC_MUST kc_err kc_memory_forget(struct kc_txn *txn);

/* What this device has said last, until it says something else; it may not be in the store yet. */
struct kc_outbox {
	uint64_t number; /* of the operation, or of the list; 0: nothing was said yet */
	uint64_t tries;	 /* how often the store has said to have it */
	/* Of records: others were there first, and from number landed on nothing will be there. */
	bool lost;
	uint64_t landed;
	uint64_t missed;  /* how often in a row what the store has said to have was not there */
	uint64_t sent_ms; /* when it was last given to the store */
};
/* All zero when there is none. */
KC_MUST kc_err kc_memory_get_outbox(struct kc_txn *txn, struct kc_outbox *ret);
KC_MUST kc_err kc_memory_get_outbox_contents(struct kc_txn *txn, struct kc_buf *ret);
KC_MUST kc_err kc_memory_put_outbox(
	struct kc_txn *txn, const struct kc_outbox *outbox, struct kc_bytes contents);
KC_MUST kc_err kc_memory_put_outbox_state(struct kc_txn *txn, const struct kc_outbox *outbox);
KC_MUST kc_err kc_memory_clear_outbox(struct kc_txn *txn);

/* How the last exchange went; zeroes before the first. pending is counted anew, what stands in the
 * outbox as one; stuck: there is such. */
KC_MUST kc_err kc_memory_get_report(struct kc_txn *txn, struct kc_sync_report *ret);
KC_MUST kc_err kc_memory_put_report(struct kc_txn *txn, const struct kc_sync_report *report);

/* Whether the last exchange did not reach the store, or could not write it. */
KC_MUST kc_err kc_memory_get_failed(struct kc_txn *txn, bool *ret);
KC_MUST kc_err kc_memory_put_failed(struct kc_txn *txn, bool failed);

/* Pairings: how many codes in a row were burnt for nothing, and the logs of sessions that are still
 * to be taken out of the store. */
#define KC_MEMORY_MAX_SESSIONS 16
struct kc_memory_pairing {
	uint64_t burnt, last_burnt_ms;
	struct kc_memory_session {
		struct kc_writer_id writer;
		uint64_t time_ms;	    /* when it was last of use */
	} sessions[KC_MEMORY_MAX_SESSIONS]; /* the oldest first */
	size_t session_count;
};
KC_MUST kc_err kc_memory_get_pairing(struct kc_txn *txn, struct kc_memory_pairing *ret);
KC_MUST kc_err kc_memory_put_pairing(struct kc_txn *txn, const struct kc_memory_pairing *pairing);
/* Notes a session; when there are too many the oldest is forgotten. */
void kc_memory_add_session(
	struct kc_memory_pairing *pairing, const struct kc_writer_id *writer, uint64_t time_ms);

#endif
