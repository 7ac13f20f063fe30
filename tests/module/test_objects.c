/* SPDX-License-Identifier: ISC */
/* PKCS#11 3.1, 4.4, 4.5 and 5.7.1 to 5.7.6: making, reading, changing and destroying objects. */
#include <string.h>

#include "tests/module/objects.h"

static void data_objects(void)
{
	struct fixture x = harness_begin(HARNESS_DEVICE, CKF_RW_SESSION);
	CK_OBJECT_HANDLE made = objects_make_data(&x, "note", "diary", "Tr0ub4dor&3"), found[4];
	CK_OBJECT_HANDLE twin = objects_make_data(&x, "note", "diary", "Tr0ub4dor&3");
	CK_ATTRIBUTE by_label[] = {ATTR_TEXT(CKA_LABEL, "note")};
	CK_ATTRIBUTE by_value[] = {ATTR_TEXT(CKA_VALUE, "Tr0ub4dor&3")};
	CK_ATTRIBUTE new_value[] = {ATTR_TEXT(CKA_VALUE, "horse"), ATTR_TEXT(CKA_LABEL, "essay")};

	CHECK(made != twin);
	CHECK(objects_has(&x, made, CKA_LABEL, "note", 4));
	CHECK(objects_has(&x, made, CKA_APPLICATION, "diary", 5));
	CHECK(objects_has(&x, made, CKA_VALUE, "Tr0ub4dor&3", 11));
	CHECK(objects_has(&x, made, CKA_OBJECT_ID, NULL, 0));
	CHECK(objects_has_flag(&x, made, CKA_PRIVATE, CK_TRUE));
	CHECK(objects_has_flag(&x, made, CKA_TOKEN, CK_TRUE));
	CHECK(harness_find(&x, by_label, 1, found, 4) == 2);
	CHECK(found[0] == made || found[1] == made);
	CHECK(harness_find(&x, by_value, 1, found, 4) == 2);
	CHECK_RV(x.f->C_SetAttributeValue(x.session, made, new_value, 2), CKR_OK);
	CHECK(objects_has(&x, made, CKA_VALUE, "horse", 5));
	CHECK(objects_has(&x, made, CKA_LABEL, "essay", 5));
	CHECK(objects_has(&x, twin, CKA_VALUE, "Tr0ub4dor&3", 11));
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
		ATTR(CKA_CLASS, objects_data),
		ATTR(CKA_TOKEN, harness_true),
		ATTR(CKA_PRIVATE, harness_false),
		ATTR_TEXT(CKA_VALUE, "known to all"),
	};

	CHECK_RV_FATAL(x.f->C_CreateObject(x.session, template, 4, &made), CKR_OK);
	CHECK(objects_has_flag(&x, made, CKA_PRIVATE, CK_FALSE));
	harness_lock();
	CHECK(objects_has(&x, made, CKA_VALUE, "known to all", 12));
	harness_unlock();
	CHECK_RV(x.f->C_DestroyObject(x.session, made), CKR_OK);
	harness_end(&x);
}

static void attribute_rules(void)
{
	struct fixture x = harness_begin(HARNESS_DEVICE, CKF_RW_SESSION);
	CK_OBJECT_HANDLE made = objects_make_data(&x, "rules", "", "value");
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
			{ATTR(CKA_CLASS, objects_data), {0x40001234, &odd, sizeof odd}}, 2,
			CKR_ATTRIBUTE_TYPE_INVALID},
		{"an attribute of another class",
			{ATTR(CKA_CLASS, objects_data), ATTR(CKA_KEY_TYPE, objects_ec)}, 2,
			CKR_ATTRIBUTE_TYPE_INVALID},
		{"an attribute only read",
			{ATTR(CKA_CLASS, objects_data), ATTR_TEXT(CKA_UNIQUE_ID, "x")}, 2,
			CKR_ATTRIBUTE_READ_ONLY},
		{"a flag of two bytes",
			{ATTR(CKA_CLASS, objects_data), {CKA_PRIVATE, short_flag, 2}}, 2,
			CKR_ATTRIBUTE_VALUE_INVALID},
		{"the same twice",
			{ATTR(CKA_CLASS, objects_data), ATTR_TEXT(CKA_LABEL, "a"),
				ATTR_TEXT(CKA_LABEL, "b")},
			3, CKR_TEMPLATE_INCONSISTENT},
		{"a certificate without a value",
			{ATTR(CKA_CLASS, objects_cert), ATTR(CKA_TOKEN, harness_true)}, 2,
			CKR_TEMPLATE_INCOMPLETE},
		{"a certificate that is none",
			{ATTR(CKA_CLASS, objects_cert), ATTR(CKA_TOKEN, harness_true),
				ATTR(CKA_CERTIFICATE_TYPE, x509), ATTR_TEXT(CKA_SUBJECT, "x"),
				ATTR_TEXT(CKA_VALUE, "no certificate")},
			5, CKR_ATTRIBUTE_VALUE_INVALID},
		{"a key without a type", {ATTR(CKA_CLASS, objects_public)}, 1,
			CKR_TEMPLATE_INCOMPLETE},
		{"a public key without a curve",
			{ATTR(CKA_CLASS, objects_public), ATTR(CKA_KEY_TYPE, objects_ec),
				ATTR_BYTES(CKA_EC_POINT, objects_point)},
			3, CKR_TEMPLATE_INCOMPLETE},
		{"a curve that is not here",
			{ATTR(CKA_CLASS, objects_public), ATTR(CKA_KEY_TYPE, objects_ec),
				ATTR_BYTES(CKA_EC_PARAMS, unknown_curve),
				ATTR_BYTES(CKA_EC_POINT, objects_point)},
			4, CKR_CURVE_NOT_SUPPORTED},
		{"parameters that are no DER",
			{ATTR(CKA_CLASS, objects_public), ATTR(CKA_KEY_TYPE, objects_ec),
				ATTR_BYTES(CKA_EC_PARAMS, no_der),
				ATTR_BYTES(CKA_EC_POINT, objects_point)},
			4, CKR_DOMAIN_PARAMS_INVALID},
		{"a point that is too short",
			{ATTR(CKA_CLASS, objects_public), ATTR(CKA_KEY_TYPE, objects_ec),
				ATTR_BYTES(CKA_EC_PARAMS, harness_p256),
				ATTR_BYTES(CKA_EC_POINT, objects_one)},
			4, CKR_ATTRIBUTE_VALUE_INVALID},
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
	CK_OBJECT_HANDLE made = objects_make_data(&x, "stays", "", "value"), other;
	CK_ATTRIBUTE template[] = {ATTR(CKA_CLASS, objects_data), ATTR(CKA_TOKEN, harness_true)};
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
		ATTR(CKA_CLASS, objects_public),
		ATTR(CKA_KEY_TYPE, objects_ec),
		ATTR_TEXT(CKA_LABEL, "passing"),
		ATTR_BYTES(CKA_EC_PARAMS, harness_p256),
		ATTR_BYTES(CKA_EC_POINT, objects_point),
	};
	CK_ATTRIBUTE label[] = {ATTR_TEXT(CKA_LABEL, "renamed"), ATTR(CKA_TOKEN, harness_true)};

	CHECK_RV_FATAL(x.f->C_OpenSession(0, CKF_SERIAL_SESSION, NULL, NULL, &second), CKR_OK);
	CHECK_RV_FATAL(x.f->C_CreateObject(second, template, 5, &made), CKR_OK);
	CHECK(objects_has_flag(&x, made, CKA_TOKEN, CK_FALSE));
	CHECK(objects_has(&x, made, CKA_EC_POINT, objects_point, sizeof objects_point));
	CHECK(objects_has(&x, made, CKA_EC_PARAMS, harness_p256, sizeof harness_p256));
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
	CK_OBJECT_HANDLE made = objects_make_data(&x, "everywhere", "", "value"), found[4];
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
	};
	int status;

	harness_start();
	status = check_main("module: objects", tests, KC_COUNT_OF(tests));
	harness_stop();
	return status;
}
