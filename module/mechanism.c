/* SPDX-License-Identifier: ISC */
/* The table of mechanisms. */
#include "module/mechanism.h"

#include <string.h>

/* What CK_MECHANISM_INFO says besides sizes, by use and by key type. Nothing is done in hardware.
 */
#define FLAGS_DIGEST CKF_DIGEST
#define FLAGS_SIGN (CKF_SIGN | CKF_VERIFY)
#define FLAGS_GENERATE CKF_GENERATE_KEY_PAIR
#define FLAGS_NONE 0
#define FLAGS_RSA 0
#define FLAGS_EC (CKF_EC_F_P | CKF_EC_NAMEDCURVE | CKF_EC_UNCOMPRESS)
#define FLAGS_ED25519 CKF_EC_NAMEDCURVE

/* A digest has no key and no scheme: 0 is never read there. */
#define KC_KEY_NONE 0
#define KC_SIGN_NONE 0

static const struct kc_mechanism rows[] = {
#define KC_MECHANISM(name, use, least, most, key, scheme, hash, param)                 \
	{CKM_##name, KC_USE_##use, {least, most, FLAGS_##use | FLAGS_##key},           \
		(enum kc_key_type)KC_KEY_##key, (enum kc_sign_scheme)KC_SIGN_##scheme, \
		KC_HASH_##hash, KC_PARAM_##param},
#include "module/mechanisms.def"
#undef KC_MECHANISM
};

/* Mask generation functions of PSS, PKCS#11 3.1 6.1.10. */
static const struct {
	CK_RSA_PKCS_MGF_TYPE type;
	enum kc_hash hash;
} mgfs[] = {
	{CKG_MGF1_SHA1, KC_HASH_SHA1},
	{CKG_MGF1_SHA224, KC_HASH_SHA224},
	{CKG_MGF1_SHA256, KC_HASH_SHA256},
	{CKG_MGF1_SHA384, KC_HASH_SHA384},
	{CKG_MGF1_SHA512, KC_HASH_SHA512},
};

const struct kc_mechanism *kc_mechanism_rows(size_t *ret_count)
{
	*ret_count = KC_COUNT_OF(rows);
	return rows;
}

CK_RV kc_mechanism_find(CK_MECHANISM_TYPE type, const struct kc_mechanism **ret)
{
	for (size_t i = 0; i < KC_COUNT_OF(rows); i++) {
		if (rows[i].type == type) {
			*ret = &rows[i];
			return CKR_OK;
		}
	}
	return CKR_MECHANISM_INVALID;
}

static enum kc_hash hash_of_mechanism(CK_MECHANISM_TYPE type)
{
	const struct kc_mechanism *row;

	if (kc_mechanism_find(type, &row) != CKR_OK || row->use != KC_USE_DIGEST)
		return KC_HASH_NONE;
	return row->hash;
}

static enum kc_hash hash_of_mgf(CK_RSA_PKCS_MGF_TYPE type)
{
	for (size_t i = 0; i < KC_COUNT_OF(mgfs); i++)
		if (mgfs[i].type == type)
			return mgfs[i].hash;
	return KC_HASH_NONE;
}

static CK_RV parse_pss(
	const struct kc_mechanism *row, const CK_MECHANISM *asked, struct kc_sign_params *params)
{
	CK_RSA_PKCS_PSS_PARAMS pss;

	if (!asked->pParameter || asked->ulParameterLen != sizeof pss)
		return CKR_MECHANISM_PARAM_INVALID;
	memcpy(&pss, asked->pParameter, sizeof pss);
	params->hash = hash_of_mechanism(pss.hashAlg);
	params->mgf_hash = hash_of_mgf(pss.mgf);
	if (params->hash == KC_HASH_NONE || params->mgf_hash == KC_HASH_NONE)
		return CKR_MECHANISM_PARAM_INVALID;
	if (row->hash != KC_HASH_NONE && row->hash != params->hash)
		return CKR_MECHANISM_PARAM_INVALID;
	if (pss.sLen > row->info.ulMaxKeySize / 8)
		return CKR_MECHANISM_PARAM_INVALID;
	params->salt_len = (unsigned)pss.sLen;
	params->prehashed = true;
	return CKR_OK;
}

CK_RV kc_mechanism_parse(const CK_MECHANISM *asked, enum kc_mechanism_use use,
	const struct kc_mechanism **ret, struct kc_sign_params *ret_params)
{
	const struct kc_mechanism *row;
	struct kc_sign_params params = {0};

	if (!asked)
		return CKR_ARGUMENTS_BAD;
	KC_RV_TRY(kc_mechanism_find(asked->mechanism, &row));
	if (row->use != use)
		return CKR_MECHANISM_INVALID;
	params.scheme = row->scheme;
	params.hash = row->hash;
	params.prehashed = row->hash != KC_HASH_NONE;
	if (row->param == KC_PARAM_PSS)
		KC_RV_TRY(parse_pss(row, asked, &params));
	else if (asked->ulParameterLen != 0)
		return CKR_MECHANISM_PARAM_INVALID;
	*ret = row;
	*ret_params = params;
	return CKR_OK;
}
