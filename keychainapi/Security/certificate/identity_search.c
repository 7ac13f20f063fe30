/* SPDX-License-Identifier: ISC */
/* Identities by their certificate, and one after the other. */
#include <Security/SecIdentitySearch.h>
#include <Security/SecItem.h>
#include <stdatomic.h>

#include "keychainapi/Security/certificate/certificate.h"
#include "keychainapi/Security/certificate/identity.h"
#include "keychainapi/Security/item/item.h"
#include "keychainapi/Security/key/key.h"
#include "keychainapi/Security/key/key_usage.h"
#include "keychainapi/Security/object.h"
#include "keychainapi/Security/words.h"

/* --- of a certificate ------------------------------------------------------------------------ */

static kc_err find_key(CFTypeRef keychain_or_array, SecCertificateRef certificate, CFTypeRef *ret)
{
	KC_CLEANUP_OBJECT CFTypeRef keychains = kc_words_search_list(keychain_or_array);
	KC_CLEANUP_OBJECT CFDataRef label = NULL;
	KC_CLEANUP_OBJECT CFDictionaryRef query = NULL;
	uint8_t hash[KC_KEY_LABEL_LEN];

	KC_TRY(kc_certificate_key_label(certificate->parsed, hash));
	label = CFDataCreate(NULL, hash, sizeof hash);
	query = kc_words_new(kSecClass, kSecClassKey, kSecAttrKeyClass, kSecAttrKeyClassPrivate,
		kSecAttrApplicationLabel, label, kSecAttrSynchronizable, kSecAttrSynchronizableAny,
		kSecReturnRef, kCFBooleanTrue, kSecMatchSearchList, keychains, NULL);
	if (!label || !query)
		return KC_ERR(NO_MEMORY);
	KC_TRY(kc_item_find(query, ret));
	return *ret ? KC_OK : KC_ERR(NOT_FOUND);
}

static kc_err create(
	CFTypeRef keychain_or_array, SecCertificateRef certificate, SecIdentityRef *ret)
{
	KC_CLEANUP_OBJECT CFTypeRef key = NULL;

	KC_TRY(find_key(keychain_or_array, certificate, &key));
	return kc_identity_new(certificate, (SecKeyRef)(uintptr_t)key, ret);
}

OSStatus SecIdentityCreateWithCertificate(
	CFTypeRef keychainOrArray, SecCertificateRef certificateRef, SecIdentityRef *identityRef)
{
	if (!kc_certificate_object_is(certificateRef) || !identityRef)
		return errSecParam;
	return kc_err_osstatus(create(keychainOrArray, certificateRef, identityRef));
}

/* --- the search ------------------------------------------------------------------------------ */

struct __SecIdentitySearch {
	CFRuntimeBase base;
	CFArrayRef found; /* what there was when the search was made */
	_Atomic CFIndex next;
};

static void finalize(CFTypeRef object)
{
	const struct __SecIdentitySearch *search = object;

	if (search->found)
		CFRelease(search->found);
}

static const CFRuntimeClass class_of_searches = {
	.className = "SecIdentitySearch",
	.finalize = finalize,
};

CFTypeID SecIdentitySearchGetTypeID(void)
{
	return _CFRuntimeRegisterClass(&class_of_searches);
}

/* An empty array when there are none. */
static kc_err find_all(CFTypeRef keychain_or_array, CSSM_KEYUSE usage, CFArrayRef *ret)
{
	KC_CLEANUP_OBJECT CFTypeRef keychains = kc_words_search_list(keychain_or_array);
	KC_CLEANUP_OBJECT CFMutableDictionaryRef query =
		kc_words_new(kSecClass, kSecClassIdentity, kSecAttrSynchronizable,
			kSecAttrSynchronizableAny, kSecMatchLimit, kSecMatchLimitAll, kSecReturnRef,
			kCFBooleanTrue, kSecMatchSearchList, keychains, NULL);
	CFTypeRef found = NULL;
	kc_err err;

	if (!query)
		return KC_ERR(NO_MEMORY);
	kc_key_usage_say(usage, query);
	err = kc_item_find(query, &found);
	if (err == KC_E_NOT_FOUND)
		found = CFArrayCreate(NULL, NULL, 0, &kCFTypeArrayCallBacks);
	else if (err != KC_OK)
		return err;
	*ret = found;
	return found ? KC_OK : KC_ERR(NO_MEMORY);
}

OSStatus SecIdentitySearchCreate(
	CFTypeRef keychainOrArray, CSSM_KEYUSE keyUsage, SecIdentitySearchRef *searchRef)
{
	struct __SecIdentitySearch *search;
	CFArrayRef found = NULL;
	kc_err err;

	if (!searchRef)
		return errSecParam;
	err = find_all(keychainOrArray, keyUsage, &found);
	if (err != KC_OK)
		return kc_err_osstatus(err);
	search = _CFRuntimeCreateInstance(SecIdentitySearchGetTypeID(), sizeof *search);
	if (!search) {
		CFRelease(found);
		return errSecAllocate;
	}
	search->found = found;
	*searchRef = search;
	return errSecSuccess;
}

OSStatus SecIdentitySearchCopyNext(SecIdentitySearchRef searchRef, SecIdentityRef *identity)
{
	CFIndex at;

	if (!searchRef || CFGetTypeID(searchRef) != SecIdentitySearchGetTypeID() || !identity)
		return errSecParam;
	at = atomic_fetch_add(&searchRef->next, 1);
	if (at >= CFArrayGetCount(searchRef->found))
		return errSecItemNotFound;
	*identity =
		(SecIdentityRef)(uintptr_t)CFRetain(CFArrayGetValueAtIndex(searchRef->found, at));
	return errSecSuccess;
}
