/* SPDX-License-Identifier: ISC */
/* Certificates alone: PKCS#7, RFC 2315 9.1. */
#include "crypto/export.h"

#include "base/der.h"

/* 1.2.840.113549.1.7.1 and .2 */
static const uint8_t data_type[] = {0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x07, 0x01};
static const uint8_t signed_data[] = {0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x07, 0x02};

static const struct kc_bytes nothing = {NULL, 0};

/* SignedData ::= SEQUENCE { version, digestAlgorithms SET, contentInfo SEQUENCE, certificates [0],
 * crls [1], signerInfos SET } */
static void put_signed_data(
	struct kc_der_writer *w, const struct kc_bytes *certificates, size_t count)
{
	kc_der_begin(w, KC_DER_SEQUENCE);
	kc_der_put_uint(w, 1);
	kc_der_put(w, KC_DER_SET, nothing);
	kc_der_begin(w, KC_DER_SEQUENCE);
	kc_der_put(w, KC_DER_OID, KC_BYTES_OF(data_type));
	kc_der_end(w);
	kc_der_begin(w, KC_DER_CONTEXT(0));
	for (size_t i = 0; i < count; i++)
		kc_der_put_raw(w, certificates[i]);
	kc_der_end(w);
	kc_der_put(w, KC_DER_SET, nothing);
	kc_der_end(w);
}

kc_err kc_export_pkcs7(const struct kc_bytes *certificates, size_t count, struct kc_buf *ret)
{
	struct kc_der_writer w;

	kc_der_writer_init(&w, ret);
	kc_der_begin(&w, KC_DER_SEQUENCE);
	kc_der_put(&w, KC_DER_OID, KC_BYTES_OF(signed_data));
	kc_der_begin(&w, KC_DER_CONTEXT(0));
	put_signed_data(&w, certificates, count);
	kc_der_end(&w);
	kc_der_end(&w);
	return kc_der_writer_check(&w);
}
