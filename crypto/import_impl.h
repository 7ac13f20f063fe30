/* SPDX-License-Identifier: ISC */
/* The readers of one object each, and where they put what they found. */
#ifndef KC_CRYPTO_IMPORT_IMPL_H
#define KC_CRYPTO_IMPORT_IMPL_H

#include "crypto/import.h"
#include "crypto/x509_impl.h"

/* Appends to the import unless it is there already. The key is taken, also on failure; a private
 * one must first sign. name may be empty. */
KC_MUST kc_err kc_import_take_key(
	struct kc_import *import, struct kc_pk *key, struct kc_bytes name);
KC_MUST kc_err kc_import_add_certificate(
	struct kc_import *import, struct kc_bytes der, struct kc_bytes name);

/* Each reads one whole object. DECODE means that it is none of that kind. */
typedef kc_err kc_import_reader(
	struct kc_bytes der, struct kc_bytes passphrase, struct kc_import *import);
kc_import_reader kc_import_x509, kc_import_spki, kc_import_pkcs8, kc_import_pkcs8_encrypted,
	kc_import_pkcs1, kc_import_pkcs1_public, kc_import_sec1, kc_import_pkcs7, kc_import_pkcs12,
	kc_import_openssh;

/* From PKCS#8's PrivateKeyInfo, which may be of any context. */
KC_MUST kc_err kc_import_take_private_info(
	struct kc_import *import, const PKCS8_PRIV_KEY_INFO *info, struct kc_bytes name);

/* Whether an encryption from a file is one that we do, at a cost that we pay besides what was paid
 * for the file so far, and which context does it. Errors: UNSUPPORTED. */
KC_MUST kc_err kc_import_check_encryption(
	struct kc_import *import, const X509_ALGOR *algorithm, OSSL_LIB_CTX **ret_context);
bool kc_import_pay(struct kc_import *import, const ASN1_INTEGER *iterations);
#define KC_IMPORT_MAX_ITERATIONS 5000000

#endif
