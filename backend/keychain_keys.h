/* SPDX-License-Identifier: ISC */
/* Keys inside the door: prepared ones to use, and new ones as items. */
#ifndef KC_BACKEND_KEYCHAIN_KEYS_H
#define KC_BACKEND_KEYCHAIN_KEYS_H

#include "crypto/pk.h"
#include "crypto/secret_key.h"
#include "backend/keychain_impl.h"

/* What a key is marked for, and what else its attributes say that its uses depend on. */
enum kc_keychain_key_mark {
	KC_KEY_USE_SIGN = 1, /* or to make a code */
	KC_KEY_USE_DECRYPT = 2,
	KC_KEY_USE_DERIVE = 4, /* or to agree */
	KC_KEY_USE_ENCRYPT = 8,
	KC_KEY_USE_VERIFY = 16,
	KC_KEY_USE_WRAP = 32,
	KC_KEY_USE_UNWRAP = 64,
	KC_KEY_EXTRACTABLE = 128,
	KC_KEY_SENSITIVE = 256,
	KC_KEY_ALWAYS_SENSITIVE = 512,
	KC_KEY_NEVER_EXTRACTABLE = 1024,
	KC_KEY_WANTS_TRUST = 2048, /* is wrapped by trusted keys alone */
	KC_KEY_TRUSTED = 4096,
	KC_KEY_ASKS = 8192,  /* for the password, at each use */
	KC_KEY_OPEN = 16384, /* can be used while the keychain is locked */
};

/* A key ready for use: exactly one of the two, a reference. */
struct kc_keychain_key {
	struct kc_pk *pk; /* private, or public for KC_KEY_USE_WRAP alone */
	struct kc_sk *sk;
	unsigned marks;
	uint64_t effective_bits; /* of a secret key: how many whoever made it does not know */
};
#define KC_CLEANUP_KEY KC_CLEANUP(kc_keychain_keys_done)
void kc_keychain_keys_done(struct kc_keychain_key *key);
/* The same key once more, with references of its own. */
struct kc_keychain_key kc_keychain_keys_share(const struct kc_keychain_key *key);

/* The key of a row, or a transient one, ready for one use; 0 looks at it only. Errors: NOT_FOUND,
 * LOCKED, KEY_TYPE (a public key, or no key), KEY_USE (not one for this use), AUTH_NEEDED, DECODE,
 * KEY_SIZE. */
KC_MUST kc_err kc_keychain_keys_get(struct kc_keychain *keychain, const struct kc_caller *caller,
	uint64_t id, unsigned use, struct kc_keychain_key *ret);
/* The same, where only a private key (KEY_TYPE) or only a secret one will do. */
KC_MUST kc_err kc_keychain_keys_get_private(struct kc_keychain *keychain,
	const struct kc_caller *caller, uint64_t id, unsigned use, struct kc_keychain_key *ret);
KC_MUST kc_err kc_keychain_keys_get_secret(struct kc_keychain *keychain,
	const struct kc_caller *caller, uint64_t id, unsigned use, struct kc_keychain_key *ret);
/* The marks of a key as an item, and what it says of its effective size. */
unsigned kc_keychain_keys_marks(const struct kc_item *item);
uint64_t kc_keychain_keys_effective_bits(
	const struct kc_keychain_key *key, const struct kc_item *item);

/* What a key says for ever about where it comes from. */
enum kc_keychain_origin {
	KC_ORIGIN_LOCAL = 1,
	/* If it is so now, it has always been: */
	KC_ORIGIN_SENSITIVE = 2,
	KC_ORIGIN_UNEXTRACTABLE = 4,
	KC_ORIGIN_GENERATED = 7,
	KC_ORIGIN_IMPORTED = 0, /* it may have been anywhere before */
};

/* The attributes and the secret of one half of a key pair, or of a secret key. */
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
 * is so whatever anybody says (type, size, label, public key, history). origin: enum
 * kc_keychain_origin. */
KC_MUST kc_err kc_keychain_half_private(const struct kc_pk *key, unsigned origin,
	const struct kc_attrs *given, struct kc_keychain_half *ret);
/* The same of the public half. Without a protection class of its own it gets the one that can be
 * read while locked, bound to this device when bound says so. */
KC_MUST kc_err kc_keychain_half_public(const struct kc_pk *key, unsigned origin,
	const struct kc_attrs *given, bool bound, struct kc_keychain_half *ret);
/* The same of a secret key; its label is random. Errors: PARAM, when given has another check value
 * than the key. */
KC_MUST kc_err kc_keychain_half_secret(const struct kc_sk *key, unsigned origin,
	const struct kc_attrs *given, struct kc_keychain_half *ret);

/* Whether attributes ask for a protection class of this device only. */
bool kc_keychain_half_is_bound(const struct kc_attrs *attrs);
/* The text of the class that can be read while locked. */
const char *kc_keychain_half_open_class(bool bound);

/* Adds the half as an item. */
KC_MUST kc_err kc_keychain_half_add(struct kc_txn *txn, const struct kc_caller *caller,
	const struct kc_keychain_half *half, bool one_of_both_syncs, struct kc_found *ret);

#endif
