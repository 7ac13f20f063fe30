/* SPDX-License-Identifier: ISC */
/*
 * No memory is freed with a secret in it: neither what a call gave nor what it used.
 *
 * free() of this program, which also serves the libraries, looks into each block for a marker
 * before it passes the block on.
 */
#include <Security/SecKeychainPriv.h>
#include <Security/Security.h>
#include <malloc.h>

#include "base/mem.h"
#include "tests/check.h"
#include "tests/wire/device.h"

#define MARKER "s3cret-marker"
#define MARKER_LEN ((UInt32)sizeof(MARKER) - 1)

extern void __libc_free(void *memory);
static int found; /* blocks freed with the marker in them */

__attribute__((visibility("default"))) void free(void *memory)
{
	if (memory && memmem(memory, malloc_usable_size(memory), MARKER, strlen(MARKER)))
		__atomic_fetch_add(&found, 1, __ATOMIC_RELAXED);
	__libc_free(memory);
}

static void the_detector_finds_what_is_not_wiped(void)
{
	void (*volatile release)(void *) = free; /* or the compiler drops it with the strdup() */

	release(strdup("some " MARKER " here"));
	CHECK(found == 1);
	found = 0;
}

static void passwords(void)
{
	SecKeychainItemRef item = NULL;
	SecKeychainAttribute attribute = {
		kSecCommentItemAttr, MARKER_LEN, (void *)(uintptr_t)MARKER};
	SecKeychainAttributeList list = {1, &attribute};
	UInt32 len = 0;
	void *data = NULL;

	CHECK(SecKeychainAddGenericPassword(NULL, 1, "s", 1, "a", MARKER_LEN, MARKER, &item) == 0);
	CHECK(SecKeychainAddGenericPassword(NULL, 1, "s", 1, "a", MARKER_LEN, MARKER, NULL) ==
		errSecDuplicateItem);
	CHECK(SecKeychainFindGenericPassword(NULL, 1, "s", 1, "a", &len, &data, NULL) == 0);
	CHECK(len == MARKER_LEN);
	CHECK(SecKeychainItemFreeContent(NULL, data) == 0);
	CHECK(SecKeychainItemModifyContent(item, &list, MARKER_LEN, MARKER) == 0);
	CHECK(SecKeychainItemCopyContent(item, NULL, &list, &len, &data) == 0);
	CHECK(SecKeychainItemFreeContent(&list, data) == 0);
	attribute = (SecKeychainAttribute){kSecVolumeItemAttr, 0, NULL};
	CHECK(SecKeychainItemCopyContent(item, NULL, &list, &len, &data) == errSecNoSuchAttr);
	CHECK(found == 0);
	CFRelease(item);
}

static void item_calls(void)
{
	CFDataRef secret = CFDataCreate(NULL, (const UInt8 *)MARKER, MARKER_LEN);
	const void *keys[] = {kSecClass, kSecAttrAccount, kSecValueData, kSecReturnData};
	const void *values[] = {kSecClassGenericPassword, CFSTR("b"), secret, kCFBooleanTrue};
	CFDictionaryRef item = CFDictionaryCreate(NULL, keys, values, 4,
		&kCFTypeDictionaryKeyCallBacks, &kCFTypeDictionaryValueCallBacks);
	CFTypeRef result = NULL;

	CHECK(SecItemAdd(item, &result) == 0);
	CFRelease(result);
	CHECK(SecItemCopyMatching(item, &result) == 0 && CFEqual(result, secret));
	CFRelease(result);
	CFRelease(item);
	CFRelease(secret);
	CHECK(found == 0);
}

static void keychain_passwords(void)
{
	SecKeychainRef keychain = NULL;

	CHECK(SecKeychainCreate("wiped.keychain", MARKER_LEN, MARKER, FALSE, NULL, &keychain) == 0);
	CHECK(SecKeychainLock(keychain) == 0);
	CHECK(SecKeychainUnlock(keychain, MARKER_LEN, MARKER, TRUE) == 0);
	CHECK(SecKeychainChangePassword(
		      keychain, MARKER_LEN, MARKER, MARKER_LEN + 2, "2 " MARKER) == 0);
	CHECK(SecKeychainUnlock(keychain, MARKER_LEN, MARKER, TRUE) == errSecAuthFailed);
	CHECK(SecKeychainDelete(keychain) == 0);
	CFRelease(keychain);
	CHECK(found == 0);
}

static void a_keychain(void)
{
	kc_client_free(device_client());
}

int main(void)
{
	static const struct check_test tests[] = {CHECK_TEST(the_detector_finds_what_is_not_wiped),
		CHECK_TEST(a_keychain), CHECK_TEST(passwords), CHECK_TEST(item_calls),
		CHECK_TEST(keychain_passwords)};
	int status;

	unsetenv("KEYCIRCLE_STRICT_SECITEM");
	device_make("keycircled");
	status = check_main("keychainapi/legacy, wiping", tests, KC_COUNT_OF(tests));
	device_remove();
	return status;
}
