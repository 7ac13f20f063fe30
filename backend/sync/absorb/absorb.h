/* SPDX-License-Identifier: ISC */
/*
 * What comes in: the records of gathered operations, taken into the circle and the store one kind
 * after the other (doc/protocol.md 8, steps 3 to 5).
 */
#ifndef KC_SYNC_ABSORB_ABSORB_H
#define KC_SYNC_ABSORB_ABSORB_H

#include "backend/store/store.h"
#include "backend/item/policy.h"
#include "backend/sync/line/gather.h"

#define KC_ABSORB_GRACE_MS (UINT64_C(10) * 60 * 1000) /* for pieces that are still arriving */

enum kc_absorb_kind {
	KC_ABSORB_GENESIS,
	KC_ABSORB_ACCOUNT_KEY,
	KC_ABSORB_PERMANENT,
	KC_ABSORB_VOUCHER,
	KC_ABSORB_LIST,
	KC_ABSORB_OUT,
	KC_ABSORB_OUT_OF_OTHER, /* by which another is told; looked at when all else is taken */
	KC_ABSORB_EPOCH,
	KC_ABSORB_SHARES,
	KC_ABSORB_CIRCLE,
	KC_ABSORB_ITEM,
	KC_ABSORB_SEGMENT,  /* of a log of own writes; looked at when a head names it */
	KC_ABSORB_QUESTION, /* of reconciliation; looked at once all else is taken */
	KC_ABSORB_ANSWER,
};

/* A record, and what has become of it. */
struct kc_absorb_record {
	size_t op;     /* number in gathered */
	size_t member; /* whose it is */
	enum kc_absorb_kind kind;
	struct kc_bytes value; /* as it is in the store, or opened, in plain */
	struct kc_buf plain;
	struct kc_bytes key,
		sealed; /* of one that is sealed: to be opened as soon as its key is here */
	uint8_t name[KC_RECORD_NAME_LEN]; /* of an item, by its key; of a segment, its beginning */
	bool current;			  /* a list: the last one of its peer when it was taken */
	bool claimed; /* an item of a feed: it was opened, and its writer is known */
	bool covers;  /* an item: a greater one was here, or nobody will ever vouch for it */
	kc_err state; /* KC_OK: taken; WAITING: for a piece, or its turn; LOCKED: for the unlock;
			 NEWER; REFUSED; STORE_SUSPECT: evidence that is yet to be weighed */
};
_Static_assert(sizeof(struct kc_absorb_record) <= KC_GATHER_WRITE_LEN, "counted when gathered");

struct kc_absorb {
	struct kc_circle *circle;     /* borrowed */
	struct kc_gathered *gathered; /* borrowed */
	struct kc_absorb_record *records;
	size_t count, allocated;
	kc_peer_set missing; /* members whose logs name what is not here */
	kc_peer_set shut;    /* those in whose logs something waits for the unlock */
	kc_peer_set owed;    /* those who are out, of whose logs a newcomer has yet to read */
	uint64_t for_unlock; /* items that do */
	uint64_t received;   /* items that were applied */
	bool moved;	     /* some position did */
	enum kc_alarm alarm; /* of roots that differ where they must not */
	/* By view: whose root that is, its number and one more; whether items wait for a root. */
	size_t differs[KC_VIEW_COUNT];
	bool unnamed[KC_VIEW_COUNT];
	/* By view: whether a trusted device says anything that can be compared; whether one says
	 * the very same of the same dots. */
	bool spoken[KC_VIEW_COUNT], same[KC_VIEW_COUNT];
	bool stale; /* this device was silent for so long that nobody has waited for it */
};
#define KC_CLEANUP_ABSORB KC_CLEANUP(kc_absorb_done)
void kc_absorb_done(struct kc_absorb *absorb);

/* What of a peer that is out is heard after its cut, too, or who is out would hang on what was
 * heard first: what it says of others, and its account key records, which others may have built on.
 */
bool kc_absorb_says_who(enum kc_absorb_kind kind);

/* Whether this is what becomes of a record, and no failure of this device. */
static inline bool kc_absorb_is_verdict(kc_err err)
{
	return err == KC_OK || err == KC_E_WAITING || err == KC_E_LOCKED || err == KC_E_NEWER ||
	       err == KC_E_REFUSED;
}

/* Opens the records of operations that are whole, and takes those of the circle, until nothing more
 * comes of it. Errors: STORE_SUSPECT. */
KC_MUST kc_err kc_absorb_circle(struct kc_absorb *absorb);
/* Looks whether operations are what their writers signed for (absorb_whole.c); those whose lists
 * cannot be read yet are looked at again the next time. */
KC_MUST kc_err kc_absorb_check_ops(struct kc_absorb *absorb);
/* Where something does not open, has keys of those who are out lent (absorb_lent.c). */
KC_MUST kc_err kc_absorb_borrow_keys(struct kc_absorb *absorb, bool *ret_progress);
/* Whether a list of a feed has all with it that it names, or is none; what it lacks is wanted
 * (absorb_companions.c). Errors: WAITING. */
KC_MUST kc_err kc_absorb_has_companions(
	struct kc_absorb *absorb, const struct kc_absorb_record *record);
/* Those who are out, of whose logs this newcomer has yet to take what its sponsor had settled, as
 * far as it counts (absorb_owed.c); and those of whom it has yet to read that. */
kc_peer_set kc_absorb_owed(const struct kc_absorb *absorb, const struct kc_trust *trust);
kc_peer_set kc_absorb_unread(const struct kc_absorb *absorb, const struct kc_trust *trust);
/* Takes items and heads of trusted writers. */
KC_MUST kc_err kc_absorb_items(struct kc_txn *txn, struct kc_absorb *absorb);
/* Whether of each view of which anything is said, others say the very same as is here: what a
 * device that joins from a feed has been shown is all (absorb_roots.c). *ret_silent: of some view
 * nothing is said. */
bool kc_absorb_is_confirmed(const struct kc_absorb *absorb, bool *ret_silent);
/* Answers what others ask, and asks what differs; after the items. */
KC_MUST kc_err kc_absorb_reconcile(struct kc_txn *txn, struct kc_absorb *absorb, uint64_t now_ms);
/* Moves the members' positions over all that is settled. now_ms starts, and clears, the clocks of
 * those whose logs miss a piece. Returns how many records wait and were refused. */
KC_MUST kc_err kc_absorb_settle(
	struct kc_absorb *absorb, uint64_t now_ms, uint64_t *ret_waiting, uint64_t *ret_refused);

#endif
