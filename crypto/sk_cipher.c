/* SPDX-License-Identifier: ISC */
/*
 * Messages through the library's ciphers, whole or in parts.
 *
 * Facts of OpenSSL 3.0 that this stands on: CCM takes the lengths of tag and nonce only together
 * with the key, the length of the message before the additional data, and the message in one
 * update; CTS the message in one update; an output of NULL means additional data.
 */
#include <limits.h>

#include "crypto/sk_impl.h"

/* --- beginning ----------------------------------------------------------------------------------
 */

static bool is_ccm(const struct kc_sk_mode *mode)
{
	return mode->shape == KC_SK_AEAD && mode->at_once;
}

/* Cipher and key, without what belongs to one message. */
static kc_err prepare(const struct kc_sk *sk, const struct kc_sk_mode *mode, enum kc_sk_way way,
	EVP_CIPHER_CTX **ret)
{
	KC_CLEANUP_OSSL(EVP_CIPHER_CTX) EVP_CIPHER_CTX *ctx = EVP_CIPHER_CTX_new();
	const EVP_CIPHER *cipher = kc_sk_mode_cipher(sk, mode);

	if (!ctx || !cipher)
		return kc_crypto_failed();
	EVP_CIPHER_CTX_set_flags(ctx, EVP_CIPHER_CTX_FLAG_WRAP_ALLOW);
	if (EVP_CipherInit_ex2(ctx, cipher, NULL, NULL, way == KC_SK_ENCRYPT, NULL) != 1 ||
		EVP_CIPHER_CTX_set_padding(ctx, mode->shape == KC_SK_PADDED) != 1 ||
		EVP_CipherInit_ex2(ctx, NULL, sk->value.data, NULL, -1, NULL) != 1)
		return kc_crypto_failed();
	*ret = ctx;
	ctx = NULL;
	return KC_OK;
}

/* The context may have done another message before. */
static kc_err begin(struct kc_sk_message *message, const struct kc_cipher_params *params)
{
	EVP_CIPHER_CTX *ctx = message->context.cipher;
	const struct kc_sk_mode *mode = message->mode;
	const uint8_t *key = is_ccm(mode) ? message->sk->value.data : NULL;
	uint8_t iv[KC_SK_IV_MOST];
	size_t len = kc_sk_mode_iv(params, iv);
	bool good = true;

	if (mode->shape == KC_SK_AEAD && message->context.iv_len != len)
		good = EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_AEAD_SET_IVLEN, (int)len, NULL) == 1;
	message->context.iv_len = len;
	if (good && is_ccm(mode))
		good = EVP_CIPHER_CTX_ctrl(
			       ctx, EVP_CTRL_AEAD_SET_TAG, (int)params->tag_len, NULL) == 1;
	good = good && EVP_CipherInit_ex2(ctx, NULL, key, len ? iv : NULL,
			       message->way == KC_SK_ENCRYPT, NULL) == 1;
	return good ? KC_OK : kc_crypto_failed();
}

static bool update(EVP_CIPHER_CTX *ctx, struct kc_bytes input, uint8_t *out, size_t *ret_len)
{
	int len = 0;
	bool done = EVP_CipherUpdate(ctx, out, &len, input.data, (int)input.len) == 1;

	*ret_len = (size_t)len;
	return done;
}

static kc_err add_label(struct kc_sk_message *message, struct kc_bytes label)
{
	size_t len;

	if (label.len && !update(message->context.cipher, label, NULL, &len))
		return kc_crypto_failed();
	return KC_OK;
}

kc_err kc_sk_cipher_start(const struct kc_sk *sk, enum kc_sk_way way,
	const struct kc_cipher_params *params, struct kc_sk_message *ret)
{
	KC_CLEANUP_SK_MESSAGE struct kc_sk_message message = {.sk = sk, .way = way};
	unsigned purpose = 0x100u | (unsigned)params->scheme << 1 | (unsigned)way;

	KC_TRY(kc_sk_mode_find(sk, params, &message.mode));
	message.tag_len = params->tag_len;
	message.left = kc_sk_mode_limit(params);
	if (!kc_sk_context_take(sk, purpose, &message.context))
		KC_TRY(prepare(sk, message.mode, way, &message.context.cipher));
	/* Only what has begun well is kept. */
	KC_TRY(begin(&message, params));
	if (message.mode->shape == KC_SK_AEAD && !is_ccm(message.mode))
		KC_TRY(add_label(&message, params->label));
	message.context.purpose = purpose;
	*ret = message;
	message.context = (struct kc_sk_context){0};
	return KC_OK;
}

void kc_sk_cipher_done(struct kc_sk_message *message)
{
	if (message->context.cipher)
		kc_sk_context_give(message->sk, &message->context);
}

/* --- in parts -----------------------------------------------------------------------------------
 */

static bool has_long_iv(const struct kc_cipher_params *params)
{
	return params->scheme == KC_CIPHER_GCM && params->iv.len >= KC_SK_LONG_IV;
}

bool kc_sk_cipher_collects(
	const struct kc_sk_mode *mode, enum kc_sk_way way, const struct kc_cipher_params *params)
{
	return mode->at_once || (mode->shape == KC_SK_AEAD && way == KC_SK_DECRYPT) ||
	       has_long_iv(params);
}

kc_err kc_sk_cipher_feed(
	struct kc_sk_message *message, struct kc_bytes input, uint8_t *out, size_t *ret_len)
{
	*ret_len = 0;
	if (input.len > message->left || input.len > INT_MAX - KC_SK_REST_MAX)
		return KC_ERR(DATA_LEN);
	message->left -= input.len;
	message->taken += input.len;
	if (input.len == 0 || update(message->context.cipher, input, out, ret_len))
		return KC_OK;
	if (message->way == KC_SK_ENCRYPT)
		return kc_crypto_failed();
	kc_crypto_forget_errors();
	return KC_ERR(DECRYPT);
}

/* Of blocks, all must have come. */
static kc_err check_blocks(const struct kc_sk_message *message)
{
	bool wants = message->mode->shape == KC_SK_BLOCKS ||
		     (message->mode->shape == KC_SK_PADDED && message->way == KC_SK_DECRYPT);
	size_t block = kc_sk_mode_block(message->sk);

	if (wants && message->taken % block != 0)
		return KC_ERR(DATA_LEN);
	if (wants && message->mode->shape == KC_SK_PADDED && message->taken == 0)
		return KC_ERR(DATA_LEN);
	return KC_OK;
}

kc_err kc_sk_cipher_finish(struct kc_sk_message *message, uint8_t *out, size_t *ret_len)
{
	EVP_CIPHER_CTX *ctx = message->context.cipher;
	int len = 0;

	KC_TRY(check_blocks(message));
	if (EVP_CipherFinal_ex(ctx, out, &len) != 1) {
		if (message->way == KC_SK_ENCRYPT)
			return kc_crypto_failed();
		kc_crypto_forget_errors();
		return KC_ERR(DECRYPT);
	}
	*ret_len = (size_t)len;
	if (message->mode->shape != KC_SK_AEAD || message->way == KC_SK_DECRYPT)
		return KC_OK;
	if (EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_AEAD_GET_TAG, (int)message->tag_len, out + len) != 1)
		return kc_crypto_failed();
	*ret_len += message->tag_len;
	return KC_OK;
}

/* --- whole --------------------------------------------------------------------------------------
 */

static kc_err set_tag(struct kc_sk_message *message, const uint8_t *tag)
{
	return EVP_CIPHER_CTX_ctrl(message->context.cipher, EVP_CTRL_AEAD_SET_TAG,
		       (int)message->tag_len, (void *)(uintptr_t)tag) == 1
		       ? KC_OK
		       : kc_crypto_failed();
}

/* CCM, whose one update is done even for an empty message, and is all. */
static kc_err run_ccm(struct kc_sk_message *message, struct kc_bytes label, struct kc_bytes input,
	uint8_t *out, size_t *ret_len)
{
	EVP_CIPHER_CTX *ctx = message->context.cipher;
	int len = 0;

	if (EVP_CipherUpdate(ctx, NULL, &len, NULL, (int)input.len) != 1)
		return kc_crypto_failed();
	KC_TRY(add_label(message, label));
	if (input.len == 0)
		input.data = (const uint8_t *)"";
	if (!update(ctx, input, out, ret_len)) {
		kc_crypto_forget_errors();
		return KC_ERR(DECRYPT);
	}
	if (message->way == KC_SK_DECRYPT)
		return KC_OK;
	if (EVP_CIPHER_CTX_ctrl(
		    ctx, EVP_CTRL_AEAD_GET_TAG, (int)message->tag_len, out + *ret_len) != 1)
		return kc_crypto_failed();
	*ret_len += message->tag_len;
	return KC_OK;
}

static kc_err run(struct kc_sk_message *message, const struct kc_cipher_params *params,
	struct kc_bytes input, uint8_t *out, size_t *ret_len)
{
	size_t rest = 0;

	KC_TRY(kc_sk_cipher_start(message->sk, message->way, params, message));
	if (message->mode->shape == KC_SK_AEAD && message->way == KC_SK_DECRYPT) {
		input.len -= message->tag_len;
		KC_TRY(set_tag(message, input.data + input.len));
	}
	if (is_ccm(message->mode))
		return run_ccm(message, params->label, input, out, ret_len);
	KC_TRY(kc_sk_cipher_feed(message, input, out, ret_len));
	KC_TRY(kc_sk_cipher_finish(message, out + *ret_len, &rest));
	*ret_len += rest;
	return KC_OK;
}

kc_err kc_sk_cipher_whole(const struct kc_sk *sk, enum kc_sk_way way,
	const struct kc_cipher_params *params, struct kc_bytes input, uint8_t *out, size_t *ret_len)
{
	KC_CLEANUP_SK_MESSAGE struct kc_sk_message message = {.sk = sk, .way = way};
	const struct kc_sk_mode *mode = NULL;
	uint8_t nothing[KC_SK_REST_MAX];
	size_t len = 0, room = 0;
	kc_err err;

	KC_TRY(kc_sk_mode_find(sk, params, &mode));
	KC_TRY(kc_sk_mode_out_len(sk, way, mode, params, input.len, &room));
	if (room == 0)
		out = nothing;
	err = has_long_iv(params) ? kc_sk_long_iv_whole(sk, way, params, input, out, &len)
				  : run(&message, params, input, out, &len);
	if (err != KC_OK) {
		/* No byte of what is not authentic is given out, and the context may be in any
		 * state. */
		kc_mem_wipe(out, room);
		message.context.purpose = 0;
		return err;
	}
	*ret_len = len;
	return KC_OK;
}
