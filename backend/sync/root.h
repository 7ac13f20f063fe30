/* SPDX-License-Identifier: ISC */
/*
 * Roots: what this device says of all that it holds in a view, and how it stands to what others say
 * (doc/protocol.md, "Roots and reconciliation").
 */
#ifndef KC_SYNC_ROOT_H
#define KC_SYNC_ROOT_H

#include "backend/circle/circle.h"
#include "backend/store/trie.h"

/* The root of a view as it is now, and whether it is what the vector promises. */
KC_MUST kc_err kc_root_tell(struct kc_txn *txn, const struct kc_circle *circle, enum kc_view view,
	struct kc_told_root *ret);

/* All that a device holds of a view: its vector, with its own counter in it. */
KC_MUST kc_err kc_root_vector(const struct kc_peer_id *self, uint64_t counter,
	const struct kc_vector *vector, struct kc_vector *ret);
KC_MUST kc_err kc_root_own_vector(
	const struct kc_circle *circle, enum kc_view view, struct kc_vector *ret);

#endif
