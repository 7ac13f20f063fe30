/* SPDX-License-Identifier: ISC */
/* The functions from before algorithms had names: a padding says which one it is. */
#include <string.h>

#include "keychainapi/Security/key/key_use.h"

/* clang-format off */
static const struct {
	SecPadding padding;
	const SecKeyAlgorithm *rsa_signature, *ec_signature, *rsa_encryption;
} paddings[] = {
	{kSecPaddingNone,        &kSecKeyAlgorithmRSASignatureRaw,
		&kSecKeyAlgorithmECDSASignatureDigestX962,    &kSecKeyAlgorithmRSAEncryptionRaw},
	{kSecPaddingPKCS1,       &kSecKeyAlgorithmRSASignatureDigestPKCS1v15Raw,
		&kSecKeyAlgorithmECDSASignatureDigestX962,    &kSecKeyAlgorithmRSAEncryptionPKCS1},
	{kSecPaddingOAEP,        NULL,
		&kSecKeyAlgorithmECDSASignatureDigestX962,    &kSecKeyAlgorithmRSAEncryptionOAEPSHA1},
	{kSecPaddingSigRaw,      NULL,
		&kSecKeyAlgorithmECDSASignatureDigestRFC4754, NULL},
	{kSecPaddingPKCS1SHA1,   &kSecKeyAlgorithmRSASignatureDigestPKCS1v15SHA1,
		&kSecKeyAlgorithmECDSASignatureDigestX962,    NULL},
	{kSecPaddingPKCS1SHA224, &kSecKeyAlgorithmRSASignatureDigestPKCS1v15SHA224,
		&kSecKeyAlgorithmECDSASignatureDigestX962,    NULL},
	{kSecPaddingPKCS1SHA256, &kSecKeyAlgorithmRSASignatureDigestPKCS1v15SHA256,
		&kSecKeyAlgorithmECDSASignatureDigestX962,    NULL},
	{kSecPaddingPKCS1SHA384, &kSecKeyAlgorithmRSASignatureDigestPKCS1v15SHA384,
		&kSecKeyAlgorithmECDSASignatureDigestX962,    NULL},
	{kSecPaddingPKCS1SHA512, &kSecKeyAlgorithmRSASignatureDigestPKCS1v15SHA512,
		&kSecKeyAlgorithmECDSASignatureDigestX962,    NULL},
};
/* clang-format on */

/* The algorithm for the key and the operation. Errors: PARAM. */
static kc_err choose(SecKeyRef key, SecPadding padding, SecKeyOperationType operation,
	const struct kc_key_algorithm **ret)
{
	bool signs =
		operation == kSecKeyOperationTypeSign || operation == kSecKeyOperationTypeVerify;
	const SecKeyAlgorithm *name = NULL;

	if (!kc_key_is(key))
		return KC_ERR(PARAM);
	for (size_t i = 0; i < KC_COUNT_OF(paddings); i++)
		if (paddings[i].padding == padding)
			name = !signs				   ? paddings[i].rsa_encryption
			       : kc_pk_type(key->pk) == KC_KEY_RSA ? paddings[i].rsa_signature
								   : paddings[i].ec_signature;
	return name ? kc_key_algorithm_get(key, operation, *name, ret) : KC_ERR(PARAM);
}

/* A block without padding may be given without its leading zeros. */
static kc_err fill_block(SecKeyRef key, const struct kc_key_algorithm *algorithm,
	const uint8_t *data, size_t len, struct kc_buf *ret)
{
	size_t block = kc_key_block_len(key);

	if (!data && len)
		return KC_ERR(PARAM);
	if (algorithm->sign.scheme == KC_SIGN_RSA_RAW && len < block)
		(void)kc_buf_extend(ret, block - len);
	kc_buf_push(ret, data, len);
	return kc_buf_check(ret);
}

static kc_err give(struct kc_bytes bytes, uint8_t *room, size_t *len)
{
	if (bytes.len > *len)
		return KC_ERR(PARAM);
	if (bytes.len)
		memcpy(room, bytes.data, bytes.len);
	*len = bytes.len;
	return KC_OK;
}

static kc_err sign(SecKeyRef key, SecPadding padding, const uint8_t *data, size_t len, uint8_t *sig,
	size_t *sig_len)
{
	KC_CLEANUP_BUF struct kc_buf input = KC_BUF_INIT;
	KC_CLEANUP_BUF struct kc_buf signature = KC_BUF_INIT;
	const struct kc_key_algorithm *algorithm;

	if (!sig || !sig_len)
		return KC_ERR(PARAM);
	KC_TRY(choose(key, padding, kSecKeyOperationTypeSign, &algorithm));
	KC_TRY(fill_block(key, algorithm, data, len, &input));
	KC_TRY(kc_key_sign(key, &algorithm->sign, kc_buf_bytes(&input), &signature));
	return give(kc_buf_bytes(&signature), sig, sig_len);
}

OSStatus SecKeyRawSign(SecKeyRef key, SecPadding padding, const uint8_t *dataToSign,
	size_t dataToSignLen, uint8_t *sig, size_t *sigLen)
{
	kc_err err = sign(key, padding, dataToSign, dataToSignLen, sig, sigLen);

	return kc_err_osstatus(kc_key_algorithm_error(err));
}

static kc_err verify(SecKeyRef key, SecPadding padding, const uint8_t *data, size_t len,
	struct kc_bytes signature)
{
	KC_CLEANUP_BUF struct kc_buf input = KC_BUF_INIT;
	const struct kc_key_algorithm *algorithm;

	if (!signature.data)
		return KC_ERR(PARAM);
	KC_TRY(choose(key, padding, kSecKeyOperationTypeVerify, &algorithm));
	KC_TRY(fill_block(key, algorithm, data, len, &input));
	return kc_pk_verify(key->pk, &algorithm->sign, kc_buf_bytes(&input), signature);
}

OSStatus SecKeyRawVerify(SecKeyRef key, SecPadding padding, const uint8_t *signedData,
	size_t signedDataLen, const uint8_t *sig, size_t sigLen)
{
	kc_err err = verify(key, padding, signedData, signedDataLen, kc_bytes(sig, sigLen));

	if (err == KC_E_VERIFY)
		return errSSLCrypto;
	return kc_err_osstatus(kc_key_algorithm_error(err));
}

static kc_err encrypt(
	SecKeyRef key, SecPadding padding, struct kc_bytes plain, uint8_t *cipher, size_t *len)
{
	KC_CLEANUP_BUF struct kc_buf block = KC_BUF_INIT;
	const struct kc_key_algorithm *algorithm;

	if ((!plain.data && plain.len) || !cipher || !len)
		return KC_ERR(PARAM);
	KC_TRY(choose(key, padding, kSecKeyOperationTypeEncrypt, &algorithm));
	KC_TRY(kc_pk_encrypt(key->pk, &algorithm->cipher, plain, &block));
	return give(kc_buf_bytes(&block), cipher, len);
}

OSStatus SecKeyEncrypt(SecKeyRef key, SecPadding padding, const uint8_t *plainText,
	size_t plainTextLen, uint8_t *cipherText, size_t *cipherTextLen)
{
	kc_err err =
		encrypt(key, padding, kc_bytes(plainText, plainTextLen), cipherText, cipherTextLen);

	return kc_err_osstatus(kc_key_algorithm_error(err));
}

static kc_err decrypt(
	SecKeyRef key, SecPadding padding, struct kc_bytes cipher, uint8_t *plain, size_t *len)
{
	KC_CLEANUP_SECRET struct kc_secret message = KC_SECRET_INIT;
	const struct kc_key_algorithm *algorithm;

	if (!cipher.data || !plain || !len)
		return KC_ERR(PARAM);
	KC_TRY(choose(key, padding, kSecKeyOperationTypeDecrypt, &algorithm));
	KC_TRY(kc_key_decrypt(key, &algorithm->cipher, cipher, &message));
	return give(kc_secret_bytes(&message), plain, len);
}

OSStatus SecKeyDecrypt(SecKeyRef key, SecPadding padding, const uint8_t *cipherText,
	size_t cipherTextLen, uint8_t *plainText, size_t *plainTextLen)
{
	kc_err err =
		decrypt(key, padding, kc_bytes(cipherText, cipherTextLen), plainText, plainTextLen);

	return kc_err_osstatus(kc_key_algorithm_error(err));
}
