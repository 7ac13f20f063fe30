/* SPDX-License-Identifier: ISC */
/* PKCS#11 3.1, 5.7.7 to 5.7.9: finding objects. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "tests/module/objects.h"
#include "wire/client.h"

/* What C_GetAttributeValue leaves in a template when it fails, given to a search. */
static void a_search_by_what_was_not_there(void)
{
	struct fixture x = harness_begin(HARNESS_DEVICE, CKF_RW_SESSION);
	size_t page = (size_t)sysconf(_SC_PAGESIZE);
	CK_BYTE *last = mmap(NULL, 2 * page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS,
		-1, 0); /* and nothing can be read behind it */
	CK_OBJECT_HANDLE found[2], data = objects_make_data(&x, "there", "", "value");

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
	CK_OBJECT_HANDLE found[1], data = objects_make_data(&x, "locked away", "", "value");
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
	static CK_ULONG profile = CKO_PROFILE, edwards = CKK_EC_EDWARDS,
			nss_trust = CKO_VENDOR_DEFINED | 0x4e534353, vendor = 0;
	static CK_BYTE nothing[1];
	struct fixture x = harness_begin(HARNESS_DEVICE, CKF_RW_SESSION);
	CK_OBJECT_HANDLE public, private, data = objects_make_data(&x, "search", "app", "value"),
					  found[64];
	CK_BYTE id[4096];
	long id_len;

	harness_make_pair(&x, CKM_EC_KEY_PAIR_GEN, "search", &public, &private);
	id_len = objects_read(&x, private, CKA_ID, id);
	CHECK_FATAL(id_len > 0);
	CHECK(objects_has(&x, public, CKA_ID, id, (size_t)id_len));
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
				{ATTR(CKA_CLASS, objects_private), by_id,
					ATTR(CKA_SIGN, harness_true)},
				3, 1},
			{"ssh, keys that do not sign",
				{ATTR(CKA_CLASS, objects_private), by_id,
					ATTR(CKA_SIGN, harness_false)},
				3, 0},
			{"the public key of an id", {ATTR(CKA_CLASS, objects_public), by_id}, 2, 1},
			{"both halves of an id", {by_id}, 1, 2},
			{"by label", {label}, 1, 3},
			{"by label and class", {label, ATTR(CKA_CLASS, objects_private)}, 2, 1},
			{"by key type", {label, ATTR(CKA_KEY_TYPE, objects_ec)}, 2, 2},
			{"by curve", {label, ATTR_BYTES(CKA_EC_PARAMS, harness_p256)}, 2, 2},
			{"NSS, profiles", {ATTR(CKA_CLASS, profile)}, 1, 4},
			{"what everything has but those", {ATTR(CKA_TOKEN, harness_true)}, 1, 3},
			{"all", {{0}}, 0, 3},
			{"a key type that two curves have", {label, ATTR(CKA_KEY_TYPE, edwards)}, 2,
				0},
			{"secret keys", {ATTR(CKA_CLASS, objects_secret)}, 1, 0},
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
		made[i] = objects_make_data(&x, "one by one", "", "value");
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

/* Profiles and mechanisms: found by who asks for them, and nobody can do more than read them. */
static void built_in_objects(void)
{
	struct fixture x = harness_begin(HARNESS_SYNC, CKF_RW_SESSION);
	static CK_ULONG profile = CKO_PROFILE, mechanism = CKO_MECHANISM,
			baseline = CKP_BASELINE_PROVIDER, sha256 = CKM_SHA256;
	CK_ATTRIBUTE profiles[] = {ATTR(CKA_CLASS, profile), ATTR(CKA_PROFILE_ID, baseline)};
	CK_ATTRIBUTE mechanisms[] = {ATTR(CKA_MECHANISM_TYPE, sha256), ATTR(CKA_CLASS, mechanism)};
	CK_ATTRIBUTE label[] = {ATTR_TEXT(CKA_LABEL, "mine")};
	CK_ATTRIBUTE session[] = {ATTR(CKA_CLASS, profile), ATTR(CKA_TOKEN, harness_false)};
	CK_OBJECT_HANDLE found[512], copy;
	CK_ULONG listed = 0;

	CHECK_RV(x.f->C_GetMechanismList(HARNESS_SYNC, NULL, &listed), CKR_OK);
	CHECK(harness_find(&x, mechanisms + 1, 1, found, 512) == listed);
	CHECK(harness_find(&x, session, 2, found, 512) == 0);
	for (unsigned i = 0; i < 2; i++) {
		bool is_profile = i == 0;

		CHECK_FATAL(harness_find(&x, is_profile ? profiles : mechanisms, 1 + is_profile,
				    found, 512) == 1);
		CHECK(objects_has_number(
			&x, found[0], CKA_CLASS, is_profile ? CKO_PROFILE : CKO_MECHANISM));
		CHECK(objects_has_number(&x, found[0],
			is_profile ? CKA_PROFILE_ID : CKA_MECHANISM_TYPE,
			is_profile ? CKP_BASELINE_PROVIDER : CKM_SHA256));
		CHECK(objects_has_flag(&x, found[0], CKA_TOKEN, CK_TRUE));
		CHECK(objects_has_flag(&x, found[0], CKA_PRIVATE, CK_FALSE));
		CHECK(objects_has_flag(&x, found[0], CKA_MODIFIABLE, CK_FALSE));
		CHECK_RV(x.f->C_DestroyObject(x.session, found[0]), CKR_ACTION_PROHIBITED);
		CHECK_RV(x.f->C_SetAttributeValue(x.session, found[0], label, 1),
			CKR_ACTION_PROHIBITED);
		CHECK_RV(x.f->C_CopyObject(x.session, found[0], NULL, 0, &copy),
			CKR_ACTION_PROHIBITED);
	}
	harness_end(&x);
}

/* What another program makes, changes and deletes is there, other and gone at the next search. */
static void changes_by_others(void)
{
	struct fixture x = harness_begin(HARNESS_DEVICE, CKF_RW_SESSION);
	KC_CLEANUP_ATTRS struct kc_attrs attrs = KC_ATTRS_INIT, changes = KC_ATTRS_INIT;
	KC_CLEANUP_QUERY struct kc_query query = KC_QUERY_INIT;
	struct kc_client_item item = {.class = KC_CLASS_GENERIC, .attrs = &attrs};
	CK_ATTRIBUTE before[] = {ATTR_TEXT(CKA_LABEL, "before")};
	CK_ATTRIBUTE after[] = {ATTR_TEXT(CKA_LABEL, "after")};
	CK_OBJECT_HANDLE found[2], same[2];
	CK_BYTE value[4096];

	kc_attrs_set_str(&attrs, KC_NAME('l', 'a', 'b', 'l'), "before");
	kc_attrs_set_str(&changes, KC_NAME('l', 'a', 'b', 'l'), "after");
	query.class = KC_CLASS_GENERIC;
	CHECK(harness_find(&x, before, 1, found, 2) == 0);
	CHECK_OK_FATAL(kc_client_item_add(harness_client(), &item, 0, NULL));
	CHECK_FATAL(harness_find(&x, before, 1, found, 2) == 1);
	item.attrs = &changes;
	CHECK_OK_FATAL(kc_client_item_update(harness_client(), &query, &item, NULL));
	CHECK(harness_find(&x, before, 1, same, 2) == 0);
	CHECK(harness_find(&x, after, 1, same, 2) == 1 && same[0] == found[0]);
	CHECK(objects_has(&x, found[0], CKA_LABEL, "after", 5));
	CHECK_OK_FATAL(kc_client_item_delete(harness_client(), &query, NULL));
	CHECK(harness_find(&x, after, 1, same, 2) == 0);
	usleep(150000); /* what was found a moment ago may still be told from memory */
	CHECK(objects_read(&x, found[0], CKA_LABEL, value) == -(long)CKR_OBJECT_HANDLE_INVALID);
	CHECK_RV(x.f->C_DestroyObject(x.session, found[0]), CKR_OBJECT_HANDLE_INVALID);
	harness_end(&x);
}

/* Private objects of the token are the keychain's to hide; those of a session the module hides. */
static void private_objects_behind_the_lock(void)
{
	struct fixture x = harness_begin(HARNESS_DEVICE, CKF_RW_SESSION);
	CK_ATTRIBUTE by_label[] = {ATTR_TEXT(CKA_LABEL, "hidden")};
	CK_ATTRIBUTE template[] = {ATTR(CKA_CLASS, objects_data), ATTR_TEXT(CKA_LABEL, "hidden"),
		ATTR(CKA_TOKEN, harness_false), ATTR(CKA_PRIVATE, harness_true)};
	CK_OBJECT_HANDLE made[4], found[8];

	for (unsigned i = 0; i < 4; i++) {
		template[2].pValue = i & 1 ? &harness_true : &harness_false;
		template[3].pValue = i & 2 ? &harness_true : &harness_false;
		CHECK_RV_FATAL(objects_create(&x, template, 4, &made[i]), CKR_OK);
	}
	CHECK(harness_find(&x, by_label, 1, found, 8) == 4);
	harness_lock();
	CHECK(harness_find(&x, by_label, 1, found, 8) == 2);
	for (unsigned i = 0; i < 2; i++) {
		template[2].pValue = i & 1 ? &harness_true : &harness_false;
		CHECK_RV(objects_create(&x, template, 4, &found[0]), CKR_USER_NOT_LOGGED_IN);
	}
	harness_unlock();
	CHECK(harness_find(&x, by_label, 1, found, 8) == 4);
	for (unsigned i = 0; i < 4; i++)
		objects_destroy(&x, made[i]);
	harness_end(&x);
}

#define MANY 400

/* More than the service tells at once, and each of them found by itself. */
static void many_objects(void)
{
	struct fixture x = harness_begin(HARNESS_DEVICE, CKF_RW_SESSION);
	unsigned count = getenv("KC_LONG") ? 10000 : MANY;
	CK_OBJECT_HANDLE *all = calloc(count + 1, sizeof *all), found[2], made;
	CK_ATTRIBUTE public_keys[] = {
		ATTR(CKA_CLASS, objects_public), ATTR(CKA_KEY_TYPE, objects_ec)};
	CK_ULONG got, sum = 0;
	char name[16];

	for (unsigned i = 0; i < count; i++) {
		CK_ATTRIBUTE template[] = {
			ATTR(CKA_CLASS, objects_public),
			ATTR(CKA_KEY_TYPE, objects_ec),
			ATTR_BYTES(CKA_EC_PARAMS, harness_p256),
			ATTR_BYTES(CKA_EC_POINT, objects_point),
			ATTR(CKA_TOKEN, harness_true),
			{CKA_LABEL, name, (CK_ULONG)snprintf(name, sizeof name, "key %u", i)},
			{CKA_ID, name, strlen(name)},
		};
		CHECK_RV_FATAL(objects_create(&x, template, 7, &made), CKR_OK);
	}
	CHECK_RV_FATAL(x.f->C_FindObjectsInit(x.session, public_keys, 2), CKR_OK);
	do {
		CK_ULONG room = count - sum < 7 ? count - sum + 1 : 7;
		CHECK_RV_FATAL(x.f->C_FindObjects(x.session, all + sum, room, &got), CKR_OK);
		sum += got;
	} while (got);
	CHECK_RV(x.f->C_FindObjectsFinal(x.session), CKR_OK);
	CHECK_FATAL(sum == count);
	for (unsigned i = 0; i < count; i++) {
		CK_ATTRIBUTE by_label[] = {
			{CKA_LABEL, name, (CK_ULONG)snprintf(name, sizeof name, "key %u", i)}};
		CK_ATTRIBUTE by_id[] = {{CKA_ID, name, strlen(name)}, public_keys[0]};

		CHECK(harness_find(&x, by_label, 1, found, 2) == 1);
		made = found[0];
		CHECK(harness_find(&x, by_id, 2, found, 2) == 1 && found[0] == made);
	}
	for (unsigned i = 0; i < count; i++)
		objects_destroy(&x, all[i]);
	CHECK(harness_find(&x, public_keys, 2, found, 2) == 0);
	free(all);
	harness_end(&x);
}

int main(void)
{
	static const struct check_test tests[] = {
		CHECK_TEST(a_search_by_what_was_not_there),
		CHECK_TEST(a_value_behind_the_lock),
		CHECK_TEST(searches),
		CHECK_TEST(search_state),
		CHECK_TEST(built_in_objects),
		CHECK_TEST(many_objects),
		CHECK_TEST(changes_by_others),
		CHECK_TEST(private_objects_behind_the_lock),
	};
	int status;

	harness_start();
	status = check_main("module: searches", tests, KC_COUNT_OF(tests));
	harness_stop();
	return status;
}
