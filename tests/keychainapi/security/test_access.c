/* SPDX-License-Identifier: ISC */
/* Access objects, their entries, programs, and the session: what is kept and given back. */
#include <Security/Security.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/mem.h"
#include "tests/check.h"
#include "tests/keychainapi/security/dictionary.h"
#include "tests/wire/device.h"

static SecAccessRef new_access(void)
{
	SecAccessRef access = NULL;

	CHECK_FATAL(SecAccessCreate(CFSTR("words"), NULL, &access) == errSecSuccess && access);
	CHECK(CFGetTypeID(access) == SecAccessGetTypeID());
	return access;
}

static CFIndex entries(SecAccessRef access)
{
	CFArrayRef list = NULL;
	CFIndex count;

	CHECK_FATAL(SecAccessCopyACLList(access, &list) == errSecSuccess && list);
	count = CFArrayGetCount(list);
	CFRelease(list);
	return count;
}

static void programs(void)
{
	SecTrustedApplicationRef self = NULL, shell = NULL;
	CFDataRef data = NULL, other = CFDataCreate(NULL, (const UInt8 *)"x", 1);
	char path[4096];
	ssize_t len = readlink("/proc/self/exe", path, sizeof path - 1);

	CHECK_FATAL(len > 0);
	path[len] = 0;
	CHECK(SecTrustedApplicationCreateFromPath(NULL, &self) == 0);
	CHECK(CFGetTypeID(self) == SecTrustedApplicationGetTypeID());
	CHECK(SecTrustedApplicationCopyData(self, &data) == 0);
	CHECK(strcmp((const char *)CFDataGetBytePtr(data), path) == 0);
	CHECK(CFDataGetLength(data) == len + 1);
	CFRelease(data);
	CHECK(SecTrustedApplicationCreateFromPath("/bin/sh", &shell) == 0);
	CHECK(SecTrustedApplicationSetData(shell, other) == 0);
	CHECK(SecTrustedApplicationCopyData(shell, &data) == 0 && CFEqual(data, other));
	CFRelease(data);
	CFRelease(other);
	CFRelease(self);
	CFRelease(shell);
	CHECK(SecTrustedApplicationCreateFromPath("/nowhere/at/all", &self) == errSecItemNotFound);
	CHECK(SecTrustedApplicationCreateFromPath("/bin/sh", NULL) == errSecParam);
	CHECK(SecTrustedApplicationCopyData(NULL, &data) == errSecParam);
	CHECK(SecTrustedApplicationSetData(NULL, NULL) == errSecParam);
}

static void entries_of_an_access(void)
{
	SecAccessRef access = new_access();
	SecACLRef entry = NULL;
	CFArrayRef list, found = NULL;
	CFStringRef words = NULL;
	SecKeychainPromptSelector prompt = 9;
	const void *any[] = {kSecACLAuthorizationSign};

	CHECK(entries(access) == 3);
	list = SecAccessCopyMatchingACLList(access, kSecACLAuthorizationDecrypt);
	CHECK_FATAL(list && CFArrayGetCount(list) == 1);
	CHECK(SecACLCopyContents((SecACLRef)(uintptr_t)CFArrayGetValueAtIndex(list, 0), &found,
		      &words, &prompt) == 0);
	CHECK(found && CFArrayGetCount(found) == 1 && prompt == 0); /* this program */
	CHECK(CFEqual(words, CFSTR("words")));
	CFRelease(words);
	CFRelease(found);
	CFRelease(list);
	CHECK(SecAccessCopyMatchingACLList(access, CFSTR("flying")) == NULL);
	CHECK(SecACLCreateWithSimpleContents(access, NULL, CFSTR("more"),
		      kSecKeychainPromptRequirePassphase, &entry) == 0);
	CHECK(entries(access) == 4);
	found = CFArrayCreate(NULL, any, 1, &kCFTypeArrayCallBacks);
	CHECK(SecACLUpdateAuthorizations(entry, found) == 0);
	list = SecACLCopyAuthorizations(entry);
	CHECK(CFEqual(list, found));
	CFRelease(list);
	CHECK(SecACLSetContents(entry, NULL, CFSTR("new"), 0) == 0);
	CHECK(SecACLSetContents(entry, found, CFSTR("no programs"), 0) == errSecParam);
	CHECK(SecACLCopyContents(entry, NULL, &words, &prompt) == 0);
	CHECK(CFEqual(words, CFSTR("new")) && prompt == 0);
	CFRelease(words);
	CHECK(SecACLRemove(entry) == 0 && entries(access) == 3);
	CHECK(SecACLRemove(entry) == errSecItemNotFound);
	CFRelease(entry);
	CFRelease(found);
	CFRelease(access);
}

static void tags_of_an_entry(void)
{
	SecAccessRef access = new_access();
	SecACLRef entry = NULL;
	CFArrayRef list = NULL;
	CSSM_ACL_AUTHORIZATION_TAG tags[] = {
		CSSM_ACL_AUTHORIZATION_SIGN, CSSM_ACL_AUTHORIZATION_MAC, 0, 0};
	uint32_t count = 2, none = 0;

	CHECK(SecACLCreateWithSimpleContents(access, NULL, CFSTR("e"), 0, &entry) == 0);
	CHECK(SecACLSetAuthorizations(entry, tags, 2) == 0);
	list = SecACLCopyAuthorizations(entry);
	CHECK(CFArrayGetCount(list) == 2 &&
		CFEqual(CFArrayGetValueAtIndex(list, 0), kSecACLAuthorizationSign));
	CFRelease(list);
	tags[0] = tags[1] = 0;
	CHECK(SecACLGetAuthorizations(entry, tags, &count) == 0 && count == 2);
	CHECK(tags[0] == CSSM_ACL_AUTHORIZATION_SIGN && tags[1] == CSSM_ACL_AUTHORIZATION_MAC);
	CHECK(SecACLGetAuthorizations(entry, NULL, &none) == errSecParam && none == 2);
	CHECK(SecACLSetAuthorizations(entry, tags, 3) == errSecParam); /* 0 is no tag */
	CHECK(SecACLSetAuthorizations(NULL, tags, 1) == errSecParam);
	CHECK(SecACLGetAuthorizations(entry, NULL, NULL) == errSecParam);
	CHECK(SecAccessCopySelectedACLList(access, CSSM_ACL_AUTHORIZATION_MAC, &list) == 0);
	CHECK(CFArrayGetCount(list) == 2);
	CFRelease(list);
	CHECK(SecAccessCopySelectedACLList(access, CSSM_ACL_AUTHORIZATION_LOGIN, &list) == 0);
	CHECK(CFArrayGetCount(list) == 0);
	CFRelease(list);
	CHECK(SecAccessCopySelectedACLList(access, 99, &list) == errSecParam);
	CFRelease(entry);
	CFRelease(access);
}

/* An entry lives on without its access object. */
static void an_entry_alone(void)
{
	SecAccessRef access = new_access(), other;
	SecACLRef entry = NULL;
	CFArrayRef list;
	uid_t user = 0;
	SecAccessOwnerType type = 0;

	CHECK(SecACLCreateWithSimpleContents(access, NULL, CFSTR("e"), 0, &entry) == 0);
	CHECK(SecAccessCopyACLList(access, &list) == 0);
	other = SecAccessCreateWithOwnerAndACL(7, 8, kSecUseOnlyUID, list, NULL);
	CHECK_FATAL(other != NULL);
	CHECK(SecAccessCopyOwnerAndACL(other, &user, NULL, &type, NULL) == 0);
	CHECK(user == 7 && type == kSecUseOnlyUID && entries(other) == 4);
	CFRelease(list);
	CFRelease(access);
	CHECK(SecACLRemove(entry) == errSecItemNotFound);
	CHECK(entries(other) == 4);
	CFRelease(entry);
	CFRelease(other);
}

static void access_is_accepted(void)
{
	SecAccessRef access = new_access(), copy = NULL;
	const void *keys[] = {kSecClass, kSecAttrAccount, kSecAttrAccess};
	const void *values[] = {kSecClassGenericPassword, CFSTR("a"), access};
	CFDictionaryRef item = CFDictionaryCreate(NULL, keys, values, 3, NULL, NULL);
	CFTypeRef added = NULL;
	SecKeychainItemRef reference;

	CHECK(SecItemAdd(item, &added) == 0);
	reference = (SecKeychainItemRef)(uintptr_t)added;
	CHECK(SecItemCopyMatching(item, NULL) == 0);
	CHECK(SecKeychainItemSetAccess(reference, access) == 0);
	CHECK(SecKeychainItemSetAccess(reference, (SecAccessRef)(uintptr_t)added) == errSecParam);
	CHECK(SecKeychainItemCopyAccess(reference, &copy) == 0 && copy && entries(copy) == 1);
	CHECK(SecItemDelete(item) == 0);
	CFRelease(copy);
	CFRelease(added);
	CFRelease(item);
	CFRelease(access);
}

static void arguments_that_are_missing(void)
{
	SecAccessRef access = NULL;
	SecACLRef entry = NULL;
	CFArrayRef list = NULL;

	CHECK(SecAccessCreate(NULL, NULL, &access) == errSecParam);
	CHECK(SecAccessCreate(CFSTR("x"), NULL, NULL) == errSecParam);
	CHECK(SecAccessCreate(CFSTR("x"), (CFArrayRef)CFSTR("x"), &access) == errSecParam);
	CHECK(SecAccessCopyACLList(NULL, &list) == errSecParam);
	CHECK(SecAccessCopyMatchingACLList(NULL, kSecACLAuthorizationAny) == NULL);
	CHECK(SecAccessCreateWithOwnerAndACL(0, 0, 0, (CFArrayRef)CFSTR("x"), NULL) == NULL);
	CHECK(SecACLCreateWithSimpleContents(NULL, NULL, NULL, 0, &entry) == errSecParam);
	CHECK(SecACLRemove(NULL) == errSecParam);
	CHECK(SecACLCopyContents(NULL, NULL, NULL, NULL) == errSecParam);
	CHECK(SecACLCopyAuthorizations(NULL) == NULL);
	CHECK(!access && !entry && !list);
}

static void the_session(void)
{
	SecuritySessionId id = 0;
	SessionAttributeBits bits = 0;

	CHECK(SessionGetInfo(callerSecuritySession, &id, &bits) == errSessionSuccess);
	CHECK(id == (SecuritySessionId)getsid(0) && !(bits & sessionHasGraphicAccess));
	setenv("WAYLAND_DISPLAY", "wayland-0", 1);
	setenv("SSH_CONNECTION", "a 1 b 2", 1);
	CHECK(SessionGetInfo(id, NULL, &bits) == errSessionSuccess);
	CHECK(bits & sessionHasGraphicAccess && bits & sessionIsRemote);
	CHECK(SessionGetInfo(id, NULL, NULL) == errSessionSuccess);
	CHECK(SessionGetInfo(id + 12345, NULL, NULL) == errSessionInvalidId);
	unsetenv("WAYLAND_DISPLAY");
	unsetenv("SSH_CONNECTION");
}

static void a_keychain(void)
{
	kc_client_free(device_client());
}

int main(void)
{
	static const struct check_test tests[] = {CHECK_TEST(a_keychain), CHECK_TEST(programs),
		CHECK_TEST(entries_of_an_access), CHECK_TEST(tags_of_an_entry),
		CHECK_TEST(an_entry_alone), CHECK_TEST(access_is_accepted),
		CHECK_TEST(arguments_that_are_missing), CHECK_TEST(the_session)};
	int status;

	unsetenv("KEYCIRCLE_STRICT_SECITEM");
	unsetenv("DISPLAY");
	unsetenv("WAYLAND_DISPLAY");
	unsetenv("SSH_CONNECTION");
	device_make("keycircled");
	status = check_main("keychainapi/access", tests, KC_COUNT_OF(tests));
	device_remove();
	return status;
}
