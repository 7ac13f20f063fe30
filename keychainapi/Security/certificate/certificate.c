/* SPDX-License-Identifier: ISC */
/* The object: made of bytes, compared by them. */
#include "keychainapi/Security/certificate/certificate.h"

#include <Security/SecCertificatePriv.h>
#include <string.h>

#include "keychainapi/Security/key/key.h"
#include "keychainapi/Security/keychain/sec_keychain.h"
#include "keychainapi/Security/object.h"

static void finalize(CFTypeRef object)
{
	const struct __SecCertificate *certificate = object;

	if (certificate->der)
		CFRelease(certificate->der);
	if (certificate->keychain)
		CFRelease(certificate->keychain);
	kc_certificate_object_older_free(certificate->older[KC_CERTIFICATE_SUBJECT]);
	kc_certificate_object_older_free(certificate->older[KC_CERTIFICATE_ISSUER]);
	kc_certificate_free(certificate->parsed);
}

static Boolean equal(CFTypeRef a, CFTypeRef b)
{
	const struct __SecCertificate *x = a, *y = b;

	return CFEqual(x->der, y->der);
}

/* CFHash of data looks at its beginning, where certificates are much alike: the end is signature.
 */
static CFHashCode hash(CFTypeRef object)
{
	const struct __SecCertificate *certificate = object;
	struct kc_bytes der = kc_object_bytes(certificate->der);
	CFHashCode code = 0;
	size_t len = der.len < sizeof code ? der.len : sizeof code;

	memcpy(&code, der.data + der.len - len, len);
	return code;
}

static CFStringRef new_summary(
	const struct __SecCertificate *certificate, enum kc_certificate_name which)
{
	KC_CLEANUP_BUF struct kc_buf text = KC_BUF_INIT;

	if (kc_certificate_summary(certificate->parsed, which, &text) != KC_OK || text.len == 0)
		return NULL;
	return CFStringCreateWithBytes(
		NULL, text.data, (CFIndex)text.len, kCFStringEncodingUTF8, false);
}

static CFStringRef describe(CFTypeRef object)
{
	KC_CLEANUP_OBJECT CFStringRef subject = new_summary(object, KC_CERTIFICATE_SUBJECT);
	KC_CLEANUP_OBJECT CFStringRef issuer = new_summary(object, KC_CERTIFICATE_ISSUER);

	return CFStringCreateWithFormat(NULL, NULL, CFSTR("<cert(%p) s: %@ i: %@>"), object,
		subject ? subject : CFSTR(""), issuer ? issuer : CFSTR(""));
}

static const CFRuntimeClass class_of_certificates = {
	.className = "SecCertificate",
	.finalize = finalize,
	.equal = equal,
	.hash = hash,
	.copyDebugDesc = describe,
};

CFTypeID SecCertificateGetTypeID(void)
{
	return _CFRuntimeRegisterClass(&class_of_certificates);
}

bool kc_certificate_object_is(CFTypeRef object)
{
	return object && CFGetTypeID(object) == SecCertificateGetTypeID();
}

kc_err kc_certificate_object_new(struct kc_bytes der, SecCertificateRef *ret)
{
	KC_CLEANUP_CERTIFICATE struct kc_certificate *parsed = NULL;
	struct __SecCertificate *made;

	KC_TRY(kc_certificate_load(der, &parsed));
	made = _CFRuntimeCreateInstance(SecCertificateGetTypeID(), sizeof *made);
	if (!made)
		return KC_ERR(NO_MEMORY);
	made->parsed = parsed;
	parsed = NULL;
	made->der = CFDataCreate(NULL, der.data, (CFIndex)der.len);
	if (!made->der) {
		CFRelease(made);
		return KC_ERR(NO_MEMORY);
	}
	*ret = made;
	return KC_OK;
}

kc_err kc_certificate_object_of_item(
	struct kc_bytes der, const struct kc_found *found, SecCertificateRef *ret)
{
	KC_CLEANUP_OBJECT SecCertificateRef object = NULL;
	struct __SecCertificate *made;

	KC_TRY(kc_certificate_object_new(der, &object));
	made = (struct __SecCertificate *)(uintptr_t)object;
	made->keychain = kc_sec_keychain_of(found);
	if (!made->keychain)
		return KC_ERR(NO_MEMORY);
	made->is_stored = true;
	memcpy(made->ref, found->ref, sizeof made->ref);
	*ret = object;
	object = NULL;
	return KC_OK;
}

struct kc_bytes kc_certificate_object_der(SecCertificateRef certificate)
{
	return kc_object_bytes(certificate->der);
}

SecCertificateRef SecCertificateCreateWithData(CFAllocatorRef allocator, CFDataRef data)
{
	SecCertificateRef certificate = NULL;

	(void)allocator;
	if (kc_object_kind(data) != KC_OBJECT_DATA)
		return NULL;
	if (kc_certificate_object_new(kc_object_bytes(data), &certificate) != KC_OK)
		return NULL;
	return certificate;
}

CFDataRef SecCertificateCopyData(SecCertificateRef certificate)
{
	return kc_certificate_object_is(certificate) ? CFRetain(certificate->der) : NULL;
}

CFStringRef SecCertificateCopySubjectSummary(SecCertificateRef certificate)
{
	return kc_certificate_object_is(certificate)
		       ? new_summary(certificate, KC_CERTIFICATE_SUBJECT)
		       : NULL;
}

CFStringRef SecCertificateCopyIssuerSummary(SecCertificateRef certificate)
{
	return kc_certificate_object_is(certificate)
		       ? new_summary(certificate, KC_CERTIFICATE_ISSUER)
		       : NULL;
}

SecKeyRef SecCertificateCopyKey(SecCertificateRef certificate)
{
	struct kc_pk *key = NULL;

	if (!kc_certificate_object_is(certificate) ||
		kc_certificate_key(certificate->parsed, &key) != KC_OK)
		return NULL;
	return kc_key_from_pk(key);
}
