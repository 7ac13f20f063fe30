/* SPDX-License-Identifier: ISC */
/*
 * How often a change may be sent: so that neither a program that loops nor a store that provokes
 * conflicts makes this device write for ever (doc/protocol.md 8, rate).
 *
 * Token buckets, in memory, for the items that changed lately and for all of them together. What is
 * held back waits, its last version. An item that is sent for the first time is never held back.
 */
#ifndef KC_SYNC_COMPOSE_PACE_H
#define KC_SYNC_COMPOSE_PACE_H

#include "backend/circle/record/head.h"

#define KC_PACE_ITEM_BURST 30	    /* changes of one item at once */
#define KC_PACE_ITEM_EVERY_MS 12000 /* … and one more each */
#define KC_PACE_ALL_BURST 1000
#define KC_PACE_ALL_EVERY_MS 600
#define KC_PACE_ITEMS 1024 /* that are remembered; of those forgotten nothing is known */

struct kc_pace_bucket {
	uint64_t at_ms;
	uint64_t spent_ms; /* what has been taken out, in the time that it takes to come back */
};

struct kc_pace {
	struct kc_pace_item {
		uint8_t name[KC_RECORD_NAME_LEN];
		struct kc_pace_bucket bucket;
	} items[KC_PACE_ITEMS];
	size_t count;
	struct kc_pace_bucket all;
};

/* Whether a change of the record may be sent now; if so, it counts as sent. A clock that was set
 * back gives nothing back, one that was set forward at most everything. */
bool kc_pace_take(
	struct kc_pace *pace, const uint8_t name[static KC_RECORD_NAME_LEN], uint64_t now_ms);

#endif
