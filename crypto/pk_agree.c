/* SPDX-License-Identifier: ISC */
/*
 * Agreement on a secret by two key pairs: ECDH (NIST SP 800-56A 5.7.1.2), X25519 and X448 (RFC
 * 7748). The cofactor of each of our curves is 1, so that there is one kind of ECDH.
 */
#include "crypto/pk_impl.h"

kc_err kc_pk_agree(
	const struct kc_pk *own_private, struct kc_bytes peer_public, struct kc_secret *ret)
{
	KC_CLEANUP_OSSL(EVP_PKEY_CTX) EVP_PKEY_CTX *ctx = NULL;
	KC_CLEANUP_SECRET struct kc_secret shared = KC_SECRET_INIT;
	KC_CLEANUP_PK struct kc_pk *peer = NULL;
	size_t len = 0;

	if (!own_private->is_private)
		return KC_ERR(KEY_TYPE);
	if (!own_private->kind->agrees)
		return KC_ERR(MECHANISM);
	KC_TRY(kc_pk_load(own_private->kind->type, false, peer_public, &peer));
	if (peer->bits != own_private->bits)
		return KC_ERR(DECODE);
	ctx = EVP_PKEY_CTX_new_from_pkey(kc_crypto_library()->context, own_private->key, NULL);
	if (!ctx || EVP_PKEY_derive_init(ctx) != 1 ||
		EVP_PKEY_derive_set_peer_ex(ctx, peer->key, 0) != 1 || /* loading has checked it */
		EVP_PKEY_derive(ctx, NULL, &len) != 1)
		return kc_crypto_failed();
	KC_TRY(kc_secret_alloc(&shared, len));
	if (EVP_PKEY_derive(ctx, shared.data, &len) != 1 || len != shared.len) {
		kc_crypto_forget_errors();
		return KC_ERR(DECODE); /* a point of small order agrees on zero, RFC 7748 6 */
	}
	kc_secret_move(ret, &shared);
	return KC_OK;
}
