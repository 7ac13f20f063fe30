/* SPDX-License-Identifier: ISC */
/* Finding the parts of a certificate. */
#include "module/form/certificate.h"

#include "base/der.h"

static void get_key(struct kc_bytes spki, struct kc_der_reader *outer, struct kc_bytes *ret)
{
	struct kc_der_reader r, seq;
	struct kc_bytes bits;

	kc_der_reader_init(&r, spki);
	kc_der_enter(&r, KC_DER_SEQUENCE, &seq);
	(void)kc_der_get_raw(&seq); /* the algorithm */
	bits = kc_der_get(&seq, KC_DER_BIT_STRING);
	kc_der_leave(&r, &seq);
	if (kc_der_reader_finish(&r) != KC_OK || bits.len < 1)
		kc_der_reader_fail(outer);
	else
		*ret = kc_bytes(bits.data + 1, bits.len - 1);
}

/* A part that is a SEQUENCE, whatever is in it. */
static struct kc_bytes get_sequence(struct kc_der_reader *r)
{
	if (kc_der_peek(r) != KC_DER_SEQUENCE)
		kc_der_reader_fail(r);
	return kc_der_get_raw(r);
}

kc_err kc_certificate_parse(struct kc_bytes value, struct kc_certificate *ret)
{
	struct kc_certificate parts = {0};
	struct kc_der_reader r, certificate, body;

	kc_der_reader_init(&r, value);
	kc_der_enter(&r, KC_DER_SEQUENCE, &certificate);
	kc_der_enter(&certificate, KC_DER_SEQUENCE, &body);
	if (kc_der_peek(&body) == KC_DER_CONTEXT(0))
		(void)kc_der_get_raw(&body); /* the version */
	if (kc_der_peek(&body) != KC_DER_INTEGER)
		kc_der_reader_fail(&body);
	parts.serial = kc_der_get_raw(&body);
	(void)get_sequence(&body); /* the algorithm of the signature */
	parts.issuer = get_sequence(&body);
	(void)get_sequence(&body); /* the times */
	parts.subject = get_sequence(&body);
	parts.spki = get_sequence(&body);
	get_key(parts.spki, &body, &parts.key);
	while (kc_der_more(&body))
		(void)kc_der_get_raw(&body);
	kc_der_leave(&certificate, &body);
	(void)get_sequence(&certificate); /* the algorithm again, and the signature */
	(void)kc_der_get(&certificate, KC_DER_BIT_STRING);
	kc_der_leave(&r, &certificate);
	KC_TRY(kc_der_reader_finish(&r));
	*ret = parts;
	return KC_OK;
}
