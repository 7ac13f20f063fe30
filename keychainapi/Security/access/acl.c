/* SPDX-License-Identifier: ISC */
/* Entries of access objects. */
#include <Security/SecTrustedApplication.h>

#include "keychainapi/Security/access/access.h"
#include "keychainapi/Security/object.h"

static void release(CFTypeRef object)
{
	if (object)
		CFRelease(object);
}

static void finalize(CFTypeRef object)
{
	const struct __SecACL *entry = object;

	release(entry->programs);
	release(entry->description);
	release(entry->authorizations);
}

static const CFRuntimeClass acl_class = {
	.className = "SecACL",
	.finalize = finalize,
};

CFTypeID SecACLGetTypeID(void)
{
	return _CFRuntimeRegisterClass(&acl_class);
}

bool kc_acl_is(CFTypeRef object)
{
	return object && CFGetTypeID(object) == SecACLGetTypeID();
}

/* --- what it says ---------------------------------------------------------------------------- */

static bool is_program(CFTypeRef object)
{
	return object && CFGetTypeID(object) == SecTrustedApplicationGetTypeID();
}

static bool is_word(CFTypeRef object)
{
	return kc_object_kind(object) == KC_OBJECT_STRING;
}

/* A copy, so that the caller's array may change. */
static kc_err copy_array(CFArrayRef array, bool (*is)(CFTypeRef object), CFArrayRef *ret)
{
	if (kc_object_kind(array) != KC_OBJECT_ARRAY)
		return KC_ERR(PARAM);
	for (CFIndex i = 0; i < CFArrayGetCount(array); i++)
		if (!is(CFArrayGetValueAtIndex(array, i)))
			return KC_ERR(PARAM);
	*ret = CFArrayCreateCopy(NULL, array);
	return *ret ? KC_OK : KC_ERR(NO_MEMORY);
}

static void set_object(CFTypeRef *field, CFTypeRef taken)
{
	CFTypeRef last = *field;

	*field = taken;
	release(last);
}

static kc_err set_contents(SecACLRef entry, CFArrayRef programs, CFStringRef description,
	SecKeychainPromptSelector prompt)
{
	CFArrayRef copy = NULL;

	if (description && !is_word(description))
		return KC_ERR(PARAM);
	if (programs)
		KC_TRY(copy_array(programs, is_program, &copy));
	pthread_mutex_lock(&kc_access_mutex);
	set_object((CFTypeRef *)&entry->programs, copy);
	set_object(
		(CFTypeRef *)&entry->description, CFRetain(description ? description : CFSTR("")));
	entry->prompt = prompt;
	pthread_mutex_unlock(&kc_access_mutex);
	return KC_OK;
}

static kc_err set_authorizations(SecACLRef entry, CFArrayRef authorizations)
{
	CFArrayRef copy = NULL;

	KC_TRY(copy_array(authorizations, is_word, &copy));
	pthread_mutex_lock(&kc_access_mutex);
	set_object((CFTypeRef *)&entry->authorizations, copy);
	pthread_mutex_unlock(&kc_access_mutex);
	return KC_OK;
}

kc_err kc_acl_new(CFArrayRef programs, CFStringRef description, SecKeychainPromptSelector prompt,
	CFArrayRef authorizations, SecACLRef *ret)
{
	KC_CLEANUP_OBJECT SecACLRef entry =
		_CFRuntimeCreateInstance(SecACLGetTypeID(), sizeof *entry);

	if (!entry)
		return KC_ERR(NO_MEMORY);
	KC_TRY(set_contents(entry, programs, description, prompt));
	KC_TRY(set_authorizations(entry, authorizations));
	*ret = (SecACLRef)(uintptr_t)CFRetain(entry);
	return KC_OK;
}

void kc_acl_join(SecACLRef entry, SecAccessRef access)
{
	pthread_mutex_lock(&kc_access_mutex);
	entry->access = access;
	CFArrayAppendValue(access->entries, entry);
	pthread_mutex_unlock(&kc_access_mutex);
}

/* --- the interface --------------------------------------------------------------------------- */

static kc_err create(SecAccessRef access, CFArrayRef programs, CFStringRef description,
	SecKeychainPromptSelector prompt, SecACLRef *ret)
{
	const void *any[] = {kSecACLAuthorizationAny};
	KC_CLEANUP_OBJECT CFArrayRef words = CFArrayCreate(NULL, any, 1, &kCFTypeArrayCallBacks);

	if (!words)
		return KC_ERR(NO_MEMORY);
	KC_TRY(kc_acl_new(programs, description, prompt, words, ret));
	kc_acl_join(*ret, access);
	return KC_OK;
}

OSStatus SecACLCreateWithSimpleContents(SecAccessRef access, CFArrayRef applicationList,
	CFStringRef description, SecKeychainPromptSelector promptSelector, SecACLRef *newAcl)
{
	if (!kc_access_is(access) || !newAcl)
		return errSecParam;
	return kc_err_osstatus(
		create(access, applicationList, description, promptSelector, newAcl));
}

OSStatus SecACLCreateFromSimpleContents(SecAccessRef access, CFArrayRef applicationList,
	CFStringRef description, const CSSM_ACL_KEYCHAIN_PROMPT_SELECTOR *promptSelector,
	SecACLRef *newAcl)
{
	return SecACLCreateWithSimpleContents(access, applicationList, description,
		promptSelector ? promptSelector->flags : 0, newAcl);
}

/* The access object's hold on the entry ends after the mutex is free: it may be the last one. */
static kc_err leave(SecACLRef entry)
{
	KC_CLEANUP_OBJECT CFTypeRef held = CFRetain(entry);
	CFIndex at = kCFNotFound;

	pthread_mutex_lock(&kc_access_mutex);
	if (entry->access) {
		CFMutableArrayRef entries = entry->access->entries;
		at = CFArrayGetFirstIndexOfValue(
			entries, CFRangeMake(0, CFArrayGetCount(entries)), held);
		if (at != kCFNotFound)
			CFArrayRemoveValueAtIndex(entries, at);
		entry->access = NULL;
	}
	pthread_mutex_unlock(&kc_access_mutex);
	return at == kCFNotFound ? KC_ERR(NOT_FOUND) : KC_OK;
}

OSStatus SecACLRemove(SecACLRef aclRef)
{
	if (!kc_acl_is(aclRef))
		return errSecParam;
	return kc_err_osstatus(leave(aclRef));
}

static CFTypeRef retain(CFTypeRef object)
{
	return object ? CFRetain(object) : NULL;
}

OSStatus SecACLCopyContents(SecACLRef acl, CFArrayRef *applicationList, CFStringRef *description,
	SecKeychainPromptSelector *promptSelector)
{
	if (!kc_acl_is(acl))
		return errSecParam;
	pthread_mutex_lock(&kc_access_mutex);
	if (applicationList)
		*applicationList = retain(acl->programs);
	if (description)
		*description = retain(acl->description);
	if (promptSelector)
		*promptSelector = acl->prompt;
	pthread_mutex_unlock(&kc_access_mutex);
	return errSecSuccess;
}

OSStatus SecACLCopySimpleContents(SecACLRef acl, CFArrayRef *applicationList,
	CFStringRef *description, CSSM_ACL_KEYCHAIN_PROMPT_SELECTOR *promptSelector)
{
	SecKeychainPromptSelector flags = 0;
	OSStatus status = SecACLCopyContents(acl, applicationList, description, &flags);

	if (status == errSecSuccess && promptSelector) {
		promptSelector->version = CSSM_ACL_KEYCHAIN_PROMPT_CURRENT_VERSION;
		promptSelector->flags = flags;
	}
	return status;
}

OSStatus SecACLSetContents(SecACLRef acl, CFArrayRef applicationList, CFStringRef description,
	SecKeychainPromptSelector promptSelector)
{
	if (!kc_acl_is(acl))
		return errSecParam;
	return kc_err_osstatus(set_contents(acl, applicationList, description, promptSelector));
}

OSStatus SecACLSetSimpleContents(SecACLRef acl, CFArrayRef applicationList, CFStringRef description,
	const CSSM_ACL_KEYCHAIN_PROMPT_SELECTOR *promptSelector)
{
	return SecACLSetContents(
		acl, applicationList, description, promptSelector ? promptSelector->flags : 0);
}

CFArrayRef SecACLCopyAuthorizations(SecACLRef acl)
{
	CFArrayRef copy;

	if (!kc_acl_is(acl))
		return NULL;
	pthread_mutex_lock(&kc_access_mutex);
	copy = retain(acl->authorizations);
	pthread_mutex_unlock(&kc_access_mutex);
	return copy;
}

OSStatus SecACLUpdateAuthorizations(SecACLRef acl, CFArrayRef authorizations)
{
	return kc_acl_is(acl) ? kc_err_osstatus(set_authorizations(acl, authorizations))
			      : errSecParam;
}
