/* SPDX-License-Identifier: ISC */
/*
 * PKCS#7 (RFC 2315 9.1) as a bag of certificates. What else a SignedData holds is passed over: here
 * nobody signs anything.
 */
#include "crypto/import_impl.h"
#include "base/der.h"

/* 1.2.840.113549.1.7.2 */
static const uint8_t signed_data[] = {0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x07, 0x02};

/* SignedData ::= SEQUENCE { version, digestAlgorithms SET, contentInfo SEQUENCE, certificates [0],
 * ... } */
static void enter_certificates(struct kc_der_reader *fields, struct kc_der_reader *certificates)
{
	(void)kc_der_get(fields, KC_DER_INTEGER);
	(void)kc_der_get(fields, KC_DER_SET);
	(void)kc_der_get(fields, KC_DER_SEQUENCE);
	kc_der_enter(fields, KC_DER_CONTEXT(0), certificates);
}

static kc_err add_certificates(struct kc_bytes contents, struct kc_import *import)
{
	struct kc_der_reader r, fields, certificates;

	kc_der_reader_init(&r, contents);
	kc_der_enter(&r, KC_DER_SEQUENCE, &fields);
	enter_certificates(&fields, &certificates);
	while (kc_der_more(&certificates)) {
		struct kc_bytes der = kc_der_get_raw(&certificates);

		if (der.len)
			KC_TRY(kc_import_x509(der, kc_bytes(NULL, 0), import));
	}
	kc_der_leave(&fields, &certificates);
	while (kc_der_more(&fields))
		(void)kc_der_get_raw(&fields);
	kc_der_leave(&r, &fields);
	return kc_der_reader_finish(&r);
}

kc_err kc_import_pkcs7(struct kc_bytes der, struct kc_bytes passphrase, struct kc_import *import)
{
	struct kc_der_reader r, fields, contents;
	struct kc_bytes type, inner;

	(void)passphrase;
	kc_der_reader_init(&r, der);
	kc_der_enter(&r, KC_DER_SEQUENCE, &fields);
	type = kc_der_get(&fields, KC_DER_OID);
	kc_der_enter(&fields, KC_DER_CONTEXT(0), &contents);
	inner = kc_der_get_raw(&contents);
	kc_der_leave(&fields, &contents);
	kc_der_leave(&r, &fields);
	if (kc_der_reader_finish(&r) != KC_OK || !kc_bytes_equal(type, KC_BYTES_OF(signed_data)))
		return KC_ERR(DECODE);
	return add_certificates(inner, import);
}
