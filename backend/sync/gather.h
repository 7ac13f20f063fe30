/* SPDX-License-Identifier: ISC */
/* Reading the logs of the store: operations that continue what this device has settled, in order,
 * never past a hole (doc/protocol.md 3). */
#ifndef KC_SYNC_GATHER_H
#define KC_SYNC_GATHER_H

#include "backend/circle/circle.h"

/* Bytes of memory for one exchange, shared by the logs that are read; the rest comes with the next.
 * What an operation and a write take up besides their own bytes is counted in. */
#define KC_GATHER_MAX_LEN ((size_t)32 << 20)
#define KC_GATHER_WRITE_LEN 160
#define KC_GATHER_REFUSED_LEN ((size_t)64 << 10) /* nothing is kept of one, but it took reading */

struct kc_gathered_op {
	size_t member; /* whose log it is from */
	struct kc_buf bytes;
	struct kc_op op; /* views of bytes */
	bool waits;	 /* something in it is not settled */
	bool beyond;	 /* of a peer that is out, after its last list that counts */
};

struct kc_gathered {
	struct kc_gathered_op *ops; /* of one log in order, log after log */
	size_t count, allocated;
	kc_peer_set read;  /* members whose logs were looked at */
	kc_peer_set holes; /* those with a piece missing */
	/* Those with an operation that was refused: nothing behind it settles. */
	kc_peer_set damaged;
	kc_peer_set suspects; /* those whose log has become shorter, or tells another story */
	enum kc_alarm alarm;  /* of the first of them */
	kc_peer_set more;     /* those with operations that are left for another round */
	kc_peer_set out;      /* those who are out by now: nothing that their logs lack is missed */
	uint64_t refused[KC_CIRCLE_MAX_PEERS]; /* operations, by member */
};
#define KC_GATHERED_INIT \
	{                \
		0        \
	}
#define KC_CLEANUP_GATHERED KC_CLEANUP(kc_gathered_done)
void kc_gathered_done(struct kc_gathered *gathered);

/* Reads the logs of members that were not read yet. A log that goes back is noted, and not read any
 * further: what others say of its writer may explain it. Errors: STORE_GONE. */
KC_MUST kc_err kc_gather(struct kc_cloud *cloud, const struct kc_cloud_logs *logs,
	const struct kc_circle *circle, kc_peer_set members, struct kc_gathered *gathered);

#endif
