/* SPDX-License-Identifier: ISC */
/* Keys: what is outside Apple's public interface. Errors are as in Security/SecKey.h. */
#ifndef SECURITY_SECKEYPRIV_H
#define SECURITY_SECKEYPRIV_H

#include <Security/SecAsn1Types.h>
#include <Security/SecKey.h>

CF_EXTERN_C_BEGIN

/* Key generation. */
CF_EXPORT const CFStringRef kSecKeyApplePayEnabled;
CF_EXPORT const CFStringRef kSecKeyOSBound;
CF_EXPORT const CFStringRef kSecKeySealedHashesBound;

/* --- from and to bytes ----------------------------------------------------------------------- */

typedef uint32_t SecKeyEncoding;
enum {
	kSecKeyEncodingRaw = 0,
	kSecKeyEncodingPkcs1 = 1,
	kSecKeyEncodingApplePkcs1 = 2,
	kSecKeyEncodingRSAPublicParams = 3, /* a SecRSAPublicKeyParams */
	kSecKeyEncodingBytes = 7	    /* as SecKeyCopyPublicBytes gives them */
};

typedef struct SecRSAPublicKeyParams {
	uint8_t *modulus; /* most significant byte first */
	CFIndex modulusLength;
	uint8_t *exponent;
	CFIndex exponentLength;
} SecRSAPublicKeyParams;

/* NULL for bytes that are no such key, and for an encoding that such keys do not have. */
CF_EXPORT SecKeyRef SecKeyCreateRSAPublicKey(CFAllocatorRef allocator, const uint8_t *keyData,
	CFIndex keyDataLength, SecKeyEncoding encoding);
CF_EXPORT SecKeyRef SecKeyCreateRSAPrivateKey(CFAllocatorRef allocator, const uint8_t *keyData,
	CFIndex keyDataLength, SecKeyEncoding encoding);
CF_EXPORT SecKeyRef SecKeyCreateECPublicKey(CFAllocatorRef allocator, const uint8_t *keyData,
	CFIndex keyDataLength, SecKeyEncoding encoding);
CF_EXPORT SecKeyRef SecKeyCreateECPrivateKey(CFAllocatorRef allocator, const uint8_t *keyData,
	CFIndex keyDataLength, SecKeyEncoding encoding);

/* A public key from its SubjectPublicKeyInfo (RFC 5280 4.1.2.7), and back; NULL for what is none.
 */
CF_EXPORT SecKeyRef SecKeyCreateFromSubjectPublicKeyInfoData(
	CFAllocatorRef allocator, CFDataRef subjectPublicKeyInfoData);
CF_EXPORT CFDataRef SecKeyCopySubjectPublicKeyInfo(SecKeyRef key);

/* The external representation of the public half. */
CF_EXPORT OSStatus SecKeyCopyPublicBytes(SecKeyRef key, CFDataRef *publicBytes);
/* The public half: another name of SecKeyCopyPublicKey. */
CF_EXPORT SecKeyRef SecKeyCreatePublicFromPrivate(SecKeyRef privateKey);
/* The SHA-1 digest of the public half's external representation. */
CF_EXPORT CFDataRef SecKeyCopyPublicKeyHash(SecKeyRef key);

/* --- what a key is --------------------------------------------------------------------------- */

typedef uint32_t SecKeySize;
enum {
	/* kSecKeyKeySizeInBits of Security/SecKey.h, and 0 for the same */
	kSecKeySignatureSize = 1,
	kSecKeyEncryptedDataSize = 2
};

/* 0 for what the key has not. */
CF_EXPORT size_t SecKeyGetSize(SecKeyRef key, SecKeySize whichSize);

enum {
	kSecNullAlgorithmID = 0,
	kSecRSAAlgorithmID = 1,
	kSecDSAAlgorithmID = 2,
	kSecECDSAAlgorithmID = 3
};

CF_EXPORT CFIndex SecKeyGetAlgorithmId(SecKeyRef key);
CF_EXPORT CFIndex SecKeyGetAlgorithmIdentifier(SecKeyRef key);

/* --- in the keychain ------------------------------------------------------------------------- */

/* The private half of the keychain for a public key, synced or not; NULL and errSecItemNotFound. */
CF_EXPORT SecKeyRef SecKeyCopyMatchingPrivateKey(SecKeyRef publicKey, CFErrorRef *error);
CF_EXPORT OSStatus SecKeyGetMatchingPrivateKeyStatus(SecKeyRef publicKey, CFErrorRef *error);

/* A persistent reference as kSecReturnPersistentRef gives it; errSecItemNotFound for a key that is
 * not in the keychain. */
CF_EXPORT OSStatus SecKeyCopyPersistentRef(SecKeyRef key, CFDataRef *persistentRef);
CF_EXPORT OSStatus SecKeyFindWithPersistentRef(CFDataRef persistentRef, SecKeyRef *lookedUpKey);

/* --- signatures by object identifiers -------------------------------------------------------- */

/*
 * algId says hash and kind of key: sha...WithRSAEncryption (RFC 8017) or ecdsa-with-SHA... (RFC
 * 5758); errSecUnimplemented for anything else. Lengths and errors are those of SecKeyRawSign and
 * SecKeyRawVerify.
 */
CF_EXPORT OSStatus SecKeyDigestAndSign(SecKeyRef key, const SecAsn1AlgId *algId,
	const uint8_t *dataToDigest, size_t dataToDigestLen, uint8_t *sig, size_t *sigLen);
CF_EXPORT OSStatus SecKeyDigestAndVerify(SecKeyRef key, const SecAsn1AlgId *algId,
	const uint8_t *dataToDigest, size_t dataToDigestLen, const uint8_t *sig, size_t sigLen);

/* --- encryption ------------------------------------------------------------------------------ */

/* Parameters of encryption: the size of the AES key, and data to be authenticated with the message;
 * the data for the derivation is kSecKeyKeyExchangeParameterSharedInfo. */
CF_EXPORT const CFStringRef kSecKeyEncryptionParameterSymmetricKeySizeInBits;
CF_EXPORT const CFStringRef kSecKeyEncryptionParameterSymmetricAAD;
CF_EXPORT const CFStringRef kSecKeyEncryptionParameterRecryptParameters;
CF_EXPORT const CFStringRef kSecKeyEncryptionParameterRecryptCertificate;

CF_EXPORT CFDataRef SecKeyCreateEncryptedDataWithParameters(SecKeyRef key,
	SecKeyAlgorithm algorithm, CFDataRef plaintext, CFDictionaryRef parameters,
	CFErrorRef *error);
CF_EXPORT CFDataRef SecKeyCreateDecryptedDataWithParameters(SecKeyRef key,
	SecKeyAlgorithm algorithm, CFDataRef ciphertext, CFDictionaryRef parameters,
	CFErrorRef *error);

/* Algorithms that no key here can be used with. */
CF_EXPORT const SecKeyAlgorithm kSecKeyAlgorithmRSASignatureDigestPKCS1v15MD5;
CF_EXPORT const SecKeyAlgorithm kSecKeyAlgorithmRSASignatureMessagePKCS1v15MD5;
CF_EXPORT const SecKeyAlgorithm kSecKeyAlgorithmMLDSASignatureMessage;
CF_EXPORT const SecKeyAlgorithm kSecKeyAlgorithmKEMKyber;
CF_EXPORT const SecKeyAlgorithm kSecKeyAlgorithmKEMMLKEM;
CF_EXPORT const SecKeyAlgorithm kSecKeyAlgorithmRSASignatureRawCCUnit;
CF_EXPORT const SecKeyAlgorithm kSecKeyAlgorithmRSAEncryptionRawCCUnit;
CF_EXPORT const SecKeyAlgorithm kSecKeyAlgorithmECIESEncryptionAKSSmartCard;

CF_EXTERN_C_END

#endif
