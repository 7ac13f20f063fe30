/* SPDX-License-Identifier: ISC */
/*
 * The keys of the checks: fixed pairs, of which the module gets copies as session objects and
 * libcrypto has its own, and secret keys of given bytes.
 */
#ifndef KC_TESTS_CONFORMANCE_KEYS_H
#define KC_TESTS_CONFORMANCE_KEYS_H

#include <openssl/evp.h>

#include "tests/module/conformance/suite.h"

enum fixed {
	FIXED_RSA, /* 2048 bits */
	FIXED_P256,
	FIXED_P384,
	FIXED_P521,
	FIXED_ED25519,
	FIXED_ED448,
	FIXED_X25519,
	FIXED_X448
};

/* Owned by this file. */
EVP_PKEY *fixed_openssl(enum fixed);
/* Templates of session objects, with all the uses that the type has. */
void fixed_private_template(enum fixed, struct template *);
void fixed_public_template(enum fixed, struct template *);
CK_OBJECT_HANDLE fixed_private(enum fixed);
CK_OBJECT_HANDLE fixed_public(enum fixed);
/* A public key of any of these types that libcrypto made. */
CK_OBJECT_HANDLE public_of(EVP_PKEY *);
/* CKA_EC_PARAMS by OID, and CKA_EC_POINT in its OCTET STRING or bare. */
struct bytes fixed_params(enum fixed);
struct bytes fixed_point(EVP_PKEY *, bool bare);

/* A session key of these bytes with all uses of a secret key, extractable and not sensitive. */
void secret_template(struct template *, CK_KEY_TYPE, const void *, size_t);
CK_OBJECT_HANDLE secret_key(CK_KEY_TYPE, const void *, size_t);
/* An AES key of 16 fixed bytes. */
CK_OBJECT_HANDLE aes_key(void);
/* The templates of a key to be made of len bytes (0: of its type's length), readable. */
void readable_template(struct template *, CK_KEY_TYPE, CK_ULONG len);

#endif
