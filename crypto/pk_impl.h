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
	const char *name; /* the library's */
	unsigned bits;	  /* when all keys of the type have the same size, else 0 */
	size_t key_len;	  /* of both stored forms, when they are plain bytes */
	bool agrees;	  /* on secrets with others of its type */
	/* Errors: KEY_SIZE. */
	kc_err (*generate)(const struct kc_pk_kind *kind, unsigned bits, EVP_PKEY **ret);
	/* From the stored form, checked, but for what check_pair asks. Errors: DECODE, KEY_SIZE. */
	kc_err (*load_private)(
		const struct kc_pk_kind *kind, struct kc_bytes stored, EVP_PKEY **ret);
	kc_err (*load_public)(
		const struct kc_pk_kind *kind, struct kc_bytes stored, EVP_PKEY **ret);
	/* That the private half is one, and of this public half. NULL where the stored form has no
	 * two halves, or loading sees it. Errors: DECODE. */
	kc_err (*check_pair)(EVP_PKEY *key);
	kc_err (*store_private)(const EVP_PKEY *key, struct kc_buf *ret);
	kc_err (*store_public)(const EVP_PKEY *key, struct kc_buf *ret);
	/* NULL for types that have no signatures. Errors: MECHANISM, MECHANISM_PARAM, DATA_LEN;
	 * VERIFY. */
	kc_err (*sign)(const struct kc_pk *pk, const struct kc_sign_params *params,
		struct kc_bytes input, struct kc_buf *ret);
	kc_err (*verify)(const struct kc_pk *pk, const struct kc_sign_params *params,
		struct kc_bytes input, struct kc_bytes signature);
	/* NULL for types whose signatures do not hold the message. Errors: as of kc_pk_recover. */
	kc_err (*recover)(const struct kc_pk *pk, const struct kc_sign_params *params,
		struct kc_bytes signature, struct kc_buf *ret);
	/* NULL for types that do not encrypt. Errors: MECHANISM_PARAM, DATA_LEN; DECRYPT. */
	kc_err (*encrypt)(const struct kc_pk *pk, const struct kc_cipher_params *params,
		struct kc_bytes input, struct kc_buf *ret);
	kc_err (*decrypt)(const struct kc_pk *pk, const struct kc_cipher_params *params,
		struct kc_bytes input, struct kc_secret *ret);
};

extern const struct kc_pk_kind kc_pk_rsa, kc_pk_ec, kc_pk_ed25519, kc_pk_ed448, kc_pk_x25519,
	kc_pk_x448;
/* All of them. */
#define KC_PK_KIND_COUNT 6
extern const struct kc_pk_kind *const kc_pk_kinds[KC_PK_KIND_COUNT];

struct kc_pk {
	const struct kc_pk_kind *kind;
	EVP_PKEY *key; /* owned; never changed after the object is made */
	unsigned bits;
	bool is_private;
	atomic_uint owners;
};

/* With an exponent that has been checked. */
KC_MUST kc_err kc_pk_rsa_generate(unsigned bits, const BIGNUM *exponent, EVP_PKEY **ret);
KC_MUST kc_err kc_pk_rsa_cipher_encrypt(const struct kc_pk *pk,
	const struct kc_cipher_params *scheme, struct kc_bytes input, struct kc_buf *ret);
KC_MUST kc_err kc_pk_rsa_cipher_decrypt(const struct kc_pk *pk,
	const struct kc_cipher_params *scheme, struct kc_bytes input, struct kc_secret *ret);

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
