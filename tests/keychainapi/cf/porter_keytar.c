/* SPDX-License-Identifier: ISC */
/*
 * In the manner of keytar's back end for macOS: set, get, delete, find one, find all; errors as
 * text with a buffer of a guessed size; and four workers at once, who share nothing but the
 * keychain. Nothing in it knows of Keycircle.
 */
#include <pthread.h>

#include <Security/Security.h>

typedef enum { SUCCESS, FAIL_ERROR, FAIL_NONFATAL } Result;

static char *text_of(CFStringRef string)
{
	const char *pointer = CFStringGetCStringPtr(string, kCFStringEncodingUTF8);
	CFIndex size;
	char *buffer;

	if (pointer)
		return strdup(pointer);
	size = CFStringGetLength(string) * 2 + 1;
	buffer = malloc((size_t)size);
	if (buffer && !CFStringGetCString(string, buffer, size, kCFStringEncodingUTF8))
		buffer[0] = 0;
	return buffer;
}

static char *error_text(OSStatus status)
{
	CFStringRef message = SecCopyErrorMessageString(status, NULL);
	char *text;

	if (message == NULL)
		return strdup("An error occurred.");
	text = text_of(message);
	CFRelease(message);
	return text;
}

static CFMutableDictionaryRef query_for(const char *service, const char *account)
{
	CFMutableDictionaryRef query = CFDictionaryCreateMutable(
		NULL, 0, &kCFTypeDictionaryKeyCallBacks, &kCFTypeDictionaryValueCallBacks);
	CFStringRef service_string =
		CFStringCreateWithCString(NULL, service, kCFStringEncodingUTF8);

	CFDictionaryAddValue(query, kSecClass, kSecClassGenericPassword);
	CFDictionaryAddValue(query, kSecAttrService, service_string);
	CFRelease(service_string);
	if (account) {
		CFStringRef account_string =
			CFStringCreateWithCString(NULL, account, kCFStringEncodingUTF8);

		CFDictionaryAddValue(query, kSecAttrAccount, account_string);
		CFRelease(account_string);
	}
	return query;
}

static Result fail(OSStatus status, char **error)
{
	if (status == errSecItemNotFound)
		return FAIL_NONFATAL;
	if (status != errSecSuccess) {
		*error = error_text(status);
		return FAIL_ERROR;
	}
	return SUCCESS;
}

static Result set_password(
	const char *service, const char *account, const char *password, char **error)
{
	CFMutableDictionaryRef query = query_for(service, account), changes;
	CFDataRef data = CFDataCreate(NULL, (const UInt8 *)password, (CFIndex)strlen(password));
	OSStatus status;

	CFDictionaryAddValue(query, kSecValueData, data);
	status = SecItemAdd(query, NULL);
	if (status == errSecDuplicateItem) {
		changes = CFDictionaryCreateMutable(
			NULL, 1, &kCFTypeDictionaryKeyCallBacks, &kCFTypeDictionaryValueCallBacks);
		CFDictionaryAddValue(changes, kSecValueData, data);
		CFDictionaryRemoveValue(query, kSecValueData);
		status = SecItemUpdate(query, changes);
		CFRelease(changes);
	}
	CFRelease(data);
	CFRelease(query);
	return fail(status, error);
}

static Result get_password(const char *service, const char *account, char **password, char **error)
{
	CFMutableDictionaryRef query = query_for(service, account);
	CFTypeRef result = NULL;
	OSStatus status;

	CFDictionaryAddValue(query, kSecReturnData, kCFBooleanTrue);
	status = SecItemCopyMatching(query, &result);
	CFRelease(query);
	if (status == errSecSuccess) {
		CFDataRef data = (CFDataRef)result;

		*password = strndup(
			(const char *)CFDataGetBytePtr(data), (size_t)CFDataGetLength(data));
		CFRelease(result);
	}
	return fail(status, error);
}

static Result delete_password(const char *service, const char *account, char **error)
{
	CFMutableDictionaryRef query = query_for(service, account);
	OSStatus status = SecItemDelete(query);

	CFRelease(query);
	return fail(status, error);
}

/* First the accounts, then the password of each, by the text of the constants. */
static Result find_credentials(const char *service, char **error)
{
	CFMutableDictionaryRef query = query_for(service, NULL);
	CFTypeRef result = NULL;
	OSStatus status;

	CFDictionaryAddValue(query, kSecMatchLimit, kSecMatchLimitAll);
	CFDictionaryAddValue(query, kSecReturnRef, kCFBooleanTrue);
	CFDictionaryAddValue(query, kSecReturnAttributes, kCFBooleanTrue);
	status = SecItemCopyMatching(query, &result);
	CFRelease(query);
	if (status == errSecSuccess) {
		CFArrayRef items = (CFArrayRef)result;

		for (CFIndex i = 0; i < CFArrayGetCount(items); i++) {
			CFDictionaryRef item = CFArrayGetValueAtIndex(items, i);
			char *account = text_of(CFDictionaryGetValue(item, CFSTR("acct")));
			char *password = NULL;

			if (get_password(service, account, &password, error) == SUCCESS)
				printf("%s: %s\n", account, password);
			free(password);
			free(account);
		}
		CFRelease(result);
	}
	return fail(status, error);
}

/* --- workers --------------------------------------------------------------------------------- */

static void *work(void *context)
{
	const char *name = context;
	char account[64], password[64];

	for (int i = 0; i < 10; i++) {
		char *found = NULL, *error = NULL;
		Result results[3];

		snprintf(account, sizeof account, "%s %d \xF0\x9F\x94\x91", name, i);
		snprintf(password, sizeof password, "pass of %s %d", name, i);
		results[0] = set_password("workers", account, password, &error);
		results[1] = get_password("workers", account, &found, &error);
		results[2] = delete_password("workers", account, &error);
		if (results[0] != SUCCESS || results[1] != SUCCESS || results[2] != SUCCESS ||
			!found || strcmp(found, password) != 0) {
			fprintf(stderr, "%s: %s\n", account, error ? error : "wrong");
			exit(1);
		}
		free(found);
	}
	return NULL;
}

static int run_workers(void)
{
	static char names[4][8] = {"one", "two", "three", "four"};
	pthread_t threads[4];

	for (int i = 0; i < 4; i++)
		if (pthread_create(&threads[i], NULL, work, names[i]) != 0)
			return 1;
	for (int i = 0; i < 4; i++)
		pthread_join(threads[i], NULL);
	return 0;
}

int main(int argc, char **argv)
{
	char *error = NULL, *password = NULL;
	Result result = FAIL_ERROR;

	if (argc == 5 && strcmp(argv[1], "set") == 0) {
		result = set_password(argv[2], argv[3], argv[4], &error);
	} else if (argc == 4 && strcmp(argv[1], "get") == 0) {
		result = get_password(argv[2], argv[3], &password, &error);
		if (result == SUCCESS)
			printf("%s\n", password);
		free(password);
	} else if (argc == 4 && strcmp(argv[1], "delete") == 0) {
		result = delete_password(argv[2], argv[3], &error);
	} else if (argc == 3 && strcmp(argv[1], "find") == 0) {
		result = find_credentials(argv[2], &error);
	} else if (argc == 2 && strcmp(argv[1], "workers") == 0) {
		return run_workers();
	} else if (argc == 3 && strcmp(argv[1], "error") == 0) {
		error = error_text((OSStatus)strtol(argv[2], NULL, 10));
	}
	if (error)
		fprintf(stderr, "%s\n", error);
	free(error);
	return (int)result;
}
