/* SPDX-License-Identifier: ISC */
/* Parameters of RSA: PKCS#11 3.1, 6.1.7 (OAEP), 6.1.9 (PSS), 6.1.24 (AES key wrap). */
#include "module/mechanism/params.h"

/* OAEP's label is given in the record, or there is none and nothing is said. */
#define SOURCE_NONE 0

/* Mask generation functions, PKCS#11 3.1 6.1.7. */
static const struct {
	CK_RSA_PKCS_MGF_TYPE type;
	enum kc_hash hash;
} mgfs[] = {
	{CKG_MGF1_SHA1, KC_HASH_SHA1},
	{CKG_MGF1_SHA224, KC_HASH_SHA224},
	{CKG_MGF1_SHA256, KC_HASH_SHA256},
	{CKG_MGF1_SHA384, KC_HASH_SHA384},
	{CKG_MGF1_SHA512, KC_HASH_SHA512},
	{CKG_MGF1_SHA3_224, KC_HASH_SHA3_224},
	{CKG_MGF1_SHA3_256, KC_HASH_SHA3_256},
	{CKG_MGF1_SHA3_384, KC_HASH_SHA3_384},
	{CKG_MGF1_SHA3_512, KC_HASH_SHA3_512},
};

static enum kc_hash hash_of_mgf(CK_RSA_PKCS_MGF_TYPE type)
{
	for (size_t i = 0; i < KC_COUNT_OF(mgfs); i++)
		if (mgfs[i].type == type)
			return mgfs[i].hash;
	return KC_HASH_NONE;
}

static CK_RV read_hashes(CK_MECHANISM_TYPE hash, CK_RSA_PKCS_MGF_TYPE mgf, enum kc_hash *ret_hash,
	enum kc_hash *ret_mgf_hash)
{
	*ret_hash = kc_mechanism_hash(hash);
	*ret_mgf_hash = hash_of_mgf(mgf);
	return *ret_hash == KC_HASH_NONE || *ret_mgf_hash == KC_HASH_NONE
		       ? CKR_MECHANISM_PARAM_INVALID
		       : CKR_OK;
}

CK_RV kc_params_rsa_read_pss(
	const struct kc_mechanism *row, const CK_MECHANISM *asked, struct kc_params *params)
{
	CK_RSA_PKCS_PSS_PARAMS pss;

	KC_RV_TRY(kc_params_get_record(asked, &pss, sizeof pss));
	KC_RV_TRY(read_hashes(pss.hashAlg, pss.mgf, &params->sign.hash, &params->sign.mgf_hash));
	if (row->hash != KC_HASH_NONE && row->hash != params->sign.hash)
		return CKR_MECHANISM_PARAM_INVALID;
	if (pss.sLen > row->info.ulMaxKeySize / 8)
		return CKR_MECHANISM_PARAM_INVALID;
	params->sign.salt_len = (unsigned)pss.sLen;
	params->sign.prehashed = true;
	return CKR_OK;
}

static CK_RV read_oaep(const CK_RSA_PKCS_OAEP_PARAMS *oaep, struct kc_params *params)
{
	KC_RV_TRY(read_hashes(
		oaep->hashAlg, oaep->mgf, &params->cipher.hash, &params->cipher.mgf_hash));
	if (oaep->source != CKZ_DATA_SPECIFIED &&
		(oaep->source != SOURCE_NONE || oaep->ulSourceDataLen != 0))
		return CKR_MECHANISM_PARAM_INVALID;
	return kc_params_hold(&params->label, oaep->pSourceData, oaep->ulSourceDataLen, 0,
		KC_PARAMS_LABEL_MAX, &params->cipher.label);
}

CK_RV kc_params_rsa_read_oaep(
	const struct kc_mechanism *row, const CK_MECHANISM *asked, struct kc_params *params)
{
	CK_RSA_PKCS_OAEP_PARAMS oaep;

	(void)row;
	KC_RV_TRY(kc_params_get_record(asked, &oaep, sizeof oaep));
	return read_oaep(&oaep, params);
}

CK_RV kc_params_rsa_read_aes_wrap(
	const struct kc_mechanism *row, const CK_MECHANISM *asked, struct kc_params *params)
{
	CK_RSA_AES_KEY_WRAP_PARAMS wrap;

	(void)row;
	KC_RV_TRY(kc_params_get_record(asked, &wrap, sizeof wrap));
	if (!wrap.pOAEPParams)
		return CKR_MECHANISM_PARAM_INVALID;
	if (wrap.ulAESKeyBits != 128 && wrap.ulAESKeyBits != 192 && wrap.ulAESKeyBits != 256)
		return CKR_MECHANISM_PARAM_INVALID;
	params->cipher.aes_bits = (unsigned)wrap.ulAESKeyBits;
	return read_oaep(wrap.pOAEPParams, params);
}
