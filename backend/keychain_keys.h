/* SPDX-License-Identifier: ISC */
/* Keys inside the door: prepared ones to use, and key pairs as items. */
#ifndef KC_BACKEND_KEYCHAIN_KEYS_H
#define KC_BACKEND_KEYCHAIN_KEYS_H

#include "crypto/pk.h"
#include "backend/keychain_impl.h"

/* What a private key may be marked for. */
enum kc_keychain_key_use { KC_KEY_USE_SIGN = 1, KC_KEY_USE_DECRYPT = 2, KC_KEY_USE_AGREE = 4 };

/* The private key of a row, ready for use; the caller frees its reference. Errors: NOT_FOUND,
 * LOCKED, KEY_TYPE (no private key), KEY_USE (not one for this use), DECODE, KEY_SIZE. */
KC_MUST kc_err kc_keychain_keys_get(struct kc_keychain *keychain, const struct kc_caller *caller,
	uint64_t id, enum kc_keychain_key_use use, struct kc_pk **ret);

/* Where a key comes from, which it says about itself for ever. */
enum kc_keychain_origin { KC_ORIGIN_GENERATED, KC_ORIGIN_IMPORTED };

/* The attributes and the secret of one half of a key. */
struct kc_keychain_half {
	struct kc_attrs attrs;
	struct kc_secret secret;
};
#define KC_KEYCHAIN_HALF_INIT           \
	{                               \
		.attrs = KC_ATTRS_INIT, \
	}
#define KC_CLEANUP_HALF KC_CLEANUP(kc_keychain_half_done)
void kc_keychain_half_done(struct kc_keychain_half *half);

/* What the private half of key becomes: the defaults of a key, given over them, and over all what
 * is so whatever anybody says (type, size, label, public key, history). */
KC_MUST kc_err kc_keychain_half_private(const struct kc_pk *key, enum kc_keychain_origin origin,
	const struct kc_attrs *given, struct kc_keychain_half *ret);
/* The same of the public half. Without a protection class of its own it gets the one that can be
 * read while locked, bound to this device when bound says so. */
KC_MUST kc_err kc_keychain_half_public(const struct kc_pk *key, enum kc_keychain_origin origin,
	const struct kc_attrs *given, bool bound, struct kc_keychain_half *ret);

/* Whether attributes ask for a protection class of this device only. */
bool kc_keychain_half_is_bound(const struct kc_attrs *attrs);
/* The text of the class that can be read while locked. */
const char *kc_keychain_half_open_class(bool bound);

/* Adds the half as an item. */
KC_MUST kc_err kc_keychain_half_add(struct kc_txn *txn, const struct kc_caller *caller,
	const struct kc_keychain_half *half, bool one_of_both_syncs, struct kc_found *ret);

#endif
