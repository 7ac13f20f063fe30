/* SPDX-License-Identifier: ISC */
/* Key pairs: what is the same for every type. */
#include "crypto/pk.h"

#include <stdlib.h>

#include "crypto/hash.h"
#include "crypto/pk_impl.h"

const struct kc_pk_kind *const kc_pk_kinds[] = {
	&kc_pk_rsa, &kc_pk_ec, &kc_pk_ed25519, &kc_pk_ed448, &kc_pk_x25519, &kc_pk_x448};

#define EXPONENT_BYTES_MOST 1024 /* with zeroes before it */

static kc_err kind_of(enum kc_key_type type, const struct kc_pk_kind **ret)
{
	for (size_t i = 0; i < KC_PK_KIND_COUNT; i++)
		if (kc_pk_kinds[i]->type == type) {
			*ret = kc_pk_kinds[i];
			return KC_OK;
		}
	return KC_ERR(KEY_TYPE);
}

/* --- making and counting ------------------------------------------------------------------------
 */

kc_err kc_pk_take(const struct kc_pk_kind *kind, bool is_private, EVP_PKEY *key, struct kc_pk **ret)
{
	struct kc_pk *pk = malloc(sizeof *pk);

	if (!pk) {
		EVP_PKEY_free(key);
		return KC_ERR(NO_MEMORY);
	}
	*pk = (struct kc_pk){
		.kind = kind,
		.key = key,
		.bits = kind->bits ? kind->bits : (unsigned)EVP_PKEY_get_bits(key),
		.is_private = is_private,
	};
	atomic_init(&pk->owners, 1);
	*ret = pk;
	return KC_OK;
}

struct kc_pk *kc_pk_ref(struct kc_pk *pk)
{
	atomic_fetch_add_explicit(&pk->owners, 1, memory_order_relaxed);
	return pk;
}

void kc_pk_free(struct kc_pk *pk)
{
	/* Whoever frees the key must see what the other owners did before they let go. */
	if (!pk || atomic_fetch_sub_explicit(&pk->owners, 1, memory_order_acq_rel) > 1)
		return;
	EVP_PKEY_free(pk->key);
	free(pk);
}

kc_err kc_pk_generate(enum kc_key_type type, unsigned bits, struct kc_pk **ret)
{
	const struct kc_pk_kind *kind = NULL;
	EVP_PKEY *key = NULL;

	KC_TRY(kind_of(type, &kind));
	KC_TRY(kind->generate(kind, bits, &key));
	return kc_pk_take(kind, true, key, ret);
}

kc_err kc_pk_generate_rsa(unsigned bits, struct kc_bytes exponent, struct kc_pk **ret)
{
	KC_CLEANUP_OSSL(BIGNUM) BIGNUM *e = NULL;
	EVP_PKEY *key = NULL;

	if (exponent.len > EXPONENT_BYTES_MOST)
		return KC_ERR(PARAM);
	e = BN_bin2bn(exponent.data, (int)exponent.len, NULL);
	if (!e)
		return kc_crypto_failed();
	/* FIPS 186-4 B.3.1; what can be loaded again has 64 bits at most. */
	if (!BN_is_odd(e) || BN_num_bits(e) <= 16 || BN_num_bits(e) > 64)
		return KC_ERR(PARAM);
	KC_TRY(kc_pk_rsa_generate(bits, e, &key));
	return kc_pk_take(&kc_pk_rsa, true, key, ret);
}

kc_err kc_pk_load(
	enum kc_key_type type, bool is_private, struct kc_bytes stored, struct kc_pk **ret)
{
	const struct kc_pk_kind *kind = NULL;
	EVP_PKEY *key = NULL;

	KC_TRY(kind_of(type, &kind));
	KC_TRY((is_private ? kind->load_private : kind->load_public)(kind, stored, &key));
	if (is_private && kind->check_pair) {
		kc_err err = kind->check_pair(key);

		if (err != KC_OK) {
			EVP_PKEY_free(key);
			return err;
		}
	}
	return kc_pk_take(kind, is_private, key, ret);
}

kc_err kc_pk_load_own(enum kc_key_type type, struct kc_bytes stored, struct kc_pk **ret)
{
	const struct kc_pk_kind *kind = NULL;
	EVP_PKEY *key = NULL;

	KC_TRY(kind_of(type, &kind));
	KC_TRY(kind->load_private(kind, stored, &key));
	return kc_pk_take(kind, true, key, ret);
}

kc_err kc_pk_from_params(const char *name, int selection, OSSL_PARAM *params, EVP_PKEY **ret)
{
	KC_CLEANUP_OSSL(EVP_PKEY_CTX)
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_name(kc_crypto_library()->context, name, NULL);
	KC_CLEANUP_OSSL(EVP_PKEY) EVP_PKEY *key = NULL;

	if (!ctx || EVP_PKEY_fromdata_init(ctx) != 1)
		return kc_crypto_failed();
	if (EVP_PKEY_fromdata(ctx, &key, selection, params) != 1) {
		kc_crypto_forget_errors();
		return KC_ERR(DECODE);
	}
	*ret = key;
	key = NULL;
	return KC_OK;
}

/* --- facts --------------------------------------------------------------------------------------
 */

enum kc_key_type kc_pk_type(const struct kc_pk *pk)
{
	return pk->kind->type;
}

unsigned kc_pk_bits(const struct kc_pk *pk)
{
	return pk->bits;
}

bool kc_pk_is_private(const struct kc_pk *pk)
{
	return pk->is_private;
}

kc_err kc_pk_store_private(const struct kc_pk *pk, struct kc_secret *ret)
{
	KC_CLEANUP_BUF struct kc_buf stored = KC_BUF_INIT;

	if (!pk->is_private)
		return KC_ERR(KEY_TYPE);
	KC_TRY(pk->kind->store_private(pk->key, &stored));
	return kc_secret_set(ret, kc_buf_bytes(&stored));
}

kc_err kc_pk_store_public(const struct kc_pk *pk, struct kc_buf *ret)
{
	return pk->kind->store_public(pk->key, ret);
}

kc_err kc_pk_label(const struct kc_pk *pk, uint8_t ret[static 20])
{
	KC_CLEANUP_BUF struct kc_buf stored = KC_BUF_INIT;

	KC_TRY(kc_pk_store_public(pk, &stored));
	return kc_hash_compute(KC_HASH_SHA1, kc_buf_bytes(&stored), ret);
}

/* --- signing ------------------------------------------------------------------------------------
 */

kc_err kc_pk_sign(const struct kc_pk *pk, const struct kc_sign_params *params,
	struct kc_bytes input, struct kc_buf *ret_signature)
{
	if (!pk->is_private)
		return KC_ERR(KEY_TYPE);
	if (!pk->kind->sign)
		return KC_ERR(MECHANISM);
	return pk->kind->sign(pk, params, input, ret_signature);
}

kc_err kc_pk_verify(const struct kc_pk *pk, const struct kc_sign_params *params,
	struct kc_bytes input, struct kc_bytes signature)
{
	if (!pk->kind->verify)
		return KC_ERR(MECHANISM);
	return pk->kind->verify(pk, params, input, signature);
}

kc_err kc_pk_recover(const struct kc_pk *pk, const struct kc_sign_params *params,
	struct kc_bytes signature, struct kc_buf *ret)
{
	if (!pk->kind->recover)
		return KC_ERR(MECHANISM);
	return pk->kind->recover(pk, params, signature, ret);
}

/* --- encryption ---------------------------------------------------------------------------------
 */

kc_err kc_pk_encrypt(const struct kc_pk *pk, const struct kc_cipher_params *params,
	struct kc_bytes input, struct kc_buf *ret)
{
	if (!pk->kind->encrypt)
		return KC_ERR(MECHANISM);
	return pk->kind->encrypt(pk, params, input, ret);
}

kc_err kc_pk_decrypt(const struct kc_pk *pk, const struct kc_cipher_params *params,
	struct kc_bytes input, struct kc_secret *ret)
{
	if (!pk->is_private)
		return KC_ERR(KEY_TYPE);
	if (!pk->kind->decrypt)
		return KC_ERR(MECHANISM);
	return pk->kind->decrypt(pk, params, input, ret);
}

/* --- one operation of the library ---------------------------------------------------------------
 */

kc_err kc_pk_digest(const struct kc_sign_params *params, struct kc_bytes input,
	uint8_t space[static 64], struct kc_bytes *digest)
{
	size_t len = kc_hash_len(params->hash);

	if (params->hash == KC_HASH_NONE || params->prehashed) {
		if (params->hash != KC_HASH_NONE && input.len != len)
			return KC_ERR(DATA_LEN);
		*digest = input;
		return KC_OK;
	}
	KC_TRY(kc_hash_compute(params->hash, input, space));
	*digest = kc_bytes(space, len);
	return KC_OK;
}

kc_err kc_pk_sign_digest(const struct kc_pk *pk, const OSSL_PARAM *params, struct kc_bytes digest,
	struct kc_buf *ret)
{
	KC_CLEANUP_OSSL(EVP_PKEY_CTX)
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_pkey(kc_crypto_library()->context, pk->key, NULL);
	size_t before = ret->len, len = (size_t)EVP_PKEY_get_size(pk->key);
	uint8_t *room = kc_buf_extend(ret, len);

	if (!room)
		return kc_buf_check(ret);
	if (!ctx || EVP_PKEY_sign_init_ex(ctx, params) != 1) {
		kc_buf_truncate(ret, before);
		return kc_crypto_failed();
	}
	if (EVP_PKEY_sign(ctx, room, &len, digest.data, digest.len) != 1) {
		kc_crypto_forget_errors();
		kc_buf_truncate(ret, before);
		return KC_ERR(DATA_LEN);
	}
	kc_buf_truncate(ret, before + len);
	return KC_OK;
}

kc_err kc_pk_verify_digest(const struct kc_pk *pk, const OSSL_PARAM *params, struct kc_bytes digest,
	struct kc_bytes signature)
{
	KC_CLEANUP_OSSL(EVP_PKEY_CTX)
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_pkey(kc_crypto_library()->context, pk->key, NULL);

	if (!ctx || EVP_PKEY_verify_init_ex(ctx, params) != 1)
		return kc_crypto_failed();
	/* Broken signatures give a negative answer, wrong ones 0. */
	if (EVP_PKEY_verify(ctx, signature.data, signature.len, digest.data, digest.len) == 1)
		return KC_OK;
	kc_crypto_forget_errors();
	return KC_ERR(VERIFY);
}
