/* SPDX-License-Identifier: ISC */
/* Policies: which can be made, and what they say of themselves. */
#include <Security/Security.h>

#include "base/mem.h"
#include "tests/check.h"

/* clang-format off */
static const struct oid_row {
	const CFStringRef *oid;
	const char *text;
	bool can_be_made, has_name;
} oid_rows[] = {
	{&kSecPolicyAppleX509Basic,           "1.2.840.113635.100.1.2",  true,  false},
	{&kSecPolicyAppleSSL,                 "1.2.840.113635.100.1.3",  true,  true},
	{&kSecPolicyAppleSMIME,               "1.2.840.113635.100.1.8",  true,  true},
	{&kSecPolicyAppleEAP,                 "1.2.840.113635.100.1.9",  true,  true},
	{&kSecPolicyAppleIPsec,               "1.2.840.113635.100.1.11", true,  true},
	{&kSecPolicyAppleiChat,               "1.2.840.113635.100.1.12", false, false},
	{&kSecPolicyApplePKINITClient,        "1.2.840.113635.100.1.14", false, false},
	{&kSecPolicyApplePKINITServer,        "1.2.840.113635.100.1.15", false, false},
	{&kSecPolicyAppleCodeSigning,         "1.2.840.113635.100.1.16", true,  false},
	{&kSecPolicyApplePackageSigning,      "1.2.840.113635.100.1.17", false, false},
	{&kSecPolicyAppleIDValidation,        "1.2.840.113635.100.1.18", false, false},
	{&kSecPolicyMacAppStoreReceipt,       "1.2.840.113635.100.1.19", false, false},
	{&kSecPolicyAppleTimeStamping,        "1.2.840.113635.100.1.20", true,  false},
	{&kSecPolicyAppleRevocation,          "1.2.840.113635.100.1.21", true,  false},
	{&kSecPolicyApplePassbookSigning,     "1.2.840.113635.100.1.22", false, false},
	{&kSecPolicyApplePayIssuerEncryption, "1.2.840.113635.100.1.39", false, false},
};
/* clang-format on */

static void can_be_made_by_their_identifiers(void)
{
	const void *key = kSecPolicyName, *value = CFSTR("www.example.org");
	CFDictionaryRef named = CFDictionaryCreate(NULL, &key, &value, 1, NULL, NULL);

	for (size_t i = 0; i < KC_COUNT_OF(oid_rows); i++) {
		const struct oid_row *row = &oid_rows[i];
		CFStringRef text =
			CFStringCreateWithCString(NULL, row->text, kCFStringEncodingUTF8);
		SecPolicyRef plain = SecPolicyCreateWithProperties(text, NULL);
		SecPolicyRef policy = SecPolicyCreateWithProperties(*row->oid, named);

		CHECK_MSG(CFEqual(*row->oid, text), row->text);
		CHECK_MSG((plain != NULL) == row->can_be_made, row->text);
		CHECK_MSG((policy != NULL) == row->can_be_made, row->text);
		if (policy && plain) {
			CFDictionaryRef properties = SecPolicyCopyProperties(policy);

			CHECK_MSG(
				CFEqual(CFDictionaryGetValue(properties, kSecPolicyOid), *row->oid),
				row->text);
			CHECK_MSG(CFDictionaryContainsKey(properties, kSecPolicyName) ==
					  row->has_name,
				row->text);
			CHECK_MSG(CFEqual(policy, plain) == !row->has_name, row->text);
			CHECK_MSG(CFGetTypeID(policy) == SecPolicyGetTypeID(), row->text);
			CFRelease(properties);
		}
		if (plain)
			CFRelease(plain);
		if (policy)
			CFRelease(policy);
		CFRelease(text);
	}
	CFRelease(named);
}

static SecPolicyRef with(CFStringRef oid, CFStringRef name, CFTypeRef value)
{
	const void *key = name, *object = value;
	CFDictionaryRef properties =
		CFDictionaryCreate(NULL, &key, &object, 1, &kCFTypeDictionaryKeyCallBacks, NULL);
	SecPolicyRef policy = SecPolicyCreateWithProperties(oid, properties);

	CFRelease(properties);
	return policy;
}

static void properties_have_types(void)
{
	CHECK(with(kSecPolicyAppleSSL, kSecPolicyName, kCFBooleanTrue) == NULL);
	CHECK(with(kSecPolicyAppleSSL, kSecPolicyClient, kCFNull) == NULL);
	CHECK(with(kSecPolicyAppleRevocation, kSecPolicyRevocationFlags, CFSTR("1")) == NULL);
	CHECK(SecPolicyCreateWithProperties(kSecPolicyAppleSSL, (CFDictionaryRef)CFSTR("x")) ==
		NULL);
	CHECK(SecPolicyCreateWithProperties(NULL, NULL) == NULL);
	CHECK(SecPolicyCreateWithProperties(kCFNull, NULL) == NULL);
	CHECK(SecPolicyCreateSSL(true, (CFStringRef)(const void *)kCFBooleanTrue) == NULL);
	CHECK(SecPolicyCreateWithOID(CFSTR("1.2.3")) == NULL);
	CHECK(SecPolicyCopyProperties(NULL) == NULL);
	CHECK(SecPolicyCopyProperties((SecPolicyRef)(uintptr_t)kCFNull) == NULL);
}

static void say_what_they_are(void)
{
	SecPolicyRef server = SecPolicyCreateSSL(true, CFSTR("www.example.org"));
	SecPolicyRef client = SecPolicyCreateSSL(false, NULL);
	SecPolicyRef again = with(kSecPolicyAppleSSL, kSecPolicyName, CFSTR("www.example.org"));
	CFDictionaryRef properties = SecPolicyCopyProperties(server);
	CFStringRef text = CFCopyDescription(server);

	CHECK(CFDictionaryGetCount(properties) == 2);
	CHECK(CFEqual(CFDictionaryGetValue(properties, kSecPolicyName), CFSTR("www.example.org")));
	CHECK(CFEqual(server, again) && CFHash(server) == CFHash(again));
	CHECK(!CFEqual(server, client));
	CHECK(CFStringFind(text, CFSTR("www.example.org"), 0).location != kCFNotFound);
	CFRelease(properties);
	properties = SecPolicyCopyProperties(client);
	CHECK(CFDictionaryGetCount(properties) == 2);
	CHECK(CFDictionaryGetValue(properties, kSecPolicyClient) == kCFBooleanTrue);
	CFRelease(properties);
	CFRelease(text);
	CFRelease(again);
	CFRelease(client);
	CFRelease(server);
}

static void revocation_has_methods(void)
{
	static const struct {
		CFOptionFlags flags;
		bool can_be_made;
	} rows[] = {
		{0, false},
		{kSecRevocationOCSPMethod, true},
		{kSecRevocationCRLMethod, true},
		{kSecRevocationUseAnyAvailableMethod | kSecRevocationRequirePositiveResponse, true},
		{kSecRevocationRequirePositiveResponse, false},
		{kSecRevocationNetworkAccessDisabled, false},
	};
	for (size_t i = 0; i < KC_COUNT_OF(rows); i++) {
		SecPolicyRef policy = SecPolicyCreateRevocation(rows[i].flags);
		int64_t flags = -1;

		CHECK((policy != NULL) == rows[i].can_be_made);
		if (!policy)
			continue;
		CFDictionaryRef properties = SecPolicyCopyProperties(policy);

		CHECK(CFNumberGetValue(CFDictionaryGetValue(properties, kSecPolicyRevocationFlags),
			kCFNumberSInt64Type, &flags));
		CHECK((CFOptionFlags)flags == rows[i].flags);
		CFRelease(properties);
		CFRelease(policy);
	}
}

/* --- the older interface --------------------------------------------------------------------- */

static SecPolicyRef next(SecPolicySearchRef search, OSStatus wanted)
{
	SecPolicyRef policy = NULL;

	CHECK(SecPolicySearchCopyNext(search, &policy) == wanted);
	CHECK((policy != NULL) == (wanted == errSecSuccess));
	return policy;
}

static SecPolicyRef found(const CSSM_OID *oid)
{
	SecPolicySearchRef search = NULL;
	SecPolicyRef policy;

	CHECK_FATAL(SecPolicySearchCreate(CSSM_CERT_X_509v3, oid, NULL, &search) == errSecSuccess);
	policy = next(search, errSecSuccess);
	CHECK_FATAL(policy != NULL);
	next(search, errSecPolicyNotFound);
	CFRelease(search);
	return policy;
}

static const struct older_row {
	const CSSM_OID *oid;
	const CFStringRef *newer;
} older_rows[] = {
	{&CSSMOID_APPLE_X509_BASIC, &kSecPolicyAppleX509Basic},
	{&CSSMOID_APPLE_TP_SSL, &kSecPolicyAppleSSL},
	{&CSSMOID_APPLE_TP_SMIME, &kSecPolicyAppleSMIME},
	{&CSSMOID_APPLE_TP_EAP, &kSecPolicyAppleEAP},
	{&CSSMOID_APPLE_TP_IP_SEC, &kSecPolicyAppleIPsec},
	{&CSSMOID_APPLE_TP_CODE_SIGNING, &kSecPolicyAppleCodeSigning},
	{&CSSMOID_APPLE_TP_TIMESTAMPING, &kSecPolicyAppleTimeStamping},
	{&CSSMOID_APPLE_TP_REVOCATION, &kSecPolicyAppleRevocation},
	{&CSSMOID_APPLE_TP_REVOCATION_CRL, &kSecPolicyAppleRevocation},
	{&CSSMOID_APPLE_TP_REVOCATION_OCSP, &kSecPolicyAppleRevocation},
};

static void are_found_by_older_identifiers(void)
{
	uint8_t bytes[] = {0x2a, 0x03};
	CSSM_OID other = {sizeof bytes, bytes}, broken = {5, NULL}, oid;
	SecPolicySearchRef search = NULL;
	size_t count = 0;

	for (size_t i = 0; i < KC_COUNT_OF(older_rows); i++) {
		SecPolicyRef policy = found(older_rows[i].oid);
		CFDictionaryRef properties = SecPolicyCopyProperties(policy);

		CHECK(CFEqual(
			CFDictionaryGetValue(properties, kSecPolicyOid), *older_rows[i].newer));
		CHECK(SecPolicyGetOID(policy, &oid) == errSecSuccess);
		CHECK(kc_bytes_equal(kc_bytes(oid.Data, oid.Length),
			kc_bytes(older_rows[i].oid->Data, older_rows[i].oid->Length)));
		CFRelease(properties);
		CFRelease(policy);
	}
	CHECK(SecPolicySearchCreate(CSSM_CERT_X_509v3, &other, NULL, &search) == errSecSuccess);
	next(search, errSecPolicyNotFound);
	CFRelease(search);
	CHECK(SecPolicySearchCreate(CSSM_CERT_X_509v3, NULL, NULL, &search) == errSecSuccess);
	for (SecPolicyRef policy; count < KC_COUNT_OF(older_rows); count++) {
		policy = next(search, errSecSuccess);
		CFRelease(policy);
	}
	next(search, errSecPolicyNotFound);
	CFRelease(search);
	CHECK(SecPolicySearchCreate(CSSM_CERT_X_509v3, &broken, NULL, &search) == errSecParam);
	CHECK(SecPolicySearchCreate(CSSM_CERT_X_509v3, NULL, NULL, NULL) == errSecParam);
	CHECK(SecPolicySearchCopyNext(NULL, NULL) == errSecParam);
	CHECK(SecPolicyGetOID(NULL, &oid) == errSecParam);
}

#define DATA_OF(object)                                      \
	(CSSM_DATA)                                          \
	{                                                    \
		sizeof(object), (uint8_t *)(void *)&(object) \
	}

static void take_older_values(void)
{
	CSSM_APPLE_TP_SSL_OPTIONS tls = {.Version = CSSM_APPLE_TP_SSL_OPTS_VERSION,
		.ServerName = "www.example.org",
		.ServerNameLen = 15};
	CSSM_APPLE_TP_OCSP_OPTIONS ocsp = {.Flags = CSSM_TP_ACTION_OCSP_REQUIRE_PER_CERT};
	CSSM_DATA value = DATA_OF(tls), got;
	SecPolicyRef policy = found(&CSSMOID_APPLE_TP_SSL);
	SecPolicyRef same = SecPolicyCreateSSL(true, CFSTR("www.example.org"));

	CHECK(SecPolicyGetValue(policy, &got) == errSecSuccess && got.Length == 0);
	CHECK(SecPolicySetValue(policy, &value) == errSecSuccess);
	CHECK(CFEqual(policy, same));
	CHECK(SecPolicyGetValue(policy, &got) == errSecSuccess && got.Length == sizeof tls);
	tls.ServerNameLen = 16; /* with the NUL */
	CHECK(SecPolicySetValue(policy, &value) == errSecSuccess && CFEqual(policy, same));
	tls.Flags = CSSM_APPLE_TP_SSL_CLIENT;
	CHECK(SecPolicySetValue(policy, &value) == errSecSuccess && !CFEqual(policy, same));
	tls.ServerName = "\xff\xff";
	tls.ServerNameLen = 2;
	CHECK(SecPolicySetValue(policy, &value) == errSecParam);
	tls.ServerNameLen = 1u << 31;
	CHECK(SecPolicySetValue(policy, &value) == errSecParam);
	tls.ServerNameLen = 0;
	tls.Version = 2;
	CHECK(SecPolicySetValue(policy, &value) == errSecParam);
	value.Length--;
	CHECK(SecPolicySetValue(policy, &value) == errSecParam);
	CHECK(SecPolicySetValue(policy, NULL) == errSecParam);
	CFRelease(same);
	CFRelease(policy);
	policy = found(&CSSMOID_APPLE_TP_REVOCATION_OCSP);
	value = DATA_OF(ocsp);
	CHECK(SecPolicySetValue(policy, &value) == errSecSuccess);
	ocsp.Version = 9;
	CHECK(SecPolicySetValue(policy, &value) == errSecParam);
	CFRelease(policy);
	policy = found(&CSSMOID_APPLE_X509_BASIC);
	CHECK(SecPolicySetValue(policy, &value) == errSecParam);
	CFRelease(policy);
}

int main(void)
{
	static const struct check_test tests[] = {
		CHECK_TEST(can_be_made_by_their_identifiers),
		CHECK_TEST(properties_have_types),
		CHECK_TEST(say_what_they_are),
		CHECK_TEST(revocation_has_methods),
		CHECK_TEST(are_found_by_older_identifiers),
		CHECK_TEST(take_older_values),
	};
	return check_main("SecPolicy", tests, KC_COUNT_OF(tests));
}
