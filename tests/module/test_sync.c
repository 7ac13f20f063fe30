/* SPDX-License-Identifier: ISC */
/* Two devices: what the module makes on one is on the other, and what comes from there is seen. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/module/certificate.h"
#include "tests/module/objects.h"
#include "wire/client.h"

#define NAME(a) KC_NAME((a)[0], (a)[1], (a)[2], (a)[3])
#define ACCOUNT kc_bytes_str("one password for all devices")

/* The other device, and the folder through which the two sync. */
static char folder[] = "/tmp/kc-module-sync-XXXXXX", store[64], other_home[64];
static struct kc_client *other;

static void exchange_all(void)
{
	struct kc_client *const turns[] = {harness_client(), other, harness_client()};

	for (size_t i = 0; i < KC_COUNT_OF(turns); i++) {
		KC_CLEANUP_SYNC_REPORT struct kc_sync_report report = {0};
		CHECK_OK(kc_client_sync_now(turns[i], &report));
	}
}

static void a_circle(void)
{
	KC_CLEANUP_SYNC_REPORT struct kc_sync_report report = {0};
	KC_CLEANUP_BUF struct kc_buf code = KC_BUF_INIT;
	struct kc_device applicant;

	CHECK_OK_FATAL(kc_client_setup(other, kc_bytes_str("a password"), "other"));
	CHECK_OK_FATAL(kc_client_sync_use(harness_client(), store, true, ACCOUNT));
	CHECK_OK_FATAL(kc_client_pair_start(harness_client(), ACCOUNT, &code));
	CHECK_ERR(kc_client_pair_poll(harness_client(), &applicant), KC_E_WAITING);
	CHECK_OK_FATAL(kc_client_join_start(other, store, kc_buf_text(&code), ACCOUNT));
	CHECK_ERR(kc_client_pair_poll(harness_client(), &applicant), KC_E_WAITING);
	CHECK_ERR(kc_client_join_poll(other, &report), KC_E_WAITING);
	CHECK_OK_FATAL(kc_client_pair_poll(harness_client(), &applicant));
	CHECK_OK_FATAL(kc_client_pair_decide(harness_client(), true));
	CHECK_OK_FATAL(kc_client_join_poll(other, &report));
}

static void find_there(kc_name class, const char *label, struct kc_found_list *ret)
{
	KC_CLEANUP_QUERY struct kc_query query = KC_QUERY_INIT;
	kc_err err;

	query.class = class;
	query.sync = KC_SYNC_ANY;
	query.want = KC_WANT_ATTRS | KC_WANT_HIDDEN | KC_WANT_SECRET;
	kc_attrs_set_str(&query.attrs, NAME("labl"), label);
	err = kc_client_item_find(other, &query, ret);
	CHECK(err == KC_OK || err == KC_E_NOT_FOUND);
}

/* An object of each class on this device, with what PKCS#11 alone says of it. */
static void made_here(void)
{
	static CK_MECHANISM_TYPE allowed[] = {CKM_AES_GCM};
	static CK_ATTRIBUTE inner[] = {ATTR(CKA_EXTRACTABLE, harness_true)};
	static const CK_BYTE aes[32] = {1};
	static CK_ULONG category = 2;
	static const struct {
		kc_name class;
		CK_ATTRIBUTE rows[6];
		CK_ULONG count;
		const char *told[3]; /* the attributes that are to arrive with the item */
	} rows[] = {
		{KC_CLASS_GENERIC,
			{ATTR(CKA_CLASS, objects_data), ATTR_TEXT(CKA_OBJECT_ID, "oid"),
				ATTR(CKA_DESTROYABLE, harness_true)},
			3, {"p11o", "dsty", "kcid"}},
		{KC_CLASS_CERTIFICATE,
			{ATTR(CKA_CLASS, objects_cert), ATTR(CKA_CERTIFICATE_TYPE, objects_x509),
				ATTR_BYTES(CKA_SUBJECT, certificate_subject),
				ATTR_BYTES(CKA_VALUE, certificate_der),
				ATTR(CKA_CERTIFICATE_CATEGORY, category),
				ATTR_TEXT(CKA_URL, "http://ca.example/")},
			6, {"ccat", "curl", "dsub"}},
		{KC_CLASS_KEY,
			{ATTR(CKA_CLASS, objects_secret), ATTR(CKA_KEY_TYPE, objects_aes),
				ATTR_BYTES(CKA_VALUE, aes), ATTR(CKA_ALLOWED_MECHANISMS, allowed),
				{CKA_UNWRAP_TEMPLATE, inner, sizeof inner}},
			5, {"almc", "uwtm", "sens"}},
	};
	struct fixture x = harness_begin(HARNESS_SYNC, CKF_RW_SESSION);

	for (size_t i = 0; i < KC_COUNT_OF(rows); i++) {
		CK_ATTRIBUTE template[8] = {
			ATTR(CKA_TOKEN, harness_true), ATTR_TEXT(CKA_LABEL, "travels")};
		KC_CLEANUP_FOUND_LIST struct kc_found_list there = KC_FOUND_LIST_INIT;
		KC_CLEANUP_FOUND_LIST struct kc_found_list gone = KC_FOUND_LIST_INIT;
		CK_OBJECT_HANDLE made;

		memcpy(template + 2, rows[i].rows, sizeof rows[i].rows);
		CHECK_RV_FATAL(objects_create(&x, template, rows[i].count + 2, &made), CKR_OK);
		exchange_all();
		find_there(rows[i].class, "travels", &there);
		CHECK_FATAL(there.count == 1);
		for (size_t j = 0; j < KC_COUNT_OF(rows[i].told); j++)
			CHECK_MSG(kc_attrs_get(&there.rows[0].attrs, NAME(rows[i].told[j])),
				rows[i].told[j]);
		objects_destroy(&x, made);
		exchange_all();
		find_there(rows[i].class, "travels", &gone);
		CHECK(gone.count == 0);
	}
	harness_end(&x);
}

/* What the other device makes, changes and deletes, in a session that stays open. */
static void made_there(void)
{
	struct fixture x = harness_begin(HARNESS_SYNC, 0);
	KC_CLEANUP_ATTRS struct kc_attrs attrs = KC_ATTRS_INIT, changes = KC_ATTRS_INIT;
	KC_CLEANUP_QUERY struct kc_query query = KC_QUERY_INIT;
	struct kc_client_item item = {.class = KC_CLASS_GENERIC,
		.attrs = &attrs,
		.has_secret = true,
		.secret = kc_bytes_str("secret")};
	CK_ATTRIBUTE before[] = {ATTR_TEXT(CKA_LABEL, "from there")};
	CK_ATTRIBUTE after[] = {ATTR_TEXT(CKA_LABEL, "changed there")};
	CK_OBJECT_HANDLE found[2], same[2];

	kc_attrs_set_str(&attrs, NAME("labl"), "from there");
	kc_attrs_set_str(&attrs, NAME("svce"), "service");
	kc_attrs_set_number(&attrs, NAME("sync"), 1);
	kc_attrs_set_str(&changes, NAME("labl"), "changed there");
	query.class = KC_CLASS_GENERIC;
	query.sync = KC_SYNC_SYNCED;
	CHECK(harness_find(&x, before, 1, found, 2) == 0);
	CHECK_OK_FATAL(kc_client_item_add(other, &item, 0, NULL));
	exchange_all();
	CHECK_FATAL(harness_find(&x, before, 1, found, 2) == 1);
	CHECK(objects_has(&x, found[0], CKA_VALUE, "secret", 6));
	CHECK(objects_has(&x, found[0], CKA_APPLICATION, "service", 7));
	item = (struct kc_client_item){.attrs = &changes};
	CHECK_OK_FATAL(kc_client_item_update(other, &query, &item, NULL));
	exchange_all();
	CHECK(harness_find(&x, before, 1, same, 2) == 0);
	CHECK(harness_find(&x, after, 1, same, 2) == 1 && same[0] == found[0]);
	CHECK_OK_FATAL(kc_client_item_delete(other, &query, NULL));
	exchange_all();
	CHECK(harness_find(&x, after, 1, same, 2) == 0);
	harness_end(&x);
}

static void remove_folder(void)
{
	pid_t child = fork();

	if (child == 0) {
		execlp("rm", "rm", "-rf", folder, (char *)NULL);
		_exit(127);
	}
	if (child > 0)
		waitpid(child, NULL, 0);
}

int main(void)
{
	static const struct check_test tests[] = {
		CHECK_TEST(a_circle),
		CHECK_TEST(made_here),
		CHECK_TEST(made_there),
	};
	int status;

	harness_start();
	if (!mkdtemp(folder))
		return 99;
	snprintf(store, sizeof store, "%s/store", folder);
	snprintf(other_home, sizeof other_home, "%s/home", folder);
	if (mkdir(store, 0700) != 0 || mkdir(other_home, 0700) != 0 ||
		kc_client_new_at(other_home, &other) != KC_OK)
		return 99;
	status = check_main("module: two devices", tests, KC_COUNT_OF(tests));
	if (kc_client_stop(other) != KC_OK)
		status = 1;
	kc_client_free(other);
	remove_folder();
	harness_stop();
	return status;
}
