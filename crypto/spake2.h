/* SPDX-License-Identifier: ISC */
/*
 * Agreement on a key by two sides who share a short code: SPAKE2 (RFC 9382), P-256, SHA-256, HKDF,
 * HMAC.
 *
 * Whoever guesses the code has one guess for each run; whoever only listens learns nothing. A holds
 * the first name of the transcript. Each side sends its share, then its confirmation, and checks
 * the other's (kc_mem_equal_ct) before it uses the key.
 */
#ifndef KC_CRYPTO_SPAKE2_H
#define KC_CRYPTO_SPAKE2_H

#include "base/mem.h"

#define KC_SPAKE2_SHARE_LEN 65
#define KC_SPAKE2_CONFIRM_LEN 32
#define KC_SPAKE2_KEY_LEN 16

enum kc_spake2_side { KC_SPAKE2_A, KC_SPAKE2_B };

struct kc_spake2; /* one run of one side */

/* Begins a run. secret is w before its reduction: 40 bytes or more from a slow hash of the code.
 * name_a and name_b are copied. Errors: NO_MEMORY. */
KC_MUST kc_err kc_spake2_new(enum kc_spake2_side side, struct kc_bytes secret, const char *name_a,
	const char *name_b, struct kc_spake2 **ret);
void kc_spake2_free(struct kc_spake2 *run); /* wipes; NULL is fine */
#define KC_CLEANUP_SPAKE2 KC_CLEANUP(kc_spake2_free_cleanup)
static inline void kc_spake2_free_cleanup(struct kc_spake2 **run)
{
	kc_spake2_free(*run);
}

/* What to send first; borrowed from the run. */
struct kc_bytes kc_spake2_share(const struct kc_spake2 *run);

struct kc_spake2_result {
	uint8_t key[KC_SPAKE2_KEY_LEN]; /* Ke; the caller wipes */
	uint8_t own_confirmation[KC_SPAKE2_CONFIRM_LEN];
	uint8_t peer_confirmation[KC_SPAKE2_CONFIRM_LEN]; /* what the other side must send */
};

/* Ends the run with the other side's share. aad is bound into the confirmations. Errors: DECODE
 * when the share is no point of the curve. */
KC_MUST kc_err kc_spake2_finish(const struct kc_spake2 *run, struct kc_bytes peer_share,
	struct kc_bytes aad, struct kc_spake2_result *ret);

#endif
