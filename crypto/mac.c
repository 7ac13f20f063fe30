/* SPDX-License-Identifier: ISC */
/* Each computation works on a duplicate of the prepared context, which saves hashing the key. */
#include "crypto/mac.h"

#include <stdlib.h>

#include "crypto/crypto_impl.h"

struct kc_mac {
	EVP_MAC_CTX *prepared; /* keyed, nothing hashed yet */
};

kc_err kc_mac_new(struct kc_bytes key, struct kc_mac **ret)
{
	const OSSL_PARAM params[] = {
		kc_crypto_text_param(OSSL_MAC_PARAM_DIGEST, kc_crypto_hash_name(KC_HASH_SHA256)),
		OSSL_PARAM_construct_end(),
	};
	KC_CLEANUP_OSSL(EVP_MAC_CTX) EVP_MAC_CTX *prepared = NULL;
	struct kc_mac *mac;

	if (key.len == 0)
		return KC_ERR(BUG);
	prepared = EVP_MAC_CTX_new(kc_crypto_library()->hmac);
	if (!prepared || EVP_MAC_init(prepared, key.data, key.len, params) != 1)
		return kc_crypto_failed();
	mac = malloc(sizeof *mac);
	if (!mac)
		return KC_ERR(NO_MEMORY);
	mac->prepared = prepared;
	prepared = NULL;
	*ret = mac;
	return KC_OK;
}

void kc_mac_free(struct kc_mac *mac)
{
	if (!mac)
		return;
	EVP_MAC_CTX_free(mac->prepared);
	free(mac);
}

void kc_mac_parts(const struct kc_mac *mac, const struct kc_bytes *parts, size_t count,
	uint8_t ret[static KC_MAC_LEN])
{
	KC_CLEANUP_OSSL(EVP_MAC_CTX) EVP_MAC_CTX *ctx = EVP_MAC_CTX_dup(mac->prepared);
	bool good = ctx != NULL;
	size_t len = 0;

	for (size_t i = 0; good && i < count; i++)
		good = EVP_MAC_update(ctx, parts[i].data, parts[i].len) == 1;
	if (!good || EVP_MAC_final(ctx, ret, &len, KC_MAC_LEN) != 1 || len != KC_MAC_LEN)
		abort();
}

void kc_mac_compute(const struct kc_mac *mac, struct kc_bytes input, uint8_t ret[static KC_MAC_LEN])
{
	kc_mac_parts(mac, &input, 1, ret);
}
