/* SPDX-License-Identifier: ISC */
/* Values and their encoding. */
#include "base/value.h"

#include <string.h>

#define TAG_DATE KC_DER_CONTEXT_PRIMITIVE(0)

struct kc_value kc_value_bytes(struct kc_bytes bytes)
{
	return (struct kc_value){.type = KC_VALUE_BYTES, .bytes = bytes};
}

struct kc_value kc_value_text(struct kc_bytes text)
{
	return (struct kc_value){.type = KC_VALUE_STRING, .bytes = text};
}

struct kc_value kc_value_str(const char *text)
{
	return kc_value_text(kc_bytes_str(text));
}

struct kc_value kc_value_number(int64_t number)
{
	return (struct kc_value){.type = KC_VALUE_NUMBER, .number = number};
}

struct kc_value kc_value_bool(bool flag)
{
	return (struct kc_value){.type = KC_VALUE_BOOL, .number = flag};
}

struct kc_value kc_value_date(double date)
{
	return (struct kc_value){.type = KC_VALUE_DATE, .date = date};
}

struct kc_value kc_value_null(void)
{
	return (struct kc_value){.type = KC_VALUE_NULL};
}

bool kc_value_equal(const struct kc_value *a, const struct kc_value *b)
{
	if (a->type != b->type)
		return false;
	switch (a->type) {
	case KC_VALUE_NULL:
		return true;
	case KC_VALUE_BYTES:
	case KC_VALUE_STRING:
		return kc_bytes_equal(a->bytes, b->bytes);
	case KC_VALUE_NUMBER:
	case KC_VALUE_BOOL:
		return a->number == b->number;
	case KC_VALUE_DATE:
		return a->date == b->date;
	}
	return false;
}

void kc_value_put(struct kc_der_writer *w, const struct kc_value *value)
{
	switch (value->type) {
	case KC_VALUE_NULL:
		kc_der_put_null(w);
		return;
	case KC_VALUE_BYTES:
		kc_der_put_bytes(w, value->bytes);
		return;
	case KC_VALUE_STRING:
		kc_der_put_utf8(w, value->bytes);
		return;
	case KC_VALUE_NUMBER:
		kc_der_put_int(w, value->number);
		return;
	case KC_VALUE_BOOL:
		kc_der_put_bool(w, value->number != 0);
		return;
	case KC_VALUE_DATE:
		kc_der_put_double(w, TAG_DATE, value->date);
		return;
	}
}

struct kc_value kc_value_get(struct kc_der_reader *r)
{
	switch (kc_der_peek(r)) { /* identifier octets, not an enum of ours: the rest is refused */
	case KC_DER_NULL:
		kc_der_get_null(r);
		return kc_value_null();
	case KC_DER_OCTET_STRING:
		return kc_value_bytes(kc_der_get_bytes(r));
	case KC_DER_UTF8:
		return kc_value_text(kc_der_get_utf8(r));
	case KC_DER_INTEGER:
		return kc_value_number(kc_der_get_int(r));
	case KC_DER_BOOLEAN:
		return kc_value_bool(kc_der_get_bool(r));
	case TAG_DATE:
		return kc_value_date(kc_der_get_double(r, TAG_DATE));
	}
	kc_der_reader_fail(r);
	return kc_value_null();
}
