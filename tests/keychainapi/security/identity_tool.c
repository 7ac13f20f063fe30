/* SPDX-License-Identifier: ISC */
/*
 * A tool for certificates with private keys, written as for macOS: nothing in it knows of
 * Keycircle.
 *
 *   identity_tool import FILE PASSPHRASE    PKCS#12 into the keychain; prints the names
 *   identity_tool list                      prints the names of all identities
 *   identity_tool certificate NAME          prints the certificate as PEM
 *   identity_tool issuer NAME COMMON-NAME   whether the certificate comes from that issuer
 *   identity_tool sign NAME                 signs standard input (ECDSA or RSA, SHA-256)
 *   identity_tool delete NAME
 *
 * Exits with 0, with 1 when there is no such identity, with 2 when anything else fails.
 */
#include <Security/Security.h>

#define MOST_INPUT 65536

static int finish(OSStatus status)
{
	CFStringRef text;

	if (status == errSecSuccess)
		return 0;
	text = SecCopyErrorMessageString(status, NULL);
	fprintf(stderr, "%s\n", CFStringGetCStringPtr(text, kCFStringEncodingUTF8));
	CFRelease(text);
	return status == errSecItemNotFound ? 1 : 2;
}

static CFDataRef read_all(FILE *file)
{
	UInt8 *bytes = malloc(MOST_INPUT);
	CFDataRef data = CFDataCreate(NULL, bytes, (CFIndex)fread(bytes, 1, MOST_INPUT, file));

	free(bytes);
	return data;
}

static CFMutableDictionaryRef query_for(const char *name)
{
	CFMutableDictionaryRef query = CFDictionaryCreateMutable(kCFAllocatorDefault, 0,
		&kCFTypeDictionaryKeyCallBacks, &kCFTypeDictionaryValueCallBacks);

	CFDictionarySetValue(query, kSecClass, kSecClassIdentity);
	CFDictionarySetValue(query, kSecReturnRef, kCFBooleanTrue);
	if (name) {
		CFStringRef label = CFStringCreateWithCString(NULL, name, kCFStringEncodingUTF8);
		CFDictionarySetValue(query, kSecAttrLabel, label);
		CFRelease(label);
	}
	return query;
}

static OSStatus copy_identity(const char *name, SecIdentityRef *identity)
{
	CFMutableDictionaryRef query = query_for(name);
	OSStatus status = SecItemCopyMatching(query, (CFTypeRef *)identity);

	CFRelease(query);
	return status;
}

static void print_name(SecIdentityRef identity)
{
	SecCertificateRef certificate = NULL;
	CFStringRef summary;

	if (SecIdentityCopyCertificate(identity, &certificate) != errSecSuccess)
		return;
	summary = SecCertificateCopySubjectSummary(certificate);
	printf("%s\n", CFStringGetCStringPtr(summary, kCFStringEncodingUTF8));
	CFRelease(summary);
	CFRelease(certificate);
}

static OSStatus import_file(const char *path, const char *passphrase)
{
	FILE *file = fopen(path, "rb");
	CFDataRef data;
	CFStringRef secret = CFStringCreateWithCString(NULL, passphrase, kCFStringEncodingUTF8);
	const void *keys[] = {kSecImportExportPassphrase}, *values[] = {secret};
	CFDictionaryRef options = CFDictionaryCreate(NULL, keys, values, 1,
		&kCFTypeDictionaryKeyCallBacks, &kCFTypeDictionaryValueCallBacks);
	CFArrayRef items = NULL;
	OSStatus status;
	CFIndex i;

	if (!file)
		return errSecIO;
	data = read_all(file);
	fclose(file);
	status = SecPKCS12Import(data, options, &items);
	for (i = 0; status == errSecSuccess && i < CFArrayGetCount(items); i++) {
		CFDictionaryRef item = (CFDictionaryRef)CFArrayGetValueAtIndex(items, i);
		print_name((SecIdentityRef)(uintptr_t)CFDictionaryGetValue(
			item, kSecImportItemIdentity));
	}
	if (items)
		CFRelease(items);
	CFRelease(data);
	CFRelease(options);
	CFRelease(secret);
	return status;
}

static OSStatus list(void)
{
	CFMutableDictionaryRef query = query_for(NULL);
	CFTypeRef result = NULL;
	OSStatus status;
	CFIndex i;

	CFDictionarySetValue(query, kSecMatchLimit, kSecMatchLimitAll);
	status = SecItemCopyMatching(query, &result);
	for (i = 0; status == errSecSuccess && i < CFArrayGetCount((CFArrayRef)result); i++)
		print_name(
			(SecIdentityRef)(uintptr_t)CFArrayGetValueAtIndex((CFArrayRef)result, i));
	if (result)
		CFRelease(result);
	CFRelease(query);
	return status;
}

static OSStatus print_certificate(SecIdentityRef identity)
{
	SecCertificateRef certificate = NULL;
	CFDataRef pem = NULL;
	OSStatus status = SecIdentityCopyCertificate(identity, &certificate);

	if (status == errSecSuccess)
		status = SecItemExport(
			certificate, kSecFormatPEMSequence, kSecItemPemArmour, NULL, &pem);
	if (status == errSecSuccess) {
		fwrite(CFDataGetBytePtr(pem), 1, (size_t)CFDataGetLength(pem), stdout);
		CFRelease(pem);
	}
	if (certificate)
		CFRelease(certificate);
	return status;
}

/* The issuer's common name, out of the certificate's values. */
static OSStatus check_issuer(SecIdentityRef identity, const char *wanted)
{
	SecCertificateRef certificate = NULL;
	CFDictionaryRef values, issuer;
	CFArrayRef parts;
	OSStatus status = SecIdentityCopyCertificate(identity, &certificate);
	Boolean found = 0;
	CFIndex i;

	if (status != errSecSuccess)
		return status;
	values = SecCertificateCopyValues(certificate, NULL, NULL);
	issuer = (CFDictionaryRef)CFDictionaryGetValue(values, kSecOIDX509V1IssuerName);
	parts = (CFArrayRef)CFDictionaryGetValue(issuer, kSecPropertyKeyValue);
	for (i = 0; i < CFArrayGetCount(parts); i++) {
		CFDictionaryRef part = (CFDictionaryRef)CFArrayGetValueAtIndex(parts, i);
		CFStringRef value = (CFStringRef)CFDictionaryGetValue(part, kSecPropertyKeyValue);
		if (CFEqual(CFDictionaryGetValue(part, kSecPropertyKeyLabel), kSecOIDCommonName))
			found = strcmp(CFStringGetCStringPtr(value, kCFStringEncodingUTF8),
					wanted) == 0;
	}
	CFRelease(values);
	CFRelease(certificate);
	return found ? errSecSuccess : errSecItemNotFound;
}

static OSStatus sign(SecIdentityRef identity)
{
	SecKeyAlgorithm algorithm = kSecKeyAlgorithmECDSASignatureMessageX962SHA256;
	CFDataRef message = read_all(stdin), signature;
	SecKeyRef key = NULL;
	CFErrorRef error = NULL;
	OSStatus status = SecIdentityCopyPrivateKey(identity, &key);

	if (status == errSecSuccess) {
		if (!SecKeyIsAlgorithmSupported(key, kSecKeyOperationTypeSign, algorithm))
			algorithm = kSecKeyAlgorithmRSASignatureMessagePKCS1v15SHA256;
		signature = SecKeyCreateSignature(key, algorithm, message, &error);
		if (signature) {
			fwrite(CFDataGetBytePtr(signature), 1, (size_t)CFDataGetLength(signature),
				stdout);
			CFRelease(signature);
		} else {
			status = (OSStatus)CFErrorGetCode(error);
			CFRelease(error);
		}
		CFRelease(key);
	}
	CFRelease(message);
	return status;
}

static OSStatus remove_identity(SecIdentityRef identity)
{
	const void *keys[] = {kSecValueRef}, *values[] = {identity};
	CFDictionaryRef query = CFDictionaryCreate(NULL, keys, values, 1,
		&kCFTypeDictionaryKeyCallBacks, &kCFTypeDictionaryValueCallBacks);
	OSStatus status = SecItemDelete(query);

	CFRelease(query);
	return status;
}

static OSStatus with_identity(int argc, char **argv)
{
	SecIdentityRef identity = NULL;
	OSStatus status = copy_identity(argv[2], &identity);

	if (status != errSecSuccess)
		return status;
	if (strcmp(argv[1], "certificate") == 0)
		status = print_certificate(identity);
	else if (strcmp(argv[1], "issuer") == 0 && argc == 4)
		status = check_issuer(identity, argv[3]);
	else if (strcmp(argv[1], "sign") == 0)
		status = sign(identity);
	else if (strcmp(argv[1], "delete") == 0)
		status = remove_identity(identity);
	else
		status = errSecParam;
	CFRelease(identity);
	return status;
}

int main(int argc, char **argv)
{
	if (argc == 4 && strcmp(argv[1], "import") == 0)
		return finish(import_file(argv[2], argv[3]));
	if (argc == 2 && strcmp(argv[1], "list") == 0)
		return finish(list());
	if (argc >= 3)
		return finish(with_identity(argc, argv));
	return finish(errSecParam);
}
