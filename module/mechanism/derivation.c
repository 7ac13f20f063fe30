/* SPDX-License-Identifier: ISC */
/* Reading the records of C_DeriveKey. */
#include "module/mechanism/derivation.h"

#include <string.h>

#include "module/form/hasher.h"
#include "module/form/keyform.h"
#include "module/mechanism/params.h"

void kc_derivation_done(struct kc_derivation *derivation)
{
	kc_buf_done(&derivation->made);
	kc_mem_wipe(derivation, sizeof *derivation);
}

/* More than any parameter needs: a greater length is a mistake, and is not read. */
#define MOST_BYTES ((CK_ULONG)1 << 20)

CK_RV kc_derivation_view(const void *data, CK_ULONG len, struct kc_bytes *ret)
{
	if ((!data && len) || len > MOST_BYTES)
		return CKR_MECHANISM_PARAM_INVALID;
	*ret = kc_bytes(data, len);
	return CKR_OK;
}

/* --- agreement ----------------------------------------------------------------------------------
 */

/* Key derivation functions after an agreement. */
/* clang-format off */
static const struct {
	CK_ULONG kdf;
	enum kc_hash hash;
	bool one_step;
} kdfs[] = {
	{CKD_NULL,               KC_HASH_NONE,      false},
	{CKD_SHA1_KDF,           KC_HASH_SHA1,      false},
	{CKD_SHA224_KDF,         KC_HASH_SHA224,    false},
	{CKD_SHA256_KDF,         KC_HASH_SHA256,    false},
	{CKD_SHA384_KDF,         KC_HASH_SHA384,    false},
	{CKD_SHA512_KDF,         KC_HASH_SHA512,    false},
	{CKD_SHA3_224_KDF,       KC_HASH_SHA3_224,  false},
	{CKD_SHA3_256_KDF,       KC_HASH_SHA3_256,  false},
	{CKD_SHA3_384_KDF,       KC_HASH_SHA3_384,  false},
	{CKD_SHA3_512_KDF,       KC_HASH_SHA3_512,  false},
	{CKD_SHA1_KDF_SP800,     KC_HASH_SHA1,      true},
	{CKD_SHA224_KDF_SP800,   KC_HASH_SHA224,    true},
	{CKD_SHA256_KDF_SP800,   KC_HASH_SHA256,    true},
	{CKD_SHA384_KDF_SP800,   KC_HASH_SHA384,    true},
	{CKD_SHA512_KDF_SP800,   KC_HASH_SHA512,    true},
	{CKD_SHA3_224_KDF_SP800, KC_HASH_SHA3_224,  true},
	{CKD_SHA3_256_KDF_SP800, KC_HASH_SHA3_256,  true},
	{CKD_SHA3_384_KDF_SP800, KC_HASH_SHA3_384,  true},
	{CKD_SHA3_512_KDF_SP800, KC_HASH_SHA3_512,  true},
};
/* clang-format on */

static CK_RV choose_kdf(CK_ULONG kdf, struct kc_derive_params *params)
{
	for (size_t i = 0; i < KC_COUNT_OF(kdfs); i++) {
		if (kdfs[i].kdf != kdf)
			continue;
		params->hash = kdfs[i].hash;
		if (kdfs[i].one_step)
			params->scheme = KC_DERIVE_AGREE_ONE_STEP;
		return CKR_OK;
	}
	return CKR_MECHANISM_PARAM_INVALID;
}

/* What two keys of a curve agree on is as long as a number of its field. */
static CK_RV read_ecdh(
	const CK_MECHANISM *asked, const struct kc_object *base, struct kc_derivation *ret)
{
	const struct kc_curve *curve = kc_keyform_curve(base->key_type, base->key_bits);
	struct kc_derive_params *params = &ret->params;
	CK_ECDH1_DERIVE_PARAMS ecdh;
	struct kc_bytes peer;

	if (!curve)
		return CKR_KEY_TYPE_INCONSISTENT;
	KC_RV_TRY(kc_params_get_record(asked, &ecdh, sizeof ecdh));
	KC_RV_TRY(choose_kdf(ecdh.kdf, params));
	KC_RV_TRY(kc_derivation_view(ecdh.shared_data, ecdh.shared_data_len, &params->data));
	KC_RV_TRY(kc_derivation_view(ecdh.public_data, ecdh.public_data_len, &peer));
	if (params->hash == KC_HASH_NONE && params->data.len)
		return CKR_MECHANISM_PARAM_INVALID;
	if (kc_keyform_get_point(peer, curve, &params->peer) != CKR_OK)
		return CKR_MECHANISM_PARAM_INVALID;
	ret->natural_len = params->hash == KC_HASH_NONE ? curve->scalar_len : 0;
	ret->most_len = ret->natural_len;
	ret->gives_end = true;
	return CKR_OK;
}

/* --- HKDF ---------------------------------------------------------------------------------------
 */

static CK_RV read_salt(const CK_HKDF_PARAMS *hkdf, struct kc_derivation *ret)
{
	if (!hkdf->bExtract)
		return CKR_OK;
	switch (hkdf->ulSaltType) {
	case CKF_HKDF_SALT_NULL:
		return CKR_OK;
	case CKF_HKDF_SALT_DATA:
		return kc_derivation_view(hkdf->pSalt, hkdf->ulSaltLen, &ret->params.salt);
	case CKF_HKDF_SALT_KEY:
		ret->has_other = true;
		ret->other = hkdf->hSaltKey;
		return CKR_OK;
	}
	return CKR_MECHANISM_PARAM_INVALID;
}

#define HKDF_MOST_BLOCKS 255 /* RFC 5869, 2.3 */

static CK_RV read_hkdf(const CK_MECHANISM *asked, struct kc_derivation *ret)
{
	CK_HKDF_PARAMS hkdf;
	size_t hash_len;

	KC_RV_TRY(kc_params_get_record(asked, &hkdf, sizeof hkdf));
	ret->params.extract = hkdf.bExtract != CK_FALSE;
	ret->params.expand = hkdf.bExpand != CK_FALSE;
	ret->params.hash = kc_mechanism_hash(hkdf.prfHashMechanism);
	if ((!hkdf.bExtract && !hkdf.bExpand) || ret->params.hash == KC_HASH_NONE)
		return CKR_MECHANISM_PARAM_INVALID;
	KC_RV_TRY(read_salt(&hkdf, ret));
	if (hkdf.bExpand)
		KC_RV_TRY(kc_derivation_view(hkdf.pInfo, hkdf.ulInfoLen, &ret->params.data));
	hash_len = kc_hasher_len(ret->params.hash);
	ret->natural_len = hkdf.bExpand ? 0 : hash_len;
	ret->most_len = hkdf.bExpand ? HKDF_MOST_BLOCKS * hash_len : hash_len;
	return CKR_OK;
}

/* --- the simple ones ----------------------------------------------------------------------------
 */

static CK_RV read_other(const CK_MECHANISM *asked, struct kc_derivation *ret)
{
	KC_RV_TRY(kc_params_get_record(asked, &ret->other, sizeof ret->other));
	ret->has_other = true;
	return CKR_OK;
}

static CK_RV read_string(const CK_MECHANISM *asked, struct kc_derivation *ret)
{
	CK_KEY_DERIVATION_STRING_DATA string;

	KC_RV_TRY(kc_params_get_record(asked, &string, sizeof string));
	return kc_derivation_view(string.string_data, string.string_data_len, &ret->params.data);
}

static CK_RV read_extract(
	const CK_MECHANISM *asked, const struct kc_object *base, struct kc_derivation *ret)
{
	CK_EXTRACT_PARAMS first;

	KC_RV_TRY(kc_params_get_record(asked, &first, sizeof first));
	if (first >= base->key_bits)
		return CKR_MECHANISM_PARAM_INVALID;
	ret->params.number = first;
	ret->most_len = base->key_bits / 8;
	return CKR_OK;
}

/* The iv is kept in made: the record is a copy that ends with this function. */
static CK_RV read_iv_string(
	const struct kc_mechanism *row, const CK_MECHANISM *asked, struct kc_derivation *ret)
{
	CK_AES_CBC_ENCRYPT_DATA_PARAMS aes;
	CK_DES_CBC_ENCRYPT_DATA_PARAMS des;

	if (row->keys[0] == KC_SECRET_AES) {
		KC_RV_TRY(kc_params_get_record(asked, &aes, sizeof aes));
		kc_buf_push(&ret->made, aes.iv, sizeof aes.iv);
		KC_RV_TRY(kc_derivation_view(aes.data_params, aes.length, &ret->params.data));
	} else {
		KC_RV_TRY(kc_params_get_record(asked, &des, sizeof des));
		kc_buf_push(&ret->made, des.iv, sizeof des.iv);
		KC_RV_TRY(kc_derivation_view(des.data_params, des.length, &ret->params.data));
	}
	KC_RV_OF(kc_buf_check(&ret->made));
	ret->params.cipher.iv = kc_buf_bytes(&ret->made);
	return CKR_OK;
}

/* What comes out of the schemes that only move bytes. */
static CK_RV measure(
	const struct kc_mechanism *row, const struct kc_object *base, struct kc_derivation *ret)
{
	size_t base_len = base->key_bits / 8, data_len = ret->params.data.len;
	size_t len = ret->natural_len;
	bool is_cipher = row->derive == KC_DERIVE_ENCRYPT;

	if (row->derive == KC_DERIVE_HASH)
		len = kc_hasher_len(row->hash);
	else if (row->derive == KC_DERIVE_CONCATENATE_AFTER ||
		 row->derive == KC_DERIVE_CONCATENATE_BEFORE)
		len = base_len + data_len;
	else if (row->derive == KC_DERIVE_XOR)
		len = data_len < base_len ? data_len : base_len;
	else if (is_cipher)
		len = data_len;
	else
		return CKR_OK;
	if (is_cipher && (len == 0 || len % (row->keys[0] == KC_SECRET_AES ? 16 : 8)))
		return CKR_MECHANISM_PARAM_INVALID;
	ret->natural_len = len;
	ret->most_len = len;
	return len == 0 ? CKR_MECHANISM_PARAM_INVALID : CKR_OK;
}

CK_RV kc_derivation_read(const struct kc_mechanism *row, const CK_MECHANISM *asked,
	const struct kc_object *base, struct kc_derivation *ret)
{
	CK_RV rv = CKR_OK;

	ret->params.scheme = row->derive;
	ret->params.hash = row->hash;
	ret->params.cipher.scheme = row->cipher;
	if (row->param == KC_PARAM_ECDH)
		rv = read_ecdh(asked, base, ret);
	else if (row->param == KC_PARAM_HKDF)
		rv = read_hkdf(asked, ret);
	else if (row->param == KC_PARAM_SP800_108 || row->param == KC_PARAM_SP800_108_FEEDBACK)
		rv = kc_derivation_read_sp800_108(row, asked, base, ret);
	else if (row->param == KC_PARAM_KEY)
		rv = read_other(asked, ret);
	else if (row->param == KC_PARAM_STRING)
		rv = read_string(asked, ret);
	else if (row->param == KC_PARAM_EXTRACT)
		rv = read_extract(asked, base, ret);
	else if (row->param == KC_PARAM_IV_STRING)
		rv = read_iv_string(row, asked, ret);
	KC_RV_TRY(rv);
	return measure(row, base, ret);
}
