/* SPDX-License-Identifier: ISC */
/* One exchange with the store, from the outbox of the one before to an empty outbox
 * (doc/protocol.md 8). */
#ifndef KC_SYNC_EXCHANGE_H
#define KC_SYNC_EXCHANGE_H

#include "backend/sync/line/live_mailbox.h"
#include "backend/sync/memory.h"
#include "backend/sync/compose/pace.h"

#define KC_EXCHANGE_HEARTBEAT_MS (UINT64_C(24) * 60 * 60 * 1000)

/* What lasts longer than an exchange, all borrowed; each may be NULL. */
struct kc_exchange_aids {
	const struct kc_pk *user;     /* the user key, while it is at hand */
	struct kc_live_mailbox *live; /* without: nothing is said, and nobody heard */
	struct kc_pace *pace;	      /* without: nothing is held back */
};

/* Only one at a time for one store. *ret counts what happened, also when the answer is
 * STORE_SUSPECT. *ret_joining: this device has not yet all that its sponsor had. After a lock it
 * takes and sends what can be without the keys that are locked away; the rest stays where it is.
 * Errors: NO_STORE, LOCKED (before the first unlock), STORE_GONE, STORE_SUSPECT, NOT_MEMBER. */
KC_MUST kc_err kc_exchange_run(struct kc_store *store, const struct kc_exchange_aids *aids,
	struct kc_sync_report *ret, bool *ret_joining);

/* Forgets what tracks know of an earlier circle: every item that travels is a new change, and what
 * is deleted is forgotten. For a device that begins or enters a circle, or leaves one, after
 * kc_former_keep. */
KC_MUST kc_err kc_exchange_start_over(struct kc_txn *txn);

#endif
