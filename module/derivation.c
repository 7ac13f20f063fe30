/* SPDX-License-Identifier: ISC */
/* Reading the records of C_DeriveKey. */
#include "module/derivation.h"

#include <string.h>

#include "module/hasher.h"
#include "module/keyform.h"
#include "module/params.h"
#include "module/peek.h"

void kc_derivation_done(struct kc_derivation *derivation)
{
	kc_buf_done(&derivation->made);
	kc_mem_wipe(derivation, sizeof *derivation);
}

/* More than any parameter needs: a greater length is a mistake, and is not read. */
#define MOST_BYTES ((CK_ULONG)1 << 20)

/* A pointer and a length of a record; NULL goes with 0 only. */
static CK_RV view(const void *data, CK_ULONG len, struct kc_bytes *ret)
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
	KC_RV_TRY(view(ecdh.shared_data, ecdh.shared_data_len, &params->data));
	KC_RV_TRY(view(ecdh.public_data, ecdh.public_data_len, &peer));
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
		return view(hkdf->pSalt, hkdf->ulSaltLen, &ret->params.salt);
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
		KC_RV_TRY(view(hkdf.pInfo, hkdf.ulInfoLen, &ret->params.data));
	hash_len = kc_hasher_len(ret->params.hash);
	ret->natural_len = hkdf.bExpand ? 0 : hash_len;
	ret->most_len = hkdf.bExpand ? HKDF_MOST_BLOCKS * hash_len : hash_len;
	return CKR_OK;
}

/* --- SP 800-108 ---------------------------------------------------------------------------------
 */

/* Pseudorandom functions, by the mechanism that is one. */
/* clang-format off */
static const struct {
	CK_MECHANISM_TYPE prf;
	enum kc_hash hash;
} prfs[] = {
	{CKM_SHA_1_HMAC,      KC_HASH_SHA1},
	{CKM_SHA224_HMAC,     KC_HASH_SHA224},
	{CKM_SHA256_HMAC,     KC_HASH_SHA256},
	{CKM_SHA384_HMAC,     KC_HASH_SHA384},
	{CKM_SHA512_HMAC,     KC_HASH_SHA512},
	{CKM_SHA512_224_HMAC, KC_HASH_SHA512_224},
	{CKM_SHA512_256_HMAC, KC_HASH_SHA512_256},
	{CKM_SHA3_224_HMAC,   KC_HASH_SHA3_224},
	{CKM_SHA3_256_HMAC,   KC_HASH_SHA3_256},
	{CKM_SHA3_384_HMAC,   KC_HASH_SHA3_384},
	{CKM_SHA3_512_HMAC,   KC_HASH_SHA3_512},
	{CKM_AES_CMAC,        KC_HASH_NONE},
};
/* clang-format on */
#define CMAC_LEN 16

static CK_RV read_prf(
	CK_MECHANISM_TYPE prf, const struct kc_object *base, struct kc_derivation *ret)
{
	size_t i = 0;

	while (i < KC_COUNT_OF(prfs) && prfs[i].prf != prf)
		i++;
	if (i == KC_COUNT_OF(prfs))
		return CKR_MECHANISM_PARAM_INVALID;
	ret->params.hash = prfs[i].hash;
	if (prfs[i].hash == KC_HASH_NONE && base->key_type != KC_SECRET_AES)
		return CKR_KEY_TYPE_INCONSISTENT;
	ret->segment_len = prfs[i].hash == KC_HASH_NONE ? CMAC_LEN : kc_hasher_len(prfs[i].hash);
	return CKR_OK;
}

static CK_RV read_format(const CK_PRF_DATA_PARAM *piece, void *format, size_t size)
{
	if (!piece->pValue || piece->ulValueLen != size)
		return CKR_MECHANISM_PARAM_INVALID;
	memcpy(format, piece->pValue, size);
	return CKR_OK;
}

static CK_RV read_counter(const CK_PRF_DATA_PARAM *piece, struct kc_derive_segment *ret)
{
	CK_SP800_108_COUNTER_FORMAT format;

	KC_RV_TRY(read_format(piece, &format, sizeof format));
	if (format.ulWidthInBits % 8 || format.ulWidthInBits < 8 || format.ulWidthInBits > 32)
		return CKR_MECHANISM_PARAM_INVALID;
	*ret = (struct kc_derive_segment){
		.kind = KC_SEGMENT_COUNTER,
		.bits = (unsigned)format.ulWidthInBits,
		.little_endian = format.bLittleEndian != CK_FALSE,
	};
	return CKR_OK;
}

/* In counter mode the variable is the counter; elsewhere it is what the last round gave. */
static CK_RV read_iteration(const struct kc_mechanism *row, const CK_PRF_DATA_PARAM *piece,
	struct kc_derive_segment *ret)
{
	if (row->derive == KC_DERIVE_SP800_108_COUNTER)
		return read_counter(piece, ret);
	if (piece->ulValueLen != 0)
		return CKR_MECHANISM_PARAM_INVALID;
	*ret = (struct kc_derive_segment){.kind = KC_SEGMENT_ITERATION};
	return CKR_OK;
}

static CK_RV read_length(const CK_PRF_DATA_PARAM *piece, struct kc_derivation *derivation)
{
	struct kc_derivation_length *length = &derivation->length;
	CK_SP800_108_DKM_LENGTH_FORMAT format;

	KC_RV_TRY(read_format(piece, &format, sizeof format));
	if (format.ulWidthInBits % 8 || format.ulWidthInBits < 8 || format.ulWidthInBits > 64)
		return CKR_MECHANISM_PARAM_INVALID;
	if (format.dkmLengthMethod != CK_SP800_108_DKM_LENGTH_SUM_OF_KEYS &&
		format.dkmLengthMethod != CK_SP800_108_DKM_LENGTH_SUM_OF_SEGMENTS)
		return CKR_MECHANISM_PARAM_INVALID;
	length->index = derivation->params.segment_count;
	length->octets = format.ulWidthInBits / 8;
	length->little_endian = format.bLittleEndian != CK_FALSE;
	length->counts_segments = format.dkmLengthMethod == CK_SP800_108_DKM_LENGTH_SUM_OF_SEGMENTS;
	return CKR_OK;
}

/* Each piece but a byte array comes once at most. */
struct seen {
	bool iteration, counter, length;
};

static bool is_again(bool *seen)
{
	bool was = *seen;

	*seen = true;
	return was;
}

static CK_RV read_piece(const struct kc_mechanism *row, const CK_PRF_DATA_PARAM *piece,
	struct kc_derivation *derivation, struct seen *seen)
{
	struct kc_derive_segment *segment =
		&derivation->params.segments[derivation->params.segment_count];

	switch (piece->type) {
	case CK_SP800_108_ITERATION_VARIABLE:
		return is_again(&seen->iteration) ? CKR_MECHANISM_PARAM_INVALID
						  : read_iteration(row, piece, segment);
	case CK_SP800_108_COUNTER:
		return is_again(&seen->counter) || row->derive == KC_DERIVE_SP800_108_COUNTER
			       ? CKR_MECHANISM_PARAM_INVALID
			       : read_counter(piece, segment);
	case CK_SP800_108_DKM_LENGTH:
		return is_again(&seen->length) ? CKR_MECHANISM_PARAM_INVALID
					       : read_length(piece, derivation);
	case CK_SP800_108_BYTE_ARRAY:
		segment->kind = KC_SEGMENT_BYTES;
		return view(piece->pValue, piece->ulValueLen, &segment->bytes);
	}
	return CKR_MECHANISM_PARAM_INVALID;
}

static CK_RV read_pieces(const struct kc_mechanism *row, const CK_PRF_DATA_PARAM *pieces,
	CK_ULONG count, struct kc_derivation *ret)
{
	struct seen seen = {0};

	if (!pieces || count > KC_DERIVE_SEGMENTS)
		return CKR_MECHANISM_PARAM_INVALID;
	ret->length.index = SIZE_MAX;
	for (CK_ULONG i = 0; i < count; i++) {
		KC_RV_TRY(read_piece(row, &pieces[i], ret, &seen));
		ret->params.segment_count++;
	}
	return seen.iteration ? CKR_OK : CKR_MECHANISM_PARAM_INVALID;
}

static CK_RV read_more(const CK_DERIVED_KEY *keys, CK_ULONG count, struct kc_derivation *ret)
{
	if ((!keys && count) || count > KC_DERIVATION_MORE)
		return CKR_MECHANISM_PARAM_INVALID;
	for (CK_ULONG i = 0; i < count; i++)
		if (!keys[i].phKey || (!keys[i].pTemplate && keys[i].ulAttributeCount))
			return CKR_MECHANISM_PARAM_INVALID;
	ret->more = keys;
	ret->more_count = count;
	return CKR_OK;
}

static CK_RV read_sp800_108(const struct kc_mechanism *row, const CK_MECHANISM *asked,
	const struct kc_object *base, struct kc_derivation *ret)
{
	CK_SP800_108_KDF_PARAMS kdf;

	KC_RV_TRY(kc_params_get_record(asked, &kdf, sizeof kdf));
	KC_RV_TRY(read_prf(kdf.prfType, base, ret));
	KC_RV_TRY(read_pieces(row, kdf.pDataParams, kdf.ulNumberOfDataParams, ret));
	return read_more(kdf.pAdditionalDerivedKeys, kdf.ulAdditionalDerivedKeys, ret);
}

static CK_RV read_sp800_108_feedback(const struct kc_mechanism *row, const CK_MECHANISM *asked,
	const struct kc_object *base, struct kc_derivation *ret)
{
	CK_SP800_108_FEEDBACK_KDF_PARAMS kdf;

	KC_RV_TRY(kc_params_get_record(asked, &kdf, sizeof kdf));
	KC_RV_TRY(read_prf(kdf.prfType, base, ret));
	KC_RV_TRY(read_pieces(row, kdf.pDataParams, kdf.ulNumberOfDataParams, ret));
	KC_RV_TRY(view(kdf.pIV, kdf.ulIVLen, &ret->params.data));
	return read_more(kdf.pAdditionalDerivedKeys, kdf.ulAdditionalDerivedKeys, ret);
}

CK_RV kc_derivation_set_length(
	struct kc_derivation *derivation, uint64_t keys_len, uint64_t segments_len)
{
	struct kc_derivation_length *length = &derivation->length;
	uint64_t bits = (length->counts_segments ? segments_len : keys_len) * 8;

	if (derivation->segment_len == 0 || length->index == SIZE_MAX)
		return CKR_OK;
	if (length->octets < sizeof bits && bits >> (8 * length->octets))
		return CKR_MECHANISM_PARAM_INVALID;
	for (size_t i = 0; i < length->octets; i++) {
		size_t place = length->little_endian ? i : length->octets - 1 - i;
		length->value[place] = (uint8_t)(bits >> (8 * i));
	}
	derivation->params.segments[length->index] = (struct kc_derive_segment){
		.kind = KC_SEGMENT_BYTES,
		.bytes = kc_bytes(length->value, length->octets),
	};
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
	return view(string.string_data, string.string_data_len, &ret->params.data);
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
		KC_RV_TRY(view(aes.data_params, aes.length, &ret->params.data));
	} else {
		KC_RV_TRY(kc_params_get_record(asked, &des, sizeof des));
		kc_buf_push(&ret->made, des.iv, sizeof des.iv);
		KC_RV_TRY(view(des.data_params, des.length, &ret->params.data));
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
	else if (row->param == KC_PARAM_SP800_108)
		rv = read_sp800_108(row, asked, base, ret);
	else if (row->param == KC_PARAM_SP800_108_FEEDBACK)
		rv = read_sp800_108_feedback(row, asked, base, ret);
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

/* --- PBKDF2 -------------------------------------------------------------------------------------
 */

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
	KC_RV_TRY(view(record.pSaltSourceData, record.ulSaltSourceDataLen, &params->salt));
	KC_RV_TRY(password_len(record.ulPasswordLen, &len));
	return view(record.pPassword, len, &params->password);
}
