/* SPDX-License-Identifier: ISC */
/*
 * Nodes of a Merkle trie over records: what they hold, their bytes, their hash (doc/protocol.md
 * 17).
 *
 * A record stands at the path SHA-384(name), four bits a step. A part of the trie without records
 * is empty, one with a single record is that leaf, and one with more is a node of 16 parts. So the
 * form of a trie, and its root, depend on what is in it alone, not on how it came there.
 */
#ifndef KC_STORE_TRIE_NODE_H
#define KC_STORE_TRIE_NODE_H

#include "base/der.h"

#define KC_TRIE_WIDTH 16
#define KC_TRIE_DEPTH 64 /* steps of a path */
#define KC_TRIE_HASH_LEN 32
#define KC_TRIE_NAME_LEN 16

struct kc_trie_child {
	uint64_t count;			/* records below: 0 none, 1 a leaf, more a node */
	uint8_t name[KC_TRIE_NAME_LEN]; /* of a leaf */
	uint8_t hash[KC_TRIE_HASH_LEN]; /* of a leaf: its version's digest; of a node: its hash */
};

struct kc_trie_node {
	struct kc_trie_child children[KC_TRIE_WIDTH];
};

/* Steps from the root, 0 to 15 each. */
struct kc_trie_path {
	uint8_t steps[KC_TRIE_DEPTH];
	size_t len;
};

/* The whole path of a record. */
KC_MUST kc_err kc_trie_node_path(
	const uint8_t name[static KC_TRIE_NAME_LEN], struct kc_trie_path *ret);

uint64_t kc_trie_node_count(const struct kc_trie_node *node);
/* The hash of what is in a node as a whole: zeros when that is nothing, a leaf's own when it is
 * one. */
KC_MUST kc_err kc_trie_node_hash(
	const struct kc_trie_node *node, uint8_t ret[static KC_TRIE_HASH_LEN]);
/* What stands for a node in the one above it. */
KC_MUST kc_err kc_trie_node_as_child(const struct kc_trie_node *node, struct kc_trie_child *ret);
bool kc_trie_node_same_child(const struct kc_trie_child *a, const struct kc_trie_child *b);

/* A node's bytes: TrieNode of doc/keycircle.asn1. What is malformed is the reader's failure. */
void kc_trie_node_put(struct kc_der_writer *w, const struct kc_trie_node *node);
void kc_trie_node_pull(struct kc_der_reader *r, struct kc_trie_node *ret);

#endif
