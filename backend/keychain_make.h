/* SPDX-License-Identifier: ISC */
/* New keys of one kind or another, put where they are to be. */
#ifndef KC_BACKEND_KEYCHAIN_MAKE_H
#define KC_BACKEND_KEYCHAIN_MAKE_H

#include "backend/keychain_keys.h"

/* A key from the value that it has outside: PKCS#8 or the bytes, as kcls of attrs says. Errors:
 * DECODE, KEY_TYPE, KEY_SIZE, PARAM; as of item_add. */
KC_MUST kc_err kc_keychain_make_of_value(struct kc_keychain *keychain,
	const struct kc_caller *caller, struct kc_bytes value, unsigned origin,
	const struct kc_attrs *attrs, bool transient, struct kc_found *ret);
/* The value that a key has outside. */
KC_MUST kc_err kc_keychain_make_value(const struct kc_keychain_key *key, struct kc_secret *ret);

#endif
