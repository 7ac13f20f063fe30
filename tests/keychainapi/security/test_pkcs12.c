/* SPDX-License-Identifier: ISC */
/* SecPKCS12Import, in the default profile and in the strict one, which are run one after another.
 */
#include <Security/SecKeyPriv.h>
#include <Security/Security.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/mem.h"
#include "tests/check.h"
#include "tests/keychainapi/security/materials.h"
#include "tests/keychainapi/security/stored.h"
#include "tests/wire/device.h"

#define FAKE "fake"

static bool strict; /* of this process */

static void release(CFTypeRef object)
{
	if (object)
		CFRelease(object);
}

/* Options: a passphrase or none, and one more pair or none. */
static CFDictionaryRef options(const char *passphrase, CFStringRef key, CFTypeRef value)
{
	CFMutableDictionaryRef made = CFDictionaryCreateMutable(
		NULL, 0, &kCFTypeDictionaryKeyCallBacks, &kCFTypeDictionaryValueCallBacks);
	CFStringRef text =
		passphrase ? CFStringCreateWithCString(NULL, passphrase, kCFStringEncodingUTF8)
			   : NULL;

	if (text)
		CFDictionarySetValue(made, kSecImportExportPassphrase, text);
	if (key)
		CFDictionarySetValue(made, key, value);
	release(text);
	return made;
}

static OSStatus import(const char *file, const char *passphrase, CFStringRef key, CFTypeRef value,
	CFArrayRef *items)
{
	CFDictionaryRef given = options(passphrase, key, value);
	CFDataRef data = materials_data(file);
	OSStatus status = SecPKCS12Import(data, given, items);

	CFRelease(data);
	CFRelease(given);
	return status;
}

static OSStatus import_to_memory(const char *file, const char *passphrase, CFArrayRef *items)
{
	return import(file, passphrase, kSecImportToMemoryOnly, kCFBooleanTrue, items);
}

/* --- results --------------------------------------------------------------------------------- */

/* clang-format off */
static const struct row {
	const char *file, *passphrase;
	OSStatus in_memory, as_on_mac;
	CFIndex identities, chain; /* of the first one */
} rows[] = {
	{"modern.p12", FAKE,       0, 0, 1, 2},
	{"old.p12",    FAKE,       0, 0, 1, 2},
	{"triple.p12", FAKE,       0, 0, 1, 2},
	{"quick.p12",  FAKE,       0, 0, 1, 2},
	{"nomac.p12",  FAKE,       0, 0, 1, 2},
	{"words.p12",  "pässwört", 0, 0, 1, 2},
	{"clear.p12",  NULL,       0, 0, 1, 2},
	{"empty.p12",  NULL,       0, 0, 1, 2},
	{"empty.p12",  "",         0, 0, 1, 2},
	{"client.p12", FAKE,       0, 0, 1, 1},
	{"certs.p12",  FAKE,       0, 0, 0, 3},
	{"key.p12",    FAKE,       0, 0, 0, 0},
	{"modern.p12", "wrong",    errSecAuthFailed, errSecPkcs12VerifyFailure, 0, 0},
	{"modern.p12", "",         errSecAuthFailed, errSecPkcs12VerifyFailure, 0, 0},
	{"modern.p12", NULL,       errSecAuthFailed, errSecPassphraseRequired, 0, 0},
	{"old.p12",    "wrong",    errSecAuthFailed, errSecPkcs12VerifyFailure, 0, 0},
	{"nomac.p12",  "wrong",    errSecAuthFailed, errSecPkcs12VerifyFailure, 0, 0},
	{"empty.p12",  "wrong",    errSecAuthFailed, errSecPkcs12VerifyFailure, 0, 0},
	{"server.der", FAKE,       errSecDecode, errSecDecode, 0, 0},
	{"server.pem", FAKE,       errSecDecode, errSecDecode, 0, 0},
	{"rsa.wrapped.der", FAKE,  errSecDecode, errSecDecode, 0, 0},
	{"chain.p7.der", NULL,     errSecDecode, errSecDecode, 0, 0},
	{"openssl.cnf", NULL,      errSecDecode, errSecDecode, 0, 0},
};
/* clang-format on */

static CFTypeRef member(CFArrayRef items, CFStringRef name)
{
	return CFDictionaryGetValue(CFArrayGetValueAtIndex(items, 0), name);
}

static void check_items(const struct row *row, CFArrayRef items)
{
	CFIndex wanted = row->identities ? row->identities : row->chain ? 1 : 0;
	CFArrayRef chain;

	CHECK_MSG(CFArrayGetCount(items) == wanted, row->file);
	if (CFArrayGetCount(items) == 0)
		return;
	chain = member(items, kSecImportItemCertChain);
	CHECK_MSG(chain && CFArrayGetCount(chain) == row->chain, row->file);
	CHECK_MSG((member(items, kSecImportItemIdentity) != NULL) == (row->identities > 0),
		row->file);
	CHECK_MSG((member(items, kSecImportItemTrust) != NULL) == (row->identities > 0), row->file);
}

static void files_of_openssl_are_read(void)
{
	for (size_t i = 0; i < KC_COUNT_OF(rows); i++) {
		OSStatus wanted = strict ? rows[i].in_memory : rows[i].as_on_mac;
		CFArrayRef items = NULL;
		OSStatus status = import_to_memory(rows[i].file, rows[i].passphrase, &items);
		char what[96];

		snprintf(what, sizeof what, "%s %s: %d", rows[i].file,
			rows[i].passphrase ? rows[i].passphrase : "-", (int)status);
		CHECK_MSG(status == rows[i].in_memory, what);
		CHECK_MSG((items != NULL) == (rows[i].in_memory == 0), what);
		if (items)
			check_items(&rows[i], items);
		release(items);
		items = NULL;
		if (wanted != 0)
			CHECK_MSG(import(rows[i].file, rows[i].passphrase, NULL, NULL, &items) ==
					  wanted,
				what);
		CHECK_MSG(items == NULL || wanted == 0, what);
	}
	CHECK(stored_count_all() == 0);
}

static void check_signs(SecIdentityRef identity, SecCertificateRef certificate)
{
	CFDataRef message = CFDataCreate(NULL, (const UInt8 *)"message", 7), signature;
	SecKeyAlgorithm algorithm = kSecKeyAlgorithmECDSASignatureMessageX962SHA256;
	SecKeyRef key = NULL, public = SecCertificateCopyKey(certificate);

	CHECK(SecIdentityCopyPrivateKey(identity, &key) == errSecSuccess);
	signature = SecKeyCreateSignature(key, algorithm, message, NULL);
	CHECK_FATAL(signature != NULL);
	CHECK(SecKeyVerifySignature(public, algorithm, message, signature, NULL));
	release(signature);
	release(message);
	release(public);
	release(key);
}

static void an_identity_is_complete(void)
{
	SecCertificateRef server = materials_certificate("server"), own = NULL;
	SecCertificateRef issuer = materials_certificate("issuer");
	SecCertificateRef root = materials_certificate("root");
	const void *anchor = root;
	CFArrayRef anchors = CFArrayCreate(NULL, &anchor, 1, &kCFTypeArrayCallBacks), chain;
	CFArrayRef items = NULL;
	SecIdentityRef identity;
	SecTrustRef trust;

	CHECK_FATAL(import_to_memory("modern.p12", FAKE, &items) == errSecSuccess);
	identity = (SecIdentityRef)(uintptr_t)member(items, kSecImportItemIdentity);
	chain = member(items, kSecImportItemCertChain);
	trust = (SecTrustRef)(uintptr_t)member(items, kSecImportItemTrust);
	CHECK(CFGetTypeID(identity) == SecIdentityGetTypeID());
	CHECK(CFGetTypeID(trust) == SecTrustGetTypeID());
	CHECK(SecIdentityCopyCertificate(identity, &own) == errSecSuccess);
	CHECK(CFEqual(own, server));
	CHECK(CFEqual(CFArrayGetValueAtIndex(chain, 0), server));
	CHECK(CFEqual(CFArrayGetValueAtIndex(chain, 1), issuer));
	CHECK(CFEqual(member(items, kSecImportItemLabel), CFSTR("The server's")));
	CHECK(CFDataGetLength(member(items, kSecImportItemKeyID)) == 20);
	CHECK(!SecTrustEvaluateWithError(trust, NULL));
	CHECK(SecTrustSetAnchorCertificates(trust, anchors) == errSecSuccess);
	CHECK(SecTrustEvaluateWithError(trust, NULL));
	check_signs(identity, server);
	release(items);
	/* without a name it is called as its certificate is */
	CHECK_FATAL(import_to_memory("old.p12", FAKE, &items) == errSecSuccess);
	CHECK(CFEqual(member(items, kSecImportItemLabel), CFSTR("www.example.org")));
	release(items);
	release(anchors);
	release(own);
	release(root);
	release(issuer);
	release(server);
}

static void arguments_are_checked(void)
{
	CFDataRef data = materials_data("modern.p12");
	const void *key = kSecImportExportPassphrase, *number = kCFBooleanTrue, *text = CFSTR(FAKE);
	CFDictionaryRef wrong = CFDictionaryCreate(NULL, &key, &number, 1, NULL, NULL);
	const void *keys[] = {key, kSecImportToMemoryOnly};
	const void *values[] = {text, kCFBooleanTrue};
	CFDictionaryRef plain = CFDictionaryCreate(NULL, keys, values, 2, NULL, NULL);
	CFArrayRef items = NULL;

	CHECK(SecPKCS12Import(NULL, plain, &items) == errSecParam);
	CHECK(SecPKCS12Import((CFDataRef)CFSTR("x"), plain, &items) == errSecParam);
	CHECK(SecPKCS12Import(data, plain, NULL) == errSecParam);
	CHECK(SecPKCS12Import(data, wrong, &items) == errSecParam);
	CHECK(SecPKCS12Import(data, (CFDictionaryRef)CFSTR("x"), &items) == errSecParam);
	CHECK(import("modern.p12", FAKE, kSecImportExportKeychain, kCFBooleanTrue, &items) ==
		errSecParam);
	CHECK(SecPKCS12Import(data, NULL, &items) ==
		(strict ? errSecAuthFailed : errSecPassphraseRequired));
	CHECK(items == NULL && stored_count_all() == 0);
	/* a dictionary that compares pointers */
	CHECK(SecPKCS12Import(data, plain, &items) == errSecSuccess);
	release(items);
	CFRelease(plain);
	CFRelease(wrong);
	CFRelease(data);
}

/* --- what is stored -------------------------------------------------------------------------- */

static bool is_stored(CFArrayRef items)
{
	SecIdentityRef identity = (SecIdentityRef)(uintptr_t)member(items, kSecImportItemIdentity);
	CFDataRef ref = NULL;
	SecKeyRef key = NULL;
	bool stored;

	CHECK(SecIdentityCopyPrivateKey(identity, &key) == errSecSuccess);
	stored = SecKeyCopyPersistentRef(key, &ref) == errSecSuccess;
	release(ref);
	release(key);
	return stored;
}

/* clang-format off */
static const struct stored_row {
	const CFStringRef *key;
	const CFBooleanRef *value;
	bool by_default, in_strict;
} stored_rows[] = {
	{NULL,                           NULL,            true,  false},
	{&kSecImportToMemoryOnly,        &kCFBooleanTrue,  false, false},
	{&kSecImportToMemoryOnly,        &kCFBooleanFalse, true,  false},
	{&kSecUseDataProtectionKeychain, &kCFBooleanTrue,  true,  true},
	{&kSecUseDataProtectionKeychain, &kCFBooleanFalse, true,  false},
};
/* clang-format on */

static void whether_it_is_stored_depends(void)
{
	for (size_t i = 0; i < KC_COUNT_OF(stored_rows); i++) {
		const struct stored_row *row = &stored_rows[i];
		bool wanted = strict ? row->in_strict : row->by_default;
		CFArrayRef items = NULL, again = NULL;
		SecCertificateRef server = materials_certificate("server");
		char what[32];

		snprintf(what, sizeof what, "row %zu", i);
		CHECK_MSG(import("modern.p12", FAKE, row->key ? *row->key : NULL,
				  row->value ? *row->value : NULL, &items) == errSecSuccess,
			what);
		CHECK_FATAL(items != NULL);
		CHECK_MSG(stored_count_all() == (wanted ? 3 : 0), what);
		CHECK_MSG(stored_count(kSecClassIdentity) == (wanted ? 1 : 0), what);
		CHECK_MSG(is_stored(items) == wanted, what);
		check_signs(
			(SecIdentityRef)(uintptr_t)member(items, kSecImportItemIdentity), server);
		/* once more is no failure, and no second item */
		CHECK_MSG(import("modern.p12", FAKE, row->key ? *row->key : NULL,
				  row->value ? *row->value : NULL, &again) == errSecSuccess,
			what);
		CHECK_MSG(again && is_stored(again) == wanted, what);
		CHECK_MSG(stored_count_all() == (wanted ? 3 : 0), what);
		release(again);
		release(items);
		release(server);
		stored_delete_all();
	}
}

static CFTypeRef stored_attribute(CFStringRef class, CFStringRef name)
{
	const void *keys[] = {kSecClass, kSecReturnAttributes, kSecAttrSynchronizable};
	const void *values[] = {class, kCFBooleanTrue, kSecAttrSynchronizableAny};
	CFDictionaryRef query = CFDictionaryCreate(NULL, keys, values, 3,
		&kCFTypeDictionaryKeyCallBacks, &kCFTypeDictionaryValueCallBacks);
	CFTypeRef found = NULL, value = NULL;

	if (SecItemCopyMatching(query, &found) == errSecSuccess) {
		value = CFDictionaryGetValue(found, name);
		if (value)
			CFRetain(value);
		CFRelease(found);
	}
	CFRelease(query);
	return value;
}

/* Other options are attributes, and one that is none is an error. */
static void options_are_attributes(void)
{
	CFDictionaryRef base = options(FAKE, kSecUseDataProtectionKeychain, kCFBooleanTrue);
	CFMutableDictionaryRef given = CFDictionaryCreateMutableCopy(NULL, 0, base);
	CFDataRef data = materials_data("client.p12");
	CFArrayRef items = NULL;
	CFTypeRef value;

	CFDictionarySetValue(given, kSecAttrLabel, CFSTR("called so"));
	CFDictionarySetValue(
		given, kSecAttrAccessible, kSecAttrAccessibleAfterFirstUnlockThisDeviceOnly);
	CFDictionarySetValue(given, kSecAttrIsExtractable, kCFBooleanFalse);
	CHECK(SecPKCS12Import(data, given, &items) == errSecSuccess);
	CHECK(stored_count_all() == 2);
	value = stored_attribute(kSecClassKey, kSecAttrLabel);
	CHECK(value && CFEqual(value, CFSTR("called so")));
	release(value);
	value = stored_attribute(kSecClassKey, kSecAttrAccessible);
	CHECK(value && CFEqual(value, kSecAttrAccessibleAfterFirstUnlockThisDeviceOnly));
	release(value);
	value = stored_attribute(kSecClassCertificate, kSecAttrLabel);
	CHECK(value && CFEqual(value, CFSTR("called so")));
	release(value);
	release(items);
	items = NULL;
	stored_delete_all();
	CFDictionarySetValue(given, kSecAttrAccessible, CFSTR("no such class"));
	CHECK(SecPKCS12Import(data, given, &items) == errSecParam);
	CHECK(items == NULL && stored_count_all() == 0);
	CFRelease(data);
	CFRelease(given);
	CFRelease(base);
}

/* --- what is damaged ------------------------------------------------------------------------- */

static void cut_files_are_refused(void)
{
	CFDictionaryRef given = options(FAKE, kSecUseDataProtectionKeychain, kCFBooleanTrue);
	CFDataRef whole = materials_data("quick.p12");

	for (CFIndex len = 0; len < CFDataGetLength(whole); len++) {
		CFDataRef part = CFDataCreate(NULL, CFDataGetBytePtr(whole), len);
		CFArrayRef items = NULL;

		CHECK(SecPKCS12Import(part, given, &items) == errSecDecode && items == NULL);
		CFRelease(part);
	}
	CHECK(stored_count_all() == 0);
	CFRelease(whole);
	CFRelease(given);
}

/* What is changed is noticed by the MAC, or is not what it covers; and it all is as before then. */
static void changed_files_are_not_stored_by_halves(void)
{
	CFDictionaryRef given = options(FAKE, kSecUseDataProtectionKeychain, kCFBooleanTrue);
	CFDataRef whole = materials_data("quick.p12");
	CFMutableDataRef changed = CFDataCreateMutableCopy(NULL, 0, whole);
	size_t refused = 0;

	for (CFIndex at = 0; at < CFDataGetLength(whole); at += 3) {
		CFArrayRef items = NULL;
		OSStatus status;

		CFDataGetMutableBytePtr(changed)[at] ^= (UInt8)(1 << at % 8);
		status = SecPKCS12Import(changed, given, &items);
		CHECK((status == errSecSuccess) == (items != NULL));
		CHECK(status == errSecSuccess || status == errSecAuthFailed ||
			status == errSecPkcs12VerifyFailure || status == errSecDecode);
		if (status == errSecSuccess)
			stored_delete_all();
		else
			refused++;
		release(items);
		CFDataGetMutableBytePtr(changed)[at] ^= (UInt8)(1 << at % 8);
	}
	CHECK(refused > 300);
	CHECK(stored_count_all() == 0);
	CFRelease(changed);
	CFRelease(whole);
	CFRelease(given);
}

/* A file that would keep the computer busy for a day is refused at once. */
static void huge_numbers_of_iterations_are_refused(void)
{
	const UInt8 was[] = {0x02, 0x03, 0x01, 0x00, 0x00}, now[] = {0x02, 0x03, 0x7f, 0xff, 0xff};
	CFDataRef whole = materials_data("heavy.p12");
	CFMutableDataRef changed = CFDataCreateMutableCopy(NULL, 0, whole);
	CFDictionaryRef given = options(FAKE, kSecImportToMemoryOnly, kCFBooleanTrue);
	CFIndex len = CFDataGetLength(whole) - (CFIndex)sizeof was, found = 0;
	CFArrayRef items = NULL;

	for (CFIndex at = 0; at <= len; at++)
		if (memcmp(CFDataGetBytePtr(whole) + at, was, sizeof was) == 0) {
			memcpy(CFDataGetMutableBytePtr(changed) + at, now, sizeof now);
			found++;
		}
	CHECK(found > 0);
	CHECK(SecPKCS12Import(changed, given, &items) == errSecDecode && items == NULL);
	CFRelease(given);
	CFRelease(changed);
	CFRelease(whole);
}

static void a_keychain(void)
{
	kc_client_free(device_client());
}

/* The profile is of the process. */
static int run_all(bool in_strict)
{
	static const struct check_test tests[] = {
		CHECK_TEST(a_keychain),
		CHECK_TEST(files_of_openssl_are_read),
		CHECK_TEST(an_identity_is_complete),
		CHECK_TEST(arguments_are_checked),
		CHECK_TEST(whether_it_is_stored_depends),
		CHECK_TEST(options_are_attributes),
		CHECK_TEST(cut_files_are_refused),
		CHECK_TEST(changed_files_are_not_stored_by_halves),
		CHECK_TEST(huge_numbers_of_iterations_are_refused),
	};
	int status;

	strict = in_strict;
	if (in_strict)
		setenv("KEYCIRCLE_STRICT_SECITEM", "1", 1);
	else
		unsetenv("KEYCIRCLE_STRICT_SECITEM");
	device_make("keycircled");
	status = check_main(in_strict ? "SecPKCS12Import, strict" : "SecPKCS12Import", tests,
		KC_COUNT_OF(tests));
	device_remove();
	return status;
}

static int run_in_child(bool in_strict)
{
	pid_t child = fork();
	int status = 1;

	if (child == 0) {
		exit(run_all(in_strict));
	}
	if (child < 0 || waitpid(child, &status, 0) != child)
		return 1;
	return WIFEXITED(status) ? WEXITSTATUS(status) : 1;
}

int main(void)
{
	int status;

	materials_make();
	status = run_in_child(false);
	status |= run_in_child(true);
	materials_remove();
	return status;
}
