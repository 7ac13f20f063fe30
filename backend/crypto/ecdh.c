/* SPDX-License-Identifier: ISC */
/* ECDH through EVP. */
#include "backend/crypto/ecdh.h"

#include "backend/crypto/pk_impl.h"

kc_err kc_ecdh_agree(const struct kc_pk *own, struct kc_bytes peer_point, struct kc_secret *ret)
{
	KC_CLEANUP_OSSL(EVP_PKEY_CTX) EVP_PKEY_CTX *ctx = NULL;
	KC_CLEANUP_SECRET struct kc_secret shared = KC_SECRET_INIT;
	KC_CLEANUP_PK struct kc_pk *peer = NULL;
	size_t len = (kc_pk_bits(own) + 7) / 8;

	if (kc_pk_type(own) != KC_KEY_EC || !kc_pk_is_private(own))
		return KC_ERR(KEY_TYPE);
	KC_TRY(kc_pk_load(KC_KEY_EC, false, peer_point, &peer));
	if (kc_pk_bits(peer) != kc_pk_bits(own))
		return KC_ERR(DECODE);
	KC_TRY(kc_secret_alloc(&shared, len));
	ctx = EVP_PKEY_CTX_new_from_pkey(kc_crypto_library()->context, own->key, NULL);
	if (!ctx || EVP_PKEY_derive_init(ctx) != 1 ||
		EVP_PKEY_derive_set_peer(ctx, peer->key) != 1 ||
		EVP_PKEY_derive(ctx, shared.data, &len) != 1 || len != shared.len)
		return kc_crypto_failed();
	kc_secret_move(ret, &shared);
	return KC_OK;
}
