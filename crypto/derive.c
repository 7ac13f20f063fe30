/* SPDX-License-Identifier: ISC */
/* Derivation: one row per scheme makes all the output; what was asked for is cut out of it. */
#include "crypto/derive.h"

#include <string.h>

#include "crypto/crypto_impl.h"
#include "crypto/derive_impl.h"
#include "crypto/hash.h"
#include "crypto/kdf.h"

#define HKDF_MOST_DIGESTS 255 /* RFC 5869 2.3 */
#define HKDF_INFO_MOST 2048   /* what the library keeps */

/* What a scheme makes its output of: len is how much is asked for, 0 for as much as it gives. */
typedef kc_err compute(const struct kc_derive_base *base, const struct kc_derive_params *params,
	size_t len, struct kc_secret *ret);

/* --- agreement ----------------------------------------------------------------------------------
 */

static kc_err agree(const struct kc_derive_base *base, const struct kc_derive_params *params,
	size_t len, struct kc_secret *ret)
{
	KC_CLEANUP_SECRET struct kc_secret shared = KC_SECRET_INIT, made = KC_SECRET_INIT;

	if (params->hash == KC_HASH_NONE)
		return kc_pk_agree(base->pk, params->peer, ret);
	if (kc_hash_len(params->hash) == 0)
		return KC_ERR(MECHANISM_PARAM);
	if (len == 0)
		len = kc_hash_len(params->hash);
	if (!kc_derive_is_fair(len, kc_hash_len(params->hash), params->data.len))
		return KC_ERR(MECHANISM_PARAM);
	KC_TRY(kc_pk_agree(base->pk, params->peer, &shared));
	KC_TRY(kc_secret_alloc(&made, len));
	if (params->scheme == KC_DERIVE_AGREE_ONE_STEP)
		KC_TRY(kc_kdf_one_step(
			params->hash, kc_secret_bytes(&shared), params->data, made.data, made.len));
	else
		KC_TRY(kc_kdf_x963(
			params->hash, kc_secret_bytes(&shared), params->data, made.data, made.len));
	kc_secret_move(ret, &made);
	return KC_OK;
}

/* --- functions of the library -------------------------------------------------------------------
 */

static kc_err run_kdf(EVP_KDF *kdf, const OSSL_PARAM *params, size_t len, struct kc_secret *ret)
{
	KC_CLEANUP_OSSL(EVP_KDF_CTX) EVP_KDF_CTX *ctx = EVP_KDF_CTX_new(kdf);
	KC_CLEANUP_SECRET struct kc_secret made = KC_SECRET_INIT;

	KC_TRY(kc_secret_alloc(&made, len));
	if (!ctx || EVP_KDF_derive(ctx, made.data, made.len, params) != 1)
		return kc_crypto_failed();
	kc_secret_move(ret, &made);
	return KC_OK;
}

static const char *hkdf_mode(const struct kc_derive_params *params)
{
	if (params->extract)
		return params->expand ? "EXTRACT_AND_EXPAND" : "EXTRACT_ONLY";
	return params->expand ? "EXPAND_ONLY" : NULL;
}

static kc_err hkdf(const struct kc_derive_base *base, const struct kc_derive_params *params,
	size_t len, struct kc_secret *ret)
{
	size_t digest = kc_hash_len(params->hash);
	const char *mode = hkdf_mode(params);
	struct kc_bytes salt = base->other ? kc_sk_value(base->other) : params->salt;
	const OSSL_PARAM kdf_params[] = {
		kc_crypto_text_param(OSSL_KDF_PARAM_MODE, mode),
		kc_crypto_text_param(OSSL_KDF_PARAM_DIGEST, kc_crypto_hash_name(params->hash)),
		kc_crypto_bytes_param(OSSL_KDF_PARAM_KEY, kc_sk_value(base->sk)),
		kc_crypto_bytes_param(OSSL_KDF_PARAM_SALT, salt),
		kc_crypto_bytes_param(OSSL_KDF_PARAM_INFO, params->data),
		OSSL_PARAM_construct_end(),
	};

	if (!digest || !mode || params->data.len > HKDF_INFO_MOST ||
		(params->other && !base->other))
		return KC_ERR(MECHANISM_PARAM);
	if (len > (params->expand ? HKDF_MOST_DIGESTS * digest : digest))
		return KC_ERR(KEY_SIZE);
	if (!params->expand || len == 0)
		len = digest;
	return run_kdf(kc_crypto_library()->hkdf, kdf_params, len, ret);
}

static kc_err pbkdf2(const struct kc_derive_base *base, const struct kc_derive_params *params,
	size_t len, struct kc_secret *ret)
{
	size_t digest = kc_hash_len(params->hash);
	uint64_t iterations = params->number;
	int as_told = 1; /* without the library's own lower bounds for salt and iterations */
	OSSL_PARAM kdf_params[] = {
		kc_crypto_text_param(OSSL_KDF_PARAM_DIGEST, kc_crypto_hash_name(params->hash)),
		kc_crypto_bytes_param(OSSL_KDF_PARAM_PASSWORD, params->password),
		kc_crypto_bytes_param(OSSL_KDF_PARAM_SALT, params->salt),
		OSSL_PARAM_construct_uint64(OSSL_KDF_PARAM_ITER, &iterations),
		OSSL_PARAM_construct_int(OSSL_KDF_PARAM_PKCS5, &as_told),
		OSSL_PARAM_construct_end(),
	};

	(void)base;
	if (digest == 0 || iterations == 0 || iterations > KC_DERIVE_ITERATIONS_MAX)
		return KC_ERR(MECHANISM_PARAM);
	if (len == 0)
		len = digest;
	/* Each digest's length of output takes that many. */
	if (iterations * ((len + digest - 1) / digest) > KC_DERIVE_ITERATIONS_MAX)
		return KC_ERR(MECHANISM_PARAM);
	return run_kdf(kc_crypto_library()->pbkdf2, kdf_params, len, ret);
}

static kc_err sp800_108(const struct kc_derive_base *base, const struct kc_derive_params *params,
	size_t len, struct kc_secret *ret)
{
	return len ? kc_derive_sp800_108(base->sk, params, len, ret) : KC_ERR(KEY_SIZE);
}

static kc_err hash(const struct kc_derive_base *base, const struct kc_derive_params *params,
	size_t len, struct kc_secret *ret)
{
	KC_CLEANUP_SECRET struct kc_secret digest = KC_SECRET_INIT;

	(void)len;
	if (kc_hash_len(params->hash) == 0)
		return KC_ERR(MECHANISM_PARAM);
	KC_TRY(kc_secret_alloc(&digest, kc_hash_len(params->hash)));
	KC_TRY(kc_hash_compute(params->hash, kc_sk_value(base->sk), digest.data));
	kc_secret_move(ret, &digest);
	return KC_OK;
}

/* --- rearranging --------------------------------------------------------------------------------
 * PKCS#11 3.1, 6.43.
 */

static kc_err join(struct kc_bytes first, struct kc_bytes second, struct kc_secret *ret)
{
	KC_CLEANUP_SECRET struct kc_secret joined = KC_SECRET_INIT;

	KC_TRY(kc_secret_alloc(&joined, first.len + second.len));
	if (first.len)
		memcpy(joined.data, first.data, first.len);
	if (second.len)
		memcpy(joined.data + first.len, second.data, second.len);
	kc_secret_move(ret, &joined);
	return KC_OK;
}

static kc_err concatenate_key(const struct kc_derive_base *base,
	const struct kc_derive_params *params, size_t len, struct kc_secret *ret)
{
	(void)params, (void)len;
	if (!base->other)
		return KC_ERR(MECHANISM_PARAM);
	return join(kc_sk_value(base->sk), kc_sk_value(base->other), ret);
}

static kc_err concatenate_after(const struct kc_derive_base *base,
	const struct kc_derive_params *params, size_t len, struct kc_secret *ret)
{
	(void)len;
	return join(kc_sk_value(base->sk), params->data, ret);
}

static kc_err concatenate_before(const struct kc_derive_base *base,
	const struct kc_derive_params *params, size_t len, struct kc_secret *ret)
{
	(void)len;
	return join(params->data, kc_sk_value(base->sk), ret);
}

static kc_err xor_with(const struct kc_derive_base *base, const struct kc_derive_params *params,
	size_t len, struct kc_secret *ret)
{
	KC_CLEANUP_SECRET struct kc_secret mixed = KC_SECRET_INIT;
	struct kc_bytes value = kc_sk_value(base->sk);

	(void)len;
	value.len = value.len < params->data.len ? value.len : params->data.len;
	if (value.len == 0)
		return KC_ERR(MECHANISM_PARAM);
	KC_TRY(kc_secret_set(&mixed, value));
	for (size_t i = 0; i < mixed.len; i++)
		mixed.data[i] ^= params->data.data[i];
	kc_secret_move(ret, &mixed);
	return KC_OK;
}

/* From a bit on, bit 0 being the highest of the first byte, and around the end to where it began.
 */
static kc_err extract(const struct kc_derive_base *base, const struct kc_derive_params *params,
	size_t len, struct kc_secret *ret)
{
	KC_CLEANUP_SECRET struct kc_secret turned = KC_SECRET_INIT;
	struct kc_bytes value = kc_sk_value(base->sk);
	size_t at = (size_t)(params->number / 8);
	unsigned shift = (unsigned)(params->number % 8);

	(void)len;
	if (params->number >= 8 * (uint64_t)value.len)
		return KC_ERR(MECHANISM_PARAM);
	KC_TRY(kc_secret_alloc(&turned, value.len));
	for (size_t i = 0; i < value.len; i++) {
		unsigned high = value.data[(at + i) % value.len];
		unsigned low = value.data[(at + i + 1) % value.len];

		turned.data[i] = (uint8_t)(high << shift | low >> (8 - shift));
	}
	kc_secret_move(ret, &turned);
	return KC_OK;
}

static kc_err encrypt(const struct kc_derive_base *base, const struct kc_derive_params *params,
	size_t len, struct kc_secret *ret)
{
	KC_CLEANUP_BUF struct kc_buf text = KC_BUF_INIT;
	kc_err err = kc_sk_encrypt(base->sk, &params->cipher, params->data, &text);

	(void)len;
	/* The data is a parameter here, and the key is the base. */
	if (err == KC_E_DATA_LEN)
		return KC_ERR(MECHANISM_PARAM);
	if (err == KC_E_MECHANISM)
		return KC_ERR(KEY_TYPE);
	KC_TRY(err);
	return kc_secret_set(ret, kc_buf_bytes(&text));
}

/* --- all of them --------------------------------------------------------------------------------
 */

enum kind { OF_PAIR, OF_SECRET, OF_PASSWORD };

/* clang-format off */
static const struct {
	enum kind kind;
	compute *compute;
} rows[] = {
	[KC_DERIVE_AGREE]              = {OF_PAIR,     agree},
	[KC_DERIVE_AGREE_COFACTOR]     = {OF_PAIR,     agree},
	[KC_DERIVE_AGREE_ONE_STEP]     = {OF_PAIR,     agree},
	[KC_DERIVE_HKDF]               = {OF_SECRET,   hkdf},
	[KC_DERIVE_SP800_108_COUNTER]  = {OF_SECRET,   sp800_108},
	[KC_DERIVE_SP800_108_FEEDBACK] = {OF_SECRET,   sp800_108},
	[KC_DERIVE_SP800_108_PIPELINE] = {OF_SECRET,   sp800_108},
	[KC_DERIVE_PBKDF2]             = {OF_PASSWORD, pbkdf2},
	[KC_DERIVE_HASH]               = {OF_SECRET,   hash},
	[KC_DERIVE_CONCATENATE_KEY]    = {OF_SECRET,   concatenate_key},
	[KC_DERIVE_CONCATENATE_AFTER]  = {OF_SECRET,   concatenate_after},
	[KC_DERIVE_CONCATENATE_BEFORE] = {OF_SECRET,   concatenate_before},
	[KC_DERIVE_XOR]                = {OF_SECRET,   xor_with},
	[KC_DERIVE_EXTRACT]            = {OF_SECRET,   extract},
	[KC_DERIVE_ENCRYPT]            = {OF_SECRET,   encrypt},
};
/* clang-format on */

static bool is_of_kind(const struct kc_derive_base *base, enum kind kind)
{
	return (base->pk != NULL) == (kind == OF_PAIR) && (base->sk != NULL) == (kind == OF_SECRET);
}

/* How much the scheme has to make, and that it can. */
static kc_err all_len(const struct kc_derive_params *params, size_t *ret)
{
	size_t wanted;

	if (params->offset > KC_DERIVE_MAX_LEN || params->length > KC_DERIVE_MAX_LEN ||
		params->total > KC_DERIVE_MAX_LEN ||
		params->offset + params->length > KC_DERIVE_MAX_LEN)
		return KC_ERR(KEY_SIZE);
	wanted = params->length ? params->offset + params->length : 0;
	*ret = wanted > params->total ? wanted : params->total;
	return KC_OK;
}

kc_err kc_derive_compute(const struct kc_derive_base *base, const struct kc_derive_params *params,
	struct kc_secret *ret)
{
	KC_CLEANUP_SECRET struct kc_secret all = KC_SECRET_INIT;
	size_t wanted = 0, length;

	if ((size_t)params->scheme >= KC_COUNT_OF(rows))
		return KC_ERR(MECHANISM);
	if (!is_of_kind(base, rows[params->scheme].kind))
		return KC_ERR(KEY_TYPE);
	KC_TRY(all_len(params, &wanted));
	KC_TRY(rows[params->scheme].compute(base, params, wanted, &all));
	if (params->offset >= all.len || params->length > all.len - params->offset ||
		all.len > KC_DERIVE_MAX_LEN)
		return KC_ERR(KEY_SIZE);
	length = params->length ? params->length : all.len - params->offset;
	if (params->offset == 0 && length == all.len) {
		kc_secret_move(ret, &all);
		return KC_OK;
	}
	return kc_secret_set(ret, kc_bytes(all.data + params->offset, length));
}
