/* SPDX-License-Identifier: ISC */
/* The records of NIST SP 800-108's functions: PKCS#11 3.1, 6.42. */
#include <string.h>

#include "module/mechanism/derivation.h"
#include "module/form/hasher.h"
#include "module/mechanism/params.h"

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
		return kc_derivation_view(piece->pValue, piece->ulValueLen, &segment->bytes);
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

static CK_RV read_plain(const struct kc_mechanism *row, const CK_MECHANISM *asked,
	const struct kc_object *base, struct kc_derivation *ret)
{
	CK_SP800_108_KDF_PARAMS kdf;

	KC_RV_TRY(kc_params_get_record(asked, &kdf, sizeof kdf));
	KC_RV_TRY(read_prf(kdf.prfType, base, ret));
	KC_RV_TRY(read_pieces(row, kdf.pDataParams, kdf.ulNumberOfDataParams, ret));
	return read_more(kdf.pAdditionalDerivedKeys, kdf.ulAdditionalDerivedKeys, ret);
}

static CK_RV read_feedback(const struct kc_mechanism *row, const CK_MECHANISM *asked,
	const struct kc_object *base, struct kc_derivation *ret)
{
	CK_SP800_108_FEEDBACK_KDF_PARAMS kdf;

	KC_RV_TRY(kc_params_get_record(asked, &kdf, sizeof kdf));
	KC_RV_TRY(read_prf(kdf.prfType, base, ret));
	KC_RV_TRY(read_pieces(row, kdf.pDataParams, kdf.ulNumberOfDataParams, ret));
	KC_RV_TRY(kc_derivation_view(kdf.pIV, kdf.ulIVLen, &ret->params.data));
	return read_more(kdf.pAdditionalDerivedKeys, kdf.ulAdditionalDerivedKeys, ret);
}

CK_RV kc_derivation_read_sp800_108(const struct kc_mechanism *row, const CK_MECHANISM *asked,
	const struct kc_object *base, struct kc_derivation *ret)
{
	return row->param == KC_PARAM_SP800_108 ? read_plain(row, asked, base, ret)
						: read_feedback(row, asked, base, ret);
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
