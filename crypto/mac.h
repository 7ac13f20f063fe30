/* SPDX-License-Identifier: ISC */
/* HMAC-SHA-256 (RFC 2104, FIPS 180-4) with a key that is prepared once and used many times. */
#ifndef KC_CRYPTO_MAC_H
#define KC_CRYPTO_MAC_H

#include "base/mem.h"

#define KC_MAC_LEN 32

/* A prepared key. Immutable: may be used from several threads at once. */
struct kc_mac;

/* Copies the key, of any length but 0. Errors: NO_MEMORY. */
KC_MUST kc_err kc_mac_new(struct kc_bytes key, struct kc_mac **ret);
void kc_mac_free(struct kc_mac *mac); /* wipes; NULL is fine */
#define KC_CLEANUP_MAC KC_CLEANUP(kc_mac_free_cleanup)
static inline void kc_mac_free_cleanup(struct kc_mac **mac)
{
	kc_mac_free(*mac);
}

/* Never fails: a process that has not even the memory for this ends, as in kc_random_fill, since
 * going on with a wrong MAC would be worse. Compare with kc_mem_equal_ct. */
void kc_mac_compute(
	const struct kc_mac *mac, struct kc_bytes input, uint8_t ret[static KC_MAC_LEN]);
/* The same over the parts one after another. */
void kc_mac_parts(const struct kc_mac *mac, const struct kc_bytes *parts, size_t count,
	uint8_t ret[static KC_MAC_LEN]);

#endif
