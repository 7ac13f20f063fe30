/* SPDX-License-Identifier: ISC */
/* PKCS#11 3.1, chapter 5.7 and 4: making, finding, reading, changing and destroying objects. */
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/mechanism.h"
#include "tests/module/certificate.h"
#include "tests/module/harness.h"
#include "wire/client.h"

static CK_OBJECT_CLASS class_data = CKO_DATA, class_cert = CKO_CERTIFICATE,
		       class_public = CKO_PUBLIC_KEY, class_private = CKO_PRIVATE_KEY;
static CK_KEY_TYPE type_ec = CKK_EC;

/* A point of P-256 (the generator, SEC 2 2.4.2), and the scalar 1 that it belongs to. */
static const CK_BYTE point[67] = {0x04, 65, 0x04, 0x6b, 0x17, 0xd1, 0xf2, 0xe1, 0x2c, 0x42, 0x47,
	0xf8, 0xbc, 0xe6, 0xe5, 0x63, 0xa4, 0x40, 0xf2, 0x77, 0x03, 0x7d, 0x81, 0x2d, 0xeb, 0x33,
	0xa0, 0xf4, 0xa1, 0x39, 0x45, 0xd8, 0x98, 0xc2, 0x96, 0x4f, 0xe3, 0x42, 0xe2, 0xfe, 0x1a,
	0x7f, 0x9b, 0x8e, 0xe7, 0xeb, 0x4a, 0x7c, 0x0f, 0x9e, 0x16, 0x2b, 0xce, 0x33, 0x57, 0x6b,
	0x31, 0x5e, 0xce, 0xcb, 0xb6, 0x40, 0x68, 0x37, 0xbf, 0x51, 0xf5};
static const CK_BYTE one[1] = {1};

static CK_OBJECT_HANDLE make_data(
	const struct fixture *x, const char *label, const char *application, const char *value)
{
	CK_OBJECT_HANDLE made = CK_INVALID_HANDLE;
	CK_ATTRIBUTE template[] = {
		ATTR(CKA_CLASS, class_data),
		ATTR(CKA_TOKEN, harness_true),
		{CKA_LABEL, (void *)(uintptr_t)label, strlen(label)},
		{CKA_APPLICATION, (void *)(uintptr_t)application, strlen(application)},
		{CKA_VALUE, (void *)(uintptr_t)value, strlen(value)},
	};

	CHECK_RV_FATAL(x->f->C_CreateObject(x->session, template, 5, &made), CKR_OK);
	return made;
}

/* Reads one attribute into room for 4096 bytes; its length, or the failure as a negative number. */
static long read_one(
	const struct fixture *x, CK_OBJECT_HANDLE object, CK_ATTRIBUTE_TYPE type, CK_BYTE ret[4096])
{
	CK_ATTRIBUTE attribute = {type, ret, 4096};
	CK_RV rv = x->f->C_GetAttributeValue(x->session, object, &attribute, 1);

	return rv == CKR_OK ? (long)attribute.ulValueLen : -(long)rv;
}

static bool has(const struct fixture *x, CK_OBJECT_HANDLE object, CK_ATTRIBUTE_TYPE type,
	const void *wanted, size_t len)
{
	CK_BYTE value[4096];

	return read_one(x, object, type, value) == (long)len &&
	       (len == 0 || memcmp(value, wanted, len) == 0);
}

static bool has_flag(
	const struct fixture *x, CK_OBJECT_HANDLE object, CK_ATTRIBUTE_TYPE type, CK_BBOOL wanted)
{
	return has(x, object, type, &wanted, sizeof wanted);
}

static void data_objects(void)
{
	struct fixture x = harness_begin(HARNESS_DEVICE, CKF_RW_SESSION);
	CK_OBJECT_HANDLE made = make_data(&x, "note", "diary", "Tr0ub4dor&3"), found[4];
	CK_OBJECT_HANDLE twin = make_data(&x, "note", "diary", "Tr0ub4dor&3");
	CK_ATTRIBUTE by_label[] = {ATTR_TEXT(CKA_LABEL, "note")};
	CK_ATTRIBUTE by_value[] = {ATTR_TEXT(CKA_VALUE, "Tr0ub4dor&3")};
	CK_ATTRIBUTE new_value[] = {ATTR_TEXT(CKA_VALUE, "horse"), ATTR_TEXT(CKA_LABEL, "essay")};

	CHECK(made != twin);
	CHECK(has(&x, made, CKA_LABEL, "note", 4));
	CHECK(has(&x, made, CKA_APPLICATION, "diary", 5));
	CHECK(has(&x, made, CKA_VALUE, "Tr0ub4dor&3", 11));
	CHECK(has(&x, made, CKA_OBJECT_ID, NULL, 0));
	CHECK(has_flag(&x, made, CKA_PRIVATE, CK_TRUE));
	CHECK(has_flag(&x, made, CKA_TOKEN, CK_TRUE));
	CHECK(harness_find(&x, by_label, 1, found, 4) == 2);
	CHECK(found[0] == made || found[1] == made);
	CHECK(harness_find(&x, by_value, 1, found, 4) == 2);
	CHECK_RV(x.f->C_SetAttributeValue(x.session, made, new_value, 2), CKR_OK);
	CHECK(has(&x, made, CKA_VALUE, "horse", 5));
	CHECK(has(&x, made, CKA_LABEL, "essay", 5));
	CHECK(has(&x, twin, CKA_VALUE, "Tr0ub4dor&3", 11));
	CHECK_RV(x.f->C_DestroyObject(x.session, made), CKR_OK);
	CHECK_RV(x.f->C_DestroyObject(x.session, made), CKR_OBJECT_HANDLE_INVALID);
	CHECK(harness_find(&x, by_label, 1, found, 4) == 1);
	CHECK_RV(x.f->C_DestroyObject(x.session, twin), CKR_OK);
	CHECK(harness_find(&x, by_label, 1, found, 4) == 0);
	harness_end(&x);
}

static void public_data(void)
{
	struct fixture x = harness_begin(HARNESS_DEVICE, CKF_RW_SESSION);
	CK_OBJECT_HANDLE made;
	CK_ATTRIBUTE template[] = {
		ATTR(CKA_CLASS, class_data),
		ATTR(CKA_TOKEN, harness_true),
		ATTR(CKA_PRIVATE, harness_false),
		ATTR_TEXT(CKA_VALUE, "known to all"),
	};

	CHECK_RV_FATAL(x.f->C_CreateObject(x.session, template, 4, &made), CKR_OK);
	CHECK(has_flag(&x, made, CKA_PRIVATE, CK_FALSE));
	harness_lock();
	CHECK(has(&x, made, CKA_VALUE, "known to all", 12));
	harness_unlock();
	CHECK_RV(x.f->C_DestroyObject(x.session, made), CKR_OK);
	harness_end(&x);
}

static void attribute_rules(void)
{
	struct fixture x = harness_begin(HARNESS_DEVICE, CKF_RW_SESSION);
	CK_OBJECT_HANDLE made = make_data(&x, "rules", "", "value");
	char label[3], value[16];
	CK_ULONG class = 0;
	CK_ATTRIBUTE list[] = {
		{CKA_MODULUS, value, sizeof value}, /* data has none */
		{CKA_LABEL, label, sizeof label},   /* too small */
		{CKA_VALUE, NULL, 0},		    /* how long? */
		{CKA_CLASS, &class, sizeof class},  /* fits */
	};

	CHECK_RV(x.f->C_GetAttributeValue(x.session, made, list, 4), CKR_ATTRIBUTE_TYPE_INVALID);
	CHECK(list[0].ulValueLen == CK_UNAVAILABLE_INFORMATION);
	CHECK(list[1].ulValueLen == CK_UNAVAILABLE_INFORMATION);
	CHECK(list[2].ulValueLen == 5);
	CHECK(list[3].ulValueLen == sizeof class && class == CKO_DATA);
	list[1].ulValueLen = sizeof label;
	CHECK_RV(x.f->C_GetAttributeValue(x.session, made, list + 1, 1), CKR_BUFFER_TOO_SMALL);
	CHECK_RV(x.f->C_GetAttributeValue(x.session, made, NULL, 1), CKR_ARGUMENTS_BAD);
	CHECK_RV(x.f->C_GetAttributeValue(x.session, made, NULL, 0), CKR_OK);
	CHECK_RV(x.f->C_GetAttributeValue(x.session, made + 2000, list, 1),
		CKR_OBJECT_HANDLE_INVALID);
	CHECK_RV(x.f->C_GetObjectSize(x.session, made, &class), CKR_OK);
	CHECK(class > 5);
	CHECK_RV(x.f->C_DestroyObject(x.session, made), CKR_OK);
	harness_end(&x);
}

/* Templates that C_CreateObject must refuse, and why. */
static void bad_templates(void)
{
	static CK_ULONG vendor = CKO_VENDOR_DEFINED | 7, odd = 0x4242, x509 = CKC_X_509;
	static CK_BYTE short_flag[2] = {1, 0};
	static const CK_BYTE unknown_curve[] = {0x06, 5, 0x2b, 0x81, 4, 0, 10}; /* secp256k1 */
	static const CK_BYTE no_der[] = {0x30, 0x80};
	static const struct {
		const char *what;
		CK_ATTRIBUTE rows[7];
		CK_ULONG count;
		CK_RV wanted;
	} rows[] = {
		{"nothing", {{0}}, 0, CKR_TEMPLATE_INCOMPLETE},
		{"no class", {ATTR(CKA_TOKEN, harness_true)}, 1, CKR_TEMPLATE_INCOMPLETE},
		{"a class of somebody else", {ATTR(CKA_CLASS, vendor)}, 1,
			CKR_ATTRIBUTE_VALUE_INVALID},
		{"an unknown attribute",
			{ATTR(CKA_CLASS, class_data), {0x40001234, &odd, sizeof odd}}, 2,
			CKR_ATTRIBUTE_TYPE_INVALID},
		{"an attribute of another class",
			{ATTR(CKA_CLASS, class_data), ATTR(CKA_KEY_TYPE, type_ec)}, 2,
			CKR_ATTRIBUTE_TYPE_INVALID},
		{"an attribute only read",
			{ATTR(CKA_CLASS, class_data), ATTR_TEXT(CKA_UNIQUE_ID, "x")}, 2,
			CKR_ATTRIBUTE_READ_ONLY},
		{"a flag of two bytes", {ATTR(CKA_CLASS, class_data), {CKA_PRIVATE, short_flag, 2}},
			2, CKR_ATTRIBUTE_VALUE_INVALID},
		{"the same twice",
			{ATTR(CKA_CLASS, class_data), ATTR_TEXT(CKA_LABEL, "a"),
				ATTR_TEXT(CKA_LABEL, "b")},
			3, CKR_TEMPLATE_INCONSISTENT},
		{"a certificate without a value",
			{ATTR(CKA_CLASS, class_cert), ATTR(CKA_TOKEN, harness_true)}, 2,
			CKR_TEMPLATE_INCOMPLETE},
		{"a certificate that is none",
			{ATTR(CKA_CLASS, class_cert), ATTR(CKA_TOKEN, harness_true),
				ATTR(CKA_CERTIFICATE_TYPE, x509), ATTR_TEXT(CKA_SUBJECT, "x"),
				ATTR_TEXT(CKA_VALUE, "no certificate")},
			5, CKR_ATTRIBUTE_VALUE_INVALID},
		{"a key without a type", {ATTR(CKA_CLASS, class_public)}, 1,
			CKR_TEMPLATE_INCOMPLETE},
		{"a public key without a curve",
			{ATTR(CKA_CLASS, class_public), ATTR(CKA_KEY_TYPE, type_ec),
				ATTR_BYTES(CKA_EC_POINT, point)},
			3, CKR_TEMPLATE_INCOMPLETE},
		{"a curve that is not here",
			{ATTR(CKA_CLASS, class_public), ATTR(CKA_KEY_TYPE, type_ec),
				ATTR_BYTES(CKA_EC_PARAMS, unknown_curve),
				ATTR_BYTES(CKA_EC_POINT, point)},
			4, CKR_CURVE_NOT_SUPPORTED},
		{"parameters that are no DER",
			{ATTR(CKA_CLASS, class_public), ATTR(CKA_KEY_TYPE, type_ec),
				ATTR_BYTES(CKA_EC_PARAMS, no_der), ATTR_BYTES(CKA_EC_POINT, point)},
			4, CKR_DOMAIN_PARAMS_INVALID},
		{"a point that is too short",
			{ATTR(CKA_CLASS, class_public), ATTR(CKA_KEY_TYPE, type_ec),
				ATTR_BYTES(CKA_EC_PARAMS, harness_p256),
				ATTR_BYTES(CKA_EC_POINT, one)},
			4, CKR_ATTRIBUTE_VALUE_INVALID},
		{"a private key outside the token",
			{ATTR(CKA_CLASS, class_private), ATTR(CKA_KEY_TYPE, type_ec),
				ATTR_BYTES(CKA_EC_PARAMS, harness_p256),
				ATTR_BYTES(CKA_VALUE, one)},
			4, CKR_TEMPLATE_INCONSISTENT},
	};
	struct fixture x = harness_begin(HARNESS_DEVICE, CKF_RW_SESSION);
	CK_OBJECT_HANDLE made;

	for (size_t i = 0; i < KC_COUNT_OF(rows); i++) {
		CK_ATTRIBUTE template[7];
		memcpy(template, rows[i].rows, sizeof template);
		CHECK_MSG(x.f->C_CreateObject(x.session, template, rows[i].count, &made) ==
				  rows[i].wanted,
			rows[i].what);
	}
	CHECK_RV(x.f->C_CreateObject(x.session, NULL, 1, &made), CKR_ARGUMENTS_BAD);
	harness_end(&x);
}

static void read_only_sessions(void)
{
	struct fixture x = harness_begin(HARNESS_DEVICE, CKF_RW_SESSION);
	CK_OBJECT_HANDLE made = make_data(&x, "stays", "", "value"), other;
	CK_ATTRIBUTE template[] = {ATTR(CKA_CLASS, class_data), ATTR(CKA_TOKEN, harness_true)};
	CK_ATTRIBUTE label[] = {ATTR_TEXT(CKA_LABEL, "goes")};
	CK_SESSION_HANDLE reader;

	CHECK_RV(x.f->C_OpenSession(0, CKF_SERIAL_SESSION, NULL, NULL, &reader), CKR_OK);
	CHECK_RV(x.f->C_CreateObject(reader, template, 2, &other), CKR_SESSION_READ_ONLY);
	CHECK_RV(x.f->C_SetAttributeValue(reader, made, label, 1), CKR_SESSION_READ_ONLY);
	CHECK_RV(x.f->C_DestroyObject(reader, made), CKR_SESSION_READ_ONLY);
	/* A session object is the session's own affair. */
	CHECK_RV(x.f->C_CreateObject(reader, template, 1, &other), CKR_OK);
	CHECK_RV(x.f->C_DestroyObject(reader, other), CKR_OK);
	CHECK_RV(x.f->C_DestroyObject(x.session, made), CKR_OK);
	harness_end(&x);
}

static void session_objects(void)
{
	struct fixture x = harness_begin(HARNESS_DEVICE, 0);
	CK_OBJECT_HANDLE made, found[4];
	CK_SESSION_HANDLE second;
	CK_ATTRIBUTE template[] = {
		ATTR(CKA_CLASS, class_public),
		ATTR(CKA_KEY_TYPE, type_ec),
		ATTR_TEXT(CKA_LABEL, "passing"),
		ATTR_BYTES(CKA_EC_PARAMS, harness_p256),
		ATTR_BYTES(CKA_EC_POINT, point),
	};
	CK_ATTRIBUTE label[] = {ATTR_TEXT(CKA_LABEL, "renamed"), ATTR(CKA_TOKEN, harness_true)};

	CHECK_RV_FATAL(x.f->C_OpenSession(0, CKF_SERIAL_SESSION, NULL, NULL, &second), CKR_OK);
	CHECK_RV_FATAL(x.f->C_CreateObject(second, template, 5, &made), CKR_OK);
	CHECK(has_flag(&x, made, CKA_TOKEN, CK_FALSE));
	CHECK(has(&x, made, CKA_EC_POINT, point, sizeof point));
	CHECK(has(&x, made, CKA_EC_PARAMS, harness_p256, sizeof harness_p256));
	CHECK(harness_find(&x, template + 2, 1, found, 4) == 1 && found[0] == made);
	CHECK_RV(x.f->C_SetAttributeValue(x.session, made, label, 1), CKR_OK);
	CHECK(harness_find(&x, template + 2, 1, found, 4) == 0);
	CHECK(harness_find(&x, label, 1, found, 4) == 1 && found[0] == made);
	CHECK(harness_find(&x, label, 2, found, 4) == 0);
	CHECK_RV(x.f->C_CloseSession(second), CKR_OK);
	CHECK(harness_find(&x, label, 1, found, 4) == 0);
	harness_end(&x);
}

/* The two tokens show different objects, and a handle of one means nothing in the other. */
static void two_tokens(void)
{
	struct fixture x = harness_begin(HARNESS_SYNC, CKF_RW_SESSION);
	CK_OBJECT_HANDLE made = make_data(&x, "everywhere", "", "value"), found[4];
	CK_ATTRIBUTE by_label[] = {ATTR_TEXT(CKA_LABEL, "everywhere")};
	struct fixture other = x;

	CHECK(harness_find(&x, by_label, 1, found, 4) == 1);
	CHECK_RV_FATAL(x.f->C_OpenSession(
			       0, CKF_SERIAL_SESSION | CKF_RW_SESSION, NULL, NULL, &other.session),
		CKR_OK);
	CHECK(harness_find(&other, by_label, 1, found, 4) == 0);
	CHECK_RV(x.f->C_DestroyObject(other.session, made), CKR_OBJECT_HANDLE_INVALID);
	CHECK_RV(x.f->C_DestroyObject(x.session, made), CKR_OK);
	harness_end(&x);
}

static void certificates(void)
{
	struct fixture x = harness_begin(HARNESS_DEVICE, CKF_RW_SESSION);
	CK_ULONG x509 = CKC_X_509;
	CK_OBJECT_HANDLE made, found[4];
	CK_ATTRIBUTE template[] = {
		ATTR(CKA_CLASS, class_cert),
		ATTR(CKA_TOKEN, harness_true),
		ATTR(CKA_CERTIFICATE_TYPE, x509),
		ATTR_TEXT(CKA_LABEL, "work"),
		ATTR_BYTES(CKA_VALUE, certificate_der),
		ATTR_TEXT(CKA_SUBJECT, "as it is in the certificate"),
	};
	CK_ATTRIBUTE by_subject[] = {
		ATTR(CKA_CLASS, class_cert), ATTR_BYTES(CKA_SUBJECT, certificate_subject)};
	CK_ATTRIBUTE by_issuer[] = {ATTR(CKA_TOKEN, harness_true), ATTR(CKA_CLASS, class_cert),
		ATTR_BYTES(CKA_ISSUER, certificate_issuer),
		ATTR_BYTES(CKA_SERIAL_NUMBER, certificate_serial)};
	CK_ATTRIBUTE by_id[] = {
		ATTR(CKA_CLASS, class_cert), ATTR_BYTES(CKA_ID, certificate_key_digest)};

	CHECK_RV_FATAL(x.f->C_CreateObject(x.session, template, 6, &made), CKR_OK);
	CHECK(has(&x, made, CKA_VALUE, certificate_der, sizeof certificate_der));
	CHECK(has(&x, made, CKA_SUBJECT, certificate_subject, sizeof certificate_subject));
	CHECK(has(&x, made, CKA_ISSUER, certificate_issuer, sizeof certificate_issuer));
	CHECK(has(&x, made, CKA_SERIAL_NUMBER, certificate_serial, sizeof certificate_serial));
	CHECK(has(&x, made, CKA_ID, certificate_key_digest, sizeof certificate_key_digest));
	CHECK(has(&x, made, CKA_CHECK_VALUE, certificate_check, sizeof certificate_check));
	CHECK(has_flag(&x, made, CKA_PRIVATE, CK_FALSE));
	CHECK(harness_find(&x, by_subject, 2, found, 4) == 1 && found[0] == made);
	CHECK(harness_find(&x, by_issuer, 4, found, 4) == 1 && found[0] == made);
	CHECK(harness_find(&x, by_id, 2, found, 4) == 1 && found[0] == made);
	harness_lock();
	CHECK(harness_find(&x, by_subject, 2, found, 4) == 1 && found[0] == made);
	CHECK(has(&x, made, CKA_VALUE, certificate_der, sizeof certificate_der));
	harness_unlock();
	CHECK_RV(x.f->C_DestroyObject(x.session, made), CKR_OK);
	harness_end(&x);
}

static void imported_keys(void)
{
	struct fixture x = harness_begin(HARNESS_DEVICE, CKF_RW_SESSION);
	CK_OBJECT_HANDLE made, open;
	CK_BYTE value[4096];
	CK_ATTRIBUTE template[] = {
		ATTR(CKA_CLASS, class_private),
		ATTR(CKA_KEY_TYPE, type_ec),
		ATTR(CKA_TOKEN, harness_true),
		ATTR_BYTES(CKA_EC_PARAMS, harness_p256),
		ATTR_BYTES(CKA_VALUE, one),
		ATTR(CKA_EXTRACTABLE, harness_true),
		ATTR(CKA_SENSITIVE, harness_false),
	};
	CK_ATTRIBUTE sensitive[] = {ATTR(CKA_SENSITIVE, harness_true)};
	CK_ATTRIBUTE back[] = {ATTR(CKA_SENSITIVE, harness_false)};
	CK_BYTE padded[32] = {[31] = 1};

	CHECK_RV_FATAL(x.f->C_CreateObject(x.session, template, 5, &made), CKR_OK);
	CHECK(has(&x, made, CKA_EC_POINT, point, sizeof point));
	CHECK(has_flag(&x, made, CKA_SENSITIVE, CK_TRUE));
	CHECK(has_flag(&x, made, CKA_EXTRACTABLE, CK_FALSE));
	CHECK(has_flag(&x, made, CKA_NEVER_EXTRACTABLE, CK_FALSE));
	CHECK(has_flag(&x, made, CKA_LOCAL, CK_FALSE));
	CHECK(has_flag(&x, made, CKA_ALWAYS_AUTHENTICATE, CK_FALSE));
	CHECK(read_one(&x, made, CKA_VALUE, value) == -(long)CKR_ATTRIBUTE_SENSITIVE);
	CHECK(read_one(&x, made, CKA_MODULUS, value) == -(long)CKR_ATTRIBUTE_TYPE_INVALID);

	CHECK_RV_FATAL(x.f->C_CreateObject(x.session, template, 7, &open), CKR_OK);
	CHECK(has(&x, open, CKA_VALUE, padded, sizeof padded));
	CHECK_RV(x.f->C_SetAttributeValue(x.session, open, sensitive, 1), CKR_OK);
	CHECK(read_one(&x, open, CKA_VALUE, value) == -(long)CKR_ATTRIBUTE_SENSITIVE);
	CHECK_RV(x.f->C_SetAttributeValue(x.session, open, back, 1), CKR_ATTRIBUTE_READ_ONLY);
	CHECK_RV(x.f->C_DestroyObject(x.session, open), CKR_OK);
	CHECK_RV(x.f->C_DestroyObject(x.session, made), CKR_OK);
	harness_end(&x);
}

#define NAME(a) KC_NAME((a)[0], (a)[1], (a)[2], (a)[3])

/* An item of another program, which knows nothing of PKCS#11; the numbers are by name, or 0. */
static void add_item(kc_name class, int64_t type, int64_t key_class, struct kc_bytes value)
{
	KC_CLEANUP_ATTRS struct kc_attrs attrs = KC_ATTRS_INIT;
	const struct kc_client_item item = {
		.class = class, .attrs = &attrs, .has_secret = true, .secret = value};

	kc_attrs_set_str(&attrs, NAME("labl"), "foreign");
	if (class == KC_CLASS_CERTIFICATE) /* in the primary key, so that two can be there */
		kc_attrs_set_bytes(&attrs, NAME("slnr"), kc_bytes(value.data, 1));
	if (type) {
		kc_attrs_set_number(&attrs, NAME("type"), type);
		kc_attrs_set_number(&attrs, NAME("kcls"), key_class);
		kc_attrs_set_number(&attrs, NAME("bsiz"), 256);
	}
	CHECK_OK_FATAL(kc_client_item_add(harness_client(), &item, 0, NULL));
}

/* The bytes and a tag are all that is known. */
static void add_raw_key(struct kc_bytes value)
{
	KC_CLEANUP_ATTRS struct kc_attrs attrs = KC_ATTRS_INIT;
	const struct kc_client_item item = {
		.class = KC_CLASS_KEY, .attrs = &attrs, .has_secret = true, .secret = value};

	kc_attrs_set_str(&attrs, NAME("labl"), "foreign");
	kc_attrs_set_str(&attrs, NAME("atag"), "raw");
	kc_attrs_set_number(&attrs, NAME("kcls"), 1);
	kc_attrs_set_number(&attrs, NAME("extr"), 1);
	CHECK_OK_FATAL(kc_client_item_add(harness_client(), &item, 0, NULL));
}

static void items_of_others(void)
{
	struct fixture x = harness_begin(HARNESS_DEVICE, CKF_RW_SESSION);
	CK_OBJECT_HANDLE found[8];
	CK_ATTRIBUTE by_subject[] = {
		ATTR_TEXT(CKA_LABEL, "foreign"), ATTR_BYTES(CKA_SUBJECT, certificate_subject)};
	CK_ATTRIBUTE by_id[] = {
		ATTR(CKA_CLASS, class_cert), ATTR_BYTES(CKA_ID, certificate_key_digest)};
	CK_ATTRIBUTE private_key[] = {
		ATTR(CKA_CLASS, class_private), ATTR_TEXT(CKA_LABEL, "foreign")};
	CK_ATTRIBUTE raw_key[] = {ATTR(CKA_CLASS, class_private), ATTR(CKA_KEY_TYPE, type_ec),
		ATTR(CKA_EXTRACTABLE, harness_true)};
	CK_ATTRIBUTE all[] = {ATTR_TEXT(CKA_LABEL, "foreign")};
	CK_BYTE stored[97], value[4096];
	size_t count;

	memcpy(stored, point + 2, 65); /* 04, X, Y */
	memset(stored + 65, 0, 31);
	stored[96] = 1;
	add_item(NAME("cert"), 0, 0, KC_BYTES_OF(certificate_der));
	add_item(NAME("cert"), 0, 0, kc_bytes_str("not a certificate"));
	add_item(NAME("keys"), 73, 1, KC_BYTES_OF(stored));
	add_item(NAME("keys"), 73, 2, kc_bytes_str("a secret key"));
	CHECK(harness_find(&x, by_subject, 2, found, 8) == 1);
	CHECK(harness_find(&x, by_id, 2, found, 8) == 1);
	CHECK(has(&x, found[0], CKA_VALUE, certificate_der, sizeof certificate_der));
	CHECK(harness_find(&x, private_key, 2, found, 8) == 1);
	CHECK(has(&x, found[0], CKA_EC_POINT, point, sizeof point));
	CHECK(read_one(&x, found[0], CKA_ID, value) == 20);
	CHECK(read_one(&x, found[0], CKA_VALUE, value) == -(long)CKR_ATTRIBUTE_SENSITIVE);
	add_raw_key(KC_BYTES_OF(stored));
	CHECK(harness_find(&x, raw_key, 3, found, 8) == 1);
	CHECK(has(&x, found[0], CKA_EC_POINT, point, sizeof point));
	count = harness_find(&x, all, 1, found, 8);
	CHECK(count == 5);
	for (size_t i = 0; i < count; i++)
		CHECK_RV(x.f->C_DestroyObject(x.session, found[i]), CKR_OK);
	harness_end(&x);
}

/* Items whose attributes say one type of key and whose SubjectPublicKeyInfo holds another. */
static void keys_that_contradict_themselves(void)
{
	struct fixture x = harness_begin(HARNESS_DEVICE, CKF_RW_SESSION);
	static const CK_ATTRIBUTE_TYPE types[] = {CKA_EC_PARAMS, CKA_EC_POINT, CKA_MODULUS,
		CKA_MODULUS_BITS, CKA_PUBLIC_EXPONENT, CKA_PUBLIC_KEY_INFO, CKA_VALUE,
		CKA_PRIVATE_EXPONENT};
	static const CK_MECHANISM_TYPE made_as[] = {CKM_RSA_PKCS_KEY_PAIR_GEN, CKM_EC_KEY_PAIR_GEN};
	static const int64_t said_to_be[] = {KC_KEY_RSA, KC_KEY_EC, KC_KEY_ED25519, 7};
	CK_ATTRIBUTE by_label[] = {ATTR_TEXT(CKA_LABEL, "contradictory")};
	CK_OBJECT_HANDLE public, private, found[16];
	CK_BYTE spki[4096], value[4096];
	size_t count;

	for (size_t i = 0; i < KC_COUNT_OF(made_as); i++) {
		long len;

		harness_make_pair(&x, made_as[i], "whole", &public, &private);
		len = read_one(&x, public, CKA_PUBLIC_KEY_INFO, spki);
		CHECK_FATAL(len > 0);
		for (size_t j = 0; j < KC_COUNT_OF(said_to_be); j++) {
			KC_CLEANUP_ATTRS struct kc_attrs attrs = KC_ATTRS_INIT;
			const struct kc_client_item item = {.class = KC_CLASS_KEY, .attrs = &attrs};

			kc_attrs_set_str(&attrs, NAME("labl"), "contradictory");
			kc_attrs_set_number(&attrs, NAME("type"), said_to_be[j]);
			kc_attrs_set_number(&attrs, NAME("kcls"), (int64_t)j % 2);
			kc_attrs_set_number(&attrs, NAME("extr"), 1);
			kc_attrs_set_number(&attrs, NAME("sens"), 0);
			kc_attrs_set_number(&attrs, NAME("bsiz"), (int64_t)i);
			kc_attrs_set_bytes(&attrs, NAME("spki"), kc_bytes(spki, (size_t)len));
			CHECK_OK(kc_client_item_add(harness_client(), &item, 0, NULL));
		}
		CHECK_RV(x.f->C_DestroyObject(x.session, public), CKR_OK);
		CHECK_RV(x.f->C_DestroyObject(x.session, private), CKR_OK);
	}
	count = harness_find(&x, by_label, 1, found, 16);
	CHECK(count == KC_COUNT_OF(made_as) * KC_COUNT_OF(said_to_be));
	for (size_t i = 0; i < count; i++) {
		for (size_t j = 0; j < KC_COUNT_OF(types); j++)
			(void)read_one(&x, found[i], types[j], value);
		CHECK_RV(x.f->C_DestroyObject(x.session, found[i]), CKR_OK);
	}
	harness_end(&x);
}

/* What C_GetAttributeValue leaves in a template when it fails, given to a search. */
static void a_search_by_what_was_not_there(void)
{
	struct fixture x = harness_begin(HARNESS_DEVICE, CKF_RW_SESSION);
	size_t page = (size_t)sysconf(_SC_PAGESIZE);
	CK_BYTE *last = mmap(NULL, 2 * page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS,
		-1, 0); /* and nothing can be read behind it */
	CK_OBJECT_HANDLE found[2], data = make_data(&x, "there", "", "value");

	CHECK_FATAL(last != MAP_FAILED && mprotect(last + page, page, PROT_NONE) == 0);
	{
		CK_ATTRIBUTE rows[] = {
			{CKA_LABEL, last + page - 16, CK_UNAVAILABLE_INFORMATION},
			{CKA_ID, last + page - 16, CK_UNAVAILABLE_INFORMATION},
			{CKA_OBJECT_ID, last + page - 16, CK_UNAVAILABLE_INFORMATION},
		};
		for (size_t i = 0; i < KC_COUNT_OF(rows); i++)
			CHECK(harness_find(&x, &rows[i], 1, found, 2) == 0);
	}
	CHECK_RV(x.f->C_DestroyObject(x.session, data), CKR_OK);
	munmap(last, 2 * page);
	harness_end(&x);
}

/* An object that was found a moment ago, and then the keychain was locked: what is known of it is
 * given, and only what would have to be fetched is not. The moment is short, so there are tries. */
static void a_value_behind_the_lock(void)
{
	struct fixture x = harness_begin(HARNESS_DEVICE, CKF_RW_SESSION);
	CK_ATTRIBUTE by_label[] = {ATTR_TEXT(CKA_LABEL, "locked away")};
	CK_OBJECT_HANDLE found[1], data = make_data(&x, "locked away", "", "value");
	CK_BYTE value[16], label[16];
	bool label_given = false;

	for (int i = 0; i < 50 && !label_given; i++) {
		CK_ATTRIBUTE rows[] = {{CKA_VALUE, value, 16}, {CKA_LABEL, label, 16}};

		CHECK_FATAL(harness_find(&x, by_label, 1, found, 1) == 1);
		harness_lock();
		CHECK_RV(x.f->C_GetAttributeValue(x.session, found[0], rows, 2),
			CKR_USER_NOT_LOGGED_IN);
		label_given = rows[1].ulValueLen == 11 && rows[0].ulValueLen == (CK_ULONG)-1;
		harness_unlock();
	}
	CHECK(label_given);
	CHECK_RV(x.f->C_DestroyObject(x.session, data), CKR_OK);
	harness_end(&x);
}

/* What consumers search for, and how many they must find. */
static void searches(void)
{
	static CK_ULONG profile = 9, nss_trust = CKO_VENDOR_DEFINED | 0x4e534353, vendor = 0;
	static CK_BYTE nothing[1];
	struct fixture x = harness_begin(HARNESS_DEVICE, CKF_RW_SESSION);
	CK_OBJECT_HANDLE public, private, data = make_data(&x, "search", "app", "value"), found[64];
	CK_BYTE id[4096];
	long id_len;

	harness_make_pair(&x, CKM_EC_KEY_PAIR_GEN, "search", &public, &private);
	id_len = read_one(&x, private, CKA_ID, id);
	CHECK_FATAL(id_len > 0);
	CHECK(has(&x, public, CKA_ID, id, (size_t)id_len));
	{
		CK_ATTRIBUTE by_id = {CKA_ID, id, (CK_ULONG)id_len};
		CK_ATTRIBUTE label = ATTR_TEXT(CKA_LABEL, "search");
		const struct {
			const char *what;
			CK_ATTRIBUTE rows[4];
			CK_ULONG count;
			size_t wanted;
		} rows[] = {
			{"ssh",
				{ATTR(CKA_CLASS, class_private), by_id,
					ATTR(CKA_SIGN, harness_true)},
				3, 1},
			{"ssh, keys that do not sign",
				{ATTR(CKA_CLASS, class_private), by_id,
					ATTR(CKA_SIGN, harness_false)},
				3, 0},
			{"the public key of an id", {ATTR(CKA_CLASS, class_public), by_id}, 2, 1},
			{"both halves of an id", {by_id}, 1, 2},
			{"by label", {label}, 1, 3},
			{"by label and class", {label, ATTR(CKA_CLASS, class_private)}, 2, 1},
			{"by key type", {label, ATTR(CKA_KEY_TYPE, type_ec)}, 2, 2},
			{"by curve", {label, ATTR_BYTES(CKA_EC_PARAMS, harness_p256)}, 2, 2},
			{"NSS, profiles", {ATTR(CKA_CLASS, profile)}, 1, 0},
			{"NSS, trust", {ATTR(CKA_CLASS, nss_trust)}, 1, 0},
			{"an attribute that nothing has", {{0x80001234, &vendor, sizeof vendor}}, 1,
				0},
			{"a class of the wrong size", {{CKA_CLASS, nothing, 1}}, 1, 0},
			{"session objects", {label, ATTR(CKA_TOKEN, harness_false)}, 2, 0},
			{"by application", {ATTR_TEXT(CKA_APPLICATION, "app")}, 1, 1},
			{"an empty label", {{CKA_LABEL, NULL, 0}, by_id}, 2, 0},
		};
		for (size_t i = 0; i < KC_COUNT_OF(rows); i++) {
			CK_ATTRIBUTE template[4];
			memcpy(template, rows[i].rows, sizeof template);
			CHECK_MSG(harness_find(&x, template, rows[i].count, found, 64) ==
					  rows[i].wanted,
				rows[i].what);
		}
	}
	CHECK_RV(x.f->C_DestroyObject(x.session, public), CKR_OK);
	CHECK_RV(x.f->C_DestroyObject(x.session, private), CKR_OK);
	CHECK_RV(x.f->C_DestroyObject(x.session, data), CKR_OK);
	harness_end(&x);
}

static void search_state(void)
{
	struct fixture x = harness_begin(HARNESS_DEVICE, CKF_RW_SESSION);
	CK_OBJECT_HANDLE made[3], found[2];
	CK_ATTRIBUTE by_label[] = {ATTR_TEXT(CKA_LABEL, "one by one")};
	CK_ATTRIBUTE no_value[] = {{CKA_LABEL, NULL, 4}};
	CK_ULONG count = 9;

	for (size_t i = 0; i < 3; i++)
		made[i] = make_data(&x, "one by one", "", "value");
	CHECK_RV(x.f->C_FindObjects(x.session, found, 2, &count), CKR_OPERATION_NOT_INITIALIZED);
	CHECK_RV(x.f->C_FindObjectsFinal(x.session), CKR_OPERATION_NOT_INITIALIZED);
	CHECK_RV(x.f->C_FindObjectsInit(x.session, NULL, 2), CKR_ARGUMENTS_BAD);
	CHECK_RV(x.f->C_FindObjectsInit(x.session, no_value, 1), CKR_ATTRIBUTE_VALUE_INVALID);
	CHECK_RV(x.f->C_FindObjectsInit(x.session, by_label, 1), CKR_OK);
	CHECK_RV(x.f->C_FindObjectsInit(x.session, by_label, 1), CKR_OPERATION_ACTIVE);
	CHECK_RV(x.f->C_FindObjects(x.session, NULL, 2, &count), CKR_ARGUMENTS_BAD);
	CHECK_RV(x.f->C_FindObjects(x.session, found, 2, &count), CKR_OK);
	CHECK(count == 2);
	CHECK_RV(x.f->C_FindObjects(x.session, found, 2, &count), CKR_OK);
	CHECK(count == 1);
	CHECK_RV(x.f->C_FindObjects(x.session, found, 2, &count), CKR_OK);
	CHECK(count == 0);
	CHECK_RV(x.f->C_FindObjectsFinal(x.session), CKR_OK);
	for (size_t i = 0; i < 3; i++)
		CHECK_RV(x.f->C_DestroyObject(x.session, made[i]), CKR_OK);
	harness_end(&x);
}

int main(void)
{
	static const struct check_test tests[] = {
		CHECK_TEST(data_objects),
		CHECK_TEST(public_data),
		CHECK_TEST(attribute_rules),
		CHECK_TEST(bad_templates),
		CHECK_TEST(read_only_sessions),
		CHECK_TEST(session_objects),
		CHECK_TEST(two_tokens),
		CHECK_TEST(certificates),
		CHECK_TEST(imported_keys),
		CHECK_TEST(items_of_others),
		CHECK_TEST(keys_that_contradict_themselves),
		CHECK_TEST(a_search_by_what_was_not_there),
		CHECK_TEST(a_value_behind_the_lock),
		CHECK_TEST(searches),
		CHECK_TEST(search_state),
	};
	int status;

	harness_start();
	status = check_main("module: objects", tests, KC_COUNT_OF(tests));
	harness_stop();
	return status;
}
