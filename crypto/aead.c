/* SPDX-License-Identifier: ISC */
/*
 * Authenticated encryption through EVP, one fresh context per message.
 *
 * Facts of OpenSSL 3.0 that this stands on: SIV wants the tag before the ciphertext, everything in
 * one update, and neither empty associated data (ignored up to 3.0.9, CVE-2023-2975) nor an empty
 * plaintext; a SIV context used twice may forge.
 */
#include "crypto/aead.h"

#include <limits.h>

#include "crypto/crypto_impl.h"
#include "base/random.h"

/* EVP counts in int. */
static bool fits(struct kc_bytes ad, struct kc_bytes text)
{
	return ad.len > 0 && ad.len <= INT_MAX && text.len <= INT_MAX;
}

static bool update(EVP_CIPHER_CTX *ctx, uint8_t *out, struct kc_bytes in)
{
	int len = 0;

	return in.len == 0 ||
	       (EVP_CipherUpdate(ctx, out, &len, in.data, (int)in.len) == 1 && len == (int)in.len);
}

static bool finish(EVP_CIPHER_CTX *ctx)
{
	uint8_t nothing[EVP_MAX_BLOCK_LENGTH];
	int len = 0;

	return EVP_CipherFinal_ex(ctx, nothing, &len) == 1 && len == 0;
}

static bool get_tag(EVP_CIPHER_CTX *ctx, uint8_t *tag, int len)
{
	return EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_AEAD_GET_TAG, len, tag) == 1;
}

static bool set_tag(EVP_CIPHER_CTX *ctx, const uint8_t *tag, int len)
{
	return EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_AEAD_SET_TAG, len, (void *)(uintptr_t)tag) == 1;
}

static EVP_CIPHER_CTX *start(
	EVP_CIPHER *cipher, const uint8_t *key, const uint8_t *nonce, bool sealing)
{
	EVP_CIPHER_CTX *ctx = EVP_CIPHER_CTX_new();

	if (ctx && EVP_CipherInit_ex2(ctx, cipher, key, nonce, sealing, NULL) == 1)
		return ctx;
	EVP_CIPHER_CTX_free(ctx);
	return NULL;
}

/* The text at out is as long as the one going in; out and tag may lie in one block. */
static kc_err seal(EVP_CIPHER_CTX *ctx, struct kc_bytes ad, struct kc_bytes plain, uint8_t *out,
	uint8_t *tag, int tag_len)
{
	if (!ctx || !update(ctx, NULL, ad) || !update(ctx, out, plain) || !finish(ctx) ||
		!get_tag(ctx, tag, tag_len))
		return kc_crypto_failed();
	return KC_OK;
}

static kc_err unseal(EVP_CIPHER_CTX *ctx, struct kc_bytes ad, struct kc_bytes cipher,
	const uint8_t *tag, int tag_len, uint8_t *out)
{
	if (!ctx || !set_tag(ctx, tag, tag_len) || !update(ctx, NULL, ad))
		return kc_crypto_failed();
	if (update(ctx, out, cipher) && finish(ctx))
		return KC_OK;
	kc_crypto_forget_errors();
	if (cipher.len)
		kc_mem_wipe(out, cipher.len);
	return KC_ERR(CORRUPT);
}

/* --- GCM ---------------------------------------------------------------------------------------
 */

static kc_err gcm_seal(const struct kc_gcm_key *key, const uint8_t *nonce, struct kc_bytes ad,
	struct kc_bytes plain, uint8_t *out)
{
	KC_CLEANUP_OSSL(EVP_CIPHER_CTX)
	EVP_CIPHER_CTX *ctx = start(kc_crypto_library()->gcm, key->bytes, nonce, true);

	return seal(ctx, ad, plain, out, out + plain.len, KC_GCM_TAG_LEN);
}

static kc_err gcm_open(const struct kc_gcm_key *key, const uint8_t *nonce, struct kc_bytes ad,
	struct kc_bytes sealed, uint8_t *out)
{
	struct kc_bytes cipher = kc_bytes(sealed.data, sealed.len - KC_GCM_TAG_LEN);
	KC_CLEANUP_OSSL(EVP_CIPHER_CTX)
	EVP_CIPHER_CTX *ctx = start(kc_crypto_library()->gcm, key->bytes, nonce, false);

	return unseal(ctx, ad, cipher, cipher.data + cipher.len, KC_GCM_TAG_LEN, out);
}

kc_err kc_aead_gcm_seal_numbered(const struct kc_gcm_key *key,
	const uint8_t nonce[static KC_GCM_NONCE_LEN], struct kc_bytes ad, struct kc_bytes plain,
	struct kc_buf *ret)
{
	size_t before = ret->len;
	uint8_t *out;
	kc_err err;

	if (!fits(ad, plain))
		return KC_ERR(BUG);
	out = kc_buf_extend(ret, plain.len + KC_GCM_TAG_LEN);
	if (!out)
		return kc_buf_check(ret);
	err = gcm_seal(key, nonce, ad, plain, out);
	if (err != KC_OK)
		kc_buf_truncate(ret, before);
	return err;
}

kc_err kc_aead_gcm_open_numbered(const struct kc_gcm_key *key,
	const uint8_t nonce[static KC_GCM_NONCE_LEN], struct kc_bytes ad, struct kc_bytes sealed,
	struct kc_buf *ret)
{
	size_t before = ret->len;
	uint8_t *out;
	kc_err err;

	if (sealed.len < KC_GCM_TAG_LEN)
		return KC_ERR(CORRUPT);
	if (!fits(ad, sealed))
		return KC_ERR(BUG);
	out = kc_buf_extend(ret, sealed.len - KC_GCM_TAG_LEN);
	if (!out)
		return kc_buf_check(ret);
	err = gcm_open(key, nonce, ad, sealed, out);
	if (err != KC_OK)
		kc_buf_truncate(ret, before);
	return err;
}

kc_err kc_aead_gcm_seal(
	const struct kc_gcm_key *key, struct kc_bytes ad, struct kc_bytes plain, struct kc_buf *ret)
{
	uint8_t nonce[KC_GCM_NONCE_LEN];
	size_t before = ret->len;
	kc_err err;

	kc_random_fill(nonce, sizeof nonce);
	kc_buf_push(ret, nonce, sizeof nonce);
	err = kc_aead_gcm_seal_numbered(key, nonce, ad, plain, ret);
	if (err != KC_OK)
		kc_buf_truncate(ret, before);
	return err;
}

kc_err kc_aead_gcm_open(const struct kc_gcm_key *key, struct kc_bytes ad, struct kc_bytes sealed,
	struct kc_buf *ret)
{
	if (sealed.len < KC_GCM_OVERHEAD)
		return KC_ERR(CORRUPT);
	return kc_aead_gcm_open_numbered(key, sealed.data, ad,
		kc_bytes(sealed.data + KC_GCM_NONCE_LEN, sealed.len - KC_GCM_NONCE_LEN), ret);
}

kc_err kc_aead_gcm_open_secret(const struct kc_gcm_key *key, struct kc_bytes ad,
	struct kc_bytes sealed, struct kc_secret *ret)
{
	KC_CLEANUP_SECRET struct kc_secret plain = KC_SECRET_INIT;

	if (sealed.len < KC_GCM_OVERHEAD)
		return KC_ERR(CORRUPT);
	if (!fits(ad, sealed))
		return KC_ERR(BUG);
	KC_TRY(kc_secret_alloc(&plain, sealed.len - KC_GCM_OVERHEAD));
	KC_TRY(gcm_open(key, sealed.data, ad,
		kc_bytes(sealed.data + KC_GCM_NONCE_LEN, sealed.len - KC_GCM_NONCE_LEN),
		plain.data));
	kc_secret_move(ret, &plain);
	return KC_OK;
}

/* --- GCM of others ------------------------------------------------------------------------------
 */

#define IV_MAX_LEN 128 /* what the library keeps */

/* A context for the key and the IV, whose length has to be told before it. */
static kc_err start_aes(struct kc_bytes key, struct kc_bytes iv, bool sealing, EVP_CIPHER_CTX **ret)
{
	KC_CLEANUP_OSSL(EVP_CIPHER) EVP_CIPHER *cipher = NULL;
	KC_CLEANUP_OSSL(EVP_CIPHER_CTX) EVP_CIPHER_CTX *ctx = EVP_CIPHER_CTX_new();
	size_t iv_len = iv.len;
	const OSSL_PARAM params[] = {
		OSSL_PARAM_construct_size_t(OSSL_CIPHER_PARAM_AEAD_IVLEN, &iv_len),
		OSSL_PARAM_construct_end(),
	};
	const char *name = key.len == 16   ? "AES-128-GCM"
			   : key.len == 24 ? "AES-192-GCM"
			   : key.len == 32 ? "AES-256-GCM"
					   : NULL;

	if (!name || iv.len == 0 || iv.len > IV_MAX_LEN)
		return KC_ERR(PARAM);
	cipher = EVP_CIPHER_fetch(kc_crypto_library()->context, name, NULL);
	if (!ctx || !cipher || EVP_CipherInit_ex2(ctx, cipher, NULL, NULL, sealing, params) != 1 ||
		EVP_CipherInit_ex2(ctx, NULL, key.data, iv.data, sealing, NULL) != 1)
		return kc_crypto_failed();
	*ret = ctx;
	ctx = NULL;
	return KC_OK;
}

kc_err kc_aead_aes_seal(struct kc_bytes key, struct kc_bytes iv, struct kc_bytes ad,
	struct kc_bytes plain, struct kc_buf *ret)
{
	KC_CLEANUP_OSSL(EVP_CIPHER_CTX) EVP_CIPHER_CTX *ctx = NULL;
	size_t before = ret->len;
	uint8_t *out;
	kc_err err;

	if (ad.len > INT_MAX || plain.len > INT_MAX)
		return KC_ERR(PARAM);
	KC_TRY(start_aes(key, iv, true, &ctx));
	out = kc_buf_extend(ret, plain.len + KC_GCM_TAG_LEN);
	if (!out)
		return kc_buf_check(ret);
	err = seal(ctx, ad, plain, out, out + plain.len, KC_GCM_TAG_LEN);
	if (err != KC_OK)
		kc_buf_truncate(ret, before);
	return err;
}

kc_err kc_aead_aes_open(struct kc_bytes key, struct kc_bytes iv, struct kc_bytes ad,
	struct kc_bytes sealed, struct kc_secret *ret)
{
	KC_CLEANUP_OSSL(EVP_CIPHER_CTX) EVP_CIPHER_CTX *ctx = NULL;
	KC_CLEANUP_SECRET struct kc_secret plain = KC_SECRET_INIT;
	struct kc_bytes cipher;
	kc_err err;

	if (ad.len > INT_MAX || sealed.len > INT_MAX)
		return KC_ERR(PARAM);
	KC_TRY(start_aes(key, iv, false, &ctx));
	if (sealed.len < KC_GCM_TAG_LEN)
		return KC_ERR(DECRYPT);
	cipher = kc_bytes(sealed.data, sealed.len - KC_GCM_TAG_LEN);
	KC_TRY(kc_secret_alloc(&plain, cipher.len));
	err = unseal(ctx, ad, cipher, cipher.data + cipher.len, KC_GCM_TAG_LEN, plain.data);
	if (err != KC_OK)
		return err == KC_E_CORRUPT ? KC_ERR(DECRYPT) : err;
	kc_secret_move(ret, &plain);
	return KC_OK;
}

/* --- SIV ---------------------------------------------------------------------------------------
 */

static kc_err siv_open(
	const struct kc_siv_key *key, struct kc_bytes ad, struct kc_bytes sealed, uint8_t *out)
{
	struct kc_bytes cipher =
		kc_bytes(sealed.data + KC_SIV_TAG_LEN, sealed.len - KC_SIV_TAG_LEN);
	KC_CLEANUP_OSSL(EVP_CIPHER_CTX)
	EVP_CIPHER_CTX *ctx = start(kc_crypto_library()->siv, key->bytes, NULL, false);

	return unseal(ctx, ad, cipher, sealed.data, KC_SIV_TAG_LEN, out);
}

kc_err kc_aead_siv_seal(
	const struct kc_siv_key *key, struct kc_bytes ad, struct kc_bytes plain, struct kc_buf *ret)
{
	size_t before = ret->len;
	KC_CLEANUP_OSSL(EVP_CIPHER_CTX) EVP_CIPHER_CTX *ctx = NULL;
	uint8_t *out;
	kc_err err;

	if (!fits(ad, plain) || plain.len == 0)
		return KC_ERR(BUG);
	out = kc_buf_extend(ret, KC_SIV_TAG_LEN + plain.len);
	if (!out)
		return kc_buf_check(ret);
	ctx = start(kc_crypto_library()->siv, key->bytes, NULL, true);
	err = seal(ctx, ad, plain, out + KC_SIV_TAG_LEN, out, KC_SIV_TAG_LEN);
	if (err != KC_OK)
		kc_buf_truncate(ret, before);
	return err;
}

kc_err kc_aead_siv_open(const struct kc_siv_key *key, struct kc_bytes ad, struct kc_bytes sealed,
	struct kc_buf *ret)
{
	size_t before = ret->len;
	uint8_t *out;
	kc_err err;

	if (sealed.len <= KC_SIV_TAG_LEN)
		return KC_ERR(CORRUPT);
	if (!fits(ad, sealed))
		return KC_ERR(BUG);
	out = kc_buf_extend(ret, sealed.len - KC_SIV_TAG_LEN);
	if (!out)
		return kc_buf_check(ret);
	err = siv_open(key, ad, sealed, out);
	if (err != KC_OK)
		kc_buf_truncate(ret, before);
	return err;
}

kc_err kc_aead_siv_open_secret(const struct kc_siv_key *key, struct kc_bytes ad,
	struct kc_bytes sealed, struct kc_secret *ret)
{
	KC_CLEANUP_SECRET struct kc_secret plain = KC_SECRET_INIT;

	if (sealed.len <= KC_SIV_TAG_LEN)
		return KC_ERR(CORRUPT);
	if (!fits(ad, sealed))
		return KC_ERR(BUG);
	KC_TRY(kc_secret_alloc(&plain, sealed.len - KC_SIV_TAG_LEN));
	KC_TRY(siv_open(key, ad, sealed, plain.data));
	kc_secret_move(ret, &plain);
	return KC_OK;
}
