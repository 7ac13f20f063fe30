/* SPDX-License-Identifier: ISC */
/* Transient keys: a connected program's own, in memory, described like items. */
#ifndef KC_BACKEND_KEYCHAIN_TRANSIENT_H
#define KC_BACKEND_KEYCHAIN_TRANSIENT_H

#include "backend/keychain_keys.h"

/* Makes one of key, which it takes a reference of, with the attributes of a half. Errors: as of
 * item_add; BUSY, PARAM (the caller is no program). */
KC_MUST kc_err kc_keychain_transient_add(struct kc_keychain *keychain,
	const struct kc_caller *caller, const struct kc_keychain_key *key,
	const struct kc_attrs *attrs, struct kc_found *ret);
/* Its prepared key, as kc_keychain_keys_get before any check. Errors: NOT_FOUND. */
KC_MUST kc_err kc_keychain_transient_get(struct kc_keychain *keychain,
	const struct kc_caller *caller, uint64_t id, struct kc_keychain_key *ret);
/* A copy of its attributes, and a reference of its key. Errors: NOT_FOUND. */
KC_MUST kc_err kc_keychain_transient_read(struct kc_keychain *keychain,
	const struct kc_caller *caller, uint64_t id, struct kc_attrs *ret_attrs,
	struct kc_keychain_key *ret);

#endif
