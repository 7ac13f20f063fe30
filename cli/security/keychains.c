/* SPDX-License-Identifier: ISC */
/* Names become places; the search list and the default are files of names in the config folder. */
#include "cli/security/keychains.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli/input.h"

#define LOGIN "login"
#define HOME "KEYCIRCLE_HOME"
#define SEARCH_FILE "keychain-search"
#define DEFAULT_FILE "keychain-default"
#define MOST_LIST ((size_t)64 << 10)

void kc_sec_names_done(struct kc_sec_names *names)
{
	for (size_t i = 0; i < names->count; i++)
		free(names->rows[i]);
	free(names->rows);
	*names = (struct kc_sec_names){.count = 0};
}

static kc_err push_name(struct kc_sec_names *names, struct kc_bytes name)
{
	char **rows = reallocarray(names->rows, names->count + 1, sizeof *rows);

	if (!rows)
		return KC_ERR(NO_MEMORY);
	names->rows = rows;
	rows[names->count] = strndup((const char *)name.data, name.len);
	if (!rows[names->count])
		return KC_ERR(NO_MEMORY);
	names->count++;
	return KC_OK;
}

kc_err kc_sec_keychains_begin(struct kc_sec *sec)
{
	return kc_place_find(&sec->place);
}

/* Length without the ending, when that is what the name ends in. */
static size_t without(const char *name, size_t len, const char *ending)
{
	size_t ending_len = strlen(ending);

	return len > ending_len && memcmp(name + len - ending_len, ending, ending_len) == 0
		       ? len - ending_len
		       : len;
}

kc_err kc_sec_keychains_name(const char *given, struct kc_buf *ret)
{
	const char *slash = strrchr(given, '/'), *name = slash ? slash + 1 : given;
	size_t len = without(name, strlen(name), ".keychain-db");

	len = without(name, len, ".keychain");
	if (len == 0 || len > KC_SEC_MOST_NAME || name[0] == '.' || memchr(name, '\n', len))
		return KC_ERR(NO_KEYCHAIN);
	kc_buf_reset(ret);
	kc_buf_push(ret, name, len);
	return kc_buf_text(ret) ? KC_OK : KC_ERR(NO_MEMORY);
}

/* The lines of a file of names; none when there is no such file. */
static kc_err read_list(struct kc_sec *sec, const char *file, struct kc_sec_names *ret)
{
	KC_CLEANUP_BUF struct kc_buf path = KC_BUF_INIT, text = KC_BUF_INIT;
	kc_err err;

	kc_buf_printf(&path, "%s/%s", sec->place.config, file);
	if (!kc_buf_text(&path))
		return KC_ERR(NO_MEMORY);
	err = kc_input_file(&sec->run, kc_buf_text(&path), MOST_LIST, &text);
	if (err == KC_E_NOT_FOUND)
		return KC_OK;
	KC_TRY(err);
	for (size_t at = 0; at < text.len;) {
		const uint8_t *end = memchr(text.data + at, '\n', text.len - at);
		size_t len = end ? (size_t)(end - text.data) - at : text.len - at;
		if (len)
			KC_TRY(push_name(ret, kc_bytes(text.data + at, len)));
		at += len + 1;
	}
	return KC_OK;
}

static kc_err write_list(struct kc_sec *sec, const char *file, const struct kc_sec_names *names)
{
	KC_CLEANUP_BUF struct kc_buf path = KC_BUF_INIT, fresh = KC_BUF_INIT;
	FILE *stream;
	bool good;

	KC_TRY(kc_place_make_folder(sec->place.config));
	kc_buf_printf(&path, "%s/%s", sec->place.config, file);
	kc_buf_printf(&fresh, "%s/.%s.%ld", sec->place.config, file, (long)getpid());
	if (!kc_buf_text(&path) || !kc_buf_text(&fresh))
		return KC_ERR(NO_MEMORY);
	stream = fopen(kc_buf_text(&fresh), "wxe");
	if (!stream)
		return kc_err_from_errno(errno);
	for (size_t i = 0; i < names->count; i++)
		fprintf(stream, "%s\n", names->rows[i]);
	good = !ferror(stream);
	if (fclose(stream) == 0 && good && rename(kc_buf_text(&fresh), kc_buf_text(&path)) == 0)
		return KC_OK;
	unlink(kc_buf_text(&fresh));
	return KC_ERR(IO);
}

kc_err kc_sec_keychains_set_search(struct kc_sec *sec, const struct kc_sec_names *names)
{
	return write_list(sec, SEARCH_FILE, names);
}

kc_err kc_sec_keychains_set_default(struct kc_sec *sec, const char *name)
{
	KC_CLEANUP_SEC_NAMES struct kc_sec_names one = {.count = 0};

	KC_TRY(push_name(&one, kc_bytes_str(name)));
	return write_list(sec, DEFAULT_FILE, &one);
}

kc_err kc_sec_keychains_default(struct kc_sec *sec, struct kc_buf *ret)
{
	KC_CLEANUP_SEC_NAMES struct kc_sec_names one = {.count = 0};

	KC_TRY(read_list(sec, DEFAULT_FILE, &one));
	return kc_sec_keychains_name(one.count ? one.rows[0] : LOGIN, ret);
}

kc_err kc_sec_keychains_asked(
	struct kc_sec *sec, char *const *words, size_t count, struct kc_sec_names *ret)
{
	KC_CLEANUP_BUF struct kc_buf name = KC_BUF_INIT;

	for (size_t i = 0; i < count; i++) {
		KC_TRY(kc_sec_keychains_name(words[i], &name));
		KC_TRY(push_name(ret, kc_buf_bytes(&name)));
	}
	if (count)
		return KC_OK;
	KC_TRY(read_list(sec, SEARCH_FILE, ret));
	return ret->count ? KC_OK : push_name(ret, kc_bytes_str(LOGIN));
}

static bool is_login(const char *name)
{
	return strcmp(name, LOGIN) == 0;
}

void kc_sec_keychains_path(const struct kc_sec *sec, const char *name, struct kc_buf *ret)
{
	kc_buf_reset(ret);
	kc_buf_printf(ret, "%s/%s%s.keychain-db", sec->place.data,
		is_login(name) ? "" : "keychains/", name);
}

/* The environment is how a client is told of a place; the device's own is put back for login. */
static kc_err enter(struct kc_sec *sec, const char *name)
{
	static char *before; /* what KEYCIRCLE_HOME was when this process began */
	static bool known;
	const char *home = getenv(HOME);

	if (!known) {
		before = home ? strdup(home) : NULL;
		known = true;
	}
	kc_sec_keychains_path(sec, name, &sec->path);
	if (!kc_buf_text(&sec->path))
		return KC_ERR(NO_MEMORY);
	if (!is_login(name))
		setenv(HOME, kc_buf_text(&sec->path), 1);
	else if (before)
		setenv(HOME, before, 1);
	else
		unsetenv(HOME);
	if (sec->run.client)
		kc_client_free(sec->run.client);
	sec->run.client = NULL;
	return kc_client_new(&sec->run.client);
}

static kc_err check_there(struct kc_sec *sec, const char *name)
{
	KC_CLEANUP_BUF struct kc_buf path = KC_BUF_INIT;

	if (is_login(name))
		return KC_OK; /* the service knows whether there is one */
	kc_sec_keychains_path(sec, name, &path);
	if (!kc_buf_text(&path))
		return KC_ERR(NO_MEMORY);
	return access(kc_buf_text(&path), F_OK) == 0 ? KC_OK : KC_ERR(NO_KEYCHAIN);
}

kc_err kc_sec_keychains_use(struct kc_sec *sec, const char *name)
{
	KC_CLEANUP_BUF struct kc_buf chosen = KC_BUF_INIT;

	if (!name) {
		KC_TRY(kc_sec_keychains_default(sec, &chosen));
		name = kc_buf_text(&chosen);
	}
	KC_TRY(check_there(sec, name));
	return enter(sec, name);
}

kc_err kc_sec_keychains_make(struct kc_sec *sec, const char *name)
{
	KC_CLEANUP_BUF struct kc_buf path = KC_BUF_INIT;

	if (is_login(name))
		return enter(sec, name);
	if (check_there(sec, name) == KC_OK)
		return KC_ERR(KEYCHAIN_EXISTS);
	kc_sec_keychains_path(sec, name, &path);
	if (!kc_buf_text(&path))
		return KC_ERR(NO_MEMORY);
	KC_TRY(kc_place_make_folder(kc_buf_text(&path)));
	return enter(sec, name);
}

static int remove_entry(const char *path, const struct stat *found, int kind, struct FTW *where)
{
	(void)found;
	(void)kind;
	(void)where;
	return remove(path);
}

kc_err kc_sec_keychains_remove(struct kc_sec *sec, const char *name)
{
	if (is_login(name))
		return KC_ERR(NOT_ALLOWED);
	KC_TRY(kc_sec_keychains_use(sec, name));
	KC_TRY(kc_client_stop(sec->run.client));
	if (nftw(kc_buf_text(&sec->path), remove_entry, 16, FTW_DEPTH | FTW_PHYS) != 0)
		return KC_ERR(IO);
	return enter(sec, LOGIN);
}

kc_err kc_sec_keychains_find(struct kc_sec *sec, const struct kc_sec_names *names,
	const struct kc_query *query, struct kc_found_list *ret)
{
	kc_err worst = KC_ERR(NOT_FOUND);

	for (size_t i = 0; i < names->count; i++) {
		kc_err err = kc_sec_keychains_use(sec, names->rows[i]);
		if (err == KC_OK)
			err = kc_sec_find(sec, query, ret);
		if (err == KC_OK)
			return KC_OK;
		if (worst == KC_E_NOT_FOUND)
			worst = err;
	}
	return worst;
}
