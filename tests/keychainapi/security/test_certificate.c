/* SPDX-License-Identifier: ISC */
/* Certificates: what they say of themselves, judged by OpenSSL's reading of the same ones. */
#include <Security/SecCertificatePriv.h>
#include <Security/Security.h>
#include <string.h>

#include <openssl/pem.h>
#include <openssl/x509v3.h>

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

/* --- 7.4: parts ------------------------------------------------------------------------------ */

/* The texts of an array, which is released, with bars between; "-" for no array. */
static void join_texts(CFArrayRef array, char text[static 256])
{
	size_t len = 0;

	snprintf(text, 256, "%s", array ? "" : "-");
	for (CFIndex i = 0; array && i < CFArrayGetCount(array); i++)
		len += (size_t)snprintf(text + len, 256 - len, "%s%s", i ? "|" : "",
			CFStringGetCStringPtr(
				CFArrayGetValueAtIndex(array, i), kCFStringEncodingUTF8));
	if (array)
		CFRelease(array);
}

/* clang-format off */
static const struct {
	const char *subject, *alternative, *name, *names, *emails, *hosts;
} texts[] = {
	{"CN=A",                            NULL,                              "A",  "A",    "-",            "-"},
	{"CN=A/CN=B",                       NULL,                              "B",  "A|B",  "-",            "-"},
	{"O=X",                             NULL,                              NULL, "-",    "-",            "-"},
	{"i:emailAddress=s@x",              "email:a@x,DNS:x.org,email:b@x",   NULL, "-",    "a@x|b@x|s@x",  "x.org"},
	{"CN=x.org",                        "DNS:x.org,DNS:*.x.org,IP:1.2.3.4","x.org","x.org","-",          "x.org|*.x.org"},
	{"t:CN=T61",                        NULL,                              "T61","T61",  "-",            "-"},
};
/* clang-format on */

static void they_have_names(void)
{
	CFStringRef name = NULL;
	CFArrayRef emails = NULL;

	for (size_t i = 0; i < KC_COUNT_OF(texts); i++) {
		struct made made;
		SecCertificateRef certificate;
		char text[256];

		made_certificate(&(struct made_spec){.subject = texts[i].subject,
					 .alternative = texts[i].alternative},
			&made);
		certificate = new_certificate(&made);
		name = NULL;
		CHECK_MSG(SecCertificateCopyCommonName(certificate, &name) ==
				  (texts[i].name ? errSecSuccess : errSecInternal),
			texts[i].subject);
		CHECK_MSG(is_text(name, texts[i].name), texts[i].subject);
		join_texts(SecCertificateCopyCommonNames(certificate), text);
		CHECK_MSG(strcmp(text, texts[i].names) == 0, texts[i].subject);
		join_texts(SecCertificateCopyRFC822Names(certificate), text);
		CHECK_MSG(strcmp(text, texts[i].emails) == 0, texts[i].subject);
		join_texts(SecCertificateCopyDNSNames(certificate), text);
		CHECK_MSG(strcmp(text, texts[i].hosts) == 0, texts[i].subject);
		CHECK(SecCertificateCopyEmailAddresses(certificate, &emails) == errSecSuccess);
		join_texts(emails, text);
		CHECK_MSG(strcmp(text, *texts[i].emails == '-' ? "" : texts[i].emails) == 0,
			texts[i].subject);
		CFRelease(certificate);
		made_certificate_done(&made);
	}
	CHECK(SecCertificateCopyCommonName(NULL, &name) == errSecParam);
	CHECK(SecCertificateCopyEmailAddresses(NULL, &emails) == errSecParam);
}

/* clang-format off */
static const struct {
	const char *subject, *normal; /* of one attribute, type and value */
} normal_rows[] = {
	{"p:O=a b",               "\x13\x03" "A B"},
	{"p:O=  a \t  b c ",       "\x13\x05" "A B C"},
	{"O=  a  b ",             "\x0c\x07" "  a  b "},
	{"i:emailAddress=a@B",    "\x16\x03" "a@B"},
	{"t:O=a  b",              "\x14\x04" "a  b"},
	{"p:O=A",                 "\x13\x01" "A"},
	{"p:O=  ",                "\x13\x00"},
};
/* clang-format on */

/* SEQUENCE { SET { SEQUENCE { OID, value } } }, all lengths below 128. */
static bool is_sequence_of(CFDataRef sequence, const char *value)
{
	const UInt8 *der = CFDataGetBytePtr(sequence);
	size_t len = (size_t)CFDataGetLength(sequence), value_len = 2 + (size_t)value[1];
	size_t oid_len = len > 8 ? 2 + (size_t)der[7] : 0;

	return len == 6 + oid_len + value_len && der[0] == 0x30 && der[1] == len - 2 &&
	       der[2] == 0x31 && der[3] == len - 4 && der[4] == 0x30 && der[5] == len - 6 &&
	       memcmp(der + 6 + oid_len, value, value_len) == 0;
}

static void names_are_normalised(void)
{
	for (size_t i = 0; i < KC_COUNT_OF(normal_rows); i++) {
		struct made made;
		SecCertificateRef certificate;
		CFDataRef subject, issuer, contents;

		made_certificate(&(struct made_spec){.subject = normal_rows[i].subject}, &made);
		certificate = new_certificate(&made);
		subject = SecCertificateCopyNormalizedSubjectSequence(certificate);
		issuer = SecCertificateCopyNormalizedIssuerSequence(certificate);
		contents = SecCertificateCopyNormalizedSubjectContent(certificate, NULL);
		CHECK_FATAL(subject && issuer && contents);
		CHECK_MSG(is_sequence_of(subject, normal_rows[i].normal), normal_rows[i].subject);
		CHECK(CFEqual(subject, issuer));
		CHECK(CFDataGetLength(contents) == CFDataGetLength(subject) - 2);
		CFRelease(subject);
		CFRelease(issuer);
		CFRelease(contents);
		CFRelease(certificate);
		made_certificate_done(&made);
	}
}

static const char *const serials[] = {
	"01", "7F", "80", "FF00", "0102030405060708090A0B0C0D0E0F10", "00", "-05"};

static void serial_numbers_are_bytes(void)
{
	for (size_t i = 0; i < KC_COUNT_OF(serials); i++) {
		struct made made;
		SecCertificateRef certificate;
		CFDataRef serial, same;
		unsigned char *der = NULL;
		int len;

		made_certificate(
			&(struct made_spec){.subject = "CN=S", .serial = serials[i]}, &made);
		certificate = new_certificate(&made);
		serial = SecCertificateCopySerialNumberData(certificate, NULL);
		same = SecCertificateCopySerialNumber(certificate, NULL);
		len = i2d_ASN1_INTEGER(X509_get0_serialNumber(made.x509), &der);
		CHECK_FATAL(serial && same && len > 2);
		CHECK_MSG(CFDataGetLength(serial) == len - 2 &&
				  memcmp(CFDataGetBytePtr(serial), der + 2, (size_t)len - 2) == 0,
			serials[i]);
		CHECK(CFEqual(serial, same));
		OPENSSL_free(der);
		CFRelease(serial);
		CFRelease(same);
		CFRelease(certificate);
		made_certificate_done(&made);
	}
}

/* Seconds from a date to a time of OpenSSL's, as OpenSSL reckons it. */
static bool is_time(CFDateRef date, const ASN1_TIME *time)
{
	time_t seconds = (time_t)(CFDateGetAbsoluteTime(date) + kCFAbsoluteTimeIntervalSince1970);
	ASN1_TIME *other = ASN1_TIME_set(NULL, seconds);
	bool same = other && ASN1_TIME_compare(other, time) == 0;

	ASN1_TIME_free(other);
	CFRelease(date);
	return same;
}

/* 2049 and 2050: UTCTime and GeneralizedTime. */
static void they_have_dates(void)
{
	static const int ends[] = {1, 365, 365 * 23, 365 * 60, 365 * 2000};

	for (size_t i = 0; i < KC_COUNT_OF(ends); i++) {
		struct made made;
		SecCertificateRef certificate;
		CFAbsoluteTime from, to;

		made_certificate(
			&(struct made_spec){
				.subject = "CN=D", .from_days = -365 * 40, .to_days = ends[i]},
			&made);
		certificate = new_certificate(&made);
		CHECK(is_time(SecCertificateCopyNotValidBeforeDate(certificate),
			X509_get0_notBefore(made.x509)));
		CHECK(is_time(SecCertificateCopyNotValidAfterDate(certificate),
			X509_get0_notAfter(made.x509)));
		from = SecCertificateNotValidBefore(certificate);
		to = SecCertificateNotValidAfter(certificate);
		CHECK(SecCertificateIsValid(certificate, from));
		CHECK(SecCertificateIsValid(certificate, to));
		CHECK(!SecCertificateIsValid(certificate, from - 1));
		CHECK(!SecCertificateIsValid(certificate, to + 1));
		CFRelease(certificate);
		made_certificate_done(&made);
	}
	CHECK(SecCertificateCopyNotValidAfterDate(NULL) == NULL);
}

static bool is_digest(CFDataRef digest, const EVP_MD *type, const struct made *made)
{
	unsigned char wanted[EVP_MAX_MD_SIZE];
	unsigned len = 0;
	bool same;

	EVP_Digest(made->der.data, made->der.len, wanted, &len, type, NULL);
	same = digest && CFDataGetLength(digest) == (CFIndex)len &&
	       memcmp(CFDataGetBytePtr(digest), wanted, len) == 0;
	if (digest)
		CFRelease(digest);
	return same;
}

/* In PEM, behind another block and a line of text; not without one. */
static void check_pem(const struct made *made, SecCertificateRef wanted)
{
	BIO *file = BIO_new(BIO_s_mem());
	char *text = NULL;
	long len;
	CFDataRef pem;
	SecCertificateRef certificate;

	CHECK_FATAL(PEM_write_bio_PUBKEY(file, made->key) == 1 && BIO_puts(file, "text\n") > 0 &&
		    PEM_write_bio_X509(file, made->x509) == 1);
	len = BIO_get_mem_data(file, &text);
	pem = CFDataCreate(NULL, (const UInt8 *)text, len);
	certificate = SecCertificateCreateWithPEM(NULL, pem);
	CHECK_FATAL(certificate != NULL);
	CHECK(CFEqual(certificate, wanted));
	CHECK(SecCertificateCreateWithPEM(NULL, NULL) == NULL);
	CFRelease(certificate);
	CFRelease(pem);
	pem = CFDataCreate(NULL, (const UInt8 *)text, 20);
	CHECK(SecCertificateCreateWithPEM(NULL, pem) == NULL);
	CFRelease(pem);
	BIO_free(file);
}

static void check_issuer(void)
{
	struct made issuer, made;
	SecCertificateRef certificate;
	CFStringRef text;
	CFRange range;

	made_certificate(&(struct made_spec){.subject = "O=Example/OU=Issuing",
				 .alternative = "email:not@this"},
		&issuer);
	made_certificate(
		&(struct made_spec){
			.subject = "CN=Issued", .issuer = &issuer, .alternative = "DNS:nor.this"},
		&made);
	certificate = new_certificate(&made);
	CHECK(is_text(SecCertificateCopyIssuerSummary(certificate), "Issuing"));
	text = CFCopyDescription(certificate);
	range = CFStringFind(text, CFSTR(" s: Issued i: Issuing>"), 0);
	CHECK(CFStringHasPrefix(text, CFSTR("<cert(")) && range.location != kCFNotFound);
	CFRelease(text);
	CFRelease(certificate);
	made_certificate_done(&made);
	made_certificate_done(&issuer);
}

static void private_functions_agree(void)
{
	struct made made;
	SecCertificateRef certificate, same;

	made_certificate(&(struct made_spec){.subject = "CN=P"}, &made);
	certificate = new_certificate(&made);
	CHECK((size_t)SecCertificateGetLength(certificate) == made.der.len);
	CHECK(memcmp(SecCertificateGetBytePtr(certificate), made.der.data, made.der.len) == 0);
	same = SecCertificateCreateWithBytes(NULL, made.der.data, (CFIndex)made.der.len);
	CHECK_FATAL(same != NULL);
	CHECK(CFEqual(same, certificate));
	CHECK(SecCertificateCreateWithBytes(NULL, NULL, 1) == NULL);
	check_pem(&made, certificate);
	CHECK(SecCertificateCreateWithBytes(NULL, made.der.data, -1) == NULL);
	CHECK(is_digest(SecCertificateCopySHA1Digest(certificate), EVP_sha1(), &made));
	check_issuer();
	CHECK(is_digest(SecCertificateCopySHA256Digest(certificate), EVP_sha256(), &made));
	CFRelease(certificate);
	CFRelease(same);
	made_certificate_done(&made);
}

/* --- the older functions --------------------------------------------------------------------- */

/* One value: how OpenSSL has it, part by part. */
static bool is_entry(const CSSM_X509_TYPE_VALUE_PAIR *pair, const X509_NAME_ENTRY *entry)
{
	const ASN1_STRING *value = X509_NAME_ENTRY_get_data(entry);
	const ASN1_OBJECT *type = X509_NAME_ENTRY_get_object(entry);

	return pair->value.Length == (size_t)ASN1_STRING_length(value) &&
	       memcmp(pair->value.Data, ASN1_STRING_get0_data(value), pair->value.Length) == 0 &&
	       pair->valueType == ASN1_STRING_type(value) &&
	       pair->type.Length == OBJ_length(type) &&
	       memcmp(pair->type.Data, OBJ_get0_data(type), pair->type.Length) == 0;
}

static bool is_name(const CSSM_X509_NAME *name, const X509_NAME *wanted)
{
	int at = 0;

	for (uint32_t i = 0; i < name->numberOfRDNs; i++) {
		const CSSM_X509_RDN *part = &name->RelativeDistinguishedName[i];
		for (uint32_t j = 0; j < part->numberOfPairs; j++, at++) {
			const X509_NAME_ENTRY *entry = X509_NAME_get_entry(wanted, at);
			if (!entry || X509_NAME_ENTRY_set(entry) != (int)i ||
				!is_entry(&part->AttributeTypeAndValue[j], entry))
				return false;
		}
	}
	return at == X509_NAME_entry_count(wanted);
}

static void older_functions_read_them(void)
{
	struct made issuer, made, first;
	CSSM_DATA data, bad = {3, (uint8_t *)(uintptr_t) "bad"};
	SecCertificateRef certificate = NULL, other = NULL;
	const CSSM_X509_NAME *name = NULL, *again = NULL;
	CSSM_CERT_TYPE type = 0;

	made_certificate(&(struct made_spec){.subject = "p:C=DE/O=One/t:CN=Issuer"}, &issuer);
	made_certificate(
		&(struct made_spec){.subject = "CN=Older/i:emailAddress=a@x", .issuer = &issuer},
		&made);
	made_certificate(&(struct made_spec){.subject = "CN=First", .version = 1}, &first);
	data = (CSSM_DATA){made.der.len, made.der.data};
	CHECK(SecCertificateCreateFromData(&data, CSSM_CERT_X_509v3, CSSM_CERT_ENCODING_DER,
		      &certificate) == errSecSuccess);
	CHECK_FATAL(certificate != NULL);
	CHECK(SecCertificateGetSubject(certificate, &name) == errSecSuccess);
	CHECK(is_name(name, X509_get_subject_name(made.x509)));
	CHECK(SecCertificateGetSubject(certificate, &again) == errSecSuccess && again == name);
	CHECK(SecCertificateGetIssuer(certificate, &name) == errSecSuccess);
	CHECK(is_name(name, X509_get_issuer_name(made.x509)));
	CHECK(SecCertificateGetType(certificate, &type) == errSecSuccess &&
		type == CSSM_CERT_X_509v3);
	CHECK(SecCertificateGetData(certificate, &data) == errSecSuccess);
	CHECK(data.Length == made.der.len && memcmp(data.Data, made.der.data, data.Length) == 0);
	other = new_certificate(&first);
	CHECK(SecCertificateGetType(other, &type) == errSecSuccess && type == CSSM_CERT_X_509v1);
	CHECK(SecCertificateCreateFromData(&bad, CSSM_CERT_X_509v3, CSSM_CERT_ENCODING_DER,
		      &certificate) == errSecUnknownFormat);
	CHECK(SecCertificateCreateFromData(NULL, CSSM_CERT_X_509v3, CSSM_CERT_ENCODING_DER,
		      &certificate) == errSecParam);
	CHECK(SecCertificateCreateFromData(&data, CSSM_CERT_X_509v3, CSSM_CERT_ENCODING_CUSTOM,
		      &certificate) == errSecParam);
	CHECK(SecCertificateGetSubject(NULL, &name) == errSecParam);
	CHECK(SecCertificateGetData(certificate, NULL) == errSecParam);
	CFRelease(certificate);
	CFRelease(other);
	made_certificate_done(&first);
	made_certificate_done(&made);
	made_certificate_done(&issuer);
}

/* --- SecCertificateCopyValues ---------------------------------------------------------------- */

/* The entry of a section with a label. */
static CFTypeRef value_in(CFArrayRef section, const char *label)
{
	for (CFIndex i = 0; i < CFArrayGetCount(section); i++) {
		CFDictionaryRef entry = CFArrayGetValueAtIndex(section, i);
		CFStringRef own = CFDictionaryGetValue(entry, kSecPropertyKeyLabel);
		if (strcmp(CFStringGetCStringPtr(own, kCFStringEncodingUTF8), label) == 0)
			return CFDictionaryGetValue(entry, kSecPropertyKeyValue);
	}
	return NULL;
}

/* A value, or one in a section, as text: a string, a number, the length of data. */
static void value_text(
	CFDictionaryRef values, CFStringRef oid, const char *label, char text[static 256])
{
	CFDictionaryRef entry = CFDictionaryGetValue(values, oid);
	CFTypeRef value = entry ? CFDictionaryGetValue(entry, kSecPropertyKeyValue) : NULL;
	int64_t number = 0;

	if (value && label)
		value = CFGetTypeID(value) == CFArrayGetTypeID() ? value_in(value, label) : NULL;
	if (!value)
		snprintf(text, 256, "-");
	else if (CFGetTypeID(value) == CFStringGetTypeID())
		snprintf(text, 256, "%s", CFStringGetCStringPtr(value, kCFStringEncodingUTF8));
	else if (CFGetTypeID(value) == CFDataGetTypeID())
		snprintf(text, 256, "%ld bytes", CFDataGetLength(value));
	else if (CFGetTypeID(value) == CFNumberGetTypeID() &&
		 CFNumberGetValue(value, kCFNumberSInt64Type, &number))
		snprintf(text, 256, "%lld", (long long)number);
	else
		snprintf(text, 256, "something else");
}

/* clang-format off */
static const struct {
	const CFStringRef *oid;
	const char *label, *text;
} value_rows[] = {
	{&kSecOIDX509V1Version,                   NULL,                     "3"},
	{&kSecOIDX509V1SerialNumber,              NULL,                     "258"},
	{&kSecOIDX509V1SubjectName,               "2.5.4.3",                "Value"},
	{&kSecOIDX509V1SubjectName,               "2.5.4.10",               "Example"},
	{&kSecOIDX509V1IssuerName,                "2.5.4.3",                "Value"},
	{&kSecOIDX509V1SubjectPublicKeyAlgorithm, "Algorithm",              "1.2.840.10045.2.1"},
	{&kSecOIDX509V1SubjectPublicKey,          NULL,                     "65 bytes"},
	{&kSecOIDX509V1SignatureAlgorithm,        "Algorithm",              "1.2.840.10045.4.3.2"},
	{&kSecOIDSubjectAltName,                  "DNS Name",               "x.org"},
	{&kSecOIDSubjectAltName,                  "Email Address",          "a@x.org"},
	{&kSecOIDSubjectAltName,                  "URI",                    "http://x.org/"},
	{&kSecOIDSubjectAltName,                  "IP Address",             "4 bytes"},
	{&kSecOIDSubjectAltName,                  "Critical",               "No"},
	{&kSecOIDBasicConstraints,                "Certificate Authority",  "Yes"},
	{&kSecOIDBasicConstraints,                "Path Length Constraint", "3"},
	{&kSecOIDBasicConstraints,                "Critical",               "Yes"},
	{&kSecOIDKeyUsage,                        NULL,                     "33"}, /* bits 0 and 5 */
	{&kSecOIDExtendedKeyUsage,                "Purpose",                "1.3.6.1.5.5.7.3.1"},
	{&kSecOIDSubjectKeyIdentifier,            "Key ID",                 "20 bytes"},
	{&kSecOIDCertificatePolicies,             NULL,                     "-"},
};
/* clang-format on */

static void they_have_values(void)
{
	struct made made;
	SecCertificateRef certificate;
	CFDictionaryRef values, some;
	const void *keys[] = {kSecOIDX509V1SubjectName, kSecOIDCertificatePolicies};
	CFArrayRef wanted = CFArrayCreate(NULL, keys, 2, &kCFTypeArrayCallBacks);
	CFErrorRef error = NULL;
	char text[256];

	made_certificate(
		&(struct made_spec){.subject = "CN=Value/O=Example",
			.serial = "0102",
			.alternative = "DNS:x.org,email:a@x.org,URI:http://x.org/,IP:1.2.3.4,"
				       "RID:1.2.3",
			.constraints = "critical,CA:TRUE,pathlen:3",
			.usage = "digitalSignature,keyCertSign",
			.extended_usage = "serverAuth",
			.subject_key_id = "hash"},
		&made);
	certificate = new_certificate(&made);
	values = SecCertificateCopyValues(certificate, NULL, NULL);
	CHECK_FATAL(values != NULL);
	for (size_t i = 0; i < KC_COUNT_OF(value_rows); i++) {
		value_text(values, *value_rows[i].oid, value_rows[i].label, text);
		CHECK_MSG(strcmp(text, value_rows[i].text) == 0, value_rows[i].text);
	}
	value_text(values, kSecOIDX509V1ValidityNotAfter, NULL, text);
	CHECK((CFAbsoluteTime)atoll(text) == SecCertificateNotValidAfter(certificate));
	some = SecCertificateCopyValues(certificate, wanted, NULL);
	CHECK(some && CFDictionaryGetCount(some) == 1);
	CHECK(SecCertificateCopyValues(NULL, NULL, &error) == NULL);
	CHECK(error && CFErrorGetCode(error) == errSecParam);
	CHECK(is_text(SecCertificateCopyLongDescription(NULL, certificate, NULL), "Value"));
	CHECK(is_text(SecCertificateCopyShortDescription(NULL, certificate, NULL), "Value"));
	CFRelease(error);
	CFRelease(some);
	CFRelease(values);
	CFRelease(wanted);
	CFRelease(certificate);
	made_certificate_done(&made);
}

int main(void)
{
	static const struct check_test tests[] = {
		CHECK_TEST(a_certificate_is_its_bytes),
		CHECK_TEST(other_bytes_are_none),
		CHECK_TEST(they_have_a_summary),
		CHECK_TEST(they_have_a_key),
		CHECK_TEST(they_have_names),
		CHECK_TEST(names_are_normalised),
		CHECK_TEST(serial_numbers_are_bytes),
		CHECK_TEST(they_have_dates),
		CHECK_TEST(private_functions_agree),
		CHECK_TEST(older_functions_read_them),
		CHECK_TEST(they_have_values),
	};

	return check_main("certificates", tests, KC_COUNT_OF(tests));
}
