/* SPDX-License-Identifier: ISC */
/*
 * A small password manager, written as for macOS: nothing in it knows of Keycircle.
 *
 *   password_manager set SERVICE ACCOUNT PASSWORD    stores, or replaces
 *   password_manager get SERVICE ACCOUNT             prints the password
 *   password_manager list SERVICE                    prints the accounts
 *   password_manager delete SERVICE ACCOUNT
 *
 * Exits with 0, with 1 when there is no such password, with 2 when anything else fails.
 */
#include <Security/Security.h>

static CFStringRef to_string(const char *text)
{
	return CFStringCreateWithCString(kCFAllocatorDefault, text, kCFStringEncodingUTF8);
}

static CFMutableDictionaryRef make_query(const char *service, const char *account)
{
	CFMutableDictionaryRef query = CFDictionaryCreateMutable(kCFAllocatorDefault, 0,
		&kCFTypeDictionaryKeyCallBacks, &kCFTypeDictionaryValueCallBacks);
	CFStringRef string = to_string(service);

	CFDictionaryAddValue(query, kSecClass, kSecClassGenericPassword);
	CFDictionaryAddValue(query, kSecAttrService, string);
	CFRelease(string);
	if (account) {
		string = to_string(account);
		CFDictionaryAddValue(query, kSecAttrAccount, string);
		CFRelease(string);
	}
	return query;
}

static OSStatus set(const char *service, const char *account, const char *password)
{
	CFMutableDictionaryRef item = make_query(service, account);
	CFDataRef data = CFDataCreate(
		kCFAllocatorDefault, (const UInt8 *)password, (CFIndex)strlen(password));
	CFMutableDictionaryRef changes = CFDictionaryCreateMutable(kCFAllocatorDefault, 0,
		&kCFTypeDictionaryKeyCallBacks, &kCFTypeDictionaryValueCallBacks);
	OSStatus status;

	CFDictionaryAddValue(changes, kSecValueData, data);
	status = SecItemUpdate(item, changes);
	if (status == errSecItemNotFound) {
		CFDictionaryAddValue(item, kSecValueData, data);
		status = SecItemAdd(item, NULL);
	}
	CFRelease(changes);
	CFRelease(data);
	CFRelease(item);
	return status;
}

static OSStatus get(const char *service, const char *account)
{
	CFMutableDictionaryRef query = make_query(service, account);
	CFTypeRef data = NULL;
	OSStatus status;

	CFDictionaryAddValue(query, kSecReturnData, kCFBooleanTrue);
	CFDictionaryAddValue(query, kSecMatchLimit, kSecMatchLimitOne);
	status = SecItemCopyMatching(query, &data);
	if (status == errSecSuccess) {
		printf("%.*s\n", (int)CFDataGetLength((CFDataRef)data),
			(const char *)CFDataGetBytePtr((CFDataRef)data));
		CFRelease(data);
	}
	CFRelease(query);
	return status;
}

static void print_account(const void *item, void *context)
{
	CFStringRef account =
		(CFStringRef)CFDictionaryGetValue((CFDictionaryRef)item, kSecAttrAccount);

	(void)context;
	printf("%s\n", CFStringGetCStringPtr(account, kCFStringEncodingUTF8));
}

static OSStatus list(const char *service)
{
	CFMutableDictionaryRef query = make_query(service, NULL);
	CFTypeRef items = NULL;
	OSStatus status;

	CFDictionaryAddValue(query, kSecReturnAttributes, kCFBooleanTrue);
	CFDictionaryAddValue(query, kSecMatchLimit, kSecMatchLimitAll);
	status = SecItemCopyMatching(query, &items);
	if (status == errSecSuccess) {
		CFRange all = CFRangeMake(0, CFArrayGetCount((CFArrayRef)items));
		CFArrayApplyFunction((CFArrayRef)items, all, print_account, NULL);
		CFRelease(items);
	}
	CFRelease(query);
	return status;
}

static OSStatus forget(const char *service, const char *account)
{
	CFMutableDictionaryRef query = make_query(service, account);
	OSStatus status = SecItemDelete(query);

	CFRelease(query);
	return status;
}

static int report(OSStatus status)
{
	CFStringRef text;

	if (status == errSecSuccess)
		return 0;
	text = SecCopyErrorMessageString(status, NULL);
	fprintf(stderr, "%s\n", CFStringGetCStringPtr(text, kCFStringEncodingUTF8));
	CFRelease(text);
	return status == errSecItemNotFound ? 1 : 2;
}

int main(int argc, char **argv)
{
	if (argc == 5 && strcmp(argv[1], "set") == 0)
		return report(set(argv[2], argv[3], argv[4]));
	if (argc == 4 && strcmp(argv[1], "get") == 0)
		return report(get(argv[2], argv[3]));
	if (argc == 3 && strcmp(argv[1], "list") == 0)
		return report(list(argv[2]));
	if (argc == 4 && strcmp(argv[1], "delete") == 0)
		return report(forget(argv[2], argv[3]));
	fprintf(stderr,
		"usage: password_manager set|get|list|delete SERVICE [ACCOUNT [PASSWORD]]\n");
	return 2;
}
