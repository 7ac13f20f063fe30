/* SPDX-License-Identifier: ISC */
/* Hash functions: SHA-1 and SHA-2 (FIPS 180-4), SHA-3 (FIPS 202), MD5 (RFC 1321). */
#ifndef KC_CRYPTO_HASH_H
#define KC_CRYPTO_HASH_H

#include "base/mechanism.h"
#include "base/mem.h"

#define KC_HASH_MAX_LEN 64

/* Length of the digest in bytes; 0 for KC_HASH_NONE and for what is no hash. */
size_t kc_hash_len(enum kc_hash hash);

/* Writes kc_hash_len bytes. Errors: NO_MEMORY; BUG for KC_HASH_NONE. */
KC_MUST kc_err kc_hash_compute(enum kc_hash hash, struct kc_bytes input, uint8_t *ret);
/* The same over the parts one after another. */
KC_MUST kc_err kc_hash_parts(
	enum kc_hash hash, const struct kc_bytes *parts, size_t count, uint8_t *ret);

#endif
