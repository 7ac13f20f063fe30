/* SPDX-License-Identifier: ISC */
/* Parameters of ciphers with authentication: PKCS#11 3.1, 6.13.2 to 6.13.4 (GCM, CCM) and 6.62
 * (Poly1305).
 */
#include <string.h>

#include "module/mechanism/params.h"

#define POLY1305_NONCE 12
#define POLY1305_TAG 16

/* The record as it was first, without the length of the iv in bits. Callers of both are about. */
struct gcm_without_iv_bits {
	CK_BYTE_PTR pIv;
	CK_ULONG ulIvLen;
	CK_BYTE_PTR pAAD;
	CK_ULONG ulAADLen;
	CK_ULONG ulTagBits;
};

static CK_RV get_gcm(const CK_MECHANISM *asked, CK_GCM_PARAMS *ret)
{
	struct gcm_without_iv_bits first;

	if (asked->ulParameterLen != sizeof first)
		return kc_params_get_record(asked, ret, sizeof *ret);
	KC_RV_TRY(kc_params_get_record(asked, &first, sizeof first));
	*ret = (CK_GCM_PARAMS){
		.pIv = first.pIv,
		.ulIvLen = first.ulIvLen,
		.pAAD = first.pAAD,
		.ulAADLen = first.ulAADLen,
		.ulTagBits = first.ulTagBits,
	};
	return CKR_OK;
}

/* NIST SP 800-38D, 5.2.1.2: 96 to 128 bits, and for special uses 32 or 64. */
bool kc_params_aead_is_gcm_tag(CK_ULONG bits)
{
	return bits == 32 || bits == 64 || (bits % 8 == 0 && bits >= 96 && bits <= 128);
}

/* The iv's length in bits is not read: those who fill it in say the same twice, and many leave it
 * as 0. */
CK_RV kc_params_aead_read_gcm(
	const struct kc_mechanism *row, const CK_MECHANISM *asked, struct kc_params *params)
{
	CK_GCM_PARAMS gcm;

	(void)row;
	KC_RV_TRY(get_gcm(asked, &gcm));
	if (!kc_params_aead_is_gcm_tag(gcm.ulTagBits))
		return CKR_MECHANISM_PARAM_INVALID;
	params->cipher.tag_len = (unsigned)(gcm.ulTagBits / 8);
	KC_RV_TRY(kc_params_hold(
		&params->iv, gcm.pIv, gcm.ulIvLen, 1, KC_PARAMS_IV_MAX, &params->cipher.iv));
	return kc_params_hold(&params->label, gcm.pAAD, gcm.ulAADLen, 0, KC_PARAMS_LABEL_MAX,
		&params->cipher.label);
}

/* NIST SP 800-38C, A.1: a nonce of 7 to 13 bytes leaves the others of 15 for the length; the tag is
 * an even number from 4 to 16. */
bool kc_params_aead_is_ccm(CK_ULONG nonce_len, CK_ULONG tag_len, CK_ULONG data_len)
{
	if (nonce_len < 7 || nonce_len > 13 || tag_len < 4 || tag_len > 16 || tag_len % 2 != 0)
		return false;
	return 15 - nonce_len >= sizeof data_len || data_len >> 8 * (15 - nonce_len) == 0;
}

CK_RV kc_params_aead_read_ccm(
	const struct kc_mechanism *row, const CK_MECHANISM *asked, struct kc_params *params)
{
	CK_CCM_PARAMS ccm;

	(void)row;
	KC_RV_TRY(kc_params_get_record(asked, &ccm, sizeof ccm));
	if (!kc_params_aead_is_ccm(ccm.ulNonceLen, ccm.ulMACLen, ccm.ulDataLen))
		return CKR_MECHANISM_PARAM_INVALID;
	params->cipher.tag_len = (unsigned)ccm.ulMACLen;
	params->has_data_len = true;
	params->data_len = ccm.ulDataLen;
	KC_RV_TRY(
		kc_params_hold(&params->iv, ccm.pNonce, ccm.ulNonceLen, 7, 13, &params->cipher.iv));
	return kc_params_hold(&params->label, ccm.pAAD, ccm.ulAADLen, 0, KC_PARAMS_LABEL_MAX,
		&params->cipher.label);
}

CK_RV kc_params_aead_read_poly1305(
	const struct kc_mechanism *row, const CK_MECHANISM *asked, struct kc_params *params)
{
	CK_SALSA20_CHACHA20_POLY1305_PARAMS poly;

	(void)row;
	KC_RV_TRY(kc_params_get_record(asked, &poly, sizeof poly));
	params->cipher.tag_len = POLY1305_TAG;
	KC_RV_TRY(kc_params_hold(&params->iv, poly.pNonce, poly.ulNonceLen, POLY1305_NONCE,
		POLY1305_NONCE, &params->cipher.iv));
	return kc_params_hold(&params->label, poly.pAAD, poly.ulAADLen, 0, KC_PARAMS_LABEL_MAX,
		&params->cipher.label);
}
