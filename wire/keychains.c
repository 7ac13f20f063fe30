/* SPDX-License-Identifier: ISC */
#include "wire/keychains.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "wire/socket.h"

#define DATABASE "keychain.db"
#define SEARCH_FILE "keychains"
#define DEFAULT_FILE "default-keychain"
#define LOCK_FILE "keychains.lock"
#define MOST_BYTES ((size_t)1 << 20) /* of such a file */

/* --- paths ------------------------------------------------------------------------------------ */

void kc_keychain_paths_done(struct kc_keychain_paths *paths)
{
	for (size_t i = 0; i < paths->count; i++)
		free(paths->rows[i]);
	free(paths->rows);
	*paths = (struct kc_keychain_paths)KC_KEYCHAIN_PATHS_INIT;
}

bool kc_keychain_paths_have(const struct kc_keychain_paths *paths, const char *path)
{
	for (size_t i = 0; i < paths->count; i++)
		if (strcmp(paths->rows[i], path) == 0)
			return true;
	return false;
}

kc_err kc_keychain_paths_add(struct kc_keychain_paths *paths, const char *path)
{
	char **rows;

	if (kc_keychain_paths_have(paths, path))
		return KC_OK;
	rows = reallocarray(paths->rows, paths->count + 1, sizeof *rows);
	if (!rows)
		return KC_ERR(NO_MEMORY);
	paths->rows = rows;
	rows[paths->count] = strdup(path);
	if (!rows[paths->count])
		return KC_ERR(NO_MEMORY);
	paths->count++;
	return KC_OK;
}

void kc_keychain_paths_remove(struct kc_keychain_paths *paths, const char *path)
{
	size_t kept = 0;

	for (size_t i = 0; i < paths->count; i++)
		if (strcmp(paths->rows[i], path) == 0)
			free(paths->rows[i]);
		else
			paths->rows[kept++] = paths->rows[i];
	paths->count = kept;
}

static kc_err printed(int result)
{
	return result < 0 ? KC_ERR(NO_MEMORY) : KC_OK;
}

/* asprintf() that leaves NULL where it fails. */
#define JOIN(ret, ...) (*(ret) = NULL, printed(asprintf((ret), __VA_ARGS__)))

/* --- where they are --------------------------------------------------------------------------- */

static kc_err users_path(const struct kc_place *place, char **ret)
{
	return JOIN(ret, "%s/" DATABASE, place->data);
}

bool kc_keychains_is_users(const struct kc_place *place, const char *path)
{
	size_t len = strlen(place->data);

	return strncmp(path, place->data, len) == 0 && strcmp(path + len, "/" DATABASE) == 0;
}

bool kc_keychains_exist(const struct kc_place *place, const char *path)
{
	KC_CLEANUP_FREE char *file = NULL;

	if (kc_keychains_is_users(place, path))
		return true;
	return JOIN(&file, "%s/data/" DATABASE, path) == KC_OK && access(file, F_OK) == 0;
}

/* --- the files -------------------------------------------------------------------------------- */

/* Lines that are no absolute paths are nobody's. */
static kc_err read_lines(FILE *file, struct kc_keychain_paths *ret)
{
	KC_CLEANUP_FREE char *line = NULL;
	size_t room = 0, total = 0;
	ssize_t len;

	while ((len = getline(&line, &room, file)) > 0) {
		total += (size_t)len;
		if (total > MOST_BYTES)
			return KC_ERR(TOO_LARGE);
		line[strcspn(line, "\n")] = 0;
		if (line[0] == '/')
			KC_TRY(kc_keychain_paths_add(ret, line));
	}
	return ferror(file) ? KC_ERR(IO) : KC_OK;
}

/* Errors: NOT_FOUND when there is no such file, as for a file. */
static kc_err read_file(
	const struct kc_place *place, const char *name, struct kc_keychain_paths *ret)
{
	KC_CLEANUP_FREE char *path = NULL;
	FILE *file;
	kc_err err;

	KC_TRY(JOIN(&path, "%s/%s", place->config, name));
	file = fopen(path, "re");
	if (!file)
		return errno == ENOENT ? KC_ERR(NOT_FOUND) : kc_err_from_errno(errno);
	err = read_lines(file, ret);
	fclose(file);
	return err;
}

static kc_err write_lines(const char *path, const struct kc_keychain_paths *paths)
{
	FILE *file;
	bool written;

	(void)unlink(path);
	file = fopen(path, "wxe");
	if (!file)
		return kc_err_from_errno(errno);
	for (size_t i = 0; i < paths->count; i++)
		fprintf(file, "%s\n", paths->rows[i]);
	written = fflush(file) == 0 && !ferror(file) && fsync(fileno(file)) == 0;
	return fclose(file) == 0 && written ? KC_OK : KC_ERR(IO);
}

/* Whole or not at all. */
static kc_err write_file(
	const struct kc_place *place, const char *name, const struct kc_keychain_paths *paths)
{
	KC_CLEANUP_FREE char *path = NULL;
	KC_CLEANUP_FREE char *fresh = NULL;

	KC_TRY(JOIN(&path, "%s/%s", place->config, name));
	KC_TRY(JOIN(&fresh, "%s/%s.new", place->config, name));
	KC_TRY(write_lines(fresh, paths));
	return rename(fresh, path) == 0 ? KC_OK : kc_err_from_errno(errno);
}

/* One writer at a time, of all threads and processes; closing *ret lets the next one in. */
static kc_err lock_files(const struct kc_place *place, int *ret)
{
	KC_CLEANUP_FREE char *path = NULL;

	KC_TRY(kc_place_make_folder(place->config));
	KC_TRY(JOIN(&path, "%s/" LOCK_FILE, place->config));
	*ret = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	if (*ret < 0 || flock(*ret, LOCK_EX) != 0)
		return kc_err_from_errno(errno);
	return KC_OK;
}

/* --- the search list and the default ---------------------------------------------------------- */

kc_err kc_keychains_search(const struct kc_place *place, struct kc_keychain_paths *ret)
{
	KC_CLEANUP_FREE char *users = NULL;
	kc_err err = read_file(place, SEARCH_FILE, ret);

	if (err != KC_E_NOT_FOUND)
		return err;
	KC_TRY(users_path(place, &users));
	return kc_keychain_paths_add(ret, users);
}

kc_err kc_keychains_set_search(const struct kc_place *place, const struct kc_keychain_paths *paths)
{
	KC_CLEANUP_FD int lock = -1;

	KC_TRY(lock_files(place, &lock));
	return write_file(place, SEARCH_FILE, paths);
}

kc_err kc_keychains_set_searched(
	const struct kc_place *place, const char *path, bool searched, bool *ret_changed)
{
	KC_CLEANUP_KEYCHAIN_PATHS struct kc_keychain_paths paths = KC_KEYCHAIN_PATHS_INIT;
	KC_CLEANUP_FD int lock = -1;

	KC_TRY(lock_files(place, &lock));
	KC_TRY(kc_keychains_search(place, &paths));
	*ret_changed = kc_keychain_paths_have(&paths, path) != searched;
	if (!*ret_changed)
		return KC_OK;
	if (searched)
		KC_TRY(kc_keychain_paths_add(&paths, path));
	else
		kc_keychain_paths_remove(&paths, path);
	return write_file(place, SEARCH_FILE, &paths);
}

static kc_err find_default(const struct kc_place *place, char **ret)
{
	KC_CLEANUP_KEYCHAIN_PATHS struct kc_keychain_paths one = KC_KEYCHAIN_PATHS_INIT;
	kc_err err = read_file(place, DEFAULT_FILE, &one);

	if (err != KC_E_NOT_FOUND)
		KC_TRY(err);
	if (one.count == 0)
		return users_path(place, ret);
	*ret = one.rows[0];
	one.rows[0] = NULL;
	return KC_OK;
}

kc_err kc_keychains_set_default(const struct kc_place *place, const char *path)
{
	KC_CLEANUP_KEYCHAIN_PATHS struct kc_keychain_paths one = KC_KEYCHAIN_PATHS_INIT;
	KC_CLEANUP_FD int lock = -1;

	KC_TRY(kc_keychain_paths_add(&one, path));
	KC_TRY(lock_files(place, &lock));
	return write_file(place, DEFAULT_FILE, &one);
}

kc_err kc_keychains_forget(const struct kc_place *place, const char *path)
{
	KC_CLEANUP_FREE char *first = NULL;
	KC_CLEANUP_FREE char *users = NULL;
	bool changed;

	KC_TRY(find_default(place, &first));
	if (strcmp(first, path) == 0) {
		KC_TRY(users_path(place, &users));
		KC_TRY(kc_keychains_set_default(place, users));
	}
	return kc_keychains_set_searched(place, path, false, &changed);
}

/* --- names ------------------------------------------------------------------------------------ */

static bool ends_in(const char *text, const char *ending)
{
	size_t len = strlen(text), ending_len = strlen(ending);

	return len >= ending_len && strcmp(text + len - ending_len, ending) == 0;
}

/* macOS stores build.keychain as build.keychain-db, and scripts name either. */
static kc_err prefer_what_is_there(const struct kc_place *place, char **path)
{
	KC_CLEANUP_FREE char *other = NULL;
	int len = (int)strlen(*path);
	char *last;

	if (kc_keychains_exist(place, *path))
		return KC_OK;
	if (ends_in(*path, "-db"))
		KC_TRY(JOIN(&other, "%.*s", len - 3, *path));
	else
		KC_TRY(JOIN(&other, "%s-db", *path));
	if (!kc_keychains_exist(place, other))
		return KC_OK;
	last = *path;
	*path = other;
	other = last;
	return KC_OK;
}

/* Whether a path is the user's own database, or what KEYCIRCLE_HOME would name it by. */
static kc_err leads_to_users(const struct kc_place *place, const char *path, bool *ret)
{
	KC_CLEANUP_FREE char *folder = NULL;
	KC_CLEANUP_FREE char *inside = NULL;

	KC_TRY(JOIN(&folder, "%.*s/", (int)(strrchr(path, '/') - path), path));
	KC_TRY(JOIN(&inside, "%s/data", path));
	*ret = kc_place_is_same(inside, place->data) ||
	       (ends_in(path, "/" DATABASE) && kc_place_is_same(folder, place->data));
	return KC_OK;
}

static kc_err settle(const struct kc_place *place, const char *path, char **ret)
{
	KC_CLEANUP_FREE char *resolved = NULL;
	bool users;

	if (kc_place_resolve(path, &resolved) != KC_OK)
		return KC_ERR(NO_KEYCHAIN);
	KC_TRY(leads_to_users(place, resolved, &users));
	if (users || kc_keychains_is_users(place, path))
		return users_path(place, ret);
	*ret = resolved;
	resolved = NULL;
	return KC_OK;
}

kc_err kc_keychains_path(const struct kc_place *place, const char *name, char **ret)
{
	KC_CLEANUP_FREE char *path = NULL;
	const char *base;

	if (!name)
		return find_default(place, ret);
	base = strrchr(name, '/') ? strrchr(name, '/') + 1 : name;
	if (!*base || strchr(name, '\n') || strcmp(base, ".") == 0 || strcmp(base, "..") == 0)
		return KC_ERR(NO_KEYCHAIN);
	if (strcmp(base, KC_KEYCHAINS_LOGIN) == 0 || strcmp(base, KC_KEYCHAINS_LOGIN "-db") == 0)
		return users_path(place, ret);
	if (name[0] == '/' && !strstr(name, "/Library/Keychains/"))
		KC_TRY(JOIN(&path, "%s", name));
	else
		KC_TRY(JOIN(&path, "%s/%s", place->data, name[0] == '/' ? base : name));
	KC_TRY(prefer_what_is_there(place, &path));
	return settle(place, path, ret);
}
