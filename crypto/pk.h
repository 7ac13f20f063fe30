/* SPDX-License-Identifier: ISC */
/*
 * Key pairs, one row of functions per type behind these calls.
 *
 * Stored forms are Apple's external representations (SecKeyCopyExternalRepresentation): RSA as
 * PKCS#1 (RFC 8017 A.1.1, A.1.2); EC public keys as 04‖X‖Y (SEC 1 2.3.3), private ones as 04‖X‖Y‖K;
 * Ed25519, X25519 (32 bytes), X448 (56) and Ed448 (57) as RFC 8032 and RFC 7748 have them, private
 * ones as seed or scalar. A prepared key is immutable and may be used from several threads at once.
 */
#ifndef KC_CRYPTO_PK_H
#define KC_CRYPTO_PK_H

#include "base/buf.h"
#include "base/mechanism.h"
#include "base/secret.h"

struct kc_pk;

/* RSA 512 to 8192 bits in steps of 8, e = 65537; EC 192, 224, 256, 384, 521; Ed25519 and X25519
 * 256, X448 448, Ed448 456, or 0 for these four. How small a key is too small is the caller's to
 * say. Errors: KEY_TYPE, KEY_SIZE. */
KC_MUST kc_err kc_pk_generate(enum kc_key_type type, unsigned bits, struct kc_pk **ret);
/* RSA with another public exponent, big-endian: odd, from 65537 on and below 2^64. Errors:
 * KEY_SIZE, PARAM (the exponent). */
KC_MUST kc_err kc_pk_generate_rsa(unsigned bits, struct kc_bytes exponent, struct kc_pk **ret);
/* From the stored form, in the same sizes (RSA of any number of bits). Public points are fully
 * checked, and so is that the halves of an EC key belong together; of RSA only that n = p · q.
 * Errors: DECODE, KEY_TYPE, KEY_SIZE. */
KC_MUST kc_err kc_pk_load(
	enum kc_key_type type, bool is_private, struct kc_bytes stored, struct kc_pk **ret);
/* A private key that we made ourselves, and kept where nobody else can alter it: that the halves of
 * an EC key belong together, which takes longer than to sign, is not asked again. */
KC_MUST kc_err kc_pk_load_own(enum kc_key_type type, struct kc_bytes stored, struct kc_pk **ret);
KC_MUST kc_err kc_pk_load_spki(struct kc_bytes spki, struct kc_pk **ret);
/* The stored form of an EC public key from its compressed one (SEC 1 2.3.3, 02‖X or 03‖X), which
 * kc_pk_load refuses. Errors: DECODE. */
KC_MUST kc_err kc_pk_ec_expand(struct kc_bytes compressed, struct kc_buf *ret);
struct kc_pk *kc_pk_ref(struct kc_pk *pk); /* one more owner; counted atomically */
void kc_pk_free(struct kc_pk *pk);	   /* one owner less */
#define KC_CLEANUP_PK KC_CLEANUP(kc_pk_free_cleanup)
static inline void kc_pk_free_cleanup(struct kc_pk **pk)
{
	if (*pk)
		kc_pk_free(*pk);
}

enum kc_key_type kc_pk_type(const struct kc_pk *pk);
unsigned kc_pk_bits(const struct kc_pk *pk);
bool kc_pk_is_private(const struct kc_pk *pk);
KC_MUST kc_err kc_pk_store_private(const struct kc_pk *pk, struct kc_secret *ret); /* stored form */
KC_MUST kc_err kc_pk_store_public(const struct kc_pk *pk, struct kc_buf *ret);
KC_MUST kc_err kc_pk_spki(const struct kc_pk *pk, struct kc_buf *ret); /* DER, RFC 5280 4.1.2.7 */
/* SHA-1 of the subjectPublicKey bit string's contents: "klbl", and "pkhh" of a certificate. */
KC_MUST kc_err kc_pk_label(const struct kc_pk *pk, uint8_t ret[static 20]);

/* Errors: MECHANISM (not for this type), MECHANISM_PARAM (of EdDSA: a context or a prehash, which
 * the library has not), DATA_LEN, KEY_SIZE. */
KC_MUST kc_err kc_pk_sign(const struct kc_pk *pk, const struct kc_sign_params *params,
	struct kc_bytes input, struct kc_buf *ret_signature);
/* VERIFY when it does not match. */
KC_MUST kc_err kc_pk_verify(const struct kc_pk *pk, const struct kc_sign_params *params,
	struct kc_bytes input, struct kc_bytes signature);

/* What a signature of RSA_PKCS1 without hash, or of RSA_RAW, was made of; either half will do.
 * Errors: MECHANISM, MECHANISM_PARAM, VERIFY. */
KC_MUST kc_err kc_pk_recover(const struct kc_pk *pk, const struct kc_sign_params *params,
	struct kc_bytes signature, struct kc_buf *ret);

/* One block of RSA; either half will do. Errors: MECHANISM (not for this type), MECHANISM_PARAM,
 * DATA_LEN (too long for the key and the scheme). */
KC_MUST kc_err kc_pk_encrypt(const struct kc_pk *pk, const struct kc_cipher_params *params,
	struct kc_bytes input, struct kc_buf *ret);
/* The message of a block; the whole block for KC_CIPHER_RSA_RAW. Errors: KEY_TYPE (no private key),
 * MECHANISM, MECHANISM_PARAM, DATA_LEN (not as long as the modulus), DECRYPT for everything that
 * can be wrong within. */
KC_MUST kc_err kc_pk_decrypt(const struct kc_pk *pk, const struct kc_cipher_params *params,
	struct kc_bytes input, struct kc_secret *ret);

/* The secret that two key pairs of one type and curve share: the X coordinate, as long as the field
 * (SP 800-56A 5.7.1.2), or RFC 7748's 32 or 56 bytes. To be hashed before use. Errors: KEY_TYPE (no
 * private key), MECHANISM (a type that does not agree), DECODE (the peer's is no key of this curve,
 * or would agree on zero). */
KC_MUST kc_err kc_pk_agree(
	const struct kc_pk *own_private, struct kc_bytes peer_public, struct kc_secret *ret);

#endif
