/* SPDX-License-Identifier: ISC */
/* The ciphers of secret keys: one row per scheme, and what its parameters and lengths may be. */
#include <endian.h>
#include <limits.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>

#include "crypto/sk_impl.h"

#define AES_BLOCK 16
#define DES3_BLOCK 8
#define CHACHA20_BLOCK 64
#define POLY1305_TAG 16

/* clang-format off */
static const struct kc_sk_mode modes[] = {
	/*                      shape       at once  of AES    of others       iv     plaintext */
	[KC_CIPHER_ECB]      = {KC_SK_BLOCKS, false, "ECB", "DES-EDE3-ECB",    0,  0,  0, 1},
	[KC_CIPHER_CBC]      = {KC_SK_BLOCKS, false, "CBC", "DES-EDE3-CBC",    0,  0,  0, 1},
	[KC_CIPHER_CBC_PAD]  = {KC_SK_PADDED, false, "CBC", "DES-EDE3-CBC",    0,  0,  0, 1},
	[KC_CIPHER_CTR]      = {KC_SK_STREAM, false, "CTR",      NULL,         0,  0,  0, 1},
	[KC_CIPHER_OFB]      = {KC_SK_STREAM, false, "OFB",      NULL,         0,  0,  0, 1},
	[KC_CIPHER_CFB8]     = {KC_SK_STREAM, false, "CFB8",     NULL,         0,  0,  0, 1},
	[KC_CIPHER_CFB128]   = {KC_SK_STREAM, false, "CFB",      NULL,         0,  0,  0, 1},
	[KC_CIPHER_CTS]      = {KC_SK_WHOLE,  true,  "CBC-CTS",  NULL,         0,  0, 16, 1},
	[KC_CIPHER_GCM]      = {KC_SK_AEAD,   false, "GCM",      NULL, 1, KC_SK_IV_MOST, 0, 1},
	[KC_CIPHER_CCM]      = {KC_SK_AEAD,   true,  "CCM",      NULL,         7, 13,  0, 1},
	[KC_CIPHER_KW]       = {KC_SK_WRAP,   true,  "WRAP",     NULL,         8,  8, 16, 8},
	[KC_CIPHER_KWP]      = {KC_SK_WRAP,   true,  "WRAP-PAD", NULL,         4,  4,  1, 1},
	[KC_CIPHER_CHACHA20] = {KC_SK_STREAM, false, NULL, "ChaCha20",         8, 12,  0, 1},
	[KC_CIPHER_CHACHA20_POLY1305] =
	                       {KC_SK_AEAD,   false, NULL, "ChaCha20-Poly1305", 8, 12, 0, 1},
};
/* clang-format on */

size_t kc_sk_mode_block(const struct kc_sk *sk)
{
	return sk->type == KC_SECRET_DES3 ? DES3_BLOCK : AES_BLOCK;
}

/* --- the library's ciphers ----------------------------------------------------------------------
 */

enum { AES_128, AES_192, AES_256, OTHER, FORMS };

static size_t form_of(const struct kc_sk *sk)
{
	return sk->type == KC_SECRET_AES ? sk->value.len / 8 - 2 : OTHER;
}

/* The name of the mode after that of the key's cipher; NULL when they do not go together. */
static const char *name_of(const struct kc_sk *sk, const struct kc_sk_mode *mode)
{
	if (sk->type == KC_SECRET_AES)
		return mode->aes;
	if (sk->type == KC_SECRET_DES3)
		return mode->aes ? mode->name : NULL;
	return sk->type == KC_SECRET_CHACHA20 && !mode->aes ? mode->name : NULL;
}

static EVP_CIPHER *fetch(const struct kc_sk *sk, const struct kc_sk_mode *mode)
{
	char name[32];

	if (form_of(sk) == OTHER)
		snprintf(name, sizeof name, "%s", mode->name);
	else
		snprintf(name, sizeof name, "AES-%zu-%s", 8 * sk->value.len, mode->aes);
	return EVP_CIPHER_fetch(kc_crypto_library()->context, name, NULL);
}

const EVP_CIPHER *kc_sk_mode_cipher(const struct kc_sk *sk, const struct kc_sk_mode *mode)
{
	static _Atomic(EVP_CIPHER *) fetched[KC_COUNT_OF(modes)][FORMS];
	_Atomic(EVP_CIPHER *) *place = &fetched[mode - modes][form_of(sk)];
	EVP_CIPHER *cipher = atomic_load(place), *none = NULL;

	if (cipher)
		return cipher;
	cipher = fetch(sk, mode);
	if (cipher && !atomic_compare_exchange_strong(place, &none, cipher)) {
		EVP_CIPHER_free(cipher); /* another thread was faster */
		cipher = none;
	}
	return cipher;
}

/* --- parameters ---------------------------------------------------------------------------------
 */

static bool is_iv_len(const struct kc_sk *sk, const struct kc_sk_mode *mode,
	enum kc_cipher_scheme scheme, size_t len)
{
	if (scheme == KC_CIPHER_ECB)
		return len == 0;
	if (scheme == KC_CIPHER_CHACHA20 || scheme == KC_CIPHER_CHACHA20_POLY1305)
		return len == mode->iv_least || len == mode->iv_most;
	if (mode->shape == KC_SK_WRAP && len == 0)
		return true;
	if (mode->iv_most == 0)
		return len == kc_sk_mode_block(sk);
	return len >= mode->iv_least && len <= mode->iv_most;
}

static bool is_tag_len(enum kc_cipher_scheme scheme, unsigned len)
{
	if (scheme == KC_CIPHER_GCM) /* SP 800-38D 5.2.1.2 */
		return len == 4 || len == 8 || (len >= 12 && len <= 16);
	if (scheme == KC_CIPHER_CCM) /* SP 800-38C A.1 */
		return len >= 4 && len <= 16 && len % 2 == 0;
	return scheme != KC_CIPHER_CHACHA20_POLY1305 || len == POLY1305_TAG;
}

kc_err kc_sk_mode_find(const struct kc_sk *sk, const struct kc_cipher_params *params,
	const struct kc_sk_mode **ret)
{
	const struct kc_sk_mode *mode = NULL;

	if ((size_t)params->scheme < KC_COUNT_OF(modes))
		mode = &modes[params->scheme];
	if (!mode || mode->shape == KC_SK_NONE || !name_of(sk, mode))
		return KC_ERR(MECHANISM);
	if (!is_iv_len(sk, mode, params->scheme, params->iv.len) ||
		!is_tag_len(params->scheme, params->tag_len) || params->label.len > INT_MAX)
		return KC_ERR(MECHANISM_PARAM);
	if (params->scheme == KC_CIPHER_CTR &&
		(params->counter_bits == 0 || params->counter_bits > 8 * AES_BLOCK))
		return KC_ERR(MECHANISM_PARAM);
	if (params->scheme == KC_CIPHER_CHACHA20 && params->iv.len == mode->iv_most &&
		params->counter > UINT32_MAX)
		return KC_ERR(MECHANISM_PARAM);
	*ret = mode;
	return KC_OK;
}

/* The counter, little-endian, stands before the nonce and fills what it leaves: of the whole, or of
 * what follows the count of Poly1305's blocks. */
static size_t chacha20_block(
	const struct kc_cipher_params *params, uint64_t counter, size_t block, uint8_t *ret)
{
	uint64_t little = htole64(counter);
	size_t counter_len = block - params->iv.len;

	memcpy(ret, &little, counter_len);
	memcpy(ret + counter_len, params->iv.data, params->iv.len);
	return block;
}

size_t kc_sk_mode_iv(const struct kc_cipher_params *params, uint8_t ret[static KC_SK_IV_MOST])
{
	static const uint8_t kw[] = {0xa6, 0xa6, 0xa6, 0xa6, 0xa6, 0xa6, 0xa6, 0xa6};
	static const uint8_t kwp[] = {0xa6, 0x59, 0x59, 0xa6};
	struct kc_bytes iv = params->iv;

	if (params->scheme == KC_CIPHER_CHACHA20)
		return chacha20_block(params, params->counter, 16, ret);
	if (params->scheme == KC_CIPHER_CHACHA20_POLY1305)
		return chacha20_block(params, 0, 12, ret);
	/* The library would take the one of the message before. */
	if (params->scheme == KC_CIPHER_KW && iv.len == 0)
		iv = KC_BYTES_OF(kw);
	if (params->scheme == KC_CIPHER_KWP && iv.len == 0)
		iv = KC_BYTES_OF(kwp);
	if (iv.len)
		memcpy(ret, iv.data, iv.len);
	return iv.len;
}

/* --- lengths ------------------------------------------------------------------------------------
 */

#define MANY ((uint64_t)1 << 52) /* blocks: none will ever be short of them */

/* How many blocks may follow that of a counter of bits bits at the right of block, before it begins
 * anew: its complement. */
static uint64_t blocks_after(const uint8_t *block, unsigned bits)
{
	uint64_t left = 0;

	for (unsigned i = 0; i < AES_BLOCK; i++) {
		unsigned to_the_right = 8 * (AES_BLOCK - 1 - i);
		unsigned here = bits <= to_the_right ? 0 : bits - to_the_right;
		unsigned mask = here >= 8 ? 0xff : (1u << here) - 1;

		left = left >= MANY ? MANY : left << 8 | (~(unsigned)block[i] & mask);
	}
	return left < MANY ? left : MANY;
}

uint64_t kc_sk_mode_limit(const struct kc_cipher_params *params)
{
	uint64_t blocks;

	if (params->scheme == KC_CIPHER_CTR)
		return AES_BLOCK * (1 + blocks_after(params->iv.data, params->counter_bits));
	if (params->scheme == KC_CIPHER_CHACHA20) {
		blocks = (params->iv.len == 8 ? UINT64_MAX : UINT32_MAX) - params->counter;
		return CHACHA20_BLOCK * (1 + (blocks < MANY ? blocks : MANY));
	}
	if (params->scheme == KC_CIPHER_GCM) /* SP 800-38D 5.2.1.1 */
		return ((uint64_t)1 << 36) - 32;
	if (params->scheme == KC_CIPHER_CHACHA20_POLY1305) /* RFC 8439 2.8 */
		return ((uint64_t)1 << 38) - 64;
	if (params->scheme == KC_CIPHER_CCM && params->iv.len > 15 - 8) /* SP 800-38C A.1 */
		return ((uint64_t)1 << 8 * (15 - params->iv.len)) - 1;
	return UINT64_MAX;
}

static size_t round_up(size_t len, size_t step)
{
	return (len + step - 1) / step * step;
}

static size_t encrypted_len(
	const struct kc_sk *sk, const struct kc_sk_mode *mode, unsigned tag_len, size_t len)
{
	switch (mode->shape) {
	case KC_SK_PADDED:
		return round_up(len + 1, kc_sk_mode_block(sk));
	case KC_SK_WRAP:
		return round_up(len, DES3_BLOCK) + DES3_BLOCK;
	case KC_SK_AEAD:
		return len + tag_len;
	case KC_SK_NONE:
	case KC_SK_BLOCKS:
	case KC_SK_STREAM:
	case KC_SK_WHOLE:
		break;
	}
	return len;
}

/* What is shorter or longer than any ciphertext is no ciphertext of that length. */
static bool is_ciphertext_len(
	const struct kc_sk *sk, const struct kc_sk_mode *mode, unsigned tag_len, size_t len)
{
	if (len < encrypted_len(sk, mode, tag_len, mode->least))
		return false;
	if (mode->shape == KC_SK_BLOCKS || mode->shape == KC_SK_PADDED)
		return len % kc_sk_mode_block(sk) == 0;
	return mode->shape != KC_SK_WRAP || len % DES3_BLOCK == 0;
}

static bool is_plaintext_len(const struct kc_sk *sk, const struct kc_sk_mode *mode, size_t len)
{
	if (mode->shape == KC_SK_BLOCKS)
		return len % kc_sk_mode_block(sk) == 0;
	return len >= mode->least && len % mode->step == 0;
}

kc_err kc_sk_mode_out_len(const struct kc_sk *sk, enum kc_sk_way way, const struct kc_sk_mode *mode,
	const struct kc_cipher_params *params, size_t len, size_t *ret)
{
	uint64_t limit = kc_sk_mode_limit(params);

	if (len > INT_MAX - KC_SK_REST_MAX)
		return KC_ERR(DATA_LEN);
	if (way == KC_SK_ENCRYPT) {
		if (!is_plaintext_len(sk, mode, len) || len > limit)
			return KC_ERR(DATA_LEN);
		*ret = encrypted_len(sk, mode, params->tag_len, len);
		return KC_OK;
	}
	if (!is_ciphertext_len(sk, mode, params->tag_len, len))
		return KC_ERR(DATA_LEN);
	if (mode->shape == KC_SK_AEAD)
		len -= params->tag_len;
	if (mode->shape == KC_SK_WRAP)
		len -= DES3_BLOCK;
	if (len > limit)
		return KC_ERR(DATA_LEN);
	*ret = len;
	return KC_OK;
}
