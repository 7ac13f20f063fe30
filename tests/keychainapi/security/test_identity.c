/* SPDX-License-Identifier: ISC */
/*
 * Certificates and identities in the four item calls, in both profiles.
 *
 * Certificates are made with OpenSSL, and what the keychain says of them is held to OpenSSL's own
 * reading. Sections are those of the behaviour specification (secitem.md).
 */
#include <Security/SecIdentityPriv.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>

#include <openssl/x509v3.h>

#include "tests/check.h"
#include "tests/keychainapi/security/objects.h"
#include "tests/keychainapi/security/other_side.h"
#include "tests/wire/device.h"

#define DATA 1u
#define ATTRS 2u
#define REF 4u
#define PREF 8u

/* The certificates of these tests: Alice's is from Middle, which is from Root, and so is Bob's. */
static struct made root, middle, alice, bob;

/* --- 7.5: the object ------------------------------------------------------------------------- */

static void identities_have_two_parts(void)
{
	SecIdentityRef identity = objects_identity_of(&alice), same = objects_identity_of(&alice);
	SecCertificateRef certificate = NULL;
	SecKeyRef key = NULL;
	CFStringRef text;

	CHECK(CFGetTypeID(identity) == SecIdentityGetTypeID());
	CHECK(CFEqual(identity, same));
	CHECK(CFHash(identity) == CFHash(same));
	CHECK(!CFEqual(identity, objects_identity_of(&bob)));
	CHECK(SecIdentityCopyCertificate(identity, &certificate) == errSecSuccess);
	CHECK(SecIdentityCopyPrivateKey(identity, &key) == errSecSuccess);
	CHECK(CFEqual(objects_later(certificate), objects_certificate_of(&alice)));
	CHECK(CFEqual(objects_later(key), objects_key_of(&alice)));
	text = objects_later(CFCopyDescription(identity));
	CHECK(CFStringHasPrefix(text, CFSTR("<SecIdentity")));
	objects_forget();
}

static void other_parts_make_none(void)
{
	SecCertificateRef certificate = objects_certificate_of(&alice);
	SecKeyRef key = objects_key_of(&alice), public = SecKeyCopyPublicKey(key);

	objects_later(public);
	CHECK(SecIdentityCreate(NULL, certificate, objects_key_of(&bob)) == NULL);
	CHECK(SecIdentityCreate(NULL, certificate, public) == NULL);
	CHECK(SecIdentityCreate(NULL, certificate, NULL) == NULL);
	CHECK(SecIdentityCreate(NULL, NULL, key) == NULL);
	CHECK(SecIdentityCreate(NULL, (SecCertificateRef)(uintptr_t)key, key) == NULL);
	CHECK(SecIdentityCopyCertificate(NULL, &certificate) == errSecParam);
	CHECK(SecIdentityCopyPrivateKey((SecIdentityRef)(uintptr_t)key, &key) == errSecParam);
	CHECK(SecIdentityCopyCertificate(objects_identity_of(&alice), NULL) == errSecParam);
	objects_forget();
}

/* --- 4.1 and 4.2: the shapes of results ------------------------------------------------------ */

/* What a result is made of; one bit and bare is the object itself. */
#define CLASS 16u
#define BARE 32u

/* clang-format off */
static const struct shape {
	unsigned returns, add, find;
} shapes[] = {
	/* asked for                 add                                 find */
	{DATA,                       BARE | DATA,                        BARE | DATA},
	{ATTRS,                      ATTRS,                              ATTRS},
	{REF,                        BARE | REF,                         BARE | REF},
	{PREF,                       BARE | PREF,                        BARE | PREF},
	{DATA | ATTRS,               ATTRS | DATA,                       ATTRS | DATA},
	{DATA | PREF,                DATA | PREF,                        ATTRS | DATA | PREF},
	{DATA | REF,                 ATTRS | CLASS | DATA | REF,         ATTRS | CLASS | DATA | REF},
	{ATTRS | REF,                ATTRS | CLASS | REF,                ATTRS | CLASS | REF},
	{ATTRS | PREF,               ATTRS | PREF,                       ATTRS | PREF},
	{REF | PREF,                 ATTRS | CLASS | REF | PREF,         ATTRS | CLASS | REF | PREF},
	{DATA | ATTRS | REF,         ATTRS | CLASS | DATA | REF,         ATTRS | CLASS | DATA | REF},
	{DATA | ATTRS | PREF,        ATTRS | DATA | PREF,                ATTRS | DATA | PREF},
	{DATA | REF | PREF,          ATTRS | CLASS | DATA | REF | PREF,  ATTRS | CLASS | DATA | REF | PREF},
	{ATTRS | REF | PREF,         ATTRS | CLASS | REF | PREF,         ATTRS | CLASS | REF | PREF},
	{DATA | ATTRS | REF | PREF,  ATTRS | CLASS | DATA | REF | PREF,  ATTRS | CLASS | DATA | REF | PREF},
};

static const struct subject {
	const char *class;
	const CFStringRef *class_key;
	const char *some_attribute; /* of those that every result with attributes has */
} subjects[] = {
	{"cert", &kSecClassCertificate, "issr"},
	{"keys", &kSecClassKey,         "klbl"},
	{"idnt", &kSecClassIdentity,    "issr"},
};
/* clang-format on */

static CFTypeRef object_of(const struct subject *subject)
{
	return strcmp(subject->class, "cert") == 0   ? (CFTypeRef)objects_certificate_of(&alice)
	       : strcmp(subject->class, "keys") == 0 ? (CFTypeRef)objects_key_of(&alice)
						     : (CFTypeRef)objects_identity_of(&alice);
}

/* The bytes: of an identity those of the key. */
static CFDataRef bytes_of(const struct subject *subject)
{
	if (strcmp(subject->class, "cert") == 0)
		return objects_der_of(&alice);
	return objects_later(SecKeyCopyExternalRepresentation(objects_key_of(&alice), NULL));
}

static bool is_persistent_ref(CFTypeRef object, const struct subject *subject)
{
	return object && CFGetTypeID(object) == CFDataGetTypeID() &&
	       CFDataGetLength(object) == 20 &&
	       memcmp(CFDataGetBytePtr(object), subject->class, 4) == 0;
}

static bool has_shape(CFTypeRef result, unsigned shape, const struct subject *subject)
{
	CFStringRef some;

	if (!result)
		return false;
	if (shape & BARE)
		return shape & DATA  ? CFEqual(result, bytes_of(subject))
		       : shape & REF ? CFEqual(result, object_of(subject))
				     : is_persistent_ref(result, subject);
	some = objects_later(
		CFStringCreateWithCString(NULL, subject->some_attribute, kCFStringEncodingUTF8));
	if (CFGetTypeID(result) != CFDictionaryGetTypeID() ||
		CFDictionaryContainsKey(result, some) != !!(shape & ATTRS) ||
		CFDictionaryContainsKey(result, kSecClass) != !!(shape & CLASS) ||
		CFDictionaryContainsKey(result, kSecValueData) != !!(shape & DATA) ||
		CFDictionaryContainsKey(result, kSecValueRef) != !!(shape & REF) ||
		CFDictionaryContainsKey(result, kSecValuePersistentRef) != !!(shape & PREF))
		return false;
	return (!(shape & DATA) ||
		       CFEqual(CFDictionaryGetValue(result, kSecValueData), bytes_of(subject))) &&
	       (!(shape & REF) ||
		       CFEqual(CFDictionaryGetValue(result, kSecValueRef), object_of(subject))) &&
	       (!(shape & PREF) ||
		       is_persistent_ref(
			       CFDictionaryGetValue(result, kSecValuePersistentRef), subject));
}

static CFDictionaryRef asking(CFMutableDictionaryRef dictionary, unsigned returns)
{
	const CFStringRef keys[] = {
		kSecReturnData, kSecReturnAttributes, kSecReturnRef, kSecReturnPersistentRef};

	for (unsigned i = 0; i < 4; i++)
		if (returns >> i & 1)
			CFDictionarySetValue(dictionary, keys[i], kCFBooleanTrue);
	return dictionary;
}

static void check_shape(const struct shape *shape, const struct subject *subject)
{
	CFDictionaryRef one, all;
	CFTypeRef result = NULL;
	bool is_identity = strcmp(subject->class, "idnt") == 0;
	char what[64];

	snprintf(what, sizeof what, "%s, %x, %s", subject->class, shape->returns,
		objects_strict ? "strict" : "default");
	CHECK_MSG(SecItemAdd(asking(objects_dict(kSecValueRef, object_of(subject), NULL),
				     shape->returns),
			  &result) == errSecSuccess,
		what);
	objects_later(result);
	/* Of an identity only the persistent reference is defined, but for its own sake. */
	if (!is_identity || shape->returns == PREF || shape->returns == REF)
		CHECK_MSG(has_shape(result, shape->add, subject), what);
	one = asking(objects_dict(kSecClass, *subject->class_key, NULL), shape->returns);
	CHECK_MSG(objects_find(one, &result) == errSecSuccess, what);
	CHECK_MSG(has_shape(result, shape->find, subject), what);
	all = asking(objects_dict(kSecClass, *subject->class_key, kSecMatchLimit, kSecMatchLimitAll,
			     NULL),
		shape->returns);
	CHECK_MSG(objects_find(all, &result) == errSecSuccess, what);
	CHECK_FATAL(CFGetTypeID(result) == CFArrayGetTypeID() && CFArrayGetCount(result) == 1);
	CHECK_MSG(has_shape(CFArrayGetValueAtIndex(result, 0), shape->find, subject), what);
	if (is_identity && shape->returns & DATA && !(shape->find & BARE))
		CHECK_MSG(CFEqual(CFDictionaryGetValue(
					  CFArrayGetValueAtIndex(result, 0), CFSTR("certdata")),
				  objects_der_of(&alice)),
			what);
	objects_empty();
}

/* 4.1 and 4.2: nothing asked for is nothing; in the default profile it is the object. */
static void check_unasked(const struct subject *subject)
{
	CFTypeRef added = NULL, found = NULL, object = object_of(subject);

	CHECK(SecItemAdd(objects_dict(kSecValueRef, object, NULL), &added) == errSecSuccess);
	objects_later(added);
	CHECK(objects_find(objects_dict(kSecClass, *subject->class_key, NULL), &found) ==
		errSecSuccess);
	CHECK_MSG(objects_strict
			  ? !added && !found
			  : added && found && CFEqual(added, object) && CFEqual(found, object),
		subject->class);
	objects_empty();
}

static void results_have_shapes(void)
{
	for (size_t j = 0; j < KC_COUNT_OF(subjects); j++)
		check_unasked(&subjects[j]);
	for (size_t i = 0; i < KC_COUNT_OF(shapes); i++)
		for (size_t j = 0; j < KC_COUNT_OF(subjects); j++)
			check_shape(&shapes[i], &subjects[j]);
}

/* --- 2.5 and 4.1: what a certificate becomes ------------------------------------------------- */

static bool is_number(CFTypeRef object, int wanted)
{
	int value = -1;

	return object && CFGetTypeID(object) == CFNumberGetTypeID() &&
	       CFNumberGetValue(object, kCFNumberIntType, &value) && value == wanted;
}

static bool is_bytes(CFTypeRef object, const void *bytes, size_t len)
{
	return object && CFGetTypeID(object) == CFDataGetTypeID() &&
	       (size_t)CFDataGetLength(object) == len &&
	       memcmp(CFDataGetBytePtr(object), bytes, len) == 0;
}

static bool is_string(CFTypeRef object, const ASN1_STRING *wanted)
{
	return is_bytes(object, ASN1_STRING_get0_data(wanted), (size_t)ASN1_STRING_length(wanted));
}

/* Names that hold no PrintableString are their own normal form; the outer tag and length go. */
static bool is_name(CFTypeRef object, const X509_NAME *name)
{
	const unsigned char *der = NULL;
	size_t len = 0;

	CHECK_FATAL(X509_NAME_get0_der(name, &der, &len) == 1 && der[1] < 128);
	return is_bytes(object, der + 2, len - 2);
}

static void check_inferred(const struct made *made, int version, CFStringRef label)
{
	unsigned char hash[20];
	const ASN1_BIT_STRING *bits = X509_get0_pubkey_bitstr(made->x509);
	const ASN1_OCTET_STRING *id = X509_get0_subject_key_id(made->x509);
	CFDictionaryRef query = objects_dict(
		kSecClass, kSecClassCertificate, kSecReturnAttributes, kCFBooleanTrue, NULL);
	CFTypeRef found;

	CHECK_FATAL(objects_find(query, &found) == errSecSuccess);
	CHECK(is_number(CFDictionaryGetValue(found, kSecAttrCertificateType), version));
	CHECK(is_number(CFDictionaryGetValue(found, kSecAttrCertificateEncoding), 3));
	CHECK(is_name(
		CFDictionaryGetValue(found, kSecAttrIssuer), X509_get_issuer_name(made->x509)));
	CHECK(is_name(
		CFDictionaryGetValue(found, kSecAttrSubject), X509_get_subject_name(made->x509)));
	CHECK(is_string(CFDictionaryGetValue(found, kSecAttrSerialNumber),
		X509_get0_serialNumber(made->x509)));
	EVP_Digest(ASN1_STRING_get0_data(bits), (size_t)ASN1_STRING_length(bits), hash, NULL,
		EVP_sha1(), NULL);
	CHECK(is_bytes(CFDictionaryGetValue(found, kSecAttrPublicKeyHash), hash, sizeof hash));
	CHECK(CFDictionaryContainsKey(found, kSecAttrSubjectKeyID) == (id != NULL));
	if (id)
		CHECK(is_string(CFDictionaryGetValue(found, kSecAttrSubjectKeyID), id));
	CHECK(CFEqual(CFDictionaryGetValue(found, kSecAttrLabel), label));
	CHECK(CFEqual(CFDictionaryGetValue(found, kSecAttrAccessible), kSecAttrAccessibleAlways));
}

static void certificates_are_described(void)
{
	struct made old;

	made_certificate(
		&(struct made_spec){.subject = "CN=Old", .version = 1, .serial = "0A0B"}, &old);
	CHECK(objects_add(objects_certificate_of(&alice)) == errSecSuccess);
	check_inferred(&alice, 3, CFSTR("Alice"));
	CHECK(objects_add(objects_certificate_of(&alice)) == errSecDuplicateItem);
	objects_empty();
	CHECK(objects_add(objects_certificate_of(&old)) == errSecSuccess);
	check_inferred(&old, 1, CFSTR("Old"));
	objects_empty();
	/* attributes that the caller wrote win */
	CHECK(SecItemAdd(objects_dict(kSecValueRef, objects_certificate_of(&alice), kSecAttrLabel,
				 CFSTR("Mine"), NULL),
		      NULL) == errSecSuccess);
	check_inferred(&alice, 3, CFSTR("Mine"));
	objects_empty();
	/* data alone says the same */
	CHECK(SecItemAdd(objects_dict(kSecClass, kSecClassCertificate, kSecValueData,
				 objects_der_of(&alice), NULL),
		      NULL) == errSecSuccess);
	check_inferred(&alice, 3, CFSTR("Alice"));
	CHECK(objects_add(objects_certificate_of(&alice)) == errSecDuplicateItem);
	objects_empty();
	made_certificate_done(&old);
}

/* 2.5: nothing validates what is stored; it stands for no object. */
static void anything_may_be_a_certificate(void)
{
	CFDataRef issuer = objects_data_of(kc_bytes_str("issuer")),
		  serial = objects_data_of(kc_bytes_str("1"));
	CFTypeRef found;

	CHECK(SecItemAdd(objects_dict(kSecClass, kSecClassCertificate, kSecAttrIssuer, issuer,
				 kSecAttrSerialNumber, serial, NULL),
		      NULL) == errSecSuccess);
	CHECK(objects_find(objects_dict(kSecClass, kSecClassCertificate, kSecAttrIssuer, issuer,
				   kSecReturnAttributes, kCFBooleanTrue, NULL),
		      &found) == errSecSuccess);
	CHECK(found && is_number(CFDictionaryGetValue(found, kSecAttrCertificateType), 0));
	CHECK(objects_find(objects_dict(kSecClass, kSecClassCertificate, kSecReturnRef,
				   kCFBooleanTrue, NULL),
		      &found) == errSecSuccess);
	CHECK(found == NULL);
	CHECK(SecItemAdd(objects_dict(kSecClass, kSecClassCertificate, kSecAttrIssuer,
				 CFSTR("text"), NULL),
		      NULL) == errSecParam);
	objects_empty();
}

/* 4.1: an issuer given as a whole Name is found by its normal form. */
static void issuers_may_be_names(void)
{
	const unsigned char *der = NULL;
	size_t len = 0;
	CFDataRef whole;
	CFTypeRef found;

	CHECK_FATAL(X509_NAME_get0_der(X509_get_issuer_name(alice.x509), &der, &len) == 1);
	whole = objects_data_of(kc_bytes(der, len));
	CHECK(objects_add(objects_certificate_of(&alice)) == errSecSuccess);
	CHECK(objects_add(objects_certificate_of(&root)) == errSecSuccess);
	CHECK(objects_find(objects_dict(kSecClass, kSecClassCertificate, kSecAttrIssuer, whole,
				   kSecReturnRef, kCFBooleanTrue, NULL),
		      &found) == errSecSuccess);
	CHECK(found && CFEqual(found, objects_certificate_of(&alice)));
	objects_empty();
}

/* --- 3.4: objects and references in queries -------------------------------------------------- */

static void objects_find_their_items(void)
{
	CFTypeRef stored = NULL, again = NULL;

	CHECK(objects_add(objects_certificate_of(&alice)) == errSecSuccess);
	CHECK(objects_add(objects_certificate_of(&bob)) == errSecSuccess);
	/* one that was never in the keychain, and one from there */
	CHECK(objects_find(objects_dict(kSecValueRef, objects_certificate_of(&bob), kSecReturnRef,
				   kCFBooleanTrue, NULL),
		      &stored) == errSecSuccess);
	CHECK_FATAL(stored && CFEqual(stored, objects_certificate_of(&bob)));
	CHECK(SecItemUpdate(objects_dict(kSecValueRef, stored, NULL),
		      objects_dict(kSecAttrLabel, CFSTR("changed"), NULL)) == errSecSuccess);
	CHECK(objects_find(objects_dict(kSecValueRef, stored, kSecReturnRef, kCFBooleanTrue, NULL),
		      &again) == errSecSuccess);
	CHECK(again && CFEqual(again, objects_certificate_of(&bob)));
	CHECK(SecItemDelete(objects_dict(kSecValueRef, stored, NULL)) == errSecSuccess);
	CHECK(SecItemDelete(objects_dict(kSecValueRef, stored, NULL)) == errSecItemNotFound);
	CHECK(SecItemDelete(objects_dict(kSecClass, kSecClassKey, kSecValueRef,
		      objects_certificate_of(&alice), NULL)) == errSecNoSuchClass);
	CHECK(objects_count_of(kSecClassCertificate) == 1);
	objects_empty();
}

static void persistent_references_stay(void)
{
	CFTypeRef ref = NULL, identity = NULL, found = NULL;

	CHECK(SecItemAdd(objects_dict(kSecValueRef, objects_certificate_of(&alice),
				 kSecReturnPersistentRef, kCFBooleanTrue, NULL),
		      &ref) == errSecSuccess);
	objects_later(ref);
	CHECK(SecItemUpdate(objects_dict(kSecValuePersistentRef, ref, NULL),
		      objects_dict(kSecAttrLabel, CFSTR("changed"), NULL)) == errSecSuccess);
	CHECK(objects_find(objects_dict(kSecValuePersistentRef, ref, kSecReturnAttributes,
				   kCFBooleanTrue, NULL),
		      &found) == errSecSuccess);
	CHECK(found && CFEqual(CFDictionaryGetValue(found, kSecAttrLabel), CFSTR("changed")));
	/* of an identity it is the certificate's, under another class */
	CHECK(objects_add(objects_key_of(&alice)) == errSecSuccess);
	CHECK(objects_find(objects_dict(kSecClass, kSecClassIdentity, kSecReturnPersistentRef,
				   kCFBooleanTrue, NULL),
		      &identity) == errSecSuccess);
	CHECK_FATAL(identity && CFDataGetLength(identity) == 20);
	CHECK(memcmp(CFDataGetBytePtr(identity), "idnt", 4) == 0);
	CHECK(memcmp(CFDataGetBytePtr(identity) + 4, CFDataGetBytePtr(ref) + 4, 16) == 0);
	CHECK(objects_find(objects_dict(kSecValuePersistentRef, identity, kSecReturnRef,
				   kCFBooleanTrue, NULL),
		      &found) == errSecSuccess);
	CHECK(found && CFEqual(found, objects_identity_of(&alice)));
	CHECK(SecItemDelete(objects_dict(kSecValuePersistentRef, identity, NULL)) == errSecSuccess);
	CHECK(SecItemDelete(objects_dict(kSecValuePersistentRef, identity, NULL)) ==
		errSecItemNotFound);
	CHECK(objects_count_of(kSecClassCertificate) == 0 && objects_count_of(kSecClassKey) == 0);
	objects_empty();
}

/* --- 2.7 and 4: identities ------------------------------------------------------------------- */

/* 4.1: two items, and what is there already counts. */
static void adding_an_identity_adds_two_items(void)
{
	CFTypeRef found = NULL;

	CHECK(SecItemAdd(objects_dict(kSecClass, kSecClassIdentity, kSecValueRef,
				 objects_identity_of(&alice), kSecAttrLabel, CFSTR("Me"), NULL),
		      NULL) == errSecSuccess);
	CHECK(objects_count_of(kSecClassCertificate) == 1 && objects_count_of(kSecClassKey) == 1);
	CHECK(objects_find(objects_dict(kSecClass, kSecClassKey, kSecAttrLabel, CFSTR("Me"), NULL),
		      &found) == errSecSuccess);
	CHECK(objects_find(objects_dict(kSecClass, kSecClassCertificate, kSecAttrLabel, CFSTR("Me"),
				   NULL),
		      &found) == errSecSuccess);
	CHECK(objects_add(objects_identity_of(&alice)) == errSecDuplicateItem);
	/* the certificate is new, the key is not; and the other way round */
	CHECK(SecItemDelete(objects_dict(kSecClass, kSecClassCertificate, NULL)) == errSecSuccess);
	CHECK(objects_add(objects_identity_of(&alice)) == errSecSuccess);
	CHECK(SecItemDelete(objects_dict(kSecClass, kSecClassKey, NULL)) == errSecSuccess);
	CHECK(objects_add(objects_identity_of(&alice)) == errSecSuccess);
	CHECK(objects_count_of(kSecClassCertificate) == 1 && objects_count_of(kSecClassKey) == 1);
	objects_empty();
}

/* 7.5: no link but the key itself; 2.7: a public key makes none. */
static void parts_make_an_identity(void)
{
	SecKeyRef public = SecKeyCopyPublicKey(objects_key_of(&alice));

	objects_later(public);
	CHECK(objects_add(objects_certificate_of(&alice)) == errSecSuccess);
	CHECK(objects_count_of(kSecClassIdentity) == 0);
	CHECK(objects_add(public) == errSecSuccess);
	CHECK(objects_count_of(kSecClassIdentity) == 0);
	CHECK(objects_add(objects_key_of(&bob)) == errSecSuccess);
	CHECK(objects_count_of(kSecClassIdentity) == 0);
	CHECK(objects_add(objects_key_of(&alice)) == errSecSuccess);
	CHECK(objects_count_of(kSecClassIdentity) == 1);
	CHECK(objects_add(objects_certificate_of(&bob)) == errSecSuccess);
	CHECK(objects_count_of(kSecClassIdentity) == 2);
	objects_empty();
}

/* clang-format off */
static const struct {
	const char *section, *what;
	const CFStringRef *key;
	const char *value; /* text, or the name of a part of Alice's certificate */
	OSStatus status;
} identity_filters[] = {
	{"2.7", "label, the certificate's",  &kSecAttrLabel,          "Alice",   errSecSuccess},
	{"2.7", "label of no certificate",   &kSecAttrLabel,          "nobody",  errSecItemNotFound},
	{"2.7", "issuer",                    &kSecAttrIssuer,         "@issuer", errSecSuccess},
	{"2.7", "serial number",             &kSecAttrSerialNumber,   "@serial", errSecSuccess},
	{"2.7", "serial number of another",  &kSecAttrSerialNumber,   "none",    errSecItemNotFound},
	{"2.7", "hash of the key",           &kSecAttrPublicKeyHash,  "@hash",   errSecSuccess},
	{"2.7", "label of the key",          &kSecAttrApplicationLabel, "@hash", errSecSuccess},
	{"2.7", "private keys",              &kSecAttrKeyClass,       "1",       errSecSuccess},
	{"2.7", "public keys",               &kSecAttrKeyClass,       "0",       errSecItemNotFound},
	{"2.7", "type of the key",           &kSecAttrKeyType,        "73",      errSecSuccess},
	{"2.7", "another type",              &kSecAttrKeyType,        "42",      errSecItemNotFound},
};
/* clang-format on */

static CFTypeRef filter_value(const char *name)
{
	const unsigned char *der = NULL;
	unsigned char hash[20];
	const ASN1_STRING *part = X509_get0_serialNumber(alice.x509);
	size_t len = 0;

	if (strcmp(name, "@issuer") == 0) {
		CHECK_FATAL(X509_NAME_get0_der(X509_get_issuer_name(alice.x509), &der, &len) == 1);
		return objects_data_of(kc_bytes(der + 2, len - 2));
	}
	if (strcmp(name, "@hash") == 0) {
		part = X509_get0_pubkey_bitstr(alice.x509);
		EVP_Digest(ASN1_STRING_get0_data(part), (size_t)ASN1_STRING_length(part), hash,
			NULL, EVP_sha1(), NULL);
		return objects_data_of(KC_BYTES_OF(hash));
	}
	if (strcmp(name, "@serial") == 0)
		return objects_data_of(
			kc_bytes(ASN1_STRING_get0_data(part), (size_t)ASN1_STRING_length(part)));
	if (strcmp(name, "none") == 0)
		return objects_data_of(kc_bytes_str(name));
	return objects_later(CFStringCreateWithCString(NULL, name, kCFStringEncodingUTF8));
}

static void identities_are_filtered(void)
{
	CHECK(objects_add(objects_identity_of(&alice)) == errSecSuccess);
	CHECK(objects_add(objects_certificate_of(&bob)) == errSecSuccess);
	for (size_t i = 0; i < KC_COUNT_OF(identity_filters); i++) {
		CFTypeRef found;
		OSStatus status = objects_find(
			objects_dict(kSecClass, kSecClassIdentity, *identity_filters[i].key,
				filter_value(identity_filters[i].value), kSecReturnRef,
				kCFBooleanTrue, NULL),
			&found);
		CHECK_MSG(status == identity_filters[i].status, identity_filters[i].what);
		if (status == errSecSuccess)
			CHECK_MSG(CFEqual(found, objects_identity_of(&alice)),
				identity_filters[i].what);
	}
	objects_empty();
}

/* A certificate or a key, in memory or from the keychain, tells which identity is meant. */
static void parts_find_their_identity(void)
{
	CFTypeRef certificate = NULL, key = NULL, identity = NULL, found;

	CHECK(objects_add(objects_identity_of(&alice)) == errSecSuccess);
	CHECK(objects_add(objects_identity_of(&bob)) == errSecSuccess);
	CHECK(objects_find(objects_dict(kSecValueRef, objects_certificate_of(&bob), kSecReturnRef,
				   kCFBooleanTrue, NULL),
		      &certificate) == errSecSuccess);
	CHECK(objects_find(objects_dict(kSecValueRef, objects_key_of(&bob), kSecReturnRef,
				   kCFBooleanTrue, NULL),
		      &key) == errSecSuccess);
	CHECK(objects_find(objects_dict(kSecValueRef, objects_identity_of(&bob), kSecReturnRef,
				   kCFBooleanTrue, NULL),
		      &identity) == errSecSuccess);
	CHECK_FATAL(certificate && key && identity);
	const CFTypeRef objects[] = {objects_certificate_of(&bob), objects_key_of(&bob),
		objects_identity_of(&bob), certificate, key, identity};
	for (size_t i = 0; i < KC_COUNT_OF(objects); i++) {
		CHECK(objects_find(objects_dict(kSecClass, kSecClassIdentity, kSecValueRef,
					   objects[i], kSecReturnRef, kCFBooleanTrue, NULL),
			      &found) == errSecSuccess);
		CHECK(found && CFEqual(found, objects_identity_of(&bob)));
	}
	objects_empty();
}

/* The key of an identity signs, and it stays where it is. */
static void identities_sign(void)
{
	SecKeyAlgorithm algorithm = kSecKeyAlgorithmECDSASignatureMessageX962SHA256;
	struct other_side_scheme scheme = {.hash = "SHA256"};
	KC_CLEANUP_BUF struct kc_buf digest = KC_BUF_INIT;
	CFDataRef message = objects_data_of(kc_bytes_str("message")), signature;
	SecKeyRef key = NULL;
	CFTypeRef identity = NULL;

	CHECK(objects_add(objects_identity_of(&alice)) == errSecSuccess);
	CHECK(objects_find(objects_dict(kSecClass, kSecClassIdentity, kSecReturnRef, kCFBooleanTrue,
				   NULL),
		      &identity) == errSecSuccess);
	CHECK_FATAL(identity != NULL);
	CHECK(SecIdentityCopyPrivateKey((SecIdentityRef)(uintptr_t)identity, &key) ==
		errSecSuccess);
	objects_later(key);
	signature = objects_later(SecKeyCreateSignature(key, algorithm, message, NULL));
	CHECK_FATAL(signature != NULL);
	other_side_hash("SHA256", kc_bytes_str("message"), &digest);
	CHECK(other_side_verify(alice.key, &scheme, kc_buf_bytes(&digest),
		kc_bytes(CFDataGetBytePtr(signature), (size_t)CFDataGetLength(signature))));
	objects_empty();
}

/* 4.4: the key goes with the last of its certificates. */
static void deleting_an_identity(void)
{
	struct made second;

	made_certificate(
		&(struct made_spec){.subject = "CN=Second", .key = alice.key, .issuer = &root},
		&second);
	CHECK(objects_add(objects_identity_of(&alice)) == errSecSuccess);
	CHECK(objects_add(objects_certificate_of(&second)) == errSecSuccess);
	CHECK(objects_add(objects_identity_of(&bob)) == errSecSuccess);
	CHECK(objects_count_of(kSecClassIdentity) == 3);
	CHECK(SecItemDelete(objects_dict(kSecValueRef, objects_identity_of(&alice), NULL)) ==
		errSecSuccess);
	CHECK(objects_count_of(kSecClassIdentity) == 2);
	CHECK(objects_count_of(kSecClassCertificate) == 2 && objects_count_of(kSecClassKey) == 2);
	CHECK(SecItemDelete(objects_dict(kSecValueRef, objects_identity_of(&second), NULL)) ==
		errSecSuccess);
	CHECK(objects_count_of(kSecClassCertificate) == 1 && objects_count_of(kSecClassKey) == 1);
	CHECK(SecItemDelete(objects_dict(kSecValueRef, objects_identity_of(&second), NULL)) ==
		errSecItemNotFound);
	objects_empty();
	made_certificate_done(&second);
}

/* 4.4: without a reference the strict profile deletes what each half matches, the other profile
 * what is an identity. */
static void deleting_all_identities(void)
{
	CHECK(objects_add(objects_identity_of(&alice)) == errSecSuccess);
	CHECK(objects_add(objects_certificate_of(&bob)) == errSecSuccess);
	CHECK(objects_add(objects_key_of(&root)) == errSecSuccess);
	CHECK(SecItemDelete(objects_dict(kSecClass, kSecClassIdentity, NULL)) == errSecSuccess);
	CHECK(objects_count_of(kSecClassCertificate) == (objects_strict ? 0 : 1));
	CHECK(objects_count_of(kSecClassKey) == (objects_strict ? 0 : 1));
	CHECK(SecItemDelete(objects_dict(kSecClass, kSecClassIdentity, NULL)) ==
		errSecItemNotFound);
	objects_empty();
}

/* 4.3: both items are changed, the certificate first. */
static void updating_an_identity(void)
{
	CFTypeRef found;

	CHECK(objects_add(objects_identity_of(&alice)) == errSecSuccess);
	CHECK(objects_add(objects_identity_of(&bob)) == errSecSuccess);
	CHECK(SecItemUpdate(objects_dict(kSecValueRef, objects_identity_of(&alice), NULL),
		      objects_dict(kSecAttrLabel, CFSTR("changed"), NULL)) == errSecSuccess);
	const CFStringRef classes[] = {kSecClassCertificate, kSecClassKey, kSecClassIdentity};
	for (size_t i = 0; i < KC_COUNT_OF(classes); i++) {
		CHECK(objects_find(objects_dict(kSecClass, classes[i], kSecAttrLabel,
					   CFSTR("changed"), kSecMatchLimit, kSecMatchLimitAll,
					   kSecReturnAttributes, kCFBooleanTrue, NULL),
			      &found) == errSecSuccess);
		CHECK(found && CFArrayGetCount(found) == 1);
	}
	CHECK(SecItemUpdate(objects_dict(kSecClass, kSecClassIdentity, NULL),
		      objects_dict(kSecAttrApplicationTag, CFSTR("tag"), NULL)) ==
		errSecNoSuchAttr);
	CHECK(SecItemUpdate(objects_dict(kSecClass, kSecClassIdentity, NULL),
		      objects_dict(kSecValueData, objects_der_of(&alice), NULL)) == errSecParam);
	/* an identity is no value: neither of a certificate nor of a key */
	CHECK(SecItemUpdate(objects_dict(kSecClass, kSecClassKey, NULL),
		      objects_dict(kSecValueRef, objects_identity_of(&bob), NULL)) == errSecParam);
	CHECK(SecItemUpdate(objects_dict(kSecValueRef, objects_identity_of(&root), NULL),
		      objects_dict(kSecAttrLabel, CFSTR("x"), NULL)) == errSecItemNotFound);
	objects_empty();
}

/* --- the functions of their own -------------------------------------------------------------- */

static void a_certificate_and_the_keychain_make_one(void)
{
	SecIdentityRef identity = NULL;
	SecKeyRef key = NULL;

	CHECK(SecIdentityCreateWithCertificate(NULL, objects_certificate_of(&alice), &identity) ==
		errSecItemNotFound);
	CHECK(objects_add(objects_key_of(&alice)) == errSecSuccess);
	CHECK(objects_add(objects_key_of(&bob)) == errSecSuccess);
	CHECK(SecIdentityCreateWithCertificate(NULL, objects_certificate_of(&alice), &identity) ==
		errSecSuccess);
	CHECK_FATAL(identity != NULL);
	objects_later(identity);
	CHECK(CFEqual(identity, objects_identity_of(&alice)));
	CHECK(SecIdentityCopyPrivateKey(identity, &key) == errSecSuccess);
	objects_later(key);
	CHECK(SecIdentityCreateWithCertificate(NULL, NULL, &identity) == errSecParam);
	CHECK(SecIdentityCreateWithCertificate(NULL, objects_certificate_of(&alice), NULL) ==
		errSecParam);
	objects_empty();
}

static void a_certificate_is_added_alone(void)
{
	CHECK(SecCertificateAddToKeychain(objects_certificate_of(&alice), NULL) == errSecSuccess);
	CHECK(SecCertificateAddToKeychain(objects_certificate_of(&alice), NULL) ==
		errSecDuplicateItem);
	CHECK(SecCertificateAddToKeychain(NULL, NULL) == errSecParam);
	CHECK(objects_count_of(kSecClassCertificate) == 1);
	objects_empty();
}

static size_t count_of_search(CSSM_KEYUSE usage)
{
	SecIdentitySearchRef search = NULL;
	SecIdentityRef identity = NULL;
	size_t count = 0;

	CHECK(SecIdentitySearchCreate(NULL, usage, &search) == errSecSuccess);
	CHECK_FATAL(search != NULL);
	CHECK(CFGetTypeID(search) == SecIdentitySearchGetTypeID());
	while (SecIdentitySearchCopyNext(search, &identity) == errSecSuccess) {
		CHECK(CFGetTypeID(identity) == SecIdentityGetTypeID());
		CFRelease(identity);
		count++;
	}
	CHECK(SecIdentitySearchCopyNext(search, &identity) == errSecItemNotFound);
	CFRelease(search);
	return count;
}

static void they_come_one_after_the_other(void)
{
	SecIdentityRef identity = NULL;

	CHECK(count_of_search(0) == 0);
	CHECK(objects_add(objects_identity_of(&alice)) == errSecSuccess);
	CHECK(objects_add(objects_identity_of(&bob)) == errSecSuccess);
	CHECK(count_of_search(0) == 2);
	CHECK(count_of_search(CSSM_KEYUSE_ANY) == 2);
	CHECK(count_of_search(CSSM_KEYUSE_SIGN) == 2);
	CHECK(count_of_search(CSSM_KEYUSE_SIGN | CSSM_KEYUSE_DERIVE) == 2);
	CHECK(count_of_search(CSSM_KEYUSE_VERIFY) == 0); /* of the private half */
	CHECK(SecIdentitySearchCreate(NULL, 0, NULL) == errSecParam);
	CHECK(SecIdentitySearchCopyNext(NULL, &identity) == errSecParam);
	objects_empty();
}

static bool prefers(
	CFStringRef name, CFArrayRef usage, CFArrayRef issuers, const struct made *wanted)
{
	CFTypeRef identity = objects_later(SecIdentityCopyPreferred(name, usage, issuers));

	return wanted ? identity && CFEqual(identity, objects_identity_of(wanted)) : !identity;
}

static CFArrayRef issuers_of(const struct made *made)
{
	const unsigned char *der = NULL;
	size_t len = 0;
	const void *name;

	CHECK_FATAL(X509_NAME_get0_der(X509_get_subject_name(made->x509), &der, &len) == 1);
	name = objects_data_of(kc_bytes(der, len));
	return objects_later(CFArrayCreate(NULL, &name, 1, &kCFTypeArrayCallBacks));
}

static void check_system_identity(void)
{
	const CFStringRef domain = CFSTR("a domain");
	SecIdentityRef identity = NULL;
	CFStringRef actual = NULL;

	CHECK(SecIdentityCopySystemIdentity(domain, &identity, NULL) == errSecItemNotFound);
	CHECK(SecIdentitySetSystemIdentity(kSecIdentityDomainDefault, objects_identity_of(&bob)) ==
		errSecSuccess);
	CHECK(SecIdentityCopySystemIdentity(domain, &identity, &actual) == errSecSuccess);
	CHECK(CFEqual(objects_later(identity), objects_identity_of(&bob)));
	CHECK(CFEqual(objects_later(actual), kSecIdentityDomainDefault));
	CHECK(SecIdentitySetSystemIdentity(domain, objects_identity_of(&alice)) == errSecSuccess);
	CHECK(SecIdentityCopySystemIdentity(domain, &identity, &actual) == errSecSuccess);
	CHECK(CFEqual(objects_later(identity), objects_identity_of(&alice)));
	CHECK(CFEqual(objects_later(actual), domain));
	CHECK(SecIdentitySetSystemIdentity(domain, NULL) == errSecSuccess);
	CHECK(SecIdentitySetSystemIdentity(kSecIdentityDomainDefault, NULL) == errSecSuccess);
	CHECK(SecIdentityCopySystemIdentity(domain, &identity, &actual) == errSecItemNotFound);
}

static void some_are_preferred(void)
{
	const CFStringRef name = CFSTR("https://example.org/");
	const void *signing[] = {kSecAttrCanSign};
	CFArrayRef usage = objects_later(CFArrayCreate(NULL, signing, 1, &kCFTypeArrayCallBacks));
	SecCertificateRef certificate = NULL;
	SecIdentityRef identity = NULL;

	CHECK(SecIdentitySetPreferred(objects_identity_of(&alice), name, NULL) ==
		errSecItemNotFound);
	CHECK(objects_add(objects_identity_of(&alice)) == errSecSuccess);
	CHECK(objects_add(objects_identity_of(&bob)) == errSecSuccess);
	CHECK(prefers(name, NULL, NULL, NULL));
	CHECK(SecIdentitySetPreferred(objects_identity_of(&alice), name, NULL) == errSecSuccess);
	CHECK(prefers(name, NULL, NULL, &alice));
	CHECK(prefers(name, usage, NULL, &alice));
	CHECK(SecIdentitySetPreference(objects_identity_of(&bob), name, CSSM_KEYUSE_SIGN) ==
		errSecSuccess);
	CHECK(prefers(name, usage, NULL, &bob));
	CHECK(prefers(name, NULL, NULL, &alice));
	CHECK(prefers(CFSTR("another"), NULL, NULL, NULL));
	CHECK(prefers(name, NULL, issuers_of(&middle), &alice));
	CHECK(prefers(name, NULL, issuers_of(&root), NULL));
	CHECK(SecIdentityCopyPreference(name, CSSM_KEYUSE_SIGN, NULL, &identity) == errSecSuccess);
	CHECK(CFEqual(objects_later(identity), objects_identity_of(&bob)));
	/* replaced, and taken back */
	CHECK(SecIdentitySetPreferred(objects_identity_of(&bob), name, NULL) == errSecSuccess);
	CHECK(prefers(name, NULL, NULL, &bob));
	CHECK(SecIdentitySetPreferred(NULL, name, NULL) == errSecSuccess);
	CHECK(SecIdentitySetPreferred(NULL, name, usage) == errSecSuccess);
	CHECK(SecIdentitySetPreferred(NULL, name, usage) == errSecSuccess);
	CHECK(prefers(name, NULL, NULL, NULL));
	check_system_identity();
	/* certificates have preferences of their own */
	CHECK(SecCertificateSetPreferred(objects_certificate_of(&alice), name, NULL) ==
		errSecSuccess);
	CHECK(prefers(name, NULL, NULL, NULL));
	certificate = SecCertificateCopyPreferred(name, NULL);
	CHECK(certificate && CFEqual(objects_later(certificate), objects_certificate_of(&alice)));
	CHECK(SecCertificateCopyPreference(CFSTR("x"), 0, &certificate) == errSecItemNotFound);
	CHECK(SecCertificateSetPreference(NULL, name, 0, NULL) == errSecSuccess);
	CHECK(SecCertificateCopyPreferred(name, NULL) == NULL);
	CHECK(SecCertificateSetPreferred(NULL, NULL, NULL) == errSecParam);
	CHECK(SecIdentityCopyPreference(NULL, 0, NULL, &identity) == errSecParam);
	objects_empty();
}

/* Each thread has an identity of its own, and all share a certificate. */
#define THREADS 8
#define ROUNDS 5

struct work {
	CFDictionaryRef item, query;
	SecIdentityRef identity;
	SecCertificateRef shared;
	unsigned failures;
};

static void add_find_delete(struct work *work)
{
	CFTypeRef found = NULL;

	work->failures += SecItemAdd(work->item, NULL) != errSecSuccess;
	work->failures += SecItemCopyMatching(work->query, &found) != errSecSuccess;
	work->failures += !found || !CFEqual(found, work->identity);
	if (found)
		CFRelease(found);
	work->failures += SecItemDelete(work->item) != errSecSuccess;
}

static void *work_often(void *argument)
{
	struct work *work = argument;
	const CSSM_X509_NAME *name = NULL;

	for (int i = 0; i < ROUNDS; i++) {
		CFDictionaryRef values = SecCertificateCopyValues(work->shared, NULL, NULL);
		SecKeyRef key = SecCertificateCopyKey(work->shared);
		work->failures += !values || !key;
		work->failures += SecCertificateGetSubject(work->shared, &name) != errSecSuccess;
		CFRelease(values);
		CFRelease(key);
		add_find_delete(work);
	}
	return NULL;
}

static void threads_have_identities(void)
{
	struct made own[THREADS];
	struct work works[THREADS];
	pthread_t threads[THREADS];

	for (size_t i = 0; i < THREADS; i++) {
		char serial[8];
		snprintf(serial, sizeof serial, "%02zx", i + 1);
		made_certificate(
			&(struct made_spec){.subject = "CN=Thread", .serial = serial}, &own[i]);
		works[i] = (struct work){.identity = objects_identity_of(&own[i]),
			.shared = objects_certificate_of(&alice)};
		works[i].item = objects_dict(kSecValueRef, works[i].identity, NULL);
		works[i].query = objects_dict(
			kSecValueRef, works[i].identity, kSecReturnRef, kCFBooleanTrue, NULL);
	}
	for (size_t i = 0; i < THREADS; i++)
		works[i].shared = works[0].shared;
	for (size_t i = 0; i < THREADS; i++)
		CHECK_FATAL(pthread_create(&threads[i], NULL, work_often, &works[i]) == 0);
	for (size_t i = 0; i < THREADS; i++) {
		pthread_join(threads[i], NULL);
		CHECK(works[i].failures == 0);
		made_certificate_done(&own[i]);
	}
	CHECK(objects_count_of(kSecClassCertificate) == 0);
	CHECK(objects_count_of(kSecClassKey) == 0);
	objects_empty();
}

static void functions_of_their_own(void)
{
	objects_strict = false;
	a_certificate_and_the_keychain_make_one();
	a_certificate_is_added_alone();
	they_come_one_after_the_other();
	some_are_preferred();
	threads_have_identities();
}

/* --- 3 and 4: refusals ----------------------------------------------------------------------- */

static CFDataRef reference_of(const char *class)
{
	char bytes[20] = "";

	memcpy(bytes, class, 4);
	return objects_data_of(kc_bytes(bytes, sizeof bytes));
}

/* Each on one identity, Alice's. */
static void check_refusals(void)
{
	const CFStringRef class = kSecClass, identities = kSecClassIdentity;
	CFTypeRef alices = objects_identity_of(&alice), found = NULL;

	CHECK(objects_add(alices) == errSecSuccess);
	/* 4.1: an identity is added by its object alone */
	CHECK(SecItemAdd(objects_dict(class, identities, NULL), NULL) == errSecNoSuchClass);
	CHECK(SecItemAdd(objects_dict(class, identities, kSecValueRef, objects_certificate_of(&bob),
				 NULL),
		      NULL) == errSecNoSuchClass);
	CHECK(SecItemAdd(objects_dict(class, kSecClassCertificate, kSecValueRef, alices, NULL),
		      NULL) == errSecNoSuchClass);
	/* 4.1: attributes go to both of its items */
	CHECK(SecItemAdd(objects_dict(kSecValueRef, objects_identity_of(&bob),
				 kSecAttrApplicationTag, CFSTR("x"), NULL),
		      NULL) == errSecNoSuchAttr);
	CHECK(objects_count_of(kSecClassCertificate) == 1);
	/* 3.2, 3.4: references */
	CHECK(objects_find(objects_dict(class, kSecClassCertificate, kSecValuePersistentRef,
				   reference_of("idnt"), NULL),
		      &found) == errSecNoSuchClass);
	CHECK(objects_find(objects_dict(kSecValuePersistentRef, reference_of("idnt"), NULL),
		      &found) == errSecItemNotFound);
	CHECK(objects_find(objects_dict(kSecValuePersistentRef, reference_of("xxxx"), NULL),
		      &found) == errSecParam);
	CHECK(SecItemDelete(objects_dict(kSecValuePersistentRef, reference_of("idnt"), NULL)) ==
		errSecItemNotFound);
	if (objects_strict)
		CHECK(objects_find(objects_dict(kSecValuePersistentRef, reference_of("idnt"),
					   kSecAttrLabel, CFSTR("Alice"), NULL),
			      &found) == errSecParam);
	/* 4.4: without a reference the same words for both of the items */
	CHECK(SecItemDelete(objects_dict(class, identities, kSecAttrKeyType, kSecAttrKeyTypeRSA,
		      NULL)) == (objects_strict ? errSecNoSuchAttr : errSecItemNotFound));
	/* 2.1: what is no value of the attribute */
	CHECK(objects_find(
		      objects_dict(class, identities, kSecAttrSerialNumber, kCFBooleanTrue, NULL),
		      &found) == errSecParam);
	CHECK(objects_find(objects_dict(class, identities, kSecAttrService, CFSTR("x"), NULL),
		      &found) == errSecNoSuchAttr);
	CHECK(objects_count_of(kSecClassIdentity) == 1);
	objects_empty();
}

/* --- 6.7: locked ----------------------------------------------------------------------------- */

static struct kc_client *client;

/* Keys are locked, certificates are not; what finds nothing stays so. */
static void check_locked(void)
{
	CFTypeRef found;

	CHECK(objects_add(objects_identity_of(&alice)) == errSecSuccess);
	CHECK(objects_add(objects_certificate_of(&bob)) == errSecSuccess);
	CHECK_OK(kc_client_lock(client));
	CHECK(objects_find(objects_dict(kSecClass, kSecClassIdentity, kSecReturnRef, kCFBooleanTrue,
				   NULL),
		      &found) == errSecInteractionNotAllowed);
	CHECK(objects_find(objects_dict(kSecClass, kSecClassIdentity, kSecAttrLabel, CFSTR("none"),
				   NULL),
		      &found) == errSecItemNotFound);
	CHECK(objects_find(objects_dict(kSecValueRef, objects_certificate_of(&bob), kSecReturnRef,
				   kCFBooleanTrue, NULL),
		      &found) == errSecSuccess);
	CHECK(found && CFEqual(found, objects_certificate_of(&bob)));
	CHECK(objects_find(objects_dict(kSecClass, kSecClassCertificate, kSecMatchValidOnDate,
				   kCFNull, kSecReturnRef, kCFBooleanTrue, NULL),
		      &found) == errSecSuccess);
	/* half of it is not stored either */
	CHECK(objects_add(objects_identity_of(&root)) == errSecInteractionNotAllowed);
	CHECK(objects_count_of(kSecClassCertificate) == 2);
	CHECK(objects_add(objects_certificate_of(&middle)) == errSecSuccess);
	CHECK_OK(kc_client_unlock(client, kc_bytes_str("fake")));
	CHECK(objects_count_of(kSecClassIdentity) == 1);
	CHECK(objects_count_of(kSecClassCertificate) == 3);
	objects_empty();
}

/* --- 5: synced or not ------------------------------------------------------------------------ */

static void check_synced(void)
{
	CFTypeRef found;
	CFDictionaryRef synced = objects_dict(kSecClass, kSecClassIdentity, kSecAttrSynchronizable,
				kCFBooleanTrue, NULL),
			any = objects_dict(kSecClass, kSecClassIdentity, kSecAttrSynchronizable,
				kSecAttrSynchronizableAny, NULL);

	CHECK(SecItemAdd(objects_dict(kSecValueRef, objects_identity_of(&alice),
				 kSecAttrSynchronizable, kCFBooleanTrue, NULL),
		      NULL) == errSecSuccess);
	CHECK(objects_find(synced, &found) == errSecSuccess);
	CHECK(objects_find(any, &found) == errSecSuccess);
	CHECK(objects_count_of(kSecClassIdentity) == (objects_strict ? 0 : 1));
	CHECK(objects_add(objects_identity_of(&alice)) ==
		(objects_strict ? errSecSuccess : errSecDuplicateItem));
	CHECK(SecItemDelete(any) == errSecSuccess);
	CHECK(objects_find(any, &found) == errSecItemNotFound);
	objects_empty();
	CHECK(objects_count_of(kSecClassCertificate) == 0);
}

/* --- both profiles --------------------------------------------------------------------------- */

static void check_all(void)
{
	results_have_shapes();
	certificates_are_described();
	anything_may_be_a_certificate();
	issuers_may_be_names();
	objects_find_their_items();
	persistent_references_stay();
	adding_an_identity_adds_two_items();
	parts_make_an_identity();
	identities_are_filtered();
	parts_find_their_identity();
	identities_sign();
	deleting_an_identity();
	deleting_all_identities();
	updating_an_identity();
	check_refusals();
	check_locked();
	check_synced();
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

static void some_certificates(void)
{
	made_certificate(
		&(struct made_spec){.subject = "CN=Root", .constraints = "CA:TRUE"}, &root);
	made_certificate(&(struct made_spec){.subject = "CN=Middle",
				 .issuer = &root,
				 .serial = "02",
				 .constraints = "CA:TRUE"},
		&middle);
	made_certificate(&(struct made_spec){.subject = "CN=Alice",
				 .issuer = &middle,
				 .serial = "0102030405",
				 .subject_key_id = "hash"},
		&alice);
	made_certificate(
		&(struct made_spec){.subject = "CN=Bob", .issuer = &root, .serial = "04"}, &bob);
}

static void a_keychain(void)
{
	client = device_client();
}

int main(void)
{
	static const struct check_test tests[] = {
		CHECK_TEST(some_certificates),
		CHECK_TEST(identities_have_two_parts),
		CHECK_TEST(other_parts_make_none),
		CHECK_TEST(a_keychain),
		CHECK_TEST(in_the_default_profile),
		CHECK_TEST(in_the_strict_profile),
		CHECK_TEST(functions_of_their_own),
	};
	int status;

	objects_begin();
	device_make("keycircled");
	status = check_main("keychainapi/identity", tests, KC_COUNT_OF(tests));
	kc_client_free(client);
	device_remove();
	objects_end();
	made_certificate_done(&root);
	made_certificate_done(&middle);
	made_certificate_done(&alice);
	made_certificate_done(&bob);
	return status;
}
