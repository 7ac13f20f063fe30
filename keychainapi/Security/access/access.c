/* SPDX-License-Identifier: ISC */
/* Access objects: making them, and their lists of entries. */
#include "keychainapi/Security/access/access.h"

#include <Security/SecTrustedApplication.h>
#include <unistd.h>

#include "keychainapi/Security/error.h"
#include "keychainapi/Security/object.h"

pthread_mutex_t kc_access_mutex = PTHREAD_MUTEX_INITIALIZER;

static SecACLRef entry_at(CFArrayRef entries, CFIndex at)
{
	return (SecACLRef)(uintptr_t)CFArrayGetValueAtIndex(entries, at);
}

static void finalize(CFTypeRef object)
{
	const struct __SecAccess *access = object;

	if (!access->entries)
		return;
	pthread_mutex_lock(&kc_access_mutex);
	for (CFIndex i = 0; i < CFArrayGetCount(access->entries); i++)
		entry_at(access->entries, i)->access = NULL;
	pthread_mutex_unlock(&kc_access_mutex);
	CFRelease(access->entries);
}

static const CFRuntimeClass access_class = {
	.className = "SecAccess",
	.finalize = finalize,
};

CFTypeID SecAccessGetTypeID(void)
{
	return _CFRuntimeRegisterClass(&access_class);
}

bool kc_access_is(CFTypeRef object)
{
	return object && CFGetTypeID(object) == SecAccessGetTypeID();
}

static kc_err new_access(SecAccessRef *ret)
{
	SecAccessRef access = _CFRuntimeCreateInstance(SecAccessGetTypeID(), sizeof *access);

	if (!access)
		return KC_ERR(NO_MEMORY);
	access->user = getuid();
	access->group = getgid();
	access->owner = kSecUseOnlyUID;
	access->entries = CFArrayCreateMutable(NULL, 0, &kCFTypeArrayCallBacks);
	if (!access->entries) {
		CFRelease(access);
		return KC_ERR(NO_MEMORY);
	}
	*ret = access;
	return KC_OK;
}

static kc_err add_entry(SecAccessRef access, CFArrayRef programs, CFStringRef description,
	const CFStringRef *authorizations, CFIndex count)
{
	KC_CLEANUP_OBJECT CFArrayRef words = CFArrayCreate(
		NULL, (const void **)(uintptr_t)authorizations, count, &kCFTypeArrayCallBacks);
	KC_CLEANUP_OBJECT SecACLRef entry = NULL;

	if (!words)
		return KC_ERR(NO_MEMORY);
	KC_TRY(kc_acl_new(programs, description, 0, words, &entry));
	kc_acl_join(entry, access);
	return KC_OK;
}

kc_err kc_access_new_open(SecAccessRef *ret)
{
	KC_CLEANUP_OBJECT SecAccessRef access = NULL;
	const CFStringRef any[] = {kSecACLAuthorizationAny};

	KC_TRY(new_access(&access));
	KC_TRY(add_entry(access, NULL, CFSTR(""), any, KC_COUNT_OF(any)));
	*ret = (SecAccessRef)(uintptr_t)CFRetain(access);
	return KC_OK;
}

/* --- making ---------------------------------------------------------------------------------- */

static kc_err this_program(CFArrayRef *ret)
{
	KC_CLEANUP_OBJECT SecTrustedApplicationRef program = NULL;
	const void *values[1];

	if (SecTrustedApplicationCreateFromPath(NULL, &program) != errSecSuccess)
		return KC_ERR(NO_MEMORY);
	values[0] = program;
	*ret = CFArrayCreate(NULL, values, 1, &kCFTypeArrayCallBacks);
	return *ret ? KC_OK : KC_ERR(NO_MEMORY);
}

static kc_err create(CFStringRef descriptor, CFArrayRef trusted, SecAccessRef *ret)
{
	const CFStringRef using[] = {kSecACLAuthorizationDecrypt, kSecACLAuthorizationDerive,
		kSecACLAuthorizationExportClear, kSecACLAuthorizationExportWrapped,
		kSecACLAuthorizationMAC, kSecACLAuthorizationSign};
	const CFStringRef encrypting[] = {kSecACLAuthorizationEncrypt};
	const CFStringRef changing[] = {kSecACLAuthorizationChangeACL};
	KC_CLEANUP_OBJECT SecAccessRef access = NULL;
	KC_CLEANUP_OBJECT CFArrayRef programs = NULL;
	KC_CLEANUP_OBJECT CFArrayRef nobody = CFArrayCreate(NULL, NULL, 0, &kCFTypeArrayCallBacks);

	if (!nobody)
		return KC_ERR(NO_MEMORY);
	if (trusted)
		programs = CFRetain(trusted);
	else
		KC_TRY(this_program(&programs));
	KC_TRY(new_access(&access));
	KC_TRY(add_entry(access, NULL, descriptor, encrypting, KC_COUNT_OF(encrypting)));
	KC_TRY(add_entry(access, programs, descriptor, using, KC_COUNT_OF(using)));
	KC_TRY(add_entry(access, nobody, descriptor, changing, KC_COUNT_OF(changing)));
	*ret = (SecAccessRef)(uintptr_t)CFRetain(access);
	return KC_OK;
}

OSStatus SecAccessCreate(CFStringRef descriptor, CFArrayRef trustedlist, SecAccessRef *accessRef)
{
	if (kc_object_kind(descriptor) != KC_OBJECT_STRING || !accessRef)
		return errSecParam;
	return kc_err_osstatus(create(descriptor, trustedlist, accessRef));
}

/* An entry of another access object stays there too, as a copy of what it says. */
static kc_err add_like(SecAccessRef access, CFTypeRef given)
{
	KC_CLEANUP_OBJECT SecACLRef entry = NULL;
	const struct __SecACL *like = given;

	if (!kc_acl_is(given))
		return KC_ERR(PARAM);
	KC_TRY(kc_acl_new(
		like->programs, like->description, like->prompt, like->authorizations, &entry));
	kc_acl_join(entry, access);
	return KC_OK;
}

static kc_err create_with(
	uid_t user, gid_t group, SecAccessOwnerType owner, CFArrayRef entries, SecAccessRef *ret)
{
	KC_CLEANUP_OBJECT SecAccessRef access = NULL;

	if (entries && kc_object_kind(entries) != KC_OBJECT_ARRAY)
		return KC_ERR(PARAM);
	KC_TRY(new_access(&access));
	access->user = user;
	access->group = group;
	access->owner = owner;
	for (CFIndex i = 0; entries && i < CFArrayGetCount(entries); i++)
		KC_TRY(add_like(access, CFArrayGetValueAtIndex(entries, i)));
	*ret = (SecAccessRef)(uintptr_t)CFRetain(access);
	return KC_OK;
}

SecAccessRef SecAccessCreateWithOwnerAndACL(uid_t userId, gid_t groupId,
	SecAccessOwnerType ownerType, CFArrayRef acls, CFErrorRef *error)
{
	SecAccessRef access = NULL;

	kc_error_give(create_with(userId, groupId, ownerType, acls, &access), error);
	return access;
}

/* --- looking --------------------------------------------------------------------------------- */

/* The entries about a word, or all without one (NULL). */
static CFMutableArrayRef copy_entries(SecAccessRef access, CFTypeRef authorization)
{
	CFMutableArrayRef copy = CFArrayCreateMutable(NULL, 0, &kCFTypeArrayCallBacks);

	if (!copy)
		return NULL;
	pthread_mutex_lock(&kc_access_mutex);
	for (CFIndex i = 0; i < CFArrayGetCount(access->entries); i++) {
		SecACLRef entry = entry_at(access->entries, i);
		CFRange all = CFRangeMake(0, CFArrayGetCount(entry->authorizations));
		if (!authorization ||
			CFArrayContainsValue(entry->authorizations, all, authorization) ||
			CFArrayContainsValue(entry->authorizations, all, kSecACLAuthorizationAny))
			CFArrayAppendValue(copy, entry);
	}
	pthread_mutex_unlock(&kc_access_mutex);
	return copy;
}

OSStatus SecAccessCopyACLList(SecAccessRef accessRef, CFArrayRef *aclList)
{
	if (!kc_access_is(accessRef) || !aclList)
		return errSecParam;
	*aclList = copy_entries(accessRef, NULL);
	return *aclList ? errSecSuccess : errSecAllocate;
}

CFArrayRef SecAccessCopyMatchingACLList(SecAccessRef accessRef, CFTypeRef authorizationTag)
{
	CFMutableArrayRef found;

	if (!kc_access_is(accessRef) || kc_object_kind(authorizationTag) != KC_OBJECT_STRING)
		return NULL;
	found = copy_entries(accessRef, authorizationTag);
	if (found && CFArrayGetCount(found) == 0) {
		CFRelease(found);
		return NULL;
	}
	return found;
}

OSStatus SecAccessCopySelectedACLList(
	SecAccessRef accessRef, CSSM_ACL_AUTHORIZATION_TAG action, CFArrayRef *aclList)
{
	CFStringRef word = kc_acl_word(action);

	if (!kc_access_is(accessRef) || !word || !aclList)
		return errSecParam;
	*aclList = copy_entries(accessRef, word);
	return *aclList ? errSecSuccess : errSecAllocate;
}

OSStatus SecAccessCopyOwnerAndACL(SecAccessRef accessRef, uid_t *userId, gid_t *groupId,
	SecAccessOwnerType *ownerType, CFArrayRef *aclList)
{
	if (!kc_access_is(accessRef))
		return errSecParam;
	if (userId)
		*userId = accessRef->user;
	if (groupId)
		*groupId = accessRef->group;
	if (ownerType)
		*ownerType = accessRef->owner;
	return aclList ? SecAccessCopyACLList(accessRef, aclList) : errSecSuccess;
}
