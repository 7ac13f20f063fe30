/* SPDX-License-Identifier: ISC */
/* Evidence that is kept: a cell of the database (doc/protocol.md 18). */
#ifndef KC_SYNC_CAUGHT_H
#define KC_SYNC_CAUGHT_H

#include "backend/circle/record/evidence.h"
#include "backend/store/store.h"

#define KC_CAUGHT_CELL "sync/caught" /* it goes with the circle */

/* Nothing is kept: an empty list. Errors: LOCKED, CORRUPT. */
KC_MUST kc_err kc_caught_load(struct kc_txn *txn, struct kc_evidence_list *ret);
/* Keeps what is not kept yet; nothing is written when all is. Errors: LOCKED. */
KC_MUST kc_err kc_caught_keep(struct kc_store *store, const struct kc_evidence_list *list);

/* What an old copy of the store shows is forgotten: its owner says that it was put back on purpose.
 * The rest stays. Errors: LOCKED. */
KC_MUST kc_err kc_caught_forgive(struct kc_txn *txn);

#endif
