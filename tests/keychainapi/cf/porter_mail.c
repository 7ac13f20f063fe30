/* SPDX-License-Identifier: ISC */
/*
 * In the manner of isync and msmtp: one password of a mail account, asked for by host and user and,
 * when that finds nothing, by ever less. The include is guarded by the target, as in programs that
 * are built for several systems. Nothing in it knows of Keycircle.
 *
 *   porter_mail save|get PROTOCOL HOST PORT USER [PASSWORD]
 */
#include <TargetConditionals.h>

#if TARGET_OS_MAC && TARGET_OS_OSX
#include <AvailabilityMacros.h>
#include <CoreFoundation/CoreFoundation.h>
#include <Security/Security.h>
#define HAVE_MACOS_KEYCHAIN 1
#endif

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#if !HAVE_MACOS_KEYCHAIN || MAC_OS_X_VERSION_MIN_REQUIRED < MAC_OS_X_VERSION_10_7
#error "there is no keychain"
#endif

static const void *string(const char *text)
{
	return CFAutorelease(CFStringCreateWithCString(NULL, text, kCFStringEncodingUTF8));
}

static CFDictionaryRef attributes(
	const char *protocol, const char *host, int port, const char *user, CFDataRef password)
{
	const void *keys[8], *values[8];
	CFNumberRef number = CFNumberCreate(NULL, kCFNumberIntType, &port);
	CFDictionaryRef result;
	CFIndex n = 0;

	keys[n] = kSecClass;
	values[n++] = kSecClassInternetPassword;
	keys[n] = kSecAttrServer;
	values[n++] = string(host);
	keys[n] = kSecAttrAccount;
	values[n++] = string(user);
	if (protocol) {
		keys[n] = kSecAttrProtocol;
		values[n++] = strcmp(protocol, "imap") == 0    ? kSecAttrProtocolIMAP
			      : strcmp(protocol, "imaps") == 0 ? kSecAttrProtocolIMAPS
							       : kSecAttrProtocolSMTP;
	}
	if (port > 0) {
		keys[n] = kSecAttrPort;
		values[n++] = number;
	}
	keys[n] = password ? kSecValueData : kSecReturnData;
	values[n++] = password ? (const void *)password : (const void *)kCFBooleanTrue;
	result = CFDictionaryCreate(kCFAllocatorDefault, keys, values, n,
		&kCFTypeDictionaryKeyCallBacks, &kCFTypeDictionaryValueCallBacks);
	CFRelease(number);
	return result;
}

static char *find(const char *protocol, const char *host, int port, const char *user, OSStatus *ret)
{
	CFDictionaryRef query = attributes(protocol, host, port, user, NULL);
	CFTypeRef data = NULL;
	char *password = NULL;
	CFIndex length;

	*ret = SecItemCopyMatching(query, &data);
	CFRelease(query);
	if (*ret != noErr)
		return NULL;
	length = CFDataGetLength(data);
	password = malloc((size_t)length + 1);
	if (password) {
		CFDataGetBytes(data, CFRangeMake(0, length), (UInt8 *)password);
		password[length] = 0;
	}
	CFRelease(data);
	return password;
}

static int save(char **argv)
{
	CFDataRef data = CFDataCreateWithBytesNoCopy(
		NULL, (const UInt8 *)argv[6], (CFIndex)strlen(argv[6]), kCFAllocatorNull);
	CFDictionaryRef item =
		attributes(argv[2], argv[3], (int)strtol(argv[4], NULL, 10), argv[5], data);
	OSStatus status = SecItemAdd(item, NULL);

	CFRelease(item);
	CFRelease(data);
	return status == noErr ? 0 : 1;
}

int main(int argc, char **argv)
{
	OSStatus status;
	char *password;

	if (argc == 7 && strcmp(argv[1], "save") == 0)
		return save(argv);
	if (argc != 6 || strcmp(argv[1], "get") != 0)
		return 2;
	password = find(argv[2], argv[3], (int)strtol(argv[4], NULL, 10), argv[5], &status);
	if (!password)
		password = find(argv[2], argv[3], 0, argv[5], &status);
	if (!password)
		password = find(NULL, argv[3], 0, argv[5], &status);
	if (!password) {
		CFStringRef text = SecCopyErrorMessageString(status, NULL);

		/* unchecked, as there */
		fprintf(stderr, "Looking up Keychain failed: %s\n",
			CFStringGetCStringPtr(text, kCFStringEncodingUTF8));
		CFRelease(text);
		return 1;
	}
	printf("%s\n", password);
	free(password);
	return 0;
}
