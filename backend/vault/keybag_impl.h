/* SPDX-License-Identifier: ISC */
/* The inside of a keybag, for the keybag_*.c files. */
#ifndef KC_VAULT_KEYBAG_IMPL_H
#define KC_VAULT_KEYBAG_IMPL_H

#include "crypto/aead.h"
#include "crypto/kdf.h"
#include "crypto/mac.h"
#include "backend/vault/keybag.h"

#define KC_CLASS_KEY_LEN 32
#define KC_WRAPPED_KEY_LEN (KC_SIV_TAG_LEN + KC_CLASS_KEY_LEN)
#define KC_KEYBAG_SALT_LEN 32
#define EACH_PROTECTION(p)                          \
	enum kc_protection p = KC_PROTECTION_FIRST; \
	p <= KC_PROTECTION_AKPU;                    \
	p++

/* One way to the class keys: whose it is says the place in the blob. */
struct kc_keybag_way {
	bool is_there;
	struct kc_kdf_cost cost; /* of the password; nothing in the device's way */
	uint8_t salt[KC_KEYBAG_SALT_LEN];
	uint8_t wrapped[KC_PROTECTION_COUNT][KC_WRAPPED_KEY_LEN]; /* those of kc_keybag_wraps */
};

/* What the blob says; nothing in it is secret. */
#define KC_HOLDER_DEVICE 0 /* beside enum kc_keybag_holder: dk and dku, under no password */
#define KC_KEYBAG_WAYS 3
struct kc_keybag_blob {
	struct kc_keybag_way ways[KC_KEYBAG_WAYS];
};

/* The root key of a protection class, as the blob wraps it. */
struct kc_class_key {
	uint8_t bytes[KC_CLASS_KEY_LEN];
};

/* One class that is open: its root and what is derived from it. */
struct kc_class_keys {
	bool is_open;
	struct kc_class_key root;
	struct kc_gcm_key metadata; /* seals metadata */
	struct kc_gcm_key secret;   /* wraps the keys of items */
};

/* Recognises the password without scrypt while the bag is unlocked. */
struct kc_password_check {
	struct kc_mac *mac; /* under a random key; NULL when the bag is locked */
	uint8_t value[KC_MAC_LEN];
};

struct kc_keybag {
	struct kc_keybag_blob blob;
	struct kc_secret device_secret;
	struct kc_secret arena;	       /* holds classes */
	struct kc_class_keys *classes; /* KC_PROTECTION_COUNT of them, ak first */
	struct kc_mac *index, *digest; /* derived from dk */
	struct kc_password_check password;
	bool was_unlocked;

	bool has_pending; /* a rewrap that has not been adopted */
	enum kc_keybag_holder pending_holder;
	struct kc_keybag_blob pending;
	struct kc_password_check pending_password;
};

static inline struct kc_class_keys *kc_keybag_class(
	const struct kc_keybag *bag, enum kc_protection protection)
{
	return &bag->classes[protection - KC_PROTECTION_FIRST];
}

/* The blob's bytes, with a MAC under a key from the device secret. */
KC_MUST kc_err kc_keybag_blob_build(
	const struct kc_keybag_blob *blob, struct kc_bytes device_secret, struct kc_buf *ret);
/* Errors: DECODE, DAMAGED. */
KC_MUST kc_err kc_keybag_blob_parse(
	struct kc_bytes bytes, struct kc_bytes device_secret, struct kc_keybag_blob *ret);

/* What wraps the class keys: one key for each of the three ways in. */
enum kc_wrapping { KC_WRAPPING_PASSWORD, KC_WRAPPING_BOTH, KC_WRAPPING_DEVICE };
enum kc_wrapping kc_keybag_wrapping(enum kc_protection protection);
/* Whether a holder's way has the key of a class. */
bool kc_keybag_wraps(unsigned holder, enum kc_protection protection);

/* Derives the wrapping keys. password_key is scrypt's output, empty for KC_WRAPPING_DEVICE. */
KC_MUST kc_err kc_keybag_wrap_key(enum kc_wrapping wrapping, struct kc_bytes password_key,
	struct kc_bytes device_secret, struct kc_siv_key *ret);
KC_MUST kc_err kc_keybag_wrap(struct kc_keybag_blob *blob, unsigned holder,
	enum kc_protection protection, const struct kc_siv_key *key,
	const struct kc_class_key *root);
/* Errors: CORRUPT when the key is not the one that wrapped it. */
KC_MUST kc_err kc_keybag_unwrap(const struct kc_keybag_blob *blob, unsigned holder,
	enum kc_protection protection, const struct kc_siv_key *key, struct kc_class_key *ret);

/* --- ways (keybag_way.c) ------------------------------------------------------------------------
 */

/* The three wrapping keys, in the arena for as long as they are needed. */
struct kc_wrap_keys {
	struct kc_siv_key rows[KC_WRAPPING_DEVICE + 1];
};
/* The roots of all classes, in the arena for as long as they are needed. */
struct kc_class_roots {
	struct kc_class_key rows[KC_PROTECTION_COUNT];
};
KC_MUST kc_err kc_keybag_alloc_roots(struct kc_secret *arena, struct kc_class_roots **ret);
/* Those of an open bag. */
void kc_keybag_copy_roots(const struct kc_keybag *bag, struct kc_class_roots *ret);

/* A new way in a blob, under a password and a new salt; an empty password takes the way away. The
 * device's way, which has none. */
KC_MUST kc_err kc_keybag_make_way(const struct kc_keybag *bag, enum kc_keybag_holder holder,
	struct kc_bytes password, const struct kc_class_roots *roots, struct kc_keybag_blob *blob);
KC_MUST kc_err kc_keybag_make_device_way(const struct kc_keybag *bag,
	const struct kc_class_roots *roots, struct kc_keybag_blob *blob);

/* What scrypt makes of a password, and whether it is the right one: ak decides. Errors: AUTH. */
KC_MUST kc_err kc_keybag_stretch(
	const struct kc_keybag_way *way, struct kc_bytes password, struct kc_secret *ret);
KC_MUST kc_err kc_keybag_try_stretched(const struct kc_keybag *bag, enum kc_keybag_holder holder,
	struct kc_bytes stretched, struct kc_secret *arena, struct kc_wrap_keys **ret);

#endif
