/* SPDX-License-Identifier: ISC */
/* A retirement: a device's own word that it has left (doc/protocol.md 11). */
#ifndef KC_CIRCLE_RECORD_RETIRE_H
#define KC_CIRCLE_RECORD_RETIRE_H

#include "backend/circle/record/identity.h"

struct kc_retire {
	struct kc_peer_id peer;
	uint64_t seq; /* of its last list */
	uint64_t time_ms;
};

KC_MUST kc_err kc_retire_build(const struct kc_retire *retire, const struct kc_account_id *account,
	const struct kc_identity *identity, struct kc_buf *ret);
/* The parts, no signature checked. Errors: DECODE, NEWER. */
KC_MUST kc_err kc_retire_parse(struct kc_bytes record, struct kc_retire *ret);
/* Errors: VERIFY. */
KC_MUST kc_err kc_retire_verify(struct kc_bytes record, const struct kc_account_id *account,
	const struct kc_retire *retire, const struct kc_permanent *peer);

#endif
