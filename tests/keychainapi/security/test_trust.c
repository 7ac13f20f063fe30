/* SPDX-License-Identifier: ISC */
/* Trust: certificates that openssl made, judged for every policy, in good and in broken chains. */
#include <Security/Security.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "tests/check.h"
#include "tests/keychainapi/security/materials.h"

#define DAY 86400.0
#define YEAR (365.25 * DAY)

enum purpose { BASIC, SERVER, CLIENT, MAIL, CODE, STAMP };

/* A chain by the names of its certificates, which begin with the one to judge. */
static CFArrayRef certificates(const char *names)
{
	CFMutableArrayRef list = CFArrayCreateMutable(NULL, 0, &kCFTypeArrayCallBacks);
	char text[128], *save = NULL;

	snprintf(text, sizeof text, "%s", names);
	for (char *name = strtok_r(text, " ", &save); name; name = strtok_r(NULL, " ", &save)) {
		SecCertificateRef certificate = materials_certificate(name);

		CFArrayAppendValue(list, certificate);
		CFRelease(certificate);
	}
	return list;
}

static SecPolicyRef policy(enum purpose purpose, const char *name)
{
	CFStringRef text =
		name ? CFStringCreateWithCString(NULL, name, kCFStringEncodingUTF8) : NULL;
	const CFStringRef oids[] = {kSecPolicyAppleX509Basic, kSecPolicyAppleSSL,
		kSecPolicyAppleSSL, kSecPolicyAppleSMIME, kSecPolicyAppleCodeSigning,
		kSecPolicyAppleTimeStamping};
	const void *keys[] = {kSecPolicyClient, kSecPolicyName};
	const void *values[] = {purpose == CLIENT ? kCFBooleanTrue : kCFBooleanFalse, text};
	CFDictionaryRef properties = CFDictionaryCreate(NULL, keys, values, text ? 2 : 1,
		&kCFTypeDictionaryKeyCallBacks, &kCFTypeDictionaryValueCallBacks);
	SecPolicyRef made = SecPolicyCreateWithProperties(oids[purpose], properties);

	CHECK_FATAL(made != NULL);
	CFRelease(properties);
	if (text)
		CFRelease(text);
	return made;
}

static SecTrustRef trust_in(const char *names, enum purpose purpose, const char *name)
{
	CFArrayRef list = certificates(names);
	SecPolicyRef asked = policy(purpose, name);
	SecTrustRef trust = NULL;

	CHECK_FATAL(SecTrustCreateWithCertificates(list, asked, &trust) == errSecSuccess);
	CFRelease(asked);
	CFRelease(list);
	return trust;
}

static void anchor_in(SecTrustRef trust, const char *names)
{
	CFArrayRef list = certificates(names);

	CHECK(SecTrustSetAnchorCertificates(trust, list) == errSecSuccess);
	CFRelease(list);
}

static void move(SecTrustRef trust, double seconds)
{
	CFDateRef date = CFDateCreate(NULL, CFAbsoluteTimeGetCurrent() + seconds);

	CHECK(SecTrustSetVerifyDate(trust, date) == errSecSuccess);
	CFRelease(date);
}

/* The reason why it is not trusted; 0 when it is. All functions agree. */
static CFIndex reason(SecTrustRef trust, SecTrustResultType *result)
{
	SecTrustResultType again = kSecTrustResultInvalid;
	CFErrorRef error = NULL;
	bool trusted = SecTrustEvaluateWithError(trust, &error);
	CFIndex code = error ? CFErrorGetCode(error) : 0;
	OSStatus older = 1;

	CHECK(trusted == (error == NULL));
	*result = kSecTrustResultInvalid;
	CHECK(SecTrustEvaluate(trust, result) == errSecSuccess);
	CHECK(SecTrustGetTrustResult(trust, &again) == errSecSuccess && again == *result);
	CHECK(trusted ==
		(*result == kSecTrustResultUnspecified || *result == kSecTrustResultProceed));
	CHECK(SecTrustEvaluateWithError(trust, NULL) == trusted);
	CHECK(SecTrustGetCssmResultCode(trust, &older) == errSecSuccess);
	CHECK(trusted ? older == 0 : older < -2147400000);
	if (error) {
		CFStringRef text = CFErrorCopyDescription(error);

		CHECK(CFEqual(CFErrorGetDomain(error), kCFErrorDomainOSStatus));
		CHECK(text && CFStringGetLength(text) > 20);
		CFRelease(text);
		CFRelease(error);
	}
	return code;
}

/* --- the table ------------------------------------------------------------------------------- */

#define CHAIN " issuer"
#define GOOD 0, kSecTrustResultUnspecified
#define BAD(code) code, kSecTrustResultRecoverableTrustFailure
#define FATAL(code) code, kSecTrustResultFatalTrustFailure

/* clang-format off */
static const struct row {
	const char *certificates, *anchors;
	enum purpose purpose;
	const char *name;
	double when; /* from now */
	CFIndex code;
	SecTrustResultType result;
} rows[] = {
	/* who is at the end */
	{"server" CHAIN,       "root",           BASIC,  NULL, 0, GOOD},
	{"server issuer root", "root",           BASIC,  NULL, 0, GOOD},
	{"server root issuer", "root",           BASIC,  NULL, 0, GOOD},
	{"server stranger issuer self", "root",  BASIC,  NULL, 0, GOOD},
	{"server" CHAIN,       "stranger root",  BASIC,  NULL, 0, GOOD},
	{"server",             "root",           BASIC,  NULL, 0, BAD(errSecCreateChainFailed)},
	{"server",             "issuer",         BASIC,  NULL, 0, GOOD},
	{"server",             "server",         BASIC,  NULL, 0, GOOD},
	{"server" CHAIN,       "stranger",       BASIC,  NULL, 0, BAD(errSecCreateChainFailed)},
	{"server issuer root", "stranger",       BASIC,  NULL, 0, BAD(errSecNotTrusted)},
	{"server issuer root", "",               BASIC,  NULL, 0, BAD(errSecNotTrusted)},
	{"self",               "root",           BASIC,  NULL, 0, BAD(errSecNotTrusted)},
	{"self",               "self",           SERVER, "www.example.org", 0, GOOD},
	{"root",               "root",           BASIC,  NULL, 0, GOOD},
	{"rogue server issuer", "root",          SERVER, "www.example.org", 0, BAD(errSecNoBasicConstraintsCA)},
	/* when */
	{"server" CHAIN,       "root",           BASIC,  NULL, 364 * DAY,  GOOD},
	{"server" CHAIN,       "root",           BASIC,  NULL, 366 * DAY,  BAD(errSecCertificateExpired)},
	{"server" CHAIN,       "root",           BASIC,  NULL, -DAY,       BAD(errSecCertificateNotValidYet)},
	{"server" CHAIN,       "root",           BASIC,  NULL, 20 * YEAR,  BAD(errSecCertificateExpired)},
	{"server" CHAIN,       "root",           BASIC,  NULL, 1e300,      BAD(errSecCertificateNotValidYet)},
	/* for what */
	{"server" CHAIN,       "root",           SERVER, NULL, 0, GOOD},
	{"server" CHAIN,       "root",           CLIENT, NULL, 0, BAD(errSecInvalidExtendedKeyUsage)},
	{"client" CHAIN,       "root",           CLIENT, NULL, 0, GOOD},
	{"client" CHAIN,       "root",           SERVER, NULL, 0, BAD(errSecInvalidExtendedKeyUsage)},
	{"plain" CHAIN,        "root",           SERVER, NULL, 0, GOOD},
	{"plain" CHAIN,        "root",           CLIENT, NULL, 0, GOOD},
	{"server" CHAIN,       "root",           MAIL,   NULL, 0, BAD(errSecInvalidExtendedKeyUsage)},
	{"mail" CHAIN,         "root",           MAIL,   NULL, 0, GOOD},
	{"mail" CHAIN,         "root",           SERVER, NULL, 0, BAD(errSecInvalidExtendedKeyUsage)},
	{"code" CHAIN,         "root",           CODE,   NULL, 0, GOOD},
	{"plain" CHAIN,        "root",           CODE,   NULL, 0, BAD(errSecInvalidExtendedKeyUsage)},
	{"server" CHAIN,       "root",           CODE,   NULL, 0, BAD(errSecInvalidExtendedKeyUsage)},
	{"stamp" CHAIN,        "root",           STAMP,  NULL, 0, GOOD},
	{"code" CHAIN,         "root",           STAMP,  NULL, 0, BAD(errSecInvalidExtendedKeyUsage)},
	{"weak" CHAIN,         "root",           SERVER, "www.example.org", 0, BAD(errSecNotTrusted)},
	{"weak" CHAIN,         "root",           BASIC,  NULL, 0, GOOD},
	/* for whom: RFC 9525 */
	{"server" CHAIN,       "root",           SERVER, "www.example.org",      0, GOOD},
	{"server" CHAIN,       "root",           SERVER, "WWW.Example.ORG",      0, GOOD},
	{"server" CHAIN,       "root",           SERVER, "www.example.org.",     0, GOOD},
	{"server" CHAIN,       "root",           SERVER, "",                     0, GOOD},
	{"server" CHAIN,       "root",           SERVER, "a.wild.example.org",   0, GOOD},
	{"server" CHAIN,       "root",           SERVER, "wild.example.org",     0, BAD(errSecHostNameMismatch)},
	{"server" CHAIN,       "root",           SERVER, "a.b.wild.example.org", 0, BAD(errSecHostNameMismatch)},
	{"server" CHAIN,       "root",           SERVER, "*.wild.example.org",   0, BAD(errSecHostNameMismatch)},
	{"server" CHAIN,       "root",           SERVER, ".wild.example.org",    0, BAD(errSecHostNameMismatch)},
	{"server" CHAIN,       "root",           SERVER, ".example.org",         0, BAD(errSecHostNameMismatch)},
	{"server" CHAIN,       "root",           SERVER, ".",                    0, BAD(errSecHostNameMismatch)},
	{"server" CHAIN,       "root",           SERVER, "example.org",          0, BAD(errSecHostNameMismatch)},
	{"server" CHAIN,       "root",           SERVER, "www.example.org.evil", 0, BAD(errSecHostNameMismatch)},
	{"server" CHAIN,       "root",           SERVER, "192.0.2.7",            0, GOOD},
	{"server" CHAIN,       "root",           SERVER, "192.0.2.8",            0, BAD(errSecHostNameMismatch)},
	{"server" CHAIN,       "root",           SERVER, "2001:db8::7",          0, GOOD},
	{"server" CHAIN,       "root",           SERVER, "2001:db8:0:0::7",      0, GOOD},
	{"server" CHAIN,       "root",           SERVER, "2001:db8::8",          0, BAD(errSecHostNameMismatch)},
	{"named" CHAIN,        "root",           SERVER, "named.example.org",    0, BAD(errSecHostNameMismatch)},
	{"client" CHAIN,       "root",           CLIENT, "www.example.org",      0, GOOD},
	{"client" CHAIN,       "root",           CLIENT, "www.example.com",      0, BAD(errSecHostNameMismatch)},
	{"mail" CHAIN,         "root",           MAIL,   "alice@example.org",    0, GOOD},
	{"mail" CHAIN,         "root",           MAIL,   "bob@example.org",      0, BAD(errSecSMIMEEmailAddressesNotFound)},
	{"server" CHAIN,       "root",           BASIC,  "elsewhere.example.org", 0, GOOD},
	/* what is most wrong is said */
	{"server",             "stranger",       SERVER, "elsewhere.example.org", 400 * DAY, BAD(errSecHostNameMismatch)},
};
/* clang-format on */

static void judges_every_row(void)
{
	for (size_t i = 0; i < KC_COUNT_OF(rows); i++) {
		SecTrustRef trust = trust_in(rows[i].certificates, rows[i].purpose, rows[i].name);
		SecTrustResultType result = kSecTrustResultInvalid;
		char what[256];
		CFIndex code;

		anchor_in(trust, rows[i].anchors);
		if (rows[i].when != 0)
			move(trust, rows[i].when);
		code = reason(trust, &result);
		snprintf(what, sizeof what, "%s to %s, %d %s, day %g: %ld %u", rows[i].certificates,
			rows[i].anchors, (int)rows[i].purpose, rows[i].name ? rows[i].name : "",
			rows[i].when / DAY, (long)code, result);
		CHECK_MSG(code == rows[i].code && result == rows[i].result, what);
		CFRelease(trust);
	}
}

/* --- what does not match --------------------------------------------------------------------- */

static CFMutableDataRef bytes_of(const char *name)
{
	char file[64];
	CFDataRef der;
	CFMutableDataRef copy;

	snprintf(file, sizeof file, "%s.der", name);
	der = materials_data(file);
	copy = CFDataCreateMutableCopy(NULL, 0, der);
	CFRelease(der);
	return copy;
}

/* Each bit of the certificate that is judged, and of its issuer. */
static void a_bit_makes_it_untrusted(void)
{
	static const char *const broken[] = {"server", "issuer"};

	for (size_t which = 0; which < KC_COUNT_OF(broken); which++) {
		CFMutableDataRef der = bytes_of(broken[which]);
		SecPolicyRef asked = policy(SERVER, "www.example.org");
		CFArrayRef root = certificates("root"), good = certificates("server issuer");
		size_t refused = 0;

		for (CFIndex bit = 0; bit < 8 * CFDataGetLength(der); bit += 3) {
			UInt8 *byte = CFDataGetMutableBytePtr(der) + bit / 8;
			SecCertificateRef certificate;
			SecTrustRef trust = NULL;

			*byte ^= (UInt8)(1 << bit % 8);
			certificate = SecCertificateCreateWithData(NULL, der);
			if (certificate) {
				CFMutableArrayRef list = CFArrayCreateMutableCopy(NULL, 0, good);

				CFArraySetValueAtIndex(list, (CFIndex)which, certificate);
				CHECK_FATAL(SecTrustCreateWithCertificates(list, asked, &trust) ==
					    errSecSuccess);
				SecTrustSetAnchorCertificates(trust, root);
				CHECK(!SecTrustEvaluateWithError(trust, NULL));
				refused++;
				CFRelease(trust);
				CFRelease(list);
				CFRelease(certificate);
			}
			*byte ^= (UInt8)(1 << bit % 8);
		}
		CHECK(refused > 100);
		CFRelease(good);
		CFRelease(root);
		CFRelease(asked);
		CFRelease(der);
	}
}

static void a_signature_that_does_not_match_is_fatal(void)
{
	CFMutableDataRef der = bytes_of("server");
	CFMutableArrayRef list;
	SecTrustResultType result;
	SecTrustRef trust = NULL;
	SecCertificateRef certificate;
	CFArrayRef good = certificates("server issuer");

	CFDataGetMutableBytePtr(der)[CFDataGetLength(der) - 1] ^= 1;
	certificate = SecCertificateCreateWithData(NULL, der);
	list = CFArrayCreateMutableCopy(NULL, 0, good);
	CFArraySetValueAtIndex(list, 0, certificate);
	CHECK(SecTrustCreateWithCertificates(list, NULL, &trust) == errSecSuccess);
	anchor_in(trust, "root");
	CHECK(reason(trust, &result) == errSecVerifyFailed);
	CHECK(result == kSecTrustResultFatalTrustFailure);
	/* and no exception helps */
	CFDataRef exceptions = SecTrustCopyExceptions(trust);
	CHECK(SecTrustSetExceptions(trust, exceptions));
	CHECK(reason(trust, &result) == errSecVerifyFailed);
	CFRelease(exceptions);
	CFRelease(trust);
	CFRelease(list);
	CFRelease(good);
	CFRelease(certificate);
	CFRelease(der);
}

/* --- revocation ------------------------------------------------------------------------------ */

static const struct answer_row {
	const char *answer; /* NULL: none */
	bool required, later;
	CFIndex code;
	SecTrustResultType result;
	bool checked;
} answer_rows[] = {
	{NULL, false, false, GOOD, false},
	{NULL, true, false, BAD(errSecIncompleteCertRevocationCheck), false},
	{"good.der", false, false, GOOD, true},
	{"good.der", true, false, GOOD, true},
	{"good.der", true, true, BAD(errSecIncompleteCertRevocationCheck), false},
	{"good.der", false, true, GOOD, false},
	{"delegated.der", true, false, GOOD, true},
	{"forged.der", true, false, BAD(errSecIncompleteCertRevocationCheck), false},
	{"forged.der", false, false, GOOD, false},
	{"server.der", true, false, BAD(errSecIncompleteCertRevocationCheck), false},
	{"revoked.der", false, false, FATAL(errSecCertificateRevoked), false},
	{"revoked.der", true, false, FATAL(errSecCertificateRevoked), false},
	{"revoked.der", true, true, FATAL(errSecCertificateRevoked), false},
};

static SecTrustRef trust_with_revocation(bool required)
{
	CFArrayRef list = certificates("server issuer");
	const void *asked[] = {SecPolicyCreateSSL(true, CFSTR("www.example.org")),
		SecPolicyCreateRevocation(kSecRevocationUseAnyAvailableMethod |
					  (required ? kSecRevocationRequirePositiveResponse : 0))};
	CFArrayRef policies = CFArrayCreate(NULL, asked, 2, &kCFTypeArrayCallBacks);
	SecTrustRef trust = NULL;

	CHECK_FATAL(SecTrustCreateWithCertificates(list, policies, &trust) == errSecSuccess);
	CFRelease(asked[0]);
	CFRelease(asked[1]);
	CFRelease(policies);
	CFRelease(list);
	anchor_in(trust, "root");
	return trust;
}

static void answers_about_revocation_count(void)
{
	for (size_t i = 0; i < KC_COUNT_OF(answer_rows); i++) {
		const struct answer_row *row = &answer_rows[i];
		SecTrustRef trust = trust_with_revocation(row->required);
		SecTrustResultType result;
		CFDictionaryRef said;
		char what[64];

		if (row->answer) {
			CFDataRef answer = materials_data(row->answer);

			CHECK(SecTrustSetOCSPResponse(trust, answer) == errSecSuccess);
			CFRelease(answer);
		}
		move(trust, row->later ? 30 * DAY : 60);
		snprintf(what, sizeof what, "row %zu", i);
		CHECK_MSG(reason(trust, &result) == row->code && result == row->result, what);
		said = SecTrustCopyResult(trust);
		CHECK_MSG(CFDictionaryContainsKey(said, kSecTrustRevocationChecked) == row->checked,
			what);
		CFRelease(said);
		CFRelease(trust);
	}
}

static void a_damaged_answer_is_none(void)
{
	CFDataRef whole = materials_data("good.der");
	CFMutableDataRef answer = CFDataCreateMutableCopy(NULL, 0, whole);
	SecTrustRef trust = trust_with_revocation(true);
	size_t accepted = 0;

	move(trust, 60);
	for (CFIndex at = 0; at < CFDataGetLength(whole); at++) {
		CFDataRef part = CFDataCreate(NULL, CFDataGetBytePtr(whole), at);

		CHECK(SecTrustSetOCSPResponse(trust, part) == errSecSuccess);
		CHECK(!SecTrustEvaluateWithError(trust, NULL));
		CFRelease(part);
		CFDataGetMutableBytePtr(answer)[at] ^= 0x11;
		CHECK(SecTrustSetOCSPResponse(trust, answer) == errSecSuccess);
		accepted += SecTrustEvaluateWithError(trust, NULL);
		CFDataGetMutableBytePtr(answer)[at] ^= 0x11;
	}
	/* The certificates that come along are not signed, nor needed here. */
	CHECK(accepted < (size_t)CFDataGetLength(whole) / 2 + 200);
	CHECK(SecTrustSetOCSPResponse(trust, NULL) == errSecSuccess);
	CHECK(!SecTrustEvaluateWithError(trust, NULL));
	CHECK(SecTrustSetOCSPResponse(trust, kCFNull) == errSecParam);
	CFRelease(trust);
	CFRelease(answer);
	CFRelease(whole);
}

/* --- the object ------------------------------------------------------------------------------ */

static void begins_with_no(void)
{
	SecTrustRef trust = trust_in("server issuer", BASIC, NULL);
	SecTrustResultType result = kSecTrustResultProceed;
	OSStatus older = 1;

	CHECK(SecTrustGetTrustResult(trust, &result) == errSecSuccess);
	CHECK(result == kSecTrustResultInvalid);
	CHECK(SecTrustGetCssmResultCode(trust, &older) == errSecTrustNotAvailable);
	anchor_in(trust, "root");
	CHECK(SecTrustEvaluateWithError(trust, NULL));
	/* every change makes the verdict void */
	move(trust, 20 * YEAR);
	CHECK(SecTrustGetTrustResult(trust, &result) == errSecSuccess);
	CHECK(result == kSecTrustResultInvalid);
	CHECK(!SecTrustEvaluateWithError(trust, NULL));
	CHECK(SecTrustSetVerifyDate(trust, NULL) == errSecSuccess);
	CHECK(SecTrustEvaluateWithError(trust, NULL));
	anchor_in(trust, "stranger");
	CHECK(!SecTrustEvaluateWithError(trust, NULL));
	CFRelease(trust);
}

static void refuses_what_is_no_argument(void)
{
	CFArrayRef none = CFArrayCreate(NULL, NULL, 0, &kCFTypeArrayCallBacks);
	SecTrustRef trust = NULL, other = (SecTrustRef)(uintptr_t)kCFNull;
	SecCertificateRef server = materials_certificate("server");
	SecTrustResultType result;
	CFErrorRef error = NULL;

	CHECK(SecTrustCreateWithCertificates(NULL, NULL, &trust) == errSecParam);
	CHECK(SecTrustCreateWithCertificates(none, NULL, &trust) == errSecParam);
	CHECK(SecTrustCreateWithCertificates(kCFNull, NULL, &trust) == errSecParam);
	CHECK(SecTrustCreateWithCertificates(server, kCFNull, &trust) == errSecParam);
	CHECK(SecTrustCreateWithCertificates(server, NULL, NULL) == errSecParam);
	CHECK(trust == NULL);
	CHECK(SecTrustCreateWithCertificates(server, NULL, &trust) == errSecSuccess);
	CHECK(SecTrustSetPolicies(trust, NULL) == errSecParam);
	CHECK(SecTrustSetPolicies(trust, kCFNull) == errSecParam);
	CHECK(SecTrustSetAnchorCertificates(trust, (CFArrayRef)CFSTR("x")) == errSecParam);
	CHECK(SecTrustSetVerifyDate(trust, (CFDateRef)CFSTR("x")) == errSecParam);
	CHECK(SecTrustGetCertificateAtIndex(trust, -1) == NULL);
	CHECK(SecTrustGetCertificateAtIndex(trust, 5) == NULL);
	CHECK(SecTrustEvaluate(other, &result) == errSecParam);
	CHECK(SecTrustEvaluate(NULL, &result) == errSecParam);
	CHECK(SecTrustGetTrustResult(NULL, &result) == errSecParam);
	CHECK(!SecTrustEvaluateWithError(NULL, &error));
	CHECK(error && CFErrorGetCode(error) == errSecParam);
	CHECK(SecTrustCopyKey(NULL) == NULL && SecTrustCopyCertificateChain(other) == NULL);
	CHECK(SecTrustCopyResult(NULL) == NULL && SecTrustCopyProperties(NULL) == NULL);
	CHECK(SecTrustCopyExceptions(NULL) == NULL && !SecTrustSetExceptions(NULL, NULL));
	CHECK(SecTrustGetCertificateCount(NULL) == 0);
	CFRelease(error);
	CFRelease(trust);
	CFRelease(server);
	CFRelease(none);
}

static void gives_the_chain(void)
{
	SecTrustRef trust = trust_in("server stranger issuer", SERVER, "www.example.org");
	CFArrayRef wanted = certificates("server issuer root"), chain, properties;
	SecKeyRef key, again;
	SecCertificateRef server = materials_certificate("server");

	anchor_in(trust, "root");
	CHECK(SecTrustGetCertificateCount(trust) == 3);
	CHECK(CFEqual(SecTrustGetCertificateAtIndex(trust, 2), CFArrayGetValueAtIndex(wanted, 2)));
	chain = SecTrustCopyCertificateChain(trust);
	CHECK(chain && CFEqual(chain, wanted));
	properties = SecTrustCopyProperties(trust);
	CHECK(CFArrayGetCount(properties) == 3);
	CHECK(CFEqual(
		CFDictionaryGetValue(CFArrayGetValueAtIndex(properties, 1), kSecPropertyTypeTitle),
		CFSTR("Issuer")));
	CHECK(!CFDictionaryContainsKey(
		CFArrayGetValueAtIndex(properties, 0), kSecPropertyTypeError));
	CFRelease(properties);
	move(trust, 366 * DAY);
	properties = SecTrustCopyProperties(trust);
	CHECK(CFDictionaryContainsKey(
		CFArrayGetValueAtIndex(properties, 0), kSecPropertyTypeError));
	key = SecTrustCopyKey(trust);
	again = SecCertificateCopyKey(server);
	CHECK(key && again && CFEqual(key, again));
	CFRelease(key);
	CFRelease(again);
	CFRelease(server);
	CFRelease(properties);
	CFRelease(chain);
	CFRelease(wanted);
	CFRelease(trust);
}

static void exceptions_are_for_one_certificate_and_its_faults(void)
{
	SecTrustRef trust = trust_in("server issuer", SERVER, "elsewhere.example.org");
	SecTrustRef other = trust_in("client issuer", SERVER, "elsewhere.example.org");
	SecTrustResultType result;
	CFDataRef exceptions;

	anchor_in(trust, "root");
	anchor_in(other, "root");
	CHECK(reason(trust, &result) == errSecHostNameMismatch);
	exceptions = SecTrustCopyExceptions(trust);
	CHECK_FATAL(exceptions != NULL);
	CHECK(SecTrustSetExceptions(trust, exceptions));
	CHECK(reason(trust, &result) == 0 && result == kSecTrustResultProceed);
	move(trust, 366 * DAY); /* one fault more */
	CHECK(reason(trust, &result) != 0);
	CHECK(SecTrustSetVerifyDate(trust, NULL) == errSecSuccess);
	CHECK(reason(trust, &result) == 0);
	CHECK(!SecTrustSetExceptions(other, exceptions));
	CHECK(reason(other, &result) != 0);
	for (CFIndex len = 0; len < CFDataGetLength(exceptions); len++) {
		CFDataRef part = CFDataCreate(NULL, CFDataGetBytePtr(exceptions), len);

		CHECK(!SecTrustSetExceptions(trust, part));
		CHECK(!SecTrustEvaluateWithError(trust, NULL));
		CFRelease(part);
	}
	CHECK(!SecTrustSetExceptions(trust, NULL));
	CHECK(reason(trust, &result) == errSecHostNameMismatch);
	CFRelease(exceptions);
	CFRelease(other);
	CFRelease(trust);
}

/* What is excepted of one policy hides nothing that another one finds. */
static void exceptions_are_for_every_policy(void)
{
	SecTrustRef trust = trust_in("server issuer", SERVER, "elsewhere.example.org");
	SecPolicyRef policies[] = {SecPolicyCreateSSL(true, CFSTR("elsewhere.example.org")),
		SecPolicyCreateWithProperties(kSecPolicyAppleCodeSigning, NULL)};
	CFArrayRef both = CFArrayCreate(NULL, (const void **)policies, 2, &kCFTypeArrayCallBacks);
	SecTrustResultType result;
	CFDataRef exceptions;

	anchor_in(trust, "root");
	CHECK(reason(trust, &result) == errSecHostNameMismatch);
	exceptions = SecTrustCopyExceptions(trust);
	CHECK(SecTrustSetExceptions(trust, exceptions));
	CHECK(reason(trust, &result) == 0);
	CHECK(SecTrustSetPolicies(trust, both) == errSecSuccess);
	CHECK(SecTrustSetExceptions(trust, exceptions));
	CHECK(reason(trust, &result) != 0);
	CHECK(result == kSecTrustResultRecoverableTrustFailure);
	CFRelease(exceptions);
	CFRelease(both);
	CFRelease(policies[0]);
	CFRelease(policies[1]);
	CFRelease(trust);
}

static void options_forgive(void)
{
	SecTrustRef trust = trust_in("server issuer root", BASIC, NULL);
	SecTrustResultType result;

	anchor_in(trust, "stranger");
	CHECK(reason(trust, &result) == errSecNotTrusted);
	CHECK(SecTrustSetOptions(trust, kSecTrustOptionImplicitAnchors) == errSecSuccess);
	CHECK(reason(trust, &result) == 0);
	move(trust, 366 * DAY);
	CHECK(reason(trust, &result) == errSecCertificateExpired);
	CHECK(SecTrustSetOptions(trust, kSecTrustOptionImplicitAnchors |
						kSecTrustOptionAllowExpiredRoot) == errSecSuccess);
	CHECK(reason(trust, &result) == errSecCertificateExpired);
	CHECK(SecTrustSetOptions(trust, kSecTrustOptionImplicitAnchors |
						kSecTrustOptionAllowExpired) == errSecSuccess);
	CHECK(reason(trust, &result) == 0);
	CHECK(SecTrustSetOptions(trust, 0) == errSecSuccess);
	CHECK(reason(trust, &result) != 0);
	CFRelease(trust);
}

/* All policies have to be content. */
static void every_policy_counts(void)
{
	SecTrustRef trust = trust_in("server issuer", BASIC, NULL);
	const void *asked[] = {policy(SERVER, "www.example.org"), policy(CODE, NULL)};
	CFArrayRef both = CFArrayCreate(NULL, asked, 2, &kCFTypeArrayCallBacks), copy = NULL;
	CFArrayRef one = CFArrayCreate(NULL, asked, 1, &kCFTypeArrayCallBacks);
	SecTrustResultType result;

	anchor_in(trust, "root");
	CHECK(SecTrustSetPolicies(trust, one) == errSecSuccess && reason(trust, &result) == 0);
	CHECK(SecTrustSetPolicies(trust, both) == errSecSuccess);
	CHECK(reason(trust, &result) == errSecInvalidExtendedKeyUsage);
	CHECK(SecTrustCopyPolicies(trust, &copy) == errSecSuccess && CFEqual(copy, both));
	CFRelease(copy);
	CFRelease(one);
	CFRelease(both);
	CFRelease(asked[0]);
	CFRelease(asked[1]);
	CFRelease(trust);
}

/* The distribution's anchors are those of a file here: the root alone. */
static void the_distribution_has_anchors(void)
{
	SecTrustRef trust = trust_in("server issuer", BASIC, NULL);
	CFArrayRef anchors = NULL, wanted = certificates("root"), settings = NULL;
	SecCertificateRef root = materials_certificate("root");
	SecCertificateRef stranger = materials_certificate("stranger");
	SecTrustResultType result;

	CHECK(reason(trust, &result) == 0 && result == kSecTrustResultUnspecified);
	CHECK(SecTrustSetAnchorCertificatesOnly(trust, true) == errSecSuccess);
	CHECK(reason(trust, &result) != 0);
	anchor_in(trust, "stranger");
	CHECK(reason(trust, &result) != 0);
	CHECK(SecTrustSetAnchorCertificatesOnly(trust, false) == errSecSuccess);
	CHECK(reason(trust, &result) == 0);
	CHECK(SecTrustSetAnchorCertificates(trust, NULL) == errSecSuccess);
	CHECK(reason(trust, &result) == 0);
	CHECK(SecTrustCopyAnchorCertificates(&anchors) == errSecSuccess);
	CHECK(anchors && CFEqual(anchors, wanted));
	CFRelease(anchors);
	anchors = NULL;
	CHECK(SecTrustSettingsCopyCertificates(kSecTrustSettingsDomainUser, &anchors) ==
		errSecNoTrustSettings);
	CHECK(SecTrustSettingsCopyCertificates(kSecTrustSettingsDomainAdmin, &anchors) ==
		errSecNoTrustSettings);
	CHECK(SecTrustSettingsCopyCertificates(3, &anchors) == errSecParam);
	CHECK(SecTrustSettingsCopyCertificates(kSecTrustSettingsDomainSystem, &anchors) ==
		errSecSuccess);
	CHECK(anchors && CFEqual(anchors, wanted));
	CHECK(SecTrustSettingsCopyTrustSettings(root, kSecTrustSettingsDomainSystem, &settings) ==
		errSecSuccess);
	CHECK(settings && CFArrayGetCount(settings) == 0);
	CFRelease(settings);
	CHECK(SecTrustSettingsCopyTrustSettings(
		      stranger, kSecTrustSettingsDomainSystem, &settings) == errSecItemNotFound);
	CHECK(SecTrustSettingsCopyTrustSettings(root, kSecTrustSettingsDomainUser, &settings) ==
		errSecNoTrustSettings);
	CFRelease(anchors);
	CFRelease(stranger);
	CFRelease(root);
	CFRelease(wanted);
	CFRelease(trust);
}

/* They are read once, and again when the distribution changes them. */
static void anchors_can_be_taken_away(void)
{
	SecTrustRef trust = trust_in("server issuer", BASIC, NULL);
	SecTrustResultType result;

	CHECK(reason(trust, &result) == 0);
	CHECK(materials_run("cp stranger.pem anchors.new && mv anchors.new anchors"));
	CHECK(SecTrustSetVerifyDate(trust, NULL) == errSecSuccess);
	CHECK(reason(trust, &result) == errSecCreateChainFailed);
	CHECK(materials_run("rm anchors"));
	CHECK(SecTrustSetVerifyDate(trust, NULL) == errSecSuccess);
	CHECK(reason(trust, &result) == errSecCreateChainFailed);
	CHECK(materials_run("cp root.pem anchors"));
	CHECK(SecTrustSetVerifyDate(trust, NULL) == errSecSuccess);
	CHECK(reason(trust, &result) == 0);
	CFRelease(trust);
}

static void *judge_again(void *object)
{
	SecTrustRef trust = object;
	size_t wrong = 0;

	for (int i = 0; i < 20; i++) {
		SecTrustSetVerifyDate(trust, NULL);
		wrong += !SecTrustEvaluateWithError(trust, NULL);
		wrong += SecTrustGetCertificateCount(trust) != 3;
		wrong += SecTrustGetCertificateAtIndex(trust, 2) == NULL;
	}
	return (void *)(uintptr_t)wrong;
}

static void threads_share_an_object(void)
{
	SecTrustRef trust = trust_in("server issuer", SERVER, "www.example.org");
	pthread_t threads[4];

	anchor_in(trust, "root");
	for (size_t i = 0; i < KC_COUNT_OF(threads); i++)
		CHECK_FATAL(pthread_create(&threads[i], NULL, judge_again, trust) == 0);
	for (size_t i = 0; i < KC_COUNT_OF(threads); i++) {
		void *wrong = trust;

		pthread_join(threads[i], &wrong);
		CHECK(wrong == NULL);
	}
	CFRelease(trust);
}

/* An answer takes no longer for many certificates that have nothing to do with it. */
static void many_certificates_are_bounded(void)
{
	CFMutableArrayRef list = CFArrayCreateMutable(NULL, 0, &kCFTypeArrayCallBacks);
	SecCertificateRef issuer = materials_certificate("issuer");
	SecCertificateRef server = materials_certificate("server");
	SecTrustResultType result = kSecTrustResultInvalid;
	SecTrustRef trust = NULL;

	CFArrayAppendValue(list, server);
	for (int i = 0; i < 2000; i++)
		CFArrayAppendValue(list, issuer);
	CHECK(SecTrustCreateWithCertificates(list, NULL, &trust) == errSecSuccess);
	CHECK(SecTrustEvaluate(trust, &result) == errSecDataTooLarge);
	CHECK(!SecTrustEvaluateWithError(trust, NULL) && result == kSecTrustResultInvalid);
	CFRelease(trust);
	CFRelease(server);
	CFRelease(issuer);
	CFRelease(list);
}

int main(void)
{
	static const struct check_test tests[] = {
		CHECK_TEST(begins_with_no),
		CHECK_TEST(judges_every_row),
		CHECK_TEST(a_bit_makes_it_untrusted),
		CHECK_TEST(a_signature_that_does_not_match_is_fatal),
		CHECK_TEST(answers_about_revocation_count),
		CHECK_TEST(a_damaged_answer_is_none),
		CHECK_TEST(refuses_what_is_no_argument),
		CHECK_TEST(gives_the_chain),
		CHECK_TEST(exceptions_are_for_one_certificate_and_its_faults),
		CHECK_TEST(exceptions_are_for_every_policy),
		CHECK_TEST(options_forgive),
		CHECK_TEST(every_policy_counts),
		CHECK_TEST(the_distribution_has_anchors),
		CHECK_TEST(anchors_can_be_taken_away),
		CHECK_TEST(threads_share_an_object),
		CHECK_TEST(many_certificates_are_bounded),
	};
	char path[512];
	int status;

	materials_make();
	materials_path("anchors", path, sizeof path);
	setenv("SSL_CERT_FILE", path, 1);
	setenv("SSL_CERT_DIR", "/nowhere", 1);
	status = check_main("SecTrust", tests, KC_COUNT_OF(tests));
	materials_remove();
	return status;
}
