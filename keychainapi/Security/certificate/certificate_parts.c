/* SPDX-License-Identifier: ISC */
/* What a certificate says, part by part, as objects. */
#include <Security/SecCertificatePriv.h>

#include "base/der.h"
#include "crypto/hash.h"
#include "crypto/import.h"
#include "keychainapi/Security/certificate/certificate.h"
#include "keychainapi/Security/error.h"
#include "keychainapi/Security/object.h"

#define SHA1_LEN 20
#define SHA256_LEN 32

/* --- texts ----------------------------------------------------------------------------------- */

static bool append_text(void *context, struct kc_bytes text)
{
	KC_CLEANUP_OBJECT CFStringRef string = CFStringCreateWithBytes(
		NULL, text.data, (CFIndex)text.len, kCFStringEncodingUTF8, false);

	if (string)
		CFArrayAppendValue(context, string);
	return false;
}

/* An array, which may be empty; NULL without memory, and for what is no certificate. */
static CFArrayRef copy_texts(SecCertificateRef certificate, enum kc_certificate_text which)
{
	CFMutableArrayRef texts;

	if (!kc_certificate_object_is(certificate))
		return NULL;
	texts = CFArrayCreateMutable(NULL, 0, &kCFTypeArrayCallBacks);
	if (texts)
		kc_certificate_texts(certificate->parsed, which, append_text, texts);
	return texts;
}

/* The same; NULL when there are none. */
static CFArrayRef copy_some(SecCertificateRef certificate, enum kc_certificate_text which)
{
	CFArrayRef texts = copy_texts(certificate, which);

	if (texts && CFArrayGetCount(texts) > 0)
		return texts;
	if (texts)
		CFRelease(texts);
	return NULL;
}

OSStatus SecCertificateCopyCommonName(SecCertificateRef certificate, CFStringRef *commonName)
{
	KC_CLEANUP_OBJECT CFArrayRef names = NULL;

	if (!kc_certificate_object_is(certificate) || !commonName)
		return errSecParam;
	names = copy_some(certificate, KC_CERTIFICATE_COMMON_NAMES);
	if (!names)
		return errSecInternal;
	*commonName = CFRetain(CFArrayGetValueAtIndex(names, CFArrayGetCount(names) - 1));
	return errSecSuccess;
}

OSStatus SecCertificateCopyEmailAddresses(SecCertificateRef certificate, CFArrayRef *emailAddresses)
{
	CFArrayRef texts;

	if (!kc_certificate_object_is(certificate) || !emailAddresses)
		return errSecParam;
	texts = copy_texts(certificate, KC_CERTIFICATE_EMAILS);
	if (!texts)
		return errSecAllocate;
	*emailAddresses = texts;
	return errSecSuccess;
}

CFArrayRef SecCertificateCopyRFC822Names(SecCertificateRef certificate)
{
	return copy_some(certificate, KC_CERTIFICATE_EMAILS);
}

CFArrayRef SecCertificateCopyDNSNames(SecCertificateRef certificate)
{
	return copy_some(certificate, KC_CERTIFICATE_DNS_NAMES);
}

CFArrayRef SecCertificateCopyCommonNames(SecCertificateRef certificate)
{
	return copy_some(certificate, KC_CERTIFICATE_COMMON_NAMES);
}

/* --- bytes ----------------------------------------------------------------------------------- */

static CFDataRef data_of(const struct kc_buf *buf)
{
	if (kc_buf_check(buf) != KC_OK)
		return NULL;
	return CFDataCreate(NULL, buf->data, (CFIndex)buf->len);
}

static CFDataRef copy_name_contents(SecCertificateRef certificate, enum kc_certificate_name which)
{
	KC_CLEANUP_BUF struct kc_buf normal = KC_BUF_INIT;

	if (!kc_certificate_object_is(certificate) ||
		kc_certificate_name_normal(certificate->parsed, which, &normal) != KC_OK)
		return NULL;
	return data_of(&normal);
}

/* The contents with tag and length before them. */
static CFDataRef copy_name_sequence(SecCertificateRef certificate, enum kc_certificate_name which)
{
	KC_CLEANUP_BUF struct kc_buf normal = KC_BUF_INIT, whole = KC_BUF_INIT;
	struct kc_der_writer w;

	if (!kc_certificate_object_is(certificate) ||
		kc_certificate_name_normal(certificate->parsed, which, &normal) != KC_OK)
		return NULL;
	kc_der_writer_init(&w, &whole);
	kc_der_put(&w, KC_DER_SEQUENCE, kc_buf_bytes(&normal));
	return kc_der_writer_check(&w) == KC_OK ? data_of(&whole) : NULL;
}

CFDataRef SecCertificateCopyNormalizedIssuerSequence(SecCertificateRef certificate)
{
	return copy_name_sequence(certificate, KC_CERTIFICATE_ISSUER);
}

CFDataRef SecCertificateCopyNormalizedSubjectSequence(SecCertificateRef certificate)
{
	return copy_name_sequence(certificate, KC_CERTIFICATE_SUBJECT);
}

CFDataRef SecCertificateCopyNormalizedIssuerContent(
	SecCertificateRef certificate, CFErrorRef *error)
{
	CFDataRef contents = copy_name_contents(certificate, KC_CERTIFICATE_ISSUER);

	kc_error_give(contents ? KC_OK : KC_ERR(PARAM), error);
	return contents;
}

CFDataRef SecCertificateCopyNormalizedSubjectContent(
	SecCertificateRef certificate, CFErrorRef *error)
{
	CFDataRef contents = copy_name_contents(certificate, KC_CERTIFICATE_SUBJECT);

	kc_error_give(contents ? KC_OK : KC_ERR(PARAM), error);
	return contents;
}

static kc_err copy_serial(SecCertificateRef certificate, CFDataRef *ret)
{
	KC_CLEANUP_BUF struct kc_buf serial = KC_BUF_INIT;
	CFDataRef data;

	if (!kc_certificate_object_is(certificate))
		return KC_ERR(PARAM);
	KC_TRY(kc_certificate_serial(certificate->parsed, &serial));
	data = data_of(&serial);
	if (!data)
		return KC_ERR(NO_MEMORY);
	*ret = data;
	return KC_OK;
}

CFDataRef SecCertificateCopySerialNumberData(SecCertificateRef certificate, CFErrorRef *error)
{
	CFDataRef serial = NULL;

	kc_error_give(copy_serial(certificate, &serial), error);
	return serial;
}

CFDataRef SecCertificateCopySerialNumber(SecCertificateRef certificate, CFErrorRef *error)
{
	return SecCertificateCopySerialNumberData(certificate, error);
}

CFIndex SecCertificateGetLength(SecCertificateRef certificate)
{
	return kc_certificate_object_is(certificate) ? CFDataGetLength(certificate->der) : 0;
}

const UInt8 *SecCertificateGetBytePtr(SecCertificateRef certificate)
{
	return kc_certificate_object_is(certificate) ? CFDataGetBytePtr(certificate->der) : NULL;
}

SecCertificateRef SecCertificateCreateWithBytes(
	CFAllocatorRef allocator, const UInt8 *bytes, CFIndex length)
{
	SecCertificateRef certificate = NULL;

	(void)allocator;
	if (!bytes || length <= 0 ||
		kc_certificate_object_new(kc_bytes(bytes, (size_t)length), &certificate) != KC_OK)
		return NULL;
	return certificate;
}

SecCertificateRef SecCertificateCreateWithPEM(CFAllocatorRef allocator, CFDataRef pem_certificate)
{
	KC_CLEANUP_IMPORT struct kc_import import = KC_IMPORT_INIT;
	SecCertificateRef certificate = NULL;

	(void)allocator;
	if (kc_object_kind(pem_certificate) != KC_OBJECT_DATA ||
		kc_import_parse(kc_object_bytes(pem_certificate), kc_bytes(NULL, 0), &import) !=
			KC_OK)
		return NULL;
	for (size_t i = 0; i < import.count && !certificate; i++) {
		struct kc_bytes der = kc_buf_bytes(&import.rows[i].certificate);
		if (der.len && kc_certificate_object_new(der, &certificate) != KC_OK)
			return NULL;
	}
	return certificate;
}

static CFDataRef copy_digest(SecCertificateRef certificate, enum kc_hash hash, size_t len)
{
	uint8_t digest[KC_HASH_MAX_LEN];

	if (!kc_certificate_object_is(certificate) ||
		kc_hash_compute(hash, kc_certificate_object_der(certificate), digest) != KC_OK)
		return NULL;
	return CFDataCreate(NULL, digest, (CFIndex)len);
}

CFDataRef SecCertificateCopySHA1Digest(SecCertificateRef certificate)
{
	return copy_digest(certificate, KC_HASH_SHA1, SHA1_LEN);
}

CFDataRef SecCertificateCopySHA256Digest(SecCertificateRef certificate)
{
	return copy_digest(certificate, KC_HASH_SHA256, SHA256_LEN);
}

/* --- dates ----------------------------------------------------------------------------------- */

static bool get_validity(SecCertificateRef certificate, double *from, double *to)
{
	return kc_certificate_object_is(certificate) &&
	       kc_certificate_validity(certificate->parsed, from, to) == KC_OK;
}

CFDateRef SecCertificateCopyNotValidBeforeDate(SecCertificateRef certificate)
{
	double from, to;

	return get_validity(certificate, &from, &to) ? CFDateCreate(NULL, from) : NULL;
}

CFDateRef SecCertificateCopyNotValidAfterDate(SecCertificateRef certificate)
{
	double from, to;

	return get_validity(certificate, &from, &to) ? CFDateCreate(NULL, to) : NULL;
}

CFAbsoluteTime SecCertificateNotValidBefore(SecCertificateRef certificate)
{
	double from, to;

	return get_validity(certificate, &from, &to) ? from : 0;
}

CFAbsoluteTime SecCertificateNotValidAfter(SecCertificateRef certificate)
{
	double from, to;

	return get_validity(certificate, &from, &to) ? to : 0;
}

Boolean SecCertificateIsValid(SecCertificateRef certificate, CFAbsoluteTime verifyTime)
{
	double from, to;

	return get_validity(certificate, &from, &to) && from <= verifyTime && verifyTime <= to;
}

/* --- the key --------------------------------------------------------------------------------- */

OSStatus SecCertificateCopyPublicKey(SecCertificateRef certificate, SecKeyRef *key)
{
	SecKeyRef public;

	if (!kc_certificate_object_is(certificate) || !key)
		return errSecParam;
	public = SecCertificateCopyKey(certificate);
	if (!public)
		return errSecUnimplemented;
	*key = public;
	return errSecSuccess;
}

CFDataRef SecCertificateCopyPublicKeySHA1Digest(SecCertificateRef certificate)
{
	uint8_t label[SHA1_LEN];

	if (!kc_certificate_object_is(certificate) ||
		kc_certificate_key_label(certificate->parsed, label) != KC_OK)
		return NULL;
	return CFDataCreate(NULL, label, sizeof label);
}
