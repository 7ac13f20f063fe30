/* SPDX-License-Identifier: ISC */
/* Choosing the reader of a parameter, and what the readers share. */
#include "module/mechanism/params.h"

#include <string.h>

#include "module/session/module.h"

typedef CK_RV reader(
	const struct kc_mechanism *row, const CK_MECHANISM *asked, struct kc_params *params);

/* Those of derivation have none here. */
static reader *const readers[] = {
	[KC_PARAM_PSS] = kc_params_rsa_read_pss,
	[KC_PARAM_OAEP] = kc_params_rsa_read_oaep,
	[KC_PARAM_RSA_AES_WRAP] = kc_params_rsa_read_aes_wrap,
	[KC_PARAM_EDDSA] = kc_params_mac_read_eddsa,
	[KC_PARAM_MAC_LEN] = kc_params_mac_read_len,
	[KC_PARAM_MAC_IV] = kc_params_mac_read_iv,
	[KC_PARAM_IV] = kc_params_cipher_read_iv,
	[KC_PARAM_CTR] = kc_params_cipher_read_ctr,
	[KC_PARAM_GCM] = kc_params_aead_read_gcm,
	[KC_PARAM_CCM] = kc_params_aead_read_ccm,
	[KC_PARAM_WRAP_IV] = kc_params_cipher_read_wrap_iv,
	[KC_PARAM_CHACHA20] = kc_params_cipher_read_chacha20,
	[KC_PARAM_CHACHA20_POLY1305] = kc_params_aead_read_poly1305,
};

void kc_params_done(struct kc_params *params)
{
	kc_buf_done(&params->iv);
	kc_buf_done(&params->label);
	*params = (struct kc_params){0};
}

static CK_RV read_parameter(
	const struct kc_mechanism *row, const CK_MECHANISM *asked, struct kc_params *params)
{
	if (row->param == KC_PARAM_NONE)
		return CKR_OK;
	if ((size_t)row->param >= KC_COUNT_OF(readers) || !readers[row->param])
		return CKR_MECHANISM_INVALID;
	return readers[row->param](row, asked, params);
}

/* Signing with SHA-1 is held to the same rules when a parameter names it as when a row does. */
static CK_RV check_hash(struct kc_module *module, enum kc_hash hash, CK_FLAGS use)
{
	struct kc_token_status status;

	if (hash != KC_HASH_SHA1 || !(use & (CKF_SIGN | CKF_MESSAGE_SIGN)))
		return CKR_OK;
	kc_token_status(module, &status);
	return status.allows_legacy ? CKR_OK : CKR_MECHANISM_PARAM_INVALID;
}

CK_RV kc_params_of_sign(struct kc_module *module, const struct kc_mechanism *row,
	const CK_MECHANISM *asked, CK_FLAGS use, struct kc_params *ret)
{
	ret->sign.scheme = row->sign;
	ret->sign.hash = row->hash;
	/* The module hashes, but for the codes, where the hash is part of the scheme. */
	ret->sign.prehashed = row->hash != KC_HASH_NONE && row->sign != KC_SIGN_HMAC;
	KC_RV_TRY(read_parameter(row, asked, ret));
	return row->param == KC_PARAM_PSS ? check_hash(module, ret->sign.hash, use) : CKR_OK;
}

CK_RV kc_params_of_cipher(
	const struct kc_mechanism *row, const CK_MECHANISM *asked, struct kc_params *ret)
{
	ret->cipher.scheme = row->cipher;
	return read_parameter(row, asked, ret);
}

/* Ed25519 with a context, an empty one too, is another signature than without (RFC 8032, 5.1). */
CK_RV kc_params_check_key(const struct kc_params *params, uint32_t key_type)
{
	return params->sign.has_context && key_type == KC_KEY_ED25519 ? CKR_MECHANISM_PARAM_INVALID
								      : CKR_OK;
}

CK_RV kc_params_get_record(const CK_MECHANISM *asked, void *record, size_t size)
{
	if (!asked->pParameter || asked->ulParameterLen != size)
		return CKR_MECHANISM_PARAM_INVALID;
	memcpy(record, asked->pParameter, size);
	return CKR_OK;
}

CK_RV kc_params_hold(struct kc_buf *to, const void *data, CK_ULONG len, size_t least, size_t most,
	struct kc_bytes *ret)
{
	if (len < least || len > most || (!data && len))
		return CKR_MECHANISM_PARAM_INVALID;
	kc_buf_push(to, data, len);
	KC_RV_OF(kc_buf_check(to));
	*ret = kc_buf_bytes(to);
	return CKR_OK;
}

CK_RV kc_params_bytes_of_bits(CK_ULONG bits, size_t least, size_t most, unsigned *ret)
{
	if (bits % 8 != 0 || bits / 8 < least || bits / 8 > most)
		return CKR_MECHANISM_PARAM_INVALID;
	*ret = (unsigned)(bits / 8);
	return CKR_OK;
}

size_t kc_params_block_len(const struct kc_mechanism *row)
{
	return row->keys[0] == KC_SECRET_DES3 ? 8 : 16;
}
