/* SPDX-License-Identifier: ISC */
/*
 * Points and scalars of the NIST curves, for what the key interface of the library lacks: SPAKE2,
 * keys made from a given scalar, and agreement on keys in stored form.
 *
 * Every multiplication is by one scalar, which is the library's constant-time ladder. Internal to
 * this folder.
 */
#ifndef KC_CRYPTO_CURVE_H
#define KC_CRYPTO_CURVE_H

#include <openssl/ec.h>

#include "crypto/crypto_impl.h"

KC_CRYPTO_CLEANUP(EC_GROUP, EC_GROUP_free)
KC_CRYPTO_CLEANUP(EC_POINT, EC_POINT_clear_free)

/* P-256 or P-384; NULL when there is no memory. */
EC_GROUP *kc_curve_new(unsigned bits);

/* Length of a coordinate, and of a scalar, in bytes. */
size_t kc_curve_len(const EC_GROUP *group);

/* The number that bytes are (big-endian), reduced into 1 … order − 1. Bytes of 64 bits more than
 * the order leave no bias to speak of (FIPS 186-4 B.4.1). */
KC_MUST kc_err kc_curve_scalar(const EC_GROUP *group, struct kc_bytes bytes, BIGNUM **ret);

/* The point of an uncompressed form (SEC 1 2.3.3), which must be that of a point of the curve other
 * than infinity: DECODE otherwise. */
KC_MUST kc_err kc_curve_point(const EC_GROUP *group, struct kc_bytes bytes, EC_POINT **ret);

/* scalar · point; of the generator when point is NULL. */
KC_MUST kc_err kc_curve_mul(
	const EC_GROUP *group, const BIGNUM *scalar, const EC_POINT *point, EC_POINT **ret);

/* Appends the uncompressed form; DECODE for infinity. */
KC_MUST kc_err kc_curve_encode(const EC_GROUP *group, const EC_POINT *point, struct kc_buf *ret);

#endif
