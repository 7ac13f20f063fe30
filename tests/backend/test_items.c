/* SPDX-License-Identifier: ISC */
/* Adding and finding items through the door. */
#include <stdio.h>
#include <string.h>

#include "backend/item/ruler.h"
#include "tests/backend/words.h"
#include "tests/check.h"

#define GENP KC_CLASS_GENERIC
#define INET KC_CLASS_INTERNET
#define CERT KC_CLASS_CERTIFICATE
#define KEYS KC_CLASS_KEY

static void a_password_lives(void)
{
	CLEANUP_HOME struct home home = HOME_INIT;
	KC_CLEANUP_FOUND_LIST struct kc_found_list found = KC_FOUND_LIST_INIT;

	home_init(&home);
	CHECK_OK_FATAL(words_add(&home, GENP, "svce=mail acct=ada labl=Mail", "open sesame"));
	CHECK_OK_FATAL(words_find(&home, GENP, "svce=mail", &found));
	CHECK_FATAL(found.count == 1);
	CHECK(found.rows[0].class == GENP);
	CHECK(found.rows[0].has_secret);
	CHECK(strcmp(words_text(&found.rows[0].attrs, "acct"), "ada") == 0);
	CHECK(strcmp(words_text(&found.rows[0].attrs, "agrp"), "user") == 0);
	CHECK(strcmp(words_text(&found.rows[0].attrs, "pdmn"), "ak") == 0);
	CHECK(kc_attrs_get_bytes(&found.rows[0].attrs, KC_NAME('s', 'h', 'a', '1')).len == 20);
	CHECK(kc_attrs_get(&found.rows[0].attrs, KC_NAME('m', 'u', 's', 'r')) != NULL);
	CHECK(kc_attrs_get_number(&found.rows[0].attrs, KC_NAME('t', 'o', 'm', 'b'), 7) == 0);
	CHECK(kc_attrs_get_number(&found.rows[0].attrs, KC_NAME('s', 'y', 'n', 'c'), 7) == 0);
	CHECK(kc_attrs_get_date(&found.rows[0].attrs, KC_NAME('c', 'd', 'a', 't'), 0) > 7e8);
	CHECK(kc_attrs_get(&found.rows[0].attrs, KC_NAME('U', 'U', 'I', 'D')) == NULL);
	CHECK(words_has_secret(&home, GENP, "svce=mail", "open sesame"));
	home_open(&home);
	home_unlock(&home);
	CHECK(words_has_secret(&home, GENP, "svce=mail", "open sesame"));
}

/* Each row is added to a keychain that holds "svce=s acct=a" (twice, local and synced). */
static void additions(void)
{
	/* clang-format off */
	static const struct {
		const char *what;
		kc_name class;
		const char *attrs;
		kc_err err;
	} rows[] = {
		{"the same local key",         GENP, "svce=s acct=a",               KC_E_DUPLICATE},
		{"as data",                    GENP, "svce=%73 acct=%61",           KC_E_DUPLICATE},
		{"the same synced key",        GENP, "svce=s acct=a sync=!1",       KC_E_DUPLICATE},
		{"any sync is local",          GENP, "svce=s acct=a sync=syna",     KC_E_DUPLICATE},
		{"gena does not tell apart",   GENP, "svce=s acct=a gena=x",        KC_E_DUPLICATE},
		{"another case",               GENP, "svce=s acct=A",               KC_OK},
		{"another group",              GENP, "svce=s acct=a agrp=other",    KC_OK},
		{"a view hint",                GENP, "svce=s acct=a vwht=WiFi",     KC_OK},
		{"an empty view hint",         GENP, "svce=s acct=a vwht=",         KC_E_DUPLICATE},
		{"another class",              INET, "srvr=s acct=a",               KC_OK},
		{"ports as text and number",   INET, "srvr=p port=80",              KC_OK},
		{"the same port",              INET, "srvr=p port=#80",             KC_E_DUPLICATE},
		{"no such attribute",          GENP, "srvr=x",                      KC_E_NO_SUCH_ATTR},
		{"no such class",              KC_NAME('a','p','l','s'), "acct=x",  KC_E_NO_SUCH_CLASS},
		{"class 0",                    0,    "acct=x",                      KC_E_NO_SUCH_CLASS},
		{"a wrong kind",               GENP, "acct=!1",                     KC_E_PARAM},
		{"a date for a number",        KEYS, "crtr=@5",                     KC_E_PARAM},
		{"protection f",               GENP, "svce=f pdmn=f",               KC_E_PARAM},
		{"synced and bound",           GENP, "svce=b sync=!1 pdmn=aku",     KC_OK},
		{"a tombstone",                GENP, "svce=t tomb=!1",              KC_OK},
		{"a group that is data",       GENP, "svce=s acct=a agrp=%75736572", KC_E_DUPLICATE},
		{"a group that is a number",   GENP, "svce=s agrp=#1",              KC_E_PARAM},
		{"a discriminator",            GENP, "svce=s acct=a kcid=%01",      KC_OK},
		{"its owner may name a uuid",  GENP, "svce=u UUID=x",               KC_OK},
	};
	/* clang-format on */
	CLEANUP_HOME struct home home = HOME_INIT;

	home_init(&home);
	CHECK_OK_FATAL(words_add(&home, GENP, "svce=s acct=a", "one"));
	CHECK_OK_FATAL(words_add(&home, GENP, "svce=s acct=a sync=!1", "two"));
	for (size_t i = 0; i < KC_COUNT_OF(rows); i++)
		CHECK_MSG(words_add(&home, rows[i].class, rows[i].attrs, "x") == rows[i].err,
			rows[i].what);
	CHECK(words_has_secret(&home, GENP, "svce=s acct=a sync=#1", "two"));
}

static void one_of_both_syncs(void)
{
	CLEANUP_HOME struct home home = HOME_INIT;
	struct kc_item_input input = {.class = GENP, .one_of_both_syncs = true};

	home_init(&home);
	words_attrs(&input.attrs, "svce=s acct=a");
	CHECK_OK(words_add(&home, GENP, "svce=s acct=a sync=!1", NULL));
	CHECK_ERR(kc_keychain_item_add(home.keychain, &home_user, &input, 0, NULL), KC_E_DUPLICATE);
	CHECK_OK(words_delete(&home, GENP, "svce=s"));
	CHECK(words_count(&home, GENP, "svce=s tomb=!1") == 1);
	CHECK_OK(kc_keychain_item_add(home.keychain, &home_user, &input, 0, NULL));
	kc_attrs_done(&input.attrs);
}

static void secrets_have_a_limit(void)
{
	CLEANUP_HOME struct home home = HOME_INIT;
	KC_CLEANUP_BUF struct kc_buf big = KC_BUF_INIT;
	struct kc_item_input input = {.class = GENP, .has_secret = true};

	home_init(&home);
	kc_buf_extend(&big, (size_t)1 << 20);
	input.secret = kc_buf_bytes(&big);
	words_attrs(&input.attrs, "svce=big");
	CHECK_OK(kc_keychain_item_add(home.keychain, &home_user, &input, 0, NULL));
	kc_buf_push_byte(&big, 0);
	input.secret = kc_buf_bytes(&big);
	words_attrs(&input.attrs, "svce=bigger");
	CHECK_ERR(kc_keychain_item_add(home.keychain, &home_user, &input, 0, NULL), KC_E_TOO_LARGE);
	words_attrs(&input.attrs, "sync=!1");
	input.secret.len = (size_t)257 << 10;
	CHECK_ERR(kc_keychain_item_add(home.keychain, &home_user, &input, 0, NULL), KC_E_TOO_LARGE);
	input.secret.len = (size_t)250 << 10;
	CHECK_OK(kc_keychain_item_add(home.keychain, &home_user, &input, 0, NULL));
	kc_attrs_done(&input.attrs);
}

static void missing_and_empty_secrets_differ(void)
{
	CLEANUP_HOME struct home home = HOME_INIT;
	KC_CLEANUP_FOUND_LIST struct kc_found_list found = KC_FOUND_LIST_INIT;

	home_init(&home);
	CHECK_OK(words_add(&home, GENP, "svce=none", NULL));
	CHECK_OK(words_add(&home, GENP, "svce=empty", ""));
	CHECK_OK_FATAL(words_find(&home, GENP, "svce=none", &found));
	CHECK(!found.rows[0].has_secret);
	CHECK_OK_FATAL(words_find(&home, GENP, "svce=empty", &found));
	CHECK(found.rows[0].has_secret && found.rows[0].secret.len == 0);
}

/* --- finding ------------------------------------------------------------------------------------
 */

static void add_zoo(struct home *home)
{
	/* clang-format off */
	static const struct { kc_name class; const char *attrs; } zoo[] = {
		{GENP, "svce=mail acct=ada labl=Mail gena=%0102 invi=!1"},
		{GENP, "svce=mail acct=bob labl=Mail pdmn=ck"},
		{GENP, "svce=mail acct=ada sync=!1"},
		{GENP, "svce=chat acct=ada agrp=other"},
		{INET, "srvr=www.example.org acct=ada ptcl=htps port=443"},
		{INET, "srvr=example.org acct=ada ptcl=htps"},
		{INET, "srvr=badexample.org acct=ada ptcl=htps"},
		{CERT, "labl=Ada slnr=%01 diss=%3000 issr=%00"},
		{KEYS, "klbl=%aa kcls=1 type=42 labl=Ada priv=!1 ckid=%aa"},
		{KEYS, "klbl=%aa kcls=0 type=42 labl=Ada"},
	};
	/* clang-format on */
	for (size_t i = 0; i < KC_COUNT_OF(zoo); i++)
		CHECK_OK_FATAL(words_add(home, zoo[i].class, zoo[i].attrs, "zoo secret"));
}

static void filters(void)
{
	/* clang-format off */
	static const struct {
		const char *what;
		kc_name class;
		const char *attrs;
		size_t count;
	} rows[] = {
		{"a class",                     GENP, "",                       4},
		{"any class",                   0,    "",                       10},
		{"any class by label",          0,    "labl=Ada",               3},
		{"any class by what some lack", 0,    "klbl=%aa",               2},
		{"by service",                  GENP, "svce=mail",              3},
		{"as data",                     GENP, "svce=%6d61696c",         3},
		{"two filters",                 GENP, "svce=mail acct=ada",     2},
		{"only local",                  GENP, "svce=mail acct=ada sync=!0", 1},
		{"only synced",                 GENP, "acct=ada sync=#1",       1},
		{"either",                      GENP, "acct=ada sync=syna",     3},
		{"another case",                GENP, "svce=Mail",              0},
		{"a prefix",                    GENP, "svce=mai",               0},
		{"not part of the key",         GENP, "gena=%0102",             1},
		{"a truth value",               GENP, "invi=!1",                1},
		{"its number",                  GENP, "invi=#1",                1},
		{"its text",                    GENP, "invi=1",                 1},
		{"protection",                  GENP, "pdmn=ck",                1},
		{"protection f",                GENP, "pdmn=f",                 0},
		{"a group",                     GENP, "agrp=other",             1},
		{"a port as text",              INET, "port=443",               1},
		{"a port as number",            INET, "port=#443",              1},
		{"a protocol",                  INET, "ptcl=htps",              3},
		{"a default",                   INET, "port=#0",                2},
		{"a key class as text",         KEYS, "kcls=1",                 1},
		{"a key class as number",       KEYS, "kcls=#1",                1},
		{"the whole key",               KEYS, "kcls=1 klbl=%aa type=42 atag= crtr=#0", 1},
		{"an attribute of Keycircle",   KEYS, "ckid=%aa",               1},
		{"raw DER of a certificate",    CERT, "diss=%3000",             1},
		{"tombstones",                  GENP, "tomb=!1",                0},
		{"live ones",                   GENP, "tomb=#0",                4},
	};
	/* clang-format on */
	CLEANUP_HOME struct home home = HOME_INIT;

	home_init(&home);
	add_zoo(&home);
	for (size_t i = 0; i < KC_COUNT_OF(rows); i++)
		CHECK_MSG(words_count(&home, rows[i].class, rows[i].attrs) == rows[i].count,
			rows[i].what);
}

static void faults_of_queries(void)
{
	/* clang-format off */
	static const struct {
		const char *what;
		kc_name class;
		const char *attrs;
		kc_err err;
	} rows[] = {
		{"no such attribute",          GENP, "srvr=x",  KC_E_NO_SUCH_ATTR},
		{"in no class at all",         0,    "zzzz=x",  KC_E_NO_SUCH_ATTR},
		{"no such class",              KC_NAME('a','p','l','s'), "", KC_E_NO_SUCH_CLASS},
		{"a wrong kind",               GENP, "sync=%01", KC_E_PARAM},
		{"not a filter",               KEYS, "spki=%01", KC_E_PARAM},
		{"a wrong access class",       GENP, "pdmn=x",  KC_E_PARAM},
	};
	/* clang-format on */
	CLEANUP_HOME struct home home = HOME_INIT;
	KC_CLEANUP_FOUND_LIST struct kc_found_list found = KC_FOUND_LIST_INIT;

	home_init(&home);
	for (size_t i = 0; i < KC_COUNT_OF(rows); i++)
		CHECK_MSG(words_find(&home, rows[i].class, rows[i].attrs, &found) == rows[i].err,
			rows[i].what);
}

static void hosts_and_their_domains(void)
{
	static const struct {
		const char *host;
		size_t count;
	} rows[] = {
		{"srvr=example.org", 2},
		{"srvr=www.example.org", 1},
		{"srvr=org", 3},
		{"srvr=xample.org", 0},
		{"srvr=.example.org", 0},
		{"srvr=example.org.", 0},
	};
	CLEANUP_HOME struct home home = HOME_INIT;

	home_init(&home);
	add_zoo(&home);
	for (size_t i = 0; i < KC_COUNT_OF(rows); i++) {
		KC_CLEANUP_QUERY struct kc_query query = KC_QUERY_INIT;
		KC_CLEANUP_FOUND_LIST struct kc_found_list found = KC_FOUND_LIST_INIT;
		kc_err err;
		words_query(INET, rows[i].host, &query);
		query.host_or_subdomain = true;
		err = kc_keychain_item_find(home.keychain, &home_user, &query, &found);
		CHECK_MSG(err == (rows[i].count ? KC_OK : KC_E_NOT_FOUND), rows[i].host);
		CHECK_MSG(found.count == rows[i].count, rows[i].host);
	}
}

static void what_was_found_finds_itself(void)
{
	CLEANUP_HOME struct home home = HOME_INIT;
	KC_CLEANUP_QUERY struct kc_query query = KC_QUERY_INIT;
	KC_CLEANUP_FOUND_LIST struct kc_found_list first = KC_FOUND_LIST_INIT;
	KC_CLEANUP_FOUND_LIST struct kc_found_list again = KC_FOUND_LIST_INIT;

	home_init(&home);
	add_zoo(&home);
	words_query(0, "", &query);
	query.want = KC_WANT_ATTRS;
	CHECK_OK_FATAL(kc_keychain_item_find(home.keychain, &home_user, &query, &first));
	CHECK(first.count == 10);
	for (size_t i = 0; i < first.count; i++) {
		query.class = first.rows[i].class;
		kc_attrs_done(&query.attrs);
		CHECK_OK(kc_attrs_dup(&first.rows[i].attrs, &query.attrs));
		CHECK_OK_FATAL(kc_keychain_item_find(home.keychain, &home_user, &query, &again));
		CHECK(again.count == 1);
		CHECK(again.rows[0].id == first.rows[i].id);
	}
}

static void by_reference(void)
{
	CLEANUP_HOME struct home home = HOME_INIT;
	KC_CLEANUP_QUERY struct kc_query query = KC_QUERY_INIT;
	KC_CLEANUP_FOUND struct kc_found added = {0};
	KC_CLEANUP_FOUND_LIST struct kc_found_list found = KC_FOUND_LIST_INIT;

	home_init(&home);
	add_zoo(&home);
	CHECK_OK_FATAL(words_add_as(&home, &home_user, GENP, "svce=ref", "x", &added));
	words_query(GENP, "", &query);
	query.has_ref = true;
	memcpy(query.ref, added.ref, sizeof query.ref);
	CHECK_OK_FATAL(kc_keychain_item_find(home.keychain, &home_user, &query, &found));
	CHECK(found.count == 1 && found.rows[0].id == added.id);
	CHECK_OK(words_update(&home, GENP, "svce=ref", "svce=renamed sync=!1", NULL));
	CHECK_OK_FATAL(kc_keychain_item_find(home.keychain, &home_user, &query, &found));
	CHECK(found.count == 1 && found.rows[0].id == added.id);
	CHECK(found.rows[0].version == added.version + 1);
	CHECK_ERR(kc_keychain_item_find(home.keychain, &home_sandbox, &query, &found),
		KC_E_NOT_FOUND);
	query.class = INET;
	CHECK_ERR(kc_keychain_item_find(home.keychain, &home_user, &query, &found), KC_E_NOT_FOUND);
	query.class = 0;
	CHECK_OK(kc_keychain_item_find(home.keychain, &home_user, &query, &found));
	query.ref[0] ^= 1;
	CHECK_ERR(kc_keychain_item_find(home.keychain, &home_user, &query, &found), KC_E_NOT_FOUND);
}

/* Several at once: each once, in the order of every list, whatever order and how often they are
 * asked for in, and as far as the rest of the query lets them pass. */
static void by_references(void)
{
	CLEANUP_HOME struct home home = HOME_INIT;
	KC_CLEANUP_QUERY struct kc_query query = KC_QUERY_INIT;
	KC_CLEANUP_FOUND_LIST struct kc_found_list all = KC_FOUND_LIST_INIT;
	KC_CLEANUP_FOUND_LIST struct kc_found_list found = KC_FOUND_LIST_INIT;
	static const uint8_t nobody[KC_PERSISTENT_REF_LEN] = {1};
	size_t count = 0;

	home_init(&home);
	add_zoo(&home);
	for (int i = 0; i < 9; i++) {
		char attrs[64];

		snprintf(attrs, sizeof attrs, "svce=list acct=%d sync=!%d", i, i % 2);
		CHECK_OK_FATAL(
			words_add(&home, i < 6 ? GENP : INET, attrs + (i < 6 ? 0 : 10), "x"));
	}
	CHECK_OK_FATAL(words_find(&home, GENP, "svce=list", &all));
	CHECK_FATAL(all.count == 6);
	words_query(GENP, "", &query);
	for (size_t i = 5; i > 0; i--) /* not the first, the third twice */
		kc_query_add_ref(&query, all.rows[i].ref);
	kc_query_add_ref(&query, all.rows[2].ref);
	kc_query_add_ref(&query, nobody);
	CHECK_OK_FATAL(kc_keychain_item_find(home.keychain, &home_user, &query, &found));
	CHECK_FATAL(found.count == 5);
	for (size_t i = 0; i < 5; i++)
		CHECK(found.rows[i].id == all.rows[i + 1].id);

	query.limit = 2;
	do {
		CHECK_OK_FATAL(kc_keychain_item_find(home.keychain, &home_user, &query, &found));
		for (size_t i = 0; i < found.count; i++)
			CHECK(found.rows[i].id == all.rows[++count].id);
		query.after = words_page_end(&found);
	} while (found.more && count < 5);
	CHECK(count == 5);

	query.limit = 0;
	query.after = (struct kc_page_end){0};
	words_attrs(&query.attrs, "acct=3");
	CHECK_OK_FATAL(kc_keychain_item_find(home.keychain, &home_user, &query, &found));
	CHECK(found.count == 1);
	CHECK_ERR(kc_keychain_item_find(home.keychain, &home_sandbox, &query, &found),
		KC_E_NOT_FOUND);
	words_attrs(&query.attrs, "acct=0"); /* the one that is not in the list */
	CHECK_ERR(kc_keychain_item_find(home.keychain, &home_user, &query, &found), KC_E_NOT_FOUND);
	kc_attrs_done(&query.attrs);
	query.class = INET;
	CHECK_ERR(kc_keychain_item_find(home.keychain, &home_user, &query, &found), KC_E_NOT_FOUND);
	query.class = 0;
	CHECK_OK(kc_keychain_item_find(home.keychain, &home_user, &query, &found));
	CHECK(found.count == 5);
	query.sync = KC_SYNC_SYNCED;
	CHECK_OK(kc_keychain_item_find(home.keychain, &home_user, &query, &found));
	CHECK(found.count == 3);
	query.sync = KC_SYNC_ANY;
	query.has_ref = true; /* both must hold */
	memcpy(query.ref, all.rows[4].ref, sizeof query.ref);
	CHECK_OK(kc_keychain_item_find(home.keychain, &home_user, &query, &found));
	CHECK(found.count == 1 && found.rows[0].id == all.rows[4].id);
	memcpy(query.ref, all.rows[0].ref, sizeof query.ref);
	CHECK_ERR(kc_keychain_item_find(home.keychain, &home_user, &query, &found), KC_E_NOT_FOUND);
	query.has_ref = false;
	query.class = GENP;
	CHECK_OK(kc_keychain_item_delete(home.keychain, &home_user, &query, NULL));
	CHECK(words_count(&home, GENP, "svce=list") == 1);
}

static void lists_of_references_have_a_limit(void)
{
	CLEANUP_HOME struct home home = HOME_INIT;
	KC_CLEANUP_QUERY struct kc_query query = KC_QUERY_INIT;
	KC_CLEANUP_FOUND_LIST struct kc_found_list found = KC_FOUND_LIST_INIT;
	KC_CLEANUP_FOUND struct kc_found added = {0};
	static const uint8_t nobody[KC_PERSISTENT_REF_LEN] = {1};

	home_init(&home);
	CHECK_OK_FATAL(words_add_as(&home, &home_user, GENP, "svce=one", "x", &added));
	words_query(0, "", &query);
	for (int i = 1; i < KC_QUERY_MAX_REFS; i++)
		kc_query_add_ref(&query, nobody);
	kc_query_add_ref(&query, added.ref);
	CHECK_OK(kc_keychain_item_find(home.keychain, &home_user, &query, &found));
	CHECK(found.count == 1);
	kc_query_add_ref(&query, nobody);
	CHECK_ERR(kc_keychain_item_find(home.keychain, &home_user, &query, &found), KC_E_TOO_LARGE);
	kc_buf_truncate(&query.refs, 17);
	CHECK_ERR(kc_keychain_item_find(home.keychain, &home_user, &query, &found), KC_E_PARAM);
}

/* Reads 25 items in pages of 4, some of them synced: each once, the local ones first, although
 * one of the first page is deleted after it. */
static void pages(void)
{
	CLEANUP_HOME struct home home = HOME_INIT;
	KC_CLEANUP_QUERY struct kc_query query = KC_QUERY_INIT;
	uint64_t seen[25];
	bool synced_began = false;
	size_t count = 0;

	home_init(&home);
	for (int i = 0; i < 25; i++) {
		char attrs[64];
		snprintf(attrs, sizeof attrs, "svce=page acct=%d sync=!%d", i, i % 3 == 0);
		CHECK_OK_FATAL(words_add(&home, GENP, attrs, "x"));
	}
	words_query(GENP, "svce=page", &query);
	query.limit = 4;
	for (;;) {
		KC_CLEANUP_FOUND_LIST struct kc_found_list found = KC_FOUND_LIST_INIT;
		CHECK_OK_FATAL(kc_keychain_item_find(home.keychain, &home_user, &query, &found));
		CHECK_FATAL(count + found.count <= 25);
		for (size_t i = 0; i < found.count; i++) {
			bool sync = kc_attrs_get_number(
				&found.rows[i].attrs, KC_NAME('s', 'y', 'n', 'c'), 0);
			CHECK(sync || !synced_began);
			synced_began = sync;
			for (size_t j = 0; j < count; j++)
				CHECK(seen[j] != found.rows[i].id);
			seen[count++] = found.rows[i].id;
		}
		query.after = words_page_end(&found);
		if (count == 4)
			CHECK_OK(words_delete(&home, GENP, "svce=page acct=1"));
		if (!found.more)
			break;
		CHECK(found.count == 4);
	}
	CHECK(count == 25);
}

/* Three secrets of a mebibyte do not fit into one reply. */
static void a_reply_has_a_limit(void)
{
	CLEANUP_HOME struct home home = HOME_INIT;
	KC_CLEANUP_QUERY struct kc_query query = KC_QUERY_INIT;
	KC_CLEANUP_BUF struct kc_buf big = KC_BUF_INIT;
	bool more = true;
	size_t count = 0;

	home_init(&home);
	kc_buf_extend(&big, ((size_t)1 << 20) - 1024);
	for (int i = 0; i < 3; i++) {
		struct kc_item_input input = {
			.class = GENP, .has_secret = true, .secret = kc_buf_bytes(&big)};
		char attrs[32];
		snprintf(attrs, sizeof attrs, "svce=big acct=%d", i);
		words_attrs(&input.attrs, attrs);
		CHECK_OK(kc_keychain_item_add(home.keychain, &home_user, &input, 0, NULL));
		kc_attrs_done(&input.attrs);
	}
	words_query(GENP, "svce=big", &query);
	while (more) {
		KC_CLEANUP_FOUND_LIST struct kc_found_list found = KC_FOUND_LIST_INIT;
		CHECK_OK_FATAL(kc_keychain_item_find(home.keychain, &home_user, &query, &found));
		CHECK(found.count > 0 && found.count < 3);
		query.after = words_page_end(&found);
		count += found.count;
		more = found.more;
	}
	CHECK(count == 3);
}

/* --- what comes back ----------------------------------------------------------------------------
 */

static void only_what_is_wanted(void)
{
	CLEANUP_HOME struct home home = HOME_INIT;
	KC_CLEANUP_QUERY struct kc_query query = KC_QUERY_INIT;
	const kc_name bin0 = KC_NAME('b', 'i', 'n', '0');
	const kc_name discriminator = KC_NAME('k', 'c', 'i', 'd');
	const kc_name account = KC_NAME('a', 'c', 'c', 't');

	home_init(&home);
	CHECK_OK(words_add(&home, INET, "srvr=w acct=ada bin0=%6f7470 kcid=%01", "pw"));
	for (uint32_t want = 0; want < 8; want++) {
		KC_CLEANUP_FOUND_LIST struct kc_found_list found = KC_FOUND_LIST_INIT;
		const struct kc_found *row;
		query.class = INET;
		query.want = want;
		CHECK_OK_FATAL(kc_keychain_item_find(home.keychain, &home_user, &query, &found));
		row = &found.rows[0];
		CHECK((kc_attrs_get(&row->attrs, account) != NULL) == !!(want & KC_WANT_ATTRS));
		CHECK((kc_attrs_get(&row->attrs, bin0) != NULL) == !!(want & KC_WANT_SECRET));
		CHECK((kc_attrs_get(&row->attrs, discriminator) != NULL) ==
			!!(want & KC_WANT_HIDDEN));
		CHECK(row->has_secret == !!(want & KC_WANT_SECRET));
		CHECK(row->secret.len == (want & KC_WANT_SECRET ? 2 : 0));
	}
}

/* What Keycircle keeps for its own front ends is kept, and told to none but them. */
static void hidden_attributes(void)
{
	struct kc_caller officer = home_user;
	CLEANUP_HOME struct home home = HOME_INIT;
	size_t count, tried = 0;
	const struct kc_ruler_row *rows = kc_ruler_rows(&count);

	officer.is_officer = true; /* who alone may call something trusted */
	home_init(&home);
	for (size_t i = 0; i < count; i++) {
		const char *values[] = {
			[KC_KIND_NUMBER] = "#7", [KC_KIND_DATE] = "@86400", [KC_KIND_DATA] = "%07"};
		const char *value =
			rows[i].kind < KC_COUNT_OF(values) ? values[rows[i].kind] : NULL;
		if (rows[i].output != KC_OUTPUT_HIDDEN || rows[i].add != KC_INPUT_TAKEN)
			continue;
		for (unsigned j = 0; j < KC_CLASS_COUNT; j++) {
			KC_CLEANUP_FOUND_LIST struct kc_found_list all = KC_FOUND_LIST_INIT;
			KC_CLEANUP_FOUND_LIST struct kc_found_list seen = KC_FOUND_LIST_INIT;
			KC_CLEANUP_ATTRS struct kc_attrs given = KC_ATTRS_INIT;
			KC_CLEANUP_QUERY struct kc_query query = KC_QUERY_INIT;
			char attrs[32], name[5];

			query.class = kc_ruler_class(j);
			query.want = KC_WANT_ATTRS;
			kc_name_text(rows[i].name, name);
			snprintf(attrs, sizeof attrs, "%s=%s", name, value ? value : "text");
			if (!(rows[i].classes & kc_ruler_class_bit(query.class))) {
				CHECK_MSG(words_add(&home, query.class, attrs, NULL) ==
						  KC_E_NO_SUCH_ATTR,
					attrs);
				continue;
			}
			words_attrs(&given, attrs);
			CHECK_MSG(words_add_as(&home, &officer, query.class, attrs, NULL, NULL) ==
					  KC_OK,
				attrs);
			CHECK_OK_FATAL(words_find(&home, query.class, "", &all));
			CHECK_OK_FATAL(
				kc_keychain_item_find(home.keychain, &home_user, &query, &seen));
			CHECK_FATAL(all.count == 1 && seen.count == 1);
			CHECK_MSG(kc_value_equal(kc_attrs_get(&all.rows[0].attrs, rows[i].name),
					  kc_attrs_get(&given, rows[i].name)),
				attrs);
			CHECK_MSG(!kc_attrs_get(&seen.rows[0].attrs, rows[i].name), attrs);
			CHECK_OK(words_delete(&home, query.class, ""));
			tried++;
		}
	}
	CHECK(tried > 40);
}

static void keys_that_stay_inside(void)
{
	/* clang-format off */
	static const struct {
		const char *attrs;
		bool comes_back;
	} rows[] = {
		{"kcls=1 extr=!0", false},
		{"kcls=2 extr=!0", false},
		{"kcls=1 extr=!1", true},
		{"kcls=2 extr=!1", true},
		{"kcls=0 extr=!0", true},
		{"kcls=1 klbl=%01", true},
	};
	/* clang-format on */
	CLEANUP_HOME struct home home = HOME_INIT;

	home_init(&home);
	for (size_t i = 0; i < KC_COUNT_OF(rows); i++) {
		KC_CLEANUP_FOUND struct kc_found added = {0};
		CHECK_OK(words_add_as(&home, &home_user, KEYS, rows[i].attrs, "key bits", &added));
		CHECK_MSG(added.has_secret == rows[i].comes_back, rows[i].attrs);
		CHECK_MSG((added.secret.len > 0) == rows[i].comes_back, rows[i].attrs);
		CHECK_MSG(words_has_secret(&home, KEYS, rows[i].attrs, "key bits") ==
				  rows[i].comes_back,
			rows[i].attrs);
		CHECK_OK(words_delete(&home, KEYS, ""));
	}
}

/* Otherwise an update would be the way around the last test. */
static void they_cannot_be_let_out(void)
{
	static const char *const changes[] = {"extr=!1", "extr=1", "kcls=0", "kcls=2", "kcls=x"};
	CLEANUP_HOME struct home home = HOME_INIT;

	home_init(&home);
	CHECK_OK(words_add(&home, KEYS, "kcls=1 extr=!0", "key bits"));
	for (size_t i = 0; i < KC_COUNT_OF(changes); i++) {
		CHECK_MSG(words_update(&home, KEYS, "", changes[i], NULL) == KC_E_NOT_MODIFIABLE,
			changes[i]);
		CHECK_MSG(!words_has_secret(&home, KEYS, "", "key bits"), changes[i]);
	}
	CHECK_OK(words_update(&home, KEYS, "", "kcls=1 labl=x", NULL));
	CHECK(!words_has_secret(&home, KEYS, "", "key bits"));
	CHECK_OK(words_update(&home, KEYS, "", "labl=y extr=!0", NULL));
}

/* --- groups -------------------------------------------------------------------------------------
 */

static void groups_keep_callers_apart(void)
{
	static const struct kc_caller nobody = {0};
	CLEANUP_HOME struct home home = HOME_INIT;
	KC_CLEANUP_FOUND_LIST struct kc_found_list found = KC_FOUND_LIST_INIT;
	KC_CLEANUP_QUERY struct kc_query query = KC_QUERY_INIT;
	struct kc_item_input input = {.class = GENP};

	home_init(&home);
	CHECK_OK(words_add(&home, GENP, "svce=s acct=user", "1"));
	CHECK_OK(words_add(&home, GENP, "svce=s acct=shared agrp=shared", "2"));
	CHECK_OK(words_add_as(&home, &home_sandbox, GENP, "svce=s acct=box", "3", NULL));
	CHECK(words_count(&home, GENP, "svce=s") == 3);
	CHECK(words_count(&home, GENP, "agrp=flatpak.org.example.Mail") == 1);
	CHECK_OK_FATAL(words_find_as(&home, &home_sandbox, GENP, "svce=s", &found));
	CHECK(found.count == 2);
	CHECK_ERR(words_find_as(&home, &home_sandbox, GENP, "acct=user", &found), KC_E_NOT_FOUND);
	CHECK_ERR(words_find_as(&home, &home_sandbox, GENP, "agrp=user", &found), KC_E_NOT_ALLOWED);
	CHECK_ERR(words_add_as(&home, &home_sandbox, GENP, "svce=t agrp=user", NULL, NULL),
		KC_E_NOT_ALLOWED);
	CHECK_ERR(words_add_as(&home, &nobody, GENP, "svce=t", NULL, NULL), KC_E_NOT_ALLOWED);
	CHECK_ERR(words_find_as(&home, &nobody, GENP, "svce=s", &found), KC_E_NOT_ALLOWED);

	words_query(GENP, "acct=box", &query);
	words_attrs(&input.attrs, "agrp=user");
	CHECK_ERR(kc_keychain_item_update(home.keychain, &home_sandbox, &query, &input, NULL),
		KC_E_NOT_ALLOWED);
	words_attrs(&input.attrs, "agrp=shared");
	CHECK_OK(kc_keychain_item_update(home.keychain, &home_sandbox, &query, &input, NULL));
	words_attrs(&query.attrs, "acct=user");
	CHECK_ERR(kc_keychain_item_update(home.keychain, &home_sandbox, &query, &input, NULL),
		KC_E_NOT_FOUND);
	CHECK_ERR(kc_keychain_item_delete(home.keychain, &home_sandbox, &query, NULL),
		KC_E_NOT_FOUND);
	words_attrs(&query.attrs, "agrp=user");
	CHECK_ERR(kc_keychain_item_delete(home.keychain, &home_sandbox, &query, NULL),
		KC_E_NOT_ALLOWED);
	CHECK(words_count(&home, GENP, "acct=user") == 1);
	kc_attrs_done(&input.attrs);
}

int main(void)
{
	static const struct check_test tests[] = {
		CHECK_TEST(a_password_lives),
		CHECK_TEST(additions),
		CHECK_TEST(one_of_both_syncs),
		CHECK_TEST(secrets_have_a_limit),
		CHECK_TEST(missing_and_empty_secrets_differ),
		CHECK_TEST(filters),
		CHECK_TEST(faults_of_queries),
		CHECK_TEST(hosts_and_their_domains),
		CHECK_TEST(what_was_found_finds_itself),
		CHECK_TEST(by_reference),
		CHECK_TEST(by_references),
		CHECK_TEST(lists_of_references_have_a_limit),
		CHECK_TEST(pages),
		CHECK_TEST(a_reply_has_a_limit),
		CHECK_TEST(only_what_is_wanted),
		CHECK_TEST(hidden_attributes),
		CHECK_TEST(keys_that_stay_inside),
		CHECK_TEST(they_cannot_be_let_out),
		CHECK_TEST(groups_keep_callers_apart),
	};
	return check_main("adding and finding", tests, KC_COUNT_OF(tests));
}
