/* SPDX-License-Identifier: ISC */
/* A certificate's inside, for the files of this folder. */
#ifndef KC_CRYPTO_CERTIFICATE_IMPL_H
#define KC_CRYPTO_CERTIFICATE_IMPL_H

#include "crypto/certificate.h"
#include "crypto/x509_impl.h"

struct kc_certificate {
	X509 *x509;
};

#endif
