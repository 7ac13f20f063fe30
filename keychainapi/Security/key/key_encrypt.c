/* SPDX-License-Identifier: ISC */
/*
 * Encryption: a block of RSA, a block that holds an AES key with the message under it, or ECIES.
 *
 * With OAEP and AES-GCM: the key is 16 bytes below 4096 bits of RSA, else 32, fresh for each
 * message, so its IV is 16 zeros; the associated data is the public key (PKCS#1).
 */
#include "crypto/aead.h"
#include "keychainapi/Security/error.h"
#include "keychainapi/Security/key/key_use.h"
#include "keychainapi/Security/object.h"

#define LARGE_RSA_BITS 4096
static const uint8_t zero_iv[16];

static kc_err gcm_seal(SecKeyRef key, const struct kc_cipher_params *params, struct kc_bytes plain,
	struct kc_buf *ret)
{
	KC_CLEANUP_SECRET struct kc_secret session = KC_SECRET_INIT;

	KC_TRY(kc_secret_random(&session, kc_pk_bits(key->pk) < LARGE_RSA_BITS ? 16 : 32));
	KC_TRY(kc_pk_encrypt(key->pk, params, kc_secret_bytes(&session), ret));
	return kc_aead_aes_seal(kc_secret_bytes(&session), KC_BYTES_OF(zero_iv),
		kc_buf_bytes(&key->public_form), plain, ret);
}

static kc_err gcm_open(SecKeyRef key, const struct kc_cipher_params *params, struct kc_bytes sealed,
	struct kc_secret *ret)
{
	KC_CLEANUP_SECRET struct kc_secret session = KC_SECRET_INIT;
	size_t block = kc_key_block_len(key);

	if (sealed.len < block)
		return KC_ERR(DECRYPT);
	KC_TRY(kc_key_decrypt(key, params, kc_bytes(sealed.data, block), &session));
	return kc_aead_aes_open(kc_secret_bytes(&session), KC_BYTES_OF(zero_iv),
		kc_buf_bytes(&key->public_form), kc_bytes(sealed.data + block, sealed.len - block),
		ret);
}

static kc_err seal(SecKeyRef key, const struct kc_key_algorithm *algorithm,
	const struct kc_key_params *params, struct kc_bytes plain, struct kc_buf *ret)
{
	switch (algorithm->work) {
	case KC_KEY_WORK_CIPHER:
		return kc_pk_encrypt(key->pk, &algorithm->cipher, plain, ret);
	case KC_KEY_WORK_CIPHER_GCM:
		return gcm_seal(key, &algorithm->cipher, plain, ret);
	case KC_KEY_WORK_ECIES:
		return kc_key_ecies_seal(key, algorithm, params, plain, ret);
	case KC_KEY_WORK_SIGN:
	case KC_KEY_WORK_AGREE:
		break;
	}
	return KC_ERR(BUG);
}

static kc_err open(SecKeyRef key, const struct kc_key_algorithm *algorithm,
	const struct kc_key_params *params, struct kc_bytes sealed, struct kc_secret *ret)
{
	switch (algorithm->work) {
	case KC_KEY_WORK_CIPHER:
		return kc_key_decrypt(key, &algorithm->cipher, sealed, ret);
	case KC_KEY_WORK_CIPHER_GCM:
		return gcm_open(key, &algorithm->cipher, sealed, ret);
	case KC_KEY_WORK_ECIES:
		return kc_key_ecies_open(key, algorithm, params, sealed, ret);
	case KC_KEY_WORK_SIGN:
	case KC_KEY_WORK_AGREE:
		break;
	}
	return KC_ERR(BUG);
}

static kc_err encrypt(SecKeyRef key, SecKeyAlgorithm name, CFDataRef plain,
	CFDictionaryRef parameters, CFDataRef *ret)
{
	KC_CLEANUP_BUF struct kc_buf sealed = KC_BUF_INIT;
	const struct kc_key_algorithm *algorithm;
	struct kc_key_params params;

	KC_TRY(kc_key_algorithm_get(key, kSecKeyOperationTypeEncrypt, name, &algorithm));
	if (kc_object_kind(plain) != KC_OBJECT_DATA)
		return KC_ERR(PARAM);
	KC_TRY(kc_key_params_read(parameters, &params));
	KC_TRY(seal(key, algorithm, &params, kc_object_bytes(plain), &sealed));
	return kc_key_new_data(kc_buf_bytes(&sealed), ret);
}

static kc_err decrypt(SecKeyRef key, SecKeyAlgorithm name, CFDataRef sealed,
	CFDictionaryRef parameters, CFDataRef *ret)
{
	KC_CLEANUP_SECRET struct kc_secret plain = KC_SECRET_INIT;
	const struct kc_key_algorithm *algorithm;
	struct kc_key_params params;

	KC_TRY(kc_key_algorithm_get(key, kSecKeyOperationTypeDecrypt, name, &algorithm));
	if (kc_object_kind(sealed) != KC_OBJECT_DATA)
		return KC_ERR(PARAM);
	KC_TRY(kc_key_params_read(parameters, &params));
	KC_TRY(open(key, algorithm, &params, kc_object_bytes(sealed), &plain));
	return kc_key_new_data(kc_secret_bytes(&plain), ret);
}

CFDataRef SecKeyCreateEncryptedDataWithParameters(SecKeyRef key, SecKeyAlgorithm algorithm,
	CFDataRef plaintext, CFDictionaryRef parameters, CFErrorRef *error)
{
	CFDataRef sealed = NULL;
	kc_err err = encrypt(key, algorithm, plaintext, parameters, &sealed);

	kc_error_give(kc_key_algorithm_error(err), error);
	return sealed;
}

CFDataRef SecKeyCreateEncryptedData(
	SecKeyRef key, SecKeyAlgorithm algorithm, CFDataRef plaintext, CFErrorRef *error)
{
	return SecKeyCreateEncryptedDataWithParameters(key, algorithm, plaintext, NULL, error);
}

CFDataRef SecKeyCreateDecryptedDataWithParameters(SecKeyRef key, SecKeyAlgorithm algorithm,
	CFDataRef ciphertext, CFDictionaryRef parameters, CFErrorRef *error)
{
	CFDataRef plain = NULL;
	kc_err err = decrypt(key, algorithm, ciphertext, parameters, &plain);

	kc_error_give(kc_key_algorithm_error(err), error);
	return plain;
}

CFDataRef SecKeyCreateDecryptedData(
	SecKeyRef key, SecKeyAlgorithm algorithm, CFDataRef ciphertext, CFErrorRef *error)
{
	return SecKeyCreateDecryptedDataWithParameters(key, algorithm, ciphertext, NULL, error);
}
