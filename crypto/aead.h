/* SPDX-License-Identifier: ISC */
/*
 * Sealing and opening: AES-256-GCM (NIST SP 800-38D) and AES-256-SIV (RFC 5297).
 *
 * ad is bound to the ciphertext and names its place; for our own formats it must not be empty
 * (BUG). Every ret buffer is appended to; on failure it is as it was. Opening answers CORRUPT for
 * anything that was not sealed so, and gives out no byte of it.
 */
#ifndef KC_CRYPTO_AEAD_H
#define KC_CRYPTO_AEAD_H

#include "base/buf.h"
#include "base/secret.h"

#define KC_GCM_KEY_LEN 32
#define KC_GCM_NONCE_LEN 12
#define KC_GCM_TAG_LEN 16
#define KC_GCM_OVERHEAD (KC_GCM_NONCE_LEN + KC_GCM_TAG_LEN)
#define KC_SIV_KEY_LEN 64
#define KC_SIV_TAG_LEN 16

/* Keys of different kinds are different types. Their holder keeps them in the locked arena. */
struct kc_gcm_key {
	uint8_t bytes[KC_GCM_KEY_LEN];
};
struct kc_siv_key {
	uint8_t bytes[KC_SIV_KEY_LEN];
};

/* With a random nonce, so at most 2^32 messages under one key: nonce ‖ ciphertext ‖ tag. The
 * plaintext may be empty. */
KC_MUST kc_err kc_aead_gcm_seal(const struct kc_gcm_key *key, struct kc_bytes ad,
	struct kc_bytes plain, struct kc_buf *ret);
KC_MUST kc_err kc_aead_gcm_open(const struct kc_gcm_key *key, struct kc_bytes ad,
	struct kc_bytes sealed, struct kc_buf *ret);
/* The same into the arena, replacing what was there. */
KC_MUST kc_err kc_aead_gcm_open_secret(const struct kc_gcm_key *key, struct kc_bytes ad,
	struct kc_bytes sealed, struct kc_secret *ret);

/* For channels that count their nonces, and never use one twice under a key: ciphertext ‖ tag. */
KC_MUST kc_err kc_aead_gcm_seal_numbered(const struct kc_gcm_key *key,
	const uint8_t nonce[static KC_GCM_NONCE_LEN], struct kc_bytes ad, struct kc_bytes plain,
	struct kc_buf *ret);
KC_MUST kc_err kc_aead_gcm_open_numbered(const struct kc_gcm_key *key,
	const uint8_t nonce[static KC_GCM_NONCE_LEN], struct kc_bytes ad, struct kc_bytes sealed,
	struct kc_buf *ret);

/*
 * AES-GCM as formats of others have it, ECIES for one: a key of 16, 24 or 32 bytes, an IV of 1 to
 * 128 bytes that the caller answers for, associated data that may be empty; ciphertext ‖ tag.
 * Errors: PARAM for other lengths; opening answers DECRYPT for anything that was not sealed so.
 */
KC_MUST kc_err kc_aead_aes_seal(struct kc_bytes key, struct kc_bytes iv, struct kc_bytes ad,
	struct kc_bytes plain, struct kc_buf *ret);
KC_MUST kc_err kc_aead_aes_open(struct kc_bytes key, struct kc_bytes iv, struct kc_bytes ad,
	struct kc_bytes sealed, struct kc_secret *ret);

/* Deterministic: tag ‖ ciphertext. The plaintext must not be empty (BUG). */
KC_MUST kc_err kc_aead_siv_seal(const struct kc_siv_key *key, struct kc_bytes ad,
	struct kc_bytes plain, struct kc_buf *ret);
KC_MUST kc_err kc_aead_siv_open(const struct kc_siv_key *key, struct kc_bytes ad,
	struct kc_bytes sealed, struct kc_buf *ret);
/* The same into the arena, replacing what was there. */
KC_MUST kc_err kc_aead_siv_open_secret(const struct kc_siv_key *key, struct kc_bytes ad,
	struct kc_bytes sealed, struct kc_secret *ret);

#endif
