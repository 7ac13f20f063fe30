/* SPDX-License-Identifier: ISC */
/* What was read from the store in one round: operations of logs that continue what this device has
 * settled, in order, never past a hole (doc/protocol.md 3.1); or records of a feed, each as an
 * operation with one write (3.2, feed.h). */
#ifndef KC_SYNC_LINE_GATHER_H
#define KC_SYNC_LINE_GATHER_H

#include "backend/circle/circle.h"
#include "backend/cloud/records.h"

/* Bytes of memory for one exchange, shared by the logs that are read; the rest comes with the next.
 * What an operation and a write take up besides their own bytes is counted in. */
#define KC_GATHER_MAX_LEN ((size_t)32 << 20)
#define KC_GATHER_WRITE_LEN 160
#define KC_GATHER_REFUSED_LEN ((size_t)64 << 10) /* nothing is kept of one, but it took reading */

struct kc_gathered_op {
	size_t member; /* whose log it is from */
	struct kc_buf bytes;
	struct kc_op op; /* views of bytes */
	/* Of a log: OK, it is what its list names, and its writer signed that; WAITING, LOCKED,
	 * NEWER: the list cannot be read yet; REFUSED: it is another. Of a feed: OK. */
	kc_err whole;
	bool behind;   /* one that is not whole */
	bool has_keys; /* the records that lead to keys are taken in */
	bool opened;   /* and all others */
	bool waits;    /* something in it is not settled */
	bool apart;    /* no digest ties it to the operation before it */
	bool reaches;  /* digests lead from it to what the sponsor had settled */
	bool ends;     /* of a peer that is out: with the very list that its cut names */
	bool beyond;   /* of a peer that is out, or left: it does not count */
	/* Of a record. An item is of whoever its body says; until that is read, of this device. */
	const char *name; /* in bytes; NULL: an operation */
	enum kc_zone zone;
	struct kc_etag etag;
	bool again;   /* it has waited before */
	bool refused; /* an item that was */
	/* An item whose writer nobody knows, since when, and whether it may be written over. */
	bool unclaimed;
	uint64_t since_ms;
	bool given_up;
};

struct kc_gathered {
	bool by_feed; /* records, no operations */
	bool whole;   /* by a feed that was read from its beginning, to find what is missing */
	struct kc_gathered_op *ops; /* of one log in order, log after log */
	size_t count, allocated;
	kc_peer_set read;   /* members whose logs were looked at */
	kc_peer_set holes;  /* those with a piece missing */
	kc_peer_set shut;   /* of these, whether their log begins anew is seen with the unlock */
	kc_peer_set unread; /* those with an operation whose list cannot be read yet */
	/* Those with an operation that was refused: nothing behind it settles. */
	kc_peer_set damaged;
	kc_peer_set suspects;  /* those whose log has become shorter, or tells another story */
	enum kc_alarm alarm;   /* of the first of them */
	uint64_t shown, known; /* of the first whose log is shorter: its end, and the settled one */
	kc_peer_set more;      /* those with operations that are left for another round */
	kc_peer_set leaping;   /* of these, whose log may begin anew: that is still looked for */
	bool moved;	       /* there is something to remember */
	kc_peer_set out; /* those who are out by now: nothing that their logs lack is missed */
	uint64_t refused[KC_CIRCLE_MAX_PEERS]; /* operations, by member */
	/* Of a feed. */
	kc_peer_set listed; /* those whose last list it has */
	kc_peer_set older;  /* those of whom it has an older one */
	/* Names of records that lists name and that are not here, each ended by a 0; and how many
	 * bytes of these were asked for. */
	struct kc_buf wanted;
	size_t asked;
};
#define KC_GATHERED_INIT \
	{                \
		0        \
	}
#define KC_CLEANUP_GATHERED KC_CLEANUP(kc_gathered_done)
void kc_gathered_done(struct kc_gathered *gathered);
/* Those of whom something is not here that may say more. */
static inline kc_peer_set kc_gathered_lacks(const struct kc_gathered *gathered)
{
	return gathered->more | gathered->holes | gathered->unread;
}
/* Takes an operation in, and what it owns. Errors: NO_MEMORY (it is still the caller's). */
KC_MUST kc_err kc_gathered_add(struct kc_gathered *gathered, const struct kc_gathered_op *op);

/* Reads the logs of members that were not read yet. A log that goes back is noted, and not read any
 * further: what others say of its writer may explain it. How far a log was looked ahead is
 * noted in its member. Errors: STORE_GONE. */
KC_MUST kc_err kc_gather(struct kc_cloud *cloud, const struct kc_cloud_logs *logs,
	const struct kc_circle *circle, kc_peer_set members, struct kc_gathered *gathered);
/* Whether a log that is listed as shorter than that number may only not be readable here: no
 * permission, say. Errors: STORE_GONE. */
KC_MUST kc_err kc_gather_check_readable(
	struct kc_cloud *cloud, const struct kc_writer_id *writer, uint64_t number);

#endif
