/* SPDX-License-Identifier: ISC */
/* The same operations by OpenSSL's own interface, written down once more: who signs what we verify,
 * and opens what we seal. A failure ends the test. */
#ifndef KC_TESTS_OTHER_SIDE_H
#define KC_TESTS_OTHER_SIDE_H

#include <openssl/evp.h>

#include "base/buf.h"

/* type: "RSA", "EC", "ED25519" …; the numbers of bits choose the curve. */
EVP_PKEY *other_side_key(const char *type, unsigned bits);
/* Apple's external representations. */
void other_side_external(EVP_PKEY *key, bool private, struct kc_buf *ret);

/* How a signature is made: of a digest if there is a hash, of the bytes themselves without. */
struct other_side_scheme {
	const char *hash;  /* NULL for none */
	int padding;	   /* of RSA */
	int salt_len;	   /* of PSS */
	bool side_by_side; /* of ECDSA: r and s, each as long as the field */
};
void other_side_sign(EVP_PKEY *key, const struct other_side_scheme *scheme, struct kc_bytes input,
	struct kc_buf *ret);
bool other_side_verify(EVP_PKEY *key, const struct other_side_scheme *scheme, struct kc_bytes input,
	struct kc_bytes signature);
void other_side_hash(const char *hash, struct kc_bytes input, struct kc_buf *ret);

/* RSA; hash is OAEP's. */
void other_side_encrypt(
	EVP_PKEY *key, int padding, const char *hash, struct kc_bytes input, struct kc_buf *ret);
void other_side_decrypt(
	EVP_PKEY *key, int padding, const char *hash, struct kc_bytes input, struct kc_buf *ret);

void other_side_agree(EVP_PKEY *key, EVP_PKEY *peer, struct kc_buf *ret);
/* The public key of a point on the curve of another. */
EVP_PKEY *other_side_point(EVP_PKEY *like, struct kc_bytes point);
void other_side_x963(const char *hash, struct kc_bytes secret, struct kc_bytes info, size_t len,
	struct kc_buf *ret);

/* AES-GCM, ciphertext and tag. Open says whether the tag was right. */
void other_side_gcm_seal(struct kc_bytes key, struct kc_bytes iv, struct kc_bytes aad,
	struct kc_bytes plain, struct kc_buf *ret);
bool other_side_gcm_open(struct kc_bytes key, struct kc_bytes iv, struct kc_bytes aad,
	struct kc_bytes sealed, struct kc_buf *ret);

#endif
