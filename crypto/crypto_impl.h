/* SPDX-License-Identifier: ISC */
/*
 * What the files of this folder share: the private library context and the algorithms in it.
 *
 * No configuration file is read, so nothing outside the program can put another implementation in
 * place. Everything here lives as long as the process.
 */
#ifndef KC_CRYPTO_CRYPTO_IMPL_H
#define KC_CRYPTO_CRYPTO_IMPL_H

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/kdf.h>
#include <openssl/params.h>

#include "base/buf.h"
#include "base/mechanism.h"
#include "base/secret.h"

/* Fetched once: fetching by name takes longer than sealing a short message. */
struct kc_crypto_library {
	OSSL_LIB_CTX *context;
	EVP_CIPHER *gcm, *siv; /* AES-256 */
	EVP_MAC *hmac;
	EVP_KDF *hkdf, *pbkdf2, *scrypt, *x963, *one_step;
	EVP_MD *hashes[KC_HASH_LAST + 1]; /* by enum kc_hash; none for KC_HASH_NONE */
};

/* Never NULL; a member that could not be had is NULL, and what is tried with it fails. */
const struct kc_crypto_library *kc_crypto_library(void);

/* A second context with the legacy provider too, for old PKCS#12 files alone; NULL when there is no
 * such provider. Made at the first use. */
OSSL_LIB_CTX *kc_crypto_legacy(void);

/* The library's own name of a hash ("SHA256"), for parameters. */
const char *kc_crypto_hash_name(enum kc_hash hash);

/* Parameters that are only read: the library's own constructors want pointers that may write. */
static inline OSSL_PARAM kc_crypto_text_param(const char *name, const char *text)
{
	return OSSL_PARAM_construct_utf8_string(name, (char *)(uintptr_t)text, 0);
}
static inline OSSL_PARAM kc_crypto_bytes_param(const char *name, struct kc_bytes bytes)
{
	/* NULL would mean that there is no such parameter. */
	const void *data = bytes.len ? bytes.data : (const void *)"";

	return OSSL_PARAM_construct_octet_string(name, (void *)(uintptr_t)data, bytes.len);
}

/* The error for a library call that can only have failed for want of memory, or because we called
 * it wrongly. Empties the library's error queue, here and wherever a failure is expected. */
kc_err kc_crypto_failed(void);
void kc_crypto_forget_errors(void);

/* Cleanup attributes for the library's objects. */
#define KC_CLEANUP_OSSL(type) KC_CLEANUP(type##_free_cleanup)
#define KC_CRYPTO_CLEANUP(type, function)                      \
	static inline void type##_free_cleanup(type **pointer) \
	{                                                      \
		function(*pointer);                            \
	}
KC_CRYPTO_CLEANUP(EVP_CIPHER, EVP_CIPHER_free)
KC_CRYPTO_CLEANUP(EVP_CIPHER_CTX, EVP_CIPHER_CTX_free)
KC_CRYPTO_CLEANUP(EVP_KDF_CTX, EVP_KDF_CTX_free)
KC_CRYPTO_CLEANUP(EVP_MAC_CTX, EVP_MAC_CTX_free)
KC_CRYPTO_CLEANUP(EVP_MD_CTX, EVP_MD_CTX_free)
KC_CRYPTO_CLEANUP(EVP_PKEY, EVP_PKEY_free)
KC_CRYPTO_CLEANUP(EVP_PKEY_CTX, EVP_PKEY_CTX_free)
KC_CRYPTO_CLEANUP(BIGNUM, BN_clear_free)
KC_CRYPTO_CLEANUP(BN_CTX, BN_CTX_free)

#endif
