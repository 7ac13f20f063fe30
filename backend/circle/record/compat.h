/* SPDX-License-Identifier: ISC */
/*
 * The compatibility circle: its record (doc/protocol.md 6).
 *
 * Signed in pairs: by the P-256 key of a member, then by the user key. The first pair is its
 * author's. Whoever accepted it adds a pair, or, when the user key is not at hand, one signature.
 */
#ifndef KC_CIRCLE_RECORD_COMPAT_H
#define KC_CIRCLE_RECORD_COMPAT_H

#include "backend/circle/record/list.h"

struct kc_compat_member {
	struct kc_peer_id peer;
	uint8_t key[KC_P256_PUBLIC_LEN];
	struct kc_record_id permanent; /* identity of its permanent record */
};

struct kc_compat {
	uint64_t generation; /* from 1 */
	bool has_prev;	     /* in all but the first */
	struct kc_record_id prev;
	uint64_t time_ms;
	struct kc_compat_member members[KC_CIRCLE_MAX_PEERS]; /* ascending by peer */
	size_t member_count;
	struct kc_peer_id retired[KC_CIRCLE_MAX_PEERS]; /* ascending */
	size_t retired_count;
	uint8_t user[KC_P256_PUBLIC_LEN];
	uint64_t account_key_seq;
	uint8_t lists[32]; /* over the lists that its author had accepted */
};

/* A signer with a P-256 key. */
KC_MUST kc_err kc_compat_signer(const struct kc_pk *key, struct kc_signer *ret);

/* Signs a circle as its author. */
KC_MUST kc_err kc_compat_build(const struct kc_compat *compat, const struct kc_account_id *account,
	const struct kc_pk *member, const struct kc_pk *user, struct kc_buf *ret);
/* The record with its author's pair alone, and signatures of this device: by its P-256 key, and by
 * the user key unless that is NULL. Errors: DECODE. */
KC_MUST kc_err kc_compat_countersign(struct kc_bytes record, const struct kc_account_id *account,
	const struct kc_pk *member, const struct kc_pk *user, struct kc_buf *ret);
/* The parts, no signature checked. Errors: DECODE, NEWER. */
KC_MUST kc_err kc_compat_parse(struct kc_bytes record, const struct kc_account_id *account,
	struct kc_compat *ret, struct kc_record_id *ret_id);
/* How many signatures it has. Errors: DECODE. */
KC_MUST kc_err kc_compat_count_signatures(struct kc_bytes record, size_t *ret);
/* Whether signature number index is by this P-256 key. Errors: VERIFY. */
KC_MUST kc_err kc_compat_check(struct kc_bytes record, const struct kc_account_id *account,
	size_t index, const uint8_t key[static KC_P256_PUBLIC_LEN]);

const struct kc_compat_member *kc_compat_find(
	const struct kc_compat *compat, const struct kc_peer_id *peer);
bool kc_compat_has_retired(const struct kc_compat *compat, const struct kc_peer_id *peer);

#endif
