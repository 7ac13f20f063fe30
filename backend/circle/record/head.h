/* SPDX-License-Identifier: ISC */
/*
 * Heads: for one view, how far a device has written, what it holds, the names of what it wrote, and
 * a root over all of it (doc/protocol.md 7). They travel sealed inside lists.
 *
 * The log of own writes names each that somebody may still lack. Its newest entries are in the head
 * itself; those before are in segments (segment.h), which the head names by their hashes.
 */
#ifndef KC_CIRCLE_RECORD_HEAD_H
#define KC_CIRCLE_RECORD_HEAD_H

#include "backend/circle/record/label.h"
#include "backend/circle/record/vector.h"
#include "backend/circle/record/view_key.h"

#define KC_RECORD_NAME_LEN 16
#define KC_VERSION_DIGEST_LEN 32
#define KC_VERSION_MAX_T ((UINT64_C(1) << 63) - 1)

/* One write of a device: what the store may not hold back without being found out. */
struct kc_log_entry {
	uint64_t counter;
	uint8_t name[KC_RECORD_NAME_LEN];
	uint64_t t; /* below 2^63 */
	uint8_t digest[KC_VERSION_DIGEST_LEN];
};

#define KC_HEAD_MAX_LOG 512 /* entries in a head, or in a segment */
#define KC_HEAD_MAX_SEGMENTS 4096
#define KC_ROOT_LEN 32

struct kc_head_log {
	struct kc_log_entry *rows; /* owned; ascending by counter */
	size_t count, allocated;
};
void kc_head_log_done(struct kc_head_log *log);
KC_MUST kc_err kc_head_log_add(struct kc_head_log *log, const struct kc_log_entry *entry);
/* Forgets entries up to a counter that everybody has. */
void kc_head_log_trim(struct kc_head_log *log, uint64_t acknowledged);
void kc_head_log_put(struct kc_der_writer *w, const struct kc_log_entry *rows, size_t count);
/* KC_HEAD_MAX_LOG entries at most. Errors: NO_MEMORY; what is malformed is the reader's failure. */
KC_MUST kc_err kc_head_log_pull(struct kc_der_reader *r, struct kc_head_log *ret);

/* A part of a log that stands elsewhere in the store. */
struct kc_segment_name {
	uint8_t hash[KC_HASH32_LEN]; /* of its bytes */
	uint64_t last;		     /* counter of its last entry */
};
struct kc_segment_list {
	struct kc_segment_name *rows; /* owned; ascending by last */
	size_t count, allocated;
};
void kc_segment_list_done(struct kc_segment_list *list);
/* Errors: NO_MEMORY, TOO_LARGE. */
KC_MUST kc_err kc_segment_list_add(
	struct kc_segment_list *list, const struct kc_segment_name *name);
void kc_segment_list_put(struct kc_der_writer *w, const struct kc_segment_list *list);
KC_MUST kc_err kc_segment_list_pull(struct kc_der_reader *r, struct kc_segment_list *ret);

/* What a device says of all live records that it holds. */
struct kc_told_root {
	uint8_t hash[KC_ROOT_LEN]; /* zeros when there are none */
	uint64_t count;
	bool exact; /* it is what the vector promises, no less and no more */
};

struct kc_head {
	uint64_t counter;
	struct kc_vector vector;
	struct kc_head_log log;
	struct kc_segment_list segments; /* what the log names before its first entry */
	struct kc_told_root root;
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
