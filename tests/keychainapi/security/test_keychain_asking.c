/* SPDX-License-Identifier: ISC */
/* A locked keychain, and a user who can be asked: by the older interface, and unless it is
 * forbidden. */
#include <Security/Security.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"
#include "tests/check.h"
#include "tests/wire/device.h"

static char asked_path[128], script_path[128];

/* An askpass that knows the password, and leaves a mark. */
static void write_script(void)
{
	FILE *file;

	snprintf(asked_path, sizeof asked_path, "%s/asked", device_path());
	snprintf(script_path, sizeof script_path, "%s/askpass", device_path());
	file = fopen(script_path, "w");
	if (!file || chmod(script_path, 0700) != 0) {
		perror(script_path);
		exit(99);
	}
	fprintf(file, "#!/bin/sh\necho >> %s\necho fake\n", asked_path);
	fclose(file);
	setenv("KC_ASKPASS", script_path, 1);
}

/* Whether somebody was asked since the last time. */
static bool was_asked(void)
{
	return unlink(asked_path) == 0;
}

static OSStatus find(void)
{
	return SecKeychainFindGenericPassword(NULL, 1, "s", 0, NULL, NULL, NULL, NULL);
}

static OSStatus find_by_item_call(void)
{
	const void *keys[] = {kSecClass}, *values[] = {kSecClassGenericPassword};
	CFDictionaryRef query = CFDictionaryCreate(NULL, keys, values, 1, NULL, NULL);
	OSStatus status = SecItemCopyMatching(query, NULL);

	CFRelease(query);
	return status;
}

static void a_keychain(void)
{
	kc_client_free(device_client());
	CHECK(SecKeychainAddGenericPassword(NULL, 1, "s", 1, "a", 1, "x", NULL) == 0);
	CHECK(!was_asked());
}

static void calls_ask(void)
{
	SecKeychainItemRef item = NULL;

	CHECK(SecKeychainFindGenericPassword(NULL, 1, "s", 0, NULL, NULL, NULL, &item) == 0);
	CHECK(SecKeychainLock(NULL) == 0);
	CHECK(find() == 0 && was_asked());
	CHECK(find() == 0 && !was_asked()); /* it is open now */
	CHECK(SecKeychainLock(NULL) == 0);
	CHECK(SecKeychainAddGenericPassword(NULL, 1, "s", 1, "b", 1, "x", NULL) == 0 &&
		was_asked());
	CHECK(SecKeychainLock(NULL) == 0);
	CHECK(SecKeychainItemModifyContent(item, NULL, 1, "y") == 0 && was_asked());
	CHECK(SecKeychainLock(NULL) == 0);
	CHECK(SecKeychainUnlock(NULL, 0, NULL, FALSE) == 0 && was_asked());
	CHECK(SecKeychainUnlock(NULL, 0, NULL, FALSE) == 0 && !was_asked());
	CFRelease(item);
}

static void item_calls_do_not(void)
{
	CHECK(SecKeychainLock(NULL) == 0);
	CHECK(find_by_item_call() == errSecInteractionNotAllowed && !was_asked());
}

static void nobody_is_asked_when_it_is_forbidden(void)
{
	CHECK(SecKeychainSetUserInteractionAllowed(FALSE) == 0);
	CHECK(SecKeychainLock(NULL) == 0);
	CHECK(find() == errSecInteractionNotAllowed && !was_asked());
	CHECK(SecKeychainUnlock(NULL, 0, NULL, FALSE) == errSecInteractionNotAllowed);
	CHECK(!was_asked());
	CHECK(SecKeychainSetUserInteractionAllowed(TRUE) == 0);
	CHECK(find() == 0 && was_asked());
}

int main(void)
{
	static const struct check_test tests[] = {CHECK_TEST(a_keychain), CHECK_TEST(calls_ask),
		CHECK_TEST(item_calls_do_not), CHECK_TEST(nobody_is_asked_when_it_is_forbidden)};
	int status;

	unsetenv("KEYCIRCLE_STRICT_SECITEM");
	device_make("keycircled");
	write_script();
	status = check_main("keychainapi/keychains, asking", tests, KC_COUNT_OF(tests));
	device_remove();
	return status;
}
