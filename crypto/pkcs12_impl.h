/* SPDX-License-Identifier: ISC */
/* The parts of a PKCS#12 file as the library has them, for the files of this folder. */
#ifndef KC_CRYPTO_PKCS12_IMPL_H
#define KC_CRYPTO_PKCS12_IMPL_H

#include <openssl/pkcs12.h>

#include "crypto/x509_impl.h"

KC_CRYPTO_CLEANUP(PKCS12, PKCS12_free)
KC_CRYPTO_CLEANUP(PKCS8_PRIV_KEY_INFO, PKCS8_PRIV_KEY_INFO_free)

/* Safes, each a list of bags; owned with all that is in them. */
typedef STACK_OF(PKCS7) kc_pkcs12_safes;
typedef STACK_OF(PKCS12_SAFEBAG) kc_pkcs12_bags;
#define KC_CLEANUP_SAFES KC_CLEANUP(kc_pkcs12_safes_free_cleanup)
#define KC_CLEANUP_BAGS KC_CLEANUP(kc_pkcs12_bags_free_cleanup)
static inline void kc_pkcs12_safes_free_cleanup(kc_pkcs12_safes **pointer)
{
	sk_PKCS7_pop_free(*pointer, PKCS7_free);
}
static inline void kc_pkcs12_bags_free_cleanup(kc_pkcs12_bags **pointer)
{
	sk_PKCS12_SAFEBAG_pop_free(*pointer, PKCS12_SAFEBAG_free);
}

#endif
