/* SPDX-License-Identifier: ISC */
/* What is meant where no keychain is named, and changes to it. */
#include "keychainapi/Security/sec_keychain_list.h"

#include <pthread.h>

#include "keychainapi/Security/object.h"
#include "keychainapi/Security/sec_keychain_event.h"
#include "keychainapi/Security/sec_keychain_paths.h"

/* --- changes --------------------------------------------------------------------------------- */

/* Changes of one process's threads; the last of two processes wins. */
static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;

static kc_err change_inlock(SecKeychainRef keychain, bool present, bool *ret_changed)
{
	KC_CLEANUP_OBJECT CFMutableArrayRef list = NULL;
	CFIndex at;

	KC_TRY(kc_sec_keychain_paths_read(KC_SEC_KEYCHAIN_SEARCH, &list));
	at = CFArrayGetFirstIndexOfValue(list, CFRangeMake(0, CFArrayGetCount(list)), keychain);
	if ((at != kCFNotFound) == present)
		return KC_OK;
	if (present)
		CFArrayAppendValue(list, keychain);
	else
		CFArrayRemoveValueAtIndex(list, at);
	KC_TRY(kc_sec_keychain_paths_write(KC_SEC_KEYCHAIN_SEARCH, list));
	*ret_changed = true;
	return KC_OK;
}

/* Callbacks are called without the mutex: they may change the list again. */
static kc_err change(SecKeychainRef keychain, bool present)
{
	bool changed = false;
	kc_err err;

	pthread_mutex_lock(&mutex);
	err = change_inlock(keychain, present, &changed);
	pthread_mutex_unlock(&mutex);
	if (changed)
		kc_sec_keychain_event_send(kSecKeychainListChangedEvent, NULL, NULL);
	return err;
}

static kc_err set_search_list(CFArrayRef list)
{
	kc_err err;

	pthread_mutex_lock(&mutex);
	err = kc_sec_keychain_paths_write(KC_SEC_KEYCHAIN_SEARCH, list);
	pthread_mutex_unlock(&mutex);
	if (err == KC_OK)
		kc_sec_keychain_event_send(kSecKeychainListChangedEvent, NULL, NULL);
	return err;
}

static kc_err copy_default(SecKeychainRef *ret)
{
	KC_CLEANUP_OBJECT CFMutableArrayRef list = NULL;

	KC_TRY(kc_sec_keychain_paths_read(KC_SEC_KEYCHAIN_DEFAULT, &list));
	*ret = (SecKeychainRef)(uintptr_t)CFRetain(kc_sec_keychain_list_at(list, 0));
	return KC_OK;
}

static kc_err set_default(SecKeychainRef keychain)
{
	KC_CLEANUP_OBJECT CFArrayRef list = NULL;

	KC_TRY(kc_sec_keychain_list_copy(keychain, &list));
	KC_TRY(kc_sec_keychain_paths_write(KC_SEC_KEYCHAIN_DEFAULT, list));
	kc_sec_keychain_event_send(kSecDefaultChangedEvent, NULL, keychain);
	return KC_OK;
}

kc_err kc_sec_keychain_list_add(SecKeychainRef keychain)
{
	return change(keychain, true);
}

kc_err kc_sec_keychain_list_remove(SecKeychainRef keychain)
{
	KC_CLEANUP_OBJECT SecKeychainRef found = NULL;
	SecKeychainRef users = kc_sec_keychain_users();

	if (!users)
		return KC_ERR(NO_MEMORY);
	KC_TRY(copy_default(&found));
	if (CFEqual(found, keychain) && !CFEqual(found, users))
		KC_TRY(set_default(users));
	return change(keychain, false);
}

/* --- what is meant --------------------------------------------------------------------------- */

kc_err kc_sec_keychain_list_named(SecKeychainRef keychain, SecKeychainRef *ret)
{
	if (!keychain)
		return copy_default(ret);
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
	CFMutableArrayRef list = NULL;

	if (!keychain_or_array) {
		KC_TRY(kc_sec_keychain_paths_read(KC_SEC_KEYCHAIN_SEARCH, &list));
		*ret = list;
		return KC_OK;
	}
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
	return keychain ? kc_err_osstatus(copy_default(keychain)) : errSecParam;
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
	return kc_err_osstatus(set_search_list(searchList));
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
