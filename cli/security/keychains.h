/* SPDX-License-Identifier: ISC */
/*
 * The keychains that `security` knows by their paths (wire/keychains.h), for scripts that want one
 * to throw away, and the one that a command is about.
 */
#ifndef KC_CLI_SECURITY_KEYCHAINS_H
#define KC_CLI_SECURITY_KEYCHAINS_H

#include "cli/security/sec.h"
#include "wire/keychains.h"

/* Finds the device's place. Errors: PARAM, NO_MEMORY. */
KC_MUST kc_err kc_sec_keychains_begin(struct kc_sec *sec);
/* The paths of a command's words, else the search list. Errors: NO_KEYCHAIN, NO_MEMORY. */
KC_MUST kc_err kc_sec_keychains_asked(
	struct kc_sec *sec, char *const *words, size_t count, struct kc_keychain_paths *ret);

/* Makes the client and sec->path those of this keychain. Errors: NO_KEYCHAIN (there is none),
 * those of making a client. */
KC_MUST kc_err kc_sec_keychains_use(struct kc_sec *sec, const char *path);
/* The same from a command's word. */
KC_MUST kc_err kc_sec_keychains_use_word(struct kc_sec *sec, const char *word);
/* Makes a keychain, which is in the search list then. Errors: KEYCHAIN_EXISTS, those of making. */
KC_MUST kc_err kc_sec_keychains_make(
	struct kc_sec *sec, const char *word, struct kc_bytes password);
/* Ends its service, removes its files, takes it out of the search list and its place as default.
 * Errors: NO_KEYCHAIN, UNSUPPORTED (the user's own). */
KC_MUST kc_err kc_sec_keychains_remove(struct kc_sec *sec, const char *word);

/* The first keychain of paths that has a match is left in use. Errors: NOT_FOUND, else the first
 * other one. */
KC_MUST kc_err kc_sec_keychains_find(struct kc_sec *sec, const struct kc_keychain_paths *paths,
	const struct kc_query *query, struct kc_found_list *ret);

/* What an error in one of several keychains means for the whole: one that is not there is passed
 * over. */
KC_MUST kc_err kc_sec_keychains_pass(const struct kc_keychain_paths *paths, kc_err err);
/* Everything of a class in one keychain, with its attributes and what else is wanted; none is no
 * error. Errors: NO_KEYCHAIN, those of finding. */
KC_MUST kc_err kc_sec_keychains_list(struct kc_sec *sec, const char *keychain, kc_name class,
	uint32_t want, struct kc_found_list *ret);

/* Whether a path is one of those that macOS has beside the users' keychains, where scripts look for
 * its anchors: it has certificates alone, and they cannot be taken away. */
bool kc_sec_keychains_is_system(const char *path);
/* The certificates of one keychain with their values, also of the system's: the anchors of the
 * distribution. None is no error. */
KC_MUST kc_err kc_sec_keychains_certificates(
	struct kc_sec *sec, const char *keychain, struct kc_found_list *ret);

#endif
