/* SPDX-License-Identifier: ISC */
/* Parameters of ciphers without authentication: PKCS#11 3.1, 6.13 (AES) and 6.60 (ChaCha20). */
#include <string.h>

#include "module/mechanism/params.h"

CK_RV kc_params_cipher_read_iv(
	const struct kc_mechanism *row, const CK_MECHANISM *asked, struct kc_params *params)
{
	size_t block = kc_params_block_len(row);

	return kc_params_hold(&params->iv, asked->pParameter, asked->ulParameterLen, block, block,
		&params->cipher.iv);
}

CK_RV kc_params_cipher_read_ctr(
	const struct kc_mechanism *row, const CK_MECHANISM *asked, struct kc_params *params)
{
	CK_AES_CTR_PARAMS ctr;

	(void)row;
	KC_RV_TRY(kc_params_get_record(asked, &ctr, sizeof ctr));
	if (ctr.ulCounterBits < 1 || ctr.ulCounterBits > 128)
		return CKR_MECHANISM_PARAM_INVALID;
	params->cipher.counter_bits = (unsigned)ctr.ulCounterBits;
	return kc_params_hold(&params->iv, ctr.cb, sizeof ctr.cb, sizeof ctr.cb, sizeof ctr.cb,
		&params->cipher.iv);
}

/* The initial value of RFC 3394, or of RFC 5649; none is the standard one. */
CK_RV kc_params_cipher_read_wrap_iv(
	const struct kc_mechanism *row, const CK_MECHANISM *asked, struct kc_params *params)
{
	size_t len = row->cipher == KC_CIPHER_KW ? 8 : 4;

	if (asked->ulParameterLen == 0)
		return CKR_OK;
	return kc_params_hold(&params->iv, asked->pParameter, asked->ulParameterLen, len, len,
		&params->cipher.iv);
}

/* The counter is a number of 32 bits beside a nonce of 96, or of 64 beside one of 64, its least
 * byte first as in the cipher's own block. */
CK_RV kc_params_cipher_read_chacha20(
	const struct kc_mechanism *row, const CK_MECHANISM *asked, struct kc_params *params)
{
	CK_CHACHA20_PARAMS chacha;
	const uint8_t *counter;
	unsigned len;

	(void)row;
	KC_RV_TRY(kc_params_get_record(asked, &chacha, sizeof chacha));
	if (!chacha.pBlockCounter)
		return CKR_MECHANISM_PARAM_INVALID;
	if (!(chacha.blockCounterBits == 32 && chacha.ulNonceBits == 96) &&
		!(chacha.blockCounterBits == 64 && chacha.ulNonceBits == 64))
		return CKR_MECHANISM_PARAM_INVALID;
	counter = chacha.pBlockCounter;
	for (size_t i = chacha.blockCounterBits / 8; i-- > 0;)
		params->cipher.counter = params->cipher.counter << 8 | counter[i];
	KC_RV_TRY(kc_params_bytes_of_bits(chacha.ulNonceBits, 8, 12, &len));
	return kc_params_hold(&params->iv, chacha.pNonce, len, len, len, &params->cipher.iv);
}
