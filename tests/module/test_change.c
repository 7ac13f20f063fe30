/* SPDX-License-Identifier: ISC */
/* PKCS#11 3.1, 5.7.3, 5.7.4 and 5.7.6: what can be changed of an object, destroyed, and measured.
 */
#include <stdio.h>
#include <string.h>

#include "tests/module/objects.h"
#include "wire/client.h"

/* One of each class, small: certificates have a test of their own. */
enum { D = 1, P = 2, S = 4, K = 8 };
static const CK_BYTE aes[16] = {1, 2, 3};
static const struct kind {
	unsigned bit;
	CK_ATTRIBUTE rows[5];
	CK_ULONG count;
} kinds[] = {
	{D, {ATTR(CKA_CLASS, objects_data), ATTR_TEXT(CKA_VALUE, "value")}, 2},
	{P,
		{ATTR(CKA_CLASS, objects_public), ATTR(CKA_KEY_TYPE, objects_ec),
			ATTR_BYTES(CKA_EC_PARAMS, harness_p256),
			ATTR_BYTES(CKA_EC_POINT, objects_point)},
		4},
	{S,
		{ATTR(CKA_CLASS, objects_private), ATTR(CKA_KEY_TYPE, objects_ec),
			ATTR_BYTES(CKA_EC_PARAMS, harness_p256), ATTR_BYTES(CKA_VALUE, objects_one),
			ATTR(CKA_EXTRACTABLE, harness_true)},
		5},
	{K,
		{ATTR(CKA_CLASS, objects_secret), ATTR(CKA_KEY_TYPE, objects_aes),
			ATTR_BYTES(CKA_VALUE, aes), ATTR(CKA_EXTRACTABLE, harness_true)},
		4},
};

static CK_OBJECT_HANDLE make(const struct fixture *x, const struct kind *kind, bool on_token,
	const CK_ATTRIBUTE *more, CK_ULONG more_count)
{
	CK_ATTRIBUTE template[10];
	CK_OBJECT_HANDLE made = CK_INVALID_HANDLE;
	CK_ULONG count = kind->count;

	memcpy(template, kind->rows, sizeof kind->rows);
	template[count++] = (CK_ATTRIBUTE){
		CKA_TOKEN, on_token ? &harness_true : &harness_false, sizeof(CK_BBOOL)};
	for (CK_ULONG i = 0; i < more_count; i++)
		template[count++] = more[i];
	CHECK_RV_FATAL(objects_create(x, template, count, &made), CKR_OK);
	return made;
}

static void changes(void)
{
	static const CK_DATE day = {"2026", "11", "29"};
	static CK_ULONG odd = 7;
	static const struct {
		unsigned kinds; /* that have the attribute; others answer that they do not */
		CK_ATTRIBUTE change;
		CK_RV wanted;
	} rows[] = {
		{D | P | S | K, ATTR_TEXT(CKA_LABEL, "label"), CKR_OK},
		{D | P | S | K, {CKA_LABEL, NULL, 0}, CKR_OK},
		{D, ATTR_TEXT(CKA_APPLICATION, "application"), CKR_OK},
		{D, ATTR_TEXT(CKA_OBJECT_ID, "oid"), CKR_OK},
		{D, ATTR_TEXT(CKA_VALUE, "other"), CKR_OK},
		{P | S | K, ATTR_TEXT(CKA_ID, "id"), CKR_OK},
		{P | S, ATTR_TEXT(CKA_SUBJECT, "subject"), CKR_OK},
		{P | S | K, {CKA_START_DATE, (void *)(uintptr_t)&day, sizeof day}, CKR_OK},
		{P | S | K, {CKA_END_DATE, (void *)(uintptr_t)&day, sizeof day}, CKR_OK},
		{P | S | K, {CKA_END_DATE, NULL, 0}, CKR_OK},
		{P | S | K, {CKA_END_DATE, (void *)(uintptr_t)&day, 7},
			CKR_ATTRIBUTE_VALUE_INVALID},
		{P | S | K, ATTR(CKA_DERIVE, harness_true), CKR_OK},
		{P | S | K, ATTR(CKA_DERIVE, harness_false), CKR_OK},
		{P | K, ATTR(CKA_VERIFY, harness_false), CKR_OK},
		{P, ATTR(CKA_VERIFY_RECOVER, harness_false), CKR_OK},
		{P | K, ATTR(CKA_ENCRYPT, harness_false), CKR_OK},
		{P | K, ATTR(CKA_WRAP, harness_false), CKR_OK},
		{S | K, ATTR(CKA_SIGN, harness_false), CKR_OK},
		{S, ATTR(CKA_SIGN_RECOVER, harness_true), CKR_OK},
		{S | K, ATTR(CKA_DECRYPT, harness_false), CKR_OK},
		{S | K, ATTR(CKA_UNWRAP, harness_false), CKR_OK},
		{P | K, ATTR(CKA_TRUSTED, harness_true), CKR_ATTRIBUTE_READ_ONLY},
		{P | K, ATTR(CKA_TRUSTED, harness_false), CKR_OK},
		/* In one direction. */
		{S | K, ATTR(CKA_SENSITIVE, harness_true), CKR_OK},
		{S | K, ATTR(CKA_SENSITIVE, harness_false), CKR_ATTRIBUTE_READ_ONLY},
		{S | K, ATTR(CKA_EXTRACTABLE, harness_true), CKR_OK},
		{S | K, ATTR(CKA_EXTRACTABLE, harness_false), CKR_OK},
		{S | K, ATTR(CKA_EXTRACTABLE, harness_true), CKR_ATTRIBUTE_READ_ONLY},
		{S | K, ATTR(CKA_WRAP_WITH_TRUSTED, harness_true), CKR_OK},
		{S | K, ATTR(CKA_WRAP_WITH_TRUSTED, harness_false), CKR_ATTRIBUTE_READ_ONLY},
		{D | P | S | K, ATTR(CKA_COPYABLE, harness_false), CKR_OK},
		{D | P | S | K, ATTR(CKA_COPYABLE, harness_true), CKR_ATTRIBUTE_READ_ONLY},
		/* Never. */
		{D | P | S | K, ATTR(CKA_CLASS, objects_data), CKR_ATTRIBUTE_READ_ONLY},
		{D | P | S | K, ATTR(CKA_TOKEN, harness_true), CKR_ATTRIBUTE_READ_ONLY},
		{D | P | S | K, ATTR(CKA_PRIVATE, harness_false), CKR_ATTRIBUTE_READ_ONLY},
		{D | P | S | K, ATTR(CKA_MODIFIABLE, harness_true), CKR_ATTRIBUTE_READ_ONLY},
		{D | P | S | K, ATTR(CKA_DESTROYABLE, harness_false), CKR_ATTRIBUTE_READ_ONLY},
		{D | P | S | K, ATTR_TEXT(CKA_UNIQUE_ID, "x"), CKR_ATTRIBUTE_READ_ONLY},
		{P | S | K, ATTR(CKA_KEY_TYPE, objects_rsa), CKR_ATTRIBUTE_READ_ONLY},
		{P | S | K, ATTR(CKA_LOCAL, harness_true), CKR_ATTRIBUTE_READ_ONLY},
		{P | S | K, ATTR(CKA_KEY_GEN_MECHANISM, odd), CKR_ATTRIBUTE_READ_ONLY},
		{P | S | K, ATTR(CKA_ALLOWED_MECHANISMS, odd), CKR_ATTRIBUTE_READ_ONLY},
		{S | K, ATTR(CKA_ALWAYS_SENSITIVE, harness_true), CKR_ATTRIBUTE_READ_ONLY},
		{S | K, ATTR(CKA_NEVER_EXTRACTABLE, harness_true), CKR_ATTRIBUTE_READ_ONLY},
		{S, ATTR(CKA_ALWAYS_AUTHENTICATE, harness_true), CKR_ATTRIBUTE_READ_ONLY},
		{S | K, ATTR_TEXT(CKA_VALUE, "other"), CKR_ATTRIBUTE_READ_ONLY},
		{P | S, ATTR_BYTES(CKA_EC_PARAMS, harness_p256), CKR_ATTRIBUTE_READ_ONLY},
		{K, ATTR(CKA_VALUE_LEN, odd), CKR_ATTRIBUTE_READ_ONLY},
		{K, ATTR_TEXT(CKA_CHECK_VALUE, "x"), CKR_ATTRIBUTE_READ_ONLY},
		{0, ATTR(CKA_MODULUS_BITS, odd), CKR_OK},
		{0, {0x40001234, &odd, sizeof odd}, CKR_OK},
		/* Not even then. */
		{P | S, ATTR_TEXT(CKA_PUBLIC_KEY_INFO, "x"), CKR_ATTRIBUTE_VALUE_INVALID},
		{D | P | S | K, {CKA_COPYABLE, &odd, sizeof odd}, CKR_ATTRIBUTE_VALUE_INVALID},
	};
	struct fixture x = harness_begin(HARNESS_DEVICE, CKF_RW_SESSION);

	for (size_t i = 0; i < KC_COUNT_OF(kinds); i++)
		for (int on_token = 0; on_token < 2; on_token++) {
			CK_OBJECT_HANDLE made = make(&x, &kinds[i], on_token, NULL, 0);

			for (size_t j = 0; j < KC_COUNT_OF(rows); j++) {
				CK_ATTRIBUTE change = rows[j].change;
				CK_RV wanted = rows[j].kinds & kinds[i].bit
						       ? rows[j].wanted
						       : CKR_ATTRIBUTE_TYPE_INVALID;
				char what[80];

				/* Data has a value too, that may be changed. */
				if (change.type == CKA_VALUE && !(rows[j].kinds & kinds[i].bit))
					continue;
				snprintf(what, sizeof what, "attribute 0x%lx of kind %u, row %zu",
					change.type, kinds[i].bit, j);
				CHECK_MSG(x.f->C_SetAttributeValue(x.session, made, &change, 1) ==
						  wanted,
					what);
				if (wanted == CKR_OK)
					CHECK_MSG(objects_has(&x, made, change.type, change.pValue,
							  change.ulValueLen),
						what);
			}
			objects_destroy(&x, made);
		}
	harness_end(&x);
}

/* All of a change or nothing of it. */
static void whole_changes(void)
{
	struct fixture x = harness_begin(HARNESS_DEVICE, CKF_RW_SESSION);

	for (size_t i = 0; i < KC_COUNT_OF(kinds); i++)
		for (int on_token = 0; on_token < 2; on_token++) {
			CK_ATTRIBUTE first[] = {ATTR_TEXT(CKA_LABEL, "first")};
			CK_ATTRIBUTE both[] = {
				ATTR_TEXT(CKA_LABEL, "second"), ATTR(CKA_TOKEN, harness_true)};
			CK_ATTRIBUTE twice[] = {
				ATTR_TEXT(CKA_LABEL, "a"), ATTR_TEXT(CKA_LABEL, "b")};
			CK_OBJECT_HANDLE made = make(&x, &kinds[i], on_token, first, 1);

			CHECK_RV(x.f->C_SetAttributeValue(x.session, made, both, 2),
				CKR_ATTRIBUTE_READ_ONLY);
			CHECK_RV(x.f->C_SetAttributeValue(x.session, made, twice, 2),
				CKR_TEMPLATE_INCONSISTENT);
			CHECK(objects_has(&x, made, CKA_LABEL, "first", 5));
			objects_destroy(&x, made);
		}
	harness_end(&x);
}

static void not_modifiable(void)
{
	struct fixture x = harness_begin(HARNESS_DEVICE, CKF_RW_SESSION);

	for (size_t i = 0; i < KC_COUNT_OF(kinds); i++)
		for (int on_token = 0; on_token < 2; on_token++) {
			CK_ATTRIBUTE fixed[] = {ATTR(CKA_MODIFIABLE, harness_false)};
			CK_ATTRIBUTE free[] = {ATTR(CKA_MODIFIABLE, harness_true)};
			CK_ATTRIBUTE label[] = {ATTR_TEXT(CKA_LABEL, "label")};
			CK_OBJECT_HANDLE made = make(&x, &kinds[i], on_token, fixed, 1), copy;

			CHECK_RV(x.f->C_SetAttributeValue(x.session, made, label, 1),
				CKR_ACTION_PROHIBITED);
			CHECK_RV_FATAL(x.f->C_CopyObject(x.session, made, free, 1, &copy), CKR_OK);
			CHECK_RV(x.f->C_SetAttributeValue(x.session, copy, label, 1), CKR_OK);
			objects_destroy(&x, copy);
			objects_destroy(&x, made);
		}
	harness_end(&x);
}

/* What is not destroyable here goes with its session, or by another program. */
static void not_destroyable(void)
{
	struct fixture x = harness_begin(HARNESS_DEVICE, CKF_RW_SESSION);
	KC_CLEANUP_QUERY struct kc_query query = KC_QUERY_INIT;
	CK_ATTRIBUTE by_label[] = {ATTR_TEXT(CKA_LABEL, "stays")};
	CK_OBJECT_HANDLE found[16];

	for (size_t i = 0; i < KC_COUNT_OF(kinds); i++)
		for (int on_token = 0; on_token < 2; on_token++) {
			CK_ATTRIBUTE rows[] = {by_label[0], ATTR(CKA_DESTROYABLE, harness_false)};
			CK_OBJECT_HANDLE made = make(&x, &kinds[i], on_token, rows, 2);

			CHECK_RV(x.f->C_DestroyObject(x.session, made), CKR_ACTION_PROHIBITED);
		}
	CHECK(harness_find(&x, by_label, 1, found, 16) == 2 * KC_COUNT_OF(kinds));
	CHECK_OK(kc_client_item_delete(harness_client(), &query, NULL));
	CHECK(harness_find(&x, by_label, 1, found, 16) == KC_COUNT_OF(kinds));
	harness_end(&x);
}

/* The more there is, the larger it is. */
static void sizes(void)
{
	struct fixture x = harness_begin(HARNESS_DEVICE, CKF_RW_SESSION);
	static char text[1000];

	for (size_t i = 0; i < KC_COUNT_OF(kinds); i++)
		for (int on_token = 0; on_token < 2; on_token++) {
			CK_ATTRIBUTE label[] = {{CKA_LABEL, text, sizeof text}};
			CK_ATTRIBUTE value[] = {{CKA_VALUE, text, sizeof text}};
			CK_OBJECT_HANDLE made = make(&x, &kinds[i], on_token, NULL, 0);
			CK_ULONG size, larger;

			CHECK_RV(x.f->C_GetObjectSize(x.session, made, &size), CKR_OK);
			CHECK_RV(x.f->C_SetAttributeValue(x.session, made, label, 1), CKR_OK);
			CHECK_RV(x.f->C_GetObjectSize(x.session, made, &larger), CKR_OK);
			CHECK(larger == size + sizeof text);
			if (kinds[i].bit == D) {
				CHECK_RV(x.f->C_SetAttributeValue(x.session, made, value, 1),
					CKR_OK);
				CHECK_RV(x.f->C_GetObjectSize(x.session, made, &size), CKR_OK);
				CHECK(size == larger + sizeof text - strlen("value"));
			}
			CHECK_RV(x.f->C_GetObjectSize(x.session, made, NULL), CKR_ARGUMENTS_BAD);
			objects_destroy(&x, made);
			CHECK_RV(x.f->C_GetObjectSize(x.session, made, &size),
				CKR_OBJECT_HANDLE_INVALID);
		}
	harness_end(&x);
}

int main(void)
{
	static const struct check_test tests[] = {
		CHECK_TEST(changes),
		CHECK_TEST(whole_changes),
		CHECK_TEST(not_modifiable),
		CHECK_TEST(not_destroyable),
		CHECK_TEST(sizes),
	};
	int status;

	harness_start();
	status = check_main("module: changes", tests, KC_COUNT_OF(tests));
	harness_stop();
	return status;
}
