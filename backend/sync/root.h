/* SPDX-License-Identifier: ISC */
/*
 * Roots: what this device says of all that it holds in a view, and how it stands to what others say
 * (doc/protocol.md 17).
 */
#ifndef KC_SYNC_ROOT_H
#define KC_SYNC_ROOT_H

#include "backend/circle/circle.h"
#include "backend/store/trie.h"

/* The root of a view as it is now, and whether it is what the vector promises, as this device holds
 * it against what others say. */
KC_MUST kc_err kc_root_look(struct kc_txn *txn, const struct kc_circle *circle,
	const struct kc_trust *trust, enum kc_view view, struct kc_told_root *ret);
/* The same as it is said to others: a device that is joining promises nothing yet. */
KC_MUST kc_err kc_root_tell(struct kc_txn *txn, const struct kc_circle *circle,
	const struct kc_trust *trust, enum kc_view view, struct kc_told_root *ret);

/* All that a device holds of a view: its vector, with its own counter in it. */
KC_MUST kc_err kc_root_vector(const struct kc_peer_id *self, uint64_t counter,
	const struct kc_vector *vector, struct kc_vector *ret);
KC_MUST kc_err kc_root_own_vector(
	const struct kc_circle *circle, enum kc_view view, struct kc_vector *ret);
/* The same, without what writers that are out wrote after a view was closed: whoever had taken more
 * has made that its own. So they can be compared. */
KC_MUST kc_err kc_root_close_vector(const struct kc_circle *circle, const struct kc_trust *trust,
	enum kc_view view, const struct kc_vector *vector, struct kc_vector *ret);
/* Whether this device writes, and a head is, under the epoch that closed the view. */
KC_MUST kc_err kc_root_is_closed(const struct kc_circle *circle, const struct kc_trust *trust,
	enum kc_view view, const uint8_t head_kid[static KC_KID_LEN], bool *ret);
/* What this device has taken of those who are out beyond what is closed of them, and up to where
 * that is, hashed; zeros: nothing. As long as it stays the same, all of that was made its own. */
KC_MUST kc_err kc_root_beyond(const struct kc_circle *circle, const struct kc_trust *trust,
	enum kc_view view, uint8_t ret[static KC_HASH32_LEN]);

#endif
