/* SPDX-License-Identifier: ISC */
/*
 * Reads one internet password the way a program written for macOS does, and writes it to standard
 * output. Built by main_job.sh against the installed headers, with pkg-config.
 */
#include <Security/Security.h>
#include <stdio.h>

int main(int argc, char **argv)
{
	CFStringRef server, account;
	CFTypeRef data = NULL;
	OSStatus status;

	if (argc != 3)
		return 2;
	server = CFStringCreateWithCString(NULL, argv[1], kCFStringEncodingUTF8);
	account = CFStringCreateWithCString(NULL, argv[2], kCFStringEncodingUTF8);
	const void *keys[] = {
		kSecClass, kSecAttrServer, kSecAttrAccount, kSecAttrSynchronizable, kSecReturnData};
	const void *values[] = {kSecClassInternetPassword, server, account,
		kSecAttrSynchronizableAny, kCFBooleanTrue};
	CFDictionaryRef query = CFDictionaryCreate(NULL, keys, values, 5,
		&kCFTypeDictionaryKeyCallBacks, &kCFTypeDictionaryValueCallBacks);

	status = SecItemCopyMatching(query, &data);
	if (status == errSecSuccess) {
		fwrite(CFDataGetBytePtr((CFDataRef)data), 1,
			(size_t)CFDataGetLength((CFDataRef)data), stdout);
		CFRelease(data);
	} else {
		CFStringRef text = SecCopyErrorMessageString(status, NULL);
		fprintf(stderr, "%s (%d)\n", CFStringGetCStringPtr(text, kCFStringEncodingUTF8),
			(int)status);
		CFRelease(text);
	}
	CFRelease(query);
	CFRelease(account);
	CFRelease(server);
	return status == errSecSuccess ? 0 : 1;
}
