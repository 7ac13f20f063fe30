/* SPDX-License-Identifier: ISC */
/*
 * The way of R's keyring package: keychains of one's own, which it puts into the search list,
 * locks, and deletes, with passwords of the older interface and lists of SecItem.
 *
 *   porter_r create|lock|unlock|delete|list KEYRING [PASSWORD]
 *   porter_r set|get KEYRING|- SERVICE USER [SECRET]
 *   porter_r keyrings
 */
#include <Security/Security.h>
#include <sys/param.h>

static void stop_for(const char *what, OSStatus status)
{
	CFStringRef text = SecCopyErrorMessageString(status, NULL);
	char buffer[1024];

	CFStringGetCString(text, buffer, sizeof buffer, kCFStringEncodingUTF8);
	CFRelease(text);
	printf("%s: %s\n", what, buffer);
	exit(1);
}

/* Opens the file, and looks whether it is there. */
static SecKeychainRef open_file(const char *path)
{
	SecKeychainRef keychain;
	SecKeychainStatus state;
	OSStatus status;

	if (!strcmp(path, "-"))
		return NULL;
	status = SecKeychainOpen(path, &keychain);
	if (status != errSecSuccess)
		stop_for("cannot open keychain", status);
	status = SecKeychainGetStatus(keychain, &state);
	if (status != errSecSuccess) {
		CFRelease(keychain);
		stop_for("cannot open keychain", status);
	}
	return keychain;
}

static void create(const char *path, const char *password)
{
	SecKeychainRef result = NULL;
	CFArrayRef keyrings = NULL;
	CFMutableArrayRef more;
	OSStatus status =
		SecKeychainCreate(path, (UInt32)strlen(password), password, FALSE, NULL, &result);

	if (status != errSecSuccess)
		stop_for("cannot create keychain", status);
	status = SecKeychainCopyDomainSearchList(kSecPreferencesDomainUser, &keyrings);
	if (status != errSecSuccess)
		stop_for("cannot create keychain", status);
	more = CFArrayCreateMutableCopy(NULL, CFArrayGetCount(keyrings) + 1, keyrings);
	CFArrayAppendValue(more, result);
	status = SecKeychainSetDomainSearchList(kSecPreferencesDomainUser, more);
	if (status != errSecSuccess)
		stop_for("cannot create keychain", status);
	CFRelease(keyrings);
	CFRelease(more);
	CFRelease(result);
}

static void delete_keyring(const char *path)
{
	SecKeychainRef keychain = open_file(path);
	OSStatus status = SecKeychainDelete(keychain);

	CFRelease(keychain);
	if (status != errSecSuccess)
		stop_for("cannot delete keychain", status);
}

static void set(SecKeychainRef keychain, const char *service, const char *user, const char *secret)
{
	SecKeychainItemRef item;
	OSStatus status = SecKeychainFindGenericPassword(keychain, (UInt32)strlen(service), service,
		(UInt32)strlen(user), user, NULL, NULL, &item);

	if (status == errSecItemNotFound)
		status = SecKeychainAddGenericPassword(keychain, (UInt32)strlen(service), service,
			(UInt32)strlen(user), user, (UInt32)strlen(secret), secret, NULL);
	else if (status == errSecSuccess) {
		status = SecKeychainItemModifyAttributesAndData(
			item, NULL, (UInt32)strlen(secret), secret);
		CFRelease(item);
	}
	if (status != errSecSuccess)
		stop_for("cannot set password", status);
}

static void get(SecKeychainRef keychain, const char *service, const char *user)
{
	void *data;
	UInt32 length;
	OSStatus status = SecKeychainFindGenericPassword(keychain, (UInt32)strlen(service), service,
		(UInt32)strlen(user), user, &length, &data, NULL);

	if (status != errSecSuccess)
		stop_for("cannot get password", status);
	printf("%.*s\n", (int)length, (const char *)data);
	SecKeychainItemFreeContent(NULL, data);
}

static CFArrayRef list_items(SecKeychainRef keychain)
{
	CFMutableDictionaryRef query = CFDictionaryCreateMutable(
		NULL, 0, &kCFTypeDictionaryKeyCallBacks, &kCFTypeDictionaryValueCallBacks);
	CFArrayRef search = NULL;
	CFTypeRef result = NULL;
	OSStatus status;

	CFDictionarySetValue(query, kSecClass, kSecClassGenericPassword);
	CFDictionarySetValue(query, kSecMatchLimit, kSecMatchLimitAll);
	CFDictionarySetValue(query, kSecReturnData, kCFBooleanFalse);
	CFDictionarySetValue(query, kSecReturnRef, kCFBooleanTrue);
	if (keychain) {
		search = CFArrayCreate(NULL, (const void **)&keychain, 1, &kCFTypeArrayCallBacks);
		CFDictionarySetValue(query, kSecMatchSearchList, search);
		CFRelease(search);
	}
	status = SecItemCopyMatching(query, &result);
	CFRelease(query);
	if (status == errSecItemNotFound)
		return CFArrayCreate(NULL, NULL, 0, &kCFTypeArrayCallBacks);
	if (status != errSecSuccess)
		stop_for("cannot list passwords", status);
	return result;
}

static void print_items(SecKeychainRef keychain)
{
	CFArrayRef items = list_items(keychain);
	CFIndex i;

	for (i = 0; i < CFArrayGetCount(items); i++) {
		SecKeychainItemRef item =
			(SecKeychainItemRef)(uintptr_t)CFArrayGetValueAtIndex(items, i);
		SecKeychainAttribute attributes[] = {
			{kSecServiceItemAttr, 0, NULL}, {kSecAccountItemAttr, 0, NULL}};
		SecKeychainAttributeList list = {2, attributes};
		OSStatus status = SecKeychainItemCopyContent(item, NULL, &list, NULL, NULL);
		if (status != errSecSuccess)
			stop_for("cannot list passwords", status);
		printf("%.*s %.*s\n", (int)attributes[0].length, (char *)attributes[0].data,
			(int)attributes[1].length, (char *)attributes[1].data);
		SecKeychainItemFreeContent(&list, NULL);
	}
	CFRelease(items);
}

static void print_keyrings(void)
{
	CFArrayRef keyrings = NULL;
	OSStatus status = SecKeychainCopyDomainSearchList(kSecPreferencesDomainUser, &keyrings);
	CFIndex i;

	if (status != errSecSuccess)
		stop_for("cannot list keychains", status);
	for (i = 0; i < CFArrayGetCount(keyrings); i++) {
		SecKeychainRef keychain =
			(SecKeychainRef)(uintptr_t)CFArrayGetValueAtIndex(keyrings, i);
		char path[MAXPATHLEN];
		UInt32 length = MAXPATHLEN;
		SecKeychainStatus state = 0;
		CFArrayRef items;
		status = SecKeychainGetPath(keychain, &length, path);
		if (status == errSecSuccess)
			status = SecKeychainGetStatus(keychain, &state);
		if (status != errSecSuccess)
			stop_for("cannot list keychains", status);
		if (!(state & kSecUnlockStateStatus)) {
			printf("%.*s locked\n", (int)length, path);
			continue;
		}
		items = list_items(keychain);
		printf("%.*s %ld\n", (int)length, path, (long)CFArrayGetCount(items));
		CFRelease(items);
	}
	CFRelease(keyrings);
}

int main(int argc, char **argv)
{
	const char *what = argc > 1 ? argv[1] : "";
	SecKeychainRef keychain = NULL;
	OSStatus status = errSecSuccess;

	if (!strcmp(what, "keyrings")) {
		print_keyrings();
		return 0;
	}
	if (argc > 3 && !strcmp(what, "create")) {
		create(argv[2], argv[3]);
		return 0;
	}
	if (argc > 2 && !strcmp(what, "delete")) {
		delete_keyring(argv[2]);
		return 0;
	}
	if (argc < 3)
		return 2;
	keychain = open_file(argv[2]);
	if (!strcmp(what, "lock"))
		status = SecKeychainLock(keychain);
	else if (!strcmp(what, "unlock") && argc > 3)
		status = SecKeychainUnlock(keychain, (UInt32)strlen(argv[3]), argv[3], TRUE);
	else if (!strcmp(what, "list"))
		print_items(keychain);
	else if (!strcmp(what, "set") && argc > 5)
		set(keychain, argv[3], argv[4], argv[5]);
	else if (!strcmp(what, "get") && argc > 4)
		get(keychain, argv[3], argv[4]);
	if (keychain)
		CFRelease(keychain);
	if (status != errSecSuccess)
		stop_for(what, status);
	return 0;
}
