/* SPDX-License-Identifier: ISC */
/* Identities: which keys and certificates make one, what it is like, and when it cannot be seen. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "backend/store/db.h"
#include "tests/backend/words.h"
#include "tests/check.h"

#define CERT KC_CLASS_CERTIFICATE
#define KEY KC_CLASS_KEY
#define IDNT KC_CLASS_IDENTITY

static kc_name name_of(const char *text)
{
	return kc_name_from(kc_bytes_str(text));
}

static bool is_text(const struct kc_found *found, const char *name, const char *wanted)
{
	return kc_bytes_equal(
		kc_attrs_get_bytes(&found->attrs, name_of(name)), kc_bytes_str(wanted));
}

static kc_err find(struct home *home, const char *attrs)
{
	KC_CLEANUP_FOUND_LIST struct kc_found_list found = KC_FOUND_LIST_INIT;

	return words_find(home, IDNT, attrs, &found);
}

/* --- what an identity is ------------------------------------------------------------------------
 */

static void the_two_are_one(void)
{
	KC_CLEANUP_FOUND struct kc_found key = {0}, certificate = {0};
	KC_CLEANUP_FOUND_LIST struct kc_found_list found = KC_FOUND_LIST_INIT;
	CLEANUP_HOME struct home home = HOME_INIT;
	const struct kc_found *row;

	home_init(&home);
	CHECK_ERR(find(&home, ""), KC_E_NOT_FOUND);
	CHECK_OK(words_add_as(&home, &home_user, KEY,
		"kcls=#1 klbl=%a1a2 labl=key atag=mine type=#73 ckid=%01", "the value", &key));
	CHECK_ERR(find(&home, ""), KC_E_NOT_FOUND);
	CHECK_OK(words_add_as(&home, &home_user, CERT,
		"pkhh=%a1a2 labl=cert issr=%10 slnr=%11 tkid=token dsub=%12", "the bytes",
		&certificate));
	CHECK_OK_FATAL(words_find(&home, IDNT, "", &found));
	CHECK_FATAL(found.count == 1 && !found.more);
	row = &found.rows[0];
	CHECK(row->class == IDNT && !row->synced);
	CHECK(row->id == key.id && row->version == key.version);
	CHECK(row->certificate == certificate.id);
	CHECK(memcmp(row->ref, certificate.ref, sizeof row->ref) == 0);
	CHECK(row->has_secret);
	CHECK(kc_bytes_equal(kc_secret_bytes(&row->secret), kc_bytes_str("the value")));
	CHECK(is_text(row, "labl", "cert")); /* the certificate wins */
	CHECK(is_text(row, "pdmn", "dk"));
	CHECK(is_text(row, "atag", "mine"));
	CHECK(is_text(row, "issr", "\x10"));
	CHECK(is_text(row, "klbl", "\xa1\xa2") && is_text(row, "pkhh", "\xa1\xa2"));
	CHECK(kc_attrs_get_number(&row->attrs, name_of("kcls"), 0) == 1);
	CHECK(is_text(row, "ckid", "\x01") && is_text(row, "dsub", "\x12"));
	CHECK(is_text(row, "cdta", "the bytes"));
	CHECK(is_text(row, "ctki", "token"));
	CHECK(kc_bytes_equal(
		kc_attrs_get_bytes(&row->attrs, KC_IDENTITY_KEY_REF), KC_BYTES_OF(key.ref)));
}

static void only_what_is_wanted(void)
{
	CLEANUP_HOME struct home home = HOME_INIT;

	home_init(&home);
	CHECK_OK(words_add(&home, KEY, "kcls=#1 klbl=%a1 atag=mine ckid=%01", "value"));
	CHECK_OK(words_add(&home, CERT, "pkhh=%a1 issr=%10", "bytes"));
	for (uint32_t want = 0; want < 8; want++) {
		KC_CLEANUP_FOUND_LIST struct kc_found_list found = KC_FOUND_LIST_INIT;
		const struct kc_query query = {.class = IDNT, .want = want};
		const struct kc_attrs *attrs;

		CHECK_OK_FATAL(kc_keychain_item_find(home.keychain, &home_user, &query, &found));
		attrs = &found.rows[0].attrs;
		CHECK(found.rows[0].has_secret == ((want & KC_WANT_SECRET) != 0));
		CHECK(!kc_attrs_get(attrs, name_of("atag")) == !(want & KC_WANT_ATTRS));
		CHECK(!kc_attrs_get(attrs, name_of("issr")) == !(want & KC_WANT_ATTRS));
		CHECK(!kc_attrs_get(attrs, name_of("ckid")) == !(want & KC_WANT_HIDDEN));
		CHECK(!kc_attrs_get(attrs, name_of("cdta")) == !(want & KC_WANT_HIDDEN));
		CHECK(!kc_attrs_get(attrs, name_of("kref")) == !(want & KC_WANT_HIDDEN));
		CHECK(!kc_attrs_get(attrs, name_of("ctki"))); /* it has none */
	}
}

static void values_that_stay_inside_stay(void)
{
	KC_CLEANUP_FOUND_LIST struct kc_found_list found = KC_FOUND_LIST_INIT;
	CLEANUP_HOME struct home home = HOME_INIT;

	home_init(&home);
	CHECK_OK(words_add(&home, KEY, "kcls=#1 klbl=%a1 extr=#0", "value"));
	CHECK_OK(words_add(&home, CERT, "pkhh=%a1", "bytes"));
	CHECK_OK_FATAL(words_find(&home, IDNT, "", &found));
	CHECK(!found.rows[0].has_secret && found.rows[0].secret.len == 0);
	CHECK(is_text(&found.rows[0], "cdta", "bytes"));
}

/* Pairs that are none. */
static void not_everything_joins(void)
{
	static const struct {
		const char *what, *key, *certificate;
	} rows[] = {
		{"other hash", "kcls=#1 klbl=%a1", "pkhh=%a2"},
		{"public key", "kcls=#0 klbl=%b1", "pkhh=%b1"},
		{"symmetric key", "kcls=#2 klbl=%c1", "pkhh=%c1"},
		{"marked private, but of no class", "klbl=%d1 priv=#1", "pkhh=%d1"},
		{"neither says anything", "kcls=#1", ""},
		{"empty hash", "kcls=#1 atag=e", "pkhh="},
	};
	CLEANUP_HOME struct home home = HOME_INIT;

	home_init(&home);
	for (size_t i = 0; i < KC_COUNT_OF(rows); i++) {
		char certificate[64];

		snprintf(
			certificate, sizeof certificate, "slnr=%%%02zx %s", i, rows[i].certificate);
		CHECK_OK(words_add(&home, KEY, rows[i].key, NULL));
		CHECK_OK(words_add(&home, CERT, certificate, NULL));
		CHECK_MSG(find(&home, "") == KC_E_NOT_FOUND, rows[i].what);
	}
	CHECK_OK(words_add(&home, CERT, "pkhh=%a1 slnr=%ff", NULL));
	CHECK(words_count(&home, IDNT, "") == 1);
	CHECK_OK(words_delete(&home, CERT, "slnr=%ff"));
	CHECK_ERR(find(&home, ""), KC_E_NOT_FOUND);
}

static void they_are_only_found(void)
{
	CLEANUP_HOME struct home home = HOME_INIT;

	home_init(&home);
	CHECK_OK(words_add(&home, KEY, "kcls=#1 klbl=%a1", NULL));
	CHECK_OK(words_add(&home, CERT, "pkhh=%a1", NULL));
	CHECK_ERR(words_add(&home, IDNT, "", NULL), KC_E_NO_SUCH_CLASS);
	CHECK_ERR(words_update(&home, IDNT, "", "labl=x", NULL), KC_E_NO_SUCH_CLASS);
	CHECK_ERR(words_delete(&home, IDNT, ""), KC_E_NO_SUCH_CLASS);
	CHECK(words_count(&home, IDNT, "") == 1);
	CHECK(words_count(&home, 0, "") == 2); /* any class is any that is stored */
}

/* --- filters ------------------------------------------------------------------------------------
 */

/* Two keys with two certificates each, one of each kind synced, and what belongs to nobody. */
static void add_house(struct home *home)
{
	static const struct {
		kc_name class;
		const char *attrs;
	} rows[] = {
		{KEY, "kcls=#1 klbl=%a1 labl=k1 type=#42 bsiz=#2048 atag=one sign=#1"},
		{KEY, "kcls=#1 klbl=%b1 labl=k2 type=#73 bsiz=#256 atag=two sync=!1"},
		{KEY, "kcls=#0 klbl=%a1 labl=k1 type=#42"},
		{KEY, "kcls=#1 klbl=%c1 labl=alone"},
		{CERT, "pkhh=%a1 labl=c1 issr=%11 slnr=%01 ctyp=#3 cenc=#3 subj=%51 skid=%61"},
		{CERT, "pkhh=%a1 labl=c2 issr=%12 slnr=%02 ctyp=#3 cenc=#3 subj=%51 sync=!1"},
		{CERT, "pkhh=%b1 labl=c3 issr=%11 slnr=%03 ctyp=#1 subj=%52 tkid=token"},
		{CERT, "pkhh=%b1 labl=c4 issr=%12 slnr=%04 ctyp=#3"},
		{CERT, "pkhh=%d1 labl=alone issr=%11 slnr=%05"},
	};

	for (size_t i = 0; i < KC_COUNT_OF(rows); i++)
		CHECK_OK_FATAL(words_add(home, rows[i].class, rows[i].attrs, "x"));
}

/* Enough keys to make it worth to begin with the certificates. */
static void add_crowd(struct home *home)
{
	for (int i = 0; i < 60; i++) {
		char attrs[64];

		snprintf(attrs, sizeof attrs, "kcls=#1 klbl=%%ee%02x", i);
		CHECK_OK_FATAL(words_add(home, KEY, attrs, "x"));
	}
}

static void filters_by(struct home *home)
{
	static const struct {
		const char *query;
		size_t count;
	} rows[] = {
		{"", 4},
		{"labl=c1", 1}, /* of the certificate … */
		{"labl=k1", 0},
		{"labl=alone", 0},
		{"issr=%11", 2},
		{"issr=%11 slnr=%01", 1},
		{"slnr=%04", 1},
		{"skid=%61", 1},
		{"tkid=token", 1},
		{"subj=%51", 2},
		{"ctyp=#3", 3},
		{"cenc=#3", 2},
		{"pkhh=%a1", 2},
		{"pkhh=%a1 klbl=%a1", 2},
		{"pkhh=%a1 klbl=%b1", 0},
		{"pkhh=%d1", 0},
		{"type=#42", 2}, /* … and of the key */
		{"type=42", 2},
		{"bsiz=#256", 2},
		{"atag=two labl=c4", 1},
		{"atag=two labl=c1", 0},
		{"klbl=%b1", 2},
		{"klbl=%c1", 0},
		{"sign=#1", 2},
		{"kcls=#1", 4},
		{"kcls=1", 4},
		{"kcls=#0", 0},
		{"kcls=other", 0},
		{"sync=!0", 2},
		{"sync=!1", 2},
		{"sync=syna", 4},
		{"tomb=!1", 0},
		{"pdmn=ak", 4}, /* the keys' */
		{"pdmn=dk", 0},
		{"agrp=user", 4},
		{"agrp=other", 0},
	};

	for (size_t i = 0; i < KC_COUNT_OF(rows); i++)
		CHECK_MSG(words_count(home, IDNT, rows[i].query) == rows[i].count, rows[i].query);
}

static void filters(void)
{
	CLEANUP_HOME struct home home = HOME_INIT;

	home_init(&home);
	add_house(&home);
	filters_by(&home);
	add_crowd(&home);
	filters_by(&home);
}

static void faults_of_queries(void)
{
	static const struct {
		const char *query;
		kc_err wanted;
	} rows[] = {
		{"svce=x", KC_E_NO_SUCH_ATTR},
		{"acct=x", KC_E_NO_SUCH_ATTR},
		{"cdta=x", KC_E_NO_SUCH_ATTR},
		{"kref=x", KC_E_NO_SUCH_ATTR},
		{"srvr=x", KC_E_NO_SUCH_ATTR},
		{"clip=#0", KC_E_PARAM},
		{"accc=%00", KC_E_PARAM},
		{"issr=!1", KC_E_PARAM},
		{"pdmn=zz", KC_E_PARAM},
	};
	KC_CLEANUP_FOUND_LIST struct kc_found_list found = KC_FOUND_LIST_INIT;
	KC_CLEANUP_QUERY struct kc_query query = KC_QUERY_INIT;
	const struct kc_caller nobody = {0};
	CLEANUP_HOME struct home home = HOME_INIT;

	home_init(&home);
	for (int full = 0; full <= 1; full++) {
		for (size_t i = 0; i < KC_COUNT_OF(rows); i++)
			CHECK_MSG(find(&home, rows[i].query) == rows[i].wanted, rows[i].query);
		CHECK_ERR(words_find_as(&home, &nobody, IDNT, "", &found), KC_E_NOT_ALLOWED);
		CHECK_ERR(words_find_as(&home, &home_sandbox, IDNT, "agrp=user", &found),
			KC_E_NOT_ALLOWED);
		add_house(&home);
		if (full)
			break;
		CHECK_OK(words_delete(&home, 0, ""));
	}
	words_query(IDNT, "", &query);
	query.host_or_subdomain = true;
	CHECK_ERR(kc_keychain_item_find(home.keychain, &home_user, &query, &found), KC_E_PARAM);
	query.host_or_subdomain = false;
	query.after = (struct kc_page_end){1, KEY, false, 1};
	CHECK_ERR(kc_keychain_item_find(home.keychain, &home_user, &query, &found), KC_E_PARAM);
}

static void by_reference(void)
{
	KC_CLEANUP_FOUND_LIST struct kc_found_list all = KC_FOUND_LIST_INIT;
	KC_CLEANUP_FOUND_LIST struct kc_found_list found = KC_FOUND_LIST_INIT;
	KC_CLEANUP_FOUND_LIST struct kc_found_list certificates = KC_FOUND_LIST_INIT;
	KC_CLEANUP_QUERY struct kc_query query = KC_QUERY_INIT;
	CLEANUP_HOME struct home home = HOME_INIT;

	home_init(&home);
	add_house(&home);
	CHECK_OK_FATAL(words_find(&home, IDNT, "", &all));
	CHECK_FATAL(all.count == 4);
	words_query(IDNT, "", &query);
	for (int crowded = 0; crowded <= 1; crowded++) {
		query.has_ref = true;
		for (size_t i = 0; i < all.count; i++) {
			memcpy(query.ref, all.rows[i].ref, sizeof query.ref);
			CHECK_OK_FATAL(
				kc_keychain_item_find(home.keychain, &home_user, &query, &found));
			CHECK(found.count == 1 && found.rows[0].id == all.rows[i].id &&
				found.rows[0].certificate == all.rows[i].certificate);
		}
		/* The key's own reference is none of an identity. */
		memcpy(query.ref, kc_attrs_get_bytes(&all.rows[0].attrs, KC_IDENTITY_KEY_REF).data,
			sizeof query.ref);
		CHECK_ERR(kc_keychain_item_find(home.keychain, &home_user, &query, &found),
			KC_E_NOT_FOUND);
		query.has_ref = false;
		kc_query_add_ref(&query, all.rows[3].ref);
		kc_query_add_ref(&query, all.rows[1].ref);
		CHECK_OK_FATAL(kc_keychain_item_find(home.keychain, &home_user, &query, &found));
		CHECK(found.count == 2 && found.rows[0].certificate == all.rows[1].certificate &&
			found.rows[1].certificate == all.rows[3].certificate);
		kc_buf_reset(&query.refs);
		if (!crowded)
			add_crowd(&home);
	}
	/* A certificate without a key has a reference too. */
	CHECK_OK_FATAL(words_find(&home, CERT, "labl=alone", &certificates));
	kc_query_add_ref(&query, certificates.rows[0].ref);
	CHECK_ERR(kc_keychain_item_find(home.keychain, &home_user, &query, &found), KC_E_NOT_FOUND);
}

/* --- pages --------------------------------------------------------------------------------------
 */

/* Pages of every size give the whole list, in its order. */
static void read_in_pages(struct home *home, const struct kc_found_list *all, uint32_t limit)
{
	KC_CLEANUP_QUERY struct kc_query query = KC_QUERY_INIT;
	size_t count = 0;
	bool more = true;

	words_query(IDNT, "", &query);
	query.limit = limit;
	while (more) {
		KC_CLEANUP_FOUND_LIST struct kc_found_list found = KC_FOUND_LIST_INIT;

		CHECK_OK_FATAL(kc_keychain_item_find(home->keychain, &home_user, &query, &found));
		CHECK_FATAL(found.count <= limit && count + found.count <= all->count);
		CHECK(found.more == (count + found.count < all->count));
		for (size_t i = 0; i < found.count; i++, count++)
			CHECK(found.rows[i].id == all->rows[count].id &&
				found.rows[i].certificate == all->rows[count].certificate);
		query.after = words_page_end(&found);
		more = found.more;
	}
	CHECK(count == all->count);
}

static void pages(void)
{
	KC_CLEANUP_FOUND_LIST struct kc_found_list all = KC_FOUND_LIST_INIT;
	CLEANUP_HOME struct home home = HOME_INIT;
	char attrs[64];

	home_init(&home);
	/* The first row of all is a synced key: no page may begin anew after it. */
	for (int i = 0; i < 6; i++) {
		snprintf(attrs, sizeof attrs, "kcls=#1 klbl=%%a%d sync=!%d", i, i % 2 == 0);
		CHECK_OK_FATAL(words_add(&home, KEY, attrs, "x"));
	}
	for (int i = 0; i < 20; i++) {
		snprintf(attrs, sizeof attrs, "pkhh=%%a%d slnr=%%%02x sync=!%d", i % 5, i,
			i % 3 == 0);
		CHECK_OK_FATAL(words_add(&home, CERT, attrs, "x"));
	}
	/* The same key again, as another program has it. */
	CHECK_OK_FATAL(words_add(&home, KEY, "kcls=#1 klbl=%a1 atag=again", "x"));
	CHECK_OK_FATAL(words_find(&home, IDNT, "", &all));
	CHECK_FATAL(all.count == 24 && !all.more);
	for (size_t i = 1; i < all.count; i++) {
		const struct kc_found *a = &all.rows[i - 1], *b = &all.rows[i];

		CHECK(a->synced == b->synced
				? a->id < b->id ||
					  (a->id == b->id && a->certificate < b->certificate)
				: b->synced);
	}
	for (uint32_t limit = 1; limit <= 25; limit++)
		read_in_pages(&home, &all, limit);
}

/* Certificates of half a mebibyte end a reply before its limit does. */
static void a_reply_has_a_limit(void)
{
	KC_CLEANUP_BUF struct kc_buf big = KC_BUF_INIT;
	KC_CLEANUP_QUERY struct kc_query query = KC_QUERY_INIT;
	CLEANUP_HOME struct home home = HOME_INIT;
	size_t count = 0, replies = 0;
	bool more = true;

	home_init(&home);
	kc_buf_extend(&big, (size_t)1 << 19);
	CHECK_OK(words_add(&home, KEY, "kcls=#1 klbl=%a1", "x"));
	for (int i = 0; i < 7; i++) {
		struct kc_item_input input = {
			.class = CERT, .has_secret = true, .secret = kc_buf_bytes(&big)};
		char attrs[32];

		snprintf(attrs, sizeof attrs, "pkhh=%%a1 slnr=%%%02x", i);
		words_attrs(&input.attrs, attrs);
		CHECK_OK(kc_keychain_item_add(home.keychain, &home_user, &input, 0, NULL));
		kc_attrs_done(&input.attrs);
	}
	words_query(IDNT, "", &query);
	while (more) {
		KC_CLEANUP_FOUND_LIST struct kc_found_list found = KC_FOUND_LIST_INIT;

		CHECK_OK_FATAL(kc_keychain_item_find(home.keychain, &home_user, &query, &found));
		count += found.count;
		replies++;
		CHECK(found.count < 5);
		query.after = words_page_end(&found);
		more = found.more;
	}
	CHECK(count == 7 && replies > 1);
}

/* --- lock, groups, damage -----------------------------------------------------------------------
 */

static size_t count_skipping(struct home *home)
{
	KC_CLEANUP_FOUND_LIST struct kc_found_list found = KC_FOUND_LIST_INIT;
	KC_CLEANUP_QUERY struct kc_query query = KC_QUERY_INIT;
	kc_err err;

	words_query(IDNT, "", &query);
	query.skip_locked = true;
	err = kc_keychain_item_find(home->keychain, &home_user, &query, &found);
	CHECK(err == KC_OK || err == KC_E_NOT_FOUND);
	return found.count;
}

/* What the lock hides is only what there is. */
static void the_lock_hides_identities(void)
{
	CLEANUP_HOME struct home home = HOME_INIT;

	home_init(&home);
	CHECK_OK(words_add(&home, KEY, "kcls=#1 klbl=%a1", "x"));
	CHECK_OK(words_add(&home, CERT, "pkhh=%b1 labl=b", "x"));
	kc_keychain_lock(home.keychain);
	CHECK_ERR(find(&home, ""), KC_E_NOT_FOUND); /* the two are no pair */
	CHECK_OK(words_add(&home, CERT, "pkhh=%a1 slnr=%01 labl=a", "x"));
	CHECK_ERR(find(&home, ""), KC_E_LOCKED);
	CHECK_ERR(find(&home, "labl=a"), KC_E_LOCKED);
	CHECK_ERR(find(&home, "pkhh=%a1"), KC_E_LOCKED);
	CHECK_ERR(find(&home, "labl=b"), KC_E_NOT_FOUND);
	CHECK_ERR(find(&home, "bsiz=#9"), KC_E_NOT_FOUND);
	CHECK(count_skipping(&home) == 0);
	/* A pair that can be read while locked does not make the other one so. */
	CHECK_OK(words_add(&home, KEY, "kcls=#1 klbl=%b1 pdmn=dk atag=open", "x"));
	CHECK(count_skipping(&home) == 1);
	CHECK(words_count(&home, IDNT, "atag=open") == 1);
	CHECK_ERR(find(&home, ""), KC_E_LOCKED);
	home_unlock(&home);
	CHECK(words_count(&home, IDNT, "") == 2);
	/* A certificate that the lock hides. */
	CHECK_OK(words_update(&home, CERT, "labl=b", "pdmn=ak", NULL));
	kc_keychain_lock(home.keychain);
	CHECK_ERR(find(&home, "atag=open"), KC_E_LOCKED);
	CHECK(count_skipping(&home) == 0);
	home_unlock(&home);
	CHECK(words_count(&home, IDNT, "") == 2);
}

static void groups_keep_callers_apart(void)
{
	KC_CLEANUP_FOUND_LIST struct kc_found_list found = KC_FOUND_LIST_INIT;
	CLEANUP_HOME struct home home = HOME_INIT;

	home_init(&home);
	CHECK_OK(words_add(&home, KEY, "kcls=#1 klbl=%a1", "x"));
	CHECK_OK(words_add_as(&home, &home_sandbox, CERT, "pkhh=%a1", "x", NULL));
	CHECK(words_count(&home, IDNT, "") == 1); /* who sees both */
	CHECK_ERR(words_find_as(&home, &home_sandbox, IDNT, "", &found), KC_E_NOT_FOUND);
	CHECK_OK(words_add_as(&home, &home_sandbox, KEY, "kcls=#1 klbl=%a1", "x", NULL));
	CHECK_OK(words_find_as(&home, &home_sandbox, IDNT, "", &found));
	CHECK(found.count == 1);
	CHECK(words_count(&home, IDNT, "") == 2);
	CHECK_OK(words_update(&home, CERT, "pkhh=%a1", "agrp=user", NULL));
	CHECK_ERR(words_find_as(&home, &home_sandbox, IDNT, "", &found), KC_E_NOT_FOUND);
}

static void damage(struct home *home, const char *sql)
{
	KC_CLEANUP_DB struct kc_db db = {0};

	home_close(home);
	CHECK_OK_FATAL(kc_db_open(&db, home_database(home), KC_DB_WRITE));
	CHECK_OK_FATAL(kc_db_exec(&db, sql));
	kc_db_close(&db);
	home_open(home);
	home_unlock(home);
}

static void damaged_rows_count_as_absent(void)
{
	KC_CLEANUP_STATUS struct kc_status status = {0};
	CLEANUP_HOME struct home home = HOME_INIT;

	home_init(&home);
	add_house(&home);
	damage(&home, "UPDATE item SET meta = substr(meta, 2) WHERE id = 5"); /* c1 */
	CHECK(words_count(&home, IDNT, "") == 3);
	CHECK_OK(kc_keychain_status(home.keychain, &status));
	CHECK(status.quarantined == 1);
	damage(&home, "UPDATE item SET secret = substr(secret, 2) WHERE id = 2"); /* k2's value */
	CHECK(words_count(&home, IDNT, "") == 1);
	CHECK(words_count(&home, KEY, "labl=k2") == 0);
}

/* --- many ---------------------------------------------------------------------------------------
 */

static void many(int keys, int certificates)
{
	CLEANUP_HOME struct home home = HOME_INIT;
	char attrs[96];

	home_init(&home);
	for (int i = 0; i < keys; i++) {
		snprintf(attrs, sizeof attrs, "kcls=#1 klbl=%%ab%06x", i);
		CHECK_OK_FATAL(words_add(&home, KEY, attrs, "x"));
	}
	for (int i = 0; i < certificates; i++) {
		snprintf(attrs, sizeof attrs, "pkhh=%%ab%06x slnr=%%%06x issr=%%%02x", i, i, i % 3);
		CHECK_OK_FATAL(words_add(&home, CERT, attrs, "x"));
	}
	CHECK(words_count(&home, IDNT, "") == (size_t)(keys < certificates ? keys : certificates));
	CHECK(words_count(&home, IDNT, "slnr=%000000") == 1);
	CHECK(words_count(&home, IDNT, "klbl=%ab000000") == 1);
	kc_keychain_lock(home.keychain);
	CHECK_ERR(find(&home, ""), KC_E_LOCKED);
	CHECK_ERR(find(&home, "slnr=%ffffff"), KC_E_NOT_FOUND);
}

static void many_of_each(void)
{
	int most = getenv("KC_LONG") ? 10000 : 500;

	many(1, most);
	many(most, 1);
	many(most, most);
}

int main(void)
{
	static const struct check_test tests[] = {
		CHECK_TEST(the_two_are_one),
		CHECK_TEST(only_what_is_wanted),
		CHECK_TEST(values_that_stay_inside_stay),
		CHECK_TEST(not_everything_joins),
		CHECK_TEST(they_are_only_found),
		CHECK_TEST(filters),
		CHECK_TEST(faults_of_queries),
		CHECK_TEST(by_reference),
		CHECK_TEST(pages),
		CHECK_TEST(a_reply_has_a_limit),
		CHECK_TEST(the_lock_hides_identities),
		CHECK_TEST(groups_keep_callers_apart),
		CHECK_TEST(damaged_rows_count_as_absent),
		CHECK_TEST(many_of_each),
	};

	home_use_memory();
	return check_main("identities", tests, KC_COUNT_OF(tests));
}
