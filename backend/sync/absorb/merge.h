/* SPDX-License-Identifier: ISC */
/*
 * The merge: what becomes of a version that another device wrote (doc/protocol.md 7).
 *
 * Total and deterministic: whatever order versions come in, every device ends with the same ones.
 *
 * Of two records with one primary key that of the lesser change gives way, to a deletion whose time
 * is above every saying of that change, and below the next one (store/track.h). So a record's last
 * change is undone only by who has seen it, beside a later one of another record, or one as late of
 * a greater name; and that the last changes of two records are both undone would need a change of
 * each that is greater than the other's last.
 */
#ifndef KC_SYNC_ABSORB_MERGE_H
#define KC_SYNC_ABSORB_MERGE_H

#include "backend/store/apply.h"
#include "backend/store/history.h"
#include "backend/sync/item_record.h"

/* A version from the store, opened. */
struct kc_incoming {
	uint8_t name[KC_RECORD_NAME_LEN];
	enum kc_view view;
	bool acknowledged; /* its dot is within what this device says it holds */
	bool forged;	   /* with REFUSED: made up for a dot that was accounted for */
	bool retired;	   /* somebody who is out has the key that it was sealed with */
	struct kc_item_body body;
	struct kc_history_who winner;	   /* of a deletion that gives way: of the other item */
	uint8_t rival[KC_RECORD_NAME_LEN]; /* with DUPLICATE: the record in its way */
};

/* Takes what body holds. *ret_applied is false when this device had it, or a greater one. repair:
 * where another live record has its primary key, the two become one. Errors: DUPLICATE (there is
 * such a record, and nothing was done; without repair), REFUSED (it cannot be what it says),
 * LOCKED.
 */
KC_MUST kc_err kc_merge_incoming(struct kc_txn *txn, const struct kc_peer_id *self,
	struct kc_incoming *incoming, bool repair, bool *ret_applied);

/* Errors: REFUSED (no device of ours could have written what is in it). */
KC_MUST kc_err kc_merge_check(const struct kc_incoming *incoming);

/* Takes the row of a record away, of which a greater version under another primary key is about to
 * be merged; what was in it goes to the history. */
KC_MUST kc_err kc_merge_vacate(struct kc_txn *txn, const uint8_t name[static KC_RECORD_NAME_LEN]);

/* Forgets a record that the circle has forgotten; what was in it goes to the history. */
KC_MUST kc_err kc_merge_bury(struct kc_txn *txn, const struct kc_track *track);

/* How the version of that record that this device holds, with a dot, compares with another: above 0
 * it is the greater one; below 0 as well when it holds none. */
KC_MUST kc_err kc_merge_compare(struct kc_txn *txn, const uint8_t name[static KC_RECORD_NAME_LEN],
	const struct kc_version *version, int *ret);
/* Whether it is at least as great. */
KC_MUST kc_err kc_merge_holds(struct kc_txn *txn, const uint8_t name[static KC_RECORD_NAME_LEN],
	const struct kc_version *version, bool *ret);

#endif
