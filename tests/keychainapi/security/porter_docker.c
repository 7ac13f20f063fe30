/* SPDX-License-Identifier: ISC */
/*
 * The way of docker's credential helper before 0.9: the older interface for one password, with a
 * label that is set afterwards, strings copied past their lengths, and SecItem for the list.
 *
 *   porter_docker add HOST PATH PORT USER SECRET | get|delete HOST PATH PORT | list
 */
#include <Security/Security.h>

#define LABEL "Docker Credentials"

static int fail(OSStatus status)
{
	CFStringRef text = SecCopyErrorMessageString(status, NULL);
	char buffer[256];

	if (CFStringGetCString(text, buffer, sizeof buffer, kCFStringEncodingUTF8))
		printf("%s\n", buffer);
	CFRelease(text);
	return 1;
}

static OSStatus set_label(SecKeychainItemRef item, const char *label)
{
	SecKeychainAttribute attribute;
	SecKeychainAttributeList attributes;

	attribute.tag = kSecLabelItemAttr;
	attribute.data = (void *)(uintptr_t)label;
	attribute.length = (UInt32)strlen(label);
	attributes.count = 1;
	attributes.attr = &attribute;
	return SecKeychainItemModifyContent(item, &attributes, 0, NULL);
}

static OSStatus add(char **argv)
{
	SecKeychainItemRef item;
	OSStatus status = SecKeychainAddInternetPassword(NULL, (UInt32)strlen(argv[0]), argv[0], 0,
		NULL, (UInt32)strlen(argv[3]), argv[3], (UInt32)strlen(argv[1]), argv[1],
		(UInt16)strtol(argv[2], NULL, 10), kSecProtocolTypeHTTPS,
		kSecAuthenticationTypeDefault, (UInt32)strlen(argv[4]), argv[4], &item);

	if (status)
		return status;
	status = set_label(item, LABEL);
	CFRelease(item);
	return status;
}

static OSStatus find(char **argv, UInt32 *length, void **secret, SecKeychainItemRef *item)
{
	return SecKeychainFindInternetPassword(NULL, (UInt32)strlen(argv[0]), argv[0], 0, NULL, 0,
		NULL, (UInt32)strlen(argv[1]), argv[1], (UInt16)strtol(argv[2], NULL, 10),
		kSecProtocolTypeHTTPS, kSecAuthenticationTypeDefault, length, secret, item);
}

static OSStatus get(char **argv)
{
	SecKeychainItemRef item;
	SecKeychainAttributeList list;
	SecKeychainAttribute attribute;
	void *data;
	UInt32 length;
	char *secret, *user;
	OSStatus status = find(argv, &length, &data, &item);

	if (status)
		return status;
	secret = strdup(data); /* stands on the NUL behind it */
	SecKeychainItemFreeContent(NULL, data);
	list.count = 1;
	list.attr = &attribute;
	attribute.tag = kSecAccountItemAttr;
	status = SecKeychainItemCopyContent(item, NULL, &list, NULL, NULL);
	CFRelease(item);
	if (status)
		return status;
	user = strdup(attribute.data);
	SecKeychainItemFreeContent(&list, NULL);
	printf("%s %s\n", user, secret);
	free(user);
	free(secret);
	return status;
}

static OSStatus delete_secret(char **argv)
{
	SecKeychainItemRef item;
	OSStatus status = find(argv, NULL, NULL, &item);

	if (status)
		return status;
	status = SecKeychainItemDelete(item);
	CFRelease(item);
	return status;
}

static const char *text_of(CFDictionaryRef item, CFStringRef key)
{
	CFStringRef text = CFDictionaryGetValue(item, key);

	return text ? CFStringGetCStringPtr(text, kCFStringEncodingUTF8) : "-";
}

static OSStatus list_all(void)
{
	CFMutableDictionaryRef query = CFDictionaryCreateMutable(NULL, 1, NULL, NULL);
	CFTypeRef result = NULL;
	OSStatus status;
	CFIndex i;

	CFDictionaryAddValue(query, kSecClass, kSecClassInternetPassword);
	CFDictionaryAddValue(query, kSecReturnAttributes, kCFBooleanTrue);
	CFDictionaryAddValue(query, kSecMatchLimit, kSecMatchLimitAll);
	CFDictionaryAddValue(query, kSecAttrLabel, CFSTR(LABEL));
	status = SecItemCopyMatching(query, &result);
	CFRelease(query);
	if (status)
		return status;
	for (i = 0; i < CFArrayGetCount(result); i++) {
		CFDictionaryRef item = CFArrayGetValueAtIndex(result, i);
		CFNumberRef number = CFDictionaryGetValue(item, CFSTR("port"));
		int port = 0;
		CFNumberGetValue(number, kCFNumberIntType, &port);
		printf("%s %s:%d%s %s\n", text_of(item, CFSTR("ptcl")),
			text_of(item, CFSTR("srvr")), port, text_of(item, CFSTR("path")),
			text_of(item, CFSTR("acct")));
	}
	CFRelease(result);
	return status;
}

int main(int argc, char **argv)
{
	OSStatus status = errSecParam;

	if (argc == 7 && !strcmp(argv[1], "add"))
		status = add(argv + 2);
	else if (argc == 5 && !strcmp(argv[1], "get"))
		status = get(argv + 2);
	else if (argc == 5 && !strcmp(argv[1], "delete"))
		status = delete_secret(argv + 2);
	else if (argc == 2 && !strcmp(argv[1], "list"))
		status = list_all();
	return status ? fail(status) : 0;
}
