/* SPDX-License-Identifier: ISC */
/* Keychains by their paths: what names stand for, and the two files that all programs share. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/check.h"
#include "tests/file.h"
#include "wire/keychains.h"

#define PROCESSES 8
#define PATHS_EACH 10

static char home[64];
static struct kc_place place;

static void make(const char *name)
{
	char path[160], file[192];

	snprintf(path, sizeof path, "%s/data/%s/data", home, name);
	CHECK_OK_FATAL(kc_place_make_folder(path));
	snprintf(file, sizeof file, "%s/keychain.db", path);
	CHECK_FATAL(file_write(file, kc_bytes_str("")));
}

static void open_place(void)
{
	snprintf(home, sizeof home, "/tmp/kc-keychains-XXXXXX");
	CHECK_FATAL(mkdtemp(home) != NULL);
	CHECK_OK_FATAL(kc_place_find_at(home, &place));
}

static void close_place(void)
{
	kc_place_done(&place);
	file_remove_tree(home);
}

/* --- names ------------------------------------------------------------------------------------ */

/* clang-format off */
static const struct {
	const char *name, *path; /* a path that begins with / is one below the home; NULL: none */
} names[] = {
	{NULL,                                        "/data/keychain.db"},
	{"login.keychain",                            "/data/keychain.db"},
	{"login.keychain-db",                         "/data/keychain.db"},
	{"/Users/ada/Library/Keychains/login.keychain-db", "/data/keychain.db"},
	{"new.keychain",                              "/data/new.keychain"},
	{"new",                                       "/data/new"},
	{"sub/new.keychain",                          "/data/sub/new.keychain"},
	{"short.keychain",                            "/data/short.keychain"},
	{"short.keychain-db",                         "/data/short.keychain"},
	{"long.keychain",                             "/data/long.keychain-db"},
	{"long.keychain-db",                          "/data/long.keychain-db"},
	{"/Users/ada/Library/Keychains/short.keychain-db", "/data/short.keychain"},
	{"",                                          NULL},
	{"folder/",                                   NULL},
	{".",                                         NULL},
	{"..",                                        NULL},
	{"/",                                         NULL},
	{"../..",                                     NULL},
	{"two\nlines",                                NULL},
};
/* clang-format on */

static void names_stand_for_paths(void)
{
	open_place();
	make("short.keychain");
	make("long.keychain-db");
	for (size_t i = 0; i < KC_COUNT_OF(names); i++) {
		KC_CLEANUP_FREE char *path = NULL;
		const char *what = names[i].name ? names[i].name : "NULL";
		kc_err err = kc_keychains_path(&place, names[i].name, &path);
		CHECK_MSG(err == (names[i].path ? KC_OK : KC_E_NO_KEYCHAIN), what);
		CHECK_MSG(
			!names[i].path || (path && strncmp(path, home, strlen(home)) == 0 &&
						  strcmp(path + strlen(home), names[i].path) == 0),
			what);
	}
	close_place();
}

static void other_paths_are_themselves(void)
{
	KC_CLEANUP_FREE char *path = NULL;

	open_place();
	CHECK_OK(kc_keychains_path(&place, "/srv/build.keychain", &path));
	CHECK(path && strcmp(path, "/srv/build.keychain") == 0);
	CHECK(!kc_keychains_is_users(&place, path) && !kc_keychains_exist(&place, path));
	close_place();
}

/* The user's own by any way to it, and others by one path, or two services would keep one keychain
 * and what deletes one would delete the other. */
static void one_path_for_each(void)
{
	/* clang-format off */
	static const struct {
		const char *name, *path; /* below the home */
	} rows[] = {
		{"",                            "/data/keychain.db"},
		{"/data/../../",                NULL},
		{"/data/../data/keychain.db",   "/data/keychain.db"},
		{"/link/keychain.db",           "/data/keychain.db"},
		{"/up",                         "/data/keychain.db"},
		{"/data//short.keychain",       "/data/short.keychain"},
		{"/link/short.keychain",        "/data/short.keychain"},
		{"/link/../data/./new",         "/data/new"},
		{"/alias",                      "/data/short.keychain"},
		{"/link/none//deep",            "/data/none//deep"},
		{"/link/none/../deep",          NULL},
		{"/loop/deep",                  "/loop/deep"},
	};
	/* clang-format on */
	KC_CLEANUP_PLACE struct kc_place other = KC_PLACE_INIT;
	char path[160], target[160];

	open_place();
	make("short.keychain");
	CHECK_FATAL(chdir(home) == 0 && symlink("data", "link") == 0 && symlink(".", "up") == 0 &&
		    symlink("loop", "loop") == 0 && symlink("data/short.keychain", "alias") == 0);
	for (size_t i = 0; i < KC_COUNT_OF(rows); i++) {
		KC_CLEANUP_FREE char *found = NULL;
		snprintf(path, sizeof path, "%s%s", home, rows[i].name);
		snprintf(target, sizeof target, "%s%s", home, rows[i].path ? rows[i].path : "");
		CHECK_MSG(kc_keychains_path(&place, path, &found) ==
				  (rows[i].path ? KC_OK : KC_E_NO_KEYCHAIN),
			rows[i].name);
		CHECK_MSG(!rows[i].path || (found && strcmp(found, target) == 0), rows[i].name);
	}
	CHECK_FATAL(chdir("/") == 0);
	snprintf(path, sizeof path, "%s/data/../up", home);
	CHECK_OK_FATAL(kc_place_find_at(path, &other));
	/* one service for both: of one lock, and of one name */
	CHECK(strcmp(strrchr(other.socket, '/'), strrchr(place.socket, '/')) == 0);
	CHECK(strcmp(strrchr(other.lock, '/'), strrchr(place.lock, '/')) == 0);
	close_place();
}

/* --- the files -------------------------------------------------------------------------------- */

static void check_search(size_t count, const char *first)
{
	KC_CLEANUP_KEYCHAIN_PATHS struct kc_keychain_paths paths = KC_KEYCHAIN_PATHS_INIT;

	CHECK_OK_FATAL(kc_keychains_search(&place, &paths));
	CHECK(paths.count == count);
	CHECK(!first || (paths.count && strcmp(paths.rows[0], first) == 0));
}

static void check_default(const char *wanted)
{
	KC_CLEANUP_FREE char *path = NULL;

	CHECK_OK_FATAL(kc_keychains_path(&place, NULL, &path));
	CHECK_MSG(strcmp(path, wanted) == 0, path);
}

static void the_list_and_the_default(void)
{
	struct kc_keychain_paths none = KC_KEYCHAIN_PATHS_INIT;
	KC_CLEANUP_FREE char *users = NULL;
	bool changed;

	open_place();
	CHECK_OK_FATAL(kc_keychains_path(&place, KC_KEYCHAINS_LOGIN, &users));
	check_search(1, users);
	check_default(users);
	CHECK_OK(kc_keychains_set_searched(&place, "/a", true, &changed));
	CHECK(changed);
	CHECK_OK(kc_keychains_set_searched(&place, "/a", true, &changed));
	CHECK(!changed);
	check_search(2, users);
	CHECK_OK(kc_keychains_set_searched(&place, users, false, &changed));
	check_search(1, "/a");
	CHECK_OK(kc_keychains_set_default(&place, "/a"));
	check_default("/a");
	CHECK_OK(kc_keychains_forget(&place, "/a"));
	check_search(0, NULL); /* an empty list is one */
	check_default(users);
	CHECK_OK(kc_keychains_set_search(&place, &none));
	check_search(0, NULL);
	close_place();
}

/* Lines of somebody else: no path, no end, the same again. */
static void files_that_others_wrote(void)
{
	char path[128];

	open_place();
	CHECK_OK_FATAL(kc_place_make_folder(place.config));
	snprintf(path, sizeof path, "%s/keychains", place.config);
	CHECK_FATAL(file_write(path, kc_bytes_str("# mine\n\n/a\nrelative\n/b\n/a\n/c")));
	check_search(3, "/a");
	snprintf(path, sizeof path, "%s/default-keychain", place.config);
	CHECK_FATAL(file_write(path, kc_bytes_str("nothing")));
	{
		KC_CLEANUP_FREE char *users = NULL;
		CHECK_OK_FATAL(kc_keychains_path(&place, KC_KEYCHAINS_LOGIN, &users));
		check_default(users);
	}
	close_place();
}

static int add_some(unsigned process)
{
	for (unsigned i = 0; i < PATHS_EACH; i++) {
		char path[32];
		bool changed;
		snprintf(path, sizeof path, "/%u/%u", process, i);
		if (kc_keychains_set_searched(&place, path, true, &changed) != KC_OK || !changed)
			return 1;
	}
	return 0;
}

static void processes_that_add_lose_nothing(void)
{
	open_place();
	for (unsigned i = 0; i < PROCESSES; i++) {
		pid_t child = fork();
		CHECK_FATAL(child >= 0);
		if (child == 0)
			_exit(add_some(i));
	}
	for (unsigned i = 0; i < PROCESSES; i++) {
		int status;
		CHECK_FATAL(wait(&status) > 0);
		CHECK(WIFEXITED(status) && WEXITSTATUS(status) == 0);
	}
	check_search(1 + PROCESSES * PATHS_EACH, NULL);
	close_place();
}

int main(void)
{
	static const struct check_test tests[] = {
		CHECK_TEST(names_stand_for_paths),
		CHECK_TEST(other_paths_are_themselves),
		CHECK_TEST(one_path_for_each),
		CHECK_TEST(the_list_and_the_default),
		CHECK_TEST(files_that_others_wrote),
		CHECK_TEST(processes_that_add_lose_nothing),
	};
	return check_main("keychains", tests, KC_COUNT_OF(tests));
}
