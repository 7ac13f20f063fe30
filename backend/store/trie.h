/* SPDX-License-Identifier: ISC */
/*
 * Tries: for each view, one value over all live records that this device holds, as the circle knows
 * them (doc/protocol.md 17).
 *
 * The trie of a view follows from the tracks alone: it has a leaf for each whose last version with
 * a dot is live (track.h), and kc_track_put and kc_track_drop keep it so, in their transaction.
 * Nodes below the root are rows of the table "trie", sealed, each bound to its place; every one is
 * checked against the hash in the node above it. The root is a cell, and so the set digest covers
 * it, and by the hashes all the rest, without a share for each node. What does not open or fit is
 * thrown away and built anew from the tracks; the trie is in doubt then, since a track may be
 * missing, too.
 */
#ifndef KC_STORE_TRIE_H
#define KC_STORE_TRIE_H

#include "backend/item/policy.h"
#include "backend/store/store.h"
#include "backend/store/trie_node.h"

struct kc_trie_root {
	uint8_t hash[KC_TRIE_HASH_LEN]; /* zeros when there is no leaf */
	uint64_t count;			/* of leaves */
	bool doubted; /* something may be missing here, by no fault of the store */
};

/* The root of a view's trie. */
KC_MUST kc_err kc_trie_get_root(struct kc_txn *txn, enum kc_view view, struct kc_trie_root *ret);
/* Says that a trie may not be what the vector of its view promises; or that it was compared, and
 * is. */
KC_MUST kc_err kc_trie_doubt(struct kc_txn *txn, enum kc_view view, bool doubted);

/* What is below a path, as a node: with one leaf or none when there is no more. */
KC_MUST kc_err kc_trie_get_node(struct kc_txn *txn, enum kc_view view,
	const struct kc_trie_path *path, struct kc_trie_node *ret);
/* The digest of a record's leaf. Errors: NOT_FOUND. */
KC_MUST kc_err kc_trie_find(struct kc_txn *txn, enum kc_view view,
	const uint8_t name[static KC_TRIE_NAME_LEN], uint8_t ret[static KC_TRIE_HASH_LEN]);

/* Puts the leaf of a record in, in place of the one it had; digest NULL takes it out. */
KC_MUST kc_err kc_trie_set(struct kc_txn *txn, enum kc_view view,
	const uint8_t name[static KC_TRIE_NAME_LEN], const uint8_t *digest);
/* Throws the tries of all views away, and doubts them: a track did not open. */
KC_MUST kc_err kc_trie_discard(struct kc_txn *txn);

#endif
