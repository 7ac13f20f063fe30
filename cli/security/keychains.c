/* SPDX-License-Identifier: ISC */
/* Words become paths and paths places; the search list and the default are files of paths in the
 * configuration folder. */
#include "cli/security/keychains.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "cli/input.h"
#include "wire/socket.h"

#define FILE_OF_DATA "keychain.db"
#define HOME "KEYCIRCLE_HOME"
#define SEARCH_FILE "keychains"
#define DEFAULT_FILE "default-keychain"
#define MOST_LIST ((size_t)1 << 20)
#define GONE_CHECKS 1000
#define GONE_CHECK_MS 10

/* --- lists of paths ---------------------------------------------------------------------------
 */

void kc_sec_paths_done(struct kc_sec_paths *paths)
{
	for (size_t i = 0; i < paths->count; i++)
		free(paths->rows[i]);
	free(paths->rows);
	*paths = (struct kc_sec_paths){.count = 0};
}

static bool has(const struct kc_sec_paths *paths, struct kc_bytes path)
{
	for (size_t i = 0; i < paths->count; i++)
		if (kc_bytes_equal(kc_bytes_str(paths->rows[i]), path))
			return true;
	return false;
}

/* Each path once. */
static kc_err push(struct kc_sec_paths *paths, struct kc_bytes path)
{
	char **rows;

	if (has(paths, path))
		return KC_OK;
	rows = reallocarray(paths->rows, paths->count + 1, sizeof *rows);
	if (!rows)
		return KC_ERR(NO_MEMORY);
	paths->rows = rows;
	rows[paths->count] = strndup((const char *)path.data, path.len);
	if (!rows[paths->count])
		return KC_ERR(NO_MEMORY);
	paths->count++;
	return KC_OK;
}

/* The lines of a file that are absolute paths; *ret_known: there is such a file. */
static kc_err read_list(
	struct kc_sec *sec, const char *file, struct kc_sec_paths *ret, bool *ret_known)
{
	KC_CLEANUP_BUF struct kc_buf path = KC_BUF_INIT, text = KC_BUF_INIT;
	kc_err err;

	*ret_known = false;
	kc_buf_printf(&path, "%s/%s", sec->place.config, file);
	if (!kc_buf_text(&path))
		return KC_ERR(NO_MEMORY);
	err = kc_input_file(&sec->run, kc_buf_text(&path), MOST_LIST, &text);
	if (err == KC_E_NOT_FOUND)
		return KC_OK;
	KC_TRY(err);
	*ret_known = true;
	for (size_t at = 0; at < text.len;) {
		const uint8_t *end = memchr(text.data + at, '\n', text.len - at);
		size_t len = end ? (size_t)(end - text.data) - at : text.len - at;
		if (len && text.data[at] == '/')
			KC_TRY(push(ret, kc_bytes(text.data + at, len)));
		at += len + 1;
	}
	return KC_OK;
}

/* Whole or not at all. */
static kc_err write_list(struct kc_sec *sec, const char *file, const struct kc_sec_paths *paths)
{
	KC_CLEANUP_BUF struct kc_buf path = KC_BUF_INIT, fresh = KC_BUF_INIT;
	FILE *stream;
	bool good;

	KC_TRY(kc_place_make_folder(sec->place.config));
	kc_buf_printf(&path, "%s/%s", sec->place.config, file);
	kc_buf_printf(&fresh, "%s/%s.new", sec->place.config, file);
	if (!kc_buf_text(&path) || !kc_buf_text(&fresh))
		return KC_ERR(NO_MEMORY);
	(void)unlink(kc_buf_text(&fresh));
	stream = fopen(kc_buf_text(&fresh), "wxe");
	if (!stream)
		return kc_err_from_errno(errno);
	for (size_t i = 0; i < paths->count; i++)
		fprintf(stream, "%s\n", paths->rows[i]);
	good = fflush(stream) == 0 && !ferror(stream);
	if (fclose(stream) == 0 && good && rename(kc_buf_text(&fresh), kc_buf_text(&path)) == 0)
		return KC_OK;
	return KC_ERR(IO);
}

kc_err kc_sec_keychains_set_search(struct kc_sec *sec, const struct kc_sec_paths *paths)
{
	return write_list(sec, SEARCH_FILE, paths);
}

kc_err kc_sec_keychains_set_default(struct kc_sec *sec, const char *path)
{
	KC_CLEANUP_SEC_PATHS struct kc_sec_paths one = {.count = 0};

	KC_TRY(push(&one, kc_bytes_str(path)));
	return write_list(sec, DEFAULT_FILE, &one);
}

/* --- words ------------------------------------------------------------------------------------
 */

kc_err kc_sec_keychains_begin(struct kc_sec *sec)
{
	return kc_place_find(&sec->place);
}

static kc_err push_users(const struct kc_sec *sec, struct kc_buf *ret)
{
	kc_buf_reset(ret);
	kc_buf_printf(ret, "%s/" FILE_OF_DATA, sec->place.data);
	return kc_buf_text(ret) ? KC_OK : KC_ERR(NO_MEMORY);
}

static bool is_users(const struct kc_sec *sec, const char *path)
{
	size_t len = strlen(sec->place.data);

	return strncmp(path, sec->place.data, len) == 0 &&
	       strcmp(path + len, "/" FILE_OF_DATA) == 0;
}

/* Whether there is a keychain; of the user's own its service knows. */
static bool is_there(const struct kc_sec *sec, const char *path)
{
	KC_CLEANUP_BUF struct kc_buf file = KC_BUF_INIT;

	if (is_users(sec, path))
		return true;
	kc_buf_printf(&file, "%s/data/" FILE_OF_DATA, path);
	return kc_buf_text(&file) && access(kc_buf_text(&file), F_OK) == 0;
}

static bool ends_in(const char *text, const char *ending)
{
	size_t len = strlen(text), ending_len = strlen(ending);

	return len >= ending_len && strcmp(text + len - ending_len, ending) == 0;
}

/* macOS stores build.keychain as build.keychain-db, and scripts name either. */
static kc_err prefer_what_is_there(const struct kc_sec *sec, struct kc_buf *path)
{
	KC_CLEANUP_BUF struct kc_buf other = KC_BUF_INIT;
	const char *text = kc_buf_text(path);

	if (!text)
		return KC_ERR(NO_MEMORY);
	if (is_there(sec, text))
		return KC_OK;
	kc_buf_push(&other, path->data, path->len);
	if (ends_in(text, "-db"))
		kc_buf_truncate(&other, other.len - strlen("-db"));
	else
		kc_buf_push_str(&other, "-db");
	if (!kc_buf_text(&other))
		return KC_ERR(NO_MEMORY);
	if (!is_there(sec, kc_buf_text(&other)))
		return KC_OK;
	kc_buf_done(path);
	*path = other;
	other = (struct kc_buf)KC_BUF_INIT;
	return KC_OK;
}

static kc_err push_default(struct kc_sec *sec, struct kc_buf *ret)
{
	KC_CLEANUP_SEC_PATHS struct kc_sec_paths one = {.count = 0};
	bool known;

	KC_TRY(read_list(sec, DEFAULT_FILE, &one, &known));
	if (one.count == 0)
		return push_users(sec, ret);
	kc_buf_reset(ret);
	kc_buf_push_str(ret, one.rows[0]);
	return kc_buf_text(ret) ? KC_OK : KC_ERR(NO_MEMORY);
}

kc_err kc_sec_keychains_path(struct kc_sec *sec, const char *word, struct kc_buf *ret)
{
	const char *slash, *name;

	if (!word)
		return push_default(sec, ret);
	slash = strrchr(word, '/');
	name = slash ? slash + 1 : word;
	if (!*name || strchr(word, '\n') || strcmp(name, ".") == 0 || strcmp(name, "..") == 0)
		return KC_ERR(NO_KEYCHAIN);
	if (strcmp(name, "login.keychain") == 0 || strcmp(name, "login.keychain-db") == 0)
		return push_users(sec, ret);
	kc_buf_reset(ret);
	if (word[0] == '/' && !strstr(word, "/Library/Keychains/"))
		kc_buf_push_str(ret, word);
	else
		kc_buf_printf(ret, "%s/%s", sec->place.data, word[0] == '/' ? name : word);
	return prefer_what_is_there(sec, ret);
}

kc_err kc_sec_keychains_asked(
	struct kc_sec *sec, char *const *words, size_t count, struct kc_sec_paths *ret)
{
	KC_CLEANUP_BUF struct kc_buf path = KC_BUF_INIT;
	bool known;

	for (size_t i = 0; i < count; i++) {
		KC_TRY(kc_sec_keychains_path(sec, words[i], &path));
		KC_TRY(push(ret, kc_buf_bytes(&path)));
	}
	if (count)
		return KC_OK;
	KC_TRY(read_list(sec, SEARCH_FILE, ret, &known));
	if (known)
		return KC_OK;
	KC_TRY(push_users(sec, &path));
	return push(ret, kc_buf_bytes(&path));
}

/* --- using them -------------------------------------------------------------------------------
 */

/* The environment is how a client is told of a place; the device's own is put back for the user's.
 */
static kc_err enter(struct kc_sec *sec, const char *path)
{
	static char *before; /* what it was when this process began */
	static bool known;
	const char *home = getenv(HOME);

	if (!known) {
		before = home ? strdup(home) : NULL;
		known = true;
	}
	kc_buf_reset(&sec->path);
	kc_buf_push_str(&sec->path, path);
	if (!kc_buf_text(&sec->path))
		return KC_ERR(NO_MEMORY);
	if (!is_users(sec, path))
		setenv(HOME, path, 1);
	else if (before)
		setenv(HOME, before, 1);
	else
		unsetenv(HOME);
	if (sec->run.client)
		kc_client_free(sec->run.client);
	sec->run.client = NULL;
	return kc_client_new(&sec->run.client);
}

kc_err kc_sec_keychains_use(struct kc_sec *sec, const char *path)
{
	return is_there(sec, path) ? enter(sec, path) : KC_ERR(NO_KEYCHAIN);
}

kc_err kc_sec_keychains_use_word(struct kc_sec *sec, const char *word)
{
	KC_CLEANUP_BUF struct kc_buf path = KC_BUF_INIT;

	KC_TRY(kc_sec_keychains_path(sec, word, &path));
	return kc_sec_keychains_use(sec, kc_buf_text(&path));
}

static kc_err add_to_search(struct kc_sec *sec, const char *path)
{
	KC_CLEANUP_SEC_PATHS struct kc_sec_paths paths = {.count = 0};

	KC_TRY(kc_sec_keychains_asked(sec, NULL, 0, &paths));
	if (has(&paths, kc_bytes_str(path)))
		return KC_OK;
	KC_TRY(push(&paths, kc_bytes_str(path)));
	return kc_sec_keychains_set_search(sec, &paths);
}

kc_err kc_sec_keychains_make(struct kc_sec *sec, const char *word, struct kc_bytes password)
{
	KC_CLEANUP_BUF struct kc_buf path = KC_BUF_INIT;
	char host[KC_DEVICE_NAME_MAX + 1] = "";

	KC_TRY(kc_sec_keychains_path(sec, word, &path));
	if (!is_users(sec, kc_buf_text(&path))) {
		if (is_there(sec, kc_buf_text(&path)))
			return KC_ERR(KEYCHAIN_EXISTS);
		KC_TRY(kc_place_make_folder(kc_buf_text(&path)));
	}
	KC_TRY(enter(sec, kc_buf_text(&path)));
	if (gethostname(host, sizeof host - 1) != 0 || !host[0])
		snprintf(host, sizeof host, "computer");
	KC_TRY(kc_client_setup(sec->run.client, password, host));
	return add_to_search(sec, kc_buf_text(&path));
}

/* A service gives up its lock last of all. */
static bool is_gone(const struct kc_place *place)
{
	KC_CLEANUP_FD int fd = open(place->lock, O_RDONLY | O_CLOEXEC);

	return fd < 0 || flock(fd, LOCK_EX | LOCK_NB) == 0;
}

static kc_err end_service(struct kc_sec *sec)
{
	static const struct timespec moment = {.tv_nsec = GONE_CHECK_MS * 1000000L};
	KC_CLEANUP_PLACE struct kc_place place = KC_PLACE_INIT;

	KC_TRY(kc_place_find(&place));
	KC_TRY(kc_client_stop(sec->run.client));
	for (unsigned i = 0; i < GONE_CHECKS; i++) {
		if (is_gone(&place))
			return KC_OK;
		nanosleep(&moment, NULL);
	}
	return KC_ERR(BUSY);
}

static int remove_entry(const char *path, const struct stat *found, int kind, struct FTW *where)
{
	(void)found;
	(void)kind;
	(void)where;
	return remove(path);
}

/* What a service keeps; anything else in the folder is not ours. */
static kc_err remove_files(const char *path)
{
	static const char *const folders[] = {"data", "state", "config"};

	for (size_t i = 0; i < KC_COUNT_OF(folders); i++) {
		KC_CLEANUP_BUF struct kc_buf folder = KC_BUF_INIT;
		kc_buf_printf(&folder, "%s/%s", path, folders[i]);
		if (!kc_buf_text(&folder))
			return KC_ERR(NO_MEMORY);
		if (nftw(kc_buf_text(&folder), remove_entry, 8, FTW_DEPTH | FTW_PHYS) != 0 &&
			errno != ENOENT)
			return kc_err_from_errno(errno);
	}
	(void)rmdir(path);
	return KC_OK;
}

static kc_err forget(struct kc_sec *sec, const char *path)
{
	KC_CLEANUP_SEC_PATHS struct kc_sec_paths paths = {.count = 0}, kept = {.count = 0};
	KC_CLEANUP_BUF struct kc_buf first = KC_BUF_INIT, users = KC_BUF_INIT;

	KC_TRY(push_default(sec, &first));
	KC_TRY(push_users(sec, &users));
	if (strcmp(kc_buf_text(&first), path) == 0)
		KC_TRY(kc_sec_keychains_set_default(sec, kc_buf_text(&users)));
	KC_TRY(kc_sec_keychains_asked(sec, NULL, 0, &paths));
	for (size_t i = 0; i < paths.count; i++)
		if (strcmp(paths.rows[i], path) != 0)
			KC_TRY(push(&kept, kc_bytes_str(paths.rows[i])));
	return kept.count == paths.count ? KC_OK : kc_sec_keychains_set_search(sec, &kept);
}

kc_err kc_sec_keychains_remove(struct kc_sec *sec, const char *word)
{
	KC_CLEANUP_BUF struct kc_buf path = KC_BUF_INIT;

	KC_TRY(kc_sec_keychains_path(sec, word, &path));
	if (is_users(sec, kc_buf_text(&path)))
		return KC_ERR(UNSUPPORTED);
	KC_TRY(kc_sec_keychains_use(sec, kc_buf_text(&path)));
	KC_TRY(end_service(sec));
	KC_TRY(remove_files(kc_buf_text(&path)));
	return forget(sec, kc_buf_text(&path));
}

kc_err kc_sec_keychains_find(struct kc_sec *sec, const struct kc_sec_paths *paths,
	const struct kc_query *query, struct kc_found_list *ret)
{
	kc_err worst = KC_ERR(NOT_FOUND);

	for (size_t i = 0; i < paths->count; i++) {
		kc_err err = kc_sec_keychains_use(sec, paths->rows[i]);
		if (err == KC_OK)
			err = kc_sec_find(sec, query, ret);
		if (err == KC_OK)
			return KC_OK;
		if (worst == KC_E_NOT_FOUND)
			worst = err;
	}
	return worst;
}
