/* SPDX-License-Identifier: ISC */
/* Keycircle through SecItem, as a program for macOS calls it. */
#include <Security/Security.h>
#include <stdio.h>
#include <string.h>

#include "tests/bench/keyring.h"

static CFMutableDictionaryRef generic_password(void)
{
	CFMutableDictionaryRef dictionary = CFDictionaryCreateMutable(
		NULL, 0, &kCFTypeDictionaryKeyCallBacks, &kCFTypeDictionaryValueCallBacks);

	CFDictionarySetValue(dictionary, kSecClass, kSecClassGenericPassword);
	return dictionary;
}

static void set_numbered(
	CFMutableDictionaryRef dictionary, CFStringRef key, const char *word, int number)
{
	CFStringRef text = CFStringCreateWithFormat(NULL, NULL, CFSTR("%s-%d"), word, number);

	CFDictionarySetValue(dictionary, key, text);
	CFRelease(text);
}

static void set_primary_key(CFMutableDictionaryRef dictionary, int number)
{
	set_numbered(dictionary, kSecAttrService, "service", number);
	CFDictionarySetValue(dictionary, kSecAttrAccount, CFSTR(KEYRING_ACCOUNT));
}

static bool add(int number)
{
	CFMutableDictionaryRef item = generic_password();
	CFDataRef secret =
		CFDataCreate(NULL, (const UInt8 *)KEYRING_SECRET, (CFIndex)strlen(KEYRING_SECRET));
	OSStatus status;

	set_primary_key(item, number);
	set_numbered(item, kSecAttrLabel, "Label", number);
	CFDictionarySetValue(item, kSecValueData, secret);
	status = SecItemAdd(item, NULL);
	CFRelease(secret);
	CFRelease(item);
	return status == errSecSuccess;
}

/* Takes the query over. */
static bool find(CFMutableDictionaryRef query, CFStringRef what)
{
	CFTypeRef found = NULL;
	OSStatus status;

	CFDictionarySetValue(query, what, kCFBooleanTrue);
	status = SecItemCopyMatching(query, &found);
	CFRelease(query);
	if (found)
		CFRelease(found);
	return status == errSecSuccess;
}

static bool find_key(int number)
{
	CFMutableDictionaryRef query = generic_password();

	set_primary_key(query, number);
	return find(query, kSecReturnData);
}

static bool find_label(int number)
{
	CFMutableDictionaryRef query = generic_password();

	set_numbered(query, kSecAttrLabel, "Label", number);
	return find(query, kSecReturnAttributes);
}

const struct keyring keyring_secitem = {
	.name = "secitem", .add = add, .find_key = find_key, .find_label = find_label};
