/* SPDX-License-Identifier: ISC */
/*
 * Changes that are made on this device: the row, and what sync has to know of it.
 *
 * Each is as its namesake in row.h, and then lets the item's track follow (track.h).
 */
#ifndef KC_STORE_CHANGE_H
#define KC_STORE_CHANGE_H

#include "backend/store/row.h"

KC_MUST kc_err kc_change_insert(struct kc_txn *txn, struct kc_stored *stored);
KC_MUST kc_err kc_change_replace(struct kc_txn *txn, struct kc_stored *stored);
KC_MUST kc_err kc_change_remove(struct kc_txn *txn, uint64_t id);
KC_MUST kc_err kc_change_quarantine(struct kc_txn *txn, uint64_t id);

/* What stands at a primary key. Errors: NOT_FOUND (nothing, or a row that did not open, which is
 * set aside), LOCKED. */
KC_MUST kc_err kc_change_find_rival(
	struct kc_txn *txn, const struct kc_item *item, bool sync, struct kc_stored *ret);

#endif
