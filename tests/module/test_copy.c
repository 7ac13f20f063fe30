/* SPDX-License-Identifier: ISC */
/* PKCS#11 3.1, 5.7.2: copies of objects. */
#include <string.h>

#include "tests/module/certificate.h"
#include "tests/module/objects.h"

/* What is copied: one of each class that the module itself can make. */
static const struct original {
	const char *what;
	CK_ATTRIBUTE rows[5];
	CK_ULONG count;
	CK_ATTRIBUTE_TYPE kept[3]; /* what the copy must have alike, besides the label */
} originals[] = {
	{"data",
		{ATTR(CKA_CLASS, objects_data), ATTR_TEXT(CKA_APPLICATION, "app"),
			ATTR_TEXT(CKA_VALUE, "value"), ATTR_TEXT(CKA_OBJECT_ID, "oid")},
		4, {CKA_VALUE, CKA_APPLICATION, CKA_OBJECT_ID}},
	{"a certificate",
		{ATTR(CKA_CLASS, objects_cert), ATTR(CKA_CERTIFICATE_TYPE, objects_x509),
			ATTR_BYTES(CKA_SUBJECT, certificate_subject),
			ATTR_BYTES(CKA_VALUE, certificate_der)},
		4, {CKA_VALUE, CKA_SERIAL_NUMBER, CKA_ID}},
	{"a public key",
		{ATTR(CKA_CLASS, objects_public), ATTR(CKA_KEY_TYPE, objects_ec),
			ATTR_BYTES(CKA_EC_PARAMS, harness_p256),
			ATTR_BYTES(CKA_EC_POINT, objects_point), ATTR(CKA_DERIVE, harness_true)},
		5, {CKA_EC_POINT, CKA_PUBLIC_KEY_INFO, CKA_DERIVE}},
};

static CK_OBJECT_HANDLE make(
	const struct fixture *x, const struct original *original, bool on_token, bool is_private)
{
	CK_ATTRIBUTE template[8];
	CK_OBJECT_HANDLE made = CK_INVALID_HANDLE;
	CK_ULONG count = original->count;

	memcpy(template, original->rows, sizeof original->rows);
	template[count++] = (CK_ATTRIBUTE){
		CKA_TOKEN, on_token ? &harness_true : &harness_false, sizeof(CK_BBOOL)};
	template[count++] = (CK_ATTRIBUTE){
		CKA_PRIVATE, is_private ? &harness_true : &harness_false, sizeof(CK_BBOOL)};
	template[count++] = (CK_ATTRIBUTE)ATTR_TEXT(CKA_LABEL, "original");
	CHECK_RV_FATAL(objects_create(x, template, count, &made), CKR_OK);
	return made;
}

static bool is_alike(
	const struct fixture *x, CK_OBJECT_HANDLE a, CK_OBJECT_HANDLE b, CK_ATTRIBUTE_TYPE type)
{
	CK_BYTE value[4096];
	long len = objects_read(x, a, type, value);

	return len > 0 && objects_has(x, b, type, value, (size_t)len);
}

/* From everywhere to everywhere, with a label of its own. */
static void places(void)
{
	struct fixture x = harness_begin(HARNESS_SYNC, CKF_RW_SESSION);

	for (size_t i = 0; i < KC_COUNT_OF(originals); i++)
		for (int way = 0; way < 4; way++) {
			const struct original *original = &originals[i];
			bool from_token = way & 1, to_token = way & 2;
			CK_OBJECT_HANDLE made = make(&x, original, from_token, false), copy;
			CK_ATTRIBUTE changes[] = {
				{CKA_TOKEN, to_token ? &harness_true : &harness_false, 1},
				ATTR_TEXT(CKA_LABEL, "copy")};
			CK_ATTRIBUTE by_label[] = {ATTR_TEXT(CKA_LABEL, "copy")};
			CK_OBJECT_HANDLE found[2];

			CHECK_MSG(x.f->C_CopyObject(x.session, made, changes, 2, &copy) == CKR_OK,
				original->what);
			CHECK(copy != made);
			CHECK(objects_has_flag(&x, copy, CKA_TOKEN, to_token));
			CHECK(harness_find(&x, by_label, 1, found, 2) == 1 && found[0] == copy);
			CHECK(objects_has(&x, made, CKA_LABEL, "original", 8));
			for (size_t j = 0; j < 3; j++)
				CHECK_MSG(is_alike(&x, made, copy, original->kept[j]),
					original->what);
			CHECK(is_alike(&x, made, copy, CKA_PRIVATE));
			objects_destroy(&x, made);
			CHECK_MSG(objects_has(&x, copy, CKA_LABEL, "copy", 4), original->what);
			objects_destroy(&x, copy);
		}
	harness_end(&x);
}

/* A copy that is to be like its original in all is in the same place. */
static void without_changes(void)
{
	struct fixture x = harness_begin(HARNESS_DEVICE, CKF_RW_SESSION);

	for (size_t i = 0; i < KC_COUNT_OF(originals); i++)
		for (int on_token = 0; on_token < 2; on_token++) {
			CK_OBJECT_HANDLE made = make(&x, &originals[i], on_token, true), copy;
			CK_BYTE id[4096];
			long len = objects_read(&x, made, CKA_UNIQUE_ID, id);

			CHECK_RV_FATAL(x.f->C_CopyObject(x.session, made, NULL, 0, &copy), CKR_OK);
			CHECK(objects_has_flag(&x, copy, CKA_TOKEN, (CK_BBOOL)on_token));
			CHECK(objects_has_flag(&x, copy, CKA_PRIVATE, CK_TRUE));
			CHECK(is_alike(&x, made, copy, CKA_LABEL));
			CHECK(len > 0 && !objects_has(&x, copy, CKA_UNIQUE_ID, id, (size_t)len));
			objects_destroy(&x, copy);
			objects_destroy(&x, made);
		}
	harness_end(&x);
}

static void rules(void)
{
	static const struct {
		const char *what;
		bool is_private;
		CK_ATTRIBUTE change;
		CK_RV wanted;
	} rows[] = {
		{"hidden from now on", false, ATTR(CKA_PRIVATE, harness_true), CKR_OK},
		{"shown to all", true, ATTR(CKA_PRIVATE, harness_false), CKR_TEMPLATE_INCONSISTENT},
		{"not to be changed", false, ATTR(CKA_MODIFIABLE, harness_false), CKR_OK},
		{"never to be copied", false, ATTR(CKA_COPYABLE, harness_false), CKR_OK},
		{"another value", true, ATTR_TEXT(CKA_VALUE, "other"), CKR_OK},
		{"another application", true, ATTR_TEXT(CKA_APPLICATION, "other"), CKR_OK},
		{"another class", true, ATTR(CKA_CLASS, objects_public), CKR_ATTRIBUTE_READ_ONLY},
		{"another class's attribute", true, ATTR(CKA_KEY_TYPE, objects_ec),
			CKR_ATTRIBUTE_TYPE_INVALID},
		{"a flag of no bytes", true, {CKA_TOKEN, NULL, 0}, CKR_ATTRIBUTE_VALUE_INVALID},
	};
	struct fixture x = harness_begin(HARNESS_DEVICE, CKF_RW_SESSION);

	for (size_t i = 0; i < KC_COUNT_OF(rows); i++)
		for (int on_token = 0; on_token < 2; on_token++) {
			CK_OBJECT_HANDLE made =
				make(&x, &originals[0], on_token, rows[i].is_private);
			CK_OBJECT_HANDLE copy;
			CK_ATTRIBUTE change = rows[i].change;
			CK_RV rv = x.f->C_CopyObject(x.session, made, &change, 1, &copy);

			CHECK_MSG(rv == rows[i].wanted, rows[i].what);
			if (rv == CKR_OK) {
				CHECK_MSG(objects_has(&x, copy, change.type, change.pValue,
						  change.ulValueLen),
					rows[i].what);
				objects_destroy(&x, copy);
			}
			objects_destroy(&x, made);
		}
	harness_end(&x);
}

static void refused(void)
{
	struct fixture x = harness_begin(HARNESS_DEVICE, CKF_RW_SESSION);
	CK_OBJECT_HANDLE made = make(&x, &originals[0], true, false), copy, still;
	CK_ATTRIBUTE no_copies[] = {ATTR(CKA_COPYABLE, harness_false)};
	CK_ATTRIBUTE to_session[] = {ATTR(CKA_TOKEN, harness_false)};
	CK_ATTRIBUTE to_token[] = {ATTR(CKA_TOKEN, harness_true)};
	struct fixture reader = x;

	CHECK_RV_FATAL(
		x.f->C_OpenSession(0, CKF_SERIAL_SESSION, NULL, NULL, &reader.session), CKR_OK);
	CHECK_RV(x.f->C_CopyObject(reader.session, made, NULL, 0, &copy), CKR_SESSION_READ_ONLY);
	CHECK_RV(x.f->C_CopyObject(reader.session, made, to_session, 1, &copy), CKR_OK);
	CHECK_RV(x.f->C_CopyObject(reader.session, copy, to_token, 1, &still),
		CKR_SESSION_READ_ONLY);
	CHECK_RV(x.f->C_CopyObject(x.session, made, NULL, 0, NULL), CKR_ARGUMENTS_BAD);
	CHECK_RV(x.f->C_CopyObject(x.session, made, NULL, 1, &copy), CKR_ARGUMENTS_BAD);
	CHECK_RV(x.f->C_CopyObject(x.session, made + 2000, NULL, 0, &copy),
		CKR_OBJECT_HANDLE_INVALID);
	CHECK_RV(x.f->C_SetAttributeValue(x.session, made, no_copies, 1), CKR_OK);
	CHECK_RV(x.f->C_CopyObject(x.session, made, NULL, 0, &copy), CKR_ACTION_PROHIBITED);
	objects_destroy(&x, made);
	harness_end(&x);
}

static bool signs(const struct fixture *x, CK_OBJECT_HANDLE key, CK_OBJECT_HANDLE public)
{
	CK_MECHANISM mechanism = {CKM_ECDSA, NULL, 0};
	CK_BYTE digest[32] = {1}, signature[64];
	CK_ULONG len = sizeof signature;

	return x->f->C_SignInit(x->session, &mechanism, key) == CKR_OK &&
	       x->f->C_Sign(x->session, digest, 32, signature, &len) == CKR_OK &&
	       x->f->C_VerifyInit(x->session, &mechanism, public) == CKR_OK &&
	       x->f->C_Verify(x->session, digest, 32, signature, len) == CKR_OK;
}

/* As Java's keytool does with new pairs, and OpenSSL's provider with keys that it finds: the key
 * stays in the service, and what is known of its past is known of the copy. */
static void private_keys(void)
{
	struct fixture x = harness_begin(HARNESS_DEVICE, CKF_RW_SESSION);
	CK_OBJECT_HANDLE public, stored, session, again, found[4];
	CK_ATTRIBUTE to_session[] = {ATTR(CKA_TOKEN, harness_false), ATTR_TEXT(CKA_LABEL, "copy")};
	CK_ATTRIBUTE to_token[] = {ATTR(CKA_TOKEN, harness_true), ATTR_TEXT(CKA_ID, "chosen"),
		ATTR_TEXT(CKA_LABEL, "stored copy")};
	CK_ATTRIBUTE by_id[] = {ATTR(CKA_CLASS, objects_private), ATTR_TEXT(CKA_ID, "chosen")};
	CK_ATTRIBUTE by_label[] = {ATTR_TEXT(CKA_LABEL, "copy")};
	static const CK_ATTRIBUTE_TYPE same[] = {CKA_KEY_TYPE, CKA_EC_PARAMS, CKA_PUBLIC_KEY_INFO,
		CKA_LOCAL, CKA_ALWAYS_SENSITIVE, CKA_NEVER_EXTRACTABLE, CKA_SENSITIVE,
		CKA_EXTRACTABLE, CKA_SIGN, CKA_KEY_GEN_MECHANISM};

	harness_make_pair(&x, CKM_EC_KEY_PAIR_GEN, "original", &public, &stored);
	CHECK_RV_FATAL(x.f->C_CopyObject(x.session, stored, to_session, 2, &session), CKR_OK);
	CHECK(objects_has_flag(&x, session, CKA_TOKEN, CK_FALSE));
	CHECK(objects_has(&x, session, CKA_LABEL, "copy", 4));
	CHECK(harness_find(&x, by_label, 1, found, 4) == 1 && found[0] == session);
	CHECK(signs(&x, session, public));
	CHECK_RV_FATAL(x.f->C_CopyObject(x.session, session, to_token, 3, &again), CKR_OK);
	CHECK(objects_has_flag(&x, again, CKA_TOKEN, CK_TRUE));
	for (size_t i = 0; i < KC_COUNT_OF(same); i++) {
		CHECK(is_alike(&x, stored, session, same[i]));
		CHECK(is_alike(&x, stored, again, same[i]));
	}
	objects_destroy(&x, stored);
	CHECK(signs(&x, session, public));
	objects_destroy(&x, session);
	CHECK(!signs(&x, session, public));
	CHECK(signs(&x, again, public));
	CHECK(harness_find(&x, by_id, 2, found, 4) == 1 && found[0] == again);
	objects_destroy(&x, again);
	objects_destroy(&x, public);
	harness_end(&x);
}

/* What a copy of a key may be given: nothing that makes it less protected. */
static void protection_of_keys(void)
{
	static const struct {
		const char *what;
		CK_ATTRIBUTE change;
		CK_RV wanted;
	} rows[] = {
		{"open", ATTR(CKA_SENSITIVE, harness_false), CKR_ATTRIBUTE_READ_ONLY},
		{"to be taken out", ATTR(CKA_EXTRACTABLE, harness_true), CKR_ATTRIBUTE_READ_ONLY},
		{"sensitive, as it is", ATTR(CKA_SENSITIVE, harness_true), CKR_OK},
		{"not to be taken out", ATTR(CKA_EXTRACTABLE, harness_false), CKR_OK},
		{"only with a trusted key", ATTR(CKA_WRAP_WITH_TRUSTED, harness_true), CKR_OK},
		{"no signing", ATTR(CKA_SIGN, harness_false), CKR_OK},
		{"for all to see", ATTR(CKA_PRIVATE, harness_false), CKR_TEMPLATE_INCONSISTENT},
		{"another key", ATTR_TEXT(CKA_PUBLIC_KEY_INFO, "x"), CKR_ATTRIBUTE_VALUE_INVALID},
		{"another value", ATTR_TEXT(CKA_VALUE, "x"), CKR_ATTRIBUTE_READ_ONLY},
		{"made elsewhere", ATTR(CKA_LOCAL, harness_false), CKR_ATTRIBUTE_READ_ONLY},
		{"another type", ATTR(CKA_KEY_TYPE, objects_rsa), CKR_ATTRIBUTE_READ_ONLY},
	};
	struct fixture x = harness_begin(HARNESS_DEVICE, CKF_RW_SESSION);
	CK_OBJECT_HANDLE public, stored;

	harness_make_pair(&x, CKM_EC_KEY_PAIR_GEN, "original", &public, &stored);
	for (size_t i = 0; i < KC_COUNT_OF(rows); i++)
		for (int on_token = 0; on_token < 2; on_token++) {
			CK_ATTRIBUTE changes[] = {rows[i].change,
				{CKA_TOKEN, on_token ? &harness_true : &harness_false, 1}};
			CK_OBJECT_HANDLE copy;
			CK_RV rv = x.f->C_CopyObject(x.session, stored, changes, 2, &copy);

			CHECK_MSG(rv == rows[i].wanted, rows[i].what);
			if (rv != CKR_OK)
				continue;
			CHECK_MSG(objects_has(&x, copy, changes[0].type, changes[0].pValue,
					  changes[0].ulValueLen),
				rows[i].what);
			objects_destroy(&x, copy);
		}
	objects_destroy(&x, public);
	objects_destroy(&x, stored);
	harness_end(&x);
}

/* A key of a session changes as one of the token does, and goes with its session, with a logout and
 * with the lock. */
static void keys_of_a_session(void)
{
	struct fixture x = harness_begin(HARNESS_DEVICE, CKF_RW_SESSION);
	CK_OBJECT_HANDLE public, stored, copy, found[4];
	CK_ATTRIBUTE to_session[] = {ATTR(CKA_TOKEN, harness_false), ATTR_TEXT(CKA_LABEL, "brief")};
	CK_ATTRIBUTE by_label[] = {ATTR_TEXT(CKA_LABEL, "brief")};
	CK_ATTRIBUTE change[] = {ATTR(CKA_SIGN, harness_false), ATTR_TEXT(CKA_ID, "id")};
	CK_ATTRIBUTE back[] = {ATTR(CKA_EXTRACTABLE, harness_true)};
	CK_ATTRIBUTE original[] = {
		ATTR(CKA_CLASS, objects_private), ATTR_TEXT(CKA_LABEL, "original")};
	CK_UTF8CHAR pin[] = HARNESS_PASSWORD;
	struct fixture other = x;

	harness_make_pair(&x, CKM_EC_KEY_PAIR_GEN, "original", &public, &stored);
	CHECK_RV_FATAL(
		x.f->C_OpenSession(0, CKF_SERIAL_SESSION, NULL, NULL, &other.session), CKR_OK);
	CHECK_RV_FATAL(x.f->C_CopyObject(other.session, stored, to_session, 2, &copy), CKR_OK);
	CHECK(signs(&x, copy, public)); /* the application's other session may use it */
	CHECK_RV(x.f->C_SetAttributeValue(x.session, copy, change, 2), CKR_OK);
	CHECK(objects_has_flag(&x, copy, CKA_SIGN, CK_FALSE));
	CHECK(objects_has(&x, copy, CKA_ID, "id", 2));
	CHECK(!signs(&x, copy, public));
	CHECK_RV(x.f->C_SetAttributeValue(x.session, copy, back, 1), CKR_ATTRIBUTE_READ_ONLY);
	CHECK_RV(x.f->C_CloseSession(other.session), CKR_OK);
	CHECK(harness_find(&x, by_label, 1, found, 4) == 0);

	CHECK_RV_FATAL(x.f->C_CopyObject(x.session, stored, to_session, 2, &copy), CKR_OK);
	CHECK_RV(x.f->C_Login(x.session, CKU_USER, pin, sizeof pin - 1), CKR_OK);
	CHECK(harness_find(&x, by_label, 1, found, 4) == 1);
	CHECK_RV(x.f->C_Logout(x.session), CKR_OK);
	CHECK_RV(x.f->C_DestroyObject(x.session, copy), CKR_OBJECT_HANDLE_INVALID);
	CHECK(harness_find(&x, by_label, 1, found, 4) == 0);
	CHECK_RV(x.f->C_CopyObject(x.session, stored, to_session, 2, &copy),
		CKR_OBJECT_HANDLE_INVALID);
	CHECK(harness_find(&x, original, 2, found, 4) == 1 && found[0] == stored);

	CHECK_RV_FATAL(x.f->C_CopyObject(x.session, stored, to_session, 2, &copy), CKR_OK);
	harness_lock();
	CHECK(harness_find(&x, by_label, 1, found, 4) == 0);
	harness_unlock();
	CHECK(harness_find(&x, by_label, 1, found, 4) == 0);
	CHECK(!signs(&x, copy, public));
	objects_destroy(&x, public);
	objects_destroy(&x, stored);
	harness_end(&x);
}

int main(void)
{
	static const struct check_test tests[] = {
		CHECK_TEST(places),
		CHECK_TEST(without_changes),
		CHECK_TEST(rules),
		CHECK_TEST(refused),
		CHECK_TEST(private_keys),
		CHECK_TEST(protection_of_keys),
		CHECK_TEST(keys_of_a_session),
	};
	int status;

	harness_start();
	status = check_main("module: copies", tests, KC_COUNT_OF(tests));
	harness_stop();
	return status;
}
