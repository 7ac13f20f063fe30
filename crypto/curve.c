/* SPDX-License-Identifier: ISC */
/* Points and scalars, on EC_POINT and BIGNUM. */
#include "crypto/curve.h"

#include <openssl/obj_mac.h>

EC_GROUP *kc_curve_new(unsigned bits)
{
	return EC_GROUP_new_by_curve_name_ex(kc_crypto_library()->context, NULL,
		bits == 256 ? NID_X9_62_prime256v1 : NID_secp384r1);
}

size_t kc_curve_len(const EC_GROUP *group)
{
	return ((size_t)EC_GROUP_order_bits(group) + 7) / 8;
}

kc_err kc_curve_scalar(const EC_GROUP *group, struct kc_bytes bytes, BIGNUM **ret)
{
	KC_CLEANUP_OSSL(BN_CTX) BN_CTX *ctx = BN_CTX_secure_new();
	KC_CLEANUP_OSSL(BIGNUM) BIGNUM *wide = BN_secure_new();
	KC_CLEANUP_OSSL(BIGNUM) BIGNUM *scalar = BN_secure_new();
	KC_CLEANUP_OSSL(BIGNUM) BIGNUM *below = BN_dup(EC_GROUP_get0_order(group));

	if (!ctx || !wide || !scalar || !below || !BN_bin2bn(bytes.data, (int)bytes.len, wide) ||
		!BN_sub_word(below, 1))
		return kc_crypto_failed();
	BN_set_flags(wide, BN_FLG_CONSTTIME);
	BN_set_flags(scalar, BN_FLG_CONSTTIME);
	if (!BN_mod(scalar, wide, below, ctx) || !BN_add_word(scalar, 1))
		return kc_crypto_failed();
	*ret = scalar;
	scalar = NULL;
	return KC_OK;
}

kc_err kc_curve_point(const EC_GROUP *group, struct kc_bytes bytes, EC_POINT **ret)
{
	KC_CLEANUP_OSSL(EC_POINT) EC_POINT *point = EC_POINT_new(group);

	if (!point)
		return kc_crypto_failed();
	/* The library would take compressed and hybrid forms and infinity too. */
	if (bytes.len != 1 + 2 * kc_curve_len(group) || bytes.data[0] != 0x04 ||
		EC_POINT_oct2point(group, point, bytes.data, bytes.len, NULL) != 1 ||
		EC_POINT_is_at_infinity(group, point)) {
		kc_crypto_forget_errors();
		return KC_ERR(DECODE);
	}
	*ret = point;
	point = NULL;
	return KC_OK;
}

kc_err kc_curve_mul(
	const EC_GROUP *group, const BIGNUM *scalar, const EC_POINT *point, EC_POINT **ret)
{
	KC_CLEANUP_OSSL(BN_CTX) BN_CTX *ctx = BN_CTX_secure_new();
	KC_CLEANUP_OSSL(EC_POINT) EC_POINT *product = EC_POINT_new(group);
	int done;

	if (!ctx || !product)
		return kc_crypto_failed();
	done = point ? EC_POINT_mul(group, product, NULL, point, scalar, ctx)
		     : EC_POINT_mul(group, product, scalar, NULL, NULL, ctx);
	if (done != 1)
		return kc_crypto_failed();
	*ret = product;
	product = NULL;
	return KC_OK;
}

kc_err kc_curve_encode(const EC_GROUP *group, const EC_POINT *point, struct kc_buf *ret)
{
	size_t len = 1 + 2 * kc_curve_len(group);
	uint8_t *out;

	if (EC_POINT_is_at_infinity(group, point))
		return KC_ERR(DECODE);
	out = kc_buf_extend(ret, len);
	if (!out)
		return kc_buf_check(ret);
	if (EC_POINT_point2oct(group, point, POINT_CONVERSION_UNCOMPRESSED, out, len, NULL) != len)
		return kc_crypto_failed();
	return KC_OK;
}
