/* SPDX-License-Identifier: ISC */
/* Telling the operations of the live channel from all others, by where the key of their one write
 * stands: anywhere else the same bytes may stand by chance. */
#ifndef KC_TESTS_CIRCLE_SESSION_OP_H
#define KC_TESTS_CIRCLE_SESSION_OP_H

#include "backend/circle/record/op.h"

/* Whether an operation, not checked otherwise, is one (doc/keycircle.asn1, Operation). */
static inline bool session_op_is(struct kc_bytes operation)
{
	struct kc_der_reader r, frame, body, contents, writes, one;
	struct kc_bytes key;

	kc_der_reader_init(&r, operation);
	kc_der_enter(&r, KC_DER_SEQUENCE, &frame);
	kc_der_enter(&frame, KC_DER_SEQUENCE, &body);
	kc_der_enter(&body, KC_DER_SEQUENCE, &contents);
	for (int i = 0; i < 6; i++) /* label, version, writer, number, base, previous */
		(void)kc_der_get_raw(&contents);
	kc_der_enter(&contents, KC_DER_SEQUENCE, &writes);
	kc_der_enter(&writes, KC_DER_SEQUENCE, &one);
	key = kc_der_get_utf8(&one);
	return kc_der_reader_check(&one) == KC_OK && kc_bytes_equal(key, kc_bytes_str("q"));
}

#endif
