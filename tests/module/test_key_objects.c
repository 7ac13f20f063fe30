/* SPDX-License-Identifier: ISC */
/* PKCS#11 3.1, 4.7 to 4.10: keys as objects. */
#include <string.h>

#include "module/include/keycircle/pkcs11.h"
#include "tests/module/objects.h"

static void imported_keys(void)
{
	struct fixture x = harness_begin(HARNESS_DEVICE, CKF_RW_SESSION);
	CK_OBJECT_HANDLE made, open;
	CK_BYTE value[4096];
	CK_ATTRIBUTE template[] = {
		ATTR(CKA_CLASS, objects_private),
		ATTR(CKA_KEY_TYPE, objects_ec),
		ATTR(CKA_TOKEN, harness_true),
		ATTR_BYTES(CKA_EC_PARAMS, harness_p256),
		ATTR_BYTES(CKA_VALUE, objects_one),
		ATTR(CKA_EXTRACTABLE, harness_true),
		ATTR(CKA_SENSITIVE, harness_false),
	};
	CK_ATTRIBUTE sensitive[] = {ATTR(CKA_SENSITIVE, harness_true)};
	CK_ATTRIBUTE back[] = {ATTR(CKA_SENSITIVE, harness_false)};
	CK_BYTE padded[32] = {[31] = 1};

	CHECK_RV_FATAL(x.f->C_CreateObject(x.session, template, 5, &made), CKR_OK);
	CHECK(objects_has(&x, made, CKA_EC_POINT, objects_point, sizeof objects_point));
	CHECK(objects_has_flag(&x, made, CKA_SENSITIVE, CK_TRUE));
	CHECK(objects_has_flag(&x, made, CKA_EXTRACTABLE, CK_FALSE));
	CHECK(objects_has_flag(&x, made, CKA_NEVER_EXTRACTABLE, CK_FALSE));
	CHECK(objects_has_flag(&x, made, CKA_LOCAL, CK_FALSE));
	CHECK(objects_has_flag(&x, made, CKA_ALWAYS_AUTHENTICATE, CK_FALSE));
	CHECK(objects_read(&x, made, CKA_VALUE, value) == -(long)CKR_ATTRIBUTE_SENSITIVE);
	CHECK(objects_read(&x, made, CKA_MODULUS, value) == -(long)CKR_ATTRIBUTE_TYPE_INVALID);

	CHECK_RV_FATAL(x.f->C_CreateObject(x.session, template, 7, &open), CKR_OK);
	CHECK(objects_has(&x, open, CKA_VALUE, padded, sizeof padded));
	CHECK_RV(x.f->C_SetAttributeValue(x.session, open, sensitive, 1), CKR_OK);
	CHECK(objects_read(&x, open, CKA_VALUE, value) == -(long)CKR_ATTRIBUTE_SENSITIVE);
	CHECK_RV(x.f->C_SetAttributeValue(x.session, open, back, 1), CKR_ATTRIBUTE_READ_ONLY);
	CHECK_RV(x.f->C_DestroyObject(x.session, open), CKR_OK);
	CHECK_RV(x.f->C_DestroyObject(x.session, made), CKR_OK);
	harness_end(&x);
}

/* Curves by object identifier and by name, points bare and in an OCTET STRING: one key each time.
 */
static void curves(void)
{
	static CK_KEY_TYPE ec = CKK_EC, edwards = CKK_EC_EDWARDS, montgomery = CKK_EC_MONTGOMERY;
	static const struct {
		const char *oid, *name;
		CK_KEY_TYPE *type;
		size_t point_len;
	} rows[] = {
		{"\x06\x05\x2b\x81\x04\x00\x21", "\x13\x09secp224r1", &ec, 57},
		{"\x06\x08\x2a\x86\x48\xce\x3d\x03\x01\x07", "\x13\x09secp256r1", &ec, 65},
		{"\x06\x05\x2b\x81\x04\x00\x22", "\x13\x09secp384r1", &ec, 97},
		{"\x06\x05\x2b\x81\x04\x00\x23", "\x13\x09secp521r1", &ec, 133},
		{"\x06\x03\x2b\x65\x70",
			"\x13\x0c"
			"edwards25519",
			&edwards, 32},
		{"\x06\x03\x2b\x65\x71",
			"\x13\x0a"
			"edwards448",
			&edwards, 57},
		{"\x06\x03\x2b\x65\x6e",
			"\x13\x0a"
			"curve25519",
			&montgomery, 32},
		{"\x06\x03\x2b\x65\x6f",
			"\x13\x08"
			"curve448",
			&montgomery, 56},
	};
	struct fixture x = harness_begin(HARNESS_DEVICE, CKF_RW_SESSION);

	for (size_t i = 0; i < KC_COUNT_OF(rows); i++)
		for (int way = 0; way < 8; way++) {
			bool on_token = way & 1, by_name = way & 2, is_bare = way & 4;
			size_t oid_len = (size_t)rows[i].oid[1] + 2;
			size_t name_len = (size_t)rows[i].name[1] + 2;
			size_t head_len = rows[i].point_len > 127 ? 3 : 2;
			CK_BYTE wrapped[3 + 133] = {0x04, (CK_BYTE)rows[i].point_len};
			CK_BYTE info[4096];
			CK_OBJECT_HANDLE made, again;
			CK_ATTRIBUTE template[] = {
				ATTR(CKA_CLASS, objects_public),
				{CKA_KEY_TYPE, rows[i].type, sizeof(CK_KEY_TYPE)},
				{CKA_TOKEN, on_token ? &harness_true : &harness_false, 1},
				{CKA_EC_PARAMS,
					(void *)(uintptr_t)(by_name ? rows[i].name : rows[i].oid),
					by_name ? name_len : oid_len},
				{CKA_EC_POINT, wrapped + (is_bare ? head_len : 0),
					rows[i].point_len + (is_bare ? 0 : head_len)},
				{CKA_PUBLIC_KEY_INFO, info, 0},
			};

			if (head_len == 3) {
				wrapped[1] = 0x81;
				wrapped[2] = (CK_BYTE)rows[i].point_len;
			}
			for (size_t j = 0; j < rows[i].point_len; j++)
				wrapped[head_len + j] = (CK_BYTE)(4 + j);
			CHECK_RV_FATAL(objects_create(&x, template, 5, &made), CKR_OK);
			CHECK(objects_has_number(&x, made, CKA_KEY_TYPE, *rows[i].type));
			CHECK(objects_has(&x, made, CKA_EC_PARAMS, rows[i].oid, oid_len));
			CHECK(objects_has(
				&x, made, CKA_EC_POINT, wrapped, head_len + rows[i].point_len));
			template[5].ulValueLen =
				(CK_ULONG)objects_read(&x, made, CKA_PUBLIC_KEY_INFO, info);
			CHECK(template[5].ulValueLen > rows[i].point_len);
			CHECK_RV_FATAL(objects_create(&x, template, 6, &again), CKR_OK);
			objects_destroy(&x, again);
			info[template[5].ulValueLen - 1] ^= 1;
			CHECK_RV(objects_create(&x, template, 6, &again),
				CKR_ATTRIBUTE_VALUE_INVALID);
			objects_destroy(&x, made);
		}
	harness_end(&x);
}

static void public_keys_refused(void)
{
	static CK_KEY_TYPE edwards = CKK_EC_EDWARDS, dsa = CKK_DSA, aes = CKK_AES;
	static CK_BYTE modulus[256] = {0x80}, exponent[3] = {1, 0, 1};
	static CK_ULONG bits = 2048;
	static const struct {
		const char *what;
		CK_ATTRIBUTE rows[6];
		CK_ULONG count;
		CK_RV wanted;
	} rows[] = {
		{"RSA",
			{ATTR(CKA_KEY_TYPE, objects_rsa), ATTR(CKA_MODULUS, modulus),
				ATTR(CKA_PUBLIC_EXPONENT, exponent)},
			3, CKR_OK},
		{"RSA, and how long it is",
			{ATTR(CKA_KEY_TYPE, objects_rsa), ATTR(CKA_MODULUS, modulus),
				ATTR(CKA_PUBLIC_EXPONENT, exponent), ATTR(CKA_MODULUS_BITS, bits)},
			4, CKR_ATTRIBUTE_READ_ONLY},
		{"no exponent", {ATTR(CKA_KEY_TYPE, objects_rsa), ATTR(CKA_MODULUS, modulus)}, 2,
			CKR_TEMPLATE_INCOMPLETE},
		{"a curve for RSA",
			{ATTR(CKA_KEY_TYPE, objects_rsa), ATTR(CKA_MODULUS, modulus),
				ATTR(CKA_PUBLIC_EXPONENT, exponent),
				ATTR_BYTES(CKA_EC_PARAMS, harness_p256)},
			4, CKR_ATTRIBUTE_TYPE_INVALID},
		{"another curve's type",
			{ATTR(CKA_KEY_TYPE, edwards), ATTR_BYTES(CKA_EC_PARAMS, harness_p256),
				ATTR_BYTES(CKA_EC_POINT, objects_point)},
			3, CKR_TEMPLATE_INCONSISTENT},
		{"a type that is not here", {ATTR(CKA_KEY_TYPE, dsa)}, 1,
			CKR_ATTRIBUTE_VALUE_INVALID},
		{"a secret key's type", {ATTR(CKA_KEY_TYPE, aes)}, 1, CKR_ATTRIBUTE_VALUE_INVALID},
		{"trusted, says the user",
			{ATTR(CKA_KEY_TYPE, objects_rsa), ATTR(CKA_MODULUS, modulus),
				ATTR(CKA_PUBLIC_EXPONENT, exponent),
				ATTR(CKA_TRUSTED, harness_true)},
			4, CKR_ATTRIBUTE_READ_ONLY},
		{"said to be made here",
			{ATTR(CKA_KEY_TYPE, objects_rsa), ATTR(CKA_MODULUS, modulus),
				ATTR(CKA_PUBLIC_EXPONENT, exponent), ATTR(CKA_LOCAL, harness_true)},
			4, CKR_ATTRIBUTE_READ_ONLY},
		{"half a mechanism",
			{ATTR(CKA_KEY_TYPE, objects_rsa), ATTR(CKA_MODULUS, modulus),
				ATTR(CKA_PUBLIC_EXPONENT, exponent),
				{CKA_ALLOWED_MECHANISMS, &bits, 4}},
			4, CKR_ATTRIBUTE_VALUE_INVALID},
	};
	struct fixture x = harness_begin(HARNESS_DEVICE, CKF_RW_SESSION);

	for (size_t i = 0; i < KC_COUNT_OF(rows); i++) {
		CK_ATTRIBUTE template[7] = {ATTR(CKA_CLASS, objects_public)};
		CK_OBJECT_HANDLE made;
		CK_RV rv;

		memcpy(template + 1, rows[i].rows, sizeof rows[i].rows);
		rv = objects_create(&x, template, rows[i].count + 1, &made);
		CHECK_MSG(rv == rows[i].wanted, rows[i].what);
		if (rv == CKR_OK)
			objects_destroy(&x, made);
	}
	harness_end(&x);
}

#define P256                                                             \
	ATTR(CKA_CLASS, objects_public), ATTR(CKA_KEY_TYPE, objects_ec), \
		ATTR_BYTES(CKA_EC_PARAMS, harness_p256), ATTR_BYTES(CKA_EC_POINT, objects_point)

/* Arrays in attributes: of mechanisms, and of attributes, by the rules of 5.7.5. */
static void arrays(void)
{
	static CK_MECHANISM_TYPE allowed[] = {CKM_ECDSA, CKM_VENDOR_DEFINED | 7};
	static CK_ATTRIBUTE inner[] = {ATTR(CKA_KEY_TYPE, objects_aes),
		ATTR(CKA_EXTRACTABLE, harness_true), ATTR_TEXT(CKA_LABEL, "wrapped")};
	static CK_ATTRIBUTE nested[] = {{CKA_WRAP_TEMPLATE, inner, sizeof inner}};
	static CK_ATTRIBUTE unknown[] = {{0x40001234, inner, 1}};
	struct fixture x = harness_begin(HARNESS_DEVICE, CKF_RW_SESSION);

	for (int on_token = 0; on_token < 2; on_token++) {
		CK_ATTRIBUTE template[] = {P256,
			{CKA_TOKEN, on_token ? &harness_true : &harness_false, 1},
			ATTR(CKA_ALLOWED_MECHANISMS, allowed),
			{CKA_WRAP_TEMPLATE, inner, sizeof inner}};
		CK_ATTRIBUTE search[] = {{CKA_WRAP_TEMPLATE, inner, sizeof inner}};
		CK_KEY_TYPE type = 0;
		CK_BBOOL flag = 9;
		char label[7];
		CK_ATTRIBUTE got[3] = {{0, &type, sizeof type}, {0, &flag, 1}, {0, label, 6}};
		CK_ATTRIBUTE ask = {CKA_WRAP_TEMPLATE, NULL, 0};
		CK_OBJECT_HANDLE made, found[2];

		CHECK_RV_FATAL(objects_create(&x, template, 7, &made), CKR_OK);
		CHECK(objects_has(&x, made, CKA_ALLOWED_MECHANISMS, allowed, sizeof allowed));
		CHECK(harness_find(&x, template + 5, 1, found, 2) == 1 && found[0] == made);
		CHECK(harness_find(&x, search, 1, found, 2) == 1 && found[0] == made);
		search[0].ulValueLen -= sizeof inner[0];
		CHECK(harness_find(&x, search, 1, found, 2) == 0);

		CHECK_RV(x.f->C_GetAttributeValue(x.session, made, &ask, 1), CKR_OK);
		CHECK(ask.ulValueLen == sizeof inner);
		ask.pValue = got;
		ask.ulValueLen = sizeof got - 1;
		CHECK_RV(x.f->C_GetAttributeValue(x.session, made, &ask, 1), CKR_BUFFER_TOO_SMALL);
		CHECK(ask.ulValueLen == CK_UNAVAILABLE_INFORMATION);
		ask.ulValueLen = sizeof got;
		CHECK_RV(x.f->C_GetAttributeValue(x.session, made, &ask, 1), CKR_BUFFER_TOO_SMALL);
		CHECK(got[0].type == CKA_KEY_TYPE && type == CKK_AES);
		CHECK(got[1].type == CKA_EXTRACTABLE && flag == CK_TRUE);
		CHECK(got[2].type == CKA_LABEL && got[2].ulValueLen == CK_UNAVAILABLE_INFORMATION);
		got[2].pValue = NULL;
		CHECK_RV(x.f->C_GetAttributeValue(x.session, made, &ask, 1), CKR_OK);
		CHECK(got[2].ulValueLen == 7);
		got[2].pValue = label;
		CHECK_RV(x.f->C_GetAttributeValue(x.session, made, &ask, 1), CKR_OK);
		CHECK(memcmp(label, "wrapped", 7) == 0);
		objects_destroy(&x, made);

		template[6] = nested[0];
		template[6].pValue = nested;
		template[6].ulValueLen = sizeof nested;
		CHECK_RV(objects_create(&x, template, 7, &made), CKR_ATTRIBUTE_VALUE_INVALID);
		template[6].pValue = unknown;
		CHECK_RV(objects_create(&x, template, 7, &made), CKR_ATTRIBUTE_VALUE_INVALID);
		template[6].ulValueLen = sizeof unknown - 1;
		CHECK_RV(objects_create(&x, template, 7, &made), CKR_ATTRIBUTE_VALUE_INVALID);
		CHECK_RV_FATAL(objects_create(&x, template, 5, &made), CKR_OK);
		CHECK(objects_has(&x, made, CKA_ALLOWED_MECHANISMS, NULL, 0));
		CHECK(objects_has(&x, made, CKA_WRAP_TEMPLATE, NULL, 0));
		objects_destroy(&x, made);
	}
	harness_end(&x);
}

/* How an object syncs, which the two tokens differ in. */
static void sync_decision(void)
{
	static const struct {
		CK_SLOT_ID slot;
		bool on_token, is_private;
		CK_BBOOL synced;
		const char *access, *view;
	} rows[] = {
		{HARNESS_DEVICE, true, false, CK_FALSE, "dk", "never"},
		{HARNESS_DEVICE, true, true, CK_FALSE, "ak", "never"},
		{HARNESS_SYNC, true, false, CK_TRUE, "dk", "keys"},
		{HARNESS_SYNC, true, true, CK_TRUE, "ak", "keys"},
		{HARNESS_SYNC, false, false, CK_FALSE, "dk", "never"},
	};

	for (size_t i = 0; i < KC_COUNT_OF(rows); i++) {
		struct fixture x = harness_begin(rows[i].slot, CKF_RW_SESSION);
		CK_ATTRIBUTE template[] = {P256,
			{CKA_TOKEN, rows[i].on_token ? &harness_true : &harness_false, 1},
			{CKA_PRIVATE, rows[i].is_private ? &harness_true : &harness_false, 1}};
		CK_ATTRIBUTE by_view[] = {{CKA_KEYCIRCLE_VIEW, (void *)(uintptr_t)rows[i].view,
			strlen(rows[i].view)}};
		CK_ATTRIBUTE synced[] = {ATTR(CKA_KEYCIRCLE_SYNCED, harness_true)};
		CK_OBJECT_HANDLE made, found[2];

		CHECK_RV_FATAL(objects_create(&x, template, 6, &made), CKR_OK);
		CHECK(objects_has_flag(&x, made, CKA_KEYCIRCLE_SYNCED, rows[i].synced));
		CHECK(objects_has(&x, made, CKA_KEYCIRCLE_ACCESS, rows[i].access, 2));
		CHECK(objects_has(
			&x, made, CKA_KEYCIRCLE_VIEW, rows[i].view, strlen(rows[i].view)));
		CHECK(harness_find(&x, by_view, 1, found, 2) == 1);
		CHECK_RV(x.f->C_SetAttributeValue(x.session, made, synced, 1),
			CKR_ATTRIBUTE_READ_ONLY);
		objects_destroy(&x, made);
		harness_end(&x);
	}
}

int main(void)
{
	static const struct check_test tests[] = {
		CHECK_TEST(imported_keys),
		CHECK_TEST(curves),
		CHECK_TEST(public_keys_refused),
		CHECK_TEST(arrays),
		CHECK_TEST(sync_decision),
	};
	int status;

	harness_start();
	status = check_main("module: keys as objects", tests, KC_COUNT_OF(tests));
	harness_stop();
	return status;
}
