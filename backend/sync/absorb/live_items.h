/* SPDX-License-Identifier: ISC */
/* Item records that came over the live channel, taken in the way of those from the store: nothing
 * new is believed of them (doc/protocol.md, Live channel). */
#ifndef KC_SYNC_ABSORB_LIVE_ITEMS_H
#define KC_SYNC_ABSORB_LIVE_ITEMS_H

#include "backend/sync/absorb/absorb.h"
#include "backend/sync/line/live_mailbox.h"

/* absorb: what this exchange has read of the store. Of what was said only records count that their
 * writer said itself, while it is trusted. Whatever waits, for its writer's list most of all, is
 * held for another exchange; the rest is settled. *ret: items that were applied. */
KC_MUST kc_err kc_live_items_take(struct kc_txn *txn, const struct kc_absorb *absorb,
	const struct kc_trust *trust, struct kc_live_said *said, size_t count, uint64_t *ret);

#endif
