/* SPDX-License-Identifier: ISC */
/*
 * Reading the parameters of a message, and making its iv.
 *
 * The first bits of an iv may be fixed, which are the caller's. The others are a counter of the
 * messages of this operation, from 0, or that counter added without carry (xor) to what the caller
 * gave with the first message, or random. Two operations with one key count the same numbers:
 * whoever asks for a counter has to fix bits that differ. What is left to us to choose is random.
 */
#include "module/operation/message_params.h"

#include <string.h>

#include "base/random.h"

#define POLY1305_NONCE 12
#define POLY1305_TAG 16
/* So few random bits would repeat: NIST SP 800-38D, 8.2.2 and 8.3 with fewer messages. */
#define LEAST_RANDOM_BITS 64

static CK_RV copy_record(const void *parameter, CK_ULONG len, void *record, size_t size)
{
	CK_MECHANISM as_mechanism = {0, (CK_VOID_PTR)(uintptr_t)parameter, len};

	return kc_params_get_record(&as_mechanism, record, size);
}

static CK_RV read_gcm(const void *parameter, CK_ULONG len, struct kc_message_params *ret)
{
	CK_GCM_MESSAGE_PARAMS gcm;

	KC_RV_TRY(copy_record(parameter, len, &gcm, sizeof gcm));
	if (!kc_params_aead_is_gcm_tag(gcm.ulTagBits) || gcm.ulIvLen < 1 ||
		gcm.ulIvLen > KC_PARAMS_IV_MAX)
		return CKR_MECHANISM_PARAM_INVALID;
	*ret = (struct kc_message_params){
		.iv = gcm.pIv,
		.iv_len = gcm.ulIvLen,
		.fixed_bits = gcm.ulIvFixedBits,
		.generator = gcm.ivGenerator,
		.tag = gcm.pTag,
		.tag_len = (unsigned)(gcm.ulTagBits / 8),
	};
	return CKR_OK;
}

static CK_RV read_ccm(const void *parameter, CK_ULONG len, struct kc_message_params *ret)
{
	CK_CCM_MESSAGE_PARAMS ccm;

	KC_RV_TRY(copy_record(parameter, len, &ccm, sizeof ccm));
	if (!kc_params_aead_is_ccm(ccm.ulNonceLen, ccm.ulMACLen, ccm.ulDataLen))
		return CKR_MECHANISM_PARAM_INVALID;
	*ret = (struct kc_message_params){
		.iv = ccm.pNonce,
		.iv_len = ccm.ulNonceLen,
		.fixed_bits = ccm.ulNonceFixedBits,
		.generator = ccm.nonceGenerator,
		.tag = ccm.pMAC,
		.tag_len = (unsigned)ccm.ulMACLen,
		.has_data_len = true,
		.data_len = ccm.ulDataLen,
	};
	return CKR_OK;
}

static CK_RV read_poly1305(const void *parameter, CK_ULONG len, struct kc_message_params *ret)
{
	CK_SALSA20_CHACHA20_POLY1305_MSG_PARAMS poly;

	KC_RV_TRY(copy_record(parameter, len, &poly, sizeof poly));
	if (poly.ulNonceLen != POLY1305_NONCE)
		return CKR_MECHANISM_PARAM_INVALID;
	*ret = (struct kc_message_params){
		.iv = poly.pNonce,
		.iv_len = poly.ulNonceLen,
		.generator = CKG_NO_GENERATE,
		.tag = poly.pTag,
		.tag_len = POLY1305_TAG,
	};
	return CKR_OK;
}

CK_RV kc_message_params_read(const struct kc_operation *operation, const void *parameter,
	CK_ULONG len, struct kc_message_params *ret)
{
	if (operation->mechanism->param == KC_PARAM_GCM)
		KC_RV_TRY(read_gcm(parameter, len, ret));
	else if (operation->mechanism->param == KC_PARAM_CCM)
		KC_RV_TRY(read_ccm(parameter, len, ret));
	else
		KC_RV_TRY(read_poly1305(parameter, len, ret));
	return ret->iv && ret->tag ? CKR_OK : CKR_MECHANISM_PARAM_INVALID;
}

/* Writes free bits into the iv behind the fixed ones; wanted is as long as the iv. */
static void merge(uint8_t *iv, const uint8_t *wanted, size_t len, size_t fixed_bits)
{
	size_t at = fixed_bits / 8;
	uint8_t fixed_mask = (uint8_t)(0xff00u >> fixed_bits % 8);

	if (at < len)
		iv[at] = (uint8_t)((iv[at] & fixed_mask) | (wanted[at] & ~fixed_mask));
	if (at + 1 < len)
		memcpy(iv + at + 1, wanted + at + 1, len - at - 1);
}

/* The number of this message at the end of an iv of zeroes. False when it is too large. */
static bool put_counter(uint64_t counter, size_t free_bits, uint8_t *iv, size_t len)
{
	if (free_bits < 64 && counter >> free_bits != 0)
		return false;
	for (size_t i = 0; i < sizeof counter && i < len; i++)
		iv[len - 1 - i] = (uint8_t)(counter >> 8 * i);
	return true;
}

static CK_RV generate(struct kc_message_iv *state, const struct kc_message_params *params)
{
	uint8_t made[KC_MESSAGE_IV_MAX] = {0};
	size_t len = params->iv_len, free_bits;

	if (len > sizeof made || params->fixed_bits > 8 * len)
		return CKR_MECHANISM_PARAM_INVALID;
	if (state->len == 0) {
		state->len = len;
		memcpy(state->first, params->iv, len);
	} else if (state->len != len) {
		return CKR_MECHANISM_PARAM_INVALID;
	}
	free_bits = 8 * len - params->fixed_bits;
	if (params->generator == CKG_GENERATE || params->generator == CKG_GENERATE_RANDOM) {
		if (free_bits < LEAST_RANDOM_BITS)
			return CKR_MECHANISM_PARAM_INVALID;
		kc_random_fill(made, len);
	} else {
		if (!put_counter(state->count, free_bits, made, len))
			return CKR_TOKEN_RESOURCE_EXCEEDED;
		if (params->generator == CKG_GENERATE_COUNTER_XOR)
			for (size_t i = 0; i < len; i++)
				made[i] ^= state->first[i];
		state->count++;
	}
	merge(params->iv, made, len, params->fixed_bits);
	return CKR_OK;
}

CK_RV kc_message_params_begin(struct kc_operation *operation,
	const struct kc_message_params *params, struct kc_bytes aad, bool encrypts)
{
	struct kc_params *to = &operation->params;

	if (params->generator > CKG_GENERATE_COUNTER_XOR)
		return CKR_MECHANISM_PARAM_INVALID;
	if (encrypts && params->generator != CKG_NO_GENERATE)
		KC_RV_TRY(generate(&operation->message_iv, params));
	kc_params_done(to);
	to->cipher.scheme = operation->mechanism->cipher;
	to->cipher.tag_len = params->tag_len;
	to->has_data_len = params->has_data_len;
	to->data_len = params->data_len;
	KC_RV_TRY(kc_params_hold(
		&to->iv, params->iv, params->iv_len, 1, KC_PARAMS_IV_MAX, &to->cipher.iv));
	return kc_params_hold(
		&to->label, aad.data, aad.len, 0, KC_PARAMS_LABEL_MAX, &to->cipher.label);
}
