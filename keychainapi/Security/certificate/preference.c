/* SPDX-License-Identifier: ISC */
/*
 * Preferred certificates and identities: an item each, of generic passwords as on macOS, whose
 * service is the name, whose account is the kind and the use, and which holds a persistent
 * reference.
 */
#include <Security/SecItem.h>

#include "keychainapi/Security/certificate/certificate.h"
#include "keychainapi/Security/certificate/identity.h"
#include "keychainapi/Security/item/item.h"
#include "keychainapi/Security/key/key_usage.h"
#include "keychainapi/Security/object.h"
#include "keychainapi/Security/words.h"

/* What can be preferred. */
struct kind {
	kc_name type; /* of the item */
	const CFStringRef *class;
	const char *what;
};
static const struct kind certificates = {KC_NAME('c', 'p', 'r', 'f'), &kSecClassCertificate,
				 "certificate preference"},
			 identities = {KC_NAME('i', 'p', 'r', 'f'), &kSecClassIdentity,
				 "identity preference"};

/* The words that name a preference. Owned by the caller; NULL without memory. */
static CFMutableDictionaryRef new_words(
	const struct kind *kind, CFStringRef name, CSSM_KEYUSE usage)
{
	int32_t type = (int32_t)kind->type;
	KC_CLEANUP_OBJECT CFNumberRef number = CFNumberCreate(NULL, kCFNumberSInt32Type, &type);
	KC_CLEANUP_OBJECT CFStringRef account =
		CFStringCreateWithFormat(NULL, NULL, CFSTR("%s %u"), kind->what, (unsigned)usage);

	if (!number || !account)
		return NULL;
	return kc_words_new(kSecClass, kSecClassGenericPassword, kSecAttrService, name,
		kSecAttrAccount, account, kSecAttrType, number, NULL);
}

/* --- asking ---------------------------------------------------------------------------------- */

static kc_err find_reference(
	const struct kind *kind, CFStringRef name, CSSM_KEYUSE usage, CFTypeRef *ret)
{
	KC_CLEANUP_OBJECT CFMutableDictionaryRef words = new_words(kind, name, usage);

	if (!words)
		return KC_ERR(NO_MEMORY);
	CFDictionarySetValue(words, kSecReturnData, kCFBooleanTrue);
	KC_TRY(kc_item_find(words, ret));
	return *ret ? KC_OK : KC_ERR(NOT_FOUND);
}

/* The preference for the use, else that for any. */
static kc_err find(const struct kind *kind, CFStringRef name, CSSM_KEYUSE usage, CFArrayRef issuers,
	CFTypeRef *ret)
{
	KC_CLEANUP_OBJECT CFTypeRef reference = NULL;
	KC_CLEANUP_OBJECT CFDictionaryRef query = NULL;
	kc_err err;

	if (kc_object_kind(name) != KC_OBJECT_STRING)
		return KC_ERR(PARAM);
	err = find_reference(kind, name, usage, &reference);
	if (err == KC_E_NOT_FOUND && usage)
		err = find_reference(kind, name, 0, &reference);
	KC_TRY(err);
	query = kc_words_new(kSecValuePersistentRef, reference, kSecReturnRef, kCFBooleanTrue,
		kSecMatchIssuers, issuers, NULL);
	if (!query)
		return KC_ERR(NO_MEMORY);
	KC_TRY(kc_item_find(query, ret));
	return *ret ? KC_OK : KC_ERR(NOT_FOUND);
}

/* --- saying ---------------------------------------------------------------------------------- */

/* Where the object is in the keychain. */
static kc_err copy_reference(const struct kind *kind, CFTypeRef object, CFTypeRef *ret)
{
	KC_CLEANUP_OBJECT CFDictionaryRef query = kc_words_new(kSecClass, *kind->class,
		kSecValueRef, object, kSecReturnPersistentRef, kCFBooleanTrue, NULL);

	return query ? kc_item_find(query, ret) : KC_ERR(NO_MEMORY);
}

static kc_err forget(CFDictionaryRef words)
{
	kc_err err = kc_item_delete(words);

	return err == KC_E_NOT_FOUND ? KC_OK : err;
}

static kc_err put(
	const struct kind *kind, CFTypeRef object, CFStringRef name, CFMutableDictionaryRef words)
{
	KC_CLEANUP_OBJECT CFTypeRef reference = NULL;
	KC_CLEANUP_OBJECT CFStringRef what =
		CFStringCreateWithCString(NULL, kind->what, kCFStringEncodingUTF8);

	if (!what)
		return KC_ERR(NO_MEMORY);
	KC_TRY(copy_reference(kind, object, &reference));
	KC_TRY(forget(words));
	CFDictionarySetValue(words, kSecAttrLabel, name);
	CFDictionarySetValue(words, kSecAttrDescription, what);
	CFDictionarySetValue(words, kSecValueData, reference);
	return kc_item_add(words, NULL);
}

static kc_err set(const struct kind *kind, CFTypeRef object, CFStringRef name, CSSM_KEYUSE usage)
{
	KC_CLEANUP_OBJECT CFMutableDictionaryRef words = NULL;

	if (kc_object_kind(name) != KC_OBJECT_STRING)
		return KC_ERR(PARAM);
	words = new_words(kind, name, usage);
	if (!words)
		return KC_ERR(NO_MEMORY);
	return object ? put(kind, object, name, words) : forget(words);
}

/* --- identities ------------------------------------------------------------------------------ */

OSStatus SecIdentityCopyPreference(
	CFStringRef name, CSSM_KEYUSE keyUsage, CFArrayRef validIssuers, SecIdentityRef *identity)
{
	CFTypeRef found = NULL;
	kc_err err =
		identity ? find(&identities, name, keyUsage, validIssuers, &found) : KC_ERR(PARAM);

	if (err == KC_OK)
		*identity = (SecIdentityRef)(uintptr_t)found;
	return kc_err_osstatus(err);
}

SecIdentityRef SecIdentityCopyPreferred(
	CFStringRef name, CFArrayRef keyUsage, CFArrayRef validIssuers)
{
	SecIdentityRef identity = NULL;
	CSSM_KEYUSE usage = 0;

	if (kc_key_usage_of(keyUsage, &usage) != KC_OK ||
		SecIdentityCopyPreference(name, usage, validIssuers, &identity) != errSecSuccess)
		return NULL;
	return identity;
}

OSStatus SecIdentitySetPreference(SecIdentityRef identity, CFStringRef name, CSSM_KEYUSE keyUsage)
{
	if (identity && !kc_identity_is(identity))
		return errSecParam;
	return kc_err_osstatus(set(&identities, identity, name, keyUsage));
}

OSStatus SecIdentitySetPreferred(SecIdentityRef identity, CFStringRef name, CFArrayRef keyUsage)
{
	CSSM_KEYUSE usage = 0;

	if (kc_key_usage_of(keyUsage, &usage) != KC_OK)
		return errSecParam;
	return SecIdentitySetPreference(identity, name, usage);
}

OSStatus SecIdentityCopySystemIdentity(
	CFStringRef domain, SecIdentityRef *idRef, CFStringRef *actualDomain)
{
	OSStatus status = SecIdentityCopyPreference(domain, 0, NULL, idRef);

	if (status == errSecItemNotFound) {
		domain = kSecIdentityDomainDefault;
		status = SecIdentityCopyPreference(domain, 0, NULL, idRef);
	}
	if (status == errSecSuccess && actualDomain)
		*actualDomain = (CFStringRef)CFRetain(domain);
	return status;
}

OSStatus SecIdentitySetSystemIdentity(CFStringRef domain, SecIdentityRef idRef)
{
	return SecIdentitySetPreference(idRef, domain, 0);
}

/* --- certificates ---------------------------------------------------------------------------- */

OSStatus SecCertificateCopyPreference(
	CFStringRef name, uint32_t keyUsage, SecCertificateRef *certificate)
{
	CFTypeRef found = NULL;
	kc_err err =
		certificate ? find(&certificates, name, keyUsage, NULL, &found) : KC_ERR(PARAM);

	if (err == KC_OK)
		*certificate = (SecCertificateRef)(uintptr_t)found;
	return kc_err_osstatus(err);
}

SecCertificateRef SecCertificateCopyPreferred(CFStringRef name, CFArrayRef keyUsage)
{
	SecCertificateRef certificate = NULL;
	CSSM_KEYUSE usage = 0;

	if (kc_key_usage_of(keyUsage, &usage) != KC_OK ||
		SecCertificateCopyPreference(name, usage, &certificate) != errSecSuccess)
		return NULL;
	return certificate;
}

OSStatus SecCertificateSetPreference(
	SecCertificateRef certificate, CFStringRef name, uint32_t keyUsage, CFDateRef date)
{
	(void)date;
	if (certificate && !kc_certificate_object_is(certificate))
		return errSecParam;
	return kc_err_osstatus(set(&certificates, certificate, name, keyUsage));
}

OSStatus SecCertificateSetPreferred(
	SecCertificateRef certificate, CFStringRef name, CFArrayRef keyUsage)
{
	CSSM_KEYUSE usage = 0;

	if (kc_key_usage_of(keyUsage, &usage) != KC_OK)
		return errSecParam;
	return SecCertificateSetPreference(certificate, name, usage, NULL);
}
