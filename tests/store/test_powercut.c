/* SPDX-License-Identifier: ISC */
/*
 * The power is cut at every write and sync of a keychain's life. After each cut the keychain opens,
 * SQLite finds nothing wrong, what was acknowledged is there, and of the call that was cut short
 * all or nothing.
 */
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "backend/store/db.h"
#include "backend/tries.h"
#include "tests/backend/words.h"
#include "tests/check.h"
#include "tests/store/powercut_vfs.h"

#define GENP KC_CLASS_GENERIC
#define BIG 20000
#define HUGE 500000

/* --- the life -----------------------------------------------------------------------------------
 */

static char big[BIG + 1], huge[HUGE + 1];

static kc_err add(struct home *home, const char *attrs, const char *secret)
{
	return words_add(home, GENP, attrs, secret);
}

static kc_err add_a(struct home *home)
{
	return add(home, "acct=a", "first");
}

static kc_err add_b(struct home *home)
{
	return add(home, "acct=b sync=!1", "second");
}

static kc_err change_a(struct home *home)
{
	return words_update(home, GENP, "acct=a", "labl=x", "changed");
}

static kc_err add_c(struct home *home)
{
	return add(home, "acct=c", big);
}

static kc_err change_password(struct home *home)
{
	return kc_keychain_change_password(
		home->keychain, kc_bytes_str("password"), kc_bytes_str("new"));
}

static kc_err delete_b(struct home *home)
{
	return words_delete(home, GENP, "acct=b");
}

static kc_err close_and_open(struct home *home)
{
	home_close(home);
	KC_TRY(kc_keychain_open(&home->place, &home->keychain));
	return kc_keychain_unlock(home->keychain, kc_bytes_str("new"));
}

static kc_err add_b_again(struct home *home)
{
	return add(home, "acct=b sync=!1", "third");
}

static kc_err change_all(struct home *home)
{
	return words_update(home, GENP, "", "labl=all", NULL);
}

/* The operations of a whole life between which all is about huge items. */
static uint64_t huge_from, huge_to;

/* Enough for the WAL to be copied back in the middle of it. */
static kc_err add_huge(struct home *home)
{
	huge_from = powercut_count();
	for (int i = 0; i < 10; i++) {
		char attrs[32];
		snprintf(attrs, sizeof attrs, "acct=huge svce=%d", i);
		KC_TRY(add(home, attrs, huge));
	}
	return KC_OK;
}

static kc_err delete_huge(struct home *home)
{
	kc_err err = words_delete(home, GENP, "acct=huge");

	huge_to = powercut_count();
	return err;
}

static kc_err delete_a(struct home *home)
{
	return words_delete(home, GENP, "acct=a");
}

/* After each step: the secrets of a, b and c (NULL: not there), how many items are huge and how
 * many have the label "all", and the password. Steps of several calls have several states between.
 */
/* clang-format off */
static const struct step {
	const char *what;
	kc_err (*run)(struct home *home);
	const char *a, *b, *c;
	size_t huge, all;
	const char *password;
} steps[] = {
	{"made",            NULL,            NULL,      NULL,     NULL, 0,  0, "password"},
	{"add a",           add_a,           "first",   NULL,     NULL, 0,  0, "password"},
	{"add b",           add_b,           "first",   "second", NULL, 0,  0, "password"},
	{"change a",        change_a,        "changed", "second", NULL, 0,  0, "password"},
	{"add c",           add_c,           "changed", "second", big,  0,  0, "password"},
	{"change password", change_password, "changed", "second", big,  0,  0, "new"},
	{"delete b",        delete_b,        "changed", NULL,     big,  0,  0, "new"},
	{"close and open",  close_and_open,  "changed", NULL,     big,  0,  0, "new"},
	{"add b again",     add_b_again,     "changed", "third",  big,  0,  0, "new"},
	{"change all",      change_all,      "changed", "third",  big,  0,  3, "new"},
	{"add huge ones",   add_huge,        "changed", "third",  big,  10, 3, "new"},
	{"delete them",     delete_huge,     "changed", "third",  big,  0,  3, "new"},
	{"close and open",  close_and_open,  "changed", "third",  big,  0,  3, "new"},
	{"delete a",        delete_a,        NULL,      "third",  big,  0,  2, "new"},
};
/* clang-format on */

/* Runs until the power goes. Returns the number of the last step that was acknowledged. */
static size_t live(struct home *home)
{
	size_t done = 0;

	if (kc_keychain_open(&home->place, &home->keychain) != KC_OK)
		return 0;
	if (kc_keychain_unlock(home->keychain, kc_bytes_str("password")) == KC_OK)
		while (done + 1 < KC_COUNT_OF(steps) && steps[done + 1].run(home) == KC_OK)
			done++;
	home_close(home);
	return done;
}

/* --- after the cut ------------------------------------------------------------------------------
 */

static bool file_is_sound(const struct home *home)
{
	sqlite3 *db = NULL;
	sqlite3_stmt *stmt = NULL;
	bool sound;

	sound = sqlite3_open_v2(home_database(home), &db, SQLITE_OPEN_READWRITE, NULL) ==
			SQLITE_OK &&
		sqlite3_prepare_v2(db, "PRAGMA integrity_check", -1, &stmt, NULL) == SQLITE_OK &&
		sqlite3_step(stmt) == SQLITE_ROW &&
		strcmp((const char *)sqlite3_column_text(stmt, 0), "ok") == 0;
	sqlite3_finalize(stmt);
	sqlite3_close(db);
	return sound;
}

static bool has(struct home *home, const char *query, const char *secret)
{
	return secret ? words_has_secret(home, GENP, query, secret)
		      : words_count(home, GENP, query) == 0;
}

static bool is_in_state(struct home *home, const struct step *step, bool in_flight)
{
	size_t huge_count = words_count(home, GENP, "acct=huge");
	bool huge_fits = huge_count == step->huge;

	/* Its ten calls are acknowledged one by one. */
	if (in_flight && step->run == add_huge)
		huge_fits = huge_count <= step->huge;
	return has(home, "acct=a", step->a) && has(home, "acct=b", step->b) &&
	       has(home, "acct=c", step->c) && huge_fits &&
	       words_count(home, GENP, "labl=all") == step->all;
}

static const char *password_of(
	struct home *home, const struct step *before, const struct step *after)
{
	if (kc_keychain_unlock(home->keychain, kc_bytes_str(before->password)) == KC_OK)
		return before->password;
	if (kc_keychain_unlock(home->keychain, kc_bytes_str(after->password)) == KC_OK)
		return after->password;
	return NULL;
}

static void check_after(struct home *home, size_t done, uint64_t at)
{
	const struct step *before = &steps[done];
	const struct step *after = &steps[done + 1 < KC_COUNT_OF(steps) ? done + 1 : done];
	KC_CLEANUP_STATUS struct kc_status status = {0};
	const char *password;
	char what[96];

	snprintf(what, sizeof what, "cut at %llu, after \"%s\"", (unsigned long long)at,
		before->what);
	CHECK_MSG(file_is_sound(home), what);
	CHECK_MSG(kc_keychain_open(&home->place, &home->keychain) == KC_OK, what);
	if (!home->keychain)
		return;
	password = password_of(home, before, after);
	CHECK_MSG(password != NULL, what);
	if (!password)
		return;
	CHECK_MSG(is_in_state(home, before, false) || is_in_state(home, after, true), what);
	CHECK_OK(kc_keychain_status(home->keychain, &status));
	CHECK_MSG(!status.altered && status.quarantined == 0, what);
	CHECK_MSG(words_add(home, GENP, "svce=after", "x") == KC_OK, what);
	home_close(home);
}

static void no_sleep(uint64_t ms)
{
	(void)ms;
}

/* One life in a folder of its own, cut at operation at. Returns how many operations it had. */
static uint64_t one_life(uint64_t at)
{
	CLEANUP_HOME struct home home = HOME_INIT;
	size_t done;
	uint64_t count;

	home_init(&home);
	home_close(&home);
	powercut_start(at);
	kc_db_set_vfs(POWERCUT_VFS);
	done = live(&home);
	count = powercut_count();
	kc_db_set_vfs(NULL);
	if (at == 0) {
		CHECK(done + 1 == KC_COUNT_OF(steps));
	} else {
		CHECK(powercut_is_dead());
		powercut_apply(at * 2654435761U + 1);
	}
	check_after(&home, done, at);
	powercut_start(0);
	return count;
}

static void the_life_is_right_without_a_cut(void)
{
	CHECK(one_life(0) > 1000);
}

/* How far apart cuts are among the thousands of writes of huge items; all others have one each. */
#define HUGE_STRIDE 97

/* make check-long cuts at every operation. */
static void cuts(void)
{
	bool all = getenv("KC_LONG") != NULL;
	uint64_t total = one_life(0), from = huge_from, to = huge_to;
	size_t lives = 0;

	CHECK_FATAL(0 < from && from < to && to < total);
	for (uint64_t at = 1; at <= total; lives++) {
		one_life(at);
		if (all || at < from || at >= to)
			at++;
		else
			at = at + HUGE_STRIDE < to ? at + HUGE_STRIDE : to;
	}
	printf("%zu cuts in %llu operations ", lives, (unsigned long long)total);
}

/* The check must be able to fail: on a disk that only says that it has synced, something is lost.
 */
static void a_lying_disk_is_noticed(void)
{
	CLEANUP_HOME struct home home = HOME_INIT;

	home_init(&home);
	home_close(&home);
	powercut_start(0);
	powercut_lie();
	kc_db_set_vfs(POWERCUT_VFS);
	CHECK_OK_FATAL(kc_keychain_open(&home.place, &home.keychain));
	home_unlock(&home);
	CHECK_OK_FATAL(add_a(&home));
	CHECK(is_in_state(&home, &steps[1], false));
	powercut_cut();
	home_close(&home);
	kc_db_set_vfs(NULL);
	powercut_apply(1);
	powercut_start(0);
	home_open(&home);
	home_unlock(&home);
	CHECK(!is_in_state(&home, &steps[1], false));
	CHECK(is_in_state(&home, &steps[0], false));
}

int main(void)
{
	static const struct check_test tests[] = {
		CHECK_TEST(the_life_is_right_without_a_cut),
		CHECK_TEST(a_lying_disk_is_noticed),
		CHECK_TEST(cuts),
	};
	home_use_memory(); /* the disk is the VFS's own */
	memset(big, 'b', BIG);
	memset(huge, 'h', HUGE);
	kc_tries_set_sleep(no_sleep);
	powercut_register();
	return check_main("power cuts", tests, KC_COUNT_OF(tests));
}
