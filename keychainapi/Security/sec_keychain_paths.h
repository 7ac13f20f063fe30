/* SPDX-License-Identifier: ISC */
/*
 * The search list and the default keychain as the user's programs share them: files in the
 * configuration folder, a path of a keychain on each line. The security command reads and writes
 * the same.
 */
#ifndef KC_SECURITY_SEC_KEYCHAIN_PATHS_H
#define KC_SECURITY_SEC_KEYCHAIN_PATHS_H

#include "keychainapi/Security/sec_keychain.h"

enum kc_sec_keychain_paths { KC_SEC_KEYCHAIN_SEARCH, KC_SEC_KEYCHAIN_DEFAULT };

/* The keychains of the file, each once; without the file, or a line in that of the default one, the
 * user's own. Errors: as for a file, TOO_LARGE, NO_MEMORY. */
KC_MUST kc_err kc_sec_keychain_paths_read(enum kc_sec_keychain_paths which, CFMutableArrayRef *ret);

/* Whole or not at all. Errors: as for a file. */
KC_MUST kc_err kc_sec_keychain_paths_write(enum kc_sec_keychain_paths which, CFArrayRef keychains);

#endif
