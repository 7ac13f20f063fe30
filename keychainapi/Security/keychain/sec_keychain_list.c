/* SPDX-License-Identifier: ISC */
/*
 * The default keychain and the search list: the user's, and all programs' (wire/keychains.h).
 */
#include "keychainapi/Security/keychain/sec_keychain_list.h"

#include "keychainapi/Security/keychain/sec_keychain_event.h"
#include "keychainapi/Security/object.h"

/* --- the search list ------------------------------------------------------------------------- */

static kc_err append(CFMutableArrayRef list, const char *path)
{
	KC_CLEANUP_OBJECT SecKeychainRef keychain = NULL;

	KC_TRY(kc_sec_keychain_open(path, &keychain));
	CFArrayAppendValue(list, keychain);
	return KC_OK;
}

static kc_err copy_list(CFArrayRef *ret)
{
	KC_CLEANUP_KEYCHAIN_PATHS struct kc_keychain_paths paths = KC_KEYCHAIN_PATHS_INIT;
	KC_CLEANUP_OBJECT CFMutableArrayRef list =
		CFArrayCreateMutable(NULL, 0, &kCFTypeArrayCallBacks);
	const struct kc_place *place = kc_sec_keychain_place();

	if (!list)
		return KC_ERR(NO_MEMORY);
	if (!place)
		return KC_ERR(PARAM);
	KC_TRY(kc_keychains_search(place, &paths));
	for (size_t i = 0; i < paths.count; i++)
		KC_TRY(append(list, paths.rows[i]));
	*ret = CFRetain(list);
	return KC_OK;
}

static kc_err set_list(CFArrayRef list)
{
	KC_CLEANUP_KEYCHAIN_PATHS struct kc_keychain_paths paths = KC_KEYCHAIN_PATHS_INIT;
	const struct kc_place *place = kc_sec_keychain_place();

	if (!place)
		return KC_ERR(PARAM);
	for (CFIndex i = 0; i < CFArrayGetCount(list); i++)
		KC_TRY(kc_keychain_paths_add(&paths, kc_sec_keychain_list_at(list, i)->path));
	KC_TRY(kc_keychains_set_search(place, &paths));
	kc_sec_keychain_event_send(kSecKeychainListChangedEvent, NULL, NULL);
	return KC_OK;
}

kc_err kc_sec_keychain_list_add(SecKeychainRef keychain)
{
	bool changed;

	KC_TRY(kc_keychains_set_searched(kc_sec_keychain_place(), keychain->path, true, &changed));
	if (changed)
		kc_sec_keychain_event_send(kSecKeychainListChangedEvent, NULL, NULL);
	return KC_OK;
}

kc_err kc_sec_keychain_list_forget(SecKeychainRef keychain)
{
	KC_TRY(kc_keychains_forget(kc_sec_keychain_place(), keychain->path));
	kc_sec_keychain_event_send(kSecKeychainListChangedEvent, NULL, NULL);
	return KC_OK;
}

/* --- what is meant --------------------------------------------------------------------------- */

static kc_err set_default(SecKeychainRef keychain)
{
	KC_TRY(kc_keychains_set_default(kc_sec_keychain_place(), keychain->path));
	kc_sec_keychain_event_send(kSecDefaultChangedEvent, NULL, keychain);
	return KC_OK;
}

kc_err kc_sec_keychain_list_named(SecKeychainRef keychain, SecKeychainRef *ret)
{
	if (!keychain)
		return kc_sec_keychain_open(NULL, ret);
	if (!kc_sec_keychain_is(keychain))
		return KC_ERR(PARAM);
	*ret = (SecKeychainRef)(uintptr_t)CFRetain(keychain);
	return KC_OK;
}

bool kc_sec_keychain_list_is(CFTypeRef object)
{
	if (kc_object_kind(object) != KC_OBJECT_ARRAY)
		return false;
	for (CFIndex i = 0; i < CFArrayGetCount(object); i++)
		if (!kc_sec_keychain_is(CFArrayGetValueAtIndex(object, i)))
			return false;
	return true;
}

kc_err kc_sec_keychain_list_copy(CFTypeRef keychain_or_array, CFArrayRef *ret)
{
	if (!keychain_or_array)
		return copy_list(ret);
	if (kc_sec_keychain_list_is(keychain_or_array)) {
		*ret = CFRetain(keychain_or_array);
		return KC_OK;
	}
	if (!kc_sec_keychain_is(keychain_or_array))
		return KC_ERR(PARAM);
	*ret = CFArrayCreate(NULL, &keychain_or_array, 1, &kCFTypeArrayCallBacks);
	return *ret ? KC_OK : KC_ERR(NO_MEMORY);
}

/* --- the interface --------------------------------------------------------------------------- */

OSStatus SecKeychainCopyDefault(SecKeychainRef *keychain)
{
	return keychain ? kc_err_osstatus(kc_sec_keychain_list_named(NULL, keychain)) : errSecParam;
}

OSStatus SecKeychainSetDefault(SecKeychainRef keychain)
{
	if (!kc_sec_keychain_is(keychain))
		return errSecParam;
	return kc_err_osstatus(set_default(keychain));
}

OSStatus SecKeychainCopySearchList(CFArrayRef *searchList)
{
	return searchList ? kc_err_osstatus(kc_sec_keychain_list_copy(NULL, searchList))
			  : errSecParam;
}

OSStatus SecKeychainSetSearchList(CFArrayRef searchList)
{
	if (!kc_sec_keychain_list_is(searchList))
		return errSecParam;
	return kc_err_osstatus(set_list(searchList));
}

static bool is_domain(SecPreferencesDomain domain)
{
	return domain >= kSecPreferencesDomainUser && domain <= kSecPreferencesDomainDynamic;
}

OSStatus SecKeychainCopyDomainDefault(SecPreferencesDomain domain, SecKeychainRef *keychain)
{
	if (!is_domain(domain))
		return errSecInvalidPrefsDomain;
	if (keychain && domain != kSecPreferencesDomainUser)
		return errSecNoDefaultKeychain;
	return SecKeychainCopyDefault(keychain);
}

OSStatus SecKeychainSetDomainDefault(SecPreferencesDomain domain, SecKeychainRef keychain)
{
	if (domain != kSecPreferencesDomainUser)
		return errSecInvalidPrefsDomain;
	return SecKeychainSetDefault(keychain);
}

OSStatus SecKeychainCopyDomainSearchList(SecPreferencesDomain domain, CFArrayRef *searchList)
{
	if (!is_domain(domain))
		return errSecInvalidPrefsDomain;
	if (domain == kSecPreferencesDomainUser)
		return SecKeychainCopySearchList(searchList);
	if (!searchList)
		return errSecParam;
	*searchList = CFArrayCreate(NULL, NULL, 0, &kCFTypeArrayCallBacks);
	return *searchList ? errSecSuccess : errSecAllocate;
}

OSStatus SecKeychainSetDomainSearchList(SecPreferencesDomain domain, CFArrayRef searchList)
{
	if (domain != kSecPreferencesDomainUser)
		return errSecInvalidPrefsDomain;
	return SecKeychainSetSearchList(searchList);
}

OSStatus SecKeychainGetPreferenceDomain(SecPreferencesDomain *domain)
{
	if (!domain)
		return errSecParam;
	*domain = kSecPreferencesDomainUser;
	return errSecSuccess;
}

/* There is one that a program can work in. */
OSStatus SecKeychainSetPreferenceDomain(SecPreferencesDomain domain)
{
	return domain == kSecPreferencesDomainUser ? errSecSuccess : errSecInvalidPrefsDomain;
}
