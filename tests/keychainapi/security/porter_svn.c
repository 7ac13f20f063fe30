/* SPDX-License-Identifier: ISC */
/*
 * Subversion's way: nobody is asked, the user name may be missing, and the password is stored again
 * whether it is there or not.
 *
 *   porter_svn set|get REALM USER|- [PASSWORD]
 */
#include <Security/Security.h>

static int length_of(const char *text)
{
	return text ? (int)strlen(text) : 0;
}

static OSStatus password_set(const char *realm, const char *user, const char *password)
{
	SecKeychainItemRef item;
	OSStatus status = SecKeychainFindGenericPassword(
		NULL, (UInt32)strlen(realm), realm, (UInt32)length_of(user), user, 0, NULL, &item);

	if (status == errSecItemNotFound)
		return SecKeychainAddGenericPassword(NULL, (UInt32)strlen(realm), realm,
			(UInt32)length_of(user), user, (UInt32)strlen(password), password, NULL);
	if (status)
		return status;
	status = SecKeychainItemModifyAttributesAndData(
		item, NULL, (UInt32)strlen(password), password);
	CFRelease(item);
	return status;
}

static OSStatus password_get(const char *realm, const char *user)
{
	UInt32 length;
	void *data;
	OSStatus status = SecKeychainFindGenericPassword(NULL, (UInt32)strlen(realm), realm,
		(UInt32)length_of(user), user, &length, &data, NULL);

	if (status)
		return status;
	fwrite(data, 1, length, stdout);
	putchar('\n');
	return SecKeychainItemFreeContent(NULL, data);
}

int main(int argc, char **argv)
{
	const char *user = argc > 3 && strcmp(argv[3], "-") ? argv[3] : NULL;
	OSStatus status = errSecParam;

	SecKeychainSetUserInteractionAllowed(FALSE);
	if (argc > 4 && !strcmp(argv[1], "set"))
		status = password_set(argv[2], user, argv[4]);
	else if (argc > 3 && !strcmp(argv[1], "get"))
		status = password_get(argv[2], user);
	SecKeychainSetUserInteractionAllowed(TRUE);
	if (status)
		printf("%d\n", (int)status);
	return status != 0;
}
