/* SPDX-License-Identifier: ISC */
/* Hashing in one call. */
#include "crypto/hash.h"

#include "crypto/crypto_impl.h"

size_t kc_hash_len(enum kc_hash hash)
{
	static const uint8_t lengths[] = {
		[KC_HASH_NONE] = 0,
		[KC_HASH_SHA1] = 20,
		[KC_HASH_SHA224] = 28,
		[KC_HASH_SHA256] = 32,
		[KC_HASH_SHA384] = 48,
		[KC_HASH_SHA512] = 64,
		[KC_HASH_SHA512_224] = 28,
		[KC_HASH_SHA512_256] = 32,
		[KC_HASH_SHA3_224] = 28,
		[KC_HASH_SHA3_256] = 32,
		[KC_HASH_SHA3_384] = 48,
		[KC_HASH_SHA3_512] = 64,
		[KC_HASH_MD5] = 16,
	};
	return (size_t)hash < KC_COUNT_OF(lengths) ? lengths[hash] : 0;
}

kc_err kc_hash_parts(enum kc_hash hash, const struct kc_bytes *parts, size_t count, uint8_t *ret)
{
	KC_CLEANUP_OSSL(EVP_MD_CTX) EVP_MD_CTX *ctx = EVP_MD_CTX_new();

	if (kc_hash_len(hash) == 0)
		return KC_ERR(BUG);
	if (!ctx || EVP_DigestInit_ex2(ctx, kc_crypto_library()->hashes[hash], NULL) != 1)
		return kc_crypto_failed();
	for (size_t i = 0; i < count; i++)
		if (EVP_DigestUpdate(ctx, parts[i].data, parts[i].len) != 1)
			return kc_crypto_failed();
	return EVP_DigestFinal_ex(ctx, ret, NULL) == 1 ? KC_OK : kc_crypto_failed();
}

kc_err kc_hash_compute(enum kc_hash hash, struct kc_bytes input, uint8_t *ret)
{
	return kc_hash_parts(hash, &input, 1, ret);
}
