/* SPDX-License-Identifier: ISC */
/*
 * Who is trusted: a function of lists and vouchers alone (doc/protocol.md 5).
 *
 * Peers are numbered by the caller; sets of them are bits of a word. All signatures have been
 * checked before: a list here is its author's, a voucher its sponsor's, a rank that of a
 * co-signature that verifies.
 */
#ifndef KC_CIRCLE_TRUST_H
#define KC_CIRCLE_TRUST_H

#include "backend/circle/record/list.h"

typedef uint64_t kc_peer_set; /* bit i: peer number i */
/* Nobody has the number behind the last, which an unknown peer of a full circle is given. */
static inline bool kc_peer_set_has(kc_peer_set set, size_t peer)
{
	return peer < KC_CIRCLE_MAX_PEERS && (set >> peer & 1);
}

/* Orders exclusions that strike each other. */
enum kc_rank { KC_RANK_NONE, KC_RANK_USER_KEY, KC_RANK_RECOVERY_KEY };

struct kc_trust_statement {
	uint8_t author, target;
	uint64_t cut_seq;
	uint8_t rank;	   /* enum kc_rank */
} __attribute__((packed)); /* there may be many */
struct kc_trust_voucher {
	uint8_t sponsor, beneficiary;
	uint64_t sponsor_seq;
};

/* All that there can be: each of everybody's about everybody else, and its own that it is about to
 * make. Were there fewer, a thief's friends could have it that somebody's are not looked at. */
#define KC_TRUST_MAX_STATEMENTS (KC_CIRCLE_MAX_PEERS * KC_CIRCLE_MAX_PEERS)
#define KC_TRUST_MAX_VOUCHERS 512

struct kc_trust {
	/* what is known */
	size_t self, first; /* the device that asks; the one of genesis */
	size_t peer_count;
	struct kc_peer_id ids[KC_CIRCLE_MAX_PEERS];
	kc_peer_set include[KC_CIRCLE_MAX_PEERS]; /* of each peer's list; 0 without one */
	size_t statement_count, voucher_count;
	size_t late_count;   /* of vouchers behind these: for after the last list of who left */
	kc_peer_set retired; /* those who left by themselves */
	/* what follows */
	kc_peer_set known; /* introduced, exclusions aside: what they say of others is heard */
	kc_peer_set introduced, excluded, trusted;
	kc_peer_set heard;  /* trusted, or retired: what they said while they were in counts */
	kc_peer_set others; /* the same as those see it who are in, though this device be out */
	uint64_t cut[KC_CIRCLE_MAX_PEERS]; /* of the excluded: the last list that counts */
	/* Large, and set as far as they are counted. */
	struct kc_trust_voucher vouchers[KC_TRUST_MAX_VOUCHERS];
	struct kc_trust_statement statements[KC_TRUST_MAX_STATEMENTS];
	bool stands[KC_TRUST_MAX_STATEMENTS]; /* each statement; it follows */
};

/* Those who are known and out: excluded, or introduced by nobody who counts any more. */
static inline kc_peer_set kc_trust_outsiders(const struct kc_trust *trust)
{
	return trust->known & ~(trust->introduced & ~trust->excluded);
}

/* Who is introduced by the vouchers of others than these, exclusions aside. */
kc_peer_set kc_trust_introduced_without(const struct kc_trust *trust, kc_peer_set sponsors);

/* Who stays introduced when these statements stand, whatever others say. */
kc_peer_set kc_trust_introduced_under(
	const struct kc_trust *trust, const struct kc_trust_statement *statements, size_t count);

/* Fills the second part from the first. */
void kc_trust_compute(struct kc_trust *trust);

#endif
