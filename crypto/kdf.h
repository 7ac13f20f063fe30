/* SPDX-License-Identifier: ISC */
/* Keys from keys (HKDF, RFC 5869), from agreement (X9.63) and from passwords (scrypt, RFC 7914). */
#ifndef KC_CRYPTO_KDF_H
#define KC_CRYPTO_KDF_H

#include "base/mechanism.h"
#include "base/mem.h"

/*
 * HKDF, extract then expand. info names the one purpose of the output and must not be empty; salt
 * may be. len is at most 255 digests. hash is KC_HASH_SHA256 or KC_HASH_SHA384. The output is the
 * caller's to wipe. Errors: NO_MEMORY; BUG for arguments outside these.
 */
KC_MUST kc_err kc_kdf_hkdf(enum kc_hash hash, struct kc_bytes secret, struct kc_bytes salt,
	struct kc_bytes info, uint8_t *ret, size_t len);

/* ANSI X9.63 (SEC 1 3.6.1) with any of the hashes; shared_info may be empty. For formats of others.
 * The output is the caller's to wipe. Errors: PARAM for no hash, no secret, no output or an output
 * above 1 GiB; NO_MEMORY. */
KC_MUST kc_err kc_kdf_x963(enum kc_hash hash, struct kc_bytes secret, struct kc_bytes shared_info,
	uint8_t *ret, size_t len);

/* NIST SP 800-56C 4.1 with a hash, which puts the counter before the secret; the same otherwise. */
KC_MUST kc_err kc_kdf_one_step(
	enum kc_hash hash, struct kc_bytes secret, struct kc_bytes info, uint8_t *ret, size_t len);

/* Takes 128 · n · r bytes of memory and time in proportion to n · r · p. */
struct kc_kdf_cost {
	uint64_t n; /* a power of two */
	uint32_t r, p;
};
#define KC_KDF_SCRYPT_MAX_MEMORY ((uint64_t)1 << 30)
#define KC_KDF_SCRYPT_MAX_WORK ((uint64_t)1 << 24) /* n · r · p */

/* Errors: PARAM, before anything is computed, for a cost above either limit or that is none;
 * NO_MEMORY. */
KC_MUST kc_err kc_kdf_scrypt(struct kc_bytes password, struct kc_bytes salt,
	const struct kc_kdf_cost *cost, uint8_t *ret, size_t len);

#endif
