/* SPDX-License-Identifier: ISC */
/*
 * The value of an attribute, in one of the few types that every front end and the store share.
 *
 * In DER a value is a CHOICE: OCTET STRING, UTF8String, INTEGER, BOOLEAN, NULL, or a date as
 * [0] IMPLICIT OCTET STRING of eight bytes. See doc/keycircle.asn1, AttributeValue.
 */
#ifndef KC_BASE_VALUE_H
#define KC_BASE_VALUE_H

#include "base/der.h"

enum kc_value_type {
	KC_VALUE_NULL, /* present but empty: CFNull */
	KC_VALUE_BYTES,
	KC_VALUE_STRING, /* UTF-8, may hold NULs */
	KC_VALUE_NUMBER,
	KC_VALUE_DATE, /* seconds since 2001-01-01 UTC */
	KC_VALUE_BOOL,
};

struct kc_value {
	enum kc_value_type type;
	union {
		struct kc_bytes
			bytes;	/* BYTES and STRING; borrowed unless the holder says otherwise */
		int64_t number; /* NUMBER, and BOOL as 0 or 1 */
		double date;
	};
};

/* Values that borrow what they are made from. */
struct kc_value kc_value_bytes(struct kc_bytes bytes);
struct kc_value kc_value_str(const char *text);
struct kc_value kc_value_text(struct kc_bytes text);
struct kc_value kc_value_number(int64_t number);
struct kc_value kc_value_bool(bool flag);
struct kc_value kc_value_date(double date);
struct kc_value kc_value_null(void);

/* Same type and same content. Not for secrets: the time depends on the content. */
bool kc_value_equal(const struct kc_value *a, const struct kc_value *b);

void kc_value_put(struct kc_der_writer *w, const struct kc_value *value);
/* Takes the next value; what it holds points into the reader's input. NULL after a failure. */
struct kc_value kc_value_get(struct kc_der_reader *r);

#endif
