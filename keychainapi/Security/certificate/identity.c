/* SPDX-License-Identifier: ISC */
/* The object: made of its two parts, compared by them. */
#include "keychainapi/Security/certificate/identity.h"

#include <Security/SecIdentityPriv.h>
#include <string.h>

#include "keychainapi/Security/certificate/certificate.h"
#include "keychainapi/Security/key/key.h"
#include "keychainapi/Security/object.h"

static void finalize(CFTypeRef object)
{
	const struct __SecIdentity *identity = object;

	if (identity->certificate)
		CFRelease(identity->certificate);
	if (identity->key)
		CFRelease(identity->key);
}

static Boolean equal(CFTypeRef a, CFTypeRef b)
{
	const struct __SecIdentity *x = a, *y = b;

	return CFEqual(x->certificate, y->certificate) && CFEqual(x->key, y->key);
}

static CFHashCode hash(CFTypeRef object)
{
	const struct __SecIdentity *identity = object;

	return CFHash(identity->certificate);
}

static CFStringRef describe(CFTypeRef object)
{
	const struct __SecIdentity *identity = object;

	return CFStringCreateWithFormat(
		NULL, NULL, CFSTR("<SecIdentity: %p, %@>"), object, identity->certificate);
}

static const CFRuntimeClass class_of_identities = {
	.className = "SecIdentity",
	.finalize = finalize,
	.equal = equal,
	.hash = hash,
	.copyDebugDesc = describe,
};

CFTypeID SecIdentityGetTypeID(void)
{
	return _CFRuntimeRegisterClass(&class_of_identities);
}

bool kc_identity_is(CFTypeRef object)
{
	return object && CFGetTypeID(object) == SecIdentityGetTypeID();
}

static kc_err check(SecCertificateRef certificate, SecKeyRef key)
{
	uint8_t label[KC_KEY_LABEL_LEN];

	if (!kc_certificate_object_is(certificate) || !kc_key_is(key) || !key->is_private)
		return KC_ERR(PARAM);
	KC_TRY(kc_certificate_key_label(certificate->parsed, label));
	return memcmp(label, key->label, sizeof label) == 0 ? KC_OK : KC_ERR(PARAM);
}

kc_err kc_identity_new(SecCertificateRef certificate, SecKeyRef key, SecIdentityRef *ret)
{
	struct __SecIdentity *made;

	KC_TRY(check(certificate, key));
	made = _CFRuntimeCreateInstance(SecIdentityGetTypeID(), sizeof *made);
	if (!made)
		return KC_ERR(NO_MEMORY);
	made->certificate = (SecCertificateRef)(uintptr_t)CFRetain(certificate);
	made->key = (SecKeyRef)(uintptr_t)CFRetain(key);
	*ret = made;
	return KC_OK;
}

SecIdentityRef kc_identity_from_found(const struct kc_found *found)
{
	struct kc_bytes der = kc_attrs_get_bytes(&found->attrs, KC_IDENTITY_CERTIFICATE);
	KC_CLEANUP_OBJECT SecCertificateRef certificate = NULL;
	KC_CLEANUP_OBJECT SecKeyRef key = kc_key_from_found(found);
	SecIdentityRef identity = NULL;

	if (kc_certificate_object_of_item(der, found, &certificate) != KC_OK)
		return NULL;
	return kc_identity_new(certificate, key, &identity) == KC_OK ? identity : NULL;
}

kc_err kc_identity_identify(SecIdentityRef identity, struct kc_attrs *attrs)
{
	const struct kc_certificate *certificate = identity->certificate->parsed;
	KC_CLEANUP_BUF struct kc_buf issuer = KC_BUF_INIT, serial = KC_BUF_INIT;

	KC_TRY(kc_certificate_name_normal(certificate, KC_CERTIFICATE_ISSUER, &issuer));
	KC_TRY(kc_certificate_serial(certificate, &serial));
	kc_attrs_set_bytes(attrs, KC_NAME('i', 's', 's', 'r'), kc_buf_bytes(&issuer));
	kc_attrs_set_bytes(attrs, KC_NAME('s', 'l', 'n', 'r'), kc_buf_bytes(&serial));
	kc_attrs_set_bytes(attrs, KC_NAME('k', 'l', 'b', 'l'), KC_BYTES_OF(identity->key->label));
	return kc_attrs_check(attrs);
}

SecIdentityRef SecIdentityCreate(
	CFAllocatorRef allocator, SecCertificateRef certificate, SecKeyRef privateKey)
{
	SecIdentityRef identity = NULL;

	(void)allocator;
	return kc_identity_new(certificate, privateKey, &identity) == KC_OK ? identity : NULL;
}

OSStatus SecIdentityCopyCertificate(SecIdentityRef identityRef, SecCertificateRef *certificateRef)
{
	if (!kc_identity_is(identityRef) || !certificateRef)
		return errSecParam;
	*certificateRef = (SecCertificateRef)(uintptr_t)CFRetain(identityRef->certificate);
	return errSecSuccess;
}

OSStatus SecIdentityCopyPrivateKey(SecIdentityRef identityRef, SecKeyRef *privateKeyRef)
{
	if (!kc_identity_is(identityRef) || !privateKeyRef)
		return errSecParam;
	*privateKeyRef = (SecKeyRef)(uintptr_t)CFRetain(identityRef->key);
	return errSecSuccess;
}
