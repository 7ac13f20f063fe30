/* SPDX-License-Identifier: ISC */
/*
 * The keychains that `security` knows by name: "login" is the keychain of this device, which
 * everything else uses too. Others are made by create-keychain, for scripts that want one of their
 * own: each is a place of its own (a KEYCIRCLE_HOME) in the folder keychains/ beside the device's
 * database, with a service and a password of its own.
 *
 * A keychain is known by the last part of a path, without .keychain or .keychain-db behind it.
 */
#ifndef KC_CLI_SECURITY_KEYCHAINS_H
#define KC_CLI_SECURITY_KEYCHAINS_H

#include "cli/security/sec.h"

#define KC_SEC_MOST_NAME 48 /* bytes; a socket's path has little room */

/* Names, each owned. */
struct kc_sec_names {
	char **rows;
	size_t count;
};
#define KC_CLEANUP_SEC_NAMES KC_CLEANUP(kc_sec_names_done)
void kc_sec_names_done(struct kc_sec_names *names);

/* Finds the device's place. Errors: PARAM, NO_MEMORY. */
KC_MUST kc_err kc_sec_keychains_begin(struct kc_sec *sec);
/* The short name of what a command was given. Errors: NO_KEYCHAIN (it cannot be one), NO_MEMORY. */
KC_MUST kc_err kc_sec_keychains_name(const char *given, struct kc_buf *ret);
/* The names that a command was given, else the search list. Errors: NO_KEYCHAIN, NO_MEMORY. */
KC_MUST kc_err kc_sec_keychains_asked(
	struct kc_sec *sec, char *const *words, size_t count, struct kc_sec_names *ret);
/* The name that stands for none given. */
KC_MUST kc_err kc_sec_keychains_default(struct kc_sec *sec, struct kc_buf *ret);

/* Makes the client and the path those of this keychain; a NULL name is the default one. Errors:
 * NO_KEYCHAIN (there is none of that name), those of making a client. */
KC_MUST kc_err kc_sec_keychains_use(struct kc_sec *sec, const char *name);
/* The same for one that is to be made: its folder is. Errors: KEYCHAIN_EXISTS. */
KC_MUST kc_err kc_sec_keychains_make(struct kc_sec *sec, const char *name);
/* Ends its service and removes its folder. Errors: NO_KEYCHAIN, NOT_ALLOWED (the login keychain).
 */
KC_MUST kc_err kc_sec_keychains_remove(struct kc_sec *sec, const char *name);
void kc_sec_keychains_path(const struct kc_sec *sec, const char *name, struct kc_buf *ret);

/* Remembers the search list or, with one name, the default. Errors: those of writing. */
KC_MUST kc_err kc_sec_keychains_set_search(struct kc_sec *sec, const struct kc_sec_names *names);
KC_MUST kc_err kc_sec_keychains_set_default(struct kc_sec *sec, const char *name);

/* The first keychain of names that has a match is left in use. Errors: NOT_FOUND, else the first
 * other one. */
KC_MUST kc_err kc_sec_keychains_find(struct kc_sec *sec, const struct kc_sec_names *names,
	const struct kc_query *query, struct kc_found_list *ret);

#endif
