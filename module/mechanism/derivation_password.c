/* SPDX-License-Identifier: ISC */
/* The records of PBKDF2: PKCS#11 3.1, 6.33. */
#include "module/mechanism/derivation.h"
#include "module/mechanism/params.h"
#include "module/form/peek.h"

/* clang-format off */
static const struct {
	CK_ULONG prf;
	enum kc_hash hash;
} password_prfs[] = {
	{CKP_PKCS5_PBKD2_HMAC_SHA1,       KC_HASH_SHA1},
	{CKP_PKCS5_PBKD2_HMAC_SHA224,     KC_HASH_SHA224},
	{CKP_PKCS5_PBKD2_HMAC_SHA256,     KC_HASH_SHA256},
	{CKP_PKCS5_PBKD2_HMAC_SHA384,     KC_HASH_SHA384},
	{CKP_PKCS5_PBKD2_HMAC_SHA512,     KC_HASH_SHA512},
	{CKP_PKCS5_PBKD2_HMAC_SHA512_224, KC_HASH_SHA512_224},
	{CKP_PKCS5_PBKD2_HMAC_SHA512_256, KC_HASH_SHA512_256},
};
/* clang-format on */

/*
 * The last member is the password's length (3.0: CK_PKCS5_PBKD2_PARAMS2) or points to it (2.40:
 * CK_PKCS5_PBKD2_PARAMS), and the records are equally long. No page below PASSWORD_MOST is ever
 * mapped, so what is smaller is a length, and no password is longer. What is neither a length nor
 * the address of one is looked at through the kernel, which says so instead of ending the process.
 */
#define PASSWORD_MOST 4096

static CK_RV password_len(CK_ULONG number, CK_ULONG *ret)
{
	CK_ULONG len = number;

	if (number >= PASSWORD_MOST)
		KC_RV_TRY(kc_peek(number, &len, sizeof len));
	if (len >= PASSWORD_MOST)
		return CKR_MECHANISM_PARAM_INVALID;
	*ret = len;
	return CKR_OK;
}

static CK_RV find_password_prf(CK_ULONG prf, enum kc_hash *ret)
{
	for (size_t i = 0; i < KC_COUNT_OF(password_prfs); i++) {
		if (password_prfs[i].prf == prf) {
			*ret = password_prfs[i].hash;
			return CKR_OK;
		}
	}
	return CKR_MECHANISM_PARAM_INVALID;
}

CK_RV kc_derivation_read_password(const CK_MECHANISM *asked, struct kc_derivation *ret)
{
	struct kc_derive_params *params = &ret->params;
	CK_PKCS5_PBKD2_PARAMS2 record;
	CK_ULONG len;

	_Static_assert(sizeof(CK_PKCS5_PBKD2_PARAMS) == sizeof record, "the two are told apart");
	KC_RV_TRY(kc_params_get_record(asked, &record, sizeof record));
	params->scheme = KC_DERIVE_PBKDF2;
	KC_RV_TRY(find_password_prf(record.prf, &params->hash));
	if (record.saltSource != CKZ_SALT_SPECIFIED || record.iterations == 0 ||
		record.ulPrfDataLen != 0)
		return CKR_MECHANISM_PARAM_INVALID;
	params->number = record.iterations;
	KC_RV_TRY(kc_derivation_view(
		record.pSaltSourceData, record.ulSaltSourceDataLen, &params->salt));
	KC_RV_TRY(password_len(record.ulPasswordLen, &len));
	return kc_derivation_view(record.pPassword, len, &params->password);
}
