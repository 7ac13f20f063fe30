/* SPDX-License-Identifier: ISC */
/* scalar, scalar · G, and the two in a row. */
#include "crypto/scalar_key.h"

#include "crypto/curve.h"

#define SCALAR_LEN 32

kc_err kc_scalar_key_make(struct kc_bytes bytes, struct kc_secret *ret)
{
	KC_CLEANUP_OSSL(EC_GROUP) EC_GROUP *group = kc_curve_new(256);
	KC_CLEANUP_OSSL(BIGNUM) BIGNUM *scalar = NULL;
	KC_CLEANUP_OSSL(EC_POINT) EC_POINT *point = NULL;
	KC_CLEANUP_BUF struct kc_buf stored = KC_BUF_INIT;
	uint8_t *out;

	if (!group)
		return kc_crypto_failed();
	KC_TRY(kc_curve_scalar(group, bytes, &scalar));
	KC_TRY(kc_curve_mul(group, scalar, NULL, &point));
	KC_TRY(kc_curve_encode(group, point, &stored));
	out = kc_buf_extend(&stored, SCALAR_LEN);
	if (!out)
		return kc_buf_check(&stored);
	if (BN_bn2binpad(scalar, out, SCALAR_LEN) != SCALAR_LEN)
		return kc_crypto_failed();
	return kc_secret_set(ret, kc_buf_bytes(&stored));
}
