/* SPDX-License-Identifier: ISC */
/* One use of each kind of declaration, in the words that all dialects share. */
#include <Security/Security.h>

/* Programs lean on the standard headers that come along. */
static void say(const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	vfprintf(stderr, format, arguments);
	va_end(arguments);
}

static const char *meaning(OSStatus status)
{
	switch (status) {
	case errSecSuccess:
		return "found";
	case errSecItemNotFound:
		return "not found";
	default:
		return "failed";
	}
}

int main(void)
{
	const void *keys[2], *values[2];
	CFDictionaryRef query;
	SecAccessControlRef control;
	CFTypeRef result = 0;
	uint8_t random[16];
	OSStatus status;

	keys[0] = (const void *)kSecClass;
	values[0] = (const void *)kSecClassGenericPassword;
	keys[1] = (const void *)kSecReturnData;
	values[1] = (const void *)kCFBooleanTrue;
	query = CFDictionaryCreate(kCFAllocatorDefault, keys, values, 2,
		&kCFTypeDictionaryKeyCallBacks, &kCFTypeDictionaryValueCallBacks);
	status = SecItemCopyMatching(query, &result);
	say("%s\n", meaning(status));
	CFRelease(query);
	control = SecAccessControlCreateWithFlags(kCFAllocatorDefault,
		kSecAttrAccessibleWhenUnlocked, kSecAccessControlApplicationPassword, NULL);
	if (control)
		CFRelease(control);
	return SecRandomCopyBytes(kSecRandomDefault, sizeof random, random);
}
