/* SPDX-License-Identifier: ISC */
/*
 * Keys and certificates from and to files of other programs.
 *
 * Read and written are X.509, PKCS#1, PKCS#7, PKCS#8, PKCS#12, SEC 1, SubjectPublicKeyInfo, each in
 * DER or PEM; read besides are private keys of OpenSSH, unless encrypted. What a file is is seen
 * from its contents. Results are objects in memory; with a keychain they are its items: all of
 * them, or on failure none.
 *
 * errSecParam stands for an argument that is missing or of the wrong type; errSecPassphraseRequired
 * for a passphrase that is needed and is not there. Nobody is asked for one. A file that asks for
 * millions of iterations of its passphrase is errSecUnsupportedFormat.
 */
#ifndef SECURITY_SECIMPORTEXPORT_H
#define SECURITY_SECIMPORTEXPORT_H

#include <CoreFoundation/CFArray.h>

#include <Security/SecBase.h>
#include <Security/cssmtype.h>

CF_EXTERN_C_BEGIN

/* --- kinds ----------------------------------------------------------------------------------- */

typedef uint32_t SecExternalFormat;
enum {
	kSecFormatUnknown =
		0, /* in: to be seen; out: X509Cert, OpenSSL, or PEMSequence for several */
	kSecFormatOpenSSL = 1, /* private: PKCS#1, SEC 1; public: SubjectPublicKeyInfo */
	kSecFormatSSH = 2,     /* not supported */
	kSecFormatBSAFE = 3,   /* private: PKCS#8; public: PKCS#1, for RSA alone */
	kSecFormatRawKey = 4,  /* not supported */
	kSecFormatWrappedPKCS8 = 5,
	kSecFormatWrappedOpenSSL = 6, /* RFC 1421 within PEM: old, and weak */
	kSecFormatWrappedSSH = 7,     /* not supported */
	kSecFormatWrappedLSH = 8,     /* not supported */
	kSecFormatX509Cert = 9,
	kSecFormatPEMSequence = 10, /* always PEM */
	kSecFormatPKCS7 = 11,	    /* certificates alone */
	kSecFormatPKCS12 = 12,
	kSecFormatNetscapeCertSequence = 13, /* not supported */
	kSecFormatSSHv2 = 14		     /* read: private keys */
};

typedef uint32_t SecExternalItemType;
enum {
	kSecItemTypeUnknown = 0,
	kSecItemTypePrivateKey = 1,
	kSecItemTypePublicKey = 2,
	kSecItemTypeSessionKey = 3, /* not supported */
	kSecItemTypeCertificate = 4,
	kSecItemTypeAggregate = 5
};

typedef uint32_t SecItemImportExportFlags;
enum {
	kSecItemPemArmour = 0x00000001 /* write PEM */
};

typedef uint32_t SecKeyImportExportFlags;
enum {
	kSecKeyImportOnlyOne = 0x00000001,    /* else errSecMultiplePrivKeys */
	kSecKeySecurePassphrase = 0x00000002, /* nobody is asked; as without one */
	kSecKeyNoAccessControl = 0x00000004   /* there is none */
};

/* How to treat keys. passphrase is a string or data; the texts for dialogs and accessRef are not
 * looked at. keyUsage and keyAttributes are for keys that go into a keychain: arrays of
 * kSecAttrCanSign and its like, and of kSecAttrIsExtractable and kSecAttrIsSensitive. Without
 * keyAttributes they are extractable. */
#define SEC_KEY_IMPORT_EXPORT_PARAMS_VERSION 0
typedef struct {
	uint32_t version;
	SecKeyImportExportFlags flags;
	CFTypeRef passphrase;
	CFStringRef alertTitle;
	CFStringRef alertPrompt;
	SecAccessRef accessRef;
	CFArrayRef keyUsage;
	CFArrayRef keyAttributes;
} SecItemImportExportKeyParameters;

/* The same with bits of CSSM for keyUsage (0: what a key of its type can do) and keyAttributes (0:
 * extractable). */
typedef struct {
	uint32_t version;
	SecKeyImportExportFlags flags;
	CFTypeRef passphrase;
	CFStringRef alertTitle;
	CFStringRef alertPrompt;
	SecAccessRef accessRef;
	CSSM_KEYUSE keyUsage;
	CSSM_KEYATTR_FLAGS keyAttributes;
} SecKeyImportExportParameters;

/* --- import ---------------------------------------------------------------------------------- */

/*
 * inputFormat and itemType, which may be NULL, say what is expected, and afterwards what it was; a
 * file that is something else is errSecUnknownFormat, as is one that cannot be read. The name does
 * not matter. With importKeychain what is read is added to it; errSecDuplicateItem when all of it
 * is there already. outItems, which may be NULL, gets SecCertificate, SecKey, and of PKCS#12
 * SecIdentity objects. A wrong passphrase is errSecPkcs12VerifyFailure for PKCS#12, else
 * errSecAuthFailed.
 */
CF_EXPORT OSStatus SecItemImport(CFDataRef importedData, CFStringRef fileNameOrExtension,
	SecExternalFormat *inputFormat, SecExternalItemType *itemType,
	SecItemImportExportFlags flags, const SecItemImportExportKeyParameters *keyParams,
	SecKeychainRef importKeychain, CFArrayRef *outItems);
CF_EXPORT OSStatus SecKeychainItemImport(CFDataRef importedData, CFStringRef fileNameOrExtension,
	SecExternalFormat *inputFormat, SecExternalItemType *itemType,
	SecItemImportExportFlags flags, const SecKeyImportExportParameters *keyParams,
	SecKeychainRef importKeychain, CFArrayRef *outItems);

/* Options. */
CF_EXPORT const CFStringRef kSecImportExportPassphrase;
CF_EXPORT const CFStringRef kSecImportExportKeychain;
CF_EXPORT const CFStringRef kSecImportExportAccess; /* not looked at */
CF_EXPORT const CFStringRef kSecImportToMemoryOnly;

/* Keys of a result. */
CF_EXPORT const CFStringRef kSecImportItemLabel;
CF_EXPORT const CFStringRef kSecImportItemKeyID;
CF_EXPORT const CFStringRef kSecImportItemTrust;
CF_EXPORT const CFStringRef kSecImportItemCertChain;
CF_EXPORT const CFStringRef kSecImportItemIdentity;

/*
 * PKCS#12. items is an array with a dictionary for each identity: itself, its chain with itself
 * first, a SecTrust of that chain, its label, and the SHA-1 digest of its public key. For a file
 * without private keys there is one with a chain alone.
 *
 * In the default profile (Security/SecItem.h) the file also goes into the keychain, as on macOS,
 * unless kSecImportToMemoryOnly is true; in the strict profile, as on iOS, it does so only when
 * kSecUseDataProtectionKeychain is true. Other options are then attributes of the items. What is
 * there already stays as it is.
 *
 * errSecAuthFailed when the passphrase is wrong or missing; in the default profile, unless
 * kSecImportToMemoryOnly is true, these are errSecPkcs12VerifyFailure and errSecPassphraseRequired.
 * errSecDecode for anything else that is wrong with the file.
 */
CF_EXPORT OSStatus SecPKCS12Import(
	CFDataRef pkcs12_data, CFDictionaryRef options, CFArrayRef *items);

/* --- export ---------------------------------------------------------------------------------- */

/*
 * One certificate, key or identity, or an array of such. errSecUnsupportedFormat for a format that
 * they do not have; errSecDataNotAvailable for a private key that is not extractable.
 */
CF_EXPORT OSStatus SecItemExport(CFTypeRef secItemOrArray, SecExternalFormat outputFormat,
	SecItemImportExportFlags flags, const SecItemImportExportKeyParameters *keyParams,
	CFDataRef *exportedData);
CF_EXPORT OSStatus SecKeychainItemExport(CFTypeRef keychainItemOrArray,
	SecExternalFormat outputFormat, SecItemImportExportFlags flags,
	const SecKeyImportExportParameters *keyParams, CFDataRef *exportedData);

CF_EXTERN_C_END

#endif
