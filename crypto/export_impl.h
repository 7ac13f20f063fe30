/* SPDX-License-Identifier: ISC */
/* What the writers of files share. */
#ifndef KC_CRYPTO_EXPORT_IMPL_H
#define KC_CRYPTO_EXPORT_IMPL_H

#include <openssl/x509.h>

#include "crypto/crypto_impl.h"
#include "crypto/export.h"

/* As many as make guessing slow, and no file that was made in earnest is slow to open. */
#define KC_EXPORT_ITERATIONS 100000

/* PKCS#8 as the library has it, owned by the caller. */
KC_MUST kc_err kc_export_private_info(const struct kc_pk *key, PKCS8_PRIV_KEY_INFO **ret);

#endif
