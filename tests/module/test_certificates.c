/* SPDX-License-Identifier: ISC */
/* PKCS#11 3.1, 4.6: certificates. */
#include <string.h>

#include "tests/module/certificate.h"
#include "tests/module/objects.h"

static void certificates(void)
{
	struct fixture x = harness_begin(HARNESS_DEVICE, CKF_RW_SESSION);
	CK_ULONG x509 = CKC_X_509;
	CK_OBJECT_HANDLE made, found[4];
	CK_ATTRIBUTE template[] = {
		ATTR(CKA_CLASS, objects_cert),
		ATTR(CKA_TOKEN, harness_true),
		ATTR(CKA_CERTIFICATE_TYPE, x509),
		ATTR_TEXT(CKA_LABEL, "work"),
		ATTR_BYTES(CKA_VALUE, certificate_der),
		ATTR_TEXT(CKA_SUBJECT, "as it is in the certificate"),
	};
	CK_ATTRIBUTE by_subject[] = {
		ATTR(CKA_CLASS, objects_cert), ATTR_BYTES(CKA_SUBJECT, certificate_subject)};
	CK_ATTRIBUTE by_issuer[] = {ATTR(CKA_TOKEN, harness_true), ATTR(CKA_CLASS, objects_cert),
		ATTR_BYTES(CKA_ISSUER, certificate_issuer),
		ATTR_BYTES(CKA_SERIAL_NUMBER, certificate_serial)};
	CK_ATTRIBUTE by_id[] = {
		ATTR(CKA_CLASS, objects_cert), ATTR_BYTES(CKA_ID, certificate_key_digest)};

	CHECK_RV_FATAL(x.f->C_CreateObject(x.session, template, 6, &made), CKR_OK);
	CHECK(objects_has(&x, made, CKA_VALUE, certificate_der, sizeof certificate_der));
	CHECK(objects_has(&x, made, CKA_SUBJECT, certificate_subject, sizeof certificate_subject));
	CHECK(objects_has(&x, made, CKA_ISSUER, certificate_issuer, sizeof certificate_issuer));
	CHECK(objects_has(
		&x, made, CKA_SERIAL_NUMBER, certificate_serial, sizeof certificate_serial));
	CHECK(objects_has(&x, made, CKA_ID, certificate_key_digest, sizeof certificate_key_digest));
	CHECK(objects_has(&x, made, CKA_CHECK_VALUE, certificate_check, sizeof certificate_check));
	CHECK(objects_has_flag(&x, made, CKA_PRIVATE, CK_FALSE));
	CHECK(harness_find(&x, by_subject, 2, found, 4) == 1 && found[0] == made);
	CHECK(harness_find(&x, by_issuer, 4, found, 4) == 1 && found[0] == made);
	CHECK(harness_find(&x, by_id, 2, found, 4) == 1 && found[0] == made);
	harness_lock();
	CHECK(harness_find(&x, by_subject, 2, found, 4) == 1 && found[0] == made);
	CHECK(objects_has(&x, made, CKA_VALUE, certificate_der, sizeof certificate_der));
	harness_unlock();
	CHECK_RV(x.f->C_DestroyObject(x.session, made), CKR_OK);
	harness_end(&x);
}

#define X509                                                                     \
	ATTR(CKA_CLASS, objects_cert), ATTR(CKA_CERTIFICATE_TYPE, objects_x509), \
		ATTR_TEXT(CKA_SUBJECT, "as it is in the certificate"),           \
		ATTR_BYTES(CKA_VALUE, certificate_der)

/* A certificate that lives in the session says the same of itself as one of the token. */
static void in_the_session(void)
{
	struct fixture x = harness_begin(HARNESS_DEVICE, CKF_RW_SESSION);
	const CK_ATTRIBUTE template[] = {
		X509, ATTR_TEXT(CKA_LABEL, "both"), ATTR(CKA_TOKEN, harness_true)};
	CK_ATTRIBUTE by_issuer[] = {ATTR_BYTES(CKA_ISSUER, certificate_issuer),
		ATTR_BYTES(CKA_SERIAL_NUMBER, certificate_serial), ATTR(CKA_TOKEN, harness_false)};
	static const CK_ATTRIBUTE_TYPE types[] = {CKA_SUBJECT, CKA_ISSUER, CKA_SERIAL_NUMBER,
		CKA_ID, CKA_CHECK_VALUE, CKA_VALUE, CKA_PUBLIC_KEY_INFO, CKA_LABEL, CKA_TRUSTED,
		CKA_CERTIFICATE_CATEGORY, CKA_URL, CKA_START_DATE, CKA_NAME_HASH_ALGORITHM,
		CKA_PRIVATE, CKA_COPYABLE, CKA_MODIFIABLE, CKA_DESTROYABLE};
	CK_OBJECT_HANDLE here, there, found[4];
	CK_BYTE a[4096], b[4096];

	CHECK_RV_FATAL(objects_create(&x, template, 5, &here), CKR_OK);
	CHECK_RV_FATAL(objects_create(&x, template, 6, &there), CKR_OK);
	for (size_t i = 0; i < KC_COUNT_OF(types); i++) {
		long len = objects_read(&x, here, types[i], a);

		CHECK(len >= 0 && len == objects_read(&x, there, types[i], b));
		CHECK(len <= 0 || memcmp(a, b, (size_t)len) == 0);
	}
	CHECK(objects_read(&x, here, CKA_PUBLIC_KEY_INFO, a) == 91);
	CHECK(harness_find(&x, by_issuer, 3, found, 4) == 1 && found[0] == here);
	CHECK(harness_find(&x, by_issuer, 2, found, 4) == 2);
	objects_destroy(&x, here);
	CHECK(harness_find(&x, by_issuer, 2, found, 4) == 1 && found[0] == there);
	objects_destroy(&x, there);
	harness_end(&x);
}

/* What may be said of a certificate besides its bytes, in both places. */
static void what_is_said_of_them(void)
{
	static CK_ULONG authority = 2, manufacturer = 1, sha256 = CKM_SHA256;
	static const CK_DATE start = {"2026", "11", "22"};
	static CK_BYTE hash[32] = {7};
	static const CK_ATTRIBUTE said[] = {
		ATTR(CKA_CERTIFICATE_CATEGORY, authority),
		ATTR(CKA_JAVA_MIDP_SECURITY_DOMAIN, manufacturer),
		ATTR_TEXT(CKA_URL, "http://ca.example/"),
		ATTR(CKA_HASH_OF_SUBJECT_PUBLIC_KEY, hash),
		ATTR(CKA_HASH_OF_ISSUER_PUBLIC_KEY, hash),
		ATTR(CKA_NAME_HASH_ALGORITHM, sha256),
		{CKA_START_DATE, (void *)(uintptr_t)&start, sizeof start},
		{CKA_END_DATE, (void *)(uintptr_t)&start, sizeof start},
		ATTR_TEXT(CKA_ID, "chosen"),
		ATTR(CKA_PRIVATE, harness_true),
		ATTR(CKA_MODIFIABLE, harness_false),
		ATTR(CKA_COPYABLE, harness_false),
	};
	struct fixture x = harness_begin(HARNESS_DEVICE, CKF_RW_SESSION);

	for (int on_token = 0; on_token < 2; on_token++) {
		CK_ATTRIBUTE template[5 + KC_COUNT_OF(said)] = {
			X509, ATTR(CKA_TOKEN, harness_true)};
		CK_ATTRIBUTE label[] = {ATTR_TEXT(CKA_LABEL, "new")};
		CK_OBJECT_HANDLE made;

		template[4].pValue = on_token ? &harness_true : &harness_false;
		memcpy(template + 5, said, sizeof said);
		CHECK_RV_FATAL(objects_create(&x, template, KC_COUNT_OF(template), &made), CKR_OK);
		for (size_t i = 0; i < KC_COUNT_OF(said); i++)
			CHECK(objects_has(
				&x, made, said[i].type, said[i].pValue, said[i].ulValueLen));
		CHECK_RV(
			x.f->C_SetAttributeValue(x.session, made, label, 1), CKR_ACTION_PROHIBITED);
		CHECK_RV(
			x.f->C_CopyObject(x.session, made, label, 1, &made), CKR_ACTION_PROHIBITED);
		objects_destroy(&x, made);
	}
	harness_end(&x);
}

/* A certificate that is somewhere else: where, and by which hashes it is known. */
static void by_url(void)
{
	static CK_BYTE hash[20] = {7};
	static const CK_ATTRIBUTE template[] = {
		ATTR(CKA_CLASS, objects_cert),
		ATTR(CKA_CERTIFICATE_TYPE, objects_x509),
		ATTR_BYTES(CKA_SUBJECT, certificate_subject),
		ATTR_BYTES(CKA_ISSUER, certificate_issuer),
		ATTR(CKA_TOKEN, harness_true),
		{CKA_VALUE, NULL, 0},
		ATTR_TEXT(CKA_URL, "http://ca.example/ana"),
		ATTR(CKA_HASH_OF_SUBJECT_PUBLIC_KEY, hash),
		ATTR(CKA_HASH_OF_ISSUER_PUBLIC_KEY, hash),
	};
	struct fixture x = harness_begin(HARNESS_DEVICE, CKF_RW_SESSION);
	CK_ATTRIBUTE by_subject[] = {ATTR_BYTES(CKA_SUBJECT, certificate_subject)};
	CK_OBJECT_HANDLE made, found[2];

	for (CK_ULONG count = 5; count < KC_COUNT_OF(template); count++)
		CHECK_RV(objects_create(&x, template, count, &made), CKR_TEMPLATE_INCOMPLETE);
	CHECK_RV_FATAL(objects_create(&x, template, KC_COUNT_OF(template), &made), CKR_OK);
	CHECK(harness_find(&x, by_subject, 1, found, 2) == 1 && found[0] == made);
	CHECK(objects_has(&x, made, CKA_VALUE, NULL, 0));
	CHECK(objects_has(&x, made, CKA_ISSUER, certificate_issuer, sizeof certificate_issuer));
	objects_destroy(&x, made);
	harness_end(&x);
}

static void refused(void)
{
	static CK_CERTIFICATE_TYPE wtls = CKC_WTLS;
	static CK_BYTE other[3] = {1, 2, 3};
	static const CK_BYTE leap[] = "20260229";
	static const struct {
		const char *what;
		CK_ATTRIBUTE rows[6];
		CK_ULONG count;
		CK_RV wanted;
	} rows[] = {
		{"trusted, says the user", {X509, ATTR(CKA_TRUSTED, harness_true)}, 5,
			CKR_ATTRIBUTE_READ_ONLY},
		{"not trusted", {X509, ATTR(CKA_TRUSTED, harness_false)}, 5, CKR_OK},
		{"the check value of another", {X509, ATTR(CKA_CHECK_VALUE, other)}, 5,
			CKR_ATTRIBUTE_VALUE_INVALID},
		{"its own check value", {X509, ATTR_BYTES(CKA_CHECK_VALUE, certificate_check)}, 5,
			CKR_OK},
		{"no check value", {X509, {CKA_CHECK_VALUE, NULL, 0}}, 5, CKR_OK},
		{"the key of another", {X509, ATTR(CKA_PUBLIC_KEY_INFO, other)}, 5,
			CKR_ATTRIBUTE_VALUE_INVALID},
		{"no day", {X509, {CKA_START_DATE, (void *)(uintptr_t)leap, 8}}, 5,
			CKR_ATTRIBUTE_VALUE_INVALID},
		{"no type",
			{ATTR(CKA_CLASS, objects_cert), ATTR_BYTES(CKA_VALUE, certificate_der),
				ATTR_TEXT(CKA_SUBJECT, "x")},
			3, CKR_TEMPLATE_INCOMPLETE},
		{"no subject",
			{ATTR(CKA_CLASS, objects_cert), ATTR(CKA_CERTIFICATE_TYPE, objects_x509),
				ATTR_BYTES(CKA_VALUE, certificate_der)},
			3, CKR_TEMPLATE_INCOMPLETE},
		{"another type",
			{ATTR(CKA_CLASS, objects_cert), ATTR(CKA_CERTIFICATE_TYPE, wtls),
				ATTR_BYTES(CKA_VALUE, certificate_der),
				ATTR_TEXT(CKA_SUBJECT, "x")},
			4, CKR_ATTRIBUTE_VALUE_INVALID},
		{"no certificate",
			{ATTR(CKA_CLASS, objects_cert), ATTR(CKA_CERTIFICATE_TYPE, objects_x509),
				ATTR_TEXT(CKA_VALUE, "none"), ATTR_TEXT(CKA_SUBJECT, "x")},
			4, CKR_ATTRIBUTE_VALUE_INVALID},
		{"one byte too many",
			{ATTR(CKA_CLASS, objects_cert), ATTR(CKA_CERTIFICATE_TYPE, objects_x509),
				{CKA_VALUE, (void *)(uintptr_t)certificate_der,
					sizeof certificate_der - 1},
				ATTR_TEXT(CKA_SUBJECT, "x")},
			4, CKR_ATTRIBUTE_VALUE_INVALID},
	};
	struct fixture x = harness_begin(HARNESS_DEVICE, CKF_RW_SESSION);

	for (size_t i = 0; i < KC_COUNT_OF(rows); i++) {
		CK_OBJECT_HANDLE made;
		CK_RV rv = objects_create(&x, rows[i].rows, rows[i].count, &made);

		CHECK_MSG(rv == rows[i].wanted, rows[i].what);
		if (rv == CKR_OK)
			objects_destroy(&x, made);
	}
	harness_end(&x);
}

static void changed(void)
{
	struct fixture x = harness_begin(HARNESS_DEVICE, CKF_RW_SESSION);

	for (int on_token = 0; on_token < 2; on_token++) {
		CK_ATTRIBUTE template[] = {X509, ATTR(CKA_TOKEN, harness_true)};
		static const struct {
			CK_ATTRIBUTE change;
			CK_RV wanted;
		} rows[] = {
			{ATTR_TEXT(CKA_ID, "id"), CKR_OK},
			{ATTR_TEXT(CKA_LABEL, "label"), CKR_OK},
			{ATTR_TEXT(CKA_ISSUER, "issuer"), CKR_OK},
			{ATTR_TEXT(CKA_SERIAL_NUMBER, "serial"), CKR_OK},
			{ATTR(CKA_TRUSTED, harness_false), CKR_OK},
			{ATTR(CKA_TRUSTED, harness_true), CKR_ATTRIBUTE_READ_ONLY},
			{ATTR_TEXT(CKA_SUBJECT, "subject"), CKR_ATTRIBUTE_READ_ONLY},
			{ATTR_TEXT(CKA_VALUE, "value"), CKR_ATTRIBUTE_READ_ONLY},
			{ATTR(CKA_PRIVATE, harness_true), CKR_ATTRIBUTE_READ_ONLY},
			{ATTR(CKA_COPYABLE, harness_false), CKR_OK},
			{ATTR(CKA_COPYABLE, harness_true), CKR_ATTRIBUTE_READ_ONLY},
		};
		CK_OBJECT_HANDLE made;

		template[4].pValue = on_token ? &harness_true : &harness_false;
		CHECK_RV_FATAL(objects_create(&x, template, 5, &made), CKR_OK);
		for (size_t i = 0; i < KC_COUNT_OF(rows); i++) {
			CK_ATTRIBUTE change = rows[i].change;

			CHECK_RV(x.f->C_SetAttributeValue(x.session, made, &change, 1),
				rows[i].wanted);
			if (rows[i].wanted == CKR_OK)
				CHECK(objects_has(
					&x, made, change.type, change.pValue, change.ulValueLen));
		}
		CHECK(objects_has(&x, made, CKA_VALUE, certificate_der, sizeof certificate_der));
		objects_destroy(&x, made);
	}
	harness_end(&x);
}

int main(void)
{
	static const struct check_test tests[] = {
		CHECK_TEST(certificates),
		CHECK_TEST(in_the_session),
		CHECK_TEST(what_is_said_of_them),
		CHECK_TEST(by_url),
		CHECK_TEST(refused),
		CHECK_TEST(changed),
	};
	int status;

	harness_start();
	status = check_main("module: certificates", tests, KC_COUNT_OF(tests));
	harness_stop();
	return status;
}
