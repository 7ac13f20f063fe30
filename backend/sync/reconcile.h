/* SPDX-License-Identifier: ISC */
/*
 * Questions and answers about what is in a view: the cells r and r/<peer>, and what a device
 * remembers of them (doc/protocol.md 17).
 *
 * A question names parts of the trie by their paths; the answer has the node at each. Both are
 * sealed under the head key of the epoch in use, and an answer names the question that it is to: so
 * it is by one who is in, and to this question.
 */
#ifndef KC_SYNC_RECONCILE_H
#define KC_SYNC_RECONCILE_H

#include "backend/circle/circle.h"
#include "backend/item/policy.h"
#include "backend/store/store.h"
#include "backend/store/trie_node.h"

#define KC_RECONCILE_MAX_PATHS 64
#define KC_RECONCILE_MAX_WANTED 512
#define KC_RECONCILE_MAX_LEN ((size_t)64 << 10) /* bytes of a cell */
#define KC_RECONCILE_MAX_ANSWERS 64		/* to one peer in a day */

/* A version that the other device has, and this one not. */
struct kc_reconcile_wanted {
	uint8_t name[KC_TRIE_NAME_LEN];
	uint8_t digest[KC_TRIE_HASH_LEN];
};

struct kc_reconcile_question {
	enum kc_view view;
	struct kc_peer_id to;
	uint8_t nonce[16];
	uint64_t time_ms;
	struct kc_vector vector; /* with the asker's own counter */
	struct kc_trie_path paths[KC_RECONCILE_MAX_PATHS];
	uint8_t hashes[KC_RECONCILE_MAX_PATHS][KC_TRIE_HASH_LEN]; /* of what the asker has there */
	size_t path_count;
	struct kc_reconcile_wanted wanted[KC_RECONCILE_MAX_WANTED];
	size_t wanted_count;
};

struct kc_reconcile_answer {
	uint8_t question[KC_HASH32_LEN]; /* hash of the cell */
	struct kc_vector vector;	 /* with the answerer's own counter */
	/* The parts that differ, those of the question in its order. */
	struct kc_trie_path paths[KC_RECONCILE_MAX_PATHS];
	struct kc_trie_node nodes[KC_RECONCILE_MAX_PATHS];
	size_t count;
};

/* Where a cell stands, and its keys. asker: of an answer; NULL: a question. */
struct kc_reconcile_place {
	const struct kc_account_id *account;
	const struct kc_peer_id *writer, *asker;
	const uint8_t *view_tag; /* KC_TAG_LEN */
	const struct kc_view_key_name *name;
};

KC_MUST kc_err kc_reconcile_hash(struct kc_bytes cell, uint8_t ret[static KC_HASH32_LEN]);
/* View and key of a cell. Errors: DECODE. */
KC_MUST kc_err kc_reconcile_peek(struct kc_bytes cell, uint8_t ret_view_tag[static KC_TAG_LEN],
	uint8_t ret_kid[static KC_KID_LEN]);
KC_MUST kc_err kc_reconcile_seal_question(const struct kc_reconcile_question *question,
	const struct kc_reconcile_place *place, const struct kc_secret *head_key,
	struct kc_buf *ret);
KC_MUST kc_err kc_reconcile_seal_answer(const struct kc_reconcile_answer *answer,
	const struct kc_reconcile_place *place, const struct kc_secret *head_key,
	struct kc_buf *ret);
/* The view is that of the place. Errors: CORRUPT, DECODE. */
KC_MUST kc_err kc_reconcile_open_question(struct kc_bytes cell,
	const struct kc_reconcile_place *place, const struct kc_secret *head_key,
	struct kc_reconcile_question *ret);
KC_MUST kc_err kc_reconcile_open_answer(struct kc_bytes cell,
	const struct kc_reconcile_place *place, const struct kc_secret *head_key,
	struct kc_reconcile_answer *ret);

/* A question's parts, for memory; what is malformed is the reader's failure. */
void kc_reconcile_put_question(
	struct kc_der_writer *w, const struct kc_reconcile_question *question);
void kc_reconcile_pull_question(struct kc_der_reader *r, struct kc_reconcile_question *ret);

/* --- memory (reconcile_memory.c) ----------------------------------------------------------------
 */

/* Whom this device answered last, what, and how often that day. */
struct kc_reconcile_answered {
	struct kc_peer_id asker;
	uint8_t question[KC_HASH32_LEN];
	uint64_t day, count;
};

struct kc_reconcile_state {
	bool stale[KC_VIEW_COUNT]; /* this device was given up: what others lack may be dead */
	bool open;		   /* a question is */
	uint8_t hash[KC_HASH32_LEN];
	struct kc_reconcile_question question;
	struct kc_reconcile_answered answered[KC_CIRCLE_MAX_PEERS];
	size_t answered_count;
	bool changed; /* since it was loaded */
};

#define KC_RECONCILE_CELL "sync/reconcile"
/* Errors: CORRUPT, LOCKED. */
KC_MUST kc_err kc_reconcile_load(struct kc_txn *txn, struct kc_reconcile_state *ret);
KC_MUST kc_err kc_reconcile_save(struct kc_txn *txn, const struct kc_reconcile_state *state);

#endif
