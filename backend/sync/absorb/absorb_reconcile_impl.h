/* SPDX-License-Identifier: ISC */
/* What the files of reconciliation share. */
#ifndef KC_SYNC_ABSORB_ABSORB_RECONCILE_IMPL_H
#define KC_SYNC_ABSORB_ABSORB_RECONCILE_IMPL_H

#include "backend/sync/absorb/absorb_impl.h"
#include "backend/sync/reconcile.h"

#define KC_RECONCILE_DAY_MS (UINT64_C(24) * 60 * 60 * 1000)

struct kc_absorb_reconciler {
	struct kc_absorb_reader *r;
	struct kc_reconcile_state *state; /* owned */
	uint64_t now_ms;
};

/* The key that a cell is under, when it is that of an epoch that nobody has who is out. Errors:
 * NOT_FOUND. */
KC_MUST kc_err kc_absorb_find_cell_place(const struct kc_absorb_reader *r,
	const struct kc_absorb_record *record, struct kc_reconcile_place *ret,
	uint8_t ret_tag[static KC_TAG_LEN], struct kc_secret *ret_key);
/* The place of a cell of this device's own. Errors: NOT_FOUND (no key is to be used now). */
KC_MUST kc_err kc_absorb_own_cell_place(const struct kc_absorb_reader *r, enum kc_view view,
	struct kc_reconcile_place *ret, struct kc_secret *ret_key);
/* A version that this device wrote, or has, becomes a new one of its own: everybody takes it. */
KC_MUST kc_err kc_absorb_write_anew(struct kc_txn *txn, struct kc_track *track);

/* Answers a question of another device, once. */
KC_MUST kc_err kc_absorb_take_question(
	struct kc_absorb_reconciler *c, const struct kc_absorb_record *record);
/* Follows an answer to the question that is open. */
KC_MUST kc_err kc_absorb_take_answer(
	struct kc_absorb_reconciler *c, const struct kc_absorb_record *record);
/* Asks a question, in the place of the one before. */
KC_MUST kc_err kc_absorb_put_question(
	struct kc_absorb_reconciler *c, struct kc_reconcile_question *question);
/* Asks what there is to ask, when no question is open or nobody answered it for a day. */
KC_MUST kc_err kc_absorb_ask_what_is_open(struct kc_absorb_reconciler *c);
/* What this device lacks the others may have forgotten; with nothing here nothing can be dead. */
KC_MUST kc_err kc_absorb_note_stale(struct kc_absorb_reconciler *c);

#endif
