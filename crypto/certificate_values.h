/* SPDX-License-Identifier: ISC */
/* All that a certificate says, value by value, for showing it. */
#ifndef KC_CRYPTO_CERTIFICATE_VALUES_H
#define KC_CRYPTO_CERTIFICATE_VALUES_H

#include "crypto/certificate.h"

enum kc_certificate_kind {
	KC_CERTIFICATE_TEXT, /* UTF-8 */
	KC_CERTIFICATE_DATA,
	KC_CERTIFICATE_URL,
	KC_CERTIFICATE_NUMBER,
	KC_CERTIFICATE_DATE,	/* seconds since 2001-01-01T00:00:00Z */
	KC_CERTIFICATE_SECTION, /* its values follow, up to its end */
	KC_CERTIFICATE_END,
};

struct kc_certificate_value {
	enum kc_certificate_kind kind;
	const char *oid;   /* dotted; NULL inside a section */
	const char *label; /* English, or an object identifier */
	struct kc_bytes bytes;
	int64_t number;
	double date;
};

/* Calls take for each value in turn. What cannot be read is left out, or is data. */
typedef void kc_certificate_show(void *context, const struct kc_certificate_value *value);
void kc_certificate_values(
	const struct kc_certificate *certificate, kc_certificate_show *show, void *context);

#endif
