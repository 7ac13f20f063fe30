/* SPDX-License-Identifier: ISC */
/* A voucher: a member's word that a newcomer is one of the owner's devices (doc/protocol.md 5). */
#ifndef KC_CIRCLE_RECORD_VOUCHER_H
#define KC_CIRCLE_RECORD_VOUCHER_H

#include "backend/circle/record/identity.h"

enum kc_voucher_reason {
	KC_VOUCHER_PAIRING = 1,
	KC_VOUCHER_RECOVERY = 2,
	KC_VOUCHER_REROLL = 3,
	KC_VOUCHER_UPGRADE = 4,
};

struct kc_voucher {
	struct kc_peer_id sponsor, beneficiary;
	uint64_t sponsor_seq; /* the sponsor's list that includes the newcomer, or a later one */
	enum kc_voucher_reason reason;
	uint8_t transcript[32]; /* of the pairing */
	uint64_t time_ms, not_after_ms;
};

KC_MUST kc_err kc_voucher_build(const struct kc_voucher *voucher,
	const struct kc_account_id *account, const struct kc_identity *sponsor, struct kc_buf *ret);
/* The parts, no signature checked. Errors: DECODE, NEWER. */
KC_MUST kc_err kc_voucher_parse(struct kc_bytes record, struct kc_voucher *ret);
/* Errors: VERIFY. */
KC_MUST kc_err kc_voucher_verify(struct kc_bytes record, const struct kc_account_id *account,
	const struct kc_voucher *voucher, const struct kc_permanent *sponsor);

#endif
