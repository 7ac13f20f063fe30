/* SPDX-License-Identifier: ISC */
/*
 * Keychains by the older interface: their names and paths, what exists, the lock, the search list,
 * and a keychain besides the user's, with a service of its own.
 */
#include <Security/SecKeychainPriv.h>
#include <limits.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"
#include "tests/check.h"
#include "tests/file.h"
#include "tests/keychainapi/security/describe.h"
#include "tests/keychainapi/security/dictionary.h"
#include "tests/wire/device.h"

static char other_path[128]; /* of the keychain besides the user's */

static SecKeychainRef open_keychain(const char *path)
{
	SecKeychainRef keychain = NULL;

	CHECK_FATAL(SecKeychainOpen(path, &keychain) == errSecSuccess && keychain);
	CHECK(CFGetTypeID(keychain) == SecKeychainGetTypeID());
	return keychain;
}

static OSStatus status_of(SecKeychainRef keychain)
{
	SecKeychainStatus status = 0;
	OSStatus result = SecKeychainGetStatus(keychain, &status);

	return result ? result : (OSStatus)status;
}

/* --- no keychain yet ------------------------------------------------------------------------- */

static void nothing_is_there(void)
{
	SecKeychainRef users = open_keychain("login.keychain"), made = NULL;
	CFArrayRef list = NULL;

	CHECK(status_of(NULL) == errSecNoSuchKeychain);
	CHECK(status_of(users) == errSecNoSuchKeychain);
	CHECK(SecKeychainLock(NULL) == errSecNoSuchKeychain);
	CHECK(SecKeychainLockAll() == 0);
	CHECK(SecKeychainUnlock(NULL, 0, NULL, FALSE) == errSecNoSuchKeychain);
	CHECK(SecKeychainFindGenericPassword(NULL, 0, NULL, 0, NULL, NULL, NULL, NULL) ==
		errSecNoSuchKeychain);
	CHECK(SecKeychainCopySearchList(&list) == 0 && CFArrayGetCount(list) == 1);
	CHECK(CFEqual(CFArrayGetValueAtIndex(list, 0), users));
	CFRelease(list);
	/* the user's own can be made here, too */
	CHECK(SecKeychainCreate("login.keychain", 4, "fake", FALSE, NULL, &made) == 0);
	CHECK(made && CFEqual(made, users));
	CHECK(status_of(NULL) ==
		(kSecUnlockStateStatus | kSecReadPermStatus | kSecWritePermStatus));
	CFRelease(made);
	made = NULL;
	CHECK(SecKeychainCreate("login.keychain", 4, "fake", FALSE, NULL, &made) ==
		errSecDuplicateKeychain);
	CHECK(!made);
	CFRelease(users);
}

/* --- names ----------------------------------------------------------------------------------- */

/* clang-format off */
static const struct name {
	const char *what, *name;
	bool is_users;
	const char *end; /* of the path */
} names[] = {
	{"the name on macOS",    "login.keychain",                              true,  "/data/keychain.db"},
	{"its newer name",       "login.keychain-db",                           true,  "/data/keychain.db"},
	{"its path there",       "/Users/ana/Library/Keychains/login.keychain", true,  "/data/keychain.db"},
	{"another name",         "work.keychain",                               false, "/data/work.keychain"},
	{"another path",         "/nowhere/work.keychain",                      false, "/nowhere/work.keychain"},
	{"a name that is alike", "mylogin.keychain",                            false, "/data/mylogin.keychain"},
};
/* clang-format on */

static void names_and_paths(void)
{
	for (size_t i = 0; i < KC_COUNT_OF(names); i++) {
		SecKeychainRef keychain = open_keychain(names[i].name), again = NULL;
		char path[PATH_MAX] = "";
		UInt32 len = sizeof path;
		size_t end = strlen(names[i].end);
		CHECK_MSG(SecKeychainGetPath(keychain, &len, path) == 0, names[i].what);
		CHECK_MSG(len == strlen(path) && len >= end &&
				  strcmp(path + len - end, names[i].end) == 0,
			names[i].what);
		CHECK_MSG(status_of(keychain) == (names[i].is_users ? 7 : errSecNoSuchKeychain),
			names[i].what);
		/* a path opens what has it */
		again = open_keychain(path);
		CHECK_MSG(CFEqual(keychain, again) && CFHash(keychain) == CFHash(again),
			names[i].what);
		CFRelease(again);
		CFRelease(keychain);
	}
}

static void room_for_a_path(void)
{
	char path[PATH_MAX] = "";
	UInt32 room = sizeof path, len, small;

	CHECK(SecKeychainGetPath(NULL, &room, path) == 0);
	len = room;
	small = len; /* no room for the NUL */
	CHECK(SecKeychainGetPath(NULL, &small, path) == errSecBufferTooSmall && small == len);
	small = len + 1;
	CHECK(SecKeychainGetPath(NULL, &small, path) == 0 && small == len);
	small = 0;
	CHECK(SecKeychainGetPath(NULL, &small, path) == errSecBufferTooSmall);
	CHECK(SecKeychainGetPath(NULL, NULL, path) == errSecParam);
	CHECK(SecKeychainGetPath(NULL, &room, NULL) == errSecParam);
}

static void arguments_that_are_missing(void)
{
	SecKeychainRef none = NULL, text = (SecKeychainRef)(uintptr_t)CFSTR("x");
	SecKeychainStatus status = 99;
	SecKeychainSettings settings = {SEC_KEYCHAIN_SETTINGS_VERS1, FALSE, FALSE, 0};
	CFArrayRef list = NULL;
	UInt32 version = 0;

	CHECK(SecKeychainOpen(NULL, &none) == errSecParam);
	CHECK(SecKeychainOpen("x", NULL) == errSecParam);
	CHECK(SecKeychainOpen("", &none) == errSecParam);
	CHECK(SecKeychainCreate("x", 1, "x", FALSE, NULL, NULL) == errSecParam);
	CHECK(SecKeychainCreate(NULL, 1, "x", FALSE, NULL, &none) == errSecParam);
	CHECK(SecKeychainCreate("x", 1, NULL, FALSE, NULL, &none) == errSecParam);
	CHECK(SecKeychainCreate("x", 0, NULL, TRUE, NULL, &none) == errSecInteractionNotAllowed);
	CHECK(SecKeychainGetStatus(NULL, NULL) == errSecParam);
	CHECK(SecKeychainGetStatus(text, &status) == errSecParam && status == 99);
	CHECK(SecKeychainLock(text) == errSecParam);
	CHECK(SecKeychainUnlock(text, 1, "x", TRUE) == errSecParam);
	CHECK(SecKeychainUnlock(NULL, 1, NULL, TRUE) == errSecParam);
	CHECK(SecKeychainDelete(NULL) == errSecInvalidKeychain);
	CHECK(SecKeychainDelete(text) == errSecParam);
	CHECK(SecKeychainGetUserInteractionAllowed(NULL) == errSecParam);
	CHECK(SecKeychainCopyDefault(NULL) == errSecParam);
	CHECK(SecKeychainSetDefault(NULL) == errSecParam);
	CHECK(SecKeychainSetDefault(text) == errSecParam);
	CHECK(SecKeychainCopySearchList(NULL) == errSecParam);
	CHECK(SecKeychainSetSearchList(NULL) == errSecParam);
	CHECK(SecKeychainCopyDomainSearchList(7, &list) == errSecInvalidPrefsDomain);
	CHECK(SecKeychainCopyDomainDefault(kSecPreferencesDomainSystem, &none) ==
		errSecNoDefaultKeychain);
	CHECK(SecKeychainCopyDomainSearchList(kSecPreferencesDomainCommon, &list) == 0);
	CHECK(list && CFArrayGetCount(list) == 0);
	CFRelease(list);
	CHECK(SecKeychainGetVersion(&version) == 0 && version > 0);
	CHECK(SecKeychainGetVersion(NULL) == errSecParam);
	CHECK(SecKeychainCopySettings(NULL, &settings) == errSecUnimplemented);
	CHECK(SecKeychainSetSettings(NULL, &settings) == errSecUnimplemented);
	settings.version = 9;
	CHECK(SecKeychainSetSettings(NULL, &settings) == errSecWrongSecVersion);
	CHECK(!none);
}

/* The user's own is not deleted by a program that clears up after itself. */
static void the_users_own_stays(void)
{
	SecKeychainRef users = open_keychain("login.keychain");

	CHECK(SecKeychainDelete(users) == errSecUnimplemented);
	CHECK(status_of(users) == 7);
	CFRelease(users);
}

/* Nor by another way to its folder: what KEYCIRCLE_HOME says, the same through a link, and a
 * keychain whose folders have been replaced by links to it since it was opened. */
static void the_users_own_by_other_ways(void)
{
	static const char *const folders[] = {"", "/data", "/state"};
	char path[160], inside[200], target[200], away[200];
	SecKeychainRef keychain;

	keychain = open_keychain(device_path());
	CHECK(SecKeychainDelete(keychain) == errSecUnimplemented);
	CFRelease(keychain);
	snprintf(path, sizeof path, "%s/way", device_path());
	CHECK_FATAL(symlink(device_path(), path) == 0);
	keychain = open_keychain(path);
	CHECK(SecKeychainDelete(keychain) == errSecUnimplemented);
	CFRelease(keychain);
	CHECK_FATAL(unlink(path) == 0);
	for (size_t i = 0; i < KC_COUNT_OF(folders); i++) {
		keychain = NULL;
		snprintf(path, sizeof path, "%s/replaced%zu", device_path(), i);
		snprintf(inside, sizeof inside, "%s%s", path, folders[i]);
		snprintf(target, sizeof target, "%s%s", device_path(), folders[i]);
		CHECK_FATAL(SecKeychainCreate(path, 5, "other", FALSE, NULL, &keychain) == 0);
		snprintf(away, sizeof away, "%s.away", path);
		CHECK_FATAL(rename(inside, away) == 0 && symlink(target, inside) == 0);
		CHECK_MSG(SecKeychainDelete(keychain) != errSecSuccess, inside);
		CHECK_FATAL(unlink(inside) == 0 && rename(away, inside) == 0);
		CHECK_MSG(SecKeychainDelete(keychain) == errSecSuccess, inside);
		CFRelease(keychain);
	}
	keychain = open_keychain("login.keychain");
	CHECK(status_of(keychain) == 7);
	CFRelease(keychain);
}

/* --- events ---------------------------------------------------------------------------------- */

struct events {
	unsigned of[16];
	bool had_item, leave;
};

static OSStatus take_event(SecKeychainEvent event, SecKeychainCallbackInfo *info, void *context)
{
	struct events *events = context;

	events->of[event]++;
	events->had_item = info->item != NULL;
	CHECK(info->pid == getpid());
	if (events->leave)
		CHECK(SecKeychainRemoveCallback(take_event) == 0);
	return 0;
}

static OSStatus other_event(SecKeychainEvent event, SecKeychainCallbackInfo *info, void *context)
{
	(void)event;
	(void)info;
	++*(unsigned *)context;
	return 0;
}

static void events_are_told(void)
{
	struct events events = {0};
	unsigned others = 0;
	SecKeychainItemRef item = NULL;

	CHECK(SecKeychainAddCallback(NULL, kSecEveryEventMask, NULL) == errSecParam);
	CHECK(SecKeychainRemoveCallback(take_event) == errSecInvalidCallback);
	CHECK(SecKeychainAddCallback(take_event, kSecEveryEventMask, &events) == 0);
	CHECK(SecKeychainAddCallback(take_event, kSecEveryEventMask, &events) ==
		errSecDuplicateCallback);
	CHECK(SecKeychainAddCallback(other_event, kSecLockEventMask, &others) == 0);
	CHECK(SecKeychainAddGenericPassword(NULL, 1, "s", 1, "a", 1, "x", &item) == 0);
	CHECK(events.of[kSecAddEvent] == 1 && events.had_item);
	CHECK(SecKeychainItemModifyContent(item, NULL, 1, "y") == 0);
	CHECK(events.of[kSecUpdateEvent] == 1);
	CHECK(SecKeychainItemDelete(item) == 0);
	CHECK(events.of[kSecDeleteEvent] == 1);
	CHECK(SecKeychainItemDelete(item) != 0);
	CHECK(events.of[kSecDeleteEvent] == 1);
	CHECK(SecKeychainLock(NULL) == 0);
	CHECK(events.of[kSecLockEvent] == 1 && others == 1);
	CHECK(SecKeychainUnlock(NULL, 5, "wrong", TRUE) == errSecAuthFailed);
	CHECK(events.of[kSecUnlockEvent] == 0);
	events.leave = true;
	CHECK(SecKeychainUnlock(NULL, 4, "fake", TRUE) == 0);
	CHECK(events.of[kSecUnlockEvent] == 1);
	CHECK(SecKeychainRemoveCallback(take_event) == errSecInvalidCallback);
	CHECK(SecKeychainRemoveCallback(other_event) == 0);
	CFRelease(item);
}

/* --- another keychain ------------------------------------------------------------------------ */

static OSStatus add_to(SecKeychainRef keychain, const char *account, const char *password)
{
	return SecKeychainAddGenericPassword(keychain, 4, "mail", (UInt32)strlen(account), account,
		(UInt32)strlen(password), password, NULL);
}

/* The password that is found, to be freed; "-" for none. */
static char *find_in(CFTypeRef keychains, const char *account)
{
	UInt32 len = 0;
	void *password = NULL;
	char *copy;

	if (SecKeychainFindGenericPassword(keychains, 4, "mail", (UInt32)strlen(account), account,
		    &len, &password, NULL) != 0)
		return strdup("-");
	copy = strdup(password);
	SecKeychainItemFreeContent(NULL, password);
	return copy;
}

static void check_in(CFTypeRef keychains, const char *account, const char *wanted)
{
	KC_CLEANUP_FREE char *found = find_in(keychains, account);

	CHECK_MSG(strcmp(found, wanted) == 0, found);
}

static CFArrayRef array_of(SecKeychainRef first, SecKeychainRef second)
{
	const void *values[] = {first, second};

	return CFArrayCreate(NULL, values, second ? 2 : 1, &kCFTypeArrayCallBacks);
}

static CFIndex listed(SecKeychainRef keychain)
{
	CFArrayRef list = NULL;
	CFIndex at;

	CHECK_FATAL(SecKeychainCopyDomainSearchList(kSecPreferencesDomainUser, &list) == 0);
	at = CFArrayGetFirstIndexOfValue(list, CFRangeMake(0, CFArrayGetCount(list)), keychain);
	CFRelease(list);
	return at;
}

static void items_of_another_keychain(SecKeychainRef users, SecKeychainRef other)
{
	CFArrayRef both = array_of(other, users);
	SecKeychainItemRef item = NULL, copy = NULL;
	SecKeychainRef keychain = NULL;

	CHECK(add_to(users, "ana", "of the user") == 0);
	CHECK(add_to(other, "ana", "of the other") == 0); /* not a duplicate */
	CHECK(add_to(other, "ana", "x") == errSecDuplicateItem);
	CHECK(add_to(other, "bob", "bob's") == 0);
	check_in(users, "ana", "of the user");
	check_in(other, "ana", "of the other");
	check_in(both, "ana", "of the other"); /* in the order of the list */
	check_in(NULL, "ana", "of the user");
	check_in(NULL, "bob", "bob's"); /* the search list has it */
	check_in(users, "bob", "-");
	CHECK(SecKeychainFindGenericPassword(other, 4, "mail", 3, "bob", NULL, NULL, &item) == 0);
	CHECK(SecKeychainItemCopyKeychain(item, &keychain) == 0 && CFEqual(keychain, other));
	CFRelease(keychain);
	CHECK(SecKeychainItemCreateCopy(item, users, NULL, &copy) == 0);
	CHECK(copy && !CFEqual(item, copy));
	check_in(users, "bob", "bob's");
	CHECK(SecKeychainItemDelete(item) == 0);
	check_in(other, "bob", "-");
	check_in(users, "bob", "bob's");
	CHECK(SecKeychainItemDelete(copy) == 0);
	CFRelease(copy);
	CFRelease(item);
	CFRelease(both);
}

/* Programs look for roots there, and take what is not found for what it is. */
static void item_calls_of_the_system_keychains(void)
{
	static const struct row {
		const char *path;
		OSStatus status;
	} rows[] = {
		{"/System/Library/Keychains/SystemRootCertificates.keychain", errSecItemNotFound},
		{"/Library/Keychains/System.keychain", errSecItemNotFound},
		{"/Library/Keychains/Other.keychain", errSecNoSuchKeychain},
	};
	const void *keys[] = {kSecClass, kSecMatchSearchList}, *values[2];

	for (size_t i = 0; i < KC_COUNT_OF(rows); i++) {
		SecKeychainRef keychain = NULL;
		CFDictionaryRef query;

		CHECK_FATAL(SecKeychainOpen(rows[i].path, &keychain) == 0);
		values[0] = kSecClassCertificate;
		values[1] = array_of(keychain, NULL);
		query = CFDictionaryCreate(NULL, keys, values, 2, NULL, NULL);
		CHECK(SecItemCopyMatching(query, NULL) == rows[i].status);
		CFRelease(query);
		CFRelease(values[1]);
		CFRelease(keychain);
	}
}

/* kSecUseKeychain and kSecMatchSearchList. */
static void item_calls_of_another_keychain(SecKeychainRef users, SecKeychainRef other)
{
	CFArrayRef list = array_of(other, NULL);
	const void *add_keys[] = {kSecClass, kSecAttrAccount, kSecUseKeychain};
	const void *add_values[] = {kSecClassGenericPassword, CFSTR("carl"), other};
	const void *keys[] = {kSecClass, kSecAttrAccount, kSecMatchSearchList, kSecMatchLimit};
	const void *values[] = {kSecClassGenericPassword, CFSTR("carl"), list, kSecMatchLimitAll};
	CFDictionaryRef item = CFDictionaryCreate(NULL, add_keys, add_values, 3, NULL, NULL);
	CFDictionaryRef query = CFDictionaryCreate(NULL, keys, values, 4, NULL, NULL);
	CFTypeRef added = NULL, found = NULL;
	const void *ref_keys[] = {kSecValueRef}, *ref_values[1];
	CFArrayRef empty = CFArrayCreate(NULL, NULL, 0, &kCFTypeArrayCallBacks);
	CFDictionaryRef by_ref, nowhere;

	CHECK(SecItemAdd(item, &added) == 0);
	CHECK(SecItemAdd(item, NULL) == errSecDuplicateItem);
	CHECK(SecItemCopyMatching(query, &found) == 0);
	CHECK(found && CFArrayGetCount(found) == 1 &&
		CFEqual(CFArrayGetValueAtIndex(found, 0), added));
	CFRelease(found);
	ref_values[0] = added;
	by_ref = CFDictionaryCreate(NULL, ref_keys, ref_values, 1, NULL, NULL);
	CHECK(SecItemUpdate(by_ref, dictionary_make(DICT({"icmt", T("i")}))) == 0);
	CHECK(SecItemCopyMatching(by_ref, NULL) == 0);
	values[2] = empty;
	nowhere = CFDictionaryCreate(NULL, keys, values, 4, NULL, NULL);
	CHECK(SecItemCopyMatching(nowhere, NULL) == errSecItemNotFound);
	CHECK(SecItemUpdate(nowhere, dictionary_make(DICT({"icmt", T("i")}))) ==
		errSecItemNotFound);
	CHECK(SecItemDelete(nowhere) == errSecItemNotFound);
	CHECK(SecItemDelete(query) == 0);
	CHECK(SecItemCopyMatching(by_ref, NULL) == errSecItemNotFound);
	CHECK(SecItemDelete(query) == errSecItemNotFound);
	check_in(users, "ana", "of the user");
	/* both are of the search list: all matches of both */
	CHECK(SecItemCopyMatching(dictionary_make(DICT(GENP, {"acct", T("ana")}, ALL, RETURN_DATA)),
		      &found) == 0);
	CHECK(CFArrayGetCount(found) == 2);
	CFRelease(found);
	CHECK(SecItemCopyMatching(dictionary_make(DICT(GENP, {"acct", T("ana")}, {"m_Limit", N(2)},
					  RETURN_DATA)),
		      &found) == 0);
	CHECK(CFArrayGetCount(found) == 2);
	CFRelease(found);
	/* the strict profile knows the user's own alone */
	CHECK(SecItemCopyMatching(dictionary_make(DICT(GENP, {"acct", T("ana")}, ALL, RETURN_DATA,
					  {"nleg", YES})),
		      &found) == 0);
	CHECK(CFArrayGetCount(found) == 1);
	CFRelease(found);
	CFRelease(nowhere);
	CFRelease(empty);
	CFRelease(by_ref);
	CFRelease(added);
	CFRelease(query);
	CFRelease(item);
	CFRelease(list);
	dictionary_release();
}

/* Each has a lock and a password of its own. */
static void locks_of_two_keychains(SecKeychainRef users, SecKeychainRef other)
{
	CHECK(SecKeychainLock(other) == 0);
	CHECK(status_of(other) == 6 && status_of(users) == 7);
	check_in(other, "ana", "-");
	check_in(NULL, "ana", "of the user");
	CHECK(add_to(other, "dora", "x") == errSecInteractionNotAllowed);
	CHECK(SecKeychainUnlock(other, 4, "fake", TRUE) == errSecAuthFailed);
	CHECK(SecKeychainUnlock(other, 5, "other", TRUE) == 0);
	check_in(other, "ana", "of the other");
	CHECK(SecKeychainLockAll() == 0);
	CHECK(status_of(other) == 6 && status_of(users) == 6);
	CHECK(SecKeychainUnlock(users, 4, "fake", TRUE) == 0);
	CHECK(SecKeychainUnlock(other, 5, "other", TRUE) == 0);
}

static void passwords_and_access(SecKeychainRef users, SecKeychainRef other)
{
	SecAccessRef access = NULL;
	SecKeychainRef nowhere = open_keychain("/nowhere/at.keychain");

	CHECK(SecKeychainChangePassword(other, 5, "wrong", 3, "new") == errSecAuthFailed);
	CHECK(SecKeychainChangePassword(other, 5, "other", 3, "new") == 0);
	CHECK(SecKeychainLock(other) == 0);
	CHECK(SecKeychainUnlock(other, 5, "other", TRUE) == errSecAuthFailed);
	CHECK(SecKeychainUnlock(other, 3, "new", TRUE) == 0);
	CHECK(SecKeychainLock(users) == 0);
	CHECK(SecKeychainUnlock(users, 4, "fake", TRUE) == 0);
	CHECK(SecKeychainChangePassword(nowhere, 1, "a", 1, "b") == errSecNoSuchKeychain);
	CHECK(SecKeychainChangePassword(other, 1, NULL, 1, "b") == errSecParam);
	CHECK(SecKeychainCopyAccess(other, &access) == 0 && access);
	CHECK(SecKeychainSetAccess(other, access) == 0);
	CHECK(SecKeychainSetAccess(nowhere, access) == errSecNoSuchKeychain);
	CHECK(SecKeychainSetAccess(other, NULL) == errSecParam);
	CHECK(SecKeychainCopyAccess(other, NULL) == errSecParam);
	CFRelease(access);
	CFRelease(nowhere);
}

/* R edits a copy of the list and sets it back. */
static void the_search_list(SecKeychainRef users, SecKeychainRef other)
{
	CFArrayRef list = NULL, first = array_of(users, NULL);
	CFMutableArrayRef copy;

	CHECK(listed(users) == 0 && listed(other) == 1);
	CHECK(SecKeychainCopyDomainSearchList(kSecPreferencesDomainUser, &list) == 0);
	copy = CFArrayCreateMutableCopy(NULL, 0, list);
	CFArrayRemoveValueAtIndex(copy, 1);
	CHECK(SecKeychainSetDomainSearchList(kSecPreferencesDomainUser, copy) == 0);
	CHECK(listed(other) == kCFNotFound);
	check_in(NULL, "ana", "of the user");
	CFArrayInsertValueAtIndex(copy, 0, other);
	CHECK(SecKeychainSetSearchList(copy) == 0);
	CHECK(listed(other) == 0 && listed(users) == 1);
	check_in(NULL, "ana", "of the other");
	CHECK(SecKeychainSetSearchList(list) == 0);
	CHECK(SecKeychainSetDomainSearchList(kSecPreferencesDomainSystem, list) ==
		errSecInvalidPrefsDomain);
	CFRelease(copy);
	CFRelease(list);
	CFRelease(first);
}

/* How many keys of the label are in a keychain. */
static CFIndex keys_in(SecKeychainRef keychain, CFStringRef label)
{
	const void *place = keychain;
	CFArrayRef list = CFArrayCreate(NULL, &place, 1, &kCFTypeArrayCallBacks), found = NULL;
	const void *keys[] = {
		kSecClass, kSecAttrLabel, kSecMatchSearchList, kSecMatchLimit, kSecReturnRef};
	const void *values[] = {kSecClassKey, label, list, kSecMatchLimitAll, kCFBooleanTrue};
	CFDictionaryRef query = CFDictionaryCreate(NULL, keys, values, 5, NULL, NULL);
	CFIndex count = 0;

	if (SecItemCopyMatching(query, (CFTypeRef *)&found) == 0) {
		count = CFArrayGetCount(found);
		CFRelease(found);
	}
	CFRelease(query);
	CFRelease(list);
	return count;
}

/* A key that was found in a keychain is used, told apart and deleted there. */
static void use_there(CFDictionaryRef named, SecKeyRef key, SecKeychainRef other)
{
	SecKeychainSearchRef search = NULL;
	SecKeychainItemRef item = NULL;
	SecKeychainRef place = NULL;
	CFDataRef input = CFDataCreate(NULL, (const UInt8 *)"letter", 6), signature;
	SecKeyRef public = SecKeyCopyPublicKey(key);

	CHECK(SecKeychainSearchCreateFromAttributes(
		      other, kSecPrivateKeyItemClass, NULL, &search) == 0);
	CHECK_FATAL(SecKeychainSearchCopyNext(search, &item) == 0);
	CHECK(CFEqual(item, key));
	CHECK(SecKeychainItemCopyKeychain(item, &place) == 0 && CFEqual(place, other));
	signature = SecKeyCreateSignature(
		(SecKeyRef)item, kSecKeyAlgorithmECDSASignatureMessageX962SHA256, input, NULL);
	CHECK(signature &&
		SecKeyVerifySignature(public, kSecKeyAlgorithmECDSASignatureMessageX962SHA256,
			input, signature, NULL));
	CHECK(SecItemAdd(named, NULL) == errSecDuplicateItem);
	CHECK(SecKeychainItemDelete(item) == 0);
	if (signature)
		CFRelease(signature);
	CFRelease(public);
	CFRelease(input);
	CFRelease(place);
	CFRelease(item);
	CFRelease(search);
}

static void keys_are_where_they_were_put(SecKeychainRef users, SecKeychainRef other)
{
	const int bits = 256;
	CFNumberRef size = CFNumberCreate(NULL, kCFNumberIntType, &bits);
	const void *keys[] = {kSecAttrKeyType, kSecAttrKeySizeInBits};
	const void *values[] = {kSecAttrKeyTypeEC, size};
	CFDictionaryRef words = CFDictionaryCreate(NULL, keys, values, 2, NULL, NULL);
	SecKeyRef key = SecKeyCreateRandomKey(words, NULL);
	CFStringRef label = CFSTR("a key of a keychain");
	const void *add_keys[] = {kSecValueRef, kSecAttrLabel, kSecUseKeychain};
	const void *add_values[] = {key, label, other};
	CFDictionaryRef named = CFDictionaryCreate(NULL, add_keys, add_values, 3, NULL, NULL);
	SecKeychainRef nowhere = open_keychain("nowhere.keychain");
	SecKeychainSearchRef search = NULL;
	SecKeychainItemRef item = NULL;

	CHECK(SecItemAdd(named, NULL) == 0);
	CHECK(keys_in(users, label) == 0 && keys_in(other, label) == 1);
	use_there(named, key, other);
	CHECK(keys_in(other, label) == 0);
	CHECK(SecKeychainSearchCreateFromAttributes(
		      nowhere, kSecCertificateItemClass, NULL, &search) == 0);
	CHECK(SecKeychainSearchCopyNext(search, &item) == errSecNoSuchKeychain);
	CFRelease(search);
	CFRelease(nowhere);
	CFRelease(named);
	CFRelease(words);
	CFRelease(size);
	CFRelease(key);
}

static void the_default_keychain(SecKeychainRef users, SecKeychainRef other)
{
	SecKeychainRef found = NULL;

	CHECK(SecKeychainSetDefault(other) == 0);
	CHECK(SecKeychainCopyDomainDefault(kSecPreferencesDomainUser, &found) == 0);
	CHECK(CFEqual(found, other));
	CFRelease(found);
	CHECK(add_to(NULL, "eva", "in the default one") == 0);
	check_in(other, "eva", "in the default one");
	keys_are_where_they_were_put(users, other);
	check_in(users, "eva", "-");
	CHECK(SecKeychainSetDefault(users) == 0);
	CHECK(SecKeychainCopyDefault(&found) == 0 && CFEqual(found, users));
	CFRelease(found);
	CHECK(SecKeychainSetDefault(other) == 0); /* until it is deleted */
}

/* A callback that does what callbacks do: it looks, and changes once more. */
static OSStatus set_list_back(SecKeychainEvent event, SecKeychainCallbackInfo *info, void *context)
{
	CFArrayRef list = context;

	(void)event;
	(void)info;
	CHECK(SecKeychainRemoveCallback(set_list_back) == 0);
	return SecKeychainSetSearchList(list);
}

static void a_callback_that_changes_the_list(void)
{
	CFArrayRef list = NULL;
	CFArrayRef empty = CFArrayCreate(NULL, NULL, 0, &kCFTypeArrayCallBacks);

	CHECK(SecKeychainCopySearchList(&list) == 0);
	CHECK(SecKeychainAddCallback(
		      set_list_back, kSecKeychainListChangedMask, (void *)(uintptr_t)list) == 0);
	CHECK(SecKeychainSetSearchList(empty) == 0);
	CHECK(listed((SecKeychainRef)(uintptr_t)CFArrayGetValueAtIndex(list, 0)) == 0);
	/* with an empty list there is nothing to find */
	CHECK(SecKeychainSetSearchList(empty) == 0);
	check_in(NULL, "ana", "-");
	CHECK(SecKeychainSetSearchList(list) == 0);
	check_in(NULL, "ana", "of the user");
	CFRelease(list);
	CFRelease(empty);
}

static void what_is_not_of_a_keychain_stays(const char *path)
{
	SecKeychainRef keychain = NULL;
	struct stat status;
	char file[200];

	CHECK(SecKeychainCreate(path, 6, "fourth", FALSE, NULL, &keychain) == 0);
	snprintf(file, sizeof file, "%s/data/letter", path);
	CHECK(file_write(file, kc_bytes_str("Dear Ada")));
	CHECK(SecKeychainDelete(keychain) == 0);
	CHECK(stat(file, &status) == 0);
	CHECK(status_of(keychain) == errSecNoSuchKeychain);
	CFRelease(keychain);
}

static void another_keychain(void)
{
	SecKeychainRef users = open_keychain("login.keychain"), other = NULL, again = NULL,
		       found = NULL;
	struct stat status;

	snprintf(other_path, sizeof other_path, "%s/folder/other.keychain", device_path());
	again = open_keychain(other_path);
	CHECK(status_of(again) == errSecNoSuchKeychain);
	CHECK(add_to(again, "ana", "x") == errSecNoSuchKeychain);
	CHECK(stat(other_path, &status) != 0); /* looking makes nothing */
	CHECK(SecKeychainCreate(other_path, 5, "other", FALSE, NULL, &other) == 0);
	CHECK_FATAL(other && CFEqual(other, again));
	CHECK(status_of(other) == 7);
	CHECK(SecKeychainCreate(other_path, 5, "other", FALSE, NULL, &again) ==
		errSecDuplicateKeychain);
	items_of_another_keychain(users, other);
	item_calls_of_the_system_keychains();
	item_calls_of_another_keychain(users, other);
	locks_of_two_keychains(users, other);
	passwords_and_access(users, other);
	the_search_list(users, other);
	the_default_keychain(users, other);
	CHECK(SecKeychainDelete(other) == 0);
	CHECK(SecKeychainCopyDefault(&found) == 0 && CFEqual(found, users));
	CFRelease(found);
	CHECK(stat(other_path, &status) != 0);
	CHECK(listed(other) == kCFNotFound);
	CHECK(status_of(other) == errSecNoSuchKeychain);
	CHECK(SecKeychainDelete(other) == errSecNoSuchKeychain);
	check_in(NULL, "ana", "of the user");
	/* and once more, at the same place */
	CFRelease(other);
	CHECK(SecKeychainCreate(other_path, 5, "third", FALSE, NULL, &other) == 0);
	check_in(other, "ana", "-");
	CHECK(SecKeychainDelete(other) == 0);
	CFRelease(other);
	what_is_not_of_a_keychain_stays(other_path);
	CFRelease(again);
	CFRelease(users);
}

/* A file that is no keychain, where one is to be made. */
static void something_else_is_there(void)
{
	char path[160];
	SecKeychainRef keychain = NULL, opened;
	FILE *file;

	snprintf(path, sizeof path, "%s/plain.keychain", device_path());
	file = fopen(path, "w");
	CHECK_FATAL(file != NULL);
	fclose(file);
	opened = open_keychain(path);
	CHECK(status_of(opened) == errSecNoSuchKeychain);
	CHECK(SecKeychainCreate(path, 1, "x", FALSE, NULL, &keychain) == errSecDuplicateKeychain);
	CHECK(!keychain);
	CHECK(SecKeychainDelete(opened) == errSecNoSuchKeychain);
	CHECK(access(path, F_OK) == 0);
	CFRelease(opened);
}

int main(void)
{
	static const struct check_test tests[] = {CHECK_TEST(nothing_is_there),
		CHECK_TEST(names_and_paths), CHECK_TEST(room_for_a_path),
		CHECK_TEST(arguments_that_are_missing), CHECK_TEST(the_users_own_stays),
		CHECK_TEST(the_users_own_by_other_ways), CHECK_TEST(events_are_told),
		CHECK_TEST(another_keychain), CHECK_TEST(a_callback_that_changes_the_list),
		CHECK_TEST(something_else_is_there)};
	int status;

	unsetenv("KEYCIRCLE_STRICT_SECITEM");
	unsetenv("DISPLAY");
	unsetenv("WAYLAND_DISPLAY");
	device_make("keycircled");
	status = check_main("keychainapi/keychains", tests, KC_COUNT_OF(tests));
	device_remove();
	return status;
}
