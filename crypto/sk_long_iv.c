/* SPDX-License-Identifier: ISC */
/*
 * GCM with an IV that is longer than OpenSSL 3.0 keeps (128 bytes), made of GCM with an IV of
 * zeroes and of CTR.
 *
 * SP 800-38D 7.1 hashes the IV to the first counter block J. That hash is the tag of a message
 * whose ciphertext is the IV, but for the encrypted counter block that covers every tag. So J is
 * had by encrypting what becomes the IV; messages are then encrypted by CTR from J on; and their
 * tag is that of the same ciphertext under the zero IV, its cover replaced by J's. Nothing that
 * was encrypted under the zero IV is given out.
 */
#include <endian.h>
#include <string.h>

#include "crypto/sk_impl.h"

#define BLOCK 16

static const uint8_t zero_iv[12];
/* Its counter block, which covers tags, and the one after it, which begins the message. */
static const uint8_t zero_cover[BLOCK] = {[BLOCK - 1] = 1}, zero_start[BLOCK] = {[BLOCK - 1] = 2};

/* --- the counter, which is the last 32 bits of its block and begins anew after them -------------
 */

static uint32_t counter_of(const uint8_t block[static BLOCK])
{
	uint32_t big;

	memcpy(&big, block + 12, sizeof big);
	return be32toh(big);
}

static void next_block(const uint8_t block[static BLOCK], uint8_t ret[static BLOCK])
{
	memcpy(ret, block, BLOCK);
	for (size_t i = BLOCK; i-- > 12;)
		if (++ret[i] != 0)
			break;
}

static kc_err run_ctr(
	const struct kc_sk *sk, const uint8_t *start, struct kc_bytes input, uint8_t *out)
{
	const struct kc_cipher_params ctr = {
		.scheme = KC_CIPHER_CTR, .counter_bits = 32, .iv = kc_bytes(start, BLOCK)};
	size_t len;

	return kc_sk_cipher_whole(sk, KC_SK_ENCRYPT, &ctr, input, out, &len);
}

static kc_err crypt(
	const struct kc_sk *sk, const uint8_t *start, struct kc_bytes input, uint8_t *out)
{
	uint64_t until_anew = BLOCK * (((uint64_t)1 << 32) - counter_of(start));
	size_t first = input.len < until_anew ? input.len : (size_t)until_anew;
	uint8_t anew[BLOCK];

	memcpy(anew, start, 12);
	memset(anew + 12, 0, 4);
	KC_TRY(run_ctr(sk, start, kc_bytes(input.data, first), out));
	if (first == input.len)
		return KC_OK;
	return run_ctr(sk, anew, kc_bytes(input.data + first, input.len - first), out + first);
}

/* --- tags under the zero IV ---------------------------------------------------------------------
 */

/* The tag of a ciphertext: what decrypts to nothing known is encrypted again. */
static kc_err zero_tag(const struct kc_sk *sk, struct kc_bytes label, struct kc_bytes cipher,
	uint8_t ret[static BLOCK])
{
	const struct kc_cipher_params gcm = {.scheme = KC_CIPHER_GCM,
		.iv = KC_BYTES_OF(zero_iv),
		.label = label,
		.tag_len = BLOCK};
	KC_CLEANUP_BUF struct kc_buf space = KC_BUF_INIT_MAX(cipher.len * 2 + BLOCK);
	uint8_t *plain = kc_buf_extend(&space, cipher.len * 2 + BLOCK);
	uint8_t *again;
	size_t len;

	if (!plain)
		return kc_buf_check(&space);
	again = plain + cipher.len;
	KC_TRY(crypt(sk, zero_start, cipher, plain));
	KC_TRY(kc_sk_cipher_whole(
		sk, KC_SK_ENCRYPT, &gcm, kc_bytes(plain, cipher.len), again, &len));
	memcpy(ret, again + cipher.len, BLOCK);
	return KC_OK;
}

static kc_err encrypt_block(const struct kc_sk *sk, const uint8_t *block, uint8_t *ret)
{
	static const struct kc_cipher_params ecb = {.scheme = KC_CIPHER_ECB};
	size_t len;

	return kc_sk_cipher_whole(sk, KC_SK_ENCRYPT, &ecb, kc_bytes(block, BLOCK), ret, &len);
}

static void mix(uint8_t *block, const uint8_t *with)
{
	for (size_t i = 0; i < BLOCK; i++)
		block[i] ^= with[i];
}

kc_err kc_sk_long_iv_cover(const struct kc_sk *sk, struct kc_bytes iv,
	uint8_t ret_block[static BLOCK], uint8_t ret_cover[static BLOCK])
{
	uint8_t block[BLOCK], zero[BLOCK], cover[BLOCK];

	KC_TRY(encrypt_block(sk, zero_cover, zero));
	KC_TRY(zero_tag(sk, kc_bytes(NULL, 0), iv, block));
	mix(block, zero);
	KC_TRY(encrypt_block(sk, block, cover));
	mix(cover, zero);
	memcpy(ret_block, block, BLOCK);
	memcpy(ret_cover, cover, BLOCK);
	return KC_OK;
}

/* --- messages -----------------------------------------------------------------------------------
 */

static kc_err tag_of(const struct kc_sk *sk, const uint8_t *cover, struct kc_bytes label,
	struct kc_bytes cipher, uint8_t ret[static BLOCK])
{
	KC_TRY(zero_tag(sk, label, cipher, ret));
	mix(ret, cover);
	return KC_OK;
}

kc_err kc_sk_long_iv_whole(const struct kc_sk *sk, enum kc_sk_way way,
	const struct kc_cipher_params *params, struct kc_bytes input, uint8_t *out, size_t *ret_len)
{
	uint8_t block[BLOCK], start[BLOCK], cover[BLOCK], tag[BLOCK];
	size_t tag_len = params->tag_len;
	size_t len = input.len - (way == KC_SK_DECRYPT ? tag_len : 0);

	KC_TRY(kc_sk_long_iv_cover(sk, params->iv, block, cover));
	next_block(block, start);
	if (way == KC_SK_ENCRYPT) {
		KC_TRY(crypt(sk, start, input, out));
		KC_TRY(tag_of(sk, cover, params->label, kc_bytes(out, len), tag));
		memcpy(out + len, tag, tag_len);
		*ret_len = len + tag_len;
		return KC_OK;
	}
	KC_TRY(tag_of(sk, cover, params->label, kc_bytes(input.data, len), tag));
	if (!kc_mem_equal_ct(tag, input.data + len, tag_len))
		return KC_ERR(DECRYPT);
	KC_TRY(crypt(sk, start, kc_bytes(input.data, len), out));
	*ret_len = len;
	return KC_OK;
}
