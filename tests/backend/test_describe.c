/* SPDX-License-Identifier: ISC */
/* What bytes say of themselves: raw certificates and keys that come without attributes. */
#include <stdio.h>
#include <string.h>

#include "backend/item/item.h"
#include "crypto/pk.h"
#include "crypto/x509.h"
#include "tests/backend/words.h"
#include "tests/check.h"
#include "tests/file.h"

#define CERT KC_CLASS_CERTIFICATE
#define KEY KC_CLASS_KEY

static kc_name name_of(const char *text)
{
	return kc_name_from(kc_bytes_str(text));
}

static kc_err add(struct home *home, kc_name class, const char *attrs, struct kc_bytes bytes,
	struct kc_found *ret)
{
	struct kc_item_input input = {.class = class, .has_secret = true, .secret = bytes};
	kc_err err;

	words_attrs(&input.attrs, attrs);
	err = kc_keychain_item_add(
		home->keychain, &home_user, &input, KC_WANT_ATTRS | KC_WANT_HIDDEN, ret);
	kc_attrs_done(&input.attrs);
	return err;
}

static kc_err update(struct home *home, kc_name class, const char *query, const char *attrs,
	struct kc_bytes bytes)
{
	KC_CLEANUP_QUERY struct kc_query wanted = KC_QUERY_INIT;
	struct kc_item_input changes = {.has_secret = bytes.data != NULL, .secret = bytes};
	kc_err err;

	words_query(class, query, &wanted);
	words_attrs(&changes.attrs, attrs);
	err = kc_keychain_item_update(home->keychain, &home_user, &wanted, &changes, NULL);
	kc_attrs_done(&changes.attrs);
	return err;
}

/* --- certificates -------------------------------------------------------------------------------
 */

static void certificates_describe_themselves(void)
{
	KC_CLEANUP_BUF struct kc_buf alice = KC_BUF_INIT;
	KC_CLEANUP_FOUND struct kc_found added = {0};
	KC_CLEANUP_ATTRS struct kc_attrs own = KC_ATTRS_INIT;
	CLEANUP_HOME struct home home = HOME_INIT;

	home_init(&home);
	CHECK_FATAL(file_read_data("import/alice.cert.der", &alice));
	CHECK_OK_FATAL(kc_x509_describe(kc_buf_bytes(&alice), &own));
	CHECK_OK_FATAL(add(&home, CERT, "", kc_buf_bytes(&alice), &added));
	CHECK(own.count >= 12);
	for (size_t i = 0; i < own.count; i++) {
		const struct kc_value *value = kc_attrs_get(&added.attrs, own.rows[i].name);
		char name[5];

		kc_name_text(own.rows[i].name, name);
		CHECK_MSG(value && kc_value_equal(value, &own.rows[i].value), name);
	}
	CHECK(words_count(&home, CERT, "labl=Alice ctyp=#3") == 0); /* "Alice Example" */
	CHECK(words_count(&home, CERT, "ctyp=#3 cenc=#3") == 1);
	CHECK_ERR(add(&home, CERT, "", kc_buf_bytes(&alice), NULL), KC_E_DUPLICATE);
}

static void callers_know_better(void)
{
	KC_CLEANUP_BUF struct kc_buf alice = KC_BUF_INIT;
	KC_CLEANUP_FOUND struct kc_found added = {0};
	CLEANUP_HOME struct home home = HOME_INIT;

	home_init(&home);
	CHECK_FATAL(file_read_data("import/alice.cert.der", &alice));
	CHECK_OK_FATAL(add(&home, CERT, "labl=mine issr=%01 slnr=%02 cenc=#1 ckid=%03",
		kc_buf_bytes(&alice), &added));
	CHECK(words_count(&home, CERT, "labl=mine issr=%01 slnr=%02 cenc=#1 ckid=%03 ctyp=#3") ==
		1);
	CHECK(kc_attrs_get_bytes(&added.attrs, name_of("pkhh")).len == 20);
	/* What is no certificate is as it was given, and nobody may say what its bytes say. */
	CHECK_OK(add(&home, CERT, "slnr=%01", kc_bytes_str("no certificate"), NULL));
	CHECK(words_count(&home, CERT, "slnr=%01 ctyp=#0") == 1);
	CHECK_OK(words_add(&home, CERT, "slnr=%02", NULL));
	CHECK_ERR(words_add(&home, CERT, "self=%61626364", NULL), KC_E_PARAM);
	CHECK_ERR(words_update(&home, CERT, "", "self=%", NULL), KC_E_PARAM);
}

static void other_bytes_say_other_things(void)
{
	KC_CLEANUP_BUF struct kc_buf alice = KC_BUF_INIT;
	KC_CLEANUP_FOUND struct kc_found added = {0};
	KC_CLEANUP_FOUND_LIST struct kc_found_list found = KC_FOUND_LIST_INIT;
	CLEANUP_HOME struct home home = HOME_INIT;

	home_init(&home);
	CHECK_FATAL(file_read_data("import/alice.cert.der", &alice));
	CHECK_OK_FATAL(add(&home, CERT, "labl=mine", kc_bytes_str("not yet"), &added));
	CHECK(!kc_attrs_get(&added.attrs, name_of("pkhh")));
	CHECK_OK(update(&home, CERT, "labl=mine", "", kc_buf_bytes(&alice)));
	CHECK_OK_FATAL(words_find(&home, CERT, "labl=mine ctyp=#3", &found));
	CHECK(kc_attrs_get_bytes(&found.rows[0].attrs, name_of("pkhh")).len == 20);
	CHECK_OK(update(&home, CERT, "labl=mine", "subj=%01", kc_bytes(NULL, 0)));
	CHECK_OK(update(&home, CERT, "labl=mine", "", kc_bytes_str("no more")));
	CHECK_OK_FATAL(words_find(&home, CERT, "labl=mine ctyp=#0 subj=%01", &found));
	CHECK(!kc_attrs_get(&found.rows[0].attrs, name_of("pkhh")));
	CHECK(!kc_attrs_get(&found.rows[0].attrs, name_of("dser")));
	CHECK(found.rows[0].id == added.id);
}

/* --- keys ---------------------------------------------------------------------------------------
 */

static const struct {
	const char *what;
	enum kc_key_type type;
	unsigned bits;
	bool tells_type; /* its bytes do */
} kinds[] = {
	{"RSA", KC_KEY_RSA, 1024, true},
	{"P-224", KC_KEY_EC, 224, true},
	{"P-256", KC_KEY_EC, 256, true},
	{"P-384", KC_KEY_EC, 384, true},
	{"P-521", KC_KEY_EC, 521, true},
	{"Ed25519", KC_KEY_ED25519, 256, false},
	{"Ed448", KC_KEY_ED448, 456, false},
	{"X25519", KC_KEY_X25519, 256, false},
};

static void store_half(const struct kc_pk *key, bool is_private, struct kc_secret *ret)
{
	KC_CLEANUP_BUF struct kc_buf stored = KC_BUF_INIT;

	if (is_private) {
		CHECK_OK_FATAL(kc_pk_store_private(key, ret));
		return;
	}
	CHECK_OK_FATAL(kc_pk_store_public(key, &stored));
	CHECK_OK_FATAL(kc_secret_set(ret, kc_buf_bytes(&stored)));
}

/* Checks that an item says what the key is. */
static void check_described(
	const struct kc_attrs *attrs, const struct kc_pk *key, bool described, const char *what)
{
	KC_CLEANUP_BUF struct kc_buf spki = KC_BUF_INIT;
	uint8_t label[20];

	CHECK_OK_FATAL(kc_pk_label(key, label));
	CHECK_OK_FATAL(kc_pk_spki(key, &spki));
	CHECK_MSG(kc_attrs_get_number(attrs, name_of("bsiz"), -1) ==
			  (described ? kc_pk_bits(key) : 0),
		what);
	CHECK_MSG(kc_attrs_get_number(attrs, name_of("esiz"), -1) ==
			  (described ? kc_pk_bits(key) : 0),
		what);
	CHECK_MSG(kc_bytes_equal(kc_attrs_get_bytes(attrs, name_of("klbl")),
			  described ? KC_BYTES_OF(label) : kc_bytes(NULL, 0)),
		what);
	CHECK_MSG(kc_bytes_equal(kc_attrs_get_bytes(attrs, name_of("spki")),
			  described ? kc_buf_bytes(&spki) : kc_bytes(NULL, 0)),
		what);
}

static void raw_keys_describe_themselves(void)
{
	CLEANUP_HOME struct home home = HOME_INIT;

	home_init(&home);
	for (size_t i = 0; i < KC_COUNT_OF(kinds); i++) {
		KC_CLEANUP_PK struct kc_pk *key = NULL;

		CHECK_OK_FATAL(kc_pk_generate(kinds[i].type, kinds[i].bits, &key));
		for (int half = 0; half <= 1; half++) {
			KC_CLEANUP_SECRET struct kc_secret bytes = KC_SECRET_INIT;
			KC_CLEANUP_FOUND struct kc_found typed = {0}, text = {0}, untyped = {0};
			char attrs[96];

			store_half(key, half, &bytes);
			snprintf(attrs, sizeof attrs, "kcls=#%d type=#%d atag=a%zu", half,
				kinds[i].type, i);
			CHECK_OK_FATAL(add(&home, KEY, attrs, kc_secret_bytes(&bytes), &typed));
			check_described(&typed.attrs, key, true, kinds[i].what);
			snprintf(attrs, sizeof attrs, "kcls=%d type=%d atag=b%zu", half,
				kinds[i].type, i);
			CHECK_OK_FATAL(add(&home, KEY, attrs, kc_secret_bytes(&bytes), &text));
			check_described(&text.attrs, key, true, kinds[i].what);
			snprintf(attrs, sizeof attrs, "kcls=#%d atag=c%zu", half, i);
			CHECK_OK_FATAL(add(&home, KEY, attrs, kc_secret_bytes(&bytes), &untyped));
			check_described(&untyped.attrs, key, kinds[i].tells_type, kinds[i].what);
			CHECK_MSG(kc_attrs_get_number(&untyped.attrs, name_of("type"), -1) ==
					  (kinds[i].tells_type ? (int64_t)kinds[i].type : 0),
				kinds[i].what);
		}
	}
}

/* Of a tag there is one raw key, whatever its bytes: what they say is not in the primary key. */
static void a_tag_names_one_raw_key(void)
{
	KC_CLEANUP_PK struct kc_pk *first = NULL, *second = NULL;
	KC_CLEANUP_SECRET struct kc_secret a = KC_SECRET_INIT, b = KC_SECRET_INIT;
	KC_CLEANUP_FOUND struct kc_found added = {0}, again = {0};
	KC_CLEANUP_FOUND_LIST struct kc_found_list found = KC_FOUND_LIST_INIT;
	CLEANUP_HOME struct home home = HOME_INIT;

	home_init(&home);
	CHECK_OK_FATAL(kc_pk_generate(KC_KEY_EC, 256, &first));
	CHECK_OK_FATAL(kc_pk_generate(KC_KEY_EC, 384, &second));
	store_half(first, true, &a);
	store_half(second, true, &b);
	CHECK_OK_FATAL(
		add(&home, KEY, "kcls=1 type=73 atag=t sync=!1", kc_secret_bytes(&a), &added));
	CHECK_ERR(add(&home, KEY, "kcls=1 type=73 atag=t sync=!1", kc_secret_bytes(&b), NULL),
		KC_E_DUPLICATE);
	CHECK_OK(add(&home, KEY, "kcls=1 type=73 atag=u sync=!1", kc_secret_bytes(&b), NULL));
	CHECK_OK(add(&home, KEY, "kcls=1 type=73 atag=t klbl=%01 sync=!1", kc_secret_bytes(&b),
		NULL)); /* said by the caller, it counts */
	CHECK_OK(words_delete_use(&home, KEY, "klbl=%01", KC_TOMB_USE_NEVER));

	/* Found by what it says, and changed by it. */
	CHECK_OK(update(&home, KEY, "atag=t bsiz=#256", "labl=x", kc_secret_bytes(&b)));
	CHECK_OK_FATAL(words_find(&home, KEY, "atag=t", &found));
	CHECK_FATAL(found.count == 1 && found.rows[0].id == added.id);
	check_described(&found.rows[0].attrs, second, true, "changed");

	/* The tombstone is that of the same item. */
	CHECK_OK(words_delete(&home, KEY, "atag=t"));
	CHECK(words_count(&home, KEY, "atag=t tomb=!1") == 1);
	CHECK_OK(add(&home, KEY, "kcls=1 type=73 atag=t sync=!1", kc_secret_bytes(&a), &again));
	CHECK(again.id == added.id);
	check_described(&again.attrs, first, true, "again");
	CHECK(words_count(&home, KEY, "atag=t tomb=!1") == 0);
}

static void what_a_caller_says_of_a_key_stays(void)
{
	KC_CLEANUP_PK struct kc_pk *key = NULL;
	KC_CLEANUP_SECRET struct kc_secret bytes = KC_SECRET_INIT;
	KC_CLEANUP_FOUND_LIST struct kc_found_list found = KC_FOUND_LIST_INIT;
	CLEANUP_HOME struct home home = HOME_INIT;

	home_init(&home);
	CHECK_OK_FATAL(kc_pk_generate(KC_KEY_EC, 256, &key));
	store_half(key, true, &bytes);
	CHECK_OK_FATAL(add(&home, KEY, "kcls=1 type=73 bsiz=#7 klbl=%0102 atag=t",
		kc_secret_bytes(&bytes), NULL));
	CHECK(words_count(&home, KEY, "bsiz=#7 esiz=#256 klbl=%0102 atag=t") == 1);
	CHECK_OK(update(&home, KEY, "atag=t", "esiz=#8", kc_bytes(NULL, 0)));
	CHECK_OK(update(&home, KEY, "atag=t", "", kc_bytes_str("no key")));
	CHECK_OK_FATAL(words_find(&home, KEY, "bsiz=#7 esiz=#8 klbl=%0102 atag=t", &found));
	CHECK(!kc_attrs_get(&found.rows[0].attrs, name_of("spki")));
	CHECK_OK(update(&home, KEY, "atag=t", "", kc_secret_bytes(&bytes)));
	CHECK_OK_FATAL(words_find(&home, KEY, "bsiz=#7 esiz=#8 klbl=%0102 atag=t", &found));
	CHECK(kc_attrs_get_bytes(&found.rows[0].attrs, name_of("spki")).len > 0);
	/* A key of another type than it is said to be says nothing, and nor does one of no half. */
	CHECK_OK(add(&home, KEY, "kcls=1 type=42 atag=r", kc_secret_bytes(&bytes), NULL));
	CHECK_OK(add(&home, KEY, "kcls=2 atag=s", kc_secret_bytes(&bytes), NULL));
	CHECK(words_count(&home, KEY, "bsiz=#0 klbl=") == 2);
}

/* Raw as they are, the two are an identity. */
static void raw_halves_of_an_identity(void)
{
	KC_CLEANUP_BUF struct kc_buf certificate = KC_BUF_INIT, key = KC_BUF_INIT;
	CLEANUP_HOME struct home home = HOME_INIT;

	home_init(&home);
	CHECK_FATAL(file_read_data("import/alice.cert.der", &certificate));
	CHECK_FATAL(file_read_data("import/rsa.pkcs1.der", &key));
	CHECK_OK(add(&home, CERT, "", kc_buf_bytes(&certificate), NULL));
	CHECK_OK(add(&home, KEY, "kcls=1 type=42", kc_buf_bytes(&key), NULL));
	CHECK(words_count(&home, KC_CLASS_IDENTITY, "bsiz=#2048 ctyp=#3") == 1);
}

/* Another device, which gets what travels, has the same item. */
static void devices_have_the_same_key(void)
{
	KC_CLEANUP_ITEM struct kc_item here = KC_ITEM_INIT, there = KC_ITEM_INIT;
	KC_CLEANUP_ATTRS struct kc_attrs given = KC_ATTRS_INIT, sent = KC_ATTRS_INIT;
	KC_CLEANUP_BUF struct kc_buf a = KC_BUF_INIT, b = KC_BUF_INIT, bare = KC_BUF_INIT;
	const struct kc_attrs none = KC_ATTRS_INIT;
	const struct kc_value label = kc_value_bytes(kc_bytes_str("label"));

	words_attrs(&given, "agrp=user kcls=#1 atag=t sync=#1");
	CHECK_OK_FATAL(kc_item_build(KEY, &given, NULL, &here));
	CHECK_OK(kc_item_put_key(&here, true, &bare));
	CHECK_OK(kc_item_set_own(&here, name_of("klbl"), &label));
	CHECK(kc_bytes_equal(
		kc_attrs_get_bytes(&here.attrs, name_of("klbl")), kc_bytes_str("label")));
	for (size_t i = 0; i < here.attrs.count; i++)
		if (kc_ruler_find(KEY, here.attrs.rows[i].name)->synced)
			kc_attrs_set(&sent, here.attrs.rows[i].name, &here.attrs.rows[i].value);
	CHECK_OK_FATAL(kc_item_build_remote(KEY, &sent, &none, NULL, &there));
	CHECK_OK(kc_item_put_key(&here, true, &a));
	CHECK_OK(kc_item_put_key(&there, true, &b));
	CHECK(kc_bytes_equal(kc_buf_bytes(&a), kc_buf_bytes(&b)));
	CHECK(kc_bytes_equal(kc_buf_bytes(&a), kc_buf_bytes(&bare)));
	kc_item_drop_own(&there);
	CHECK(!kc_attrs_get(&there.attrs, name_of("klbl")));
	CHECK(kc_attrs_get(&there.attrs, name_of("atag")) != NULL);
}

int main(void)
{
	static const struct check_test tests[] = {
		CHECK_TEST(certificates_describe_themselves),
		CHECK_TEST(callers_know_better),
		CHECK_TEST(other_bytes_say_other_things),
		CHECK_TEST(raw_keys_describe_themselves),
		CHECK_TEST(a_tag_names_one_raw_key),
		CHECK_TEST(what_a_caller_says_of_a_key_stays),
		CHECK_TEST(raw_halves_of_an_identity),
		CHECK_TEST(devices_have_the_same_key),
	};

	home_use_memory();
	return check_main("describe", tests, KC_COUNT_OF(tests));
}
