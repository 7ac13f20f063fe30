/* SPDX-License-Identifier: ISC */
/* ECDH as one multiplication: the cofactor of the curve is 1. */
#include "crypto/agree.h"

#include "crypto/curve.h"

#define COORDINATE_LEN 48

kc_err kc_agree_compute(
	struct kc_bytes own_private, struct kc_bytes peer_public, struct kc_secret *ret)
{
	KC_CLEANUP_OSSL(EC_GROUP) EC_GROUP *group = kc_curve_new(384);
	KC_CLEANUP_OSSL(BIGNUM) BIGNUM *scalar = BN_secure_new();
	KC_CLEANUP_OSSL(EC_POINT) EC_POINT *peer = NULL;
	KC_CLEANUP_OSSL(EC_POINT) EC_POINT *shared = NULL;
	KC_CLEANUP_BUF struct kc_buf encoded = KC_BUF_INIT;

	if (!group || !scalar)
		return kc_crypto_failed();
	if (own_private.len != KC_AGREE_PRIVATE_LEN)
		return KC_ERR(DECODE);
	KC_TRY(kc_curve_point(group, peer_public, &peer));
	if (!BN_bin2bn(own_private.data + KC_AGREE_PUBLIC_LEN, COORDINATE_LEN, scalar))
		return kc_crypto_failed();
	BN_set_flags(scalar, BN_FLG_CONSTTIME);
	KC_TRY(kc_curve_mul(group, scalar, peer, &shared));
	KC_TRY(kc_curve_encode(group, shared, &encoded));
	return kc_secret_set(ret, kc_bytes(encoded.data + 1, COORDINATE_LEN));
}

kc_err kc_agree_check_public(struct kc_bytes public_key)
{
	KC_CLEANUP_OSSL(EC_GROUP) EC_GROUP *group = kc_curve_new(384);
	KC_CLEANUP_OSSL(EC_POINT) EC_POINT *point = NULL;

	return group ? kc_curve_point(group, public_key, &point) : kc_crypto_failed();
}
