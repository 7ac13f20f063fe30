/* SPDX-License-Identifier: ISC */
/*
 * A credential as git and its helpers hand it to each other, git-credential(1), "INPUT/OUTPUT
 * FORMAT": lines of key=value up to an empty line or the end. Keys that are not known are left
 * alone.
 */
#ifndef KC_CLI_CREDENTIAL_CREDENTIAL_H
#define KC_CLI_CREDENTIAL_CREDENTIAL_H

#include "base/query.h"

enum kc_credential_key {
	KC_CREDENTIAL_PROTOCOL,
	KC_CREDENTIAL_HOST,
	KC_CREDENTIAL_PATH,
	KC_CREDENTIAL_USERNAME,
	KC_CREDENTIAL_PASSWORD,
	KC_CREDENTIAL_EXPIRY,
	KC_CREDENTIAL_REFRESH,
	KC_CREDENTIAL_KEY_COUNT
};

struct kc_credential {
	struct kc_buf value[KC_CREDENTIAL_KEY_COUNT]; /* wiped */
	bool given[KC_CREDENTIAL_KEY_COUNT];
};
#define KC_CLEANUP_CREDENTIAL KC_CLEANUP(kc_credential_done)
void kc_credential_done(struct kc_credential *credential);

/* Errors: DECODE (a line without "=", a NUL, a carriage return but at the end), TOO_LARGE,
 * NO_MEMORY. */
KC_MUST kc_err kc_credential_parse(struct kc_bytes text, struct kc_credential *ret);
/* One line; nothing for an empty value, nor for one that somebody could take for two. */
void kc_credential_push(struct kc_buf *out, enum kc_credential_key key, struct kc_bytes value);

/* Where it is for, as attributes of an internet password: server, protocol, and port, path and
 * account where they are given. Errors: UNSUPPORTED (a protocol that items have no name for). */
KC_MUST kc_err kc_credential_place(const struct kc_credential *credential, struct kc_attrs *ret);
/* Whether an item that was found for the place is for it to the letter: the same port or none, and
 * the same path when one was given. */
bool kc_credential_fits(const struct kc_attrs *place, const struct kc_attrs *item);

#endif
