/* SPDX-License-Identifier: ISC */
/* The item calls in the default profile, against a real service. */
#include "base/mem.h"
#include "tests/check.h"
#include "tests/keychainapi/security/facts.h"
#include "tests/wire/device.h"

static void keys(void)
{
	facts_check_keys(false);
}

static void ruler(void)
{
	facts_check_ruler(false);
}

static void shapes(void)
{
	facts_check_shapes(false);
}

static void facts(void)
{
	facts_check(&default_facts);
}

/* What the dictionary itself cannot hold is refused here as everywhere. */
static void sizes_are_limited(void)
{
	static const UInt8 zeros[(1 << 20) + 1];
	CFDataRef data = CFDataCreate(NULL, zeros, sizeof zeros);
	const void *keys[] = {kSecClass, kSecAttrGeneric};
	const void *values[] = {kSecClassGenericPassword, data};
	CFDictionaryRef item = CFDictionaryCreate(NULL, keys, values, 2, NULL, NULL);

	CHECK(SecItemAdd(item, NULL) == errSecDataTooLarge);
	CHECK(SecItemCopyMatching(item, NULL) == errSecDataTooLarge);
	CFRelease(item);
	CFRelease(data);
}

static void a_keychain(void)
{
	kc_client_free(device_client());
}

int main(void)
{
	static const struct check_test tests[] = {CHECK_TEST(a_keychain), CHECK_TEST(keys),
		CHECK_TEST(ruler), CHECK_TEST(shapes), CHECK_TEST(facts),
		CHECK_TEST(sizes_are_limited)};
	int status;

	unsetenv("KEYCIRCLE_STRICT_SECITEM");
	setenv("KEYCIRCLE_ACCESS_GROUPS", "user,other", 1);
	device_make("keycircled");
	status = check_main("keychainapi/secitem, default", tests, KC_COUNT_OF(tests));
	device_remove();
	return status;
}
