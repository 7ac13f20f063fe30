/* SPDX-License-Identifier: ISC */
/*
 * What devices say of lists over the live channel, where that is more than the store has shown, or
 * something else (doc/protocol.md, Live channel). Kept between exchanges in a cell.
 *
 * A list that a trusted device knows exists: until it is here, its log is behind. Another identity
 * under a number that this device knows is a fork: one of the two was signed beside the other, or
 * whoever says so lies; both are kept, and there is an alarm until one of the two devices is out.
 */
#ifndef KC_SYNC_HEARD_H
#define KC_SYNC_HEARD_H

#include "backend/circle/session/live_payload.h"
#include "backend/store/store.h"

#define KC_HEARD_CELL "sync/heard" /* it goes with the circle */
#define KC_HEARD_MAX_LISTS 256
#define KC_HEARD_MAX_FORKS 16

/* What one device said of another's list. */
struct kc_heard_list {
	struct kc_peer_id by, peer;
	uint64_t seq;
	struct kc_record_id id;
};

/* The two sides of a contradiction. */
struct kc_heard_fork {
	struct kc_heard_list said;
	struct kc_record_id own_id; /* of the list that this device has under that number */
	struct kc_buf own_record;   /* that list, or the one that follows it; empty for its own */
	uint64_t time_ms;	    /* when it was noticed */
};

struct kc_heard {
	struct kc_heard_list lists[KC_HEARD_MAX_LISTS];
	size_t list_count;
	struct kc_heard_fork forks[KC_HEARD_MAX_FORKS]; /* the oldest first */
	size_t fork_count;
	bool changed; /* since it was loaded */
};
#define KC_CLEANUP_HEARD KC_CLEANUP(kc_heard_done)
void kc_heard_done(struct kc_heard *heard);

/* Errors: LOCKED, CORRUPT. */
KC_MUST kc_err kc_heard_load(struct kc_txn *txn, struct kc_heard *ret);
KC_MUST kc_err kc_heard_save(struct kc_txn *txn, const struct kc_heard *heard);

/* Takes what a trusted device said. */
KC_MUST kc_err kc_heard_take(struct kc_heard *heard, const struct kc_circle *circle,
	const struct kc_trust *trust, const struct kc_peer_id *by,
	const struct kc_live_payload *payload, uint64_t now_ms);
/* Compares what was heard with what has come since, forgets what is here or was said by one who is
 * out, and tells the circle's members what is still to come (heard_seq). */
KC_MUST kc_err kc_heard_apply(struct kc_heard *heard, struct kc_circle *circle,
	const struct kc_trust *trust, uint64_t now_ms);
/* Whether there is a contradiction between devices that are both in. */
bool kc_heard_is_forked(
	const struct kc_heard *heard, const struct kc_circle *circle, const struct kc_trust *trust);

#endif
