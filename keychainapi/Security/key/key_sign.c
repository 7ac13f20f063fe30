/* SPDX-License-Identifier: ISC */
/* Signatures. */
#include "keychainapi/Security/error.h"
#include "keychainapi/Security/key/key_use.h"
#include "keychainapi/Security/object.h"

static kc_err create_signature(SecKeyRef key, SecKeyAlgorithm name, CFDataRef input, CFDataRef *ret)
{
	KC_CLEANUP_BUF struct kc_buf signature = KC_BUF_INIT;
	const struct kc_key_algorithm *algorithm;

	KC_TRY(kc_key_algorithm_get(key, kSecKeyOperationTypeSign, name, &algorithm));
	if (kc_object_kind(input) != KC_OBJECT_DATA)
		return KC_ERR(PARAM);
	KC_TRY(kc_key_sign(key, &algorithm->sign, kc_object_bytes(input), &signature));
	return kc_key_new_data(kc_buf_bytes(&signature), ret);
}

CFDataRef SecKeyCreateSignature(
	SecKeyRef key, SecKeyAlgorithm algorithm, CFDataRef dataToSign, CFErrorRef *error)
{
	CFDataRef signature = NULL;
	kc_err err = create_signature(key, algorithm, dataToSign, &signature);

	kc_error_give(kc_key_algorithm_error(err), error);
	return signature;
}

static kc_err verify_signature(
	SecKeyRef key, SecKeyAlgorithm name, CFDataRef input, CFDataRef signature)
{
	const struct kc_key_algorithm *algorithm;

	KC_TRY(kc_key_algorithm_get(key, kSecKeyOperationTypeVerify, name, &algorithm));
	if (kc_object_kind(input) != KC_OBJECT_DATA || kc_object_kind(signature) != KC_OBJECT_DATA)
		return KC_ERR(PARAM);
	return kc_pk_verify(
		key->pk, &algorithm->sign, kc_object_bytes(input), kc_object_bytes(signature));
}

Boolean SecKeyVerifySignature(SecKeyRef key, SecKeyAlgorithm algorithm, CFDataRef signedData,
	CFDataRef signature, CFErrorRef *error)
{
	kc_err err = verify_signature(key, algorithm, signedData, signature);

	return kc_error_give(kc_key_algorithm_error(err), error);
}
