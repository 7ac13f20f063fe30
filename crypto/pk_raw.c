/* SPDX-License-Identifier: ISC */
/* Keys that are plain bytes: Ed25519 and Ed448 (RFC 8032), X25519 and X448 (RFC 7748). */
#include "crypto/pk_impl.h"

static kc_err generate(const struct kc_pk_kind *kind, unsigned bits, EVP_PKEY **ret)
{
	if (bits != 0 && bits != kind->bits)
		return KC_ERR(KEY_SIZE);
	*ret = EVP_PKEY_Q_keygen(kc_crypto_library()->context, NULL, kind->name);
	return *ret ? KC_OK : kc_crypto_failed();
}

static kc_err load_private(const struct kc_pk_kind *kind, struct kc_bytes stored, EVP_PKEY **ret)
{
	if (stored.len != kind->key_len)
		return KC_ERR(DECODE);
	*ret = EVP_PKEY_new_raw_private_key_ex(
		kc_crypto_library()->context, kind->name, NULL, stored.data, stored.len);
	return *ret ? KC_OK : kc_crypto_failed();
}

static kc_err load_public(const struct kc_pk_kind *kind, struct kc_bytes stored, EVP_PKEY **ret)
{
	if (stored.len != kind->key_len)
		return KC_ERR(DECODE);
	*ret = EVP_PKEY_new_raw_public_key_ex(
		kc_crypto_library()->context, kind->name, NULL, stored.data, stored.len);
	return *ret ? KC_OK : kc_crypto_failed();
}

static kc_err store(const EVP_PKEY *key, struct kc_buf *ret,
	int (*get)(const EVP_PKEY *, unsigned char *, size_t *))
{
	size_t len = 0;
	uint8_t *room;

	if (get(key, NULL, &len) != 1)
		return kc_crypto_failed();
	room = kc_buf_extend(ret, len);
	if (!room)
		return kc_buf_check(ret);
	return get(key, room, &len) == 1 ? KC_OK : kc_crypto_failed();
}

static kc_err store_private(const EVP_PKEY *key, struct kc_buf *ret)
{
	return store(key, ret, EVP_PKEY_get_raw_private_key);
}

static kc_err store_public(const EVP_PKEY *key, struct kc_buf *ret)
{
	return store(key, ret, EVP_PKEY_get_raw_public_key);
}

/* --- signatures ---------------------------------------------------------------------------------
 */

/* The pure forms take the message; nothing is hashed before. OpenSSL 3.0 has no others: neither a
 * prehash nor a context. An empty context makes another signature of Ed25519, and none of Ed448
 * (RFC 8032 5.1, 5.2). */
static kc_err check(const struct kc_pk *pk, const struct kc_sign_params *scheme)
{
	if (scheme->scheme != KC_SIGN_EDDSA || scheme->hash != KC_HASH_NONE)
		return KC_ERR(MECHANISM);
	if (scheme->prehashed || scheme->context.len > 0 ||
		(scheme->has_context && pk->kind->type == KC_KEY_ED25519))
		return KC_ERR(MECHANISM_PARAM);
	return KC_OK;
}

static kc_err sign(const struct kc_pk *pk, const struct kc_sign_params *scheme,
	struct kc_bytes input, struct kc_buf *ret)
{
	KC_CLEANUP_OSSL(EVP_MD_CTX) EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	size_t before = ret->len, len = (size_t)EVP_PKEY_get_size(pk->key);
	uint8_t *room;

	KC_TRY(check(pk, scheme));
	room = kc_buf_extend(ret, len);
	if (!room)
		return kc_buf_check(ret);
	if (ctx &&
		EVP_DigestSignInit_ex(
			ctx, NULL, NULL, kc_crypto_library()->context, NULL, pk->key, NULL) == 1 &&
		EVP_DigestSign(ctx, room, &len, input.data, input.len) == 1)
		return KC_OK;
	kc_buf_truncate(ret, before);
	return kc_crypto_failed();
}

static kc_err verify(const struct kc_pk *pk, const struct kc_sign_params *scheme,
	struct kc_bytes input, struct kc_bytes signature)
{
	KC_CLEANUP_OSSL(EVP_MD_CTX) EVP_MD_CTX *ctx = EVP_MD_CTX_new();

	KC_TRY(check(pk, scheme));
	if (!ctx || EVP_DigestVerifyInit_ex(ctx, NULL, NULL, kc_crypto_library()->context, NULL,
			    pk->key, NULL) != 1)
		return kc_crypto_failed();
	if (EVP_DigestVerify(ctx, signature.data, signature.len, input.data, input.len) == 1)
		return KC_OK;
	kc_crypto_forget_errors();
	return KC_ERR(VERIFY);
}

/* --- the types ----------------------------------------------------------------------------------
 */

/* clang-format off */
#define FUNCTIONS \
	.generate = generate, .load_private = load_private, .load_public = load_public, \
	.store_private = store_private, .store_public = store_public
#define SIGNS .sign = sign, .verify = verify
const struct kc_pk_kind kc_pk_ed25519 = {
	.type = KC_KEY_ED25519, .name = "ED25519", .bits = 256, .key_len = 32, FUNCTIONS, SIGNS};
const struct kc_pk_kind kc_pk_ed448 = {
	.type = KC_KEY_ED448,   .name = "ED448",   .bits = 456, .key_len = 57, FUNCTIONS, SIGNS};
const struct kc_pk_kind kc_pk_x25519 = {
	.type = KC_KEY_X25519,  .name = "X25519",  .bits = 256, .key_len = 32, FUNCTIONS, .agrees = true};
const struct kc_pk_kind kc_pk_x448 = {
	.type = KC_KEY_X448,    .name = "X448",    .bits = 448, .key_len = 56, FUNCTIONS, .agrees = true};
/* clang-format on */
