/* SPDX-License-Identifier: ISC */
#include "wire/erase.h"

#include <errno.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "wire/ending.h"
#include "wire/socket.h"

/* What a service makes in its home; folders last. The device secret goes first: without it nothing
 * of the rest can be read. */
/* clang-format off */
static const struct {
	const char *name;
	bool is_folder;
} rows[] = {
	{"state/device-secret",      false},
	{"state/device-secret.new",  false},
	{"data/keychain.db",         false},
	{"data/keychain.db-wal",     false},
	{"data/keychain.db-shm",     false},
	{"data/keychain.db-journal", false},
	{"config/kc.conf",           false},
	{"data",                     true},
	{"state/run",                true},
	{"state",                    true},
	{"config",                   true},
	{"",                         true},
};
/* clang-format on */

static bool is_removed(const char *path, bool is_folder)
{
	if (!is_folder)
		return unlink(path) == 0 || errno == ENOENT;
	return rmdir(path) == 0 || errno == ENOENT || errno == ENOTEMPTY || errno == EEXIST;
}

static kc_err remove_row(const char *home, size_t i)
{
	KC_CLEANUP_BUF struct kc_buf path = KC_BUF_INIT;

	kc_buf_printf(&path, "%s/%s", home, rows[i].name);
	if (!kc_buf_text(&path))
		return KC_ERR(NO_MEMORY);
	return is_removed(kc_buf_text(&path), rows[i].is_folder) ? KC_OK : kc_err_from_errno(errno);
}

/* What a link leads to was made for something else, and the user's own is for ever. */
static kc_err check(const struct kc_place *place, const char *home)
{
	KC_CLEANUP_PLACE struct kc_place own = KC_PLACE_INIT;
	const char *const folders[] = {home, place->data, place->state, place->config};
	struct stat found;

	KC_TRY(kc_place_find(&own));
	if (kc_place_is_same(own.data, place->data) || kc_place_is_same(own.state, place->state))
		return KC_ERR(UNSUPPORTED);
	for (size_t i = 0; i < KC_COUNT_OF(folders); i++)
		if (lstat(folders[i], &found) == 0 && !S_ISDIR(found.st_mode))
			return KC_ERR(IO);
	return KC_OK;
}

kc_err kc_erase(struct kc_client *client, const char *home)
{
	KC_CLEANUP_PLACE struct kc_place place = KC_PLACE_INIT;
	KC_CLEANUP_FD int lock = -1;

	KC_TRY(kc_place_find_at(home, &place));
	KC_TRY(check(&place, home));
	KC_TRY(kc_end_service(client, &place, &lock));
	(void)unlink(place.socket);
	for (size_t i = 0; i < KC_COUNT_OF(rows); i++) {
		if (rows[i].is_folder)
			(void)unlink(place.lock); /* of a service that is not there any more */
		KC_TRY(remove_row(home, i));
	}
	return KC_OK;
}
