/* SPDX-License-Identifier: ISC */
/*
 * isync's and msmtp's way: one call, and the text of its error, unchecked. isync asks for IMAP and
 * the default type, msmtp for anything.
 *
 *   porter_mail imap|smtp HOST USER
 */
#include <Security/Security.h>

int main(int argc, char **argv)
{
	int is_imap = argc > 1 && !strcmp(argv[1], "imap");
	void *password_data;
	UInt32 password_length;
	OSStatus ret;

	if (argc < 4)
		return 2;
	ret = SecKeychainFindInternetPassword(NULL, (UInt32)strlen(argv[2]), argv[2], 0, NULL,
		(UInt32)strlen(argv[3]), argv[3], 0, (char *)NULL, 0,
		is_imap ? kSecProtocolTypeIMAP : (SecProtocolType)0,
		is_imap ? kSecAuthenticationTypeDefault : (SecAuthenticationType)0,
		&password_length, &password_data, NULL);
	if (ret != errSecSuccess) {
		CFStringRef errmsg = SecCopyErrorMessageString(ret, NULL);
		fprintf(stderr, "Looking up Keychain failed: %s\n",
			CFStringGetCStringPtr(errmsg, kCFStringEncodingUTF8));
		CFRelease(errmsg);
		return 1;
	}
	printf("%.*s\n", (int)password_length, (const char *)password_data);
	SecKeychainItemFreeContent(NULL, password_data);
	return 0;
}
