/* SPDX-License-Identifier: ISC */
#include "tests/keychainapi/security/stored.h"

#include "base/mem.h"
#include "tests/check.h"

CFIndex stored_count(CFStringRef class)
{
	const void *keys[] = {kSecClass, kSecAttrSynchronizable, kSecMatchLimit, kSecReturnRef};
	const void *values[] = {
		class, kSecAttrSynchronizableAny, kSecMatchLimitAll, kCFBooleanTrue};
	CFDictionaryRef query = CFDictionaryCreate(NULL, keys, values, KC_COUNT_OF(keys),
		&kCFTypeDictionaryKeyCallBacks, &kCFTypeDictionaryValueCallBacks);
	CFTypeRef found = NULL;
	CFIndex count = 0;

	if (SecItemCopyMatching(query, &found) == errSecSuccess) {
		count = CFArrayGetCount(found);
		CFRelease(found);
	}
	CFRelease(query);
	return count;
}

CFIndex stored_count_all(void)
{
	return stored_count(kSecClassCertificate) + stored_count(kSecClassKey);
}

void stored_delete_all(void)
{
	const CFStringRef classes[] = {kSecClassCertificate, kSecClassKey};

	for (size_t i = 0; i < KC_COUNT_OF(classes); i++) {
		const void *keys[] = {kSecClass, kSecAttrSynchronizable};
		const void *values[] = {classes[i], kSecAttrSynchronizableAny};
		CFDictionaryRef query = CFDictionaryCreate(NULL, keys, values, KC_COUNT_OF(keys),
			&kCFTypeDictionaryKeyCallBacks, &kCFTypeDictionaryValueCallBacks);

		(void)SecItemDelete(query);
		CFRelease(query);
	}
	CHECK(stored_count_all() == 0);
}
