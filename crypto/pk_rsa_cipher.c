/* SPDX-License-Identifier: ISC */
/* Encryption by RSA, RFC 8017 7, and the bare operations of 5.1 under it. */
#include "crypto/hash.h"
#include "crypto/pk_impl.h"

#define PKCS1_PADDING_LEN 11 /* RFC 8017 7.2.1 */
#define MAX_PARAMS 5

static size_t block_len(const struct kc_pk *pk)
{
	return (pk->bits + 7) / 8;
}

/* The scheme as parameters of the library, and how long a message it takes. */
static kc_err choose(const struct kc_pk *pk, const struct kc_cipher_params *scheme,
	OSSL_PARAM ret[static MAX_PARAMS], size_t *ret_room)
{
	static const char *const paddings[] = {
		[KC_CIPHER_RSA_RAW] = OSSL_PKEY_RSA_PAD_MODE_NONE,
		[KC_CIPHER_RSA_PKCS1] = OSSL_PKEY_RSA_PAD_MODE_PKCSV15,
		[KC_CIPHER_RSA_OAEP] = OSSL_PKEY_RSA_PAD_MODE_OAEP,
	};
	size_t taken = scheme->scheme == KC_CIPHER_RSA_PKCS1 ? PKCS1_PADDING_LEN : 0, n = 0;

	if ((size_t)scheme->scheme >= KC_COUNT_OF(paddings))
		return KC_ERR(MECHANISM);
	ret[n++] = kc_crypto_text_param(OSSL_ASYM_CIPHER_PARAM_PAD_MODE, paddings[scheme->scheme]);
	if (scheme->scheme == KC_CIPHER_RSA_OAEP) {
		size_t digest = kc_hash_len(scheme->hash);

		taken = 2 * digest + 2; /* RFC 8017 7.1.1 */
		if (!digest || !kc_hash_len(scheme->mgf_hash) || taken > block_len(pk))
			return KC_ERR(MECHANISM_PARAM);
		ret[n++] = kc_crypto_text_param(
			OSSL_ASYM_CIPHER_PARAM_OAEP_DIGEST, kc_crypto_hash_name(scheme->hash));
		ret[n++] = kc_crypto_text_param(
			OSSL_ASYM_CIPHER_PARAM_MGF1_DIGEST, kc_crypto_hash_name(scheme->mgf_hash));
		if (scheme->label.len)
			ret[n++] = kc_crypto_bytes_param(
				OSSL_ASYM_CIPHER_PARAM_OAEP_LABEL, scheme->label);
	}
	ret[n] = OSSL_PARAM_construct_end();
	*ret_room = block_len(pk) - taken;
	return KC_OK;
}

/* The bare operation takes whole blocks: a shorter message is a number with zeros before it. */
static struct kc_bytes widen(const struct kc_pk *pk, const struct kc_cipher_params *scheme,
	struct kc_bytes input, struct kc_buf *space)
{
	size_t missing = block_len(pk) - input.len;

	if (scheme->scheme != KC_CIPHER_RSA_RAW || missing == 0)
		return input;
	for (size_t i = 0; i < missing; i++)
		kc_buf_push_byte(space, 0);
	kc_buf_push(space, input.data, input.len);
	return kc_buf_bytes(space);
}

kc_err kc_pk_rsa_cipher_encrypt(const struct kc_pk *pk, const struct kc_cipher_params *scheme,
	struct kc_bytes input, struct kc_buf *ret)
{
	KC_CLEANUP_OSSL(EVP_PKEY_CTX)
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_pkey(kc_crypto_library()->context, pk->key, NULL);
	KC_CLEANUP_BUF struct kc_buf space = KC_BUF_INIT;
	size_t before = ret->len, len = block_len(pk), room;
	OSSL_PARAM params[MAX_PARAMS];
	uint8_t *out;

	KC_TRY(choose(pk, scheme, params, &room));
	if (input.len > room)
		return KC_ERR(DATA_LEN);
	input = widen(pk, scheme, input, &space);
	KC_TRY(kc_buf_check(&space));
	if (!ctx || EVP_PKEY_encrypt_init_ex(ctx, params) != 1)
		return kc_crypto_failed();
	out = kc_buf_extend(ret, len);
	if (!out)
		return kc_buf_check(ret);
	if (EVP_PKEY_encrypt(
		    ctx, out, &len, input.len ? input.data : (const uint8_t *)"", input.len) == 1)
		return KC_OK;
	kc_crypto_forget_errors();
	kc_buf_truncate(ret, before);
	return KC_ERR(DATA_LEN); /* a number that is not below the modulus */
}

/* Whatever is wrong inside the block is one error, so that nobody learns of the plaintext by trying
 * blocks (RFC 8017 7.1.2, 7.2.2). */
kc_err kc_pk_rsa_cipher_decrypt(const struct kc_pk *pk, const struct kc_cipher_params *scheme,
	struct kc_bytes input, struct kc_secret *ret)
{
	KC_CLEANUP_OSSL(EVP_PKEY_CTX)
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_pkey(kc_crypto_library()->context, pk->key, NULL);
	KC_CLEANUP_SECRET struct kc_secret block = KC_SECRET_INIT;
	OSSL_PARAM params[MAX_PARAMS];
	size_t len = block_len(pk), room;
	bool done;

	KC_TRY(choose(pk, scheme, params, &room));
	if (input.len != len)
		return KC_ERR(DATA_LEN);
	if (!ctx || EVP_PKEY_decrypt_init_ex(ctx, params) != 1)
		return kc_crypto_failed();
	KC_TRY(kc_secret_alloc(&block, len));
	done = EVP_PKEY_decrypt(ctx, block.data, &len, input.data, input.len) == 1;
	kc_crypto_forget_errors();
	return done ? kc_secret_set(ret, kc_bytes(block.data, len)) : KC_ERR(DECRYPT);
}
