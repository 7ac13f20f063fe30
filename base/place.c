/* SPDX-License-Identifier: ISC */
/* Finding and checking folders. */
#include "base/place.h"

#include <errno.h>
#include <pwd.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define PASSWD_ENTRY 16384 /* bytes of a user's line and its strings, generously */

static kc_err join(const char *folder, const char *name, char **ret)
{
	KC_CLEANUP_BUF struct kc_buf path = KC_BUF_INIT;
	size_t len;

	kc_buf_printf(&path, "%s/%s", folder, name);
	if (!kc_buf_text(&path))
		return KC_ERR(NO_MEMORY);
	*ret = (char *)kc_buf_steal(&path, &len);
	return KC_OK;
}

/* The home folder in the user database (getpwuid_r(3)); *ret lives in entry. */
static kc_err database_home(struct kc_buf *entry, const char **ret)
{
	struct passwd user, *found = NULL;
	size_t len = PASSWD_ENTRY;
	uint8_t *room = kc_buf_extend(entry, len);

	if (!room)
		return KC_ERR(NO_MEMORY);
	if (getpwuid_r(getuid(), &user, (char *)room, len, &found) != 0 || !found)
		return KC_ERR(PARAM);
	*ret = found->pw_dir;
	return KC_OK;
}

static kc_err user_home(char **ret)
{
	KC_CLEANUP_BUF struct kc_buf entry = KC_BUF_INIT;
	const char *home = secure_getenv("HOME");

	if (!home || home[0] != '/')
		KC_TRY(database_home(&entry, &home));
	if (home[0] != '/')
		return KC_ERR(PARAM);
	*ret = strdup(home);
	return *ret ? KC_OK : KC_ERR(NO_MEMORY);
}

/* An XDG folder: $variable/keycircle, else $HOME/fallback/keycircle. Relative values are ignored,
 * as the specification says. */
static kc_err xdg_folder(const char *variable, const char *fallback, char **ret)
{
	KC_CLEANUP_FREE char *home = NULL;
	KC_CLEANUP_FREE char *base = NULL;
	const char *set = secure_getenv(variable);

	if (set && set[0] == '/')
		return join(set, "keycircle", ret);
	KC_TRY(user_home(&home));
	KC_TRY(join(home, fallback, &base));
	return join(base, "keycircle", ret);
}

static kc_err find_folders_of_user(struct kc_place *place)
{
	KC_TRY(xdg_folder("XDG_CONFIG_HOME", ".config", &place->config));
	KC_TRY(xdg_folder("XDG_DATA_HOME", ".local/share", &place->data));
	return xdg_folder("XDG_STATE_HOME", ".local/state", &place->state);
}

static kc_err find_folders_at(const char *home, struct kc_place *place)
{
	if (home[0] != '/')
		return KC_ERR(PARAM);
	KC_TRY(join(home, "config", &place->config));
	KC_TRY(join(home, "data", &place->data));
	return join(home, "state", &place->state);
}

kc_err kc_place_resolve(const char *path, char **ret)
{
	KC_CLEANUP_FREE char *known = NULL;
	KC_CLEANUP_FREE char *part = strdup(path);
	KC_CLEANUP_BUF struct kc_buf whole = KC_BUF_INIT;
	size_t len = strlen(path);

	if (!part)
		return KC_ERR(NO_MEMORY);
	for (known = realpath(part, NULL); !known && len > 1; known = realpath(part, NULL)) {
		if (errno == ENOMEM) /* which says nothing of what is there */
			return KC_ERR(NO_MEMORY);
		while (len > 1 && part[len - 1] != '/')
			len--;
		while (len > 1 && part[len - 1] == '/')
			len--;
		part[len] = 0;
	}
	if (!known && errno == ENOMEM)
		return KC_ERR(NO_MEMORY);
	if (!known || strstr(path + len, "/../"))
		return KC_ERR(PARAM);
	path += len + strspn(path + len, "/");
	kc_buf_printf(&whole, "%s%s%s", known, *path && known[1] ? "/" : "", path);
	if (!kc_buf_text(&whole))
		return KC_ERR(NO_MEMORY);
	*ret = (char *)kc_buf_steal(&whole, &len);
	return KC_OK;
}

/* FNV-1a, 64 bits: it only has to keep a user's own few homes apart. */
static uint64_t hash_of(const char *text)
{
	uint64_t hash = 0xcbf29ce484222325u;

	for (; *text; text++)
		hash = (hash ^ (uint8_t)*text) * 0x100000001b3u;
	return hash;
}

static kc_err find_socket(struct kc_place *place)
{
	const char *runtime = secure_getenv("XDG_RUNTIME_DIR");
	KC_CLEANUP_FREE char *data = NULL;
	unsigned long long hash;
	char name[32];

	if (kc_place_resolve(place->data, &data) == KC_E_NO_MEMORY)
		return KC_ERR(NO_MEMORY);
	hash = hash_of(data ? data : place->data);
	if (runtime && runtime[0] == '/' && access(runtime, W_OK) == 0)
		KC_TRY(join(runtime, "keycircle", &place->runtime));
	else
		KC_TRY(join(place->state, "run", &place->runtime));
	snprintf(name, sizeof name, "%016llx.sock", hash);
	KC_TRY(join(place->runtime, name, &place->socket));
	snprintf(name, sizeof name, "%016llx.lock", hash);
	return join(place->state, name, &place->lock);
}

static void move(struct kc_place *from, struct kc_place *to)
{
	*to = *from;
	*from = (struct kc_place)KC_PLACE_INIT;
}

kc_err kc_place_find(struct kc_place *ret)
{
	KC_CLEANUP_PLACE struct kc_place place = KC_PLACE_INIT;
	const char *home = secure_getenv("KEYCIRCLE_HOME");

	if (home && *home)
		KC_TRY(find_folders_at(home, &place));
	else
		KC_TRY(find_folders_of_user(&place));
	KC_TRY(find_socket(&place));
	move(&place, ret);
	return KC_OK;
}

kc_err kc_place_find_at(const char *home, struct kc_place *ret)
{
	KC_CLEANUP_PLACE struct kc_place place = KC_PLACE_INIT;

	place.home = strdup(home);
	if (!place.home)
		return KC_ERR(NO_MEMORY);
	KC_TRY(find_folders_at(home, &place));
	KC_TRY(find_socket(&place));
	move(&place, ret);
	return KC_OK;
}

kc_err kc_place_find_activated(const struct kc_place *place, char **ret)
{
	static const char *const choices[] = {"KEYCIRCLE_HOME", "XDG_DATA_HOME", "XDG_STATE_HOME"};
	KC_CLEANUP_BUF struct kc_buf entry = KC_BUF_INIT;
	const char *home = secure_getenv("HOME"), *users_own;

	for (size_t i = 0; i < KC_COUNT_OF(choices); i++)
		if (place->home || secure_getenv(choices[i]))
			return KC_ERR(NOT_FOUND);
	KC_TRY(database_home(&entry, &users_own));
	if (home && strcmp(home, users_own) != 0)
		return KC_ERR(NOT_FOUND);
	return join(place->runtime, "default.sock", ret);
}

void kc_place_done(struct kc_place *place)
{
	free(place->home);
	free(place->config);
	free(place->data);
	free(place->state);
	free(place->runtime);
	free(place->socket);
	free(place->lock);
	*place = (struct kc_place)KC_PLACE_INIT;
}

kc_err kc_place_check_folder(const char *path)
{
	struct stat status;

	if (stat(path, &status) != 0)
		return kc_err_from_errno(errno);
	if (!S_ISDIR(status.st_mode))
		return KC_ERR(IO);
	if (status.st_uid != geteuid() || (status.st_mode & 077) != 0)
		return KC_ERR(EXPOSED);
	return KC_OK;
}

bool kc_place_is_same(const char *a, const char *b)
{
	struct stat one, other;

	return stat(a, &one) == 0 && stat(b, &other) == 0 && one.st_dev == other.st_dev &&
	       one.st_ino == other.st_ino;
}

kc_err kc_place_make_folder(const char *path)
{
	KC_CLEANUP_FREE char *copy = strdup(path);
	int first = 0; /* why a parent could not be made, though it may be there all the same */

	if (!copy)
		return KC_ERR(NO_MEMORY);
	for (char *slash = strchr(copy + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
		*slash = 0;
		if (mkdir(copy, 0700) != 0 && errno != EEXIST && !first)
			first = errno;
		*slash = '/';
	}
	if (mkdir(path, 0700) != 0 && errno != EEXIST)
		return kc_err_from_errno(errno == ENOENT && first ? first : errno);
	return kc_place_check_folder(path);
}

void kc_place_host_name(char *ret, size_t size)
{
	static const char nameless[] = "computer";

	if (gethostname(ret, size) != 0)
		ret[0] = 0;
	ret[size - 1] = 0;
	ret[strcspn(ret, ".")] = 0;
	if (!ret[0])
		memcpy(ret, nameless, sizeof nameless);
}
