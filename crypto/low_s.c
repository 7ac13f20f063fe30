/* SPDX-License-Identifier: ISC */
/* The smaller s. Signatures are public, so nothing here needs constant time. */
#include "crypto/low_s.h"

#include "crypto/curve.h"

/* s, order − s, and whether the second is the smaller one. */
static kc_err compare(unsigned bits, const uint8_t *s, BIGNUM **ret_other, bool *ret_high)
{
	KC_CLEANUP_OSSL(EC_GROUP) EC_GROUP *group = kc_curve_new(bits);
	KC_CLEANUP_OSSL(BIGNUM) BIGNUM *number = BN_bin2bn(s, (int)(bits / 8), NULL);
	KC_CLEANUP_OSSL(BIGNUM) BIGNUM *other = BN_new();

	if (!group || !number || !other || !BN_sub(other, EC_GROUP_get0_order(group), number))
		return kc_crypto_failed();
	*ret_high = BN_cmp(number, other) > 0;
	*ret_other = other;
	other = NULL;
	return KC_OK;
}

kc_err kc_low_s_set(unsigned bits, uint8_t *signature)
{
	size_t len = bits / 8;
	KC_CLEANUP_OSSL(BIGNUM) BIGNUM *other = NULL;
	bool high = false;

	KC_TRY(compare(bits, signature + len, &other, &high));
	if (high && BN_bn2binpad(other, signature + len, (int)len) != (int)len)
		return kc_crypto_failed();
	return KC_OK;
}

kc_err kc_low_s_check(unsigned bits, struct kc_bytes signature)
{
	size_t len = bits / 8;
	KC_CLEANUP_OSSL(BIGNUM) BIGNUM *other = NULL;
	bool high = false;

	if (signature.len != 2 * len)
		return KC_ERR(DATA_LEN);
	KC_TRY(compare(bits, signature.data + len, &other, &high));
	return high ? KC_ERR(VERIFY) : KC_OK;
}
