/* SPDX-License-Identifier: ISC */
/*
 * Kinds of attribute values: which types of values a kind takes, what it makes of them, and when
 * two of them are the same.
 *
 * A value is converted once, on its way in. The kind also gives each value a normal form: the bytes
 * that primary keys and search terms are computed from. A string and data of the same bytes have
 * the same normal form, so they are the same account name; a value keeps its type all the same.
 */
#ifndef KC_ITEM_KIND_H
#define KC_ITEM_KIND_H

#include "base/value.h"

enum kc_kind {
	KC_KIND_BLOB,	/* data, text or number, kept as given */
	KC_KIND_DATA,	/* data; text becomes its UTF-8, a number its four bytes (little-endian) */
	KC_KIND_STRING, /* text; data must be UTF-8 */
	KC_KIND_NUMBER, /* number; a truth value becomes 0 or 1, decimal text of 32 bits its number;
			   other text stays text */
	KC_KIND_DATE,
	KC_KIND_ACCESS, /* a protection class by its text */
	KC_KIND_FLAG,	/* 0 or 1, as NUMBER */
	KC_KIND_SYNC,	/* as FLAG, or "syna": either */
	KC_KIND_SHA1,	/* 20 bytes */
	KC_KIND_UUID,	/* 16 bytes, or none */
	KC_KIND_SECRET, /* data, which is sealed with the secret */
};

/* Where a converted value keeps bytes that the given value did not have. */
#define KC_KIND_SCRATCH_LEN 8

/* What kind makes of value. *ret borrows from value or scratch. A protection class that no item can
 * have ("f") is taken when as_filter is true. Errors: PARAM. */
KC_MUST kc_err kc_kind_convert(enum kc_kind kind, bool as_filter, const struct kc_value *value,
	uint8_t scratch[static KC_KIND_SCRATCH_LEN], struct kc_value *ret);

/* Writes the normal form of a converted value; NULL stands for an absent one, which is the same as
 * an empty one. */
void kc_kind_put_normal(struct kc_der_writer *w, enum kc_kind kind, const struct kc_value *value);

#endif
