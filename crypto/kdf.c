/* SPDX-License-Identifier: ISC */
/* Key derivation, each in one call. */
#include "crypto/kdf.h"

#include "crypto/crypto_impl.h"
#include "crypto/hash.h"

#define SHARED_MAX_LEN ((size_t)1 << 30) /* the library's limit */

static kc_err derive(EVP_KDF *kdf, const OSSL_PARAM *params, uint8_t *ret, size_t len)
{
	KC_CLEANUP_OSSL(EVP_KDF_CTX) EVP_KDF_CTX *ctx = EVP_KDF_CTX_new(kdf);

	return ctx && EVP_KDF_derive(ctx, ret, len, params) == 1 ? KC_OK : kc_crypto_failed();
}

kc_err kc_kdf_hkdf(enum kc_hash hash, struct kc_bytes secret, struct kc_bytes salt,
	struct kc_bytes info, uint8_t *ret, size_t len)
{
	if ((hash != KC_HASH_SHA256 && hash != KC_HASH_SHA384) || secret.len == 0 ||
		info.len == 0 || len == 0 || len > 255 * kc_hash_len(hash))
		return KC_ERR(BUG);
	const OSSL_PARAM params[] = {
		kc_crypto_text_param(OSSL_KDF_PARAM_DIGEST, kc_crypto_hash_name(hash)),
		kc_crypto_bytes_param(OSSL_KDF_PARAM_KEY, secret),
		kc_crypto_bytes_param(OSSL_KDF_PARAM_SALT, salt),
		kc_crypto_bytes_param(OSSL_KDF_PARAM_INFO, info),
		OSSL_PARAM_construct_end(),
	};
	return derive(kc_crypto_library()->hkdf, params, ret, len);
}

/* The two differ in the order of what is hashed alone. */
static kc_err derive_shared(EVP_KDF *kdf, enum kc_hash hash, struct kc_bytes secret,
	struct kc_bytes info, uint8_t *ret, size_t len)
{
	const OSSL_PARAM params[] = {
		kc_crypto_text_param(OSSL_KDF_PARAM_DIGEST, kc_crypto_hash_name(hash)),
		kc_crypto_bytes_param(OSSL_KDF_PARAM_KEY, secret),
		kc_crypto_bytes_param(OSSL_KDF_PARAM_INFO, info),
		OSSL_PARAM_construct_end(),
	};

	if (kc_hash_len(hash) == 0 || secret.len == 0 || len == 0 || len > SHARED_MAX_LEN)
		return KC_ERR(PARAM);
	return derive(kdf, params, ret, len);
}

kc_err kc_kdf_x963(enum kc_hash hash, struct kc_bytes secret, struct kc_bytes shared_info,
	uint8_t *ret, size_t len)
{
	return derive_shared(kc_crypto_library()->x963, hash, secret, shared_info, ret, len);
}

kc_err kc_kdf_one_step(
	enum kc_hash hash, struct kc_bytes secret, struct kc_bytes info, uint8_t *ret, size_t len)
{
	return derive_shared(kc_crypto_library()->one_step, hash, secret, info, ret, len);
}

static bool is_payable(const struct kc_kdf_cost *cost)
{
	if (cost->n < 2 || (cost->n & (cost->n - 1)) != 0 || cost->r == 0 || cost->p == 0)
		return false;
	/* Divided, since the products could be larger than 64 bits. */
	return cost->n <= KC_KDF_SCRYPT_MAX_MEMORY / 128 / cost->r &&
	       cost->n <= KC_KDF_SCRYPT_MAX_WORK / cost->r / cost->p;
}

kc_err kc_kdf_scrypt(struct kc_bytes password, struct kc_bytes salt, const struct kc_kdf_cost *cost,
	uint8_t *ret, size_t len)
{
	uint64_t n = cost->n, r = cost->r, p = cost->p;
	/* The library counts a few small blocks besides the table. */
	uint64_t memory = KC_KDF_SCRYPT_MAX_MEMORY + ((uint64_t)1 << 20) * 64;
	OSSL_PARAM params[] = {
		kc_crypto_bytes_param(OSSL_KDF_PARAM_PASSWORD, password),
		kc_crypto_bytes_param(OSSL_KDF_PARAM_SALT, salt),
		OSSL_PARAM_construct_uint64(OSSL_KDF_PARAM_SCRYPT_N, &n),
		OSSL_PARAM_construct_uint64(OSSL_KDF_PARAM_SCRYPT_R, &r),
		OSSL_PARAM_construct_uint64(OSSL_KDF_PARAM_SCRYPT_P, &p),
		OSSL_PARAM_construct_uint64(OSSL_KDF_PARAM_SCRYPT_MAXMEM, &memory),
		OSSL_PARAM_construct_end(),
	};

	if (!is_payable(cost))
		return KC_ERR(PARAM);
	return derive(kc_crypto_library()->scrypt, params, ret, len);
}
