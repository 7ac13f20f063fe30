/* SPDX-License-Identifier: ISC */
/* Items of other programs as objects: what they say of themselves need not be true. */
#include <string.h>

#include "base/mechanism.h"
#include "tests/module/certificate.h"
#include "tests/module/objects.h"
#include "wire/client.h"

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
		ATTR(CKA_CLASS, objects_cert), ATTR_BYTES(CKA_ID, certificate_key_digest)};
	CK_ATTRIBUTE private_key[] = {
		ATTR(CKA_CLASS, objects_private), ATTR_TEXT(CKA_LABEL, "foreign")};
	CK_ATTRIBUTE raw_key[] = {ATTR(CKA_CLASS, objects_private), ATTR(CKA_KEY_TYPE, objects_ec),
		ATTR(CKA_EXTRACTABLE, harness_true)};
	CK_ATTRIBUTE all[] = {ATTR_TEXT(CKA_LABEL, "foreign")};
	CK_BYTE stored[97], value[4096];
	size_t count;

	memcpy(stored, objects_point + 2, 65); /* 04, X, Y */
	memset(stored + 65, 0, 31);
	stored[96] = 1;
	add_item(NAME("cert"), 0, 0, KC_BYTES_OF(certificate_der));
	add_item(NAME("cert"), 0, 0, kc_bytes_str("not a certificate"));
	add_item(NAME("keys"), 73, 1, KC_BYTES_OF(stored));
	add_item(NAME("keys"), 73, 2, kc_bytes_str("a secret key"));
	CHECK(harness_find(&x, by_subject, 2, found, 8) == 1);
	CHECK(harness_find(&x, by_id, 2, found, 8) == 1);
	CHECK(objects_has(&x, found[0], CKA_VALUE, certificate_der, sizeof certificate_der));
	CHECK(harness_find(&x, private_key, 2, found, 8) == 1);
	CHECK(objects_has(&x, found[0], CKA_EC_POINT, objects_point, sizeof objects_point));
	CHECK(objects_read(&x, found[0], CKA_ID, value) == 20);
	CHECK(objects_read(&x, found[0], CKA_VALUE, value) == -(long)CKR_ATTRIBUTE_SENSITIVE);
	add_raw_key(KC_BYTES_OF(stored));
	CHECK(harness_find(&x, raw_key, 3, found, 8) == 1);
	CHECK(objects_has(&x, found[0], CKA_EC_POINT, objects_point, sizeof objects_point));
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
		CKA_PRIVATE_EXPONENT, CKA_WRAP_TEMPLATE, CKA_UNWRAP_TEMPLATE,
		CKA_ALLOWED_MECHANISMS, CKA_KEY_GEN_MECHANISM, CKA_START_DATE};
	static const CK_MECHANISM_TYPE made_as[] = {CKM_RSA_PKCS_KEY_PAIR_GEN, CKM_EC_KEY_PAIR_GEN};
	static const int64_t said_to_be[] = {KC_KEY_RSA, KC_KEY_EC, KC_KEY_ED25519, 7};
	CK_ATTRIBUTE by_label[] = {ATTR_TEXT(CKA_LABEL, "contradictory")};
	CK_OBJECT_HANDLE public, private, found[16];
	CK_BYTE spki[4096], value[4096];
	size_t count;

	for (size_t i = 0; i < KC_COUNT_OF(made_as); i++) {
		long len;

		harness_make_pair(&x, made_as[i], "whole", &public, &private);
		len = objects_read(&x, public, CKA_PUBLIC_KEY_INFO, spki);
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
			kc_attrs_set_bytes(&attrs, NAME("wrtm"), kc_bytes_str("0\1x"));
			kc_attrs_set_bytes(&attrs, NAME("uwtm"), kc_bytes_str("0\3\2\1\1"));
			kc_attrs_set_bytes(&attrs, NAME("almc"), kc_bytes_str("seven b"));
			kc_attrs_set_date(&attrs, NAME("sdat"), 1e300);
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
			(void)objects_read(&x, found[i], types[j], value);
		CHECK_RV(x.f->C_DestroyObject(x.session, found[i]), CKR_OK);
	}
	harness_end(&x);
}

/* A password for a server, as SecItem keeps it, and what becomes of it here. */
static void passwords(void)
{
	struct fixture x = harness_begin(HARNESS_DEVICE, CKF_RW_SESSION);
	KC_CLEANUP_ATTRS struct kc_attrs attrs = KC_ATTRS_INIT;
	KC_CLEANUP_QUERY struct kc_query query = KC_QUERY_INIT;
	KC_CLEANUP_FOUND_LIST struct kc_found_list list = KC_FOUND_LIST_INIT;
	const struct kc_client_item item = {.class = KC_CLASS_INTERNET,
		.attrs = &attrs,
		.has_secret = true,
		.secret = kc_bytes_str("Tr0ub4dor")};
	CK_ATTRIBUTE by_server[] = {
		ATTR(CKA_CLASS, objects_data), ATTR_TEXT(CKA_APPLICATION, "server.example")};
	CK_ATTRIBUTE change[] = {
		ATTR_TEXT(CKA_APPLICATION, "other.example"), ATTR_TEXT(CKA_VALUE, "horse")};
	CK_ATTRIBUTE to_session[] = {
		ATTR(CKA_TOKEN, harness_false), ATTR_TEXT(CKA_APPLICATION, "copy.example")};
	CK_OBJECT_HANDLE found[2], copy;

	kc_attrs_set_str(&attrs, NAME("srvr"), "server.example");
	kc_attrs_set_str(&attrs, NAME("acct"), "ana");
	kc_attrs_set_number(&attrs, NAME("port"), 443);
	CHECK_OK_FATAL(kc_client_item_add(harness_client(), &item, 0, NULL));
	CHECK_FATAL(harness_find(&x, by_server, 2, found, 2) == 1);
	CHECK(objects_has(&x, found[0], CKA_VALUE, "Tr0ub4dor", 9));
	CHECK_RV(x.f->C_CopyObject(x.session, found[0], to_session, 2, &copy), CKR_OK);
	CHECK(objects_has(&x, copy, CKA_APPLICATION, "copy.example", 12));
	CHECK(objects_has(&x, copy, CKA_VALUE, "Tr0ub4dor", 9));
	CHECK_RV(x.f->C_SetAttributeValue(x.session, found[0], NULL, 0), CKR_OK);
	CHECK_RV(x.f->C_SetAttributeValue(x.session, found[0], change, 2), CKR_OK);
	CHECK(objects_has(&x, found[0], CKA_APPLICATION, "other.example", 13));
	query.class = KC_CLASS_INTERNET;
	query.want = KC_WANT_ATTRS | KC_WANT_SECRET;
	CHECK_OK_FATAL(kc_client_item_find(harness_client(), &query, &list));
	CHECK_FATAL(list.count == 1);
	CHECK(kc_bytes_equal(kc_attrs_get_bytes(&list.rows[0].attrs, NAME("srvr")),
		kc_bytes_str("other.example")));
	CHECK(kc_bytes_equal(
		kc_attrs_get_bytes(&list.rows[0].attrs, NAME("acct")), kc_bytes_str("ana")));
	CHECK(kc_bytes_equal(kc_secret_bytes(&list.rows[0].secret), kc_bytes_str("horse")));
	objects_destroy(&x, copy);
	objects_destroy(&x, found[0]);
	harness_end(&x);
}

int main(void)
{
	static const struct check_test tests[] = {
		CHECK_TEST(items_of_others),
		CHECK_TEST(keys_that_contradict_themselves),
		CHECK_TEST(passwords),
	};
	int status;

	harness_start();
	status = check_main("module: items of others", tests, KC_COUNT_OF(tests));
	harness_stop();
	return status;
}
