/* SPDX-License-Identifier: ISC */
/*
 * What a data message of the live channel says: which lists its sender knows, and records of its
 * own that are on their way through the store (doc/protocol.md, Live channel).
 */
#ifndef KC_CIRCLE_SESSION_LIVE_PAYLOAD_H
#define KC_CIRCLE_SESSION_LIVE_PAYLOAD_H

#include "backend/circle/session/live.h"

#define KC_LIVE_MAX_ITEMS 16
#define KC_LIVE_MAX_ITEM ((size_t)16 << 10)	 /* bytes of one record */
#define KC_LIVE_MAX_ITEMS_LEN ((size_t)48 << 10) /* of all */

struct kc_live_payload {
	uint64_t received; /* data messages of the other side that were opened */
	struct kc_seen heads[KC_CIRCLE_MAX_PEERS]; /* ascending by peer */
	size_t head_count;
	struct kc_bytes items[KC_LIVE_MAX_ITEMS]; /* borrowed: records as they are in the store */
	size_t item_count;
};

KC_MUST kc_err kc_live_payload_build(const struct kc_live_payload *payload, struct kc_buf *ret);
/* Views into plain. Errors: DECODE; NEWER. */
KC_MUST kc_err kc_live_payload_parse(struct kc_bytes plain, struct kc_live_payload *ret);

/* Puts the last list of everybody who is in, this device among them, into a payload. */
void kc_live_payload_put_heads(const struct kc_circle *circle, const struct kc_trust *trust,
	struct kc_live_payload *payload);

#endif
