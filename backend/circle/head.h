/* SPDX-License-Identifier: ISC */
/*
 * Heads: for one view, how far a device has written, what it holds, and the names of what it wrote
 * (doc/protocol.md 7). They travel sealed inside lists.
 */
#ifndef KC_CIRCLE_HEAD_H
#define KC_CIRCLE_HEAD_H

#include "backend/circle/vector.h"
#include "backend/circle/view_key.h"

#define KC_RECORD_NAME_LEN 16
#define KC_VERSION_DIGEST_LEN 32

/* One write of a device: what the store may not hold back without being found out. */
struct kc_log_entry {
	uint64_t counter;
	uint8_t name[KC_RECORD_NAME_LEN];
	uint64_t t;
	uint8_t digest[KC_VERSION_DIGEST_LEN];
};

#define KC_HEAD_MAX_LOG 512 /* entries, the last ones: each list names what came with it */

struct kc_head_log {
	struct kc_log_entry *rows; /* owned; ascending by counter */
	size_t count, allocated;
};
void kc_head_log_done(struct kc_head_log *log);
/* Adds an entry; when there are too many the oldest is forgotten. */
KC_MUST kc_err kc_head_log_add(struct kc_head_log *log, const struct kc_log_entry *entry);
/* Forgets entries up to a counter that everybody has. */
void kc_head_log_trim(struct kc_head_log *log, uint64_t acknowledged);
void kc_head_log_put(struct kc_der_writer *w, const struct kc_log_entry *rows, size_t count);
/* Errors: NO_MEMORY; what is malformed is the reader's failure. */
KC_MUST kc_err kc_head_log_pull(struct kc_der_reader *r, struct kc_head_log *ret);

struct kc_head {
	uint64_t counter;
	struct kc_vector vector;
	struct kc_head_log log;
};
#define KC_CLEANUP_HEAD KC_CLEANUP(kc_head_done)
void kc_head_done(struct kc_head *head);

/* The place of a head: whose list, which one, which view and key. */
struct kc_head_place {
	const struct kc_account_id *account;
	const struct kc_peer_id *peer;
	uint64_t seq;
	const uint8_t *view_tag; /* KC_TAG_LEN */
	const struct kc_view_key_name *name;
};

/* head_key is what the view key gives for KC_VIEW_KEY_HEAD. */
KC_MUST kc_err kc_head_seal(const struct kc_head *head, const struct kc_head_place *place,
	const struct kc_secret *head_key, struct kc_buf *ret);
/* Errors: CORRUPT, DECODE. */
KC_MUST kc_err kc_head_open(struct kc_bytes box, const struct kc_head_place *place,
	const struct kc_secret *head_key, struct kc_head *ret);

#endif
