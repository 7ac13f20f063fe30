/* SPDX-License-Identifier: ISC */
/* A prepared key, and the row of functions that each type of key is. */
#ifndef KC_CRYPTO_PK_IMPL_H
#define KC_CRYPTO_PK_IMPL_H

#include <stdatomic.h>

#include "crypto/crypto_impl.h"
#include "crypto/pk.h"
#include "base/der.h"

struct kc_pk_kind {
	enum kc_key_type type;
	/* Errors: KEY_SIZE. */
	kc_err (*generate)(unsigned bits, EVP_PKEY **ret);
	/* From the stored form, checked. Errors: DECODE, KEY_SIZE. */
	kc_err (*load_private)(struct kc_bytes stored, EVP_PKEY **ret);
	kc_err (*load_public)(struct kc_bytes stored, EVP_PKEY **ret);
	kc_err (*store_private)(const EVP_PKEY *key, struct kc_buf *ret);
	kc_err (*store_public)(const EVP_PKEY *key, struct kc_buf *ret);
	/* Errors: MECHANISM, MECHANISM_PARAM, DATA_LEN; VERIFY. */
	kc_err (*sign)(const struct kc_pk *pk, const struct kc_sign_params *params,
		struct kc_bytes input, struct kc_buf *ret);
	kc_err (*verify)(const struct kc_pk *pk, const struct kc_sign_params *params,
		struct kc_bytes input, struct kc_bytes signature);
};

extern const struct kc_pk_kind kc_pk_rsa, kc_pk_ec, kc_pk_ed25519;

struct kc_pk {
	const struct kc_pk_kind *kind;
	EVP_PKEY *key; /* owned; never changed after the object is made */
	unsigned bits;
	bool is_private;
	atomic_uint owners;
};

/* Takes the key. is_private says which half it was loaded as. */
KC_MUST kc_err kc_pk_take(
	const struct kc_pk_kind *kind, bool is_private, EVP_PKEY *key, struct kc_pk **ret);
/* Our own key from a private one of the library's, of whatever context; key stays the caller's.
 * Errors: DECODE, KEY_SIZE; UNSUPPORTED for a type or a curve that we have not. */
KC_MUST kc_err kc_pk_adopt(EVP_PKEY *key, struct kc_pk **ret);
/* A key from its parameters, through EVP_PKEY_fromdata. Errors: DECODE, NO_MEMORY. */
KC_MUST kc_err kc_pk_from_params(
	const char *name, int selection, OSSL_PARAM *params, EVP_PKEY **ret);

/*
 * What is signed by RSA and ECDSA: the input's digest. Points digest at the input itself when that
 * is one already or when there is no hash, else into space. Errors: DATA_LEN when a digest has not
 * the hash's length.
 */
KC_MUST kc_err kc_pk_digest(const struct kc_sign_params *params, struct kc_bytes input,
	uint8_t space[static 64], struct kc_bytes *digest);

/* One operation on a digest with the given parameters of the algorithm (may be NULL). sign appends
 * to ret and fails with DATA_LEN when the library refuses the input. */
KC_MUST kc_err kc_pk_sign_digest(const struct kc_pk *pk, const OSSL_PARAM *params,
	struct kc_bytes digest, struct kc_buf *ret);
KC_MUST kc_err kc_pk_verify_digest(const struct kc_pk *pk, const OSSL_PARAM *params,
	struct kc_bytes digest, struct kc_bytes signature);

#endif
