/* SPDX-License-Identifier: ISC */
/* X.509 certificates (RFC 5280) as attributes of an item. Nothing is verified here. */
#ifndef KC_CRYPTO_X509_H
#define KC_CRYPTO_X509_H

#include "base/attrs.h"

/*
 * Sets the attributes that a certificate has by itself:
 *   ctyp   version, 1 to 3                cenc   3, meaning DER
 *   issr   normalised issuer              subj   normalised subject
 *   slnr   serial number, its contents    skid   subject key identifier, when there is one
 *   pkhh   SHA-1 of the public key        ckid   the same, for PKCS#11
 *   labl   subject summary, if any        dsub, diss, dser   subject, issuer, serial number as DER
 * Normalised names are the contents of Name with each PrintableString in upper case, its blanks
 * trimmed and joined (SecCertificateCopyNormalizedIssuerContent). der is one whole certificate.
 * Errors: DECODE.
 */
KC_MUST kc_err kc_x509_describe(struct kc_bytes der, struct kc_attrs *ret);

#endif
