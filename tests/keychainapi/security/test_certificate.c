/* SPDX-License-Identifier: ISC */
/* Certificates: what they say of themselves, judged by OpenSSL's reading of the same ones. */
#include <Security/Security.h>
#include <string.h>

#include "tests/check.h"
#include "tests/keychainapi/security/made_certificate.h"

static CFDataRef new_data(const struct made *made)
{
	return CFDataCreate(NULL, made->der.data, (CFIndex)made->der.len);
}

static SecCertificateRef new_certificate(const struct made *made)
{
	CFDataRef data = new_data(made);
	SecCertificateRef certificate = SecCertificateCreateWithData(NULL, data);

	CFRelease(data);
	CHECK_FATAL(certificate != NULL);
	return certificate;
}

/* Whether the string, which is released, is the text; NULL stands for no string. */
static bool is_text(CFStringRef string, const char *text)
{
	bool same = !string && !text;

	if (string && text) {
		CFStringRef wanted = CFStringCreateWithCString(NULL, text, kCFStringEncodingUTF8);
		same = CFEqual(string, wanted);
		CFRelease(wanted);
	}
	if (string)
		CFRelease(string);
	return same;
}

/* --- 7.4: the bytes -------------------------------------------------------------------------- */

static void a_certificate_is_its_bytes(void)
{
	struct made made, other;
	SecCertificateRef one, same, different;
	CFDataRef data, copy;

	made_certificate(&(struct made_spec){.subject = "CN=One"}, &made);
	made_certificate(&(struct made_spec){.subject = "CN=One"}, &other);
	one = new_certificate(&made);
	same = new_certificate(&made);
	different = new_certificate(&other);
	data = new_data(&made);
	copy = SecCertificateCopyData(one);
	CHECK(CFEqual(data, copy));
	CHECK(CFGetTypeID(one) == SecCertificateGetTypeID());
	CHECK(CFEqual(one, same));
	CHECK(CFHash(one) == CFHash(same));
	CHECK(!CFEqual(one, different));
	CHECK(!CFEqual(one, data));
	CFRelease(one);
	CFRelease(same);
	CFRelease(different);
	CFRelease(data);
	CFRelease(copy);
	made_certificate_done(&made);
	made_certificate_done(&other);
}

/* Not one whole certificate: cut at every byte, with a byte more, another thing altogether. */
static void other_bytes_are_none(void)
{
	struct made made;
	CFMutableDataRef longer;
	CFDataRef empty = CFDataCreate(NULL, NULL, 0);

	made_certificate(&(struct made_spec){.subject = "CN=One"}, &made);
	for (size_t len = 0; len < made.der.len; len++) {
		CFDataRef cut = CFDataCreate(NULL, made.der.data, (CFIndex)len);
		CHECK(SecCertificateCreateWithData(NULL, cut) == NULL);
		CFRelease(cut);
	}
	longer = CFDataCreateMutable(NULL, 0);
	CFDataAppendBytes(longer, made.der.data, (CFIndex)made.der.len);
	CFDataAppendBytes(longer, (const UInt8 *)"", 1);
	CHECK(SecCertificateCreateWithData(NULL, longer) == NULL);
	CHECK(SecCertificateCreateWithData(NULL, empty) == NULL);
	CHECK(SecCertificateCreateWithData(NULL, NULL) == NULL);
	CHECK(SecCertificateCreateWithData(NULL, (CFDataRef)(const void *)CFSTR("text")) == NULL);
	CFRelease(longer);
	CFRelease(empty);
	made_certificate_done(&made);
}

/* --- 7.4: the summary ------------------------------------------------------------------------ */

/* clang-format off */
static const struct {
	const char *subject, *alternative, *summary;
} summaries[] = {
	{"CN=Alice",                           NULL,                     "Alice"},
	{"CN=First/CN=Second",                 NULL,                     "Second, First"},
	{"CN=Alice/description=at work",       NULL,                     "Alice (at work)"},
	{"description=at work/O=Example",      NULL,                     "Example"},
	{"O=Example/i:emailAddress=a@x.org",   NULL,                     "a@x.org"},
	{"O=Example",                          "email:b@x.org",          "b@x.org"},
	{"O=Example",                          "DNS:x.org,email:b@x.org","b@x.org"},
	{"O=Example",                          "DNS:x.org,DNS:y.org",    "x.org"},
	{"O=Example/OU=Sales",                 NULL,                     "Sales"},
	{"O=Example",                          NULL,                     "Example"},
	{"p:C=DE",                             NULL,                     "DE"},
	{"",                                   NULL,                     NULL},
	{"CN=\xc3\xa9t\xc3\xa9",               NULL,                     "\xc3\xa9t\xc3\xa9"},
	{"b:CN=Wide",                          NULL,                     "Wide"},
};
/* clang-format on */

static void they_have_a_summary(void)
{
	for (size_t i = 0; i < KC_COUNT_OF(summaries); i++) {
		struct made made;
		SecCertificateRef certificate;

		made_certificate(&(struct made_spec){.subject = summaries[i].subject,
					 .alternative = summaries[i].alternative},
			&made);
		certificate = new_certificate(&made);
		CHECK_MSG(is_text(SecCertificateCopySubjectSummary(certificate),
				  summaries[i].summary),
			summaries[i].subject);
		CFRelease(certificate);
		made_certificate_done(&made);
	}
	CHECK(SecCertificateCopySubjectSummary(NULL) == NULL);
}

/* --- 7.4: the key ---------------------------------------------------------------------------- */

/* clang-format off */
static const struct {
	const char *type, *curve;
	unsigned bits;
	bool has_key;
} key_rows[] = {
	{"RSA",     NULL,    2048, true},
	{"EC",      "P-256", 0,    true},
	{"EC",      "P-521", 0,    true},
	{"EC",      "brainpoolP256r1", 0, false},
	{"ED25519", NULL,    0,    true},
	{"ED448",   NULL,    0,    true},
};
/* clang-format on */

static EVP_PKEY *new_pkey(size_t row)
{
	if (key_rows[row].bits)
		return EVP_PKEY_Q_keygen(
			NULL, NULL, key_rows[row].type, (size_t)key_rows[row].bits);
	if (key_rows[row].curve)
		return EVP_PKEY_Q_keygen(NULL, NULL, key_rows[row].type, key_rows[row].curve);
	return EVP_PKEY_Q_keygen(NULL, NULL, key_rows[row].type);
}

/* The bits of the public key, as OpenSSL sees them. */
static bool is_key_of(SecKeyRef key, const struct made *made)
{
	const ASN1_BIT_STRING *bits = X509_get0_pubkey_bitstr(made->x509);
	CFDataRef external = SecKeyCopyExternalRepresentation(key, NULL);
	bool same = CFDataGetLength(external) == ASN1_STRING_length(bits) &&
		    memcmp(CFDataGetBytePtr(external), ASN1_STRING_get0_data(bits),
			    (size_t)ASN1_STRING_length(bits)) == 0;

	CFRelease(external);
	return same;
}

static void they_have_a_key(void)
{
	for (size_t i = 0; i < KC_COUNT_OF(key_rows); i++) {
		EVP_PKEY *pkey = new_pkey(i);
		struct made made, issuer;
		SecCertificateRef certificate;
		SecKeyRef key;

		made_certificate(&(struct made_spec){.subject = "CN=Issuer"}, &issuer);
		made_certificate(
			&(struct made_spec){.subject = "CN=Key", .key = pkey, .issuer = &issuer},
			&made);
		certificate = new_certificate(&made);
		key = SecCertificateCopyKey(certificate);
		CHECK_MSG((key != NULL) == key_rows[i].has_key, key_rows[i].type);
		if (key) {
			CHECK_MSG(is_key_of(key, &made), key_rows[i].type);
			CFRelease(key);
		}
		CFRelease(certificate);
		EVP_PKEY_free(pkey);
		made_certificate_done(&made);
		made_certificate_done(&issuer);
	}
	CHECK(SecCertificateCopyKey(NULL) == NULL);
}

int main(void)
{
	static const struct check_test tests[] = {
		CHECK_TEST(a_certificate_is_its_bytes),
		CHECK_TEST(other_bytes_are_none),
		CHECK_TEST(they_have_a_summary),
		CHECK_TEST(they_have_a_key),
	};

	return check_main("certificates", tests, KC_COUNT_OF(tests));
}
