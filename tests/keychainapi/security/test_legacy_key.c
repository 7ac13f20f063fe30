/* SPDX-License-Identifier: ISC */
/* Keys in the words of CSSM, and signatures by object identifiers. */
#include <Security/SecKeyPriv.h>
#include <Security/Security.h>

#include "base/mem.h"
#include "tests/check.h"
#include "tests/wire/device.h"

static SecKeyRef rsa[2], ec[2]; /* public, private */

static void a_keychain_and_keys(void)
{
	kc_client_free(device_client());
	CHECK(SecKeyCreatePair(NULL, CSSM_ALGID_RSA, 2048, 0, CSSM_KEYUSE_ANY,
		      CSSM_KEYATTR_RETURN_REF, CSSM_KEYUSE_ANY, CSSM_KEYATTR_EXTRACTABLE, NULL,
		      &rsa[0], &rsa[1]) == 0);
	CHECK(SecKeyCreatePair(NULL, CSSM_ALGID_ECDSA, 256, 0, CSSM_KEYUSE_ANY,
		      CSSM_KEYATTR_RETURN_REF, CSSM_KEYUSE_ANY, 0, NULL, &ec[0], &ec[1]) == 0);
	CHECK_FATAL(rsa[0] && rsa[1] && ec[0] && ec[1]);
}

/* --- signatures ------------------------------------------------------------------------------ */

/* clang-format off */
#define RSA "\x2a\x86\x48\x86\xf7\x0d\x01\x01"
#define ECDSA "\x2a\x86\x48\xce\x3d\x04"
#define OID(text) text, sizeof(text) - 1

static const struct row {
	const char *what, *oid;
	size_t len;
	SecKeyRef *keys;
	const SecKeyAlgorithm *same; /* by its newer name */
	OSStatus status;
} rows[] = {
	{"sha1WithRSAEncryption",   OID(RSA "\x05"), rsa, &kSecKeyAlgorithmRSASignatureMessagePKCS1v15SHA1, 0},
	{"sha224WithRSAEncryption", OID(RSA "\x0e"), rsa, &kSecKeyAlgorithmRSASignatureMessagePKCS1v15SHA224, 0},
	{"sha256WithRSAEncryption", OID(RSA "\x0b"), rsa, &kSecKeyAlgorithmRSASignatureMessagePKCS1v15SHA256, 0},
	{"sha384WithRSAEncryption", OID(RSA "\x0c"), rsa, &kSecKeyAlgorithmRSASignatureMessagePKCS1v15SHA384, 0},
	{"sha512WithRSAEncryption", OID(RSA "\x0d"), rsa, &kSecKeyAlgorithmRSASignatureMessagePKCS1v15SHA512, 0},
	{"ecdsa-with-SHA1",         OID(ECDSA "\x01"), ec, &kSecKeyAlgorithmECDSASignatureMessageX962SHA1, 0},
	{"ecdsa-with-SHA224",       OID(ECDSA "\x03\x01"), ec, &kSecKeyAlgorithmECDSASignatureMessageX962SHA224, 0},
	{"ecdsa-with-SHA256",       OID(ECDSA "\x03\x02"), ec, &kSecKeyAlgorithmECDSASignatureMessageX962SHA256, 0},
	{"ecdsa-with-SHA384",       OID(ECDSA "\x03\x03"), ec, &kSecKeyAlgorithmECDSASignatureMessageX962SHA384, 0},
	{"ecdsa-with-SHA512",       OID(ECDSA "\x03\x04"), ec, &kSecKeyAlgorithmECDSASignatureMessageX962SHA512, 0},
	{"of the other kind of key", OID(RSA "\x0b"), ec, NULL, errSecParam},
	{"md5WithRSAEncryption",    OID(RSA "\x04"), rsa, NULL, errSecUnimplemented},
	{"cut short",               OID(RSA), rsa, NULL, errSecUnimplemented},
	{"empty",                   NULL, 0, rsa, NULL, errSecUnimplemented},
	{"not there",               NULL, 3, rsa, NULL, errSecParam},
};
/* clang-format on */

static void check_signature(
	const struct row *row, const SecAsn1AlgId *id, const uint8_t *signature, size_t len)
{
	CFDataRef data = CFDataCreate(NULL, (const UInt8 *)"message", 7);
	CFDataRef bytes = CFDataCreate(NULL, signature, (CFIndex)len);

	CHECK_MSG(SecKeyVerifySignature(row->keys[0], *row->same, data, bytes, NULL), row->what);
	CHECK_MSG(SecKeyDigestAndVerify(
			  row->keys[0], id, (const uint8_t *)"message", 7, signature, len) == 0,
		row->what);
	CHECK_MSG(SecKeyDigestAndVerify(row->keys[0], id, (const uint8_t *)"massage", 7, signature,
			  len) == errSSLCrypto,
		row->what);
	CFRelease(data);
	CFRelease(bytes);
}

static void signatures_by_identifier(void)
{
	for (size_t i = 0; i < KC_COUNT_OF(rows); i++) {
		const struct row *row = &rows[i];
		SecAsn1AlgId id = {{row->len, (uint8_t *)(uintptr_t)row->oid}, {0, NULL}};
		uint8_t signature[512];
		size_t len = sizeof signature, small = 8;
		const uint8_t *message = (const uint8_t *)"message";
		CHECK_MSG(SecKeyDigestAndSign(row->keys[1], &id, message, 7, signature, &len) ==
				  row->status,
			row->what);
		if (row->status == 0) {
			check_signature(row, &id, signature, len);
			CHECK(SecKeyDigestAndSign(row->keys[1], &id, message, 7, signature,
				      &small) == errSecParam);
			CHECK(SecKeyDigestAndSign(row->keys[0], &id, message, 7, signature, &len) ==
				errSecParam); /* the public half */
		} else
			CHECK_MSG(SecKeyDigestAndVerify(row->keys[0], &id, message, 7, signature,
					  8) == row->status,
				row->what);
	}
	CHECK(SecKeyDigestAndSign(rsa[1], NULL, NULL, 0, NULL, NULL) == errSecParam);
	CHECK(SecKeyDigestAndSign(NULL, NULL, NULL, 0, NULL, NULL) == errSecParam);
	CHECK(SecKeyDigestAndVerify(NULL, NULL, NULL, 0, NULL, 0) == errSecParam);
}

/* --- pairs ----------------------------------------------------------------------------------- */

static CFIndex items(CFStringRef label_of)
{
	const void *keys[] = {kSecClass, kSecMatchLimit, kSecReturnAttributes, kSecAttrKeyClass};
	const void *values[] = {kSecClassKey, kSecMatchLimitAll, kCFBooleanTrue, label_of};
	CFDictionaryRef query = CFDictionaryCreate(NULL, keys, values, 4, NULL, NULL);
	CFTypeRef found = NULL;
	CFIndex count = 0;

	if (SecItemCopyMatching(query, &found) == 0) {
		count = CFArrayGetCount(found);
		CFRelease(found);
	}
	CFRelease(query);
	return count;
}

static void pairs_in_the_keychain(void)
{
	SecKeyRef public = NULL, private = NULL;
	CFDictionaryRef attributes;

	CHECK(items(kSecAttrKeyClassPrivate) == 0); /* those of memory */
	CHECK(SecKeyCreatePair(NULL, CSSM_ALGID_ECDSA, 384, 0, CSSM_KEYUSE_VERIFY,
		      CSSM_KEYATTR_PERMANENT, CSSM_KEYUSE_SIGN, CSSM_KEYATTR_PERMANENT, NULL,
		      &public, &private) == 0);
	CHECK_FATAL(public && private);
	CHECK(items(kSecAttrKeyClassPrivate) == 1 && items(kSecAttrKeyClassPublic) == 1);
	attributes = SecKeyCopyAttributes(private);
	CHECK(CFBooleanGetValue(CFDictionaryGetValue(attributes, kSecAttrCanSign)));
	CHECK(!CFBooleanGetValue(CFDictionaryGetValue(attributes, kSecAttrCanDerive)));
	CFRelease(attributes);
	CHECK(SecKeyCopyExternalRepresentation(private, NULL) == NULL);
	CHECK(SecKeychainItemDelete((SecKeychainItemRef)(void *)private) == 0);
	CHECK(SecKeychainItemDelete((SecKeychainItemRef)(void *)public) == 0);
	CHECK(items(kSecAttrKeyClassPrivate) == 0 && items(kSecAttrKeyClassPublic) == 0);
	CFRelease(public);
	CFRelease(private);
}

static void what_there_is_not(void)
{
	SecKeyRef key = NULL;
	SecKeychainRef other = NULL;
	const CSSM_KEY *cssm = NULL;
	const CSSM_ACCESS_CREDENTIALS *credentials = NULL;
	CSSM_CSP_HANDLE handle = 0;
	CFErrorRef error = NULL;

	CHECK(SecKeychainOpen("other.keychain", &other) == 0);
	CHECK(SecKeyCreatePair(other, CSSM_ALGID_RSA, 2048, 0, 0, 0, 0, 0, NULL, &key, &key) ==
		errSecUnimplemented);
	CHECK(SecKeyCreatePair(NULL, CSSM_ALGID_DSA, 1024, 0, 0, 0, 0, 0, NULL, &key, &key) ==
		errSecUnimplemented);
	CHECK(SecKeyCreatePair(NULL, CSSM_ALGID_RSA, 7, 0, 0, 0, 0, 0, NULL, &key, &key) ==
		errSecParam);
	CHECK(SecKeyGenerate(NULL, CSSM_ALGID_AES, 256, 0, 0, 0, NULL, &key) ==
		errSecUnimplemented);
	CHECK(SecKeyGenerateSymmetric(NULL, &error) == NULL);
	CHECK(error && CFErrorGetCode(error) == errSecUnimplemented);
	CFRelease(error);
	CHECK(SecKeyGetCSSMKey(rsa[0], &cssm) == errSecUnimplemented && !cssm);
	CHECK(SecKeyGetCSPHandle(rsa[0], &handle) == errSecUnimplemented && !handle);
	CHECK(SecKeyGetCredentials(rsa[1], CSSM_ACL_AUTHORIZATION_SIGN, kSecCredentialTypeDefault,
		      &credentials) == errSecUnimplemented);
	CHECK(!key && !credentials);
	CFRelease(other);
}

int main(void)
{
	static const struct check_test tests[] = {CHECK_TEST(a_keychain_and_keys),
		CHECK_TEST(signatures_by_identifier), CHECK_TEST(pairs_in_the_keychain),
		CHECK_TEST(what_there_is_not)};
	int status;

	unsetenv("KEYCIRCLE_STRICT_SECITEM");
	device_make("keycircled");
	status = check_main("keychainapi/legacy keys", tests, KC_COUNT_OF(tests));
	for (size_t i = 0; i < 2; i++) {
		CFRelease(rsa[i]);
		CFRelease(ec[i]);
	}
	device_remove();
	return status;
}
