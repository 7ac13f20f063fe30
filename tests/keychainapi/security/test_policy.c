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

int main(void)
{
	static const struct check_test tests[] = {
		CHECK_TEST(can_be_made_by_their_identifiers),
		CHECK_TEST(properties_have_types),
		CHECK_TEST(say_what_they_are),
		CHECK_TEST(revocation_has_methods),
	};
	return check_main("SecPolicy", tests, KC_COUNT_OF(tests));
}
