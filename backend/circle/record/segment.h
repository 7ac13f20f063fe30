/* SPDX-License-Identifier: ISC */
/*
 * Segments: the older parts of a log of own writes, one value of the store each, named by the hash
 * of its bytes (doc/protocol.md 17). What a head names can so be fetched
 * from anywhere, and is what was meant or is not there.
 */
#ifndef KC_CIRCLE_RECORD_SEGMENT_H
#define KC_CIRCLE_RECORD_SEGMENT_H

#include "backend/circle/record/head.h"

/* Whose log of which view, and the key that it is sealed under. */
struct kc_segment_place {
	const struct kc_account_id *account;
	const struct kc_peer_id *peer;
	const uint8_t *view_tag; /* KC_TAG_LEN */
	const struct kc_view_key_name *name;
};

/* Seals entries; *ret_name names the value. */
KC_MUST kc_err kc_segment_seal(const struct kc_log_entry *rows, size_t count,
	const struct kc_segment_place *place, const struct kc_secret *head_key, struct kc_buf *ret,
	struct kc_segment_name *ret_name);
/* The hash that names a value, whatever it is. */
KC_MUST kc_err kc_segment_hash(struct kc_bytes value, uint8_t ret[static KC_HASH32_LEN]);
/* The key that opens it. Errors: DECODE. */
KC_MUST kc_err kc_segment_peek(struct kc_bytes value, uint8_t ret_view_tag[static KC_TAG_LEN],
	uint8_t ret_kid[KC_KID_LEN]);
/* Appends its entries to a log, in which they must come next; the last of them has that counter (0:
 * any). Errors: CORRUPT, DECODE. */
KC_MUST kc_err kc_segment_open(struct kc_bytes value, const struct kc_segment_place *place,
	const struct kc_secret *head_key, uint64_t last, struct kc_head_log *log);

#endif
