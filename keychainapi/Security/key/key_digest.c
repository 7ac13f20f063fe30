/* SPDX-License-Identifier: ISC */
/* Signatures of what is hashed first, by the object identifier of the algorithm. */
#include <string.h>

#include "keychainapi/Security/key/key_use.h"

/* clang-format off */
#define OID(...) {(const uint8_t[]){__VA_ARGS__}, sizeof((const uint8_t[]){__VA_ARGS__})}
#define PKCS1 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01
#define ECDSA 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04
/* clang-format on */

/* The table: constants are of run time, so the rows point to them. */
static const struct {
	struct kc_bytes oid;
	const SecKeyAlgorithm *name;
} rows[] = {
	{OID(PKCS1, 5), &kSecKeyAlgorithmRSASignatureMessagePKCS1v15SHA1},
	{OID(PKCS1, 14), &kSecKeyAlgorithmRSASignatureMessagePKCS1v15SHA224},
	{OID(PKCS1, 11), &kSecKeyAlgorithmRSASignatureMessagePKCS1v15SHA256},
	{OID(PKCS1, 12), &kSecKeyAlgorithmRSASignatureMessagePKCS1v15SHA384},
	{OID(PKCS1, 13), &kSecKeyAlgorithmRSASignatureMessagePKCS1v15SHA512},
	{OID(ECDSA, 1), &kSecKeyAlgorithmECDSASignatureMessageX962SHA1},
	{OID(ECDSA, 3, 1), &kSecKeyAlgorithmECDSASignatureMessageX962SHA224},
	{OID(ECDSA, 3, 2), &kSecKeyAlgorithmECDSASignatureMessageX962SHA256},
	{OID(ECDSA, 3, 3), &kSecKeyAlgorithmECDSASignatureMessageX962SHA384},
	{OID(ECDSA, 3, 4), &kSecKeyAlgorithmECDSASignatureMessageX962SHA512},
};

static kc_err choose(SecKeyRef key, const SecAsn1AlgId *id, SecKeyOperationType operation,
	const struct kc_key_algorithm **ret)
{
	struct kc_bytes oid;

	if (!kc_key_is(key) || !id || (!id->algorithm.Data && id->algorithm.Length))
		return KC_ERR(PARAM);
	oid = kc_bytes(id->algorithm.Data, id->algorithm.Length);
	for (size_t i = 0; i < KC_COUNT_OF(rows); i++)
		if (kc_bytes_equal(rows[i].oid, oid))
			return kc_key_algorithm_get(key, operation, *rows[i].name, ret);
	return KC_ERR(UNSUPPORTED);
}

static kc_err sign(
	SecKeyRef key, const SecAsn1AlgId *id, struct kc_bytes input, uint8_t *room, size_t *len)
{
	KC_CLEANUP_BUF struct kc_buf signature = KC_BUF_INIT;
	const struct kc_key_algorithm *algorithm;

	if ((!input.data && input.len) || !room || !len)
		return KC_ERR(PARAM);
	KC_TRY(choose(key, id, kSecKeyOperationTypeSign, &algorithm));
	KC_TRY(kc_key_sign(key, &algorithm->sign, input, &signature));
	if (signature.len > *len)
		return KC_ERR(PARAM);
	memcpy(room, signature.data, signature.len);
	*len = signature.len;
	return KC_OK;
}

OSStatus SecKeyDigestAndSign(SecKeyRef key, const SecAsn1AlgId *algId, const uint8_t *dataToDigest,
	size_t dataToDigestLen, uint8_t *sig, size_t *sigLen)
{
	kc_err err = sign(key, algId, kc_bytes(dataToDigest, dataToDigestLen), sig, sigLen);

	return kc_err_osstatus(kc_key_algorithm_error(err));
}

static kc_err verify(
	SecKeyRef key, const SecAsn1AlgId *id, struct kc_bytes input, struct kc_bytes signature)
{
	const struct kc_key_algorithm *algorithm;

	if ((!input.data && input.len) || !signature.data)
		return KC_ERR(PARAM);
	KC_TRY(choose(key, id, kSecKeyOperationTypeVerify, &algorithm));
	return kc_pk_verify(key->pk, &algorithm->sign, input, signature);
}

OSStatus SecKeyDigestAndVerify(SecKeyRef key, const SecAsn1AlgId *algId,
	const uint8_t *dataToDigest, size_t dataToDigestLen, const uint8_t *sig, size_t sigLen)
{
	kc_err err =
		verify(key, algId, kc_bytes(dataToDigest, dataToDigestLen), kc_bytes(sig, sigLen));

	if (err == KC_E_VERIFY)
		return errSSLCrypto;
	return kc_err_osstatus(kc_key_algorithm_error(err));
}
