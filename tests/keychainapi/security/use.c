/* SPDX-License-Identifier: ISC */
/* One use of each kind of declaration, in the words that all dialects share. */
#include <Security/Security.h>

/* Programs lean on the standard headers that come along. */
static void say(const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	vfprintf(stderr, format, arguments);
	va_end(arguments);
}

static const char *meaning(OSStatus status)
{
	switch (status) {
	case errSecSuccess:
		return "found";
	case errSecItemNotFound:
		return "not found";
	default:
		return "failed";
	}
}

/* A key, a signature, and an error that nobody looked at. */
static Boolean use_keys(CFDictionaryRef parameters, CFDataRef data)
{
	SecKeyAlgorithm algorithm = kSecKeyAlgorithmECDSASignatureMessageX962SHA256;
	CFErrorRef error = 0;
	SecKeyRef key = SecKeyCreateRandomKey(parameters, &error);
	CFDataRef signature;
	Boolean right = 0;

	if (!key)
		return 0;
	signature = SecKeyCreateSignature(key, algorithm, data, &error);
	if (signature)
		right = SecKeyVerifySignature(key, algorithm, data, signature, &error);
	if (SecKeyIsAlgorithmSupported(key, kSecKeyOperationTypeSign, algorithm))
		right = SecKeyRawVerify(key, kSecPaddingPKCS1SHA256, 0, 0, 0, 0) == errSSLCrypto;
	CFRelease(key);
	return right;
}

int main(void)
{
	const void *keys[2], *values[2];
	CFDictionaryRef query;
	SecAccessControlRef control;
	CFTypeRef result = 0;
	uint8_t random[16];
	OSStatus status;

	keys[0] = (const void *)kSecClass;
	values[0] = (const void *)kSecClassGenericPassword;
	keys[1] = (const void *)kSecReturnData;
	values[1] = (const void *)kCFBooleanTrue;
	query = CFDictionaryCreate(kCFAllocatorDefault, keys, values, 2,
		&kCFTypeDictionaryKeyCallBacks, &kCFTypeDictionaryValueCallBacks);
	status = SecItemCopyMatching(query, &result);
	say("%s\n", meaning(status));
	if (use_keys(query, 0))
		say("right\n");
	CFRelease(query);
	control = SecAccessControlCreateWithFlags(kCFAllocatorDefault,
		kSecAttrAccessibleWhenUnlocked, kSecAccessControlApplicationPassword, NULL);
	if (control)
		CFRelease(control);
	return SecRandomCopyBytes(kSecRandomDefault, sizeof random, random);
}
