/* SPDX-License-Identifier: ISC */
/* TrieNode of doc/keycircle.asn1, and the hashes over it. */
#include "backend/store/trie_node.h"

#include <string.h>

#include "crypto/hash.h"

#define LABEL_LEAF "kc1/trie-leaf"
#define LABEL_NODE "kc1/trie-node"

kc_err kc_trie_node_path(const uint8_t name[static KC_TRIE_NAME_LEN], struct kc_trie_path *ret)
{
	uint8_t hash[KC_HASH_MAX_LEN];

	KC_TRY(kc_hash_compute(KC_HASH_SHA384, kc_bytes(name, KC_TRIE_NAME_LEN), hash));
	for (size_t i = 0; i < KC_TRIE_DEPTH; i++)
		ret->steps[i] = i % 2 ? hash[i / 2] & 0x0f : hash[i / 2] >> 4;
	ret->len = KC_TRIE_DEPTH;
	return KC_OK;
}

/* --- hashes -------------------------------------------------------------------------------------
 */

static kc_err hash_value(const struct kc_der_writer *w, const struct kc_buf *value, uint8_t *ret)
{
	uint8_t hash[KC_HASH_MAX_LEN];

	KC_TRY(kc_der_writer_check(w));
	KC_TRY(kc_hash_compute(KC_HASH_SHA384, kc_buf_bytes(value), hash));
	memcpy(ret, hash, KC_TRIE_HASH_LEN);
	return KC_OK;
}

static kc_err hash_leaf(const struct kc_trie_child *leaf, uint8_t *ret)
{
	KC_CLEANUP_BUF struct kc_buf value = KC_BUF_INIT;
	struct kc_der_writer w;

	kc_der_writer_init(&w, &value);
	kc_der_begin(&w, KC_DER_SEQUENCE);
	kc_der_put_str(&w, LABEL_LEAF);
	kc_der_put_bytes(&w, KC_BYTES_OF(leaf->name));
	kc_der_put_bytes(&w, KC_BYTES_OF(leaf->hash));
	kc_der_end(&w);
	return hash_value(&w, &value, ret);
}

static kc_err hash_child(const struct kc_trie_child *child, uint8_t *ret)
{
	if (child->count == 1)
		return hash_leaf(child, ret);
	memcpy(ret, child->hash, KC_TRIE_HASH_LEN);
	return KC_OK;
}

static kc_err hash_node(const struct kc_trie_node *node, uint8_t *ret)
{
	KC_CLEANUP_BUF struct kc_buf value = KC_BUF_INIT;
	uint8_t hash[KC_TRIE_HASH_LEN];
	struct kc_der_writer w;

	kc_der_writer_init(&w, &value);
	kc_der_begin(&w, KC_DER_SEQUENCE);
	kc_der_put_str(&w, LABEL_NODE);
	for (size_t i = 0; i < KC_TRIE_WIDTH; i++) {
		const struct kc_trie_child *child = &node->children[i];

		KC_TRY(hash_child(child, hash));
		kc_der_put_bytes(&w, kc_bytes(hash, child->count ? sizeof hash : 0));
	}
	kc_der_end(&w);
	return hash_value(&w, &value, ret);
}

uint64_t kc_trie_node_count(const struct kc_trie_node *node)
{
	uint64_t sum = 0;

	for (size_t i = 0; i < KC_TRIE_WIDTH; i++)
		sum += node->children[i].count;
	return sum;
}

kc_err kc_trie_node_as_child(const struct kc_trie_node *node, struct kc_trie_child *ret)
{
	struct kc_trie_child child = {.count = kc_trie_node_count(node)};

	if (child.count > 1)
		KC_TRY(hash_node(node, child.hash));
	for (size_t i = 0; child.count == 1 && i < KC_TRIE_WIDTH; i++)
		if (node->children[i].count)
			child = node->children[i];
	*ret = child;
	return KC_OK;
}

kc_err kc_trie_node_hash(const struct kc_trie_node *node, uint8_t ret[static KC_TRIE_HASH_LEN])
{
	struct kc_trie_child child;

	KC_TRY(kc_trie_node_as_child(node, &child));
	return hash_child(&child, ret);
}

bool kc_trie_node_same_child(const struct kc_trie_child *a, const struct kc_trie_child *b)
{
	return a->count == b->count && memcmp(a->name, b->name, sizeof a->name) == 0 &&
	       memcmp(a->hash, b->hash, sizeof a->hash) == 0;
}

/* --- bytes --------------------------------------------------------------------------------------
 */

void kc_trie_node_put(struct kc_der_writer *w, const struct kc_trie_node *node)
{
	kc_der_begin(w, KC_DER_SEQUENCE);
	for (size_t i = 0; i < KC_TRIE_WIDTH; i++) {
		const struct kc_trie_child *child = &node->children[i];

		kc_der_begin(w, KC_DER_SEQUENCE);
		kc_der_put_uint(w, child->count);
		if (child->count == 1)
			kc_der_put_bytes(w, KC_BYTES_OF(child->name));
		if (child->count)
			kc_der_put_bytes(w, KC_BYTES_OF(child->hash));
		kc_der_end(w);
	}
	kc_der_end(w);
}

void kc_trie_node_pull(struct kc_der_reader *r, struct kc_trie_node *ret)
{
	struct kc_der_reader rows, one;

	memset(ret, 0, sizeof *ret);
	kc_der_enter(r, KC_DER_SEQUENCE, &rows);
	for (size_t i = 0; i < KC_TRIE_WIDTH; i++) {
		struct kc_trie_child *child = &ret->children[i];

		kc_der_enter(&rows, KC_DER_SEQUENCE, &one);
		child->count = kc_der_get_uint_max(&one, UINT32_MAX);
		if (child->count == 1)
			kc_der_get_array(&one, child->name, sizeof child->name);
		if (child->count)
			kc_der_get_array(&one, child->hash, sizeof child->hash);
		kc_der_leave(&rows, &one);
	}
	kc_der_leave(r, &rows);
}
