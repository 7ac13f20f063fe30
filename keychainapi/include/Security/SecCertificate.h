/* SPDX-License-Identifier: ISC */
/*
 * Certificates: X.509 (RFC 5280), in DER.
 *
 * A certificate is its bytes, and two of the same bytes are equal. Nothing here verifies one: that
 * is what SecTrust does. Every function takes NULL, or an object of another class, and then gives
 * NULL or errSecParam.
 */
#ifndef SECURITY_SECCERTIFICATE_H
#define SECURITY_SECCERTIFICATE_H

#include <CoreFoundation/CFArray.h>
#include <CoreFoundation/CFDate.h>
#include <Security/SecBase.h>
#include <Security/cssmtype.h>

CF_EXTERN_C_BEGIN

CF_EXPORT CFTypeID SecCertificateGetTypeID(void);

/* NULL for data that is not one whole certificate in DER. */
CF_EXPORT SecCertificateRef SecCertificateCreateWithData(CFAllocatorRef allocator, CFDataRef data);

/* The same bytes. */
CF_EXPORT CFDataRef SecCertificateCopyData(SecCertificateRef certificate);

/*
 * What to call it: the common names, last one first, with the description in parentheses; else an
 * e-mail address, a DNS name, the organisational unit, the organisation, any other text of the
 * subject. NULL when there is none.
 */
CF_EXPORT CFStringRef SecCertificateCopySubjectSummary(SecCertificateRef certificate);

/* The public key; NULL for one of a kind that SecKey does not have. */
CF_EXPORT SecKeyRef SecCertificateCopyKey(SecCertificateRef certificate);
/* The same; errSecUnimplemented for such a kind. */
CF_EXPORT OSStatus SecCertificateCopyPublicKey(SecCertificateRef certificate, SecKeyRef *key);

/* --- what it says ---------------------------------------------------------------------------- */

/* The last common name of the subject; errSecInternal when there is none. */
CF_EXPORT OSStatus SecCertificateCopyCommonName(
	SecCertificateRef certificate, CFStringRef *commonName);

/* The e-mail addresses of the alternative names, then of the subject; the array may be empty. */
CF_EXPORT OSStatus SecCertificateCopyEmailAddresses(
	SecCertificateRef certificate, CFArrayRef *emailAddresses);

/*
 * Names by which certificates are compared: in DER, with each PrintableString in upper case and its
 * blanks trimmed and joined. NULL for a name that is not well formed. The contents are without the
 * outer tag and length, as kSecAttrIssuer and kSecAttrSubject have them.
 */
CF_EXPORT CFDataRef SecCertificateCopyNormalizedIssuerSequence(SecCertificateRef certificate);
CF_EXPORT CFDataRef SecCertificateCopyNormalizedSubjectSequence(SecCertificateRef certificate);
CF_EXPORT CFDataRef SecCertificateCopyNormalizedIssuerContent(
	SecCertificateRef certificate, CFErrorRef *error);
CF_EXPORT CFDataRef SecCertificateCopyNormalizedSubjectContent(
	SecCertificateRef certificate, CFErrorRef *error);

/* The bytes of the serial number's INTEGER; the second is the older name. */
CF_EXPORT CFDataRef SecCertificateCopySerialNumberData(
	SecCertificateRef certificate, CFErrorRef *error);
CF_EXPORT CFDataRef SecCertificateCopySerialNumber(
	SecCertificateRef certificate, CFErrorRef *error);

/* From when until when it is valid; NULL for a date that cannot be read. */
CF_EXPORT CFDateRef SecCertificateCopyNotValidBeforeDate(SecCertificateRef certificate);
CF_EXPORT CFDateRef SecCertificateCopyNotValidAfterDate(SecCertificateRef certificate);

/*
 * Everything in it, or what the array asks for, by its kSecOID... (Security/SecCertificateOIDs.h):
 * a dictionary of dictionaries with the four members below. The value is a string, data, a number
 * (dates too: a CFAbsoluteTime), or for a section an array of such dictionaries. Labels are
 * English.
 */
CF_EXPORT CFDictionaryRef SecCertificateCopyValues(
	SecCertificateRef certificate, CFArrayRef keys, CFErrorRef *error);

CF_EXPORT const CFStringRef kSecPropertyKeyType;
CF_EXPORT const CFStringRef kSecPropertyKeyLabel;
CF_EXPORT const CFStringRef kSecPropertyKeyLocalizedLabel;
CF_EXPORT const CFStringRef kSecPropertyKeyValue;

CF_EXPORT const CFStringRef kSecPropertyTypeWarning;
CF_EXPORT const CFStringRef kSecPropertyTypeSuccess;
CF_EXPORT const CFStringRef kSecPropertyTypeSection;
CF_EXPORT const CFStringRef kSecPropertyTypeData;
CF_EXPORT const CFStringRef kSecPropertyTypeString;
CF_EXPORT const CFStringRef kSecPropertyTypeURL;
CF_EXPORT const CFStringRef kSecPropertyTypeDate;
CF_EXPORT const CFStringRef kSecPropertyTypeArray;
CF_EXPORT const CFStringRef kSecPropertyTypeNumber;

/* Both are the subject summary. */
CF_EXPORT CFStringRef SecCertificateCopyLongDescription(
	CFAllocatorRef allocator, SecCertificateRef certificate, CFErrorRef *error);
CF_EXPORT CFStringRef SecCertificateCopyShortDescription(
	CFAllocatorRef allocator, SecCertificateRef certificate, CFErrorRef *error);

/* --- in the keychain ------------------------------------------------------------------------- */

/* Adds it to the keychain; NULL is the default one. errSecDuplicateItem when it is there. */
CF_EXPORT OSStatus SecCertificateAddToKeychain(
	SecCertificateRef certificate, SecKeychainRef keychain);

/*
 * Which certificate to use for somebody or something of that name, an e-mail address perhaps. A
 * preference may be for one use of keys only: an array of kSecAttrCan... constants, or the bits of
 * CSSM_KEYUSE; NULL and 0 are any. What is preferred must be in the keychain. NULL as certificate
 * takes the preference back. NULL and errSecItemNotFound where there is none. The date is not
 * looked at.
 */
CF_EXPORT SecCertificateRef SecCertificateCopyPreferred(CFStringRef name, CFArrayRef keyUsage);
CF_EXPORT OSStatus SecCertificateSetPreferred(
	SecCertificateRef certificate, CFStringRef name, CFArrayRef keyUsage);
CF_EXPORT OSStatus SecCertificateCopyPreference(
	CFStringRef name, uint32_t keyUsage, SecCertificateRef *certificate) SEC_DEPRECATED;
CF_EXPORT OSStatus SecCertificateSetPreference(SecCertificateRef certificate, CFStringRef name,
	uint32_t keyUsage, CFDateRef date) SEC_DEPRECATED;

/* --- older functions ------------------------------------------------------------------------- */

/* A certificate in DER (BER will not do), of any version; errSecUnknownFormat for what is none. */
CF_EXPORT OSStatus SecCertificateCreateFromData(const CSSM_DATA *data, CSSM_CERT_TYPE type,
	CSSM_CERT_ENCODING encoding, SecCertificateRef *certificate) SEC_DEPRECATED;

/* What these give is borrowed from the certificate. */
CF_EXPORT OSStatus SecCertificateGetData(
	SecCertificateRef certificate, CSSM_DATA_PTR data) SEC_DEPRECATED;
CF_EXPORT OSStatus SecCertificateGetType(
	SecCertificateRef certificate, CSSM_CERT_TYPE *certificateType) SEC_DEPRECATED;
CF_EXPORT OSStatus SecCertificateGetSubject(
	SecCertificateRef certificate, const CSSM_X509_NAME **subject) SEC_DEPRECATED;
CF_EXPORT OSStatus SecCertificateGetIssuer(
	SecCertificateRef certificate, const CSSM_X509_NAME **issuer) SEC_DEPRECATED;

CF_EXTERN_C_END

#endif
