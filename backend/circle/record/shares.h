/* SPDX-License-Identifier: ISC */
/* A shares record: view keys, sealed to one peer's agreement key (doc/protocol.md 6). */
#ifndef KC_CIRCLE_RECORD_SHARES_H
#define KC_CIRCLE_RECORD_SHARES_H

#include "backend/circle/record/view_key.h"

/* One for each view, and room for epochs that were begun at the same time. */
#define KC_SHARES_MAX_KEYS 64

struct kc_shares {
	struct kc_peer_id author, receiver;
	uint64_t author_seq;
	uint8_t receiver_key[32]; /* the hash of the receiver's agreement key */
	/* Ascending by view, epoch and kid. */
	struct kc_view_key_name names[KC_SHARES_MAX_KEYS];
	size_t count;
	uint8_t ephemeral[KC_P384_PUBLIC_LEN];
	struct kc_bytes box; /* borrowed from the record */
};

/* keys[i] belongs to shares->names[i]. receiver_key, ephemeral and box are made here. */
KC_MUST kc_err kc_shares_build(const struct kc_shares *shares, const struct kc_account_id *account,
	const struct kc_identity *author, const struct kc_permanent *receiver,
	const struct kc_secret *const *keys, struct kc_buf *ret);
/* The parts, no signature checked. Errors: DECODE, NEWER. */
KC_MUST kc_err kc_shares_parse(struct kc_bytes record, struct kc_shares *ret);
/* Errors: VERIFY. */
KC_MUST kc_err kc_shares_verify(struct kc_bytes record, const struct kc_account_id *account,
	const struct kc_shares *shares, const struct kc_permanent *author);
/* The keys, one for each name, each checked against its kid. Errors: CORRUPT (not for this device,
 * or altered); VERIFY (a key is not the one named: it is empty, the others are here). */
KC_MUST kc_err kc_shares_open(const struct kc_shares *shares, const struct kc_account_id *account,
	const struct kc_identity *receiver, struct kc_secret ret_keys[static KC_SHARES_MAX_KEYS]);

#endif
