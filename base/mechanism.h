/* SPDX-License-Identifier: ISC */
/* Key types and the ways of using a key, by numbers that door, socket and front ends share. */
#ifndef KC_BASE_MECHANISM_H
#define KC_BASE_MECHANISM_H

#include "base/mem.h"

/* Key types, with Apple's kSecAttrKeyType numbers, as stored in the attribute "type". */
enum kc_key_type {
	KC_KEY_RSA = 42,
	KC_KEY_EC = 73, /* the curve follows from the size: P-192, P-224, P-256, P-384, P-521 */
	KC_KEY_ED25519 = 105,
	KC_KEY_X25519 = 106,
	KC_KEY_ED448 = 107,
	KC_KEY_X448 = 108,
};

/* Key classes, as stored in the attribute "kcls". */
enum kc_key_class { KC_KEY_PUBLIC = 0, KC_KEY_PRIVATE = 1, KC_KEY_SYMMETRIC = 2 };

enum kc_hash {
	KC_HASH_NONE,
	KC_HASH_SHA1,
	KC_HASH_SHA224,
	KC_HASH_SHA256,
	KC_HASH_SHA384,
	KC_HASH_SHA512
};

/* How a signature is made. */
enum kc_sign_scheme {
	KC_SIGN_RSA_PKCS1, /* PKCS#1 v1.5, RFC 8017 8.2 */
	KC_SIGN_RSA_PSS,   /* RFC 8017 8.1 */
	KC_SIGN_ECDSA_DER, /* FIPS 186-4, signature as DER SEQUENCE of r and s (X9.62) */
	KC_SIGN_ECDSA_RAW, /* the same as r‖s, each as long as the order (RFC 4754, PKCS#11) */
	KC_SIGN_EDDSA,	   /* RFC 8032, pure */
	KC_SIGN_RSA_RAW,   /* RFC 8017 5.2.1; the input is the whole block, no hash */
};

/*
 * A way of signing. With a hash and prehashed false the service hashes the message; with prehashed
 * true the input is the digest itself. RSA_PKCS1 with KC_HASH_NONE signs a caller's DigestInfo
 * (CKM_RSA_PKCS). ECDSA with KC_HASH_NONE signs a digest of any length, cut to the order's size.
 */
struct kc_sign_params {
	enum kc_sign_scheme scheme;
	enum kc_hash hash;
	bool prehashed;
	enum kc_hash mgf_hash; /* PSS */
	unsigned salt_len;     /* PSS, bytes */
};

/* How a message is encrypted by RSA. */
enum kc_cipher_scheme {
	KC_CIPHER_RSA_RAW,   /* RFC 8017 5.1; a shorter message is a smaller number */
	KC_CIPHER_RSA_PKCS1, /* PKCS#1 v1.5, RFC 8017 7.2 */
	KC_CIPHER_RSA_OAEP,  /* RFC 8017 7.1 */
};

struct kc_cipher_params {
	enum kc_cipher_scheme scheme;
	enum kc_hash hash, mgf_hash; /* OAEP */
	struct kc_bytes label;	     /* OAEP; borrowed, may be empty */
};

#endif
