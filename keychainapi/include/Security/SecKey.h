/* SPDX-License-Identifier: ISC */
/*
 * Keys: making them, what they are, and their use.
 *
 * A SecKey is one half of a key pair. One that was made from bytes or generated without
 * kSecAttrIsPermanent lives in the memory of the program. One of the keychain is a reference to its
 * item: the private half stays with the keychain service, which signs, decrypts and agrees with it.
 * Both are used with the same functions, from any thread.
 *
 * Where a function takes an error, NULL is fine; otherwise a failure makes an error, in
 * kCFErrorDomainOSStatus, that the caller releases. Everywhere errSecParam stands for an argument
 * that is missing or of the wrong type, for an algorithm that this half of this key cannot be used
 * with, and for input that it does not take. A key of the keychain can fail as items do:
 * errSecInteractionNotAllowed while locked, errSecItemNotFound when it has been deleted.
 */
#ifndef SECURITY_SECKEY_H
#define SECURITY_SECKEY_H

#include <Security/SecBase.h>
#include <Security/cssmtype.h>

#ifdef __BLOCKS__
#ifdef __has_include
#if __has_include(<dispatch/dispatch.h>)
#include <dispatch/dispatch.h>
#define SEC_QUEUE dispatch_queue_t
#define SEC_ON_QUEUE(queue, block) dispatch_async(queue, block)
#endif
#endif
#ifndef SEC_QUEUE
#define SEC_QUEUE void *
#define SEC_ON_QUEUE(queue, block) ((void)(queue), (block)())
#endif
#endif

CF_EXTERN_C_BEGIN

CF_EXPORT CFTypeID SecKeyGetTypeID(void);

/* --- making keys ----------------------------------------------------------------------------- */

/* Sub-dictionaries of a request for a key pair: what is said of one half alone. */
CF_EXPORT const CFStringRef kSecPrivateKeyAttrs;
CF_EXPORT const CFStringRef kSecPublicKeyAttrs;

/*
 * Generates a key pair and returns the private half. parameters: kSecAttrKeyType and
 * kSecAttrKeySizeInBits (RSA 512 to 8192 bits; EC 192, 224, 256, 384, 521), attributes of both
 * halves, and of one in the two sub-dictionaries, which win. A half for which kSecAttrIsPermanent
 * is true becomes an item of the keychain; when that fails, so does the call. A private key
 * generated so can be copied out of the keychain only if kSecAttrIsExtractable is true, which it is
 * unless said otherwise in the strict profile (Security/SecItem.h), and is not in the default one.
 * errSecUnimplemented for a token.
 */
CF_EXPORT SecKeyRef SecKeyCreateRandomKey(CFDictionaryRef parameters, CFErrorRef *error);

/* The same, giving both halves; either pointer may be NULL. Nothing is written on failure. */
CF_EXPORT OSStatus SecKeyGeneratePair(
	CFDictionaryRef parameters, SecKeyRef *publicKey, SecKeyRef *privateKey);

/*
 * A key from its external representation: RSA as PKCS#1, a public one as SubjectPublicKeyInfo too;
 * EC as 04 || X || Y (a public one also compressed) and for private ones || K; those of RFC 7748
 * and RFC 8032 as their bytes. attributes: kSecAttrKeyType and kSecAttrKeyClass.
 * errSecUnimplemented for symmetric keys.
 */
CF_EXPORT SecKeyRef SecKeyCreateWithData(
	CFDataRef keyData, CFDictionaryRef attributes, CFErrorRef *error);

/* The same with the arguments in another order, from before SecKeyCreateWithData. */
CF_EXPORT SecKeyRef SecKeyCreateFromData(
	CFDictionaryRef parameters, CFDataRef keyData, CFErrorRef *error);

/* --- what a key is --------------------------------------------------------------------------- */

/* The number of bytes of an RSA modulus or of a coordinate; 0 for NULL. */
CF_EXPORT size_t SecKeyGetBlockSize(SecKeyRef key);

/* NULL and errSecDataNotAvailable for a private key that is not extractable. */
CF_EXPORT CFDataRef SecKeyCopyExternalRepresentation(SecKeyRef key, CFErrorRef *error);

/* Type, class, size, label (the SHA-1 digest of the public half), and what the key can be used for;
 * the external representation as kSecValueData when it can be had. NULL for NULL. */
CF_EXPORT CFDictionaryRef SecKeyCopyAttributes(SecKeyRef key);

/* The public half; of a public key, itself. NULL for NULL. */
CF_EXPORT SecKeyRef SecKeyCopyPublicKey(SecKeyRef key);

/* --- algorithms ------------------------------------------------------------------------------ */

/* A ...Digest... algorithm takes a digest of just the length of the hash, a ...Message... one
 * hashes for itself. */
typedef CFStringRef SecKeyAlgorithm;

/* Signatures of RSA: of a block, of a DigestInfo, of a digest, of a message. */
CF_EXPORT const SecKeyAlgorithm kSecKeyAlgorithmRSASignatureRaw;
CF_EXPORT const SecKeyAlgorithm kSecKeyAlgorithmRSASignatureDigestPKCS1v15Raw;
CF_EXPORT const SecKeyAlgorithm kSecKeyAlgorithmRSASignatureDigestPKCS1v15SHA1;
CF_EXPORT const SecKeyAlgorithm kSecKeyAlgorithmRSASignatureDigestPKCS1v15SHA224;
CF_EXPORT const SecKeyAlgorithm kSecKeyAlgorithmRSASignatureDigestPKCS1v15SHA256;
CF_EXPORT const SecKeyAlgorithm kSecKeyAlgorithmRSASignatureDigestPKCS1v15SHA384;
CF_EXPORT const SecKeyAlgorithm kSecKeyAlgorithmRSASignatureDigestPKCS1v15SHA512;
CF_EXPORT const SecKeyAlgorithm kSecKeyAlgorithmRSASignatureMessagePKCS1v15SHA1;
CF_EXPORT const SecKeyAlgorithm kSecKeyAlgorithmRSASignatureMessagePKCS1v15SHA224;
CF_EXPORT const SecKeyAlgorithm kSecKeyAlgorithmRSASignatureMessagePKCS1v15SHA256;
CF_EXPORT const SecKeyAlgorithm kSecKeyAlgorithmRSASignatureMessagePKCS1v15SHA384;
CF_EXPORT const SecKeyAlgorithm kSecKeyAlgorithmRSASignatureMessagePKCS1v15SHA512;
CF_EXPORT const SecKeyAlgorithm kSecKeyAlgorithmRSASignatureDigestPSSSHA1;
CF_EXPORT const SecKeyAlgorithm kSecKeyAlgorithmRSASignatureDigestPSSSHA224;
CF_EXPORT const SecKeyAlgorithm kSecKeyAlgorithmRSASignatureDigestPSSSHA256;
CF_EXPORT const SecKeyAlgorithm kSecKeyAlgorithmRSASignatureDigestPSSSHA384;
CF_EXPORT const SecKeyAlgorithm kSecKeyAlgorithmRSASignatureDigestPSSSHA512;
CF_EXPORT const SecKeyAlgorithm kSecKeyAlgorithmRSASignatureMessagePSSSHA1;
CF_EXPORT const SecKeyAlgorithm kSecKeyAlgorithmRSASignatureMessagePSSSHA224;
CF_EXPORT const SecKeyAlgorithm kSecKeyAlgorithmRSASignatureMessagePSSSHA256;
CF_EXPORT const SecKeyAlgorithm kSecKeyAlgorithmRSASignatureMessagePSSSHA384;
CF_EXPORT const SecKeyAlgorithm kSecKeyAlgorithmRSASignatureMessagePSSSHA512;

/* Signatures of EC keys: both numbers side by side, and in DER. */
CF_EXPORT const SecKeyAlgorithm kSecKeyAlgorithmECDSASignatureRFC4754;
CF_EXPORT const SecKeyAlgorithm kSecKeyAlgorithmECDSASignatureDigestRFC4754;
CF_EXPORT const SecKeyAlgorithm kSecKeyAlgorithmECDSASignatureDigestRFC4754SHA1;
CF_EXPORT const SecKeyAlgorithm kSecKeyAlgorithmECDSASignatureDigestRFC4754SHA224;
CF_EXPORT const SecKeyAlgorithm kSecKeyAlgorithmECDSASignatureDigestRFC4754SHA256;
CF_EXPORT const SecKeyAlgorithm kSecKeyAlgorithmECDSASignatureDigestRFC4754SHA384;
CF_EXPORT const SecKeyAlgorithm kSecKeyAlgorithmECDSASignatureDigestRFC4754SHA512;
CF_EXPORT const SecKeyAlgorithm kSecKeyAlgorithmECDSASignatureMessageRFC4754SHA1;
CF_EXPORT const SecKeyAlgorithm kSecKeyAlgorithmECDSASignatureMessageRFC4754SHA224;
CF_EXPORT const SecKeyAlgorithm kSecKeyAlgorithmECDSASignatureMessageRFC4754SHA256;
CF_EXPORT const SecKeyAlgorithm kSecKeyAlgorithmECDSASignatureMessageRFC4754SHA384;
CF_EXPORT const SecKeyAlgorithm kSecKeyAlgorithmECDSASignatureMessageRFC4754SHA512;
CF_EXPORT const SecKeyAlgorithm kSecKeyAlgorithmECDSASignatureDigestX962;
CF_EXPORT const SecKeyAlgorithm kSecKeyAlgorithmECDSASignatureDigestX962SHA1;
CF_EXPORT const SecKeyAlgorithm kSecKeyAlgorithmECDSASignatureDigestX962SHA224;
CF_EXPORT const SecKeyAlgorithm kSecKeyAlgorithmECDSASignatureDigestX962SHA256;
CF_EXPORT const SecKeyAlgorithm kSecKeyAlgorithmECDSASignatureDigestX962SHA384;
CF_EXPORT const SecKeyAlgorithm kSecKeyAlgorithmECDSASignatureDigestX962SHA512;
CF_EXPORT const SecKeyAlgorithm kSecKeyAlgorithmECDSASignatureMessageX962SHA1;
CF_EXPORT const SecKeyAlgorithm kSecKeyAlgorithmECDSASignatureMessageX962SHA224;
CF_EXPORT const SecKeyAlgorithm kSecKeyAlgorithmECDSASignatureMessageX962SHA256;
CF_EXPORT const SecKeyAlgorithm kSecKeyAlgorithmECDSASignatureMessageX962SHA384;
CF_EXPORT const SecKeyAlgorithm kSecKeyAlgorithmECDSASignatureMessageX962SHA512;

/* Signatures of Edwards curves. */
CF_EXPORT const SecKeyAlgorithm kSecKeyAlgorithmEdDSASignatureMessageCurve25519SHA512;
CF_EXPORT const SecKeyAlgorithm kSecKeyAlgorithmEdDSASignatureMessageCurve448SHAKE256;

/* Encryption with RSA; with AES-GCM, messages of any length. */
CF_EXPORT const SecKeyAlgorithm kSecKeyAlgorithmRSAEncryptionRaw;
CF_EXPORT const SecKeyAlgorithm kSecKeyAlgorithmRSAEncryptionPKCS1;
CF_EXPORT const SecKeyAlgorithm kSecKeyAlgorithmRSAEncryptionOAEPSHA1;
CF_EXPORT const SecKeyAlgorithm kSecKeyAlgorithmRSAEncryptionOAEPSHA224;
CF_EXPORT const SecKeyAlgorithm kSecKeyAlgorithmRSAEncryptionOAEPSHA256;
CF_EXPORT const SecKeyAlgorithm kSecKeyAlgorithmRSAEncryptionOAEPSHA384;
CF_EXPORT const SecKeyAlgorithm kSecKeyAlgorithmRSAEncryptionOAEPSHA512;
CF_EXPORT const SecKeyAlgorithm kSecKeyAlgorithmRSAEncryptionOAEPSHA1AESGCM;
CF_EXPORT const SecKeyAlgorithm kSecKeyAlgorithmRSAEncryptionOAEPSHA224AESGCM;
CF_EXPORT const SecKeyAlgorithm kSecKeyAlgorithmRSAEncryptionOAEPSHA256AESGCM;
CF_EXPORT const SecKeyAlgorithm kSecKeyAlgorithmRSAEncryptionOAEPSHA384AESGCM;
CF_EXPORT const SecKeyAlgorithm kSecKeyAlgorithmRSAEncryptionOAEPSHA512AESGCM;

/* Encryption with EC keys. */
CF_EXPORT const SecKeyAlgorithm kSecKeyAlgorithmECIESEncryptionStandardX963SHA1AESGCM;
CF_EXPORT const SecKeyAlgorithm kSecKeyAlgorithmECIESEncryptionStandardX963SHA224AESGCM;
CF_EXPORT const SecKeyAlgorithm kSecKeyAlgorithmECIESEncryptionStandardX963SHA256AESGCM;
CF_EXPORT const SecKeyAlgorithm kSecKeyAlgorithmECIESEncryptionStandardX963SHA384AESGCM;
CF_EXPORT const SecKeyAlgorithm kSecKeyAlgorithmECIESEncryptionStandardX963SHA512AESGCM;
CF_EXPORT const SecKeyAlgorithm kSecKeyAlgorithmECIESEncryptionCofactorX963SHA1AESGCM;
CF_EXPORT const SecKeyAlgorithm kSecKeyAlgorithmECIESEncryptionCofactorX963SHA224AESGCM;
CF_EXPORT const SecKeyAlgorithm kSecKeyAlgorithmECIESEncryptionCofactorX963SHA256AESGCM;
CF_EXPORT const SecKeyAlgorithm kSecKeyAlgorithmECIESEncryptionCofactorX963SHA384AESGCM;
CF_EXPORT const SecKeyAlgorithm kSecKeyAlgorithmECIESEncryptionCofactorX963SHA512AESGCM;
CF_EXPORT const SecKeyAlgorithm kSecKeyAlgorithmECIESEncryptionStandardVariableIVX963SHA224AESGCM;
CF_EXPORT const SecKeyAlgorithm kSecKeyAlgorithmECIESEncryptionStandardVariableIVX963SHA256AESGCM;
CF_EXPORT const SecKeyAlgorithm kSecKeyAlgorithmECIESEncryptionStandardVariableIVX963SHA384AESGCM;
CF_EXPORT const SecKeyAlgorithm kSecKeyAlgorithmECIESEncryptionStandardVariableIVX963SHA512AESGCM;
CF_EXPORT const SecKeyAlgorithm kSecKeyAlgorithmECIESEncryptionCofactorVariableIVX963SHA224AESGCM;
CF_EXPORT const SecKeyAlgorithm kSecKeyAlgorithmECIESEncryptionCofactorVariableIVX963SHA256AESGCM;
CF_EXPORT const SecKeyAlgorithm kSecKeyAlgorithmECIESEncryptionCofactorVariableIVX963SHA384AESGCM;
CF_EXPORT const SecKeyAlgorithm kSecKeyAlgorithmECIESEncryptionCofactorVariableIVX963SHA512AESGCM;

/* Key agreement. */
CF_EXPORT const SecKeyAlgorithm kSecKeyAlgorithmECDHKeyExchangeStandard;
CF_EXPORT const SecKeyAlgorithm kSecKeyAlgorithmECDHKeyExchangeStandardX963SHA1;
CF_EXPORT const SecKeyAlgorithm kSecKeyAlgorithmECDHKeyExchangeStandardX963SHA224;
CF_EXPORT const SecKeyAlgorithm kSecKeyAlgorithmECDHKeyExchangeStandardX963SHA256;
CF_EXPORT const SecKeyAlgorithm kSecKeyAlgorithmECDHKeyExchangeStandardX963SHA384;
CF_EXPORT const SecKeyAlgorithm kSecKeyAlgorithmECDHKeyExchangeStandardX963SHA512;
CF_EXPORT const SecKeyAlgorithm kSecKeyAlgorithmECDHKeyExchangeCofactor;
CF_EXPORT const SecKeyAlgorithm kSecKeyAlgorithmECDHKeyExchangeCofactorX963SHA1;
CF_EXPORT const SecKeyAlgorithm kSecKeyAlgorithmECDHKeyExchangeCofactorX963SHA224;
CF_EXPORT const SecKeyAlgorithm kSecKeyAlgorithmECDHKeyExchangeCofactorX963SHA256;
CF_EXPORT const SecKeyAlgorithm kSecKeyAlgorithmECDHKeyExchangeCofactorX963SHA384;
CF_EXPORT const SecKeyAlgorithm kSecKeyAlgorithmECDHKeyExchangeCofactorX963SHA512;

typedef CFIndex SecKeyOperationType;
enum {
	kSecKeyOperationTypeSign = 0,
	kSecKeyOperationTypeVerify = 1,
	kSecKeyOperationTypeEncrypt = 2,
	kSecKeyOperationTypeDecrypt = 3,
	kSecKeyOperationTypeKeyExchange = 4
};

/* Whether this half of this key can be used so: signing, decryption and agreement need the private
 * one, the other two the public one. */
CF_EXPORT Boolean SecKeyIsAlgorithmSupported(
	SecKeyRef key, SecKeyOperationType operation, SecKeyAlgorithm algorithm);

CF_EXPORT CFDataRef SecKeyCreateSignature(
	SecKeyRef key, SecKeyAlgorithm algorithm, CFDataRef dataToSign, CFErrorRef *error);

/* False and errSecVerifyFailed when the signature is not one of the data. */
CF_EXPORT Boolean SecKeyVerifySignature(SecKeyRef key, SecKeyAlgorithm algorithm,
	CFDataRef signedData, CFDataRef signature, CFErrorRef *error);

CF_EXPORT CFDataRef SecKeyCreateEncryptedData(
	SecKeyRef key, SecKeyAlgorithm algorithm, CFDataRef plaintext, CFErrorRef *error);

/* errSecParam for whatever was not encrypted for this key with this algorithm. */
CF_EXPORT CFDataRef SecKeyCreateDecryptedData(
	SecKeyRef key, SecKeyAlgorithm algorithm, CFDataRef ciphertext, CFErrorRef *error);

/* Parameters of a key agreement: how many bytes the ...X963... algorithms are to derive (a number,
 * needed), and data that goes into the derivation. */
CF_EXPORT const CFStringRef kSecKeyKeyExchangeParameterRequestedSize;
CF_EXPORT const CFStringRef kSecKeyKeyExchangeParameterSharedInfo;

/* The secret shared with the owner of the other key, which is a public one of the same curve: for
 * the plain algorithms the X coordinate itself, to be hashed before use. */
CF_EXPORT CFDataRef SecKeyCopyKeyExchangeResult(SecKeyRef privateKey, SecKeyAlgorithm algorithm,
	SecKeyRef publicKey, CFDictionaryRef parameters, CFErrorRef *error);

/* --- the older functions --------------------------------------------------------------------- */

typedef UInt32 SecPadding;
enum {
	kSecPaddingNone = 0,
	kSecPaddingPKCS1 = 1,
	kSecPaddingOAEP = 2,
	kSecPaddingSigRaw = 0x4000, /* of EC keys: both numbers side by side */
	kSecPaddingPKCS1MD2 = 0x8000,
	kSecPaddingPKCS1MD5 = 0x8001,
	kSecPaddingPKCS1SHA1 = 0x8002,
	kSecPaddingPKCS1SHA224 = 0x8003,
	kSecPaddingPKCS1SHA256 = 0x8004,
	kSecPaddingPKCS1SHA384 = 0x8005,
	kSecPaddingPKCS1SHA512 = 0x8006
};

/*
 * The padding chooses the algorithm; the lengths are bytes. In *...Len the caller says how much
 * room there is and gets how much was written; a room too small is errSecParam, as are MD2 and MD5.
 * SecKeyRawVerify answers errSSLCrypto for a signature that does not match.
 */
CF_EXPORT OSStatus SecKeyRawSign(SecKeyRef key, SecPadding padding, const uint8_t *dataToSign,
	size_t dataToSignLen, uint8_t *sig, size_t *sigLen);
CF_EXPORT OSStatus SecKeyRawVerify(SecKeyRef key, SecPadding padding, const uint8_t *signedData,
	size_t signedDataLen, const uint8_t *sig, size_t sigLen);
CF_EXPORT OSStatus SecKeyEncrypt(SecKeyRef key, SecPadding padding, const uint8_t *plainText,
	size_t plainTextLen, uint8_t *cipherText, size_t *cipherTextLen);
CF_EXPORT OSStatus SecKeyDecrypt(SecKeyRef key, SecPadding padding, const uint8_t *cipherText,
	size_t cipherTextLen, uint8_t *plainText, size_t *plainTextLen);

/*
 * A pair whose halves are items of the keychain, by the algorithms, uses and attributes of
 * Security/cssmtype.h: CSSM_ALGID_RSA or CSSM_ALGID_ECDSA. A half is kept when its attributes say
 * CSSM_KEYATTR_PERMANENT, the private one can be copied out with CSSM_KEYATTR_EXTRACTABLE.
 * keychainRef must be NULL or the user's own keychain; contextHandle and initialAccess are not
 * looked at. errSecUnimplemented for other algorithms and keychains.
 */
CF_EXPORT OSStatus SecKeyCreatePair(SecKeychainRef keychainRef, CSSM_ALGORITHMS algorithm,
	uint32_t keySizeInBits, CSSM_CC_HANDLE contextHandle, CSSM_KEYUSE publicKeyUsage,
	uint32_t publicKeyAttr, CSSM_KEYUSE privateKeyUsage, uint32_t privateKeyAttr,
	SecAccessRef initialAccess, SecKeyRef *publicKey, SecKeyRef *privateKey) SEC_DEPRECATED;

/* Keys that are no pair, and the layer below this one: there are none here, errSecUnimplemented. */
CF_EXPORT OSStatus SecKeyGenerate(SecKeychainRef keychainRef, CSSM_ALGORITHMS algorithm,
	uint32_t keySizeInBits, CSSM_CC_HANDLE contextHandle, CSSM_KEYUSE keyUsage,
	uint32_t keyAttr, SecAccessRef initialAccess, SecKeyRef *keyRef) SEC_DEPRECATED;
CF_EXPORT SecKeyRef SecKeyGenerateSymmetric(
	CFDictionaryRef parameters, CFErrorRef *error) SEC_DEPRECATED;
CF_EXPORT OSStatus SecKeyGetCSSMKey(SecKeyRef key, const CSSM_KEY **cssmKey) SEC_DEPRECATED;
CF_EXPORT OSStatus SecKeyGetCSPHandle(SecKeyRef keyRef, CSSM_CSP_HANDLE *cspHandle) SEC_DEPRECATED;

typedef uint32_t SecCredentialType;
enum { kSecCredentialTypeDefault = 0, kSecCredentialTypeWithUI, kSecCredentialTypeNoUI };
CF_EXPORT OSStatus SecKeyGetCredentials(SecKeyRef keyRef, CSSM_ACL_AUTHORIZATION_TAG operation,
	SecCredentialType credentialType,
	const CSSM_ACCESS_CREDENTIALS **outCredentials) SEC_DEPRECATED;

#ifdef __BLOCKS__
/* SecKeyGeneratePair, with the result for a block: on the queue where there is libdispatch, else at
 * once, by the calling thread. The objects are borrowed. */
typedef void (^SecKeyGeneratePairBlock)(
	SecKeyRef publicKey, SecKeyRef privateKey, CFErrorRef error);

CF_INLINE void SecKeyGeneratePairAsync(
	CFDictionaryRef parameters, SEC_QUEUE deliveryQueue, SecKeyGeneratePairBlock result)
{
	SecKeyRef publicKey = NULL, privateKey = NULL;
	CFErrorRef error = NULL;
	OSStatus status = SecKeyGeneratePair(parameters, &publicKey, &privateKey);

	if (status != errSecSuccess)
		error = CFErrorCreate(NULL, kCFErrorDomainOSStatus, status, NULL);
	SEC_ON_QUEUE(deliveryQueue, ^{
		result(publicKey, privateKey, error);
		if (publicKey)
			CFRelease(publicKey);
		if (privateKey)
			CFRelease(privateKey);
		if (error)
			CFRelease(error);
	});
}
#endif

/* Attributes of keys in Security/SecKeychainItem.h. */
enum {
	kSecKeyKeyClass = 0,
	kSecKeyPrintName = 1,
	kSecKeyAlias = 2,
	kSecKeyPermanent = 3,
	kSecKeyPrivate = 4,
	kSecKeyModifiable = 5,
	kSecKeyLabel = 6,
	kSecKeyApplicationTag = 7,
	kSecKeyKeyCreator = 8,
	kSecKeyKeyType = 9,
	kSecKeyKeySizeInBits = 10,
	kSecKeyEffectiveKeySize = 11,
	kSecKeyStartDate = 12,
	kSecKeyEndDate = 13,
	kSecKeySensitive = 14,
	kSecKeyAlwaysSensitive = 15,
	kSecKeyExtractable = 16,
	kSecKeyNeverExtractable = 17,
	kSecKeyEncrypt = 18,
	kSecKeyDecrypt = 19,
	kSecKeyDerive = 20,
	kSecKeySign = 21,
	kSecKeyVerify = 22,
	kSecKeySignRecover = 23,
	kSecKeyVerifyRecover = 24,
	kSecKeyWrap = 25,
	kSecKeyUnwrap = 26
};

/* Words of older interfaces. */
typedef uint32_t SecKeySizes;
enum {
	kSecDefaultKeySize = 0,
	kSec3DES192 = 192,
	kSecAES128 = 128,
	kSecAES192 = 192,
	kSecAES256 = 256,
	kSecp192r1 = 192,
	kSecp256r1 = 256,
	kSecp384r1 = 384,
	kSecp521r1 = 521,
	kSecRSAMin = 1024,
	kSecRSAMax = 4096
};

/* The last is more than an int holds, which ISO C keeps from enumerations. */
typedef uint32_t SecKeyUsage;
__extension__ enum {
	kSecKeyUsageUnspecified = 0u,
	kSecKeyUsageDigitalSignature = 1u << 0,
	kSecKeyUsageNonRepudiation = 1u << 1,
	kSecKeyUsageContentCommitment = 1u << 1,
	kSecKeyUsageKeyEncipherment = 1u << 2,
	kSecKeyUsageDataEncipherment = 1u << 3,
	kSecKeyUsageKeyAgreement = 1u << 4,
	kSecKeyUsageKeyCertSign = 1u << 5,
	kSecKeyUsageCRLSign = 1u << 6,
	kSecKeyUsageEncipherOnly = 1u << 7,
	kSecKeyUsageDecipherOnly = 1u << 8,
	kSecKeyUsageCritical = 1u << 31,
	kSecKeyUsageAll = 0x7fffffffu
};

CF_EXTERN_C_END

#endif
