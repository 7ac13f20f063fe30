/* SPDX-License-Identifier: ISC */
/* Conversion of values by kind, the ruler's checks, primary keys, the policy: rows of facts. */
#include <string.h>

#include "backend/item/policy.h"
#include "base/clock.h"
#include "tests/check.h"

#define TEXT(text)                                                                             \
	{                                                                                      \
		.type = KC_VALUE_STRING, .bytes = {(const uint8_t *)(text), sizeof(text) - 1 } \
	}
#define DATA(text)                                                                            \
	{                                                                                     \
		.type = KC_VALUE_BYTES, .bytes = {(const uint8_t *)(text), sizeof(text) - 1 } \
	}
#define NUM(n)                                       \
	{                                            \
		.type = KC_VALUE_NUMBER, .number = n \
	}
#define YES                                        \
	{                                          \
		.type = KC_VALUE_BOOL, .number = 1 \
	}
#define DAY(d)                                   \
	{                                        \
		.type = KC_VALUE_DATE, .date = d \
	}
#define NIL                           \
	{                             \
		.type = KC_VALUE_NULL \
	}
#define TWENTY "12345678901234567890"
#define SIXTEEN "1234567890123456"

/* clang-format off */
static const struct conversion {
	const char *what;
	enum kc_kind kind;
	bool as_filter;
	struct kc_value given;
	kc_err err;
	struct kc_value wanted;
} conversions[] = {
	{"blob keeps text",               KC_KIND_BLOB,   false, TEXT("ada"),     KC_OK,      TEXT("ada")},
	{"blob keeps data",               KC_KIND_BLOB,   false, DATA("ada"),     KC_OK,      DATA("ada")},
	{"blob keeps a number",           KC_KIND_BLOB,   false, NUM(5),          KC_OK,      NUM(5)},
	{"blob refuses a boolean",        KC_KIND_BLOB,   false, YES,             KC_E_PARAM, NIL},
	{"blob refuses a date",           KC_KIND_BLOB,   false, DAY(1),          KC_E_PARAM, NIL},
	{"blob refuses null",             KC_KIND_BLOB,   false, NIL,             KC_E_PARAM, NIL},
	{"blob refuses bad UTF-8",        KC_KIND_BLOB,   false, TEXT("\xff"),    KC_E_PARAM, NIL},
	{"blob takes any data",           KC_KIND_BLOB,   false, DATA("\xff"),    KC_OK,      DATA("\xff")},
	{"data keeps data",               KC_KIND_DATA,   false, DATA("\xff"),    KC_OK,      DATA("\xff")},
	{"data makes bytes of text",      KC_KIND_DATA,   false, TEXT("ada"),     KC_OK,      DATA("ada")},
	{"data makes 4 bytes of 5",       KC_KIND_DATA,   false, NUM(5),          KC_OK,      DATA("\5\0\0\0")},
	{"data makes 4 bytes of -2",      KC_KIND_DATA,   false, NUM(-2),         KC_OK,      DATA("\xfe\xff\xff\xff")},
	{"data refuses a boolean",        KC_KIND_DATA,   false, YES,             KC_E_PARAM, NIL},
	{"data refuses a date",           KC_KIND_DATA,   false, DAY(1),          KC_E_PARAM, NIL},
	{"string keeps text",             KC_KIND_STRING, false, TEXT("ada"),     KC_OK,      TEXT("ada")},
	{"string reads data as UTF-8",    KC_KIND_STRING, false, DATA("\xc3\xa4"), KC_OK,     TEXT("\xc3\xa4")},
	{"string refuses other data",     KC_KIND_STRING, false, DATA("\xc3"),    KC_E_PARAM, NIL},
	{"string refuses a number",       KC_KIND_STRING, false, NUM(1),          KC_E_PARAM, NIL},
	{"number keeps a number",         KC_KIND_NUMBER, false, NUM(1 << 30),    KC_OK,      NUM(1 << 30)},
	{"number takes a boolean",        KC_KIND_NUMBER, false, YES,             KC_OK,      NUM(1)},
	{"number reads decimal text",     KC_KIND_NUMBER, false, TEXT("80"),      KC_OK,      NUM(80)},
	{"number reads a negative one",   KC_KIND_NUMBER, false, TEXT("-2147483648"), KC_OK,  NUM(INT32_MIN)},
	{"number reads zero",             KC_KIND_NUMBER, false, TEXT("0"),       KC_OK,      NUM(0)},
	{"number keeps 2147483648",       KC_KIND_NUMBER, false, TEXT("2147483648"), KC_OK,   TEXT("2147483648")},
	{"number keeps leading zeros",    KC_KIND_NUMBER, false, TEXT("080"),     KC_OK,      TEXT("080")},
	{"number keeps a plus sign",      KC_KIND_NUMBER, false, TEXT("+80"),     KC_OK,      TEXT("+80")},
	{"number keeps minus zero",       KC_KIND_NUMBER, false, TEXT("-0"),      KC_OK,      TEXT("-0")},
	{"number keeps a blank",          KC_KIND_NUMBER, false, TEXT(" 80"),     KC_OK,      TEXT(" 80")},
	{"number keeps a lone minus",     KC_KIND_NUMBER, false, TEXT("-"),       KC_OK,      TEXT("-")},
	{"number keeps words",            KC_KIND_NUMBER, false, TEXT("htps"),    KC_OK,      TEXT("htps")},
	{"number keeps nothing",          KC_KIND_NUMBER, false, TEXT(""),        KC_OK,      TEXT("")},
	{"number refuses data",           KC_KIND_NUMBER, false, DATA("80"),      KC_E_PARAM, NIL},
	{"date keeps a date",             KC_KIND_DATE,   false, DAY(1.5),        KC_OK,      DAY(1.5)},
	{"date refuses a number",         KC_KIND_DATE,   false, NUM(1),          KC_E_PARAM, NIL},
	{"date refuses text",             KC_KIND_DATE,   false, TEXT("1"),       KC_E_PARAM, NIL},
	{"access takes ak",               KC_KIND_ACCESS, false, TEXT("ak"),      KC_OK,      TEXT("ak")},
	{"access takes akpu as data",     KC_KIND_ACCESS, false, DATA("akpu"),    KC_OK,      TEXT("akpu")},
	{"access refuses another word",   KC_KIND_ACCESS, false, TEXT("dog"),     KC_E_PARAM, NIL},
	{"access refuses f to store",     KC_KIND_ACCESS, false, TEXT("f"),       KC_E_PARAM, NIL},
	{"access takes f as a filter",    KC_KIND_ACCESS, true,  TEXT("f"),       KC_OK,      TEXT("f")},
	{"access refuses dog as filter",  KC_KIND_ACCESS, true,  TEXT("dog"),     KC_E_PARAM, NIL},
	{"flag takes a boolean",          KC_KIND_FLAG,   false, YES,             KC_OK,      NUM(1)},
	{"flag takes text",               KC_KIND_FLAG,   false, TEXT("0"),       KC_OK,      NUM(0)},
	{"flag refuses two",              KC_KIND_FLAG,   false, NUM(2),          KC_E_PARAM, NIL},
	{"flag refuses words",            KC_KIND_FLAG,   false, TEXT("syna"),    KC_E_PARAM, NIL},
	{"sync takes any",                KC_KIND_SYNC,   false, TEXT("syna"),    KC_OK,      TEXT("syna")},
	{"sync takes a boolean",          KC_KIND_SYNC,   false, YES,             KC_OK,      NUM(1)},
	{"sync refuses data",             KC_KIND_SYNC,   false, DATA("1"),       KC_E_PARAM, NIL},
	{"sync refuses a date",           KC_KIND_SYNC,   false, DAY(0),          KC_E_PARAM, NIL},
	{"sha1 takes 20 bytes",           KC_KIND_SHA1,   true,  DATA(TWENTY),    KC_OK,      DATA(TWENTY)},
	{"sha1 refuses 16 bytes",         KC_KIND_SHA1,   true,  DATA(SIXTEEN),   KC_E_PARAM, NIL},
	{"sha1 refuses text",             KC_KIND_SHA1,   true,  TEXT(TWENTY),    KC_E_PARAM, NIL},
	{"uuid takes 16 bytes",           KC_KIND_UUID,   false, DATA(SIXTEEN),   KC_OK,      DATA(SIXTEEN)},
	{"uuid takes none",               KC_KIND_UUID,   false, DATA(""),        KC_OK,      DATA("")},
	{"uuid takes null",               KC_KIND_UUID,   false, NIL,             KC_OK,      DATA("")},
	{"uuid refuses 20 bytes",         KC_KIND_UUID,   false, DATA(TWENTY),    KC_E_PARAM, NIL},
	{"secret takes data",             KC_KIND_SECRET, false, DATA("x"),       KC_OK,      DATA("x")},
	{"secret refuses text",           KC_KIND_SECRET, false, TEXT("x"),       KC_E_PARAM, NIL},
};

static const struct check_row {
	const char *what;
	const char *class, *name;
	enum kc_ruler_use use;
	struct kc_value given;
	kc_err err;
} checks[] = {
	{"unknown attribute",             "genp", "zzzz", KC_USE_ADD,    TEXT("x"),  KC_E_NO_SUCH_ATTR},
	{"attribute of another class",    "genp", "srvr", KC_USE_ADD,    TEXT("x"),  KC_E_NO_SUCH_ATTR},
	{"unknown class",                 "apls", "acct", KC_USE_ADD,    TEXT("x"),  KC_E_NO_SUCH_CLASS},
	{"mdat on add is ignored",        "genp", "mdat", KC_USE_ADD,    DAY(5),     KC_OK},
	{"musr on update is ignored",     "genp", "musr", KC_USE_UPDATE, DATA(""),   KC_OK},
	{"but must be a user",            "genp", "musr", KC_USE_UPDATE, TEXT("x"),  KC_E_PARAM},
	{"musr on add",                   "genp", "musr", KC_USE_ADD,    DATA(""),   KC_E_PARAM},
	{"ggrp on update",                "genp", "ggrp", KC_USE_UPDATE, TEXT("x"),  KC_E_PARAM},
	{"clip anywhere",                 "genp", "clip", KC_USE_QUERY,  NUM(0),     KC_E_PARAM},
	{"sha1 on add",                   "genp", "sha1", KC_USE_ADD,    DATA(TWENTY), KC_E_PARAM},
	{"accc as a filter",              "genp", "accc", KC_USE_QUERY,  DATA("x"),  KC_E_PARAM},
	{"spki as a filter",              "keys", "spki", KC_USE_QUERY,  DATA("x"),  KC_E_PARAM},
	{"bin0 as a filter",              "inet", "bin0", KC_USE_QUERY,  DATA("x"),  KC_E_PARAM},
	{"cdat on update",                "genp", "cdat", KC_USE_UPDATE, DAY(5),     KC_OK},
	{"a key class that is no number", "keys", "kcls", KC_USE_ADD,    TEXT("string-2"), KC_OK},
};
/* clang-format on */

static void values_are_converted(void)
{
	for (size_t i = 0; i < KC_COUNT_OF(conversions); i++) {
		const struct conversion *row = &conversions[i];
		uint8_t scratch[KC_KIND_SCRATCH_LEN];
		struct kc_value got = {.type = KC_VALUE_NULL};
		kc_err err = kc_kind_convert(row->kind, row->as_filter, &row->given, scratch, &got);
		CHECK_MSG(err == row->err, row->what);
		CHECK_MSG(kc_value_equal(&got, &row->wanted), row->what);
	}
}

static void the_ruler_checks_names(void)
{
	for (size_t i = 0; i < KC_COUNT_OF(checks); i++) {
		const struct check_row *row = &checks[i];
		KC_CLEANUP_ATTRS struct kc_attrs given = KC_ATTRS_INIT, converted = KC_ATTRS_INIT;
		kc_attrs_set(&given, kc_name_from(kc_bytes_str(row->name)), &row->given);
		CHECK_MSG(kc_ruler_convert(kc_name_from(kc_bytes_str(row->class)), row->use, &given,
				  &converted) == row->err,
			row->what);
	}
}

static void attributes_have_a_limit(void)
{
	KC_CLEANUP_BUF struct kc_buf big = KC_BUF_INIT;
	KC_CLEANUP_ATTRS struct kc_attrs given = KC_ATTRS_INIT, converted = KC_ATTRS_INIT;

	kc_buf_extend(&big, KC_RULER_MAX_VALUE);
	kc_attrs_set_bytes(&given, KC_NAME('a', 'c', 'c', 't'), kc_buf_bytes(&big));
	CHECK_OK(kc_ruler_convert(KC_CLASS_GENERIC, KC_USE_ADD, &given, &converted));
	kc_buf_push_byte(&big, 0);
	kc_attrs_set_bytes(&given, KC_NAME('a', 'c', 'c', 't'), kc_buf_bytes(&big));
	CHECK_ERR(
		kc_ruler_convert(KC_CLASS_GENERIC, KC_USE_ADD, &given, &converted), KC_E_TOO_LARGE);
}

/* A mistake in the ruler shows here before it shows in a database. */
static void the_ruler_is_sound(void)
{
	size_t count;
	const struct kc_ruler_row *rows = kc_ruler_rows(&count);

	for (size_t i = 0; i < count; i++) {
		char name[5];
		kc_name_text(rows[i].name, name);
		for (size_t j = 0; j < i; j++)
			CHECK_MSG(rows[i].name != rows[j].name, name);
		CHECK_MSG((rows[i].key & ~rows[i].classes) == 0, name);
		CHECK_MSG((rows[i].needed & ~rows[i].classes) == 0, name);
		CHECK_MSG((rows[i].needed != 0) == (rows[i].otherwise != KC_DEFAULT_NONE), name);
		CHECK_MSG((rows[i].kind == KC_KIND_SECRET) == (rows[i].output == KC_OUTPUT_SECRET),
			name);
		CHECK_MSG(rows[i].since == 1, name);
	}
}

static void put_attr(struct kc_attrs *attrs, const char *name, struct kc_value value)
{
	kc_attrs_set(attrs, kc_name_from(kc_bytes_str(name)), &value);
}

static void key_of(
	kc_name class, const char *name, struct kc_value value, bool sync, struct kc_buf *ret)
{
	KC_CLEANUP_ITEM struct kc_item item = KC_ITEM_INIT;
	KC_CLEANUP_ATTRS struct kc_attrs given = KC_ATTRS_INIT;

	put_attr(&given, "agrp", kc_value_str("user"));
	if (name)
		put_attr(&given, name, value);
	CHECK_OK_FATAL(kc_item_build(class, &given, NULL, &item));
	CHECK_OK_FATAL(kc_item_put_key(&item, sync, ret));
}

static void primary_keys(void)
{
	/* clang-format off */
	static const struct {
		const char *what;
		const char *name;
		struct kc_value a, b;
		bool same;
	} rows[] = {
		{"text and data of one account",    "acct", TEXT("x"),  DATA("x"),          true},
		{"another account",                 "acct", TEXT("x"),  TEXT("X"),          false},
		{"a number and its four bytes",     "acct", NUM(5),     DATA("\5\0\0\0"),   true},
		{"a number and its text",           "acct", NUM(5),     TEXT("5"),          false},
		{"no view hint and an empty one",   "vwht", TEXT(""),   TEXT(""),           true},
		{"another group",                   "agrp", TEXT("a"),  TEXT("b"),          false},
		{"gena does not count",             "gena", TEXT("a"),  TEXT("b"),          true},
		{"labl does not count",             "labl", TEXT("a"),  TEXT("b"),          true},
		{"a discriminator",                 "kcid", DATA("a"),  DATA("b"),          false},
	};
	/* clang-format on */
	for (size_t i = 0; i < KC_COUNT_OF(rows); i++) {
		KC_CLEANUP_BUF struct kc_buf a = KC_BUF_INIT, b = KC_BUF_INIT;
		key_of(KC_CLASS_GENERIC, rows[i].name, rows[i].a, false, &a);
		key_of(KC_CLASS_GENERIC, rows[i].name, rows[i].b, false, &b);
		CHECK_MSG(kc_bytes_equal(kc_buf_bytes(&a), kc_buf_bytes(&b)) == rows[i].same,
			rows[i].what);
	}
}

static void absent_and_empty_are_one_key(void)
{
	KC_CLEANUP_BUF struct kc_buf absent = KC_BUF_INIT, empty = KC_BUF_INIT;
	KC_CLEANUP_BUF struct kc_buf synced = KC_BUF_INIT, other = KC_BUF_INIT;

	key_of(KC_CLASS_INTERNET, NULL, kc_value_null(), false, &absent);
	key_of(KC_CLASS_INTERNET, "vwht", kc_value_str(""), false, &empty);
	key_of(KC_CLASS_INTERNET, NULL, kc_value_null(), true, &synced);
	key_of(KC_CLASS_GENERIC, NULL, kc_value_null(), false, &other);
	CHECK(kc_bytes_equal(kc_buf_bytes(&absent), kc_buf_bytes(&empty)));
	CHECK(!kc_bytes_equal(kc_buf_bytes(&absent), kc_buf_bytes(&synced)));
	CHECK(!kc_bytes_equal(kc_buf_bytes(&absent), kc_buf_bytes(&other)));
}

static void defaults(void)
{
	/* clang-format off */
	static const struct {
		const char *what, *class, *name;
		struct kc_value given;
		const char *access;
	} rows[] = {
		{"a password",          "genp", "acct", TEXT("x"), "ak"},
		{"a certificate",       "cert", "labl", TEXT("x"), "dk"},
		{"a public key",        "keys", "kcls", TEXT("0"), "dk"},
		{"a private key",       "keys", "kcls", NUM(1),    "ak"},
		{"a symmetric key",     "keys", "kcls", TEXT("2"), "ak"},
		{"a key of no class",   "keys", "labl", TEXT("x"), "ak"},
		{"the user's choice",   "cert", "pdmn", TEXT("cku"), "cku"},
	};
	/* clang-format on */
	for (size_t i = 0; i < KC_COUNT_OF(rows); i++) {
		KC_CLEANUP_ITEM struct kc_item item = KC_ITEM_INIT;
		KC_CLEANUP_ATTRS struct kc_attrs given = KC_ATTRS_INIT;
		put_attr(&given, "agrp", kc_value_str("user"));
		put_attr(&given, rows[i].name, rows[i].given);
		CHECK_OK_FATAL(kc_item_build(
			kc_name_from(kc_bytes_str(rows[i].class)), &given, NULL, &item));
		CHECK_MSG(strcmp(kc_protection_text(item.protection), rows[i].access) == 0,
			rows[i].what);
		CHECK_MSG(kc_bytes_equal(kc_attrs_get_bytes(&item.attrs, KC_ATTR_PDMN),
				  kc_bytes_str(rows[i].access)),
			rows[i].what);
	}
}

static void dates_only_go_up(void)
{
	KC_CLEANUP_ITEM struct kc_item item = KC_ITEM_INIT;
	double future = kc_clock_absolute() + 1000;

	kc_item_touch(&item, 0);
	CHECK(kc_attrs_get_date(&item.attrs, KC_ATTR_MDAT, 0) >= future - 1001);
	kc_item_touch(&item, future);
	CHECK(kc_attrs_get_date(&item.attrs, KC_ATTR_MDAT, 0) > future);
	CHECK(kc_attrs_get_date(&item.attrs, KC_ATTR_MDAT, 0) < future + 0.01);
}

static void policy(void)
{
	/* clang-format off */
	static const struct {
		const char *class, *group, *name, *value, *access;
		bool sync;
		enum kc_view view;
	} rows[] = {
		{"genp", "user",          NULL,   NULL,          "ak",  true,  KC_VIEW_PASSWORDS},
		{"inet", "user",          NULL,   NULL,          "ck",  true,  KC_VIEW_PASSWORDS},
		{"genp", "user",          NULL,   NULL,          "ak",  false, KC_VIEW_NEVER},
		{"genp", "user",          NULL,   NULL,          "aku", true,  KC_VIEW_NEVER},
		{"genp", "user",          NULL,   NULL,          "akpu", true, KC_VIEW_NEVER},
		{"genp", "user",          "tkid", "card",        "ak",  true,  KC_VIEW_NEVER},
		{"genp", "user",          "tkid", "",            "ak",  true,  KC_VIEW_PASSWORDS},
		{"genp", "user",          "vwht", "WiFi",        "ak",  true,  KC_VIEW_WIFI},
		{"cert", "user",          "vwht", "passwords",   "ak",  true,  KC_VIEW_PASSWORDS},
		{"genp", "user",          "vwht", "never",       "ak",  true,  KC_VIEW_PASSWORDS},
		{"genp", "user",          "vwht", "HomeKit",     "ak",  true,  KC_VIEW_NEVER},
		{"genp", "user",          "vwht", "AppleTV",     "ak",  true,  KC_VIEW_NEVER},
		{"genp", "user",          "vwht", "ContinuityUnlock", "ak", true, KC_VIEW_NEVER},
		{"genp", "user",          "vwht", "Unknown",     "ak",  true,  KC_VIEW_PASSWORDS},
		{"genp", "user",          "svce", "AirPort",     "ak",  true,  KC_VIEW_WIFI},
		{"inet", "wifi",          NULL,   NULL,          "ak",  true,  KC_VIEW_WIFI},
		{"genp", "cards",         NULL,   NULL,          "ak",  true,  KC_VIEW_CARDS},
		{"genp", "home.lights",   NULL,   NULL,          "ak",  true,  KC_VIEW_HOME},
		{"keys", "user",          NULL,   NULL,          "ak",  true,  KC_VIEW_KEYS},
		{"cert", "flatpak.x",     NULL,   NULL,          "dk",  true,  KC_VIEW_KEYS},
		{"genp", "flatpak.x",     NULL,   NULL,          "ak",  true,  KC_VIEW_APPS},
		{"genp", "snap.x",        NULL,   NULL,          "ak",  true,  KC_VIEW_APPS},
		{"genp", "snap",          NULL,   NULL,          "ak",  true,  KC_VIEW_OTHER},
		{"genp", "users",         NULL,   NULL,          "ak",  true,  KC_VIEW_OTHER},
	};
	/* clang-format on */
	for (size_t i = 0; i < KC_COUNT_OF(rows); i++) {
		KC_CLEANUP_ITEM struct kc_item item = KC_ITEM_INIT;
		KC_CLEANUP_ATTRS struct kc_attrs given = KC_ATTRS_INIT;
		put_attr(&given, "agrp", kc_value_str(rows[i].group));
		put_attr(&given, "pdmn", kc_value_str(rows[i].access));
		put_attr(&given, "sync", kc_value_bool(rows[i].sync));
		if (rows[i].name)
			put_attr(&given, rows[i].name, kc_value_str(rows[i].value));
		CHECK_OK_FATAL(kc_item_build(
			kc_name_from(kc_bytes_str(rows[i].class)), &given, NULL, &item));
		CHECK_MSG(kc_policy_view(&item) == rows[i].view, kc_policy_view_name(rows[i].view));
	}
}

/* What another device sends must be what this device would have stored itself. */
static void remote_items_are_checked(void)
{
	/* clang-format off */
	static const struct {
		const char *what, *name;
		struct kc_value value;
		kc_err err;
	} rows[] = {
		{"a good one",                    "acct", TEXT("x"),     KC_OK},
		{"an unknown attribute",          "zzzz", TEXT("x"),     KC_E_NO_SUCH_ATTR},
		{"one that does not travel",      "tkid", TEXT("x"),     KC_E_PARAM},
		{"the sync mark",                 "sync", NUM(0),        KC_E_PARAM},
		{"a number as text",              "invi", TEXT("1"),     KC_E_PARAM},
		{"another type",                  "svce", YES,           KC_E_PARAM},
		{"a protection class from space", "pdmn", TEXT("dog"),   KC_E_PARAM},
	};
	/* clang-format on */
	static const struct kc_attrs nothing = KC_ATTRS_INIT;
	for (size_t i = 0; i < KC_COUNT_OF(rows); i++) {
		KC_CLEANUP_ITEM struct kc_item item = KC_ITEM_INIT;
		KC_CLEANUP_ATTRS struct kc_attrs sent = KC_ATTRS_INIT;
		put_attr(&sent, "agrp", kc_value_str("user"));
		put_attr(&sent, "cdat", kc_value_date(1));
		put_attr(&sent, "mdat", kc_value_date(2));
		put_attr(&sent, "pdmn", kc_value_str("ak"));
		put_attr(&sent, rows[i].name, rows[i].value);
		CHECK_MSG(kc_item_build_remote(KC_CLASS_GENERIC, &sent, &nothing, NULL, &item) ==
				  rows[i].err,
			rows[i].what);
		if (rows[i].err == KC_OK) {
			CHECK(item.sync);
			CHECK(kc_attrs_get_date(&item.attrs, KC_ATTR_MDAT, 0) == 2);
		}
	}
}

int main(void)
{
	static const struct check_test tests[] = {
		CHECK_TEST(values_are_converted),
		CHECK_TEST(the_ruler_checks_names),
		CHECK_TEST(attributes_have_a_limit),
		CHECK_TEST(the_ruler_is_sound),
		CHECK_TEST(primary_keys),
		CHECK_TEST(absent_and_empty_are_one_key),
		CHECK_TEST(defaults),
		CHECK_TEST(dates_only_go_up),
		CHECK_TEST(policy),
		CHECK_TEST(remote_items_are_checked),
	};
	return check_main("kinds, ruler, items, policy", tests, KC_COUNT_OF(tests));
}
