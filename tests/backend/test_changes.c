/* SPDX-License-Identifier: ISC */
/* Changing and deleting items: primary keys, tombstones, moves between local and synced. */
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "tests/backend/words.h"
#include "tests/check.h"

#define GENP KC_CLASS_GENERIC
#define INET KC_CLASS_INTERNET
#define MDAT KC_NAME('m', 'd', 'a', 't')
#define CDAT KC_NAME('c', 'd', 'a', 't')

/* The one item of a query; ends the test when it is not one. */
static struct kc_found find_one(struct home *home, const char *query)
{
	KC_CLEANUP_FOUND_LIST struct kc_found_list found = KC_FOUND_LIST_INIT;
	struct kc_found one;

	CHECK_OK_FATAL(words_find(home, GENP, query, &found));
	CHECK_FATAL(found.count == 1);
	one = found.rows[0];
	found.count = 0;
	return one;
}

/* Each row is done to a keychain of its own that holds: a (local), b (local), s (synced), and the
 * tombstones of t (synced) and of a (synced). */
/* clang-format off */
static const struct update_row {
	const char *what, *query, *changes, *secret;
	kc_err err;
	const char *left; /* how many of each are there: live, then dead */
} updates[] = {
	{"nothing to change",              "acct=a", "",                "",    KC_OK,             "a1 b1 s1 t0 | a1 t1 s0 n0"},
	{"another secret",                 "acct=a", "",                "new", KC_OK,             "a1 b1 s1 t0 | a1 t1 s0 n0"},
	{"a label",                        "acct=a", "labl=x",          NULL,  KC_OK,             "a1 b1 s1 t0 | a1 t1 s0 n0"},
	{"a new key, local",               "acct=a", "acct=n",          NULL,  KC_OK,             "a0 b1 s1 n1 | a1 t1 s0"},
	{"a key that is taken",            "acct=a", "acct=b",          NULL,  KC_E_DUPLICATE,    "a1 b1 s1 t0 | a1 t1 s0 n0"},
	{"several to one key",             "svce=x", "acct=n",          NULL,  KC_E_DUPLICATE,    "a1 b1 s1 n0 | a1 t1 s0"},
	{"the key of a local tombstone",   "acct=s", "acct=t",          NULL,  KC_OK,             "a1 b1 s0 t1 | a1 t0 s1"},
	{"a new key, synced",              "acct=s", "acct=n",          NULL,  KC_OK,             "a1 b1 s0 n1 | a1 t1 s1"},
	{"local to synced",                "acct=b", "sync=!1",         NULL,  KC_OK,             "a1 b1 s1 t0 | a1 t1 s0 b0"},
	{"over its own tombstone",         "acct=a", "sync=!1",         NULL,  KC_OK,             "a1 b1 s1 t0 | a0 t1 s0"},
	{"synced to local",                "acct=s", "sync=!0",         NULL,  KC_OK,             "a1 b1 s1 t0 | a1 t1 s1"},
	{"any sync changes nothing",       "acct=s", "sync=syna",       NULL,  KC_OK,             "a1 b1 s1 t0 | a1 t1 s0"},
	{"all at once",                    "",       "labl=x",          NULL,  KC_OK,             "a1 b1 s1 t0 | a1 t1 s0"},
	{"nothing matches",                "acct=z", "labl=x",          NULL,  KC_E_NOT_FOUND,    "a1 b1 s1 t0 | a1 t1 s0"},
	{"no such attribute",              "acct=a", "srvr=x",          NULL,  KC_E_NO_SUCH_ATTR, "a1 b1 s1 t0 | a1 t1 s0"},
	{"the same, nothing matching",     "acct=z", "srvr=x",          NULL,  KC_E_NO_SUCH_ATTR, "a1 b1 s1 t0 | a1 t1 s0"},
	{"an attribute that is not set",   "acct=a", "sha1=%00",        NULL,  KC_E_PARAM,        "a1 b1 s1 t0 | a1 t1 s0"},
	{"a bad value",                    "acct=a", "labl=!1",         NULL,  KC_E_PARAM,        "a1 b1 s1 t0 | a1 t1 s0"},
	{"a group as data",                "acct=a", "agrp=%61",        NULL,  KC_OK,             "a1 b1 s1 t0 | a1 t1 s0"},
	{"another protection",             "acct=a", "pdmn=ck",         NULL,  KC_OK,             "a1 b1 s1 t0 | a1 t1 s0"},
	{"dead on purpose",                "acct=b", "tomb=!1",         NULL,  KC_OK,             "a1 b0 s1 t0 | a1 b1 t1 s0"},
};
/* clang-format on */

static void make_herd(struct home *home)
{
	CHECK_OK_FATAL(words_add(home, GENP, "svce=x acct=a", "secret a"));
	CHECK_OK_FATAL(words_add(home, GENP, "svce=x acct=b", "secret b"));
	CHECK_OK_FATAL(words_add(home, GENP, "svce=x acct=s sync=!1", "secret s"));
	CHECK_OK_FATAL(words_add(home, GENP, "svce=x acct=t sync=!1", "secret t"));
	CHECK_OK_FATAL(words_delete(home, GENP, "acct=t"));
	CHECK_OK_FATAL(words_add(home, GENP, "svce=x acct=a sync=!1", "synced a"));
	CHECK_OK_FATAL(words_delete(home, GENP, "acct=a sync=!1"));
}

static void check_left(struct home *home, const char *left, const char *what)
{
	bool dead = false;

	for (const char *at = left; *at; at++) {
		char query[32];
		if (*at == '|')
			dead = true;
		if (*at == ' ' || *at == '|')
			continue;
		snprintf(query, sizeof query, "acct=%c tomb=!%d", *at, dead);
		at++;
		CHECK_MSG(words_count(home, GENP, query) == (size_t)(*at - '0'), what);
	}
}

static void update_rows(void)
{
	for (size_t i = 0; i < KC_COUNT_OF(updates); i++) {
		CLEANUP_HOME struct home home = HOME_INIT;
		home_init(&home);
		make_herd(&home);
		CHECK_MSG(words_update(&home, GENP, updates[i].query, updates[i].changes,
				  updates[i].secret) == updates[i].err,
			updates[i].what);
		check_left(&home, updates[i].left, updates[i].what);
	}
}

static void an_update_keeps_what_it_does_not_name(void)
{
	CLEANUP_HOME struct home home = HOME_INIT;
	KC_CLEANUP_FOUND struct kc_found before = {0}, after = {0};

	home_init(&home);
	CHECK_OK(words_add(&home, INET, "srvr=w bin0=%6f7470", "other class"));
	CHECK_OK(words_add(&home, GENP, "svce=x acct=a labl=l gena=%01", "secret"));
	before = find_one(&home, "acct=a");
	CHECK_OK(words_update(&home, GENP, "acct=a", "labl=new cdat=@5 mdat=@5 musr=%", NULL));
	after = find_one(&home, "acct=a");
	CHECK(after.id == before.id && after.version == before.version + 1);
	CHECK(memcmp(after.ref, before.ref, sizeof after.ref) == 0);
	CHECK(strcmp(words_text(&after.attrs, "labl"), "new") == 0);
	CHECK(kc_attrs_get_bytes(&after.attrs, KC_NAME('g', 'e', 'n', 'a')).len == 1);
	CHECK(kc_attrs_get_date(&after.attrs, CDAT, 0) == 5);
	CHECK(kc_attrs_get_date(&after.attrs, MDAT, 0) > kc_attrs_get_date(&before.attrs, MDAT, 0));
	CHECK(!kc_bytes_equal(kc_attrs_get_bytes(&after.attrs, KC_NAME('s', 'h', 'a', '1')),
		kc_attrs_get_bytes(&before.attrs, KC_NAME('s', 'h', 'a', '1'))));
	CHECK(words_has_secret(&home, GENP, "acct=a", "secret"));
	CHECK(words_count(&home, GENP, "labl=l") == 0);
	CHECK(words_count(&home, GENP, "labl=new") == 1);
	CHECK_OK(words_update(&home, INET, "srvr=w", "bin1=%01", NULL));
	CHECK(words_has_secret(&home, INET, "srvr=w", "other class"));
}

static int64_t frozen(void)
{
	return INT64_C(1700000000000);
}

/* One small request must not become hours of writing that everybody waits for. */
static void an_update_of_all_has_a_limit(void)
{
	enum { COUNT = 66 };
	CLEANUP_HOME struct home home = HOME_INIT;
	KC_CLEANUP_BUF struct kc_buf large = KC_BUF_INIT;

	home_init(&home);
	for (unsigned i = 0; i < ((unsigned)1 << 20) - 1; i++)
		kc_buf_push_byte(&large, 'x');
	for (int i = 0; i < COUNT; i++) {
		char attrs[32];
		snprintf(attrs, sizeof attrs, "svce=many acct=%d", i);
		CHECK_OK_FATAL(words_add(&home, GENP, attrs, "small"));
	}
	CHECK_ERR(words_update(&home, GENP, "svce=many", "", kc_buf_text(&large)), KC_E_TOO_LARGE);
	CHECK(words_has_secret(&home, GENP, "acct=0", "small"));
	CHECK_OK(words_update(&home, GENP, "acct=0", "", kc_buf_text(&large)));
	CHECK_OK(words_update(&home, GENP, "svce=many", "labl=x", NULL));
	CHECK(words_count(&home, GENP, "labl=x") == COUNT);
}

static void dates_go_up_when_the_clock_stands(void)
{
	CLEANUP_HOME struct home home = HOME_INIT;
	double last = 0;

	home_init(&home);
	kc_clock_set_wall(frozen);
	CHECK_OK(words_add(&home, GENP, "acct=a sync=!1", NULL));
	for (int i = 0; i < 3; i++) {
		KC_CLEANUP_FOUND struct kc_found found = find_one(&home, "acct=a");
		double date = kc_attrs_get_date(&found.attrs, MDAT, 0);
		CHECK(date > last);
		last = date;
		CHECK_OK(words_update(&home, GENP, "acct=a", "labl=x", NULL));
	}
	CHECK_OK(words_delete(&home, GENP, "acct=a"));
	CHECK_OK(words_add(&home, GENP, "acct=a sync=!1", NULL));
	{
		KC_CLEANUP_FOUND struct kc_found found = find_one(&home, "acct=a");
		CHECK(kc_attrs_get_date(&found.attrs, MDAT, 0) > last);
	}
	kc_clock_set_wall(NULL);
}

static void a_tombstone_lives_again(void)
{
	CLEANUP_HOME struct home home = HOME_INIT;
	KC_CLEANUP_FOUND struct kc_found first = {0}, dead = {0}, again = {0};

	home_init(&home);
	CHECK_OK(words_add_as(
		&home, &home_user, GENP, "svce=x acct=a sync=!1 labl=l", "secret", &first));
	CHECK_OK(words_delete(&home, GENP, "acct=a"));
	CHECK(words_count(&home, GENP, "acct=a") == 0);
	dead = find_one(&home, "acct=a tomb=!1");
	CHECK(dead.id == first.id);
	CHECK(!dead.has_secret);
	CHECK(kc_attrs_get(&dead.attrs, KC_NAME('l', 'a', 'b', 'l')) == NULL);
	CHECK(kc_attrs_get_date(&dead.attrs, MDAT, 0) > kc_attrs_get_date(&first.attrs, MDAT, 0));
	CHECK_OK(words_add_as(&home, &home_user, GENP, "svce=x acct=a sync=!1", "other", &again));
	CHECK(again.id == first.id);
	CHECK(memcmp(again.ref, first.ref, sizeof again.ref) == 0);
	CHECK(words_count(&home, GENP, "acct=a tomb=!1") == 0);
	CHECK(words_has_secret(&home, GENP, "acct=a", "other"));
	/* A local item leaves nothing behind, and comes back as another. */
	kc_found_done(&first);
	kc_found_done(&again);
	CHECK_OK(words_add_as(&home, &home_user, GENP, "acct=l", NULL, &first));
	CHECK_OK(words_delete(&home, GENP, "acct=l"));
	CHECK(words_count(&home, GENP, "acct=l tomb=!1") == 0);
	CHECK_OK(words_add_as(&home, &home_user, GENP, "acct=l", NULL, &again));
	CHECK(again.id > first.id);
	CHECK(memcmp(again.ref, first.ref, sizeof again.ref) != 0);
}

static void deletion_rows(void)
{
	/* clang-format off */
	static const struct {
		const char *what, *query;
		enum kc_tomb_use use;
		kc_err err;
		const char *left;
	} rows[] = {
		{"local",                    "acct=b",         KC_TOMB_USE_DEFAULT, KC_OK,          "a1 b0 s1 | a1 t1 b0"},
		{"local, always",            "acct=b",         KC_TOMB_USE_ALWAYS,  KC_OK,          "a1 b0 s1 | a1 t1 b1"},
		{"synced",                   "acct=s",         KC_TOMB_USE_DEFAULT, KC_OK,          "a1 b1 s0 | a1 t1 s1"},
		{"synced, never",            "acct=s",         KC_TOMB_USE_NEVER,   KC_OK,          "a1 b1 s0 | a1 t1 s0"},
		{"a tombstone",              "acct=t tomb=!1", KC_TOMB_USE_DEFAULT, KC_OK,          "a1 b1 s1 | a1 t0"},
		{"a tombstone, always",      "acct=t tomb=!1", KC_TOMB_USE_ALWAYS,  KC_OK,          "a1 b1 s1 | a1 t1"},
		{"a tombstone, not asked",   "acct=t",         KC_TOMB_USE_DEFAULT, KC_E_NOT_FOUND, "a1 b1 s1 | a1 t1"},
		{"all",                      "",               KC_TOMB_USE_DEFAULT, KC_OK,          "a0 b0 s0 | a1 b0 s1 t1"},
		{"nothing",                  "acct=z",         KC_TOMB_USE_DEFAULT, KC_E_NOT_FOUND, "a1 b1 s1 | a1 t1"},
	};
	/* clang-format on */
	for (size_t i = 0; i < KC_COUNT_OF(rows); i++) {
		CLEANUP_HOME struct home home = HOME_INIT;
		home_init(&home);
		make_herd(&home);
		CHECK_MSG(words_delete_use(&home, GENP, rows[i].query, rows[i].use) == rows[i].err,
			rows[i].what);
		check_left(&home, rows[i].left, rows[i].what);
	}
}

static void status_counts(void)
{
	CLEANUP_HOME struct home home = HOME_INIT;
	KC_CLEANUP_STATUS struct kc_status before = {0}, after = {0};

	home_init(&home);
	make_herd(&home);
	CHECK_OK(kc_keychain_status(home.keychain, &before));
	CHECK(before.items == 3 && before.synced == 1 && before.quarantined == 0);
	CHECK(strcmp(before.device, "test device") == 0);
	CHECK(before.lock == KC_LOCK_UNLOCKED && !before.altered);
	CHECK_ERR(words_update(&home, GENP, "acct=z", "labl=x", NULL), KC_E_NOT_FOUND);
	CHECK_OK(kc_keychain_status(home.keychain, &after));
	CHECK(after.generation == before.generation);
	CHECK_OK(words_update(&home, GENP, "acct=a", "labl=x", NULL));
	CHECK_OK(kc_keychain_status(home.keychain, &after));
	CHECK(after.generation > before.generation);
	CHECK(memcmp(after.device_id, before.device_id, sizeof after.device_id) == 0);
}

int main(void)
{
	static const struct check_test tests[] = {
		CHECK_TEST(update_rows),
		CHECK_TEST(an_update_keeps_what_it_does_not_name),
		CHECK_TEST(an_update_of_all_has_a_limit),
		CHECK_TEST(dates_go_up_when_the_clock_stands),
		CHECK_TEST(a_tombstone_lives_again),
		CHECK_TEST(deletion_rows),
		CHECK_TEST(status_counts),
	};
	return check_main("changing and deleting", tests, KC_COUNT_OF(tests));
}
