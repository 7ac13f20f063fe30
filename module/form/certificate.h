/* SPDX-License-Identifier: ISC */
/* What a certificate says, as far as its attributes repeat it: RFC 5280, 4.1. */
#ifndef KC_MODULE_FORM_CERTIFICATE_H
#define KC_MODULE_FORM_CERTIFICATE_H

#include "base/mem.h"
#include "base/err.h"

/* Views into the certificate, each with its DER header. */
struct kc_certificate {
	struct kc_bytes serial, issuer, subject;
	struct kc_bytes spki;
	struct kc_bytes key; /* the contents of the bit string in spki: what pkhh is the SHA-1 of */
};
/* Not a check: neither the names nor the signature are looked at. DECODE for what is no
 * certificate in DER. */
KC_MUST kc_err kc_certificate_parse(struct kc_bytes value, struct kc_certificate *ret);

#endif
