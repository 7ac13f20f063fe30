/* SPDX-License-Identifier: ISC */
/* Key agreement: the shared secret itself, or what X9.63 derives from it. */
#include "crypto/kdf.h"
#include "keychainapi/Security/error.h"
#include "keychainapi/Security/key/key_use.h"

/* Straight into the object, which wipes it in the end. */
static kc_err derive(enum kc_hash hash, const struct kc_key_params *params,
	const struct kc_secret *shared, CFDataRef *ret)
{
	CFMutableDataRef data;
	kc_err err;

	if (params->requested_len == 0)
		return KC_ERR(PARAM);
	data = CFDataCreateMutable(NULL, 0);
	if (!data)
		return KC_ERR(NO_MEMORY);
	CFDataSetLength(data, (CFIndex)params->requested_len);
	err = kc_kdf_x963(hash, kc_secret_bytes(shared), params->shared_info,
		CFDataGetMutableBytePtr(data), params->requested_len);
	if (err == KC_OK)
		*ret = data;
	else
		CFRelease(data);
	return err;
}

static kc_err exchange(SecKeyRef key, SecKeyAlgorithm name, SecKeyRef peer,
	CFDictionaryRef parameters, CFDataRef *ret)
{
	KC_CLEANUP_SECRET struct kc_secret shared = KC_SECRET_INIT;
	const struct kc_key_algorithm *algorithm;
	struct kc_key_params params;

	KC_TRY(kc_key_algorithm_get(key, kSecKeyOperationTypeKeyExchange, name, &algorithm));
	if (!kc_key_is(peer) || peer->is_private || kc_pk_type(peer->pk) != kc_pk_type(key->pk) ||
		kc_pk_bits(peer->pk) != kc_pk_bits(key->pk))
		return KC_ERR(PARAM);
	KC_TRY(kc_key_params_read(parameters, &params));
	KC_TRY(kc_key_agree(key, kc_buf_bytes(&peer->public_form), &shared));
	if (algorithm->hash == KC_HASH_NONE)
		return kc_key_new_data(kc_secret_bytes(&shared), ret);
	return derive(algorithm->hash, &params, &shared, ret);
}

CFDataRef SecKeyCopyKeyExchangeResult(SecKeyRef privateKey, SecKeyAlgorithm algorithm,
	SecKeyRef publicKey, CFDictionaryRef parameters, CFErrorRef *error)
{
	CFDataRef result = NULL;
	kc_err err = exchange(privateKey, algorithm, publicKey, parameters, &result);

	kc_error_give(kc_key_algorithm_error(err), error);
	return result;
}
