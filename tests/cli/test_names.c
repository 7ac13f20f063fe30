/* SPDX-License-Identifier: ISC */
/* What the words on a command line become: URLs and dictionaries; and devices of one name. */
#include <string.h>

#include "cli/attr.h"
#include "cli/device.h"
#include "cli/dictionary.h"
#include "cli/url.h"
#include "tests/check.h"

static void names_become_servers(void)
{
	static const struct {
		const char *name;
		kc_err wanted;
		const char *server, *protocol, *user, *path;
		int port;
		const char *again; /* as it is written back */
	} rows[] = {
		{"github.com", KC_OK, "github.com", "htps", "", "", 0, "github.com"},
		{"GitHub.com", KC_OK, "GitHub.com", "htps", "", "", 0, "GitHub.com"},
		{"My bank", KC_OK, "My bank", "htps", "", "", 0, "My bank"},
		{"localhost:3000", KC_OK, "localhost:3000", "htps", "", "", 0, "localhost:3000"},
		{"https://GitHub.com", KC_OK, "github.com", "htps", "", "", 0, "github.com"},
		{"https://github.com/", KC_OK, "github.com", "htps", "", "", 0, "github.com"},
		{"HTTPS://h/a/b?q#f", KC_OK, "h", "htps", "", "/a/b", 0, "https://h/a/b"},
		{"https://h:443", KC_OK, "h", "htps", "", "", 443, "https://h:443"},
		{"https://h:", KC_OK, "h", "htps", "", "", 0, "h"},
		{"https://h?x/y", KC_OK, "h", "htps", "", "", 0, "h"},
		{"http://h", KC_OK, "h", "http", "", "", 0, "http://h"},
		{"ssh://ana@h:2222/x", KC_OK, "h", "ssh ", "ana", "/x", 2222, "ssh://h:2222/x"},
		{"sftp://h", KC_OK, "h", "ssh ", "", "", 0, "ssh://h"},
		{"imaps://a@b.example@h", KC_OK, "h", "imps", "a@b.example", "", 0, "imaps://h"},
		{"smb://nas/share", KC_OK, "nas", "smb ", "", "/share", 0, "smb://nas/share"},
		{"https://[2001:db8::1]:8443/", KC_OK, "2001:db8::1", "htps", "", "", 8443,
			"https://[2001:db8::1]:8443"},
		{"", KC_E_PARAM, 0, 0, 0, 0, 0, 0},
		{"https://", KC_E_PARAM, 0, 0, 0, 0, 0, 0},
		{"https://:80", KC_E_PARAM, 0, 0, 0, 0, 0, 0},
		{"https://h:70000", KC_E_PARAM, 0, 0, 0, 0, 0, 0},
		{"https://h:8o", KC_E_PARAM, 0, 0, 0, 0, 0, 0},
		{"https://[::1", KC_E_PARAM, 0, 0, 0, 0, 0, 0},
		{"https://[::1]x", KC_E_PARAM, 0, 0, 0, 0, 0, 0},
		{"https://ana:secret@h", KC_E_PARAM, 0, 0, 0, 0, 0, 0},
		{"gopher://h", KC_E_UNSUPPORTED, 0, 0, 0, 0, 0, 0},
	};
	for (size_t i = 0; i < KC_COUNT_OF(rows); i++) {
		KC_CLEANUP_URL struct kc_url url = {0};
		KC_CLEANUP_ATTRS struct kc_attrs attrs = KC_ATTRS_INIT;
		KC_CLEANUP_BUF struct kc_buf again = KC_BUF_INIT;
		CHECK_ERR(kc_url_parse(kc_bytes_str(rows[i].name), &url), rows[i].wanted);
		if (rows[i].wanted != KC_OK)
			continue;
		kc_url_set(&url, &attrs);
#define ATTR_IS(name, text) kc_bytes_equal(kc_attrs_get_bytes(&attrs, name), kc_bytes_str(text))
		CHECK_MSG(ATTR_IS(KC_ATTR_SERVER, rows[i].server), rows[i].name);
		CHECK_MSG(ATTR_IS(KC_ATTR_PROTOCOL, rows[i].protocol), rows[i].name);
		CHECK_MSG(ATTR_IS(KC_ATTR_PATH, rows[i].path), rows[i].name);
		CHECK_MSG(
			kc_attrs_get_number(&attrs, KC_ATTR_PORT, 0) == rows[i].port, rows[i].name);
		CHECK_MSG(kc_bytes_equal(url.user, kc_bytes_str(rows[i].user)), rows[i].name);
		kc_url_push(&again, &attrs);
		CHECK_MSG(kc_bytes_equal(kc_buf_bytes(&again), kc_bytes_str(rows[i].again)),
			rows[i].name);
	}
}

static void dictionaries_become_queries(void)
{
	KC_CLEANUP_QUERY struct kc_query query = KC_QUERY_INIT;
	struct kc_facts facts = {0};

	CHECK_OK(kc_dictionary_parse_query("class=genp,svce=a\\,b\\=c\\\\,acct=,sync=1,klbl=0x00fF,"
					   "cdat=2001-01-01T00:00:01Z,m_Limit=5",
		&facts, &query));
	CHECK(query.class == KC_CLASS_GENERIC && query.sync == KC_SYNC_SYNCED && query.limit == 5);
	CHECK(query.tomb == KC_TOMB_LIVE && query.attrs.count == 4);
	CHECK(kc_bytes_equal(
		kc_attrs_get_bytes(&query.attrs, KC_ATTR_SERVICE), kc_bytes_str("a,b=c\\")));
	CHECK(kc_attrs_get(&query.attrs, KC_ATTR_ACCOUNT)->bytes.len == 0);
	CHECK(kc_attrs_get(&query.attrs, KC_ATTR_KEY_HASH)->type == KC_VALUE_BYTES);
	CHECK(kc_bytes_equal(
		kc_attrs_get_bytes(&query.attrs, KC_ATTR_KEY_HASH), kc_bytes("\x00\xff", 2)));
	CHECK(kc_attrs_get_date(&query.attrs, KC_ATTR_CREATED, 0) == 1);
	CHECK_OK(kc_dictionary_parse_query("", &facts, &query));
	CHECK(query.class == 0 && query.sync == KC_SYNC_ANY && query.limit == 0);
	CHECK_OK(kc_dictionary_parse_query("tomb=1,sync=0,m_Limit=m_LimitOne", &facts, &query));
	CHECK(query.tomb == KC_TOMB_DEAD && query.sync == KC_SYNC_LOCAL && query.limit == 1);
	kc_facts_done(&facts);
}

static void bad_dictionaries_are_refused(void)
{
	static const struct {
		const char *text;
		kc_err wanted;
	} rows[] = {
		{"svce", KC_E_PARAM},
		{"service=x", KC_E_PARAM},
		{"class=password", KC_E_NO_SUCH_CLASS},
		{"sync=2", KC_E_PARAM},
		{"sync=yes", KC_E_PARAM},
		{"cdat=now", KC_E_PARAM},
		{"m_Limit=0", KC_E_PARAM},
		{"m_Limit=many", KC_E_PARAM},
		{"v_Data=hunter2", KC_E_PARAM},
	};
	for (size_t i = 0; i < KC_COUNT_OF(rows); i++) {
		KC_CLEANUP_QUERY struct kc_query query = KC_QUERY_INIT;
		struct kc_facts facts = {0};
		CHECK_ERR(kc_dictionary_parse_query(rows[i].text, &facts, &query), rows[i].wanted);
		CHECK_MSG(query.attrs.count == 0 && query.class == 0, rows[i].text);
		CHECK_MSG(
			rows[i].wanted != KC_E_PARAM || facts.known[KC_FACT_PROBLEM], rows[i].text);
		kc_facts_done(&facts);
	}
}

static void dictionaries_become_attributes(void)
{
	KC_CLEANUP_ATTRS struct kc_attrs attrs = KC_ATTRS_INIT;
	struct kc_facts facts = {0};
	kc_name class = 1;

	CHECK_OK(kc_dictionary_parse_attrs("acct=ana,sync=1,port=80", &facts, &class, &attrs));
	CHECK(class == 0 && attrs.count == 3);
	CHECK(kc_attrs_get_number(&attrs, KC_ATTR_SYNC, -1) == 1);
	CHECK(kc_attrs_get(&attrs, KC_ATTR_PORT)->type == KC_VALUE_STRING); /* the ruler decides */
	CHECK_OK(kc_dictionary_parse_attrs("class=inet,sync=syna", &facts, &class, &attrs));
	CHECK(class == KC_CLASS_INTERNET && kc_attrs_get_number(&attrs, KC_ATTR_SYNC, -1) == 0);
	CHECK_ERR(kc_dictionary_parse_attrs("m_Limit=1", &facts, &class, &attrs), KC_E_PARAM);
	kc_facts_done(&facts);
}

/* By their numbers, where both are in and the name has room for it. */
static void devices_of_one_name_are_told_apart(void)
{
	struct kc_device rows[] = {
		{.name = "de", .id = {0xab, 0xcd, 1}, .standing = KC_DEVICE_MEMBER},
		{.name = "de", .id = {2}, .standing = KC_DEVICE_STALE},
		{.name = "de", .id = {3}, .standing = KC_DEVICE_REMOVED},
		{.name = "lap", .id = {4}, .standing = KC_DEVICE_MEMBER},
		{.name = "lap", .id = {5}, .standing = KC_DEVICE_RETIRED},
		{.id = {6}, .standing = KC_DEVICE_MEMBER},
		{.id = {7}, .standing = KC_DEVICE_MEMBER},
	};
	struct kc_device_list list = {.rows = rows, .count = KC_COUNT_OF(rows)};

	memset(rows[5].name, 'x', KC_DEVICE_NAME_MAX);
	memset(rows[6].name, 'x', KC_DEVICE_NAME_MAX);
	kc_device_tell_apart(&list);
	CHECK(strcmp(rows[0].name, "de (abcd0100)") == 0);
	CHECK(strcmp(rows[1].name, "de (02000000)") == 0);
	CHECK(strcmp(rows[2].name, "de") == 0);
	CHECK(strcmp(rows[3].name, "lap") == 0 && strcmp(rows[4].name, "lap") == 0);
	CHECK(strlen(rows[5].name) == KC_DEVICE_NAME_MAX);
}

int main(void)
{
	static const struct check_test tests[] = {
		CHECK_TEST(names_become_servers),
		CHECK_TEST(dictionaries_become_queries),
		CHECK_TEST(bad_dictionaries_are_refused),
		CHECK_TEST(dictionaries_become_attributes),
		CHECK_TEST(devices_of_one_name_are_told_apart),
	};
	return check_main("cli/names", tests, KC_COUNT_OF(tests));
}
