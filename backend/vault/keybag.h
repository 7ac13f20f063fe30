/* SPDX-License-Identifier: ISC */
/*
 * The keybag: seven class keys, wrapped under the keychain password and the device secret.
 *
 * password -- SHA-256, scrypt --> key-encryption key; it alone wraps ak and ck; mixed with the
 * device secret it wraps aku, cku and akpu; the device secret alone wraps dk and dku, which are
 * therefore readable while locked, as are the index key and the digest key, derived from dk.
 *
 * A second password, the officer's, may wrap the same five keys once more. It opens nothing here:
 * all that can be done with it is to wrap the keys anew, for a user who has forgotten the password
 * or has none yet. Whoever has it and both folders can read the items all the same. The
 * keybag is a DER blob (doc/keycircle.asn1, Keybag) that the store keeps in the database; the
 * device secret is a file of its own in the state folder.
 */
#ifndef KC_VAULT_KEYBAG_H
#define KC_VAULT_KEYBAG_H

#include "backend/vault/protection.h"
#include "base/buf.h"
#include "base/secret.h"

/* Its keys live in the locked arena. Functions that take it const may run at once on several
 * threads, the others run alone. */
struct kc_keybag;

#define KC_DEVICE_SECRET_LEN 32
#define KC_INDEX_MAC_LEN 16
#define KC_DIGEST_LEN 32

/* Whose password. */
enum kc_keybag_holder { KC_HOLDER_USER = 1, KC_HOLDER_OFFICER = 2 };

/* A new bag, unlocked, and its blob. officer_pin is empty where there is no officer. An empty
 * password leaves the user without one, and the bag never unlocked, until the officer's rewrap. */
KC_MUST kc_err kc_keybag_create(const struct kc_secret *device_secret, struct kc_bytes password,
	struct kc_bytes officer_pin, struct kc_keybag **ret, struct kc_buf *ret_blob);
/* Parses a blob; the bag is locked, with dk and dku open. Errors: DECODE, DAMAGED (the device
 * secret does not fit, or the blob was changed). Costs outside N = 2^16 … 2^20, r = 8, p = 1 are
 * refused (DECODE) before anything is computed. */
KC_MUST kc_err kc_keybag_open(
	const struct kc_secret *device_secret, struct kc_bytes blob, struct kc_keybag **ret);
void kc_keybag_free(struct kc_keybag *bag); /* NULL is fine */
#define KC_CLEANUP_KEYBAG KC_CLEANUP(kc_keybag_free_cleanup)
static inline void kc_keybag_free_cleanup(struct kc_keybag **bag)
{
	kc_keybag_free(*bag);
}

bool kc_keybag_has(const struct kc_keybag *bag, enum kc_keybag_holder holder);

/* Errors: AUTH, NO_PASSWORD (the user has none yet). Slow (scrypt) unless the bag is unlocked
 * already, when a keyed hash decides. */
KC_MUST kc_err kc_keybag_unlock(struct kc_keybag *bag, struct kc_bytes password);
/* As unlock, without changing the lock. */
KC_MUST kc_err kc_keybag_check(struct kc_keybag *bag, struct kc_bytes password);
/* Drops ak, aku, akpu and the password's keyed hash; ck and cku stay. */
void kc_keybag_lock(struct kc_keybag *bag);
bool kc_keybag_is_unlocked(const struct kc_keybag *bag);
bool kc_keybag_was_unlocked(const struct kc_keybag *bag); /* since it was opened */
/* Makes sure of the officer's PIN, and gives what rewrap takes for it. Slow. Errors: AUTH,
 * NO_OFFICER. */
KC_MUST kc_err kc_keybag_check_officer(
	const struct kc_keybag *bag, struct kc_bytes pin, struct kc_secret *ret_key);
/* Wraps the same class keys under a new password of the holder's; an empty one takes the officer
 * away. The keys come out of the officer's wrap where officer_key is given, else out of the bag.
 * The old password counts until adopt. Errors: LOCKED (the bag, without an officer_key), AUTH (the
 * officer's PIN has changed since), NO_OFFICER, DAMAGED (the officer's wrap holds other keys). */
KC_MUST kc_err kc_keybag_rewrap(struct kc_keybag *bag, const struct kc_secret *officer_key,
	enum kc_keybag_holder holder, struct kc_bytes new_password, struct kc_buf *ret_blob);
/* The last rewrap counts from now on: to be called when its blob is safely stored. Without it that
 * rewrap changes nothing. A lock in between is no matter: the bag stays locked. */
void kc_keybag_adopt(struct kc_keybag *bag);

/*
 * Sealing. ad binds a ciphertext to its place (row, column, class, version) and must not be empty.
 * Errors: LOCKED when the class key is not at hand, CORRUPT when a ciphertext does not open.
 *
 * metadata: AES-256-GCM under the class's metadata key, random 96-bit nonce: nonce ‖ ciphertext ‖
 * tag. secret: AES-256-GCM under a fresh key for this version of the item, which is wrapped under
 * the class's secret key, both bound to ad.
 */
KC_MUST kc_err kc_keybag_seal_metadata(const struct kc_keybag *bag, enum kc_protection protection,
	struct kc_bytes ad, struct kc_bytes plain, struct kc_buf *ret);
KC_MUST kc_err kc_keybag_open_metadata(const struct kc_keybag *bag, enum kc_protection protection,
	struct kc_bytes ad, struct kc_bytes sealed, struct kc_buf *ret);
KC_MUST kc_err kc_keybag_seal_secret(const struct kc_keybag *bag, enum kc_protection protection,
	struct kc_bytes ad, struct kc_bytes plain, struct kc_buf *ret);
KC_MUST kc_err kc_keybag_open_secret(const struct kc_keybag *bag, enum kc_protection protection,
	struct kc_bytes ad, struct kc_bytes sealed, struct kc_secret *ret);
/* Whether items of this class can be opened now: KC_OK or LOCKED. */
KC_MUST kc_err kc_keybag_can_open(const struct kc_keybag *bag, enum kc_protection protection);

/* HMAC-SHA-256 under the index key, cut: what a search column holds instead of the value. */
void kc_keybag_index_mac(
	const struct kc_keybag *bag, struct kc_bytes input, uint8_t ret[static KC_INDEX_MAC_LEN]);
/* HMAC-SHA-256 under the digest key: one row's share of the set digest. */
void kc_keybag_row_mac(
	const struct kc_keybag *bag, struct kc_bytes input, uint8_t ret[static KC_DIGEST_LEN]);

#endif
