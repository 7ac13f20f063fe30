/* SPDX-License-Identifier: ISC */
/* The forms that keys and dates take, without a service: table by table. */
#include <string.h>

#include "module/form/date.h"
#include "module/form/keyform.h"
#include "module/object/objects.h"
#include "tests/check.h"

static void dates(void)
{
	static const struct {
		const char *text;
		CK_RV wanted;
		double date;
	} rows[] = {
		{"", CKR_OK, 0},
		{"20010102", CKR_OK, 86400},
		{"20001231", CKR_OK, -86400},
		{"20240229", CKR_OK, 730857600},
		{"20230229", CKR_ATTRIBUTE_VALUE_INVALID, 0},
		{"20231301", CKR_ATTRIBUTE_VALUE_INVALID, 0},
		{"20230100", CKR_ATTRIBUTE_VALUE_INVALID, 0},
		{"2023-1-1", CKR_ATTRIBUTE_VALUE_INVALID, 0},
		{"2023010", CKR_ATTRIBUTE_VALUE_INVALID, 0},
		{"00010101", CKR_OK, -63113904000.0},
	};
	for (size_t i = 0; i < KC_COUNT_OF(rows); i++) {
		double date = -1;
		CK_DATE day;
		CK_RV rv = kc_date_parse(kc_bytes_str(rows[i].text), &date);
		CHECK_MSG(rv == rows[i].wanted, rows[i].text);
		if (rv != CKR_OK)
			continue;
		CHECK_MSG(date == rows[i].date, rows[i].text);
		if (rows[i].text[0] == 0)
			continue;
		CHECK_MSG(kc_date_build(date, &day) == CKR_OK, rows[i].text);
		CHECK_MSG(memcmp(&day, rows[i].text, sizeof day) == 0, rows[i].text);
	}
	CHECK(kc_date_build(1e300, &(CK_DATE){{0}, {0}, {0}}) == CKR_ATTRIBUTE_VALUE_INVALID);
}

/* A public key of each type goes into its SubjectPublicKeyInfo and comes out the same. */
static void public_keys(void)
{
	static const struct {
		enum kc_key_type type;
		unsigned bits;
	} curves[] = {{KC_KEY_EC, 256}, {KC_KEY_EC, 384}, {KC_KEY_EC, 521}, {KC_KEY_ED25519, 256}};
	uint8_t bytes[256];
	struct kc_public_key key;

	memset(bytes, 0x9a, sizeof bytes);
	for (size_t i = 0; i < KC_COUNT_OF(curves); i++) {
		KC_CLEANUP_BUF struct kc_buf spki = KC_BUF_INIT, point = KC_BUF_INIT;
		const struct kc_curve *curve = kc_keyform_curve(curves[i].type, curves[i].bits);
		const struct kc_curve *again;
		struct kc_bytes back;
		CHECK_FATAL(curve != NULL);
		CHECK_OK(kc_keyform_build_spki_curve(
			curve, kc_bytes(bytes, curve->point_len), &spki));
		CHECK_OK_FATAL(kc_keyform_parse_spki(kc_buf_bytes(&spki), &key));
		CHECK(key.type == curves[i].type && key.curve == curve);
		CHECK(kc_keyform_bits(&key) == curves[i].bits);
		CHECK(kc_bytes_equal(key.point, kc_bytes(bytes, curve->point_len)));
		CHECK(kc_keyform_find_curve(curve->params, &again) == CKR_OK && again == curve);
		CHECK_OK(kc_keyform_build_point(key.point, &point));
		CHECK(kc_keyform_get_point(kc_buf_bytes(&point), curve, &back) == CKR_OK);
		CHECK(kc_bytes_equal(back, key.point));
		CHECK(kc_keyform_get_point(key.point, curve, &back) == CKR_OK);
		CHECK(kc_bytes_equal(back, key.point));
		/* cut anywhere, it is no key */
		for (size_t len = 0; len < spki.len; len++)
			CHECK(kc_keyform_parse_spki(kc_bytes(spki.data, len), &key) != KC_OK);
	}
	CHECK(kc_keyform_curve(KC_KEY_EC, 255) == NULL);
}

static void rsa_keys(void)
{
	KC_CLEANUP_BUF struct kc_buf spki = KC_BUF_INIT;
	static const uint8_t exponent[] = {0, 1, 0, 1};
	uint8_t modulus[257];
	struct kc_public_key key;

	memset(modulus, 0xc3, sizeof modulus);
	modulus[0] = 0; /* PKCS#11 callers write a leading zero sometimes */
	CHECK_OK(kc_keyform_build_spki_rsa(KC_BYTES_OF(modulus), KC_BYTES_OF(exponent), &spki));
	CHECK_OK_FATAL(kc_keyform_parse_spki(kc_buf_bytes(&spki), &key));
	CHECK(key.type == KC_KEY_RSA && !key.curve);
	CHECK(kc_keyform_bits(&key) == 2048);
	CHECK(kc_bytes_equal(key.modulus, kc_bytes(modulus + 1, 256)));
	CHECK(kc_bytes_equal(key.exponent, kc_bytes(exponent + 1, 3)));
	modulus[1] = 0x01;
	kc_buf_reset(&spki);
	CHECK_OK(kc_keyform_build_spki_rsa(KC_BYTES_OF(modulus), KC_BYTES_OF(exponent), &spki));
	CHECK_OK_FATAL(kc_keyform_parse_spki(kc_buf_bytes(&spki), &key));
	CHECK(kc_keyform_bits(&key) == 2041);
}

static void curve_names(void)
{
	static const uint8_t printable[] = {
		0x13, 12, 'e', 'd', 'w', 'a', 'r', 'd', 's', '2', '5', '5', '1', '9'};
	static const uint8_t other[] = {0x13, 3, 'x', 'y', 'z'};
	const struct kc_curve *curve;

	CHECK(kc_keyform_find_curve(KC_BYTES_OF(printable), &curve) == CKR_OK);
	CHECK(curve->type == KC_KEY_ED25519);
	CHECK(kc_keyform_find_curve(KC_BYTES_OF(other), &curve) == CKR_CURVE_NOT_SUPPORTED);
	CHECK(kc_keyform_find_curve(kc_bytes(other, 2), &curve) == CKR_DOMAIN_PARAMS_INVALID);
	CHECK(kc_keyform_find_curve(kc_bytes(NULL, 0), &curve) == CKR_DOMAIN_PARAMS_INVALID);
}

static struct kc_object *object_of_row(uint64_t id, CK_SESSION_HANDLE session)
{
	struct kc_found found = {.class = KC_CLASS_GENERIC, .id = id};
	struct kc_object *object = NULL;

	CHECK_FATAL(kc_object_new(KC_TOKEN_DEVICE, &found, false, NULL, &object) == CKR_OK);
	object->session = session;
	return object;
}

/* The table of handles against a plain array: every object is where it should be after many
 * additions and removals in a scattered order. */
static void handle_table(void)
{
	enum { ROWS = 1000 };
	static CK_OBJECT_HANDLE handles[ROWS];
	struct kc_objects table = {0};
	unsigned present = 0;

	for (unsigned i = 0; i < ROWS; i++) {
		struct kc_object *object = object_of_row(1 + i * 7 % ROWS, i % 10 == 0 ? 5 : 0);
		CHECK(kc_objects_put(&table, object) == CKR_OK);
		handles[i] = object->handle;
		kc_object_put(object);
	}
	for (unsigned i = 0; i < ROWS; i += 3)
		kc_objects_remove(&table, handles[i]);
	kc_objects_remove(&table, 999999);
	for (unsigned i = 0; i < ROWS; i++) {
		struct kc_object *object = kc_objects_get(&table, KC_TOKEN_DEVICE, handles[i]);
		CHECK((object != NULL) == (i % 3 != 0));
		if (!object)
			continue;
		CHECK(object->handle == handles[i]);
		present++;
		kc_object_put(object);
		CHECK(kc_objects_get(&table, KC_TOKEN_SYNC, handles[i]) == NULL);
	}
	CHECK(table.count == present);
	kc_objects_remove_session(&table, 5);
	CHECK(table.session_count == 0);
	for (unsigned i = 0; i < ROWS; i++) {
		struct kc_object *object = kc_objects_get(&table, KC_TOKEN_DEVICE, handles[i]);
		CHECK((object != NULL) == (i % 3 != 0 && i % 10 != 0));
		if (object)
			kc_object_put(object);
	}
	kc_objects_remove_token(&table, KC_TOKEN_DEVICE);
	CHECK(table.count == 0);
	kc_objects_done(&table);
}

int main(void)
{
	static const struct check_test tests[] = {
		CHECK_TEST(dates),
		CHECK_TEST(public_keys),
		CHECK_TEST(rsa_keys),
		CHECK_TEST(curve_names),
		CHECK_TEST(handle_table),
	};
	return check_main("module: forms", tests, KC_COUNT_OF(tests));
}
