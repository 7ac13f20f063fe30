/* SPDX-License-Identifier: ISC */
/* Parameters of codes and of EdDSA: PKCS#11 3.1, 6.3 (EdDSA), 6.13 (GMAC), and the
 * CK_MAC_GENERAL_PARAMS of many. */
#include "module/form/hasher.h"
#include "module/mechanism/params.h"

/* The record says that it is Ed25519ctx, Ed25519ph, Ed448 or Ed448ph. Of them there is Ed448
 * without a context, which is also what no record says: OpenSSL 3.0 has no others. */
CK_RV kc_params_mac_read_eddsa(
	const struct kc_mechanism *row, const CK_MECHANISM *asked, struct kc_params *params)
{
	CK_EDDSA_PARAMS eddsa;

	(void)row;
	if (asked->ulParameterLen == 0)
		return CKR_OK;
	KC_RV_TRY(kc_params_get_record(asked, &eddsa, sizeof eddsa));
	if (eddsa.phFlag != CK_FALSE || eddsa.ulContextDataLen != 0)
		return CKR_MECHANISM_PARAM_INVALID;
	params->sign.has_context = true;
	return CKR_OK;
}

CK_RV kc_params_mac_read_len(
	const struct kc_mechanism *row, const CK_MECHANISM *asked, struct kc_params *params)
{
	CK_MAC_GENERAL_PARAMS len;
	size_t whole =
		row->hash != KC_HASH_NONE ? kc_hasher_len(row->hash) : kc_params_block_len(row);

	KC_RV_TRY(kc_params_get_record(asked, &len, sizeof len));
	if (len < 1 || len > whole)
		return CKR_MECHANISM_PARAM_INVALID;
	params->sign.mac_len = (unsigned)len;
	return CKR_OK;
}

CK_RV kc_params_mac_read_iv(
	const struct kc_mechanism *row, const CK_MECHANISM *asked, struct kc_params *params)
{
	(void)row;
	return kc_params_hold(&params->iv, asked->pParameter, asked->ulParameterLen, 1,
		KC_PARAMS_IV_MAX, &params->sign.context);
}
