/* SPDX-License-Identifier: ISC */
/*
 * Message authentication codes: HMAC, CMAC, GMAC and Poly1305.
 *
 * GMAC is GCM of nothing with the message as additional data (SP 800-38D 3.3), so that it shares
 * the prepared context.
 */
#include <limits.h>
#include <stdatomic.h>
#include <string.h>

#include "crypto/hash.h"
#include "crypto/sk_impl.h"

#define GMAC_LEN 16
#define POLY1305_KEY_LEN 32
#define POLY1305_LEN 16

/* --- beginning ----------------------------------------------------------------------------------
 */

enum { CMAC, POLY1305, FETCHED };

/* Fetched once for the process. */
static EVP_MAC *fetch(size_t which)
{
	static const char *const names[FETCHED] = {[CMAC] = "CMAC", [POLY1305] = "POLY1305"};
	static _Atomic(EVP_MAC *) fetched[FETCHED];
	EVP_MAC *mac = atomic_load(&fetched[which]), *none = NULL;

	if (mac)
		return mac;
	mac = EVP_MAC_fetch(kc_crypto_library()->context, names[which], NULL);
	if (mac && !atomic_compare_exchange_strong(&fetched[which], &none, mac)) {
		EVP_MAC_free(mac); /* another thread was faster */
		mac = none;
	}
	return mac;
}

static bool is_block_cipher(const struct kc_sk *sk)
{
	return sk->type == KC_SECRET_AES || sk->type == KC_SECRET_DES3;
}

static const char *cbc_of(const struct kc_sk *sk)
{
	if (sk->type == KC_SECRET_DES3)
		return "DES-EDE3-CBC";
	return sk->value.len == 16   ? "AES-128-CBC"
	       : sk->value.len == 24 ? "AES-192-CBC"
				     : "AES-256-CBC";
}

/* A context keyed anew, or one that is begun anew with the key it has. */
static kc_err start(const struct kc_sk *sk, EVP_MAC *mac, const char *param, const char *value,
	unsigned purpose, struct kc_sk_code *ret)
{
	KC_CLEANUP_SK_CODE struct kc_sk_code code = {.sk = sk, .len = ret->len};
	const OSSL_PARAM params[] = {
		param ? kc_crypto_text_param(param, value) : OSSL_PARAM_construct_end(),
		OSSL_PARAM_construct_end(),
	};

	if (purpose && kc_sk_context_take(sk, purpose, &code.context)) {
		code.context.purpose = 0;
		if (EVP_MAC_init(code.context.mac, NULL, 0, NULL) != 1)
			return kc_crypto_failed();
	} else {
		code.context.mac = EVP_MAC_CTX_new(mac);
		if (!code.context.mac ||
			EVP_MAC_init(code.context.mac, sk->value.data, sk->value.len, params) != 1)
			return kc_crypto_failed();
	}
	/* Only what has begun well is kept. */
	code.context.purpose = purpose;
	*ret = code;
	code.context = (struct kc_sk_context){0};
	return KC_OK;
}

static kc_err start_hmac(const struct kc_sk *sk, enum kc_hash hash, struct kc_sk_code *ret)
{
	ret->len = kc_hash_len(hash);
	if (ret->len == 0)
		return KC_ERR(MECHANISM_PARAM);
	return start(sk, kc_crypto_library()->hmac, OSSL_MAC_PARAM_DIGEST,
		kc_crypto_hash_name(hash), 0x200u | (unsigned)hash, ret);
}

static kc_err start_cmac(const struct kc_sk *sk, struct kc_sk_code *ret)
{
	if (!is_block_cipher(sk))
		return KC_ERR(MECHANISM);
	ret->len = kc_sk_mode_block(sk);
	return start(sk, fetch(CMAC), OSSL_MAC_PARAM_CIPHER, cbc_of(sk), 0x400u, ret);
}

/* Its key is for one message, and nothing of it is worth keeping. */
static kc_err start_poly1305(const struct kc_sk *sk, struct kc_sk_code *ret)
{
	if (is_block_cipher(sk) || sk->type == KC_SECRET_CHACHA20 ||
		sk->value.len != POLY1305_KEY_LEN)
		return KC_ERR(MECHANISM);
	ret->len = POLY1305_LEN;
	return start(sk, fetch(POLY1305), NULL, NULL, 0, ret);
}

static const uint8_t zero_iv[12];

static kc_err start_gmac(const struct kc_sk *sk, struct kc_bytes iv, struct kc_sk_code *ret)
{
	struct kc_cipher_params params = {.scheme = KC_CIPHER_GCM, .iv = iv, .tag_len = GMAC_LEN};
	struct kc_sk_code code = {.sk = sk, .len = GMAC_LEN};
	struct kc_sk_message message = {0};
	uint8_t block[16];

	if (iv.len >= KC_SK_LONG_IV) {
		const struct kc_sk_mode *mode = NULL;

		KC_TRY(kc_sk_mode_find(sk, &params, &mode));
		KC_TRY(kc_sk_long_iv_cover(sk, iv, block, code.cover));
		params.iv = KC_BYTES_OF(zero_iv);
	}
	KC_TRY(kc_sk_cipher_start(sk, KC_SK_ENCRYPT, &params, &message));
	code.context = message.context;
	*ret = code;
	return KC_OK;
}

static kc_err start_full(
	const struct kc_sk *sk, const struct kc_sign_params *params, struct kc_sk_code *ret)
{
	bool is_hmac = params->scheme == KC_SIGN_HMAC;

	if (is_hmac && (is_block_cipher(sk) || sk->type == KC_SECRET_CHACHA20))
		return KC_ERR(MECHANISM);
	if (is_hmac)
		return start_hmac(sk, params->hash, ret);
	if (params->scheme == KC_SIGN_CMAC)
		return start_cmac(sk, ret);
	if (params->scheme == KC_SIGN_GMAC)
		return start_gmac(sk, params->context, ret);
	if (params->scheme == KC_SIGN_POLY1305)
		return start_poly1305(sk, ret);
	return KC_ERR(MECHANISM);
}

kc_err kc_sk_mac_start(
	const struct kc_sk *sk, const struct kc_sign_params *params, struct kc_sk_code *ret)
{
	KC_CLEANUP_SK_CODE struct kc_sk_code code = {.sk = sk};

	KC_TRY(start_full(sk, params, &code));
	if (params->mac_len > code.len || params->prehashed)
		return KC_ERR(MECHANISM_PARAM);
	if (params->mac_len)
		code.len = params->mac_len;
	*ret = code;
	code.context = (struct kc_sk_context){0};
	return KC_OK;
}

kc_err kc_sk_mac_start_prf(const struct kc_sk *sk, enum kc_hash hash, struct kc_sk_code *ret)
{
	return hash == KC_HASH_NONE ? start_cmac(sk, ret) : start_hmac(sk, hash, ret);
}

void kc_sk_mac_done(struct kc_sk_code *code)
{
	if (code->context.cipher || code->context.mac)
		kc_sk_context_give(code->sk, &code->context);
}

/* --- the message --------------------------------------------------------------------------------
 */

kc_err kc_sk_mac_feed(struct kc_sk_code *code, struct kc_bytes input)
{
	int len = 0;
	bool good = true;

	if (input.len > INT_MAX - KC_SK_REST_MAX)
		return KC_ERR(DATA_LEN);
	if (input.len && code->context.mac)
		good = EVP_MAC_update(code->context.mac, input.data, input.len) == 1;
	else if (input.len)
		good = EVP_CipherUpdate(
			       code->context.cipher, NULL, &len, input.data, (int)input.len) == 1;
	return good ? KC_OK : kc_crypto_failed();
}

kc_err kc_sk_mac_finish(struct kc_sk_code *code, uint8_t ret[static KC_SK_CODE_MOST])
{
	EVP_CIPHER_CTX *cipher = code->context.cipher;
	uint8_t all[KC_SK_CODE_MOST];
	size_t len = 0;
	int none = 0;
	bool good;

	if (code->context.mac)
		good = EVP_MAC_final(code->context.mac, all, &len, sizeof all) == 1;
	else
		good = EVP_CipherFinal_ex(cipher, all, &none) == 1 &&
		       EVP_CIPHER_CTX_ctrl(cipher, EVP_CTRL_AEAD_GET_TAG, GMAC_LEN, all) == 1;
	if (!good)
		return kc_crypto_failed();
	for (size_t i = 0; cipher && i < sizeof code->cover; i++)
		all[i] ^= code->cover[i];
	memcpy(ret, all, code->len);
	kc_mem_wipe(all, sizeof all);
	return KC_OK;
}

kc_err kc_sk_mac_compare(const uint8_t *wanted, size_t len, struct kc_bytes code)
{
	if (code.len != len)
		return KC_ERR(DATA_LEN);
	return kc_mem_equal_ct(wanted, code.data, len) ? KC_OK : KC_ERR(VERIFY);
}
