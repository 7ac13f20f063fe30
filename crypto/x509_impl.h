/* SPDX-License-Identifier: ISC */
/* Certificates as the library reads them, for the files of this folder. */
#ifndef KC_CRYPTO_X509_IMPL_H
#define KC_CRYPTO_X509_IMPL_H

#include <openssl/x509.h>

#include "crypto/crypto_impl.h"

KC_CRYPTO_CLEANUP(X509, X509_free)

/* One whole certificate. Errors: DECODE. */
KC_MUST kc_err kc_x509_parse(struct kc_bytes der, X509 **ret);

/* Appends the normalised contents of a Name in DER, as x509.h says. Errors: DECODE. */
KC_MUST kc_err kc_x509_name_normalise(struct kc_bytes name, struct kc_buf *ret);

/* Appends what to call whom the name names (SecCertificateCopySubjectSummary): the common names,
 * last one first, with the description in parentheses; else an e-mail address, a DNS name, the
 * organisational unit, the organisation, any other text. Nothing when it has none of these. If it
 * is the subject of a certificate, the alternative names there count, too; NULL otherwise. */
KC_MUST kc_err kc_x509_name_summary(const X509_NAME *name, X509 *certificate, struct kc_buf *ret);

#endif
