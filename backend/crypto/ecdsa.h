/* SPDX-License-Identifier: ISC */
/*
 * Signatures on the circle's records: ECDSA with one encoding each.
 *
 * P-256 with SHA-256 and P-384 with SHA-384 over the message; r‖s, 64 or 96 bytes, and s is never
 * above half of the order, so that nobody can turn a signature into another that holds as well.
 * Keys are struct kc_pk; public ones come from kc_pk_load, which takes uncompressed points only and
 * checks them fully.
 */
#ifndef KC_CRYPTO_ECDSA_H
#define KC_CRYPTO_ECDSA_H

#include "backend/crypto/pk.h"

#define KC_ECDSA_P256_LEN 64
#define KC_ECDSA_P384_LEN 96

/* Bytes of uniform output that a key is derived from: 128 bits more than the order, so that the
 * remainder is as good as uniform (FIPS 186-4 B.4.1). */
#define KC_ECDSA_SEED_P256_LEN 48
#define KC_ECDSA_SEED_P384_LEN 64

/* The same seed gives the same key: the scalar is seed mod (n - 1) + 1. bits is 256 or 384. Errors:
 * KEY_SIZE; BUG when the seed has another length than above. */
KC_MUST kc_err kc_ecdsa_derive_key(unsigned bits, struct kc_bytes seed, struct kc_pk **ret);

/* Appends the signature. Errors: KEY_TYPE, KEY_SIZE (not one of the two curves, not private). */
KC_MUST kc_err kc_ecdsa_sign(const struct kc_pk *pk, struct kc_bytes message, struct kc_buf *ret);
/* VERIFY for anything but a signature in its one encoding. */
KC_MUST kc_err kc_ecdsa_verify(
	const struct kc_pk *pk, struct kc_bytes message, struct kc_bytes signature);

#endif
