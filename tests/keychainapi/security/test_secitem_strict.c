/* SPDX-License-Identifier: ISC */
/* The item calls in the strict profile, against a real service. */
#include <Security/SecItemPriv.h>

#include "base/mem.h"
#include "tests/check.h"
#include "tests/keychainapi/security/facts.h"
#include "tests/wire/device.h"

#define KIB 1024

static void keys(void)
{
	facts_check_keys(true);
}

static void ruler(void)
{
	facts_check_ruler(true);
}

static void shapes(void)
{
	facts_check_shapes(true);
}

static void attributes(void)
{
	facts_check(&attribute_facts);
}

static void grammar(void)
{
	facts_check(&grammar_facts);
}

static void calls(void)
{
	facts_check(&call_facts);
}

static void sync_marks(void)
{
	facts_check(&sync_facts);
}

static void tombstones(void)
{
	facts_check_each(&tomb_facts);
}

static CFMutableDictionaryRef new_item(CFStringRef account)
{
	CFMutableDictionaryRef item = CFDictionaryCreateMutable(
		NULL, 0, &kCFTypeDictionaryKeyCallBacks, &kCFTypeDictionaryValueCallBacks);

	CFDictionarySetValue(item, kSecClass, kSecClassGenericPassword);
	CFDictionarySetValue(item, kSecAttrAccount, account);
	return item;
}

/* Sets key to len bytes, stores the item, says how that went. */
static OSStatus add_sized(CFStringRef key, CFIndex len)
{
	CFMutableDictionaryRef item = new_item(CFSTR("sized"));
	CFMutableDataRef data = CFDataCreateMutable(NULL, 0);
	UInt8 block[KIB];
	OSStatus status;

	memset(block, 'x', sizeof block);
	for (CFIndex i = 0; i < len / KIB; i++)
		CFDataAppendBytes(data, block, KIB);
	CFDataAppendBytes(data, block, len % KIB);
	CFDictionarySetValue(item, key, data);
	status = SecItemAdd(item, NULL);
	CFDictionaryRemoveValue(item, key);
	if (status == errSecSuccess)
		CHECK(SecItemDelete(item) == errSecSuccess);
	CFRelease(data);
	CFRelease(item);
	return status;
}

static void sizes_are_limited(void)
{
	CHECK(add_sized(kSecValueData, 1024 * KIB) == errSecSuccess);
	CHECK(add_sized(kSecValueData, 1024 * KIB + 1) == errSecDataTooLarge);
	CHECK(add_sized(kSecAttrGeneric, 64 * KIB) == errSecSuccess);
	CHECK(add_sized(kSecAttrGeneric, 64 * KIB + 1) == errSecDataTooLarge);
	CHECK(add_sized(kSecAttrGeneric, 1024 * KIB + 1) == errSecDataTooLarge);
}

/* 38 attributes of the class and these must not be more than 128. */
static void keys_are_limited(void)
{
	CFMutableDictionaryRef query = new_item(CFSTR("nobody"));

	for (int i = 1; i < 90; i++) {
		CFStringRef key = CFStringCreateWithFormat(NULL, NULL, CFSTR("m_Number%d"), i);
		CFDictionarySetValue(query, key, kCFBooleanTrue);
		CFRelease(key);
	}
	CHECK(SecItemCopyMatching(query, NULL) == errSecItemNotFound);
	CFDictionarySetValue(query, CFSTR("m_OneTooMany"), kCFBooleanTrue);
	CHECK(SecItemCopyMatching(query, NULL) == errSecParam);
	CFRelease(query);
}

/* With a NULL result a search tells whether there is such an item. */
static void results_may_be_null(void)
{
	CFMutableDictionaryRef item = new_item(CFSTR("exists"));

	CFDictionarySetValue(item, kSecReturnData, kCFBooleanTrue);
	CHECK(SecItemCopyMatching(item, NULL) == errSecItemNotFound);
	CHECK(SecItemAdd(item, NULL) == errSecSuccess);
	CHECK(SecItemCopyMatching(item, NULL) == errSecSuccess);
	CHECK(SecItemDelete(item) == errSecSuccess);
	CFRelease(item);
}

/* 4.5: what needs entitlements says so, once it is asked rightly. */
static void some_calls_need_entitlements(void)
{
	const void *values[] = {CFSTR("user")};
	CFArrayRef groups = CFArrayCreate(NULL, values, 1, &kCFTypeArrayCallBacks);
	CFMutableDictionaryRef query = new_item(CFSTR("shared"));
	static const struct {
		const char *group;
		CFIndex wanted;
	} rows[] = {{"family", errSecMissingEntitlement}, {"", errSecParam}, {NULL, errSecParam}};

	CHECK(SecItemUpdateTokenItemsForAccessGroups(CFSTR("token"), groups, groups) ==
		errSecMissingEntitlement);
	CHECK(SecItemUpdateTokenItemsForAccessGroups(NULL, groups, groups) == errSecParam);
	CHECK(SecItemUpdateTokenItemsForAccessGroups(CFSTR("token"), NULL, NULL) == errSecParam);
	for (size_t i = 0; i < KC_COUNT_OF(rows); i++) {
		CFStringRef group = rows[i].group ? CFStringCreateWithCString(NULL, rows[i].group,
							    kCFStringEncodingUTF8)
						  : NULL;
		CFErrorRef error = NULL;

		CHECK(SecItemShareWithGroup(query, group, &error) == NULL);
		CHECK(error && CFErrorGetCode(error) == rows[i].wanted);
		CHECK(SecItemShareWithGroup(query, group, NULL) == NULL);
		if (error)
			CFRelease(error);
		if (group)
			CFRelease(group);
	}
	CFRelease(query);
	CFRelease(groups);
}

static void success_clears_the_last_error(void)
{
	CFMutableDictionaryRef item = new_item(CFSTR("error"));
	CFErrorRef error;

	CHECK(SecItemCopyMatching(item, NULL) == errSecItemNotFound);
	error = SecCopyLastError(errSecItemNotFound);
	CHECK(error && CFErrorGetCode(error) == errSecItemNotFound);
	if (error)
		CFRelease(error);
	CHECK(SecItemAdd(item, NULL) == errSecSuccess);
	CHECK(SecCopyLastError(errSecSuccess) == NULL);
	CHECK(SecItemDelete(item) == errSecSuccess);
	CFRelease(item);
}

/* 4.2: an attribute dictionary that came back, without its digest, is a query for the same item. */
static void attributes_of_a_class_are_a_query(CFStringRef class)
{
	CFMutableDictionaryRef item = CFDictionaryCreateMutable(
		NULL, 0, &kCFTypeDictionaryKeyCallBacks, &kCFTypeDictionaryValueCallBacks);
	CFMutableDictionaryRef query;
	CFTypeRef attributes = NULL, ref = NULL, same = NULL;

	CFDictionarySetValue(item, kSecClass, class);
	CFDictionarySetValue(item, kSecAttrLabel, CFSTR("trip"));
	CFDictionarySetValue(item, kSecAttrSyncViewHint, CFSTR("Home"));
	CFDictionarySetValue(item, kSecReturnPersistentRef, kCFBooleanTrue);
	CHECK(SecItemAdd(item, &ref) == errSecSuccess);
	CFDictionaryRemoveValue(item, kSecReturnPersistentRef);
	CFDictionarySetValue(item, kSecReturnAttributes, kCFBooleanTrue);
	CHECK(SecItemCopyMatching(item, &attributes) == errSecSuccess);
	CHECK_FATAL(attributes && ref);
	query = CFDictionaryCreateMutableCopy(NULL, 0, attributes);
	CFDictionaryRemoveValue(query, kSecAttrSHA1);
	CFDictionarySetValue(query, kSecClass, class);
	CFDictionarySetValue(query, kSecReturnPersistentRef, kCFBooleanTrue);
	CHECK(SecItemCopyMatching(query, &same) == errSecSuccess);
	CHECK(same && CFEqual(same, ref));
	if (same)
		CFRelease(same);
	CFDictionaryRemoveValue(item, kSecReturnAttributes);
	CHECK(SecItemDelete(item) == errSecSuccess);
	CFRelease(query);
	CFRelease(attributes);
	CFRelease(ref);
	CFRelease(item);
}

static void attributes_are_a_query(void)
{
	attributes_of_a_class_are_a_query(kSecClassGenericPassword);
	attributes_of_a_class_are_a_query(kSecClassInternetPassword);
	attributes_of_a_class_are_a_query(kSecClassCertificate);
	attributes_of_a_class_are_a_query(kSecClassKey);
}

static CFAbsoluteTime modified(CFDictionaryRef query)
{
	CFTypeRef attributes = NULL;
	CFAbsoluteTime time = 0;

	if (SecItemCopyMatching(query, &attributes) != errSecSuccess)
		return 0;
	time = CFDateGetAbsoluteTime(CFDictionaryGetValue(attributes, kSecAttrModificationDate));
	CFRelease(attributes);
	return time;
}

/* 4.3: every update of an item makes its modification date later, an empty one too. */
static void dates_move_on(void)
{
	CFMutableDictionaryRef item = new_item(CFSTR("dates"));
	CFDictionaryRef empty = CFDictionaryCreate(NULL, NULL, NULL, 0, NULL, NULL);
	CFAbsoluteTime before = CFAbsoluteTimeGetCurrent(), last, next;

	CHECK(SecItemAdd(item, NULL) == errSecSuccess);
	CFDictionarySetValue(item, kSecReturnAttributes, kCFBooleanTrue);
	last = modified(item);
	CHECK(last > before - 1 && last < CFAbsoluteTimeGetCurrent() + 1);
	for (int i = 0; i < 20; i++) {
		CFDictionarySetValue(item, kSecReturnAttributes, kCFBooleanFalse);
		CHECK(SecItemUpdate(item, empty) == errSecSuccess);
		CFDictionarySetValue(item, kSecReturnAttributes, kCFBooleanTrue);
		next = modified(item);
		CHECK(next > last);
		last = next;
	}
	CHECK(SecItemDelete(item) == errSecSuccess);
	CFRelease(empty);
	CFRelease(item);
}

/* The date of the one item with the account, or of its tombstone; 0 without. */
static CFAbsoluteTime modified_now(CFStringRef account, CFBooleanRef tomb)
{
	CFMutableDictionaryRef query = new_item(account);
	CFAbsoluteTime time;

	CFDictionarySetValue(query, kSecAttrTombstone, tomb);
	CFDictionarySetValue(query, kSecReturnAttributes, kCFBooleanTrue);
	time = modified(query);
	CFRelease(query);
	return time;
}

/* 5.4, 4.1: a tombstone is later than its item, and an item over it later than both. */
static void tombstones_are_later(void)
{
	CFMutableDictionaryRef item = new_item(CFSTR("later"));
	CFAbsoluteTime first, dead, second;

	CFDictionarySetValue(item, kSecUseTombstones, kCFBooleanTrue);
	CHECK(SecItemAdd(item, NULL) == errSecSuccess);
	for (int i = 0; i < 10; i++) {
		first = modified_now(CFSTR("later"), kCFBooleanFalse);
		CHECK(SecItemDelete(item) == errSecSuccess);
		dead = modified_now(CFSTR("later"), kCFBooleanTrue);
		CHECK(SecItemAdd(item, NULL) == errSecSuccess);
		second = modified_now(CFSTR("later"), kCFBooleanFalse);
		CHECK(first > 0 && first < dead && dead < second);
	}
	CFDictionarySetValue(item, kSecUseTombstones, kCFBooleanFalse);
	CHECK(SecItemDelete(item) == errSecSuccess);
	CFRelease(item);
}

/* The digest of the item with the account; to be released. */
static CFTypeRef digest(CFStringRef account)
{
	CFMutableDictionaryRef query = new_item(account);
	CFTypeRef attributes = NULL, value = NULL;

	CFDictionarySetValue(query, kSecReturnAttributes, kCFBooleanTrue);
	if (SecItemCopyMatching(query, &attributes) == errSecSuccess)
		value = CFRetain(CFDictionaryGetValue(attributes, kSecAttrSHA1));
	if (attributes)
		CFRelease(attributes);
	CFRelease(query);
	return value;
}

/* 6.5: the digest is of what the item holds, finds it, and is another after each change. */
static void digests_follow_the_item(void)
{
	static const CFStringRef *const keys[] = {&kSecAttrLabel, &kSecAttrComment, &kSecValueData};
	CFMutableDictionaryRef item = new_item(CFSTR("digest"));
	CFDataRef data = CFDataCreate(NULL, (const UInt8 *)"x", 1);
	CFTypeRef last, next;

	CHECK(SecItemAdd(item, NULL) == errSecSuccess);
	last = digest(CFSTR("digest"));
	for (size_t i = 0; i < KC_COUNT_OF(keys); i++) {
		const void *key = *keys[i], *value = data;
		CFDictionaryRef changes = CFDictionaryCreate(NULL, &key, &value, 1, NULL, NULL);

		CHECK(SecItemUpdate(item, changes) == errSecSuccess);
		next = digest(CFSTR("digest"));
		CHECK_FATAL(last && next && CFGetTypeID(next) == CFDataGetTypeID());
		CHECK(CFDataGetLength(next) == 20 && !CFEqual(next, last));
		CFDictionarySetValue(item, kSecAttrSHA1, next);
		CHECK(SecItemCopyMatching(item, NULL) == errSecSuccess);
		CFDictionarySetValue(item, kSecAttrSHA1, last);
		CHECK(SecItemCopyMatching(item, NULL) == errSecItemNotFound);
		CFDictionaryRemoveValue(item, kSecAttrSHA1);
		CFRelease(changes);
		CFRelease(last);
		last = next;
	}
	CFRelease(last);
	CHECK(SecItemDelete(item) == errSecSuccess);
	CFRelease(data);
	CFRelease(item);
}

static void a_keychain(void)
{
	kc_client_free(device_client());
}

int main(void)
{
	static const struct check_test tests[] = {
		CHECK_TEST(a_keychain),
		CHECK_TEST(keys),
		CHECK_TEST(ruler),
		CHECK_TEST(shapes),
		CHECK_TEST(attributes),
		CHECK_TEST(grammar),
		CHECK_TEST(calls),
		CHECK_TEST(sync_marks),
		CHECK_TEST(tombstones),
		CHECK_TEST(sizes_are_limited),
		CHECK_TEST(keys_are_limited),
		CHECK_TEST(results_may_be_null),
		CHECK_TEST(some_calls_need_entitlements),
		CHECK_TEST(success_clears_the_last_error),
		CHECK_TEST(attributes_are_a_query),
		CHECK_TEST(dates_move_on),
		CHECK_TEST(tombstones_are_later),
		CHECK_TEST(digests_follow_the_item),
	};
	int status;

	setenv("KEYCIRCLE_STRICT_SECITEM", "1", 1);
	setenv("KEYCIRCLE_ACCESS_GROUPS", "user,other", 1);
	device_make("keycircled");
	status = check_main("keychainapi/secitem, strict", tests, KC_COUNT_OF(tests));
	device_remove();
	return status;
}
