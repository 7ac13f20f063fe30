/* SPDX-License-Identifier: ISC */
/* The table of algorithms. */
#include "keychainapi/Security/key/key_algorithm.h"

#include "crypto/hash.h"
#include "keychainapi/Security/key/key_attributes.h"
#include "keychainapi/Security/object.h"

#define NAMED(suffix) &kSecKeyAlgorithm##suffix
#define HASH(hash) KC_HASH_##hash
#define CURVES (KC_KEY_TYPE_EC | KC_KEY_TYPE_X)

/* clang-format off */
#define SIGN(suffix, type, scheme_, hash_, prehashed_)                                       \
	{                                                                                    \
		.name = NAMED(suffix), .work = KC_KEY_WORK_SIGN, .types = KC_KEY_TYPE_##type, \
		.sign = {.scheme = KC_SIGN_##scheme_, .hash = hash_, .prehashed = prehashed_} \
	}
#define PSS(suffix, hash_, salt, prehashed_)                                                 \
	{                                                                                    \
		.name = NAMED(suffix), .work = KC_KEY_WORK_SIGN, .types = KC_KEY_TYPE_RSA,   \
		.sign = {.scheme = KC_SIGN_RSA_PSS, .hash = hash_, .prehashed = prehashed_,  \
			.mgf_hash = hash_, .salt_len = salt}                                 \
	}
#define RSA(suffix, work_, scheme_, hash_)                                                   \
	{                                                                                    \
		.name = NAMED(suffix), .work = KC_KEY_WORK_##work_, .types = KC_KEY_TYPE_RSA, \
		.cipher = {.scheme = KC_CIPHER_RSA_##scheme_, .hash = hash_, .mgf_hash = hash_} \
	}
#define CURVE(suffix, work_, types_, hash_, iv)                                              \
	{                                                                                    \
		.name = NAMED(suffix), .work = KC_KEY_WORK_##work_, .types = types_,         \
		.hash = hash_, .derives_iv = iv                                              \
	}

/* A row for each of the hashes. The salt is as long as the digest, but for SHA-224's, as Apple has
 * it. */
#define FOR_HASH(H, salt)                                                                    \
	SIGN(RSASignatureDigestPKCS1v15##H,      RSA, RSA_PKCS1, HASH(H), true),             \
	SIGN(RSASignatureMessagePKCS1v15##H,     RSA, RSA_PKCS1, HASH(H), false),            \
	PSS(RSASignatureDigestPSS##H,            HASH(H), salt, true),                       \
	PSS(RSASignatureMessagePSS##H,           HASH(H), salt, false),                      \
	SIGN(ECDSASignatureDigestRFC4754##H,     EC,  ECDSA_RAW, HASH(H), true),             \
	SIGN(ECDSASignatureMessageRFC4754##H,    EC,  ECDSA_RAW, HASH(H), false),            \
	SIGN(ECDSASignatureDigestX962##H,        EC,  ECDSA_DER, HASH(H), true),             \
	SIGN(ECDSASignatureMessageX962##H,       EC,  ECDSA_DER, HASH(H), false),            \
	RSA(RSAEncryptionOAEP##H,                CIPHER,     OAEP, HASH(H)),                 \
	RSA(RSAEncryptionOAEP##H##AESGCM,        CIPHER_GCM, OAEP, HASH(H)),                 \
	CURVE(ECIESEncryptionStandardX963##H##AESGCM, ECIES, KC_KEY_TYPE_EC, HASH(H), false), \
	CURVE(ECIESEncryptionCofactorX963##H##AESGCM, ECIES, KC_KEY_TYPE_EC, HASH(H), false), \
	CURVE(ECDHKeyExchangeStandardX963##H,    AGREE, CURVES, HASH(H), false),             \
	CURVE(ECDHKeyExchangeCofactorX963##H,    AGREE, CURVES, HASH(H), false)
#define FOR_HASH_IV(H)                                                                       \
	CURVE(ECIESEncryptionStandardVariableIVX963##H##AESGCM, ECIES, KC_KEY_TYPE_EC, HASH(H), true), \
	CURVE(ECIESEncryptionCofactorVariableIVX963##H##AESGCM, ECIES, KC_KEY_TYPE_EC, HASH(H), true)

/* The curves here have no cofactor, or as RFC 7748 clear it themselves: Standard and Cofactor are
 * the same. */
static const struct kc_key_algorithm algorithms[] = {
	SIGN(RSASignatureRaw,                      RSA,     RSA_RAW,   KC_HASH_NONE, false),
	SIGN(RSASignatureDigestPKCS1v15Raw,        RSA,     RSA_PKCS1, KC_HASH_NONE, false),
	SIGN(ECDSASignatureRFC4754,                EC,      ECDSA_RAW, KC_HASH_NONE, false),
	SIGN(ECDSASignatureDigestRFC4754,          EC,      ECDSA_RAW, KC_HASH_NONE, false),
	SIGN(ECDSASignatureDigestX962,             EC,      ECDSA_DER, KC_HASH_NONE, false),
	SIGN(EdDSASignatureMessageCurve25519SHA512, ED25519, EDDSA,    KC_HASH_NONE, false),
	SIGN(EdDSASignatureMessageCurve448SHAKE256, ED448,   EDDSA,    KC_HASH_NONE, false),
	RSA(RSAEncryptionRaw,                      CIPHER,  RAW,       KC_HASH_NONE),
	RSA(RSAEncryptionPKCS1,                    CIPHER,  PKCS1,     KC_HASH_NONE),
	CURVE(ECDHKeyExchangeStandard,             AGREE,   CURVES,    KC_HASH_NONE, false),
	CURVE(ECDHKeyExchangeCofactor,             AGREE,   CURVES,    KC_HASH_NONE, false),
	FOR_HASH(SHA1, 20),
	FOR_HASH(SHA224, 24),
	FOR_HASH(SHA256, 32),
	FOR_HASH(SHA384, 48),
	FOR_HASH(SHA512, 64),
	FOR_HASH_IV(SHA224),
	FOR_HASH_IV(SHA256),
	FOR_HASH_IV(SHA384),
	FOR_HASH_IV(SHA512),
};

/* What each operation needs: the half, the kinds of work, and one of two marks of a stored key. */
#define WORK(suffix) (1u << KC_KEY_WORK_##suffix)
static const struct {
	bool is_private;
	unsigned works;
	kc_name use, other_use;
} operations[] = {
	[kSecKeyOperationTypeSign]        = {true,  WORK(SIGN), KC_NAME('s', 'i', 'g', 'n'), 0},
	[kSecKeyOperationTypeVerify]      = {false, WORK(SIGN), 0, 0},
	[kSecKeyOperationTypeEncrypt]     = {false, WORK(CIPHER) | WORK(CIPHER_GCM) | WORK(ECIES), 0, 0},
	[kSecKeyOperationTypeDecrypt]     = {true,  WORK(CIPHER) | WORK(CIPHER_GCM) | WORK(ECIES),
		KC_NAME('d', 'e', 'c', 'r'), KC_NAME('u', 'n', 'w', 'p')},
	[kSecKeyOperationTypeKeyExchange] = {true,  WORK(AGREE), KC_NAME('d', 'r', 'v', 'e'), 0},
};
/* clang-format on */

static unsigned type_of(SecKeyRef key)
{
	switch (kc_pk_type(key->pk)) {
	case KC_KEY_RSA:
		return KC_KEY_TYPE_RSA;
	case KC_KEY_EC:
		return KC_KEY_TYPE_EC;
	case KC_KEY_ED25519:
		return KC_KEY_TYPE_ED25519;
	case KC_KEY_ED448:
		return KC_KEY_TYPE_ED448;
	case KC_KEY_X25519:
	case KC_KEY_X448:
		return KC_KEY_TYPE_X;
	}
	return 0;
}

/* RFC 8017: what a block of RSA holds besides a digest, at the least. */
static size_t least_block(const struct kc_key_algorithm *algorithm)
{
	const struct kc_sign_params *sign = &algorithm->sign;
	size_t digest_info = sign->hash == KC_HASH_SHA1 ? 15 : 19; /* 9.2 note 1 */

	if (algorithm->work != KC_KEY_WORK_SIGN)
		return algorithm->cipher.scheme == KC_CIPHER_RSA_OAEP
			       ? 2 * kc_hash_len(algorithm->cipher.hash) + 2
			       : 0;
	if (sign->scheme == KC_SIGN_RSA_PSS)
		return kc_hash_len(sign->hash) + sign->salt_len + 2;
	if (sign->hash != KC_HASH_NONE)
		return kc_hash_len(sign->hash) + digest_info + 11;
	return 0;
}

static const struct kc_key_algorithm *find(SecKeyAlgorithm name)
{
	if (kc_object_kind(name) != KC_OBJECT_STRING)
		return NULL;
	for (size_t i = 0; i < KC_COUNT_OF(algorithms); i++)
		if (*algorithms[i].name == name || CFEqual(*algorithms[i].name, name))
			return &algorithms[i];
	return NULL;
}

static bool can(SecKeyRef key, SecKeyOperationType operation)
{
	if (key->is_private != operations[operation].is_private)
		return false;
	if (!kc_key_is_remote(key))
		return true;
	return kc_key_attributes_allow(key, operations[operation].use) ||
	       kc_key_attributes_allow(key, operations[operation].other_use);
}

static bool is_large_enough(SecKeyRef key, const struct kc_key_algorithm *algorithm)
{
	return kc_pk_type(key->pk) != KC_KEY_RSA || kc_key_block_len(key) >= least_block(algorithm);
}

kc_err kc_key_algorithm_get(SecKeyRef key, SecKeyOperationType operation, SecKeyAlgorithm name,
	const struct kc_key_algorithm **ret)
{
	const struct kc_key_algorithm *algorithm = find(name);

	if (!kc_key_is(key) || !algorithm || operation < 0 ||
		operation >= (SecKeyOperationType)KC_COUNT_OF(operations))
		return KC_ERR(PARAM);
	if (!can(key, operation) || !(operations[operation].works & 1u << algorithm->work) ||
		!(algorithm->types & type_of(key)) || !is_large_enough(key, algorithm))
		return KC_ERR(PARAM);
	*ret = algorithm;
	return KC_OK;
}

Boolean SecKeyIsAlgorithmSupported(
	SecKeyRef key, SecKeyOperationType operation, SecKeyAlgorithm algorithm)
{
	const struct kc_key_algorithm *row;

	return kc_key_algorithm_get(key, operation, algorithm, &row) == KC_OK;
}

kc_err kc_key_algorithm_error(kc_err err)
{
	static const kc_err of_call[] = {KC_E_MECHANISM, KC_E_MECHANISM_PARAM, KC_E_KEY_TYPE,
		KC_E_KEY_SIZE, KC_E_KEY_USE, KC_E_DATA_LEN, KC_E_DECODE, KC_E_DECRYPT};

	for (size_t i = 0; i < KC_COUNT_OF(of_call); i++)
		if (err == of_call[i])
			return KC_ERR(PARAM);
	return err;
}
