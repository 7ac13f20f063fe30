/* SPDX-License-Identifier: ISC */
/*
 * Seals that seal nothing, in programs that fuzz what stands in them: linked in place of
 * crypto/aead.c. The forms are the same, the bytes are in the clear, and every tag is right.
 */
#include "crypto/aead.h"

static kc_err push(struct kc_buf *ret, size_t before, struct kc_bytes plain, size_t after)
{
	kc_buf_extend(ret, before);
	kc_buf_push(ret, plain.data, plain.len);
	kc_buf_extend(ret, after);
	return kc_buf_check(ret);
}

static kc_err within(struct kc_bytes sealed, size_t before, size_t after, struct kc_bytes *ret)
{
	if (sealed.len < before + after)
		return KC_ERR(CORRUPT);
	*ret = kc_bytes(sealed.data + before, sealed.len - before - after);
	return KC_OK;
}

static kc_err open_to_buf(struct kc_bytes sealed, size_t before, size_t after, struct kc_buf *ret)
{
	struct kc_bytes plain;

	KC_TRY(within(sealed, before, after, &plain));
	kc_buf_push(ret, plain.data, plain.len);
	return kc_buf_check(ret);
}

static kc_err open_to_secret(
	struct kc_bytes sealed, size_t before, size_t after, struct kc_secret *ret)
{
	struct kc_bytes plain;

	KC_TRY(within(sealed, before, after, &plain));
	return kc_secret_set(ret, plain);
}

kc_err kc_aead_gcm_seal_numbered(const struct kc_gcm_key *key,
	const uint8_t nonce[static KC_GCM_NONCE_LEN], struct kc_bytes ad, struct kc_bytes plain,
	struct kc_buf *ret)
{
	(void)key;
	(void)nonce;
	(void)ad;
	return push(ret, 0, plain, KC_GCM_TAG_LEN);
}

kc_err kc_aead_gcm_open_numbered(const struct kc_gcm_key *key,
	const uint8_t nonce[static KC_GCM_NONCE_LEN], struct kc_bytes ad, struct kc_bytes sealed,
	struct kc_buf *ret)
{
	(void)key;
	(void)nonce;
	(void)ad;
	return open_to_buf(sealed, 0, KC_GCM_TAG_LEN, ret);
}

kc_err kc_aead_gcm_seal(
	const struct kc_gcm_key *key, struct kc_bytes ad, struct kc_bytes plain, struct kc_buf *ret)
{
	(void)key;
	(void)ad;
	return push(ret, KC_GCM_NONCE_LEN, plain, KC_GCM_TAG_LEN);
}

kc_err kc_aead_gcm_open(const struct kc_gcm_key *key, struct kc_bytes ad, struct kc_bytes sealed,
	struct kc_buf *ret)
{
	(void)key;
	(void)ad;
	return open_to_buf(sealed, KC_GCM_NONCE_LEN, KC_GCM_TAG_LEN, ret);
}

kc_err kc_aead_gcm_open_secret(const struct kc_gcm_key *key, struct kc_bytes ad,
	struct kc_bytes sealed, struct kc_secret *ret)
{
	(void)key;
	(void)ad;
	return open_to_secret(sealed, KC_GCM_NONCE_LEN, KC_GCM_TAG_LEN, ret);
}

kc_err kc_aead_aes_seal(struct kc_bytes key, struct kc_bytes iv, struct kc_bytes ad,
	struct kc_bytes plain, struct kc_buf *ret)
{
	(void)key;
	(void)iv;
	(void)ad;
	return push(ret, 0, plain, KC_GCM_TAG_LEN);
}

kc_err kc_aead_aes_open(struct kc_bytes key, struct kc_bytes iv, struct kc_bytes ad,
	struct kc_bytes sealed, struct kc_secret *ret)
{
	(void)key;
	(void)iv;
	(void)ad;
	return open_to_secret(sealed, 0, KC_GCM_TAG_LEN, ret);
}

kc_err kc_aead_siv_seal(
	const struct kc_siv_key *key, struct kc_bytes ad, struct kc_bytes plain, struct kc_buf *ret)
{
	(void)key;
	(void)ad;
	return push(ret, KC_SIV_TAG_LEN, plain, 0);
}

kc_err kc_aead_siv_open(const struct kc_siv_key *key, struct kc_bytes ad, struct kc_bytes sealed,
	struct kc_buf *ret)
{
	(void)key;
	(void)ad;
	return open_to_buf(sealed, KC_SIV_TAG_LEN, 0, ret);
}

kc_err kc_aead_siv_open_secret(const struct kc_siv_key *key, struct kc_bytes ad,
	struct kc_bytes sealed, struct kc_secret *ret)
{
	(void)key;
	(void)ad;
	return open_to_secret(sealed, KC_SIV_TAG_LEN, 0, ret);
}
