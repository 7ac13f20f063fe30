/* SPDX-License-Identifier: ISC */
/*
 * ECIES (SEC 1 5.1) as Apple has it.
 *
 *   sealed = ephemeral public point ‖ ciphertext ‖ tag (16 bytes)
 *   output = KDF X9.63 (shared secret, point ‖ caller's shared info), key length or 16 more
 *   key    = the first 16 bytes for curves up to 256 bits, else 32; or as many as the caller says
 *   iv     = 16 zeros, or the last 16 bytes of the longer output
 *
 * A key is used for one message only, so that the IV may be constant.
 */
#include "crypto/aead.h"
#include "crypto/kdf.h"
#include "keychainapi/Security/key/key_use.h"

#define IV_LEN 16
#define SMALL_CURVE_BITS 256
static const uint8_t zero_iv[IV_LEN];

/* What encrypts one message. */
struct cover {
	struct kc_secret output; /* the key, and the IV if it is derived */
	struct kc_bytes key, iv;
};

static void cover_done(struct cover *cover)
{
	kc_secret_done(&cover->output);
}

static size_t point_len(SecKeyRef key)
{
	return 1 + 2 * kc_key_block_len(key);
}

static size_t key_len(SecKeyRef key, const struct kc_key_params *params)
{
	if (params->key_len)
		return params->key_len;
	return kc_pk_bits(key->pk) <= SMALL_CURVE_BITS ? 16 : 32;
}

static kc_err derive(SecKeyRef key, const struct kc_key_algorithm *algorithm,
	const struct kc_key_params *params, const struct kc_secret *shared, struct kc_bytes point,
	struct cover *ret)
{
	KC_CLEANUP_BUF struct kc_buf info = KC_BUF_INIT;
	size_t len = key_len(key, params);

	kc_buf_push(&info, point.data, point.len);
	kc_buf_push(&info, params->shared_info.data, params->shared_info.len);
	KC_TRY(kc_buf_check(&info));
	KC_TRY(kc_secret_alloc(&ret->output, len + (algorithm->derives_iv ? IV_LEN : 0)));
	KC_TRY(kc_kdf_x963(algorithm->hash, kc_secret_bytes(shared), kc_buf_bytes(&info),
		ret->output.data, ret->output.len));
	ret->key = kc_bytes(ret->output.data, len);
	ret->iv = algorithm->derives_iv ? kc_bytes(ret->output.data + len, IV_LEN)
					: KC_BYTES_OF(zero_iv);
	return KC_OK;
}

kc_err kc_key_ecies_seal(SecKeyRef key, const struct kc_key_algorithm *algorithm,
	const struct kc_key_params *params, struct kc_bytes plain, struct kc_buf *ret)
{
	KC_CLEANUP_PK struct kc_pk *ephemeral = NULL;
	KC_CLEANUP_BUF struct kc_buf point = KC_BUF_INIT;
	KC_CLEANUP_SECRET struct kc_secret shared = KC_SECRET_INIT;
	KC_CLEANUP(cover_done) struct cover cover = {.key = {0}};

	KC_TRY(kc_pk_generate(KC_KEY_EC, kc_pk_bits(key->pk), &ephemeral));
	KC_TRY(kc_pk_store_public(ephemeral, &point));
	KC_TRY(kc_pk_agree(ephemeral, kc_buf_bytes(&key->public_form), &shared));
	KC_TRY(derive(key, algorithm, params, &shared, kc_buf_bytes(&point), &cover));
	kc_buf_push(ret, point.data, point.len);
	KC_TRY(kc_buf_check(ret));
	return kc_aead_aes_seal(cover.key, cover.iv, params->aad, plain, ret);
}

kc_err kc_key_ecies_open(SecKeyRef key, const struct kc_key_algorithm *algorithm,
	const struct kc_key_params *params, struct kc_bytes sealed, struct kc_secret *ret)
{
	KC_CLEANUP_SECRET struct kc_secret shared = KC_SECRET_INIT;
	KC_CLEANUP(cover_done) struct cover cover = {.key = {0}};
	struct kc_bytes point = kc_bytes(sealed.data, point_len(key));

	if (sealed.len < point.len)
		return KC_ERR(DECRYPT);
	KC_TRY(kc_key_agree(key, point, &shared));
	KC_TRY(derive(key, algorithm, params, &shared, point, &cover));
	return kc_aead_aes_open(cover.key, cover.iv, params->aad,
		kc_bytes(sealed.data + point.len, sealed.len - point.len), ret);
}
