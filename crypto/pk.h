/* SPDX-License-Identifier: ISC */
/*
 * Key pairs for signing, one row of functions per type behind these calls.
 *
 * Stored forms are Apple's external representations (SecKeyCopyExternalRepresentation): RSA as
 * PKCS#1 (RFC 8017 A.1.1, A.1.2); EC public keys as 04‖X‖Y (SEC 1 2.3.3), private ones as 04‖X‖Y‖K;
 * Ed25519 as 32 bytes, private ones as seed. A prepared key is immutable and may be used from
 * several threads at once.
 */
#ifndef KC_CRYPTO_PK_H
#define KC_CRYPTO_PK_H

#include "base/buf.h"
#include "base/mechanism.h"
#include "base/secret.h"

struct kc_pk;

/* RSA 2048 to 8192 bits in steps of 8, e = 65537; EC 256, 384, 521; Ed25519 (bits 256 or 0).
 * Errors: KEY_TYPE, KEY_SIZE. */
KC_MUST kc_err kc_pk_generate(enum kc_key_type type, unsigned bits, struct kc_pk **ret);
/* From the stored form; RSA from 1024 bits on, so that old keys work. Public points are fully
 * checked, and so is that the halves of an EC key belong together; of RSA only that n = p · q.
 * Errors: DECODE, KEY_TYPE, KEY_SIZE. */
KC_MUST kc_err kc_pk_load(
	enum kc_key_type type, bool is_private, struct kc_bytes stored, struct kc_pk **ret);
KC_MUST kc_err kc_pk_load_spki(struct kc_bytes spki, struct kc_pk **ret);
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

/* Errors: MECHANISM (not for this type), DATA_LEN, KEY_SIZE. */
KC_MUST kc_err kc_pk_sign(const struct kc_pk *pk, const struct kc_sign_params *params,
	struct kc_bytes input, struct kc_buf *ret_signature);
/* VERIFY when it does not match. */
KC_MUST kc_err kc_pk_verify(const struct kc_pk *pk, const struct kc_sign_params *params,
	struct kc_bytes input, struct kc_bytes signature);

#endif
