/* SPDX-License-Identifier: ISC */
/* The permanent record: the public keys of a peer, which its id commits to (doc/protocol.md 4). */
#ifndef KC_CIRCLE_RECORD_PERMANENT_H
#define KC_CIRCLE_RECORD_PERMANENT_H

#include "backend/circle/record/record.h"

#define KC_P384_PUBLIC_LEN 97
#define KC_P256_PUBLIC_LEN 65
#define KC_PERMANENT_NONCE_LEN 16

enum kc_peer_kind {
	KC_PEER_DEVICE = 1,
	KC_PEER_RECOVERY = 2,
	KC_PEER_CUSTODIAN = 3,
};

struct kc_permanent {
	enum kc_peer_kind kind;
	uint8_t sign_public[KC_P384_PUBLIC_LEN];
	uint8_t agree_public[KC_P384_PUBLIC_LEN];
	uint8_t legacy_public[KC_P256_PUBLIC_LEN];
	uint8_t nonce[KC_PERMANENT_NONCE_LEN];
};

KC_MUST kc_err kc_permanent_put_body(const struct kc_permanent *permanent, struct kc_buf *ret);
/* The parts, the keys not looked at. Errors: DECODE, NEWER. */
KC_MUST kc_err kc_permanent_parse_body(struct kc_bytes body, struct kc_permanent *ret);
KC_MUST kc_err kc_permanent_id(struct kc_bytes body, struct kc_peer_id *ret);
/* A signed record; its keys and both signatures are checked. Errors: as parse_body, VERIFY. */
KC_MUST kc_err kc_permanent_open(struct kc_bytes record, const struct kc_account_id *account,
	struct kc_permanent *ret, struct kc_peer_id *ret_id);

/* Whether the first signature of a record of a type is that of the peer with this id. Errors:
 * DECODE, VERIFY. */
KC_MUST kc_err kc_permanent_verify(const struct kc_permanent *permanent,
	const struct kc_peer_id *id, struct kc_bytes record, enum kc_record_type type,
	const struct kc_account_id *account);

#endif
