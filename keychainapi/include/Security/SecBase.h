/* SPDX-License-Identifier: ISC */
/* What all headers of the Security framework stand on: the result codes and the object types. */
#ifndef SECURITY_SECBASE_H
#define SECURITY_SECBASE_H

#include <CoreFoundation/CFBase.h>
#include <CoreFoundation/CFData.h>
#include <CoreFoundation/CFDictionary.h>
#include <CoreFoundation/CFError.h>
#include <CoreFoundation/CFString.h>

CF_EXTERN_C_BEGIN

/* Objects, to be retained and released like those of CoreFoundation. */
CF_DECLARE_REF(SecAccessControlRef, struct __SecAccessControl);
CF_DECLARE_REF(SecCertificateRef, struct __SecCertificate);
CF_DECLARE_REF(SecIdentityRef, struct __SecIdentity);
CF_DECLARE_REF(SecKeyRef, struct __SecKey);
CF_DECLARE_REF(SecPolicyRef, struct __SecPolicy);

/* Objects of the older, keychain-file interface. */
CF_DECLARE_REF(SecKeychainRef, struct __SecKeychain);
CF_DECLARE_REF(SecKeychainItemRef, struct __SecKeychainItem);
CF_DECLARE_REF(SecKeychainSearchRef, struct __SecKeychainSearch);
CF_DECLARE_REF(SecAccessRef, struct __SecAccess);
CF_DECLARE_REF(SecACLRef, struct __SecACL);
CF_DECLARE_REF(SecTrustedApplicationRef, struct __SecTrustedApplication);

/* Attributes of that interface: a code of four characters, and bytes. */
typedef OSType SecKeychainAttrType;
typedef struct SecKeychainAttribute {
	SecKeychainAttrType tag;
	UInt32 length; /* bytes, without a NUL */
	void *data;
} SecKeychainAttribute;
typedef SecKeychainAttribute *SecKeychainAttributePtr;
typedef struct SecKeychainAttributeList {
	UInt32 count;
	SecKeychainAttribute *attr;
} SecKeychainAttributeList;

/* Which attributes, in which format (CSSM_DB_ATTRIBUTE_FORMAT of cssmtype.h). */
typedef struct SecKeychainAttributeInfo {
	UInt32 count;
	UInt32 *tag;
	UInt32 *format;
} SecKeychainAttributeInfo;

typedef UInt32 SecKeychainStatus; /* bits */
enum { kSecUnlockStateStatus = 1, kSecReadPermStatus = 2, kSecWritePermStatus = 4 };

/* Marks what newer interfaces replace. Programs are warned only when they ask for it: many treat
 * warnings as errors. */
#ifdef KEYCIRCLE_WARN_DEPRECATED
#define SEC_DEPRECATED __attribute__((__deprecated__))
#else
#define SEC_DEPRECATED
#endif

/* A code of four characters, the first one the highest, as 'abcd' is on a Mac. */
#define SEC_CODE(a, b, c, d) ((a) << 24 | (b) << 16 | (c) << 8 | (d))

/* What a call answers. */
enum {
	/* general */
	errSecSuccess = 0,
	errSecUnimplemented = -4,
	errSecDiskFull = -34,
	errSecIO = -36,
	errSecOpWr = -49,
	errSecParam = -50,
	errSecWrPerm = -61,
	errSecAllocate = -108,
	errSecUserCanceled = -128,
	errSecBadReq = -909,
	errSecInternalComponent = -2070,
	errSecCoreFoundationUnknown = -4960,
	errSSLCrypto = -9809,
	errSecMissingEntitlement = -34018,
	errSecUpgradePending = -34019,
	errSecRestrictedAPI = -34020,

	/* keychains and items */
	errSecNotAvailable = -25291,
	errSecReadOnly = -25292,
	errSecAuthFailed = -25293,
	errSecNoSuchKeychain = -25294,
	errSecInvalidKeychain = -25295,
	errSecDuplicateKeychain = -25296,
	errSecDuplicateCallback = -25297,
	errSecInvalidCallback = -25298,
	errSecDuplicateItem = -25299,
	errSecItemNotFound = -25300,
	errSecBufferTooSmall = -25301,
	errSecDataTooLarge = -25302,
	errSecNoSuchAttr = -25303,
	errSecInvalidItemRef = -25304,
	errSecInvalidSearchRef = -25305,
	errSecNoSuchClass = -25306,
	errSecNoDefaultKeychain = -25307,
	errSecInteractionNotAllowed = -25308,
	errSecReadOnlyAttr = -25309,
	errSecWrongSecVersion = -25310,
	errSecKeySizeNotAllowed = -25311,
	errSecNoStorageModule = -25312,
	errSecNoCertificateModule = -25313,
	errSecNoPolicyModule = -25314,
	errSecInteractionRequired = -25315,
	errSecDataNotAvailable = -25316,
	errSecDataNotModifiable = -25317,
	errSecCreateChainFailed = -25318,
	errSecInvalidPrefsDomain = -25319,
	errSecInDarkWake = -25320,
	errSecAuthNeeded = -25330,

	/* access and trust */
	errSecACLNotSimple = -25240,
	errSecPolicyNotFound = -25241,
	errSecInvalidTrustSetting = -25242,
	errSecNoAccessForItem = -25243,
	errSecInvalidOwnerEdit = -25244,
	errSecTrustNotAvailable = -25245,

	/* import and export */
	errSecUnsupportedFormat = -25256,
	errSecUnknownFormat = -25257,
	errSecKeyIsSensitive = -25258,
	errSecMultiplePrivKeys = -25259,
	errSecPassphraseRequired = -25260,
	errSecInvalidPasswordRef = -25261,
	errSecInvalidTrustSettings = -25262,
	errSecNoTrustSettings = -25263,
	errSecPkcs12VerifyFailure = -25264,
	errSecNotSigner = -26267,
	errSecDecode = -26275,
	errSecInternal = -26276,

	/* cryptography */
	errSecServiceNotAvailable = -67585,
	errSecKeyUsageIncorrect = -67694,
	errSecVerifyFailed = -67808,

	/* verdicts on certificates */
	errSecHostNameMismatch = -67602,
	errSecNoBasicConstraintsCA = -67605,
	errSecInvalidExtendedKeyUsage = -67609,
	errSecSMIMEEmailAddressesNotFound = -67623,
	errSecIncompleteCertRevocationCheck = -67635,
	errSecCertificateExpired = -67818,
	errSecCertificateNotValidYet = -67819,
	errSecCertificateRevoked = -67820,
	errSecNotTrusted = -67843
};

/*
 * The English text of a result code, owned by the caller; "OSStatus N" for a number that is no
 * code. NULL only without memory. reserved is not looked at.
 */
CF_EXPORT CFStringRef SecCopyErrorMessageString(OSStatus status, void *reserved);

CF_EXTERN_C_END

#endif
