/* SPDX-License-Identifier: ISC */
/* Lengths by scheme. */
#include "module/operation/cipher_len.h"

#include "module/form/hasher.h"

#define SEMIBLOCK 8 /* of key wrap, RFC 3394 */
#define PKCS1_PADDING 11

static size_t rsa_padding(const struct kc_cipher_params *params)
{
	if (params->scheme == KC_CIPHER_RSA_PKCS1)
		return PKCS1_PADDING;
	return params->scheme == KC_CIPHER_RSA_OAEP ? 2 * kc_hasher_len(params->hash) + 2 : 0;
}

struct kc_cipher_len kc_cipher_len_of(const struct kc_operation *operation, bool decrypts)
{
	const struct kc_params *params = &operation->params;

	return (struct kc_cipher_len){
		.scheme = operation->mechanism->cipher,
		.decrypts = decrypts,
		.block = kc_params_block_len(operation->mechanism),
		.tag = params->cipher.tag_len,
		.modulus = (operation->key->key_bits + 7) / 8,
		.padding = rsa_padding(&params->cipher),
		.has_data_len = params->has_data_len,
		.data_len = params->data_len,
	};
}

static size_t less(size_t len, size_t by)
{
	return len > by ? len - by : 0;
}

static size_t whole_blocks(size_t len, size_t block)
{
	return len / block * block;
}

size_t kc_cipher_len_whole(const struct kc_cipher_len *cipher, size_t in_len)
{
	switch (cipher->scheme) {
	case KC_CIPHER_RSA_RAW:
	case KC_CIPHER_RSA_PKCS1:
	case KC_CIPHER_RSA_OAEP:
	case KC_CIPHER_RSA_AES_WRAP:
		return cipher->decrypts ? less(cipher->modulus, cipher->padding) : cipher->modulus;
	case KC_CIPHER_ECB:
	case KC_CIPHER_CBC:
	case KC_CIPHER_CTR:
	case KC_CIPHER_OFB:
	case KC_CIPHER_CFB8:
	case KC_CIPHER_CFB128:
	case KC_CIPHER_CTS:
	case KC_CIPHER_CHACHA20:
		return in_len;
	case KC_CIPHER_CBC_PAD:
		return cipher->decrypts ? in_len
					: whole_blocks(in_len, cipher->block) + cipher->block;
	case KC_CIPHER_GCM:
	case KC_CIPHER_CCM:
	case KC_CIPHER_CHACHA20_POLY1305:
		return cipher->decrypts ? less(in_len, cipher->tag) : in_len + cipher->tag;
	case KC_CIPHER_KW:
		return cipher->decrypts ? less(in_len, SEMIBLOCK) : in_len + SEMIBLOCK;
	case KC_CIPHER_KWP:
		return cipher->decrypts
			       ? less(in_len, SEMIBLOCK)
			       : whole_blocks(in_len + SEMIBLOCK - 1, SEMIBLOCK) + SEMIBLOCK;
	}
	return 0;
}

bool kc_cipher_len_waits(const struct kc_cipher_len *cipher)
{
	switch (cipher->scheme) {
	case KC_CIPHER_RSA_RAW:
	case KC_CIPHER_RSA_PKCS1:
	case KC_CIPHER_RSA_OAEP:
	case KC_CIPHER_RSA_AES_WRAP:
	case KC_CIPHER_CCM:
	case KC_CIPHER_KW:
	case KC_CIPHER_KWP:
		return true;
	case KC_CIPHER_GCM:
	case KC_CIPHER_CHACHA20_POLY1305:
		return cipher->decrypts; /* nothing before the tag was right */
	case KC_CIPHER_ECB:
	case KC_CIPHER_CBC:
	case KC_CIPHER_CBC_PAD:
	case KC_CIPHER_CTR:
	case KC_CIPHER_OFB:
	case KC_CIPHER_CFB8:
	case KC_CIPHER_CFB128:
	case KC_CIPHER_CTS:
	case KC_CIPHER_CHACHA20:
		return false;
	}
	return true;
}

/* A last block is held back where padding may follow; CTS holds back what it needs, so that is the
 * most. */
size_t kc_cipher_len_ready(const struct kc_cipher_len *cipher, size_t in_len)
{
	if (kc_cipher_len_waits(cipher))
		return 0;
	switch (cipher->scheme) {
	case KC_CIPHER_ECB:
	case KC_CIPHER_CBC:
	case KC_CIPHER_CTS:
		return whole_blocks(in_len, cipher->block);
	case KC_CIPHER_CBC_PAD:
		return whole_blocks(cipher->decrypts ? less(in_len, 1) : in_len, cipher->block);
	case KC_CIPHER_RSA_RAW:
	case KC_CIPHER_RSA_PKCS1:
	case KC_CIPHER_RSA_OAEP:
	case KC_CIPHER_RSA_AES_WRAP:
	case KC_CIPHER_CTR:
	case KC_CIPHER_OFB:
	case KC_CIPHER_CFB8:
	case KC_CIPHER_CFB128:
	case KC_CIPHER_GCM:
	case KC_CIPHER_CCM:
	case KC_CIPHER_KW:
	case KC_CIPHER_KWP:
	case KC_CIPHER_CHACHA20:
	case KC_CIPHER_CHACHA20_POLY1305:
		break;
	}
	return in_len;
}

static bool is_plain_len(const struct kc_cipher_len *cipher, size_t len)
{
	switch (cipher->scheme) {
	case KC_CIPHER_RSA_RAW:
	case KC_CIPHER_RSA_PKCS1:
	case KC_CIPHER_RSA_OAEP:
	case KC_CIPHER_RSA_AES_WRAP:
		return cipher->modulus >= cipher->padding &&
		       len <= cipher->modulus - cipher->padding;
	case KC_CIPHER_ECB:
	case KC_CIPHER_CBC:
		return len % cipher->block == 0;
	case KC_CIPHER_CTS:
		return len >= cipher->block;
	case KC_CIPHER_CCM:
		return !cipher->has_data_len || len == cipher->data_len;
	case KC_CIPHER_KW:
		return len % SEMIBLOCK == 0 && len >= 2 * SEMIBLOCK;
	case KC_CIPHER_KWP:
		return len >= 1;
	case KC_CIPHER_CBC_PAD:
	case KC_CIPHER_CTR:
	case KC_CIPHER_OFB:
	case KC_CIPHER_CFB8:
	case KC_CIPHER_CFB128:
	case KC_CIPHER_GCM:
	case KC_CIPHER_CHACHA20:
	case KC_CIPHER_CHACHA20_POLY1305:
		return true;
	}
	return false;
}

static bool is_encrypted_len(const struct kc_cipher_len *cipher, size_t len)
{
	switch (cipher->scheme) {
	case KC_CIPHER_RSA_RAW:
	case KC_CIPHER_RSA_PKCS1:
	case KC_CIPHER_RSA_OAEP:
	case KC_CIPHER_RSA_AES_WRAP:
		return len == cipher->modulus;
	case KC_CIPHER_CBC_PAD:
		return len % cipher->block == 0 && len > 0;
	case KC_CIPHER_GCM:
	case KC_CIPHER_CHACHA20_POLY1305:
		return len >= cipher->tag;
	case KC_CIPHER_CCM:
		return len >= cipher->tag && is_plain_len(cipher, len - cipher->tag);
	case KC_CIPHER_KW:
		return len % SEMIBLOCK == 0 && len >= 3 * SEMIBLOCK;
	case KC_CIPHER_KWP:
		return len % SEMIBLOCK == 0 && len >= 2 * SEMIBLOCK;
	case KC_CIPHER_ECB:
	case KC_CIPHER_CBC:
	case KC_CIPHER_CTS:
	case KC_CIPHER_CTR:
	case KC_CIPHER_OFB:
	case KC_CIPHER_CFB8:
	case KC_CIPHER_CFB128:
	case KC_CIPHER_CHACHA20:
		return is_plain_len(cipher, len);
	}
	return false;
}

CK_RV kc_cipher_len_check(const struct kc_cipher_len *cipher, size_t in_len)
{
	if (cipher->decrypts)
		return is_encrypted_len(cipher, in_len) ? CKR_OK : CKR_ENCRYPTED_DATA_LEN_RANGE;
	return is_plain_len(cipher, in_len) ? CKR_OK : CKR_DATA_LEN_RANGE;
}
