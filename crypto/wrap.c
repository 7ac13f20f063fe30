/* SPDX-License-Identifier: ISC */
/* Wrapping is encryption, but for zeroes where a cipher wants more bytes, and for two at once. */
#include "crypto/wrap.h"

#include <string.h>

/* --- an AES key for the key (PKCS#11 3.1, 6.1.17) -----------------------------------------------
 */

static const struct kc_cipher_params kwp = {.scheme = KC_CIPHER_KWP};

static struct kc_cipher_params oaep_of(const struct kc_cipher_params *params)
{
	struct kc_cipher_params oaep = *params;

	oaep.scheme = KC_CIPHER_RSA_OAEP;
	return oaep;
}

static kc_err seal_both(const struct kc_pk *pk, const struct kc_cipher_params *params,
	struct kc_bytes value, struct kc_buf *ret)
{
	struct kc_cipher_params oaep = oaep_of(params);
	KC_CLEANUP_SK struct kc_sk *between = NULL;
	size_t before = ret->len;
	kc_err err;

	if (params->aes_bits != 128 && params->aes_bits != 192 && params->aes_bits != 256)
		return KC_ERR(MECHANISM_PARAM);
	KC_TRY(kc_sk_generate(KC_SECRET_AES, params->aes_bits / 8, &between));
	err = kc_pk_encrypt(pk, &oaep, kc_sk_value(between), ret);
	if (err == KC_E_DATA_LEN) /* RSA too short for hash and AES key */
		err = KC_ERR(MECHANISM_PARAM);
	if (err == KC_OK)
		err = kc_sk_encrypt(between, &kwp, value, ret);
	if (err != KC_OK)
		kc_buf_truncate(ret, before);
	return err;
}

static kc_err open_both(const struct kc_pk *pk, const struct kc_cipher_params *params,
	struct kc_bytes wrapped, struct kc_secret *ret)
{
	KC_CLEANUP_SECRET struct kc_secret value = KC_SECRET_INIT;
	struct kc_cipher_params oaep = oaep_of(params);
	KC_CLEANUP_SK struct kc_sk *between = NULL;
	size_t block = (kc_pk_bits(pk) + 7) / 8;
	kc_err err;

	if (wrapped.len <= block)
		return KC_ERR(DATA_LEN);
	KC_TRY(kc_pk_decrypt(pk, &oaep, kc_bytes(wrapped.data, block), &value));
	err = kc_sk_load(KC_SECRET_AES, kc_secret_bytes(&value), &between);
	if (err == KC_E_KEY_SIZE)
		return KC_ERR(DECRYPT);
	KC_TRY(err);
	return kc_sk_decrypt(
		between, &kwp, kc_bytes(wrapped.data + block, wrapped.len - block), ret);
}

/* --- zeroes -------------------------------------------------------------------------------------
 */

static bool fills_blocks(const struct kc_cipher_params *params)
{
	return params->scheme == KC_CIPHER_ECB || params->scheme == KC_CIPHER_CBC;
}

static kc_err fill(const struct kc_sk *sk, struct kc_bytes value, struct kc_secret *ret)
{
	size_t block = kc_sk_type(sk) == KC_SECRET_DES3 ? 8 : 16;

	KC_TRY(kc_secret_alloc(ret, (value.len + block - 1) / block * block));
	if (value.len)
		memcpy(ret->data, value.data, value.len);
	return KC_OK;
}

/* The part that is the value. */
static kc_err cut(const struct kc_cipher_params *params, size_t value_len, struct kc_secret *secret)
{
	size_t zeroes = secret->len - value_len;

	if (value_len == 0 || (!fills_blocks(params) && params->scheme != KC_CIPHER_RSA_RAW))
		return KC_OK;
	if (value_len > secret->len)
		return KC_ERR(DATA_LEN);
	return kc_secret_set(
		secret, kc_bytes(secret->data + (fills_blocks(params) ? 0 : zeroes), value_len));
}

/* --- both ways ----------------------------------------------------------------------------------
 */

static kc_err check(const struct kc_wrap_key *key, const struct kc_cipher_params *params)
{
	if ((key->pk != NULL) == (key->sk != NULL))
		return KC_ERR(KEY_TYPE);
	if (params->scheme == KC_CIPHER_RSA_AES_WRAP && !key->pk)
		return KC_ERR(MECHANISM);
	return KC_OK;
}

kc_err kc_wrap_seal(const struct kc_wrap_key *key, const struct kc_cipher_params *params,
	struct kc_bytes value, struct kc_buf *ret)
{
	KC_CLEANUP_SECRET struct kc_secret filled = KC_SECRET_INIT;

	KC_TRY(check(key, params));
	if (params->scheme == KC_CIPHER_RSA_AES_WRAP)
		return seal_both(key->pk, params, value, ret);
	if (key->pk)
		return kc_pk_encrypt(key->pk, params, value, ret);
	if (!fills_blocks(params))
		return kc_sk_encrypt(key->sk, params, value, ret);
	KC_TRY(fill(key->sk, value, &filled));
	return kc_sk_encrypt(key->sk, params, kc_secret_bytes(&filled), ret);
}

kc_err kc_wrap_open(const struct kc_wrap_key *key, const struct kc_cipher_params *params,
	struct kc_bytes wrapped, size_t value_len, struct kc_secret *ret)
{
	KC_CLEANUP_SECRET struct kc_secret value = KC_SECRET_INIT;

	KC_TRY(check(key, params));
	if (params->scheme == KC_CIPHER_RSA_AES_WRAP)
		KC_TRY(open_both(key->pk, params, wrapped, &value));
	else if (key->pk)
		KC_TRY(kc_pk_decrypt(key->pk, params, wrapped, &value));
	else
		KC_TRY(kc_sk_decrypt(key->sk, params, wrapped, &value));
	KC_TRY(cut(params, value_len, &value));
	kc_secret_move(ret, &value);
	return KC_OK;
}
