/* SPDX-License-Identifier: ISC */
/*
 * keytar's way with the older interface: add, and when that is a duplicate, find and modify.
 *
 *   porter_keytar set|get|delete|find SERVICE [ACCOUNT [PASSWORD]]
 */
#include <Security/Security.h>

static int fail(OSStatus status)
{
	CFStringRef text;

	if (status == errSecItemNotFound)
		return 2;
	text = SecCopyErrorMessageString(status, NULL);
	fprintf(stderr, "%s\n", CFStringGetCStringPtr(text, kCFStringEncodingUTF8));
	CFRelease(text);
	return 1;
}

static OSStatus find_item(const char *service, const char *account, SecKeychainItemRef *item)
{
	return SecKeychainFindGenericPassword(NULL, (UInt32)strlen(service), service,
		(UInt32)strlen(account), account, NULL, NULL, item);
}

static OSStatus set(const char *service, const char *account, const char *password)
{
	SecKeychainItemRef item;
	OSStatus status = SecKeychainAddGenericPassword(NULL, (UInt32)strlen(service), service,
		(UInt32)strlen(account), account, (UInt32)strlen(password), password, NULL);

	if (status != errSecDuplicateItem)
		return status;
	status = find_item(service, account, &item);
	if (status != errSecSuccess)
		return status;
	status = SecKeychainItemModifyAttributesAndData(
		item, NULL, (UInt32)strlen(password), password);
	CFRelease(item);
	return status;
}

/* Without an account: the first password of the service. */
static OSStatus get(const char *service, const char *account)
{
	void *data;
	UInt32 length;
	OSStatus status = SecKeychainFindGenericPassword(NULL, (UInt32)strlen(service), service,
		account ? (UInt32)strlen(account) : 0, account, &length, &data, NULL);

	if (status != errSecSuccess)
		return status;
	printf("%.*s\n", (int)length, (const char *)data);
	SecKeychainItemFreeContent(NULL, data);
	return status;
}

static OSStatus delete_password(const char *service, const char *account)
{
	SecKeychainItemRef item;
	OSStatus status = find_item(service, account, &item);

	if (status != errSecSuccess)
		return status;
	status = SecKeychainItemDelete(item);
	CFRelease(item);
	return status;
}

int main(int argc, char **argv)
{
	const char *what = argc > 2 ? argv[1] : "";
	OSStatus status = errSecParam;

	if (!strcmp(what, "set") && argc > 4)
		status = set(argv[2], argv[3], argv[4]);
	else if (!strcmp(what, "get") && argc > 3)
		status = get(argv[2], argv[3]);
	else if (!strcmp(what, "find"))
		status = get(argv[2], NULL);
	else if (!strcmp(what, "delete") && argc > 3)
		status = delete_password(argv[2], argv[3]);
	return status == errSecSuccess ? 0 : fail(status);
}
