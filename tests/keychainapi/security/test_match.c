/* SPDX-License-Identifier: ISC */
/*
 * The kSecMatch... keys that look into certificates, over one set of certificates and identities.
 *
 * Each row is a search with keys of its own; what is found is written as the initials of the
 * certificates. Sections are those of the behaviour specification (secitem.md); "default" is what
 * the default profile has from the file keychain of macOS.
 */
#include <Security/Security.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/pem.h>

#include "tests/check.h"
#include "tests/keychainapi/security/objects.h"
#include "tests/wire/device.h"

#define COUNT KC_COUNT_OF(made)

enum { ROOT, MIDDLE, ALICE, BOB, EVE, OLD, WEB };
static struct made made[7];

/* Root is an anchor of this machine; Eve is from nobody. Alice is from Middle, the others from
 * Root. */
static void some_certificates(void)
{
	const struct made_spec specs[COUNT] = {
		[ROOT] = {.subject = "CN=Root", .constraints = "critical,CA:TRUE"},
		[MIDDLE] = {.subject = "p:CN=the  middle",
			.issuer = &made[ROOT],
			.serial = "02",
			.constraints = "critical,CA:TRUE"},
		[ALICE] = {.subject = "CN=Alice/O=Example Works",
			.issuer = &made[MIDDLE],
			.alternative = "email:Alice@example.org",
			.serial = "03"},
		[BOB] = {.subject = "CN=Bob/O=Example Shop/i:emailAddress=bob@example.org",
			.issuer = &made[ROOT],
			.serial = "04"},
		[EVE] = {.subject = "CN=Eve", .serial = "05", .from_days = -10, .to_days = 10},
		[OLD] = {.subject = "CN=old",
			.issuer = &made[ROOT],
			.serial = "06",
			.from_days = -400,
			.to_days = -30},
		[WEB] = {.subject = "CN=www.example.org",
			.issuer = &made[ROOT],
			.serial = "07",
			.alternative = "DNS:www.example.org",
			.extended_usage = "serverAuth"},
	};

	for (size_t i = 0; i < COUNT; i++)
		made_certificate(&specs[i], &made[i]);
}

/* --- rows ------------------------------------------------------------------------------------ */

enum name { WHOLE, CUT };

static CFTypeRef issuer_name(enum name form, const struct made *of)
{
	const unsigned char *der = NULL;
	size_t len = 0;

	CHECK_FATAL(X509_NAME_get0_der(X509_get_subject_name(of->x509), &der, &len) == 1);
	return objects_data_of(kc_bytes(der, form == CUT ? len - 1 : len));
}

static CFTypeRef array_of(CFTypeRef one, CFTypeRef two)
{
	const void *values[] = {one, two};

	return objects_later(CFArrayCreate(NULL, values, two ? 2 : 1, &kCFTypeArrayCallBacks));
}

static CFTypeRef days_from_now(double days)
{
	return objects_later(CFDateCreate(NULL, CFAbsoluteTimeGetCurrent() + days * 86400));
}

static CFTypeRef persistent_ref_of(const struct made *of)
{
	CFTypeRef found = NULL;

	CHECK(objects_find(objects_dict(kSecValueRef, objects_certificate_of(of),
				   kSecReturnPersistentRef, kCFBooleanTrue, NULL),
		      &found) == errSecSuccess);
	return found;
}

static CFTypeRef stored(const struct made *of)
{
	CFTypeRef found = NULL;

	CHECK(objects_find(objects_dict(kSecValueRef, objects_certificate_of(of), kSecReturnRef,
				   kCFBooleanTrue, NULL),
		      &found) == errSecSuccess);
	return found;
}

/* Values of a row: =text, #data, @days from now, or a word for another object. */
static CFTypeRef value_of(const char *word)
{
	struct word {
		const char *word;
		CFTypeRef object;
	};
	SecPolicyRef ssl = SecPolicyCreateSSL(true, CFSTR("www.example.org")),
		     basic = SecPolicyCreateBasicX509();

	objects_later(ssl);
	objects_later(basic);
	if (word[0] == '=')
		return objects_text(word + 1);
	if (word[0] == '#')
		return objects_data_of(kc_bytes_str(word + 1));
	if (word[0] == '@')
		return days_from_now(atof(word + 1));
	const struct word words[] = {
		{"yes", kCFBooleanTrue},
		{"no", kCFBooleanFalse},
		{"null", kCFNull},
		{"all", kSecMatchLimitAll},
		{"root", array_of(issuer_name(WHOLE, &made[ROOT]), NULL)},
		{"middle", array_of(issuer_name(WHOLE, &made[MIDDLE]), NULL)},
		{"eve", array_of(issuer_name(WHOLE, &made[EVE]), NULL)},
		{"middle or eve", array_of(issuer_name(WHOLE, &made[MIDDLE]),
					  issuer_name(WHOLE, &made[EVE]))},
		{"damaged", array_of(issuer_name(CUT, &made[ROOT]), NULL)},
		{"damaged or eve",
			array_of(issuer_name(CUT, &made[ROOT]), issuer_name(WHOLE, &made[EVE]))},
		{"text or eve", array_of(CFSTR("text"), issuer_name(WHOLE, &made[EVE]))},
		{"nothing", objects_later(CFArrayCreate(NULL, NULL, 0, &kCFTypeArrayCallBacks))},
		{"texts", array_of(CFSTR("text"), NULL)},
		{"numbers", array_of(kCFBooleanTrue, NULL)},
		{"datas", array_of(objects_data_of(kc_bytes_str("data")), NULL)},
		{"basic", basic},
		{"server", ssl},
	};
	for (size_t i = 0; i < KC_COUNT_OF(words); i++)
		if (strcmp(words[i].word, word) == 0)
			return words[i].object;
	/* those that need the keychain */
	if (strcmp(word, "stored") == 0)
		return array_of(stored(&made[ALICE]), objects_certificate_of(&made[BOB]));
	if (strcmp(word, "references") == 0)
		return array_of(persistent_ref_of(&made[EVE]), persistent_ref_of(&made[OLD]));
	if (strcmp(word, "identity") == 0)
		return array_of(objects_identity_of(&made[BOB]), NULL);
	if (strcmp(word, "key") == 0)
		return array_of(objects_key_of(&made[BOB]), NULL);
	CHECK_FATAL(strcmp(word, "absent") == 0);
	return NULL;
}

#define BOTH "both"
#define STRICT "strict"
#define DEFAULT "default"

/* clang-format off */
static const struct row {
	const char *section, *profile, *what;
	const CFStringRef *key;
	const char *value;
	const CFStringRef *second;
	const char *second_value;
	OSStatus status;     /* not looked at when something is to be found */
	const char *certificates, *identities; /* NULL: as status says */
} rows[] = {
	{"3.3", BOTH, "no filter",                &kSecMatchCaseInsensitive,      "yes",      NULL, NULL, 0, "ABERowm", "ABE"},

	{"3.3", BOTH, "issued by",                &kSecMatchIssuers, "root",             NULL, NULL, 0, "ABRowm",  "AB"},
	{"3.3", BOTH, "through what is stored",   &kSecMatchIssuers, "middle",           NULL, NULL, 0, "A",       "A"},
	{"3.3", BOTH, "by itself",                &kSecMatchIssuers, "eve",              NULL, NULL, 0, "E",       "E"},
	{"3.3", BOTH, "any of them",              &kSecMatchIssuers, "middle or eve",    NULL, NULL, 0, "AE",      "AE"},
	{"3.3", BOTH, "elements that are no data",&kSecMatchIssuers, "text or eve",      NULL, NULL, 0, "E",       "E"},
	{"3.3", BOTH, "and no names",             &kSecMatchIssuers, "damaged or eve",   NULL, NULL, 0, "E",       "E"},
	{"3.3", BOTH, "no name among the data",   &kSecMatchIssuers, "damaged",          NULL, NULL, errSecItemNotFound, NULL, NULL},
	{"3.3", BOTH, "no element at all",        &kSecMatchIssuers, "nothing",          NULL, NULL, 0, "ABERowm", "ABE"},
	{"3.3", BOTH, "no array",                 &kSecMatchIssuers, "=text",            NULL, NULL, 0, "ABERowm", "ABE"},

	{"3.3", BOTH, "valid now",                &kSecMatchValidOnDate, "null",         NULL, NULL, 0, "ABERwm",  "ABE"},
	{"3.3", BOTH, "valid on a day",           &kSecMatchValidOnDate, "@-5",          NULL, NULL, 0, "E",       "E"},
	{"3.3", BOTH, "valid long ago",           &kSecMatchValidOnDate, "@-100",        NULL, NULL, errSecItemNotFound, "o", NULL},
	{"3.3", BOTH, "before the first day",     &kSecMatchValidOnDate, "@-401",        NULL, NULL, errSecItemNotFound, NULL, NULL},
	{"3.3", BOTH, "after the last day",       &kSecMatchValidOnDate, "@366",         NULL, NULL, errSecItemNotFound, NULL, NULL},
	{"3.3", BOTH, "no date",                  &kSecMatchValidOnDate, "=now",         NULL, NULL, errSecParam, NULL, NULL},

	{"3.3", BOTH, "an address of the names",  &kSecMatchEmailAddressIfPresent, "=Alice@example.org", NULL, NULL, 0, "AERowm", "AE"},
	{"3.3", BOTH, "one of the subject",       &kSecMatchEmailAddressIfPresent, "=bob@example.org",   NULL, NULL, 0, "BERowm", "BE"},
	{"3.3", BOTH, "one that nobody has",      &kSecMatchEmailAddressIfPresent, "=eve@example.org",   NULL, NULL, 0, "ERowm",  "E"},
	{"3.3", STRICT, "to the letter",          &kSecMatchEmailAddressIfPresent, "=alice@example.org", NULL, NULL, 0, "ERowm",  "E"},
	{"3.3", DEFAULT, "in any case",           &kSecMatchEmailAddressIfPresent, "=alice@example.org", NULL, NULL, 0, "AERowm", "AE"},
	{"3.3", BOTH, "no text",                  &kSecMatchEmailAddressIfPresent, "#a@b",   NULL, NULL, errSecParam, NULL, NULL},

	{"3.3", BOTH, "trusted",                  &kSecMatchTrustedOnly, "yes",          NULL, NULL, 0, "ABRwm",   "AB"},
	{"3.3", BOTH, "trusted or not",           &kSecMatchTrustedOnly, "no",           NULL, NULL, 0, "ABERowm", "ABE"},
	{"3.3", STRICT, "no truth value",         &kSecMatchTrustedOnly, "=yes",         NULL, NULL, errSecParam, NULL, NULL},
	{"3.3", BOTH, "trusted on a day",         &kSecMatchTrustedOnly, "yes",          &kSecMatchValidOnDate, "@-100", errSecItemNotFound, NULL, NULL},

	{"3.3", STRICT, "good for a policy",      &kSecMatchPolicy, "basic",             NULL, NULL, 0, "ABRwm",   "AB"},
	{"3.3", DEFAULT, "good by itself",        &kSecMatchPolicy, "basic",             NULL, NULL, 0, "ABERwm",  "ABE"},
	{"3.3", BOTH, "good for a host",          &kSecMatchPolicy, "server",            NULL, NULL, errSecItemNotFound, "w", NULL},
	{"3.3", BOTH, "and trusted",              &kSecMatchPolicy, "basic",             &kSecMatchTrustedOnly, "yes", 0, "ABRwm", "AB"},
	{"3.3", BOTH, "no policy",                &kSecMatchPolicy, "=basic",            NULL, NULL, errSecParam, NULL, NULL},

	{"3.3", STRICT, "subjects are ignored",   &kSecMatchSubjectContains,    "=xyz",  NULL, NULL, 0, "ABERowm", "ABE"},
	{"3.3", STRICT, "whatever they are",      &kSecMatchSubjectStartsWith,  "#xyz",  NULL, NULL, 0, "ABERowm", "ABE"},
	{"default", DEFAULT, "subject contains",  &kSecMatchSubjectContains,    "=xample",    NULL, NULL, 0, "ABw",  "AB"},
	{"default", DEFAULT, "case counts",       &kSecMatchSubjectContains,    "=EXAMPLE",   NULL, NULL, errSecItemNotFound, NULL, NULL},
	{"default", DEFAULT, "or does not",       &kSecMatchSubjectContains,    "=EXAMPLE",   &kSecMatchCaseInsensitive, "yes", 0, "ABw", "AB"},
	{"default", DEFAULT, "starts with",       &kSecMatchSubjectStartsWith,  "=Example",   NULL, NULL, 0, "AB",   "AB"},
	{"default", DEFAULT, "ends with",         &kSecMatchSubjectEndsWith,    "=Shop",      NULL, NULL, 0, "B",    "B"},
	{"default", DEFAULT, "not in the middle", &kSecMatchSubjectEndsWith,    "=Example",   NULL, NULL, errSecItemNotFound, NULL, NULL},
	{"default", DEFAULT, "is",                &kSecMatchSubjectWholeString, "=Eve",       NULL, NULL, 0, "E",    "E"},
	{"default", DEFAULT, "is just that",      &kSecMatchSubjectWholeString, "=Ev",        NULL, NULL, errSecItemNotFound, NULL, NULL},
	{"default", DEFAULT, "in any case, too",  &kSecMatchSubjectWholeString, "=EVE",       &kSecMatchCaseInsensitive, "yes", 0, "E", "E"},
	{"default", DEFAULT, "two of them",       &kSecMatchSubjectStartsWith,  "=Example",   &kSecMatchSubjectEndsWith, "=Works", 0, "A", "A"},
	{"default", DEFAULT, "no text",           &kSecMatchSubjectContains,    "#x",         NULL, NULL, errSecParam, NULL, NULL},

	{"3.3", STRICT, "a list of data is ignored", &kSecMatchItemList, "datas",        NULL, NULL, 0, "ABERowm", "ABE"},
	{"3.3", STRICT, "one of objects is not",  &kSecMatchItemList, "stored",          NULL, NULL, errSecParam, NULL, NULL},
	{"3.5", STRICT, "the other list is refused", &kSecUseItemList, "datas",          NULL, NULL, errSecParam, NULL, NULL},
	{"default", DEFAULT, "objects",           &kSecMatchItemList, "stored",          NULL, NULL, 0, "AB",      "AB"},
	{"default", DEFAULT, "references",        &kSecMatchItemList, "references",      NULL, NULL, 0, "Eo",      "E"},
	{"default", DEFAULT, "an identity",       &kSecMatchItemList, "identity",        NULL, NULL, 0, "B",       "B"},
	{"default", DEFAULT, "another class",     &kSecMatchItemList, "key",             NULL, NULL, errSecItemNotFound, NULL, NULL},
	{"default", DEFAULT, "nothing",           &kSecMatchItemList, "nothing",         NULL, NULL, errSecItemNotFound, NULL, NULL},
	{"default", DEFAULT, "other things",      &kSecMatchItemList, "numbers",         NULL, NULL, errSecParam, NULL, NULL},
	{"default", DEFAULT, "data that is no reference", &kSecMatchItemList, "datas",   NULL, NULL, errSecParam, NULL, NULL},
	{"default", DEFAULT, "no list",           &kSecMatchItemList, "=x",              NULL, NULL, errSecParam, NULL, NULL},
	{"default", DEFAULT, "the other list",    &kSecUseItemList,   "stored",          NULL, NULL, 0, "AB",      "AB"},
	{"default", DEFAULT, "both lists",        &kSecUseItemList,   "stored",          &kSecMatchItemList, "stored", errSecParam, NULL, NULL},
	{"default", DEFAULT, "a list and a filter", &kSecMatchItemList, "stored",        &kSecMatchIssuers, "middle", 0, "A", "A"},

	{"3.3", BOTH, "hosts are of passwords",   &kSecMatchHostOrSubdomainOfHost, "=example.org", NULL, NULL, errSecUnimplemented, NULL, NULL},
	{"3.3", BOTH, "two filters",              &kSecMatchIssuers, "root",             &kSecMatchEmailAddressIfPresent, "=bob@example.org", 0, "BRowm", "B"},
};
/* clang-format on */

/* The initials of what was found, in order. */
static void initials(CFArrayRef found, char text[static COUNT + 1])
{
	static const char letters[COUNT + 1] = "RmABEow";
	static const char order[] = "ABERowm";
	size_t len = 0;

	for (const char *at = order; *at; at++) {
		size_t which = (size_t)(strchr(letters, *at) - letters);
		for (CFIndex i = 0; i < CFArrayGetCount(found); i++) {
			CFTypeRef object = CFArrayGetValueAtIndex(found, i);
			SecCertificateRef certificate = (SecCertificateRef)(uintptr_t)object;
			if (CFGetTypeID(object) == SecIdentityGetTypeID())
				SecIdentityCopyCertificate(
					(SecIdentityRef)(uintptr_t)object, &certificate);
			else
				CFRetain(certificate);
			if (len < COUNT &&
				CFEqual(certificate, objects_certificate_of(&made[which])))
				text[len++] = *at;
			CFRelease(certificate);
		}
	}
	text[len] = '\0';
}

static CFMutableDictionaryRef query_of(const struct row *row, CFStringRef class)
{
	CFMutableDictionaryRef query = objects_dict(kSecClass, class, NULL);

	CFDictionarySetValue(query, *row->key, value_of(row->value));
	if (row->second)
		CFDictionarySetValue(query, *row->second, value_of(row->second_value));
	return query;
}

static void check_row_of(const struct row *row, CFStringRef class, const char *wanted)
{
	CFMutableDictionaryRef query = query_of(row, class);
	char text[COUNT + 1] = "", what[160];
	OSStatus status;
	CFTypeRef found;

	CFDictionarySetValue(query, kSecMatchLimit, kSecMatchLimitAll);
	CFDictionarySetValue(query, kSecReturnRef, kCFBooleanTrue);
	status = objects_find(query, &found);
	if (found)
		initials(found, text);
	snprintf(what, sizeof what, "%s, %s of %s: %d \"%s\"", row->section, row->what,
		CFStringGetCStringPtr(class, kCFStringEncodingUTF8), (int)status, text);
	if (wanted)
		CHECK_MSG(status == errSecSuccess && strcmp(text, wanted) == 0, what);
	else
		CHECK_MSG(status == row->status, what);
}

/* One is found where several are. */
static void check_one(const struct row *row)
{
	CFMutableDictionaryRef query = query_of(row, kSecClassCertificate);
	CFTypeRef found;

	CFDictionarySetValue(query, kSecReturnRef, kCFBooleanTrue);
	CHECK_MSG(objects_find(query, &found) == errSecSuccess && found &&
			  CFGetTypeID(found) == SecCertificateGetTypeID(),
		row->what);
}

static bool is_of_profile(const struct row *row)
{
	return strcmp(row->profile, BOTH) == 0 ||
	       strcmp(row->profile, objects_strict ? STRICT : DEFAULT) == 0;
}

static void store(void)
{
	for (size_t i = 0; i < COUNT; i++)
		CHECK(objects_add(objects_certificate_of(&made[i])) == errSecSuccess);
	CHECK(objects_add(objects_key_of(&made[ALICE])) == errSecSuccess);
	CHECK(objects_add(objects_key_of(&made[BOB])) == errSecSuccess);
	CHECK(objects_add(objects_key_of(&made[EVE])) == errSecSuccess);
}

static void check_rows(void)
{
	store();
	for (size_t i = 0; i < KC_COUNT_OF(rows); i++) {
		if (!is_of_profile(&rows[i]))
			continue;
		check_row_of(&rows[i], kSecClassCertificate, rows[i].certificates);
		check_row_of(&rows[i], kSecClassIdentity, rows[i].identities);
		if (rows[i].certificates)
			check_one(&rows[i]);
		objects_forget();
	}
	objects_empty();
}

/* --- other classes, other calls -------------------------------------------------------------- */

/* clang-format off */
static const struct {
	const char *section;
	const CFStringRef *key;
	const char *value;
	OSStatus status;
} of_passwords[] = {
	{"3.3", &kSecMatchIssuers,               "root",   errSecUnimplemented},
	{"3.3", &kSecMatchPolicy,                "basic",  errSecUnimplemented},
	{"3.3", &kSecMatchValidOnDate,           "@-1000", errSecSuccess},
	{"3.3", &kSecMatchTrustedOnly,           "yes",    errSecSuccess},
	{"3.3", &kSecMatchEmailAddressIfPresent, "=a@b",   errSecSuccess},
	{"3.3", &kSecMatchSubjectContains,       "=x",     errSecSuccess},
};
/* clang-format on */

/* Filters for certificates look at nothing else. */
static void check_passwords(void)
{
	CFTypeRef found;

	CHECK(SecItemAdd(objects_dict(kSecClass, kSecClassGenericPassword, kSecAttrService,
				 CFSTR("match"), NULL),
		      NULL) == errSecSuccess);
	for (size_t i = 0; i < KC_COUNT_OF(of_passwords); i++)
		CHECK_MSG(objects_find(objects_dict(kSecClass, kSecClassGenericPassword,
					       *of_passwords[i].key,
					       value_of(of_passwords[i].value), NULL),
				  &found) == of_passwords[i].status,
			of_passwords[i].value);
	CHECK(SecItemDelete(objects_dict(kSecClass, kSecClassGenericPassword, NULL)) ==
		errSecSuccess);
	objects_forget();
}

/* 4: the strict profile takes no m_ key there; the other one acts on what is found with them. */
static void check_changes(void)
{
	const OSStatus wanted = objects_strict ? errSecParam : errSecSuccess;
	CFTypeRef found;

	store();
	CHECK(SecItemUpdate(objects_dict(kSecClass, kSecClassCertificate, kSecMatchIssuers,
				    value_of("middle"), NULL),
		      objects_dict(kSecAttrLabel, CFSTR("changed"), NULL)) == wanted);
	CHECK(objects_find(objects_dict(kSecClass, kSecClassCertificate, kSecAttrLabel,
				   CFSTR("changed"), kSecMatchLimit, kSecMatchLimitAll,
				   kSecReturnRef, kCFBooleanTrue, NULL),
		      &found) == (objects_strict ? errSecItemNotFound : errSecSuccess));
	CHECK(!found || CFArrayGetCount(found) == 1);
	CHECK(SecItemDelete(objects_dict(kSecClass, kSecClassCertificate, kSecMatchValidOnDate,
		      kCFNull, NULL)) == wanted);
	CHECK(objects_count_of(kSecClassCertificate) == (objects_strict ? (CFIndex)COUNT : 1));
	CHECK(SecItemDelete(objects_dict(kSecClass, kSecClassCertificate, kSecMatchValidOnDate,
		      kCFNull, NULL)) == (objects_strict ? errSecParam : errSecItemNotFound));
	objects_empty();
	store();
	CHECK(SecItemDelete(objects_dict(kSecClass, kSecClassIdentity, kSecMatchIssuers,
		      value_of("middle or eve"), NULL)) == wanted);
	CHECK(objects_count_of(kSecClassIdentity) == (objects_strict ? 3 : 1));
	CHECK(objects_count_of(kSecClassKey) == (objects_strict ? 3 : 1));
	objects_empty();
	store();
	CHECK(SecItemDelete(objects_dict(kSecClass, kSecClassCertificate, kSecMatchItemList,
		      value_of("stored"), NULL)) == wanted);
	CHECK(objects_count_of(kSecClassCertificate) == (CFIndex)COUNT - (objects_strict ? 0 : 2));
	/* a list says the class, too */
	if (!objects_strict)
		CHECK(SecItemDelete(objects_dict(
			      kSecMatchItemList, value_of("references"), NULL)) == errSecSuccess);
	CHECK(objects_count_of(kSecClassCertificate) == (CFIndex)COUNT - (objects_strict ? 0 : 4));
	objects_empty();
}

/* A circle of issuers ends. */
static void check_circle(void)
{
	struct made one, two, leaf;
	CFTypeRef found;

	made_certificate(&(struct made_spec){.subject = "CN=Two"}, &two);
	made_certificate(&(struct made_spec){.subject = "CN=One", .issuer = &two}, &one);
	made_certificate_done(&two);
	made_certificate(&(struct made_spec){.subject = "CN=Two", .issuer = &one}, &two);
	made_certificate(
		&(struct made_spec){.subject = "CN=Leaf", .issuer = &one, .serial = "02"}, &leaf);
	CHECK(objects_add(objects_certificate_of(&one)) == errSecSuccess);
	CHECK(objects_add(objects_certificate_of(&two)) == errSecSuccess);
	CHECK(objects_add(objects_certificate_of(&leaf)) == errSecSuccess);
	CHECK(objects_find(objects_dict(kSecClass, kSecClassCertificate, kSecMatchIssuers,
				   value_of("root"), NULL),
		      &found) == errSecItemNotFound);
	CHECK(objects_find(objects_dict(kSecClass, kSecClassCertificate, kSecMatchTrustedOnly,
				   kCFBooleanTrue, NULL),
		      &found) == errSecItemNotFound);
	objects_empty();
	made_certificate_done(&one);
	made_certificate_done(&two);
	made_certificate_done(&leaf);
}

static void check_all(void)
{
	check_rows();
	check_passwords();
	check_changes();
	check_circle();
}

static void in_the_default_profile(void)
{
	objects_strict = false;
	check_all();
}

static void in_the_strict_profile(void)
{
	objects_strict = true;
	check_all();
}

/* --- set-up ---------------------------------------------------------------------------------- */

static void a_keychain(void)
{
	kc_client_free(device_client());
}

/* The anchors of this machine are the one that is made here: before the library looks. */
static void an_anchor(void)
{
	char path[512];
	FILE *file;

	snprintf(path, sizeof path, "%s/anchors.pem", device_path());
	file = fopen(path, "w");
	CHECK_FATAL(file && PEM_write_X509(file, made[ROOT].x509) == 1 && fclose(file) == 0);
	setenv("SSL_CERT_FILE", path, 1);
	setenv("SSL_CERT_DIR", "/nowhere", 1);
}

int main(void)
{
	static const struct check_test tests[] = {
		CHECK_TEST(some_certificates),
		CHECK_TEST(an_anchor),
		CHECK_TEST(a_keychain),
		CHECK_TEST(in_the_default_profile),
		CHECK_TEST(in_the_strict_profile),
	};
	int status;

	objects_begin();
	device_make("keycircled");
	status = check_main("keychainapi/match", tests, KC_COUNT_OF(tests));
	device_remove();
	objects_end();
	for (size_t i = 0; i < COUNT; i++)
		made_certificate_done(&made[i]);
	return status;
}
