/* SPDX-License-Identifier: ISC */
/* An epoch record: that a view has a new key, and who was given it (doc/protocol.md 6). */
#ifndef KC_CIRCLE_RECORD_EPOCH_H
#define KC_CIRCLE_RECORD_EPOCH_H

#include "backend/circle/record/vector.h"
#include "backend/circle/record/view_key.h"

enum kc_epoch_reason {
	KC_EPOCH_FIRST = 1,
	KC_EPOCH_REMOVAL = 2,
	KC_EPOCH_RECOVERY = 3,
	KC_EPOCH_YEARLY = 4,
	KC_EPOCH_ASKED = 5,
	KC_EPOCH_RETOLD = 6, /* one of another, whom some do not hear */
};

struct kc_epoch {
	struct kc_peer_id author;
	struct kc_view_key_name name;
	bool has_prev;
	uint8_t prev_kid[KC_KID_LEN];
	struct kc_bytes
		link; /* the key before, sealed under this one; borrowed, empty in the first */
	struct kc_peer_id recipients[KC_CIRCLE_MAX_PEERS]; /* ascending */
	size_t recipient_count;
	/* Who was out when it was begun, ascending: whoever is out and not here may have the key,
	 * from when it was in. */
	struct kc_peer_id out[KC_CIRCLE_MAX_PEERS];
	size_t out_count;
	/* Of whom a list with that number, or a later one, tells why these were out. */
	struct kc_vector reasons;
	struct kc_vector closing; /* what the epoch before ended with */
	/* Of whoever was out, and is closed at a dot: the number of the list up to which that is.
	 */
	struct kc_vector cuts;
	enum kc_epoch_reason reason;
	uint64_t time_ms; /* when it was begun, by its author's clock */
};

/* Signs it. prev_key is the key before, and the link is made of it; empty when there is none, or
 * when it is not here: then the link stays as it is. */
KC_MUST kc_err kc_epoch_build(const struct kc_epoch *epoch, const struct kc_account_id *account,
	const struct kc_identity *author, const struct kc_secret *key,
	const struct kc_secret *prev_key, struct kc_buf *ret);
/* The parts, no signature checked. Errors: DECODE, NEWER. */
KC_MUST kc_err kc_epoch_parse(struct kc_bytes record, const struct kc_account_id *account,
	struct kc_epoch *ret, struct kc_record_id *ret_id);
/* Errors: VERIFY. */
KC_MUST kc_err kc_epoch_verify(struct kc_bytes record, const struct kc_account_id *account,
	const struct kc_epoch *epoch, const struct kc_permanent *author);
/* The key of the epoch before. Errors: CORRUPT; NOT_FOUND in the first. */
KC_MUST kc_err kc_epoch_open_link(const struct kc_epoch *epoch, const struct kc_account_id *account,
	const struct kc_secret *key, struct kc_secret *ret_prev);

#endif
