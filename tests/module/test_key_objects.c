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

/* A scalar is a big integer: zeros before it, as BigInteger and GnuTLS write them, say nothing. */
static void scalars(void)
{
	struct fixture x = harness_begin(HARNESS_DEVICE, 0);
	static const CK_BYTE zeros[33], with_sign[33] = {[32] = 1}, with_more[40] = {[39] = 1},
					beyond[33] = {1};
	const struct {
		struct kc_bytes value;
		CK_RV rv;
	} rows[] = {
		{KC_BYTES_OF(objects_one), CKR_OK},
		{KC_BYTES_OF(with_sign), CKR_OK},
		{KC_BYTES_OF(with_more), CKR_OK},
		{KC_BYTES_OF(beyond), CKR_ATTRIBUTE_VALUE_INVALID},
		{KC_BYTES_OF(zeros), CKR_ATTRIBUTE_VALUE_INVALID},
	};

	for (size_t i = 0; i < KC_COUNT_OF(rows); i++) {
		CK_OBJECT_HANDLE made;
		CK_ATTRIBUTE template[] = {
			ATTR(CKA_CLASS, objects_private),
			ATTR(CKA_KEY_TYPE, objects_ec),
			ATTR_BYTES(CKA_EC_PARAMS, harness_p256),
			{CKA_VALUE, (void *)(uintptr_t)rows[i].value.data, rows[i].value.len},
		};

		CHECK_RV(x.f->C_CreateObject(x.session, template, 4, &made), rows[i].rv);
		if (rows[i].rv == CKR_OK)
			CHECK(objects_has(
				&x, made, CKA_EC_POINT, objects_point, sizeof objects_point));
	}
	harness_end(&x);
}

/* What no item holds is a value that is not right. */
static void too_large(void)
{
	struct fixture x = harness_begin(HARNESS_DEVICE, CKF_RW_SESSION);
	static CK_OBJECT_CLASS public = CKO_PUBLIC_KEY, data = CKO_DATA;
	static CK_BYTE exponent[] = {1, 0, 1}, large[1 << 20];
	CK_OBJECT_HANDLE made;
	CK_ATTRIBUTE of_key[] = {
		ATTR(CKA_CLASS, public),
		ATTR(CKA_KEY_TYPE, objects_rsa),
		{CKA_MODULUS, large, 1025},
		ATTR_BYTES(CKA_PUBLIC_EXPONENT, exponent),
	};
	CK_ATTRIBUTE of_data[] = {
		ATTR(CKA_CLASS, data),
		ATTR(CKA_TOKEN, harness_true),
		ATTR(CKA_LABEL, large),
	};

	memset(large, 'x', sizeof large);
	CHECK_RV(x.f->C_CreateObject(x.session, of_key, 4, &made), CKR_ATTRIBUTE_VALUE_INVALID);
	CHECK_RV(x.f->C_CreateObject(x.session, of_data, 3, &made), CKR_ATTRIBUTE_VALUE_INVALID);
	CHECK_RV_FATAL(x.f->C_CreateObject(x.session, of_data, 2, &made), CKR_OK);
	CHECK_RV(x.f->C_SetAttributeValue(x.session, made, &of_data[2], 1),
		CKR_ATTRIBUTE_VALUE_INVALID);
	CHECK_RV(x.f->C_CopyObject(x.session, made, &of_data[2], 1, &made),
		CKR_ATTRIBUTE_VALUE_INVALID);
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
		const char *point; /* the generator of SEC 2; NULL: any bytes are one */
	} rows[] = {
		{"\x06\x05\x2b\x81\x04\x00\x21", "\x13\x09secp224r1", &ec, 57,
			"\x04\xb7\x0e\x0c\xbd\x6b\xb4\xbf\x7f\x32\x13\x90\xb9\x4a\x03\xc1\xd3\x56"
			"\xc2\x11\x22\x34"
			"\x32\x80\xd6\x11\x5c\x1d\x21\xbd\x37\x63\x88\xb5\xf7\x23\xfb\x4c\x22\xdf"
			"\xe6\xcd\x43\x75"
			"\xa0\x5a\x07\x47\x64\x44\xd5\x81\x99\x85\x00\x7e\x34"},
		{"\x06\x08\x2a\x86\x48\xce\x3d\x03\x01\x07", "\x13\x09secp256r1", &ec, 65,
			"\x04\x6b\x17\xd1\xf2\xe1\x2c\x42\x47\xf8\xbc\xe6\xe5\x63\xa4\x40\xf2\x77"
			"\x03\x7d\x81\x2d"
			"\xeb\x33\xa0\xf4\xa1\x39\x45\xd8\x98\xc2\x96\x4f\xe3\x42\xe2\xfe\x1a\x7f"
			"\x9b\x8e\xe7\xeb"
			"\x4a\x7c\x0f\x9e\x16\x2b\xce\x33\x57\x6b\x31\x5e\xce\xcb\xb6\x40\x68\x37"
			"\xbf\x51\xf5"},
		{"\x06\x05\x2b\x81\x04\x00\x22", "\x13\x09secp384r1", &ec, 97,
			"\x04\xaa\x87\xca\x22\xbe\x8b\x05\x37\x8e\xb1\xc7\x1e\xf3\x20\xad\x74\x6e"
			"\x1d\x3b\x62\x8b"
			"\xa7\x9b\x98\x59\xf7\x41\xe0\x82\x54\x2a\x38\x55\x02\xf2\x5d\xbf\x55\x29"
			"\x6c\x3a\x54\x5e"
			"\x38\x72\x76\x0a\xb7\x36\x17\xde\x4a\x96\x26\x2c\x6f\x5d\x9e\x98\xbf\x92"
			"\x92\xdc\x29\xf8"
			"\xf4\x1d\xbd\x28\x9a\x14\x7c\xe9\xda\x31\x13\xb5\xf0\xb8\xc0\x0a\x60\xb1"
			"\xce\x1d\x7e\x81"
			"\x9d\x7a\x43\x1d\x7c\x90\xea\x0e\x5f"},
		{"\x06\x05\x2b\x81\x04\x00\x23", "\x13\x09secp521r1", &ec, 133,
			"\x04\x00\xc6\x85\x8e\x06\xb7\x04\x04\xe9\xcd\x9e\x3e\xcb\x66\x23\x95\xb4"
			"\x42\x9c\x64\x81"
			"\x39\x05\x3f\xb5\x21\xf8\x28\xaf\x60\x6b\x4d\x3d\xba\xa1\x4b\x5e\x77\xef"
			"\xe7\x59\x28\xfe"
			"\x1d\xc1\x27\xa2\xff\xa8\xde\x33\x48\xb3\xc1\x85\x6a\x42\x9b\xf9\x7e\x7e"
			"\x31\xc2\xe5\xbd"
			"\x66\x01\x18\x39\x29\x6a\x78\x9a\x3b\xc0\x04\x5c\x8a\x5f\xb4\x2c\x7d\x1b"
			"\xd9\x98\xf5\x44"
			"\x49\x57\x9b\x44\x68\x17\xaf\xbd\x17\x27\x3e\x66\x2c\x97\xee\x72\x99\x5e"
			"\xf4\x26\x40\xc5"
			"\x50\xb9\x01\x3f\xad\x07\x61\x35\x3c\x70\x86\xa2\x72\xc2\x40\x88\xbe\x94"
			"\x76\x9f\xd1\x66"
			"\x50"},
		{"\x06\x03\x2b\x65\x70",
			"\x13\x0c"
			"edwards25519",
			&edwards, 32, NULL},
		{"\x06\x03\x2b\x65\x71",
			"\x13\x0a"
			"edwards448",
			&edwards, 57, NULL},
		{"\x06\x03\x2b\x65\x6e",
			"\x13\x0a"
			"curve25519",
			&montgomery, 32, NULL},
		{"\x06\x03\x2b\x65\x6f",
			"\x13\x08"
			"curve448",
			&montgomery, 56, NULL},
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
				wrapped[head_len + j] =
					(CK_BYTE)(rows[i].point ? rows[i].point[j] : (int)(4 + j));
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
			wrapped[head_len + rows[i].point_len - 1] ^= 1;
			CHECK_RV(objects_create(&x, template, 5, &again),
				rows[i].point ? CKR_ATTRIBUTE_VALUE_INVALID : CKR_OK);
			if (!rows[i].point)
				objects_destroy(&x, again);
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
		CHECK_TEST(scalars),
		CHECK_TEST(too_large),
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
