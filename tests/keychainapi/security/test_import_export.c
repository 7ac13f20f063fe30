/* SPDX-License-Identifier: ISC */
/* Import and export: what openssl makes is read here, and what is written here openssl reads. */
#include <Security/SecKeyPriv.h>
#include <Security/Security.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "tests/check.h"
#include "tests/keychainapi/security/materials.h"
#include "tests/keychainapi/security/stored.h"
#include "tests/wire/device.h"

static CFStringRef text_of(const char *text)
{
	return text ? CFStringCreateWithCString(NULL, text, kCFStringEncodingUTF8) : NULL;
}

static void release(CFTypeRef object)
{
	if (object)
		CFRelease(object);
}

/* --- in memory ------------------------------------------------------------------------------- */

/* A letter for each object: Certificate, public Key, private keY, Identity. */
static void describe(CFArrayRef items, char *ret, size_t len)
{
	size_t at = 0;

	for (CFIndex i = 0; i < CFArrayGetCount(items) && at + 1 < len; i++) {
		CFTypeRef object = CFArrayGetValueAtIndex(items, i);
		CFTypeID type = CFGetTypeID(object);

		if (type == SecCertificateGetTypeID()) {
			ret[at++] = 'C';
		} else if (type == SecIdentityGetTypeID()) {
			ret[at++] = 'I';
		} else if (type == SecKeyGetTypeID()) {
			SecKeyRef key = (SecKeyRef)(uintptr_t)object;
			SecKeyRef half = SecKeyCopyPublicKey(key);

			ret[at++] = half == key ? 'K' : 'Y';
			release(half);
		}
	}
	ret[at] = 0;
}

static OSStatus import_data(CFDataRef data, const char *passphrase, SecExternalFormat *format,
	SecExternalItemType *type, SecKeychainRef keychain, CFArrayRef *items)
{
	SecItemImportExportKeyParameters params = {.passphrase = text_of(passphrase)};
	OSStatus status = SecItemImport(data, NULL, format, type, 0, &params, keychain, items);

	release(params.passphrase);
	return status;
}

#define ANY kSecFormatUnknown, kSecItemTypeUnknown
#define FAKE "fake"

/* clang-format off */
static const struct import_row {
	const char *file, *passphrase;
	SecExternalFormat format_in;
	SecExternalItemType type_in;
	OSStatus status;
	const char *items;
	SecExternalFormat format;
	SecExternalItemType type;
} import_rows[] = {
	{"server.pem",      NULL, ANY, 0, "C", kSecFormatX509Cert, kSecItemTypeCertificate},
	{"server.der",      NULL, ANY, 0, "C", kSecFormatX509Cert, kSecItemTypeCertificate},
	{"rsa.p1.pem",      NULL, ANY, 0, "Y", kSecFormatOpenSSL, kSecItemTypePrivateKey},
	{"rsa.p1.der",      NULL, ANY, 0, "Y", kSecFormatOpenSSL, kSecItemTypePrivateKey},
	{"rsa.p8.pem",      NULL, ANY, 0, "Y", kSecFormatBSAFE, kSecItemTypePrivateKey},
	{"rsa.p8.der",      NULL, ANY, 0, "Y", kSecFormatBSAFE, kSecItemTypePrivateKey},
	{"rsa.wrapped.pem", FAKE, ANY, 0, "Y", kSecFormatWrappedPKCS8, kSecItemTypePrivateKey},
	{"rsa.wrapped.der", FAKE, ANY, 0, "Y", kSecFormatWrappedPKCS8, kSecItemTypePrivateKey},
	{"rsa.sealed.pem",  FAKE, ANY, 0, "Y", kSecFormatWrappedOpenSSL, kSecItemTypePrivateKey},
	{"rsa.des3.pem",    FAKE, ANY, 0, "Y", kSecFormatWrappedOpenSSL, kSecItemTypePrivateKey},
	{"rsa.pub.pem",     NULL, ANY, 0, "K", kSecFormatOpenSSL, kSecItemTypePublicKey},
	{"rsa.pub.der",     NULL, ANY, 0, "K", kSecFormatOpenSSL, kSecItemTypePublicKey},
	{"rsa.rsapub.pem",  NULL, ANY, 0, "K", kSecFormatBSAFE, kSecItemTypePublicKey},
	{"ec.sec1.pem",     NULL, ANY, 0, "Y", kSecFormatOpenSSL, kSecItemTypePrivateKey},
	{"ec.sec1.der",     NULL, ANY, 0, "Y", kSecFormatOpenSSL, kSecItemTypePrivateKey},
	{"ec.pub.der",      NULL, ANY, 0, "K", kSecFormatOpenSSL, kSecItemTypePublicKey},
	{"ed.p8.pem",       NULL, ANY, 0, "Y", kSecFormatBSAFE, kSecItemTypePrivateKey},
	{"server.key",      "not needed", ANY, 0, "Y", kSecFormatBSAFE, kSecItemTypePrivateKey},
	{"chain.pem",       NULL, ANY, 0, "CCC", kSecFormatPEMSequence, kSecItemTypeAggregate},
	{"both.pem",        NULL, ANY, 0, "CY", kSecFormatPEMSequence, kSecItemTypeAggregate},
	{"keys.pem",        NULL, ANY, 0, "YY", kSecFormatPEMSequence, kSecItemTypeAggregate},
	{"chain.p7.pem",    NULL, ANY, 0, "CCC", kSecFormatPKCS7, kSecItemTypeAggregate},
	{"chain.p7.der",    NULL, ANY, 0, "CCC", kSecFormatPKCS7, kSecItemTypeAggregate},
	{"modern.p12",      FAKE, ANY, 0, "CI", kSecFormatPKCS12, kSecItemTypeAggregate},
	{"modern.p12.pem",  FAKE, ANY, 0, "CI", kSecFormatPKCS12, kSecItemTypeAggregate},
	{"old.p12",         FAKE, ANY, 0, "CI", kSecFormatPKCS12, kSecItemTypeAggregate},
	{"triple.p12",      FAKE, ANY, 0, "CI", kSecFormatPKCS12, kSecItemTypeAggregate},
	{"certs.p12",       FAKE, ANY, 0, "CCC", kSecFormatPKCS12, kSecItemTypeAggregate},
	{"key.p12",         FAKE, ANY, 0, "Y", kSecFormatPKCS12, kSecItemTypeAggregate},
	/* what is expected */
	{"server.pem",      NULL, kSecFormatX509Cert, kSecItemTypeCertificate, 0, "C", kSecFormatX509Cert, kSecItemTypeCertificate},
	{"server.pem",      NULL, kSecFormatPEMSequence, kSecItemTypeAggregate, 0, "C", kSecFormatX509Cert, kSecItemTypeCertificate},
	{"chain.pem",       NULL, kSecFormatPEMSequence, kSecItemTypeCertificate, 0, "CCC", kSecFormatPEMSequence, kSecItemTypeAggregate},
	{"rsa.p8.pem",      NULL, kSecFormatOpenSSL, kSecItemTypePrivateKey, 0, "Y", kSecFormatBSAFE, kSecItemTypePrivateKey},
	{"server.der",      NULL, kSecFormatPEMSequence, kSecItemTypeUnknown, errSecUnknownFormat, NULL, 0, 0},
	{"server.pem",      NULL, kSecFormatPKCS12, kSecItemTypeUnknown, errSecUnknownFormat, NULL, 0, 0},
	{"server.pem",      NULL, kSecFormatUnknown, kSecItemTypePrivateKey, errSecUnknownFormat, NULL, 0, 0},
	{"both.pem",        NULL, kSecFormatUnknown, kSecItemTypeCertificate, errSecUnknownFormat, NULL, 0, 0},
	{"rsa.pub.pem",     NULL, kSecFormatUnknown, kSecItemTypeSessionKey, errSecUnknownFormat, NULL, 0, 0},
	/* passphrases */
	{"rsa.wrapped.pem", NULL,    ANY, errSecPassphraseRequired, NULL, 0, 0},
	{"rsa.wrapped.pem", "wrong", ANY, errSecAuthFailed, NULL, 0, 0},
	{"rsa.wrapped.der", "",      ANY, errSecAuthFailed, NULL, 0, 0},
	{"rsa.sealed.pem",  NULL,    ANY, errSecPassphraseRequired, NULL, 0, 0},
	{"rsa.sealed.pem",  "wrong", ANY, errSecAuthFailed, NULL, 0, 0},
	{"modern.p12",      NULL,    ANY, errSecPassphraseRequired, NULL, 0, 0},
	{"modern.p12",      "wrong", ANY, errSecPkcs12VerifyFailure, NULL, 0, 0},
	{"old.p12",         "wrong", ANY, errSecPkcs12VerifyFailure, NULL, 0, 0},
	{"empty.p12",       NULL,    ANY, 0, "CI", kSecFormatPKCS12, kSecItemTypeAggregate},
	/* what is no file of ours */
	{"koblitz.pem",     NULL, ANY, errSecUnsupportedFormat, NULL, 0, 0},
	{"empty.p7.der",    NULL, ANY, errSecUnknownFormat, NULL, 0, 0},
	{"openssl.cnf",     NULL, ANY, errSecUnknownFormat, NULL, 0, 0},
	{"request.der",     NULL, ANY, errSecUnknownFormat, NULL, 0, 0},
	{"server.csr",      NULL, ANY, errSecUnsupportedFormat, NULL, 0, 0},
};
/* clang-format on */

static void reads_what_openssl_makes(void)
{
	for (size_t i = 0; i < KC_COUNT_OF(import_rows); i++) {
		const struct import_row *row = &import_rows[i];
		CFDataRef data = materials_data(row->file);
		SecExternalFormat format = row->format_in;
		SecExternalItemType type = row->type_in;
		CFArrayRef items = NULL;
		char found[16] = "", what[160];
		OSStatus status = import_data(data, row->passphrase, &format, &type, NULL, &items);

		if (items)
			describe(items, found, sizeof found);
		snprintf(what, sizeof what, "%s %s %u %u: %d %s %u %u", row->file,
			row->passphrase ? row->passphrase : "-", row->format_in, row->type_in,
			(int)status, found, format, type);
		CHECK_MSG(status == row->status, what);
		CHECK_MSG((items != NULL) == (row->status == 0), what);
		if (row->status == 0) {
			CHECK_MSG(strcmp(found, row->items) == 0, what);
			CHECK_MSG(format == row->format && type == row->type, what);
		} else {
			CHECK_MSG(format == row->format_in && type == row->type_in, what);
		}
		release(items);
		CFRelease(data);
	}
}

/* The first object of a file. */
static CFTypeRef first_of(const char *file, const char *passphrase)
{
	CFDataRef data = materials_data(file);
	CFArrayRef items = NULL;
	CFTypeRef object = NULL;

	CHECK_FATAL(import_data(data, passphrase, NULL, NULL, NULL, &items) == errSecSuccess);
	object = CFRetain(CFArrayGetValueAtIndex(items, 0));
	CFRelease(items);
	CFRelease(data);
	return object;
}

static void forms_do_not_matter(void)
{
	static const char *const same[][8] = {
		{"rsa.p1.pem", "rsa.p1.der", "rsa.p8.pem", "rsa.p8.der", "rsa.wrapped.pem",
			"rsa.wrapped.der", "rsa.sealed.pem", "rsa.des3.pem"},
		{"rsa.pub.pem", "rsa.pub.der", "rsa.rsapub.pem"},
		{"server.key", "ec.sec1.pem", "ec.sec1.der", "key.p12"},
		{"server.pem", "server.der", "chain.pem", "chain.p7.der", "chain.p7.pem",
			"certs.p12"},
	};
	for (size_t i = 0; i < KC_COUNT_OF(same); i++) {
		CFTypeRef first = first_of(same[i][0], FAKE);

		for (size_t k = 1; k < 8 && same[i][k]; k++) {
			CFTypeRef other = first_of(same[i][k], FAKE);

			CHECK_MSG(CFEqual(first, other), same[i][k]);
			CFRelease(other);
		}
		CFRelease(first);
	}
}

static void arguments_are_checked(void)
{
	CFDataRef data = materials_data("keys.pem");
	SecItemImportExportKeyParameters params = {.version = 1};
	SecKeyImportExportParameters legacy = {.version = 1};
	CFArrayRef items = NULL;

	CHECK(SecItemImport(NULL, NULL, NULL, NULL, 0, NULL, NULL, &items) == errSecParam);
	CHECK(SecItemImport((CFDataRef)CFSTR("x"), NULL, NULL, NULL, 0, NULL, NULL, &items) ==
		errSecParam);
	CHECK(SecItemImport(data, NULL, NULL, NULL, 0, NULL, NULL, NULL) == errSecParam);
	CHECK(SecItemImport(data, NULL, NULL, NULL, 0, NULL, (SecKeychainRef)(uintptr_t)kCFNull,
		      &items) == errSecParam);
	CHECK(SecItemImport(data, NULL, NULL, NULL, 0, &params, NULL, &items) == errSecParam);
	CHECK(SecKeychainItemImport(data, NULL, NULL, NULL, 0, &legacy, NULL, &items) ==
		errSecParam);
	params.version = 0;
	params.passphrase = kCFBooleanTrue;
	CHECK(SecItemImport(data, NULL, NULL, NULL, 0, &params, NULL, &items) == errSecParam);
	params.passphrase = NULL;
	params.keyUsage = (CFArrayRef)CFSTR("x");
	CHECK(SecItemImport(data, NULL, NULL, NULL, 0, &params, NULL, &items) == errSecParam);
	params.keyUsage = NULL;
	params.flags = kSecKeyImportOnlyOne;
	CHECK(SecItemImport(data, NULL, NULL, NULL, 0, &params, NULL, &items) ==
		errSecMultiplePrivKeys);
	CHECK(items == NULL);
	CHECK(SecItemImport(data, CFSTR(".p12"), NULL, NULL, 0, NULL, NULL, &items) ==
		errSecSuccess); /* a name says nothing */
	release(items);
	CFRelease(data);
	/* a passphrase as data */
	data = materials_data("rsa.wrapped.pem");
	params.passphrase = CFDataCreate(NULL, (const UInt8 *)FAKE, 4);
	CHECK(SecItemImport(data, NULL, NULL, NULL, 0, &params, NULL, &items) == errSecSuccess);
	legacy = (SecKeyImportExportParameters){.passphrase = params.passphrase};
	release(items);
	CHECK(SecKeychainItemImport(data, NULL, NULL, NULL, 0, &legacy, NULL, &items) ==
		errSecSuccess);
	release(items);
	release(params.passphrase);
	CFRelease(data);
}

/* --- what is damaged ------------------------------------------------------------------------- */

static const struct broken_row {
	const char *file, *passphrase;
} broken_rows[] = {
	{"server.der", NULL},
	{"rsa.p1.der", NULL},
	{"rsa.p8.der", NULL},
	{"ec.sec1.der", NULL},
	{"ec.pub.der", NULL},
	{"chain.p7.der", NULL},
	{"quick.p12", FAKE},
};

/* No file of DER is whole when something is missing. */
static void cut_files_are_refused(void)
{
	for (size_t i = 0; i < KC_COUNT_OF(broken_rows); i++) {
		CFDataRef whole = materials_data(broken_rows[i].file);

		for (CFIndex len = 0; len < CFDataGetLength(whole); len++) {
			CFDataRef part = CFDataCreate(NULL, CFDataGetBytePtr(whole), len);
			CFArrayRef items = NULL;

			CHECK_MSG(import_data(part, broken_rows[i].passphrase, NULL, NULL, NULL,
					  &items) == errSecUnknownFormat,
				broken_rows[i].file);
			CHECK(items == NULL);
			CFRelease(part);
		}
		CFRelease(whole);
	}
}

/* Some changes leave another file of the kind; none does harm, and what fails gives nothing. */
static void changed_files_do_no_harm(void)
{
	for (size_t i = 0; i < KC_COUNT_OF(broken_rows); i++) {
		CFDataRef whole = materials_data(broken_rows[i].file);
		CFMutableDataRef changed = CFDataCreateMutableCopy(NULL, 0, whole);
		CFIndex refused = 0;

		for (CFIndex at = 0; at < CFDataGetLength(whole); at += 3) {
			CFArrayRef items = NULL;
			OSStatus status;

			CFDataGetMutableBytePtr(changed)[at] ^= (UInt8)(1 << at % 8);
			status = import_data(
				changed, broken_rows[i].passphrase, NULL, NULL, NULL, &items);
			CHECK_MSG(
				(status == errSecSuccess) == (items != NULL), broken_rows[i].file);
			refused += status != errSecSuccess;
			release(items);
			CFDataGetMutableBytePtr(changed)[at] ^= (UInt8)(1 << at % 8);
		}
		CHECK_MSG(refused > 10, broken_rows[i].file);
		CFRelease(changed);
		CFRelease(whole);
	}
}

/* Replaces the number 65536 of iterations wherever it stands; how often. */
static int ask_for(CFMutableDataRef file, uint32_t iterations)
{
	const UInt8 was[] = {0x02, 0x03, 0x01, 0x00, 0x00};
	const UInt8 now[] = {
		0x02, 0x03, (UInt8)(iterations >> 16), (UInt8)(iterations >> 8), (UInt8)iterations};
	UInt8 *bytes = CFDataGetMutableBytePtr(file);
	int count = 0;

	for (CFIndex at = 0; at + (CFIndex)sizeof was <= CFDataGetLength(file); at++)
		if (memcmp(bytes + at, was, sizeof was) == 0) {
			memcpy(bytes + at, now, sizeof now);
			count++;
		}
	return count;
}

/* Leaves it in changed.der. */
static void change(const char *file, uint32_t iterations)
{
	CFDataRef whole = materials_data(file);
	CFMutableDataRef changed = CFDataCreateMutableCopy(NULL, 0, whole);

	CHECK(ask_for(changed, iterations) > 0);
	materials_write("changed.der", changed);
	CFRelease(changed);
	CFRelease(whole);
}

static OSStatus import_file(const char *file)
{
	CFDataRef data = materials_data(file);
	CFArrayRef items = NULL;
	OSStatus status = import_data(data, FAKE, NULL, NULL, NULL, &items);

	CHECK((status == errSecSuccess) == (items != NULL));
	release(items);
	CFRelease(data);
	return status;
}

/* Too many iterations at once, and too many of several parts together: neither is begun. */
static void time_is_bounded(void)
{
	static const char *const files[] = {"rsa.wrapped.der", "heavy.p12"};

	for (size_t i = 0; i < KC_COUNT_OF(files); i++) {
		change(files[i], 65536);
		CHECK(import_file("changed.der") == errSecSuccess);
		change(files[i], 0x7fffff);
		CHECK(import_file("changed.der") == errSecUnsupportedFormat);
	}
	change("rsa.wrapped.der", 4990000);
	CHECK(materials_run("{ cat rsa.wrapped.pem; echo -----BEGIN ENCRYPTED PRIVATE KEY-----;"
			    "openssl base64 -in changed.der;"
			    "echo -----END ENCRYPTED PRIVATE KEY-----; } > several.pem"));
	CHECK(import_file("several.pem") == errSecUnsupportedFormat);
}

/* --- export ---------------------------------------------------------------------------------- */

#define SAME_CERTIFICATE(how) "openssl x509 -in out " how " -outform DER | cmp - server.der"
#define SAME_PRIVATE(pub, how) "openssl pkey -in out " how " -pubout -outform DER | cmp - " pub
#define SAME_PUBLIC(pub, how) \
	"openssl pkey -pubin -in out " how " -pubout -outform DER | cmp - " pub
#define BEGINS(text) "head -1 out | grep -q '^-----BEGIN " text "-----$'"
#define IS_DER "! grep -q BEGIN out"
#define PEM kSecItemPemArmour

/* clang-format off */
static const struct export_row {
	const char *file; /* its first object, or with a * all of them */
	SecExternalFormat format;
	SecItemImportExportFlags flags;
	const char *passphrase;
	OSStatus status;
	const char *judge;
} export_rows[] = {
	{"server.der",  kSecFormatUnknown,        0,   NULL, 0, "cmp out server.der"},
	{"server.der",  kSecFormatX509Cert,       0,   NULL, 0, "cmp out server.der"},
	{"server.der",  kSecFormatX509Cert,       PEM, NULL, 0, BEGINS("CERTIFICATE") " && cmp out server.pem"},
	{"server.der",  kSecFormatPEMSequence,    0,   NULL, 0, "cmp out server.pem"},
	{"server.der",  kSecFormatPKCS7,          0,   NULL, 0, "openssl pkcs7 -in out -inform DER -print_certs | openssl x509 -outform DER | cmp - server.der"},
	{"server.der",  kSecFormatPKCS7,          PEM, NULL, 0, BEGINS("PKCS7") " && openssl pkcs7 -in out -print_certs | openssl x509 -outform DER | cmp - server.der"},
	{"chain.pem*",  kSecFormatPKCS7,          PEM, NULL, 0, "[ $(openssl pkcs7 -in out -print_certs | grep -c BEGIN) = 3 ]"},
	{"chain.pem*",  kSecFormatUnknown,        0,   NULL, 0, "cmp out chain.pem"},
	{"chain.pem*",  kSecFormatPKCS12,         0,   FAKE, 0, "openssl pkcs12 -in out -passin pass:fake | grep -c BEGIN | grep -qx 3"},
	{"both.pem*",   kSecFormatPEMSequence,    0,   NULL, 0, SAME_CERTIFICATE("") " && " SAME_PRIVATE("ec.pub.der", "")},
	/* keys */
	{"rsa.p8.der",  kSecFormatUnknown,        0,   NULL, 0, "cmp out rsa.p1.der"},
	{"rsa.p8.der",  kSecFormatOpenSSL,        0,   NULL, 0, "cmp out rsa.p1.der"},
	{"rsa.p8.der",  kSecFormatOpenSSL,        PEM, NULL, 0, "cmp out rsa.p1.pem"},
	{"rsa.p1.der",  kSecFormatBSAFE,          0,   NULL, 0, "cmp out rsa.p8.der"},
	{"rsa.p1.der",  kSecFormatBSAFE,          PEM, NULL, 0, "cmp out rsa.p8.pem"},
	{"rsa.p1.der",  kSecFormatWrappedPKCS8,   0,   FAKE, 0, IS_DER " && " SAME_PRIVATE("rsa.pub.der", "-inform DER -passin pass:fake")},
	{"rsa.p1.der",  kSecFormatWrappedPKCS8,   PEM, FAKE, 0, BEGINS("ENCRYPTED PRIVATE KEY") " && " SAME_PRIVATE("rsa.pub.der", "-passin pass:fake")},
	{"rsa.p1.der",  kSecFormatWrappedOpenSSL, 0,   FAKE, 0, BEGINS("RSA PRIVATE KEY") " && grep -q 4,ENCRYPTED out && " SAME_PRIVATE("rsa.pub.der", "-passin pass:fake")},
	{"server.key",  kSecFormatOpenSSL,        0,   NULL, 0, "cmp out ec.sec1.der"},
	{"server.key",  kSecFormatOpenSSL,        PEM, NULL, 0, "cmp out ec.sec1.pem"},
	{"ec.sec1.der", kSecFormatBSAFE,          PEM, NULL, 0, "cmp out server.key"},
	{"ec.sec1.der", kSecFormatWrappedOpenSSL, PEM, FAKE, 0, BEGINS("EC PRIVATE KEY") " && " SAME_PRIVATE("ec.pub.der", "-passin pass:fake")},
	{"ed.p8.pem",   kSecFormatOpenSSL,        PEM, NULL, 0, "cmp out ed.p8.pem"},
	{"ed.p8.pem",   kSecFormatBSAFE,          PEM, NULL, 0, "cmp out ed.p8.pem"},
	{"ed.p8.pem",   kSecFormatWrappedPKCS8,   0,   FAKE, 0, SAME_PRIVATE("ed.pub.der", "-inform DER -passin pass:fake")},
	{"rsa.pub.der", kSecFormatUnknown,        0,   NULL, 0, "cmp out rsa.pub.der"},
	{"rsa.rsapub.pem", kSecFormatOpenSSL,     PEM, NULL, 0, "cmp out rsa.pub.pem"},
	{"rsa.pub.der", kSecFormatBSAFE,          PEM, NULL, 0, "cmp out rsa.rsapub.pem"},
	{"ec.pub.der",  kSecFormatOpenSSL,        0,   NULL, 0, "cmp out ec.pub.der"},
	{"ec.pub.der",  kSecFormatOpenSSL,        PEM, NULL, 0, SAME_PUBLIC("ec.pub.der", "")},
	{"keys.pem*",   kSecFormatWrappedPKCS8,   0,   FAKE, 0, "[ $(grep -c 'BEGIN ENCRYPTED' out) = 2 ]"},
	/* PKCS#12 */
	{"both.pem*",   kSecFormatPKCS12,         0,   FAKE, 0, "openssl pkcs12 -in out -passin pass:fake -nodes -nocerts | openssl pkey -pubout -outform DER | cmp - ec.pub.der"},
	{"both.pem*",   kSecFormatPKCS12,         PEM, FAKE, 0, BEGINS("PKCS12")},
	{"both.pem*",   kSecFormatPKCS12,         0,   "",   0, "openssl pkcs12 -in out -passin pass: -nodes -nokeys | openssl x509 -outform DER | cmp - server.der"},
	{"both.pem*",   kSecFormatPKCS12,         0,   "pässwört", 0, "openssl pkcs12 -in out -passin pass:pässwört -nodes -nokeys | openssl x509 -outform DER | cmp - server.der"},
	{"keys.pem*",   kSecFormatPKCS12,         0,   FAKE, 0, "[ $(openssl pkcs12 -in out -passin pass:fake -nodes | grep -c 'BEGIN PRIVATE') = 2 ]"},
	{"modern.p12*", kSecFormatPKCS12,         0,   FAKE, 0, "[ $(openssl pkcs12 -in out -passin pass:fake -nodes | grep -c BEGIN) = 3 ]"},
	{"modern.p12*", kSecFormatPEMSequence,    0,   NULL, 0, "[ $(grep -c BEGIN out) = 3 ] && " SAME_PRIVATE("ec.pub.der", "")},
	/* what cannot be */
	{"server.der",  kSecFormatOpenSSL,        0,   NULL, errSecUnsupportedFormat, NULL},
	{"rsa.p1.der",  kSecFormatX509Cert,       0,   NULL, errSecUnsupportedFormat, NULL},
	{"rsa.p1.der",  kSecFormatPKCS7,          0,   NULL, errSecUnsupportedFormat, NULL},
	{"rsa.p1.der",  kSecFormatSSH,            0,   NULL, errSecUnsupportedFormat, NULL},
	{"rsa.p1.der",  kSecFormatRawKey,         0,   NULL, errSecUnsupportedFormat, NULL},
	{"ed.p8.pem",   kSecFormatWrappedOpenSSL, 0,   FAKE, errSecUnsupportedFormat, NULL},
	{"ec.pub.der",  kSecFormatBSAFE,          0,   NULL, errSecUnsupportedFormat, NULL},
	{"ec.pub.der",  kSecFormatPKCS12,         0,   FAKE, errSecUnsupportedFormat, NULL},
	{"ec.pub.der",  kSecFormatWrappedPKCS8,   0,   FAKE, errSecUnsupportedFormat, NULL},
	{"rsa.p1.der",  kSecFormatWrappedPKCS8,   0,   NULL, errSecPassphraseRequired, NULL},
	{"rsa.p1.der",  kSecFormatWrappedOpenSSL, 0,   NULL, errSecPassphraseRequired, NULL},
	{"both.pem*",   kSecFormatPKCS12,         0,   NULL, errSecPassphraseRequired, NULL},
};
/* clang-format on */

/* What a row exports, owned by the caller. */
static CFTypeRef objects_of(const char *named)
{
	size_t len = strlen(named);
	char file[64];
	CFDataRef data;
	CFArrayRef items = NULL;

	if (named[len - 1] != '*')
		return first_of(named, FAKE);
	snprintf(file, sizeof file, "%.*s", (int)len - 1, named);
	data = materials_data(file);
	CHECK_FATAL(import_data(data, FAKE, NULL, NULL, NULL, &items) == errSecSuccess);
	CFRelease(data);
	return items;
}

static bool is_array(CFTypeRef object)
{
	return CFGetTypeID(object) == CFArrayGetTypeID();
}

/* What was written is read again as the same. */
static void check_round_trip(const struct export_row *row, CFDataRef data, CFTypeRef objects)
{
	CFArrayRef items = NULL;

	if (row->format == kSecFormatPKCS12 && row->flags)
		return; /* not a form that is read */
	CHECK_MSG(import_data(data, row->passphrase, NULL, NULL, NULL, &items) == errSecSuccess,
		row->file);
	if (!items)
		return;
	if (!is_array(objects))
		CHECK_MSG(CFEqual(CFArrayGetValueAtIndex(items, 0), objects), row->file);
	release(items);
}

static void openssl_reads_what_is_written(void)
{
	for (size_t i = 0; i < KC_COUNT_OF(export_rows); i++) {
		const struct export_row *row = &export_rows[i];
		SecItemImportExportKeyParameters params = {.passphrase = text_of(row->passphrase)};
		SecKeyImportExportParameters legacy = {.passphrase = params.passphrase};
		CFTypeRef objects = objects_of(row->file);
		CFDataRef data = NULL, again = NULL;
		char what[160];
		OSStatus status = SecItemExport(objects, row->format, row->flags, &params, &data);

		snprintf(what, sizeof what, "%s as %u flags %u: %d", row->file, row->format,
			row->flags, (int)status);
		CHECK_MSG(status == row->status, what);
		CHECK_MSG((data != NULL) == (row->status == 0), what);
		CHECK_MSG(SecKeychainItemExport(
				  objects, row->format, row->flags, &legacy, &again) == row->status,
			what);
		if (data) {
			materials_write("out", data);
			CHECK_MSG(materials_run(row->judge), what);
			check_round_trip(row, data, objects);
		}
		release(again);
		release(data);
		release(objects);
		release(params.passphrase);
	}
}

static void export_needs_objects(void)
{
	CFArrayRef none = CFArrayCreate(NULL, NULL, 0, NULL);
	SecItemImportExportKeyParameters params = {.version = 7};
	CFTypeRef server = first_of("server.der", NULL);
	CFDataRef data = NULL;

	CHECK(SecItemExport(NULL, 0, 0, NULL, &data) == errSecParam);
	CHECK(SecItemExport(none, 0, 0, NULL, &data) == errSecParam);
	CHECK(SecItemExport(kCFNull, 0, 0, NULL, &data) == errSecParam);
	CHECK(SecItemExport(server, 0, 0, NULL, NULL) == errSecParam);
	CHECK(SecItemExport(server, 0, 0, &params, &data) == errSecParam);
	CHECK(SecItemExport(server, 99, 0, NULL, &data) == errSecUnsupportedFormat);
	params = (SecItemImportExportKeyParameters){.passphrase = kCFNull};
	CHECK(SecItemExport(server, 0, 0, &params, &data) == errSecParam);
	params.passphrase = CFDataCreate(NULL, (const UInt8 *)"a\0b", 3);
	CHECK(SecItemExport(server, kSecFormatPKCS12, 0, &params, &data) == errSecParam);
	CHECK(data == NULL);
	release(params.passphrase);
	release(server);
	release(none);
}

/* --- the keychain ---------------------------------------------------------------------------- */

static SecKeychainRef users_keychain(void)
{
	SecKeychainRef keychain = NULL;

	CHECK_FATAL(SecKeychainCopyDefault(&keychain) == errSecSuccess);
	return keychain;
}

static OSStatus import_stored(
	const char *file, const SecItemImportExportKeyParameters *params, CFArrayRef *items)
{
	SecKeychainRef keychain = users_keychain();
	CFDataRef data = materials_data(file);
	OSStatus status = SecItemImport(data, NULL, NULL, NULL, 0, params, keychain, items);

	CFRelease(data);
	CFRelease(keychain);
	return status;
}

static void a_keychain(void)
{
	kc_client_free(device_client());
}

static void files_go_into_the_keychain(void)
{
	CFArrayRef items = NULL;
	char found[16] = "";
	SecKeyRef key;
	CFDataRef ref = NULL;

	CHECK(import_stored("both.pem", NULL, &items) == errSecSuccess);
	CHECK_FATAL(items != NULL);
	describe(items, found, sizeof found);
	CHECK(strcmp(found, "CY") == 0);
	CHECK(stored_count(kSecClassCertificate) == 1 && stored_count(kSecClassKey) == 1);
	CHECK(stored_count(kSecClassIdentity) == 1);
	/* the objects are the keychain's */
	key = (SecKeyRef)(uintptr_t)CFArrayGetValueAtIndex(items, 1);
	CHECK(SecKeyCopyPersistentRef(key, &ref) == errSecSuccess && ref);
	release(ref);
	release(items);
	items = NULL;
	CHECK(import_stored("both.pem", NULL, &items) == errSecDuplicateItem);
	CHECK(items == NULL && stored_count_all() == 2);
	/* what is new is added, and what was there is given too */
	CHECK(import_stored("chain.pem", NULL, &items) == errSecSuccess);
	CHECK(items && CFArrayGetCount(items) == 3);
	CHECK(stored_count(kSecClassCertificate) == 3);
	release(items);
	CHECK(import_stored("rsa.pub.pem", NULL, NULL) == errSecSuccess);
	CHECK(stored_count(kSecClassKey) == 2);
	stored_delete_all();
}

/* Half of a file is never there. */
static void a_file_that_fails_leaves_nothing(void)
{
	CFDataRef whole = materials_data("both.pem");
	SecKeychainRef keychain = users_keychain();
	CFArrayRef items = NULL;

	CHECK(materials_run("cat server.pem koblitz.pem > half.pem"));
	CHECK(import_stored("half.pem", NULL, &items) == errSecUnsupportedFormat);
	CHECK(materials_run("cat server.pem rsa.wrapped.pem > half.pem"));
	CHECK(import_stored("half.pem", NULL, &items) == errSecPassphraseRequired);
	CHECK(items == NULL && stored_count_all() == 0);
	for (CFIndex len = 0; len < CFDataGetLength(whole) - 1; len += 7) {
		CFDataRef part = CFDataCreate(NULL, CFDataGetBytePtr(whole), len);
		OSStatus status = SecItemImport(part, NULL, NULL, NULL, 0, NULL, keychain, &items);

		/* Cut behind the first block it is a file of one certificate. */
		if (status == errSecSuccess) {
			CHECK(stored_count_all() == 1);
			release(items);
			items = NULL;
			stored_delete_all();
		}
		CHECK(items == NULL && stored_count_all() == 0);
		CFRelease(part);
	}
	CFRelease(keychain);
	CFRelease(whole);
}

/* Exports the first private key that is stored. */
static OSStatus export_stored(SecExternalFormat format, const char *passphrase)
{
	const void *keys[] = {kSecClass, kSecAttrKeyClass, kSecReturnRef};
	const void *values[] = {kSecClassKey, kSecAttrKeyClassPrivate, kCFBooleanTrue};
	CFDictionaryRef query = CFDictionaryCreate(NULL, keys, values, 3,
		&kCFTypeDictionaryKeyCallBacks, &kCFTypeDictionaryValueCallBacks);
	SecItemImportExportKeyParameters params = {.passphrase = text_of(passphrase)};
	CFTypeRef key = NULL;
	CFDataRef data = NULL;
	OSStatus status;

	CHECK_FATAL(SecItemCopyMatching(query, &key) == errSecSuccess);
	status = SecItemExport(key, format, 0, &params, &data);
	CHECK((status == errSecSuccess) == (data != NULL));
	if (data)
		materials_write("out", data);
	release(data);
	release(key);
	release(params.passphrase);
	CFRelease(query);
	return status;
}

static void what_is_not_extractable_stays(void)
{
	const void *sensitive = kSecAttrIsSensitive;
	SecItemImportExportKeyParameters params = {.version = 0};
	SecKeyImportExportParameters legacy = {.keyAttributes = CSSM_KEYATTR_SENSITIVE};
	SecKeychainRef keychain = users_keychain();
	CFDataRef file = materials_data("rsa.p1.pem");

	/* as they come they can be exported again */
	CHECK(import_stored("rsa.p1.pem", NULL, NULL) == errSecSuccess);
	CHECK(export_stored(kSecFormatOpenSSL, NULL) == errSecSuccess);
	CHECK(materials_run("cmp out rsa.p1.der"));
	CHECK(export_stored(kSecFormatWrappedPKCS8, FAKE) == errSecSuccess);
	CHECK(materials_run(SAME_PRIVATE("rsa.pub.der", "-inform DER -passin pass:fake")));
	stored_delete_all();
	/* unless something else is said */
	params.keyAttributes = CFArrayCreate(NULL, &sensitive, 1, &kCFTypeArrayCallBacks);
	CHECK(import_stored("rsa.p1.pem", &params, NULL) == errSecSuccess);
	CHECK(export_stored(kSecFormatOpenSSL, NULL) == errSecDataNotAvailable);
	CHECK(export_stored(kSecFormatWrappedPKCS8, FAKE) == errSecDataNotAvailable);
	CHECK(export_stored(kSecFormatPKCS12, FAKE) == errSecDataNotAvailable);
	stored_delete_all();
	CHECK(SecKeychainItemImport(file, NULL, NULL, NULL, 0, &legacy, keychain, NULL) ==
		errSecSuccess);
	CHECK(export_stored(kSecFormatBSAFE, NULL) == errSecDataNotAvailable);
	stored_delete_all();
	release(params.keyAttributes);
	CFRelease(file);
	CFRelease(keychain);
}

static void uses_are_kept(void)
{
	const void *decrypt = kSecAttrCanDecrypt;
	SecItemImportExportKeyParameters params = {
		.keyUsage = CFArrayCreate(NULL, &decrypt, 1, &kCFTypeArrayCallBacks)};
	CFArrayRef items = NULL;
	CFDataRef message = CFDataCreate(NULL, (const UInt8 *)"message", 7), signature;
	CFErrorRef error = NULL;

	CHECK(import_stored("rsa.p1.pem", &params, &items) == errSecSuccess);
	CHECK_FATAL(items != NULL);
	signature = SecKeyCreateSignature((SecKeyRef)(uintptr_t)CFArrayGetValueAtIndex(items, 0),
		kSecKeyAlgorithmRSASignatureMessagePKCS1v15SHA256, message, &error);
	CHECK(signature == NULL && error != NULL);
	release(signature);
	release(error);
	release(message);
	release(items);
	release(params.keyUsage);
	stored_delete_all();
}

static CFIndex identities_in(SecKeychainRef keychain)
{
	const void *place = keychain;
	CFArrayRef list = CFArrayCreate(NULL, &place, 1, &kCFTypeArrayCallBacks), found = NULL;
	const void *keys[] = {kSecClass, kSecMatchSearchList, kSecMatchLimit, kSecReturnRef};
	const void *values[] = {kSecClassIdentity, list, kSecMatchLimitAll, kCFBooleanTrue};
	CFDictionaryRef query = CFDictionaryCreate(NULL, keys, values, 4, NULL, NULL);
	CFIndex count = 0;

	if (SecItemCopyMatching(query, (CFTypeRef *)&found) == errSecSuccess)
		count = CFArrayGetCount(found);
	release(found);
	CFRelease(query);
	CFRelease(list);
	return count;
}

/* There it is stored, found and used; the search list has that keychain since it was made. */
static void another_keychain_takes_files(void)
{
	SecKeychainRef keychain = NULL, place = NULL, users = users_keychain();
	CFDataRef data = materials_data("both.pem"), out = NULL;
	CFArrayRef items = NULL;
	char path[512];

	snprintf(path, sizeof path, "%s/other.keychain", device_path());
	CHECK_FATAL(SecKeychainCreate(path, 4, FAKE, false, NULL, &keychain) == errSecSuccess);
	CHECK(SecItemImport(data, NULL, NULL, NULL, 0, NULL, keychain, &items) == errSecSuccess);
	CHECK_FATAL(items && CFArrayGetCount(items) == 2);
	CHECK(SecItemExport(CFArrayGetValueAtIndex(items, 1), kSecFormatOpenSSL, 0, NULL, &out) ==
		errSecSuccess);
	release(out);
	CHECK(SecKeychainItemCopyKeychain(
		      (SecKeychainItemRef)(uintptr_t)CFArrayGetValueAtIndex(items, 1), &place) ==
		0);
	CHECK(place && CFEqual(place, keychain));
	release(place);
	CHECK(SecItemImport(data, NULL, NULL, NULL, 0, NULL, keychain, NULL) ==
		errSecDuplicateItem);
	CHECK(identities_in(keychain) == 1 && identities_in(users) == 0);
	CHECK(stored_count_all() == 2);
	CHECK(SecKeychainDelete(keychain) == errSecSuccess);
	CHECK(stored_count_all() == 0);
	release(users);
	release(items);
	CFRelease(data);
	CFRelease(keychain);
}

int main(void)
{
	static const struct check_test tests[] = {
		CHECK_TEST(reads_what_openssl_makes),
		CHECK_TEST(forms_do_not_matter),
		CHECK_TEST(arguments_are_checked),
		CHECK_TEST(cut_files_are_refused),
		CHECK_TEST(changed_files_do_no_harm),
		CHECK_TEST(time_is_bounded),
		CHECK_TEST(openssl_reads_what_is_written),
		CHECK_TEST(export_needs_objects),
		CHECK_TEST(a_keychain),
		CHECK_TEST(files_go_into_the_keychain),
		CHECK_TEST(a_file_that_fails_leaves_nothing),
		CHECK_TEST(what_is_not_extractable_stays),
		CHECK_TEST(uses_are_kept),
		CHECK_TEST(another_keychain_takes_files),
	};
	int status;

	materials_make();
	device_make("keycircled");
	status = check_main("SecImportExport", tests, KC_COUNT_OF(tests));
	device_remove();
	materials_remove();
	return status;
}
