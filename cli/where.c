/* SPDX-License-Identifier: ISC */
/* The marker of a folder, the first bytes of a file, and who may read and write them. */
#include "cli/where.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#define MARKER ".kc-store"
#define FILE_SCHEME "file://"
#define SQLITE_SCHEME "sqlite://"
#define LOG_NAME_LEN 32
#define HEX "0123456789abcdef"
#define HEADER_LEN 72 /* of a database: a magic text, and the id of its program at the end */
#define MAGIC "SQLite format 3"
#define PROGRAM "KCcl"

static bool is_full(const char *folder)
{
	struct statvfs disk;

	return statvfs(folder, &disk) == 0 &&
	       (disk.f_bavail == 0 || (disk.f_files && disk.f_favail == 0));
}

/* The folder that something is in. */
static const char *above(const char *path, struct kc_buf *ret)
{
	size_t len = (size_t)(strrchr(path, '/') - path);

	kc_buf_reset(ret);
	kc_buf_push(ret, path, len ? len : 1);
	return kc_buf_text(ret) ? kc_buf_text(ret) : "/";
}

/* Nothing is there: whether it could be. */
static enum kc_where look_above(const char *place, bool is_file, struct kc_buf *path)
{
	KC_CLEANUP_BUF struct kc_buf folder = KC_BUF_INIT;
	const char *parent = above(place, &folder);
	enum kc_where state = KC_WHERE_NOTHING;

	if (access(parent, F_OK) != 0)
		state = KC_WHERE_NO_PARENT;
	else if (access(parent, W_OK | X_OK) != 0)
		state = KC_WHERE_SHUT;
	/* A folder is made with all that lead to it, a file is not. */
	kc_buf_push_str(path, state == KC_WHERE_SHUT || (state == KC_WHERE_NO_PARENT && is_file)
				      ? parent
				      : place);
	return state;
}

/* --- a folder -----------------------------------------------------------------------------------
 */

static bool is_log(const char *name)
{
	return strlen(name) == LOG_NAME_LEN && strspn(name, HEX) == LOG_NAME_LEN;
}

/* Names with a dot are a carrier's. */
static enum kc_where look_inside(const char *folder)
{
	enum kc_where state = KC_WHERE_EMPTY;
	DIR *dir = opendir(folder);
	const struct dirent *entry;

	if (!dir)
		return KC_WHERE_BARRED;
	while (state != KC_WHERE_UNMARKED && (entry = readdir(dir)) != NULL) {
		if (is_log(entry->d_name))
			state = KC_WHERE_UNMARKED;
		else if (entry->d_name[0] != '.')
			state = KC_WHERE_TAKEN;
	}
	closedir(dir);
	return state;
}

static enum kc_where look_at_folder(const char *folder)
{
	KC_CLEANUP_BUF struct kc_buf marker = KC_BUF_INIT;

	kc_buf_printf(&marker, "%s/" MARKER, folder);
	if (access(folder, R_OK | X_OK) != 0 || !kc_buf_text(&marker))
		return KC_WHERE_BARRED;
	if (access(kc_buf_text(&marker), F_OK) != 0)
		return look_inside(folder);
	if (access(kc_buf_text(&marker), R_OK) != 0)
		return KC_WHERE_BARRED;
	if (access(folder, W_OK) != 0)
		return KC_WHERE_SHUT;
	return is_full(folder) ? KC_WHERE_FULL : KC_WHERE_STORE;
}

/* --- a file -------------------------------------------------------------------------------------
 */

/* As the engine looks at it before it puts anything beside it. */
static bool is_store(const char *path)
{
	char header[HEADER_LEN];
	int file = open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	ssize_t got;

	if (file < 0)
		return false;
	got = read(file, header, sizeof header);
	close(file);
	return got == (ssize_t)sizeof header && memcmp(header, MAGIC, sizeof MAGIC) == 0 &&
	       memcmp(header + HEADER_LEN - strlen(PROGRAM), PROGRAM, strlen(PROGRAM)) == 0;
}

static enum kc_where look_at_file(const char *file, struct kc_buf *path)
{
	KC_CLEANUP_BUF struct kc_buf folder = KC_BUF_INIT;
	const char *parent = above(file, &folder);

	if (access(file, R_OK) != 0)
		return KC_WHERE_BARRED;
	if (!is_store(file))
		return KC_WHERE_OTHER;
	if (access(file, W_OK) != 0)
		return KC_WHERE_SHUT;
	if (access(parent, W_OK | X_OK) == 0)
		return is_full(parent) ? KC_WHERE_FULL : KC_WHERE_STORE;
	kc_buf_reset(path);
	kc_buf_push_str(path, parent);
	return KC_WHERE_SHUT;
}

/* --- either -------------------------------------------------------------------------------------
 */

static bool begins_with(const char *text, const char *start)
{
	return strncmp(text, start, strlen(start)) == 0;
}

/* Where in the file system; what begins with no / is no place in it. */
static const char *place_of(const char *url, bool *ret_is_file)
{
	*ret_is_file = begins_with(url, SQLITE_SCHEME "/");
	if (*ret_is_file)
		return url + strlen(SQLITE_SCHEME);
	return begins_with(url, FILE_SCHEME "/") ? url + strlen(FILE_SCHEME) : url;
}

bool kc_where_is_full(const char *url)
{
	KC_CLEANUP_BUF struct kc_buf folder = KC_BUF_INIT;
	bool is_file;
	const char *place = place_of(url, &is_file);

	if (place[0] != '/')
		return false;
	return is_full(access(place, F_OK) == 0 ? place : above(place, &folder));
}

enum kc_where kc_where_look(const char *url, struct kc_buf *path)
{
	bool is_file;
	const char *place = place_of(url, &is_file);
	struct stat about;

	kc_buf_reset(path);
	if (place[0] != '/')
		return KC_WHERE_UNKNOWN;
	if (stat(place, &about) != 0 && errno == ENOENT)
		return look_above(place, is_file, path);
	kc_buf_push_str(path, place);
	if (stat(place, &about) != 0)
		return errno == ENOTDIR ? KC_WHERE_NO_PARENT : KC_WHERE_BARRED;
	if (S_ISDIR(about.st_mode))
		return is_file ? KC_WHERE_FOLDER : look_at_folder(place);
	if (!is_file)
		return KC_WHERE_FILE;
	return S_ISREG(about.st_mode) ? look_at_file(place, path) : KC_WHERE_DEVICE;
}
