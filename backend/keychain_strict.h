/* SPDX-License-Identifier: ISC */
/* What may change of a key, here or in its copy: never towards less protection. */
#ifndef KC_BACKEND_KEYCHAIN_STRICT_H
#define KC_BACKEND_KEYCHAIN_STRICT_H

#include "backend/keychain_impl.h"

/* The changes without what a key says of itself. Errors: NOT_ALLOWED, when it would be less
 * sensitive, more extractable, wrapped by more keys, asked for less, private no longer, or to be
 * copied. */
KC_MUST kc_err kc_keychain_strict_changes(
	const struct kc_attrs *attrs, const struct kc_attrs *changes, struct kc_attrs *ret);

/* The officer's word: whether the caller may have an item with the new attributes, in the place of
 * one with the old or, when that is NULL, of nothing. Errors: NOT_MODIFIABLE. */
KC_MUST kc_err kc_keychain_strict_trust(const struct kc_caller *caller, const struct kc_attrs *old,
	const struct kc_attrs *new, bool has_new_value);

#endif
