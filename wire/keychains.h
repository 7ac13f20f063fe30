/* SPDX-License-Identifier: ISC */
/*
 * Keychains by their paths, as programs and scripts for macOS name them.
 *
 * keychain.db in a device's data folder is the user's own keychain, which everything else uses too;
 * programs may call it login.keychain. Any other keychain is a place of its own (base/place.h),
 * whose KEYCIRCLE_HOME is the path, with a service and a password of its own. Which of them are
 * searched, and which is the default, stands in two files of the configuration folder, an absolute
 * path a line: what one program sets, all others see.
 */
#ifndef KC_WIRE_KEYCHAINS_H
#define KC_WIRE_KEYCHAINS_H

#include "base/place.h"

#define KC_KEYCHAINS_LOGIN "login.keychain" /* a name of the user's own */

/* Paths, each owned and there once. */
struct kc_keychain_paths {
	char **rows;
	size_t count;
};
#define KC_KEYCHAIN_PATHS_INIT \
	{                      \
		0              \
	}
#define KC_CLEANUP_KEYCHAIN_PATHS KC_CLEANUP(kc_keychain_paths_done)
void kc_keychain_paths_done(struct kc_keychain_paths *paths);
KC_MUST kc_err kc_keychain_paths_add(struct kc_keychain_paths *paths, const char *path);
void kc_keychain_paths_remove(struct kc_keychain_paths *paths, const char *path);
bool kc_keychain_paths_have(const struct kc_keychain_paths *paths, const char *path);

/*
 * The path that a name stands for; NULL stands for the default keychain. A name without a folder,
 * or in the folder Library/Keychains of macOS, is one beside the user's own; x and x-db are the
 * same when one of them is there. A keychain has one path, without links and "..", and the user's
 * own is told by whatever way its folder was reached. Errors: NO_KEYCHAIN (nothing can be called
 * so), NO_MEMORY.
 */
KC_MUST kc_err kc_keychains_path(const struct kc_place *place, const char *name, char **ret);
/* Whether a path is that of the user's own. */
bool kc_keychains_is_users(const struct kc_place *place, const char *path);
/* Whether a keychain is there; of the user's own only its service knows, so it is. */
bool kc_keychains_exist(const struct kc_place *place, const char *path);

/* The search list: the user's own keychain where none was set. Errors: as for a file. */
KC_MUST kc_err kc_keychains_search(const struct kc_place *place, struct kc_keychain_paths *ret);
KC_MUST kc_err kc_keychains_set_search(
	const struct kc_place *place, const struct kc_keychain_paths *paths);
/* The list with a path, or without it; *ret_changed tells whether it was otherwise before. */
KC_MUST kc_err kc_keychains_set_searched(
	const struct kc_place *place, const char *path, bool searched, bool *ret_changed);
KC_MUST kc_err kc_keychains_set_default(const struct kc_place *place, const char *path);
/* A keychain that is gone: not searched, and not the default; the user's own is that then. */
KC_MUST kc_err kc_keychains_forget(const struct kc_place *place, const char *path);

#endif
