/* SPDX-License-Identifier: ISC */
/* Certificates made with OpenSSL's own interface, as a test wants them. A failure ends the test. */
#ifndef KC_TESTS_MADE_CERTIFICATE_H
#define KC_TESTS_MADE_CERTIFICATE_H

#include <openssl/x509.h>

#include "base/buf.h"

struct made {
	EVP_PKEY *key;
	X509 *x509;
	struct kc_buf der;
};

/* NULL and 0 mean what the comment says. */
struct made_spec {
	/* Parts of the name separated by slashes: "CN=Alice/O=Example". A letter and a colon before
	 * a part choose the kind of string: p PrintableString, i IA5String, t T61String, b
	 * BMPString; UTF8String without. */
	const char *subject;
	const struct made *issuer; /* self-signed */
	EVP_PKEY *key;		   /* a new P-256 key; shared if given */
	const char *serial;	   /* hexadecimal; 01 */
	int version;		   /* 3 */
	int from_days, to_days;	   /* from now; -1 and 365 */
	/* Extensions in the words of OpenSSL's configuration; left out. */
	const char *alternative, *constraints, *usage, *extended_usage, *subject_key_id;
};

void made_certificate(const struct made_spec *spec, struct made *ret);
void made_certificate_done(struct made *made);

#endif
