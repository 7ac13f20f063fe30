/* SPDX-License-Identifier: ISC */
/* Reading and writing the two files. */
#include "keychainapi/Security/sec_keychain_paths.h"

#include <errno.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/place.h"
#include "keychainapi/Security/object.h"

#define MOST_BYTES ((size_t)1 << 20) /* of a file */

static const char *const names[] = {
	[KC_SEC_KEYCHAIN_SEARCH] = "keychains",
	[KC_SEC_KEYCHAIN_DEFAULT] = "default-keychain",
};

static kc_err find_path(enum kc_sec_keychain_paths which, char **ret)
{
	KC_CLEANUP_PLACE struct kc_place place = KC_PLACE_INIT;

	KC_TRY(kc_place_find(&place));
	if (asprintf(ret, "%s/%s", place.config, names[which]) < 0) {
		*ret = NULL;
		return KC_ERR(NO_MEMORY);
	}
	return KC_OK;
}

/* Looked up once: every call that names no keychain comes by here. */
static kc_err known_path(enum kc_sec_keychain_paths which, const char **ret)
{
	static _Atomic(char *) known[KC_COUNT_OF(names)];
	char *found = atomic_load(&known[which]), *fresh = NULL;

	if (!found) {
		KC_TRY(find_path(which, &fresh));
		if (atomic_compare_exchange_strong(&known[which], &found, fresh))
			found = fresh;
		else
			free(fresh); /* another thread was faster */
	}
	*ret = found;
	return KC_OK;
}

/* --- reading --------------------------------------------------------------------------------- */

static kc_err append(CFMutableArrayRef list, const char *path)
{
	KC_CLEANUP_OBJECT SecKeychainRef keychain = NULL;

	KC_TRY(kc_sec_keychain_open(path, &keychain));
	if (!CFArrayContainsValue(list, CFRangeMake(0, CFArrayGetCount(list)), keychain))
		CFArrayAppendValue(list, keychain);
	return KC_OK;
}

static kc_err append_users(CFMutableArrayRef list)
{
	SecKeychainRef users = kc_sec_keychain_users();

	if (!users)
		return KC_ERR(NO_MEMORY);
	CFArrayAppendValue(list, users);
	return KC_OK;
}

/* Lines that are no absolute paths are nobody's. */
static kc_err read_lines(FILE *file, CFMutableArrayRef list)
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
			KC_TRY(append(list, line));
	}
	return KC_OK;
}

static kc_err read_list(enum kc_sec_keychain_paths which, CFMutableArrayRef list)
{
	const char *path;
	FILE *file;
	kc_err err;

	KC_TRY(known_path(which, &path));
	if (access(path, F_OK) != 0)
		return append_users(list);
	file = fopen(path, "re");
	if (!file)
		return kc_err_from_errno(errno);
	err = read_lines(file, list);
	fclose(file);
	KC_TRY(err);
	if (which == KC_SEC_KEYCHAIN_DEFAULT && CFArrayGetCount(list) == 0)
		return append_users(list);
	return KC_OK;
}

kc_err kc_sec_keychain_paths_read(enum kc_sec_keychain_paths which, CFMutableArrayRef *ret)
{
	KC_CLEANUP_OBJECT CFMutableArrayRef list =
		CFArrayCreateMutable(NULL, 0, &kCFTypeArrayCallBacks);

	if (!list)
		return KC_ERR(NO_MEMORY);
	KC_TRY(read_list(which, list));
	*ret = (CFMutableArrayRef)(uintptr_t)CFRetain(list);
	return KC_OK;
}

/* --- writing --------------------------------------------------------------------------------- */

static kc_err write_lines(const char *path, CFArrayRef keychains)
{
	FILE *file;
	bool written;

	(void)unlink(path);
	file = fopen(path, "wxe");
	if (!file)
		return kc_err_from_errno(errno);
	for (CFIndex i = 0; i < CFArrayGetCount(keychains); i++) {
		const struct __SecKeychain *keychain = CFArrayGetValueAtIndex(keychains, i);
		fprintf(file, "%s\n", keychain->path);
	}
	written = fflush(file) == 0 && !ferror(file);
	return fclose(file) == 0 && written ? KC_OK : KC_ERR(IO);
}

/* A name of this process's own, so that two that write at once do not meet. */
static kc_err write_to(const char *path, CFArrayRef keychains)
{
	KC_CLEANUP_BUF struct kc_buf fresh = KC_BUF_INIT;

	kc_buf_printf(&fresh, "%s.%ld.new", path, (long)getpid());
	if (!kc_buf_text(&fresh))
		return KC_ERR(NO_MEMORY);
	KC_TRY(write_lines(kc_buf_text(&fresh), keychains));
	if (rename(kc_buf_text(&fresh), path) != 0)
		return kc_err_from_errno(errno);
	return KC_OK;
}

kc_err kc_sec_keychain_paths_write(enum kc_sec_keychain_paths which, CFArrayRef keychains)
{
	KC_CLEANUP_PLACE struct kc_place place = KC_PLACE_INIT;
	const char *path;

	KC_TRY(kc_place_find(&place));
	KC_TRY(known_path(which, &path));
	KC_TRY(kc_place_make_folder(place.config));
	return write_to(path, keychains);
}
