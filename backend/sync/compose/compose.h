/* SPDX-License-Identifier: ISC */
/* What goes out: this device's changes, sealed into the next operation of its log. */
#ifndef KC_SYNC_COMPOSE_COMPOSE_H
#define KC_SYNC_COMPOSE_COMPOSE_H

#include "backend/circle/circle.h"
#include "backend/store/track.h"
#include "backend/sync/line/feed.h"
#include "backend/sync/compose/pace.h"

#define KC_COMPOSE_MAX_ITEMS 512	     /* of one operation; as many as a segment names */
#define KC_COMPOSE_MAX_LEN ((size_t)1 << 20) /* bytes, after which no more is added */

struct kc_composed {
	struct kc_buf operation; /* empty: there was nothing to say */
	uint64_t number;
	uint64_t items; /* item records in it */
	bool repeats;	/* it is one of those that begin the log anew */
	bool more;	/* changes are left for another operation */
};
void kc_composed_done(struct kc_composed *composed);
#define KC_CLEANUP_COMPOSED KC_CLEANUP(kc_composed_done)

struct kc_compose_terms {
	const struct kc_feed
		*feed;	      /* of records, what may not be written over yet; NULL: of logs */
	struct kc_pace *pace; /* NULL: nothing is held back */
	uint64_t now_ms;
	bool insist; /* also when only the list is new */
};

/* Takes changes out of the journal, gives them their dots, and makes the operation that follows
 * this device's last one, or of records one that stands for itself; the circle counts it as said.
 */
KC_MUST kc_err kc_compose(struct kc_txn *txn, struct kc_circle *circle,
	const struct kc_compose_terms *terms, struct kc_composed *ret);
/* An operation with this device's copy of the compatibility circle, and nothing else that is to be
 * said: that stays where it is. */
KC_MUST kc_err kc_compose_compat(struct kc_txn *txn, struct kc_circle *circle,
	const struct kc_compose_terms *terms, struct kc_composed *ret);

#endif
