/* SPDX-License-Identifier: ISC */
/* Attribute sets: a sorted array, since they have a dozen rows and are built once and read often.
 */
#include "base/attrs.h"

#include <string.h>

kc_name kc_name_from(struct kc_bytes text)
{
	if (text.len != 4)
		return 0;
	return KC_NAME(text.data[0], text.data[1], text.data[2], text.data[3]);
}

static void name_octets(kc_name name, uint8_t ret[static 4])
{
	for (unsigned i = 0; i < 4; i++)
		ret[i] = (uint8_t)(name >> (8 * (3 - i)));
}

void kc_name_text(kc_name name, char ret[static 5])
{
	name_octets(name, (uint8_t *)ret);
	ret[4] = 0;
}

static bool has_bytes(const struct kc_value *value)
{
	return value->type == KC_VALUE_BYTES || value->type == KC_VALUE_STRING;
}

static void value_done(struct kc_value *value)
{
	if (!has_bytes(value))
		return;
	/* The set owns what its values point at, so casting const away is this function's right. */
	uint8_t *owned = (uint8_t *)(uintptr_t)value->bytes.data;
	kc_mem_wipe(owned, value->bytes.len);
	free(owned);
}

/* A copy that owns its bytes; a NUL behind them serves callers that want a C string. */
static kc_err value_dup(const struct kc_value *value, struct kc_value *ret)
{
	uint8_t *copy;

	*ret = *value;
	if (!has_bytes(value))
		return KC_OK;
	if (value->bytes.len > KC_ATTRS_MAX_VALUE)
		return KC_ERR(TOO_LARGE);
	copy = malloc(value->bytes.len + 1);
	if (!copy)
		return KC_ERR(NO_MEMORY);
	if (value->bytes.len)
		memcpy(copy, value->bytes.data, value->bytes.len);
	copy[value->bytes.len] = 0;
	ret->bytes.data = copy;
	return KC_OK;
}

void kc_attrs_done(struct kc_attrs *attrs)
{
	for (size_t i = 0; i < attrs->count; i++)
		value_done(&attrs->rows[i].value);
	free(attrs->rows);
	*attrs = (struct kc_attrs)KC_ATTRS_INIT;
}

kc_err kc_attrs_check(const struct kc_attrs *attrs)
{
	return attrs->err;
}

/* The place of name, or where it belongs. */
static size_t place_of(const struct kc_attrs *attrs, kc_name name)
{
	size_t low = 0, high = attrs->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		if (attrs->rows[middle].name < name)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static bool is_at(const struct kc_attrs *attrs, size_t place, kc_name name)
{
	return place < attrs->count && attrs->rows[place].name == name;
}

static kc_err make_gap(struct kc_attrs *attrs, size_t place)
{
	if (attrs->count == KC_ATTRS_MAX_COUNT)
		return KC_ERR(TOO_LARGE);
	if (attrs->count == attrs->allocated) {
		size_t wanted = attrs->allocated ? attrs->allocated * 2 : 16;
		struct kc_attr *grown = realloc(attrs->rows, wanted * sizeof *grown);
		if (!grown)
			return KC_ERR(NO_MEMORY);
		attrs->rows = grown;
		attrs->allocated = wanted;
	}
	memmove(&attrs->rows[place + 1], &attrs->rows[place],
		(attrs->count - place) * sizeof *attrs->rows);
	attrs->count++;
	return KC_OK;
}

static kc_err set(struct kc_attrs *attrs, kc_name name, const struct kc_value *value)
{
	size_t place = place_of(attrs, name);
	struct kc_value copy;
	kc_err err;

	KC_TRY(value_dup(value, &copy));
	if (is_at(attrs, place, name)) {
		value_done(&attrs->rows[place].value);
	} else {
		err = make_gap(attrs, place);
		if (err != KC_OK) {
			value_done(&copy);
			return err;
		}
	}
	attrs->rows[place] = (struct kc_attr){name, copy};
	return KC_OK;
}

void kc_attrs_set(struct kc_attrs *attrs, kc_name name, const struct kc_value *value)
{
	if (attrs->err == KC_OK)
		attrs->err = set(attrs, name, value);
}

void kc_attrs_set_bytes(struct kc_attrs *attrs, kc_name name, struct kc_bytes value)
{
	kc_attrs_set(attrs, name, &(struct kc_value){.type = KC_VALUE_BYTES, .bytes = value});
}

void kc_attrs_set_text(struct kc_attrs *attrs, kc_name name, struct kc_bytes text)
{
	kc_attrs_set(attrs, name, &(struct kc_value){.type = KC_VALUE_STRING, .bytes = text});
}

void kc_attrs_set_str(struct kc_attrs *attrs, kc_name name, const char *text)
{
	kc_attrs_set_text(attrs, name, kc_bytes_str(text));
}

void kc_attrs_set_number(struct kc_attrs *attrs, kc_name name, int64_t number)
{
	kc_attrs_set(attrs, name, &(struct kc_value){.type = KC_VALUE_NUMBER, .number = number});
}

void kc_attrs_set_date(struct kc_attrs *attrs, kc_name name, double date)
{
	kc_attrs_set(attrs, name, &(struct kc_value){.type = KC_VALUE_DATE, .date = date});
}

void kc_attrs_remove(struct kc_attrs *attrs, kc_name name)
{
	size_t place = place_of(attrs, name);

	if (!is_at(attrs, place, name))
		return;
	value_done(&attrs->rows[place].value);
	attrs->count--;
	memmove(&attrs->rows[place], &attrs->rows[place + 1],
		(attrs->count - place) * sizeof *attrs->rows);
}

void kc_attrs_merge(struct kc_attrs *attrs, const struct kc_attrs *changes)
{
	for (size_t i = 0; i < changes->count; i++)
		kc_attrs_set(attrs, changes->rows[i].name, &changes->rows[i].value);
}

kc_err kc_attrs_dup(const struct kc_attrs *attrs, struct kc_attrs *ret)
{
	KC_CLEANUP_ATTRS struct kc_attrs copy = KC_ATTRS_INIT;

	kc_attrs_merge(&copy, attrs);
	KC_TRY(kc_attrs_check(&copy));
	kc_attrs_move(ret, &copy);
	return KC_OK;
}

void kc_attrs_move(struct kc_attrs *to, struct kc_attrs *from)
{
	struct kc_attrs moved = *from;

	*from = (struct kc_attrs)KC_ATTRS_INIT;
	kc_attrs_done(to);
	*to = moved;
}

const struct kc_value *kc_attrs_get(const struct kc_attrs *attrs, kc_name name)
{
	size_t place = place_of(attrs, name);
	return is_at(attrs, place, name) ? &attrs->rows[place].value : NULL;
}

struct kc_bytes kc_attrs_get_bytes(const struct kc_attrs *attrs, kc_name name)
{
	const struct kc_value *value = kc_attrs_get(attrs, name);
	return value && has_bytes(value) ? value->bytes : kc_bytes(NULL, 0);
}

int64_t kc_attrs_get_number(const struct kc_attrs *attrs, kc_name name, int64_t otherwise)
{
	const struct kc_value *value = kc_attrs_get(attrs, name);

	if (!value || (value->type != KC_VALUE_NUMBER && value->type != KC_VALUE_BOOL))
		return otherwise;
	return value->number;
}

double kc_attrs_get_date(const struct kc_attrs *attrs, kc_name name, double otherwise)
{
	const struct kc_value *value = kc_attrs_get(attrs, name);
	return value && value->type == KC_VALUE_DATE ? value->date : otherwise;
}

bool kc_attrs_equal(const struct kc_attrs *a, const struct kc_attrs *b)
{
	if (a->count != b->count)
		return false;
	for (size_t i = 0; i < a->count; i++)
		if (a->rows[i].name != b->rows[i].name ||
			!kc_value_equal(&a->rows[i].value, &b->rows[i].value))
			return false;
	return true;
}

void kc_attrs_put(struct kc_der_writer *w, const struct kc_attrs *attrs)
{
	kc_der_begin(w, KC_DER_SEQUENCE);
	for (size_t i = 0; i < attrs->count; i++) {
		uint8_t octets[4];
		name_octets(attrs->rows[i].name, octets);
		kc_der_begin(w, KC_DER_SEQUENCE);
		kc_der_put_bytes(w, KC_BYTES_OF(octets));
		kc_value_put(w, &attrs->rows[i].value);
		kc_der_end(w);
	}
	kc_der_end(w);
}

void kc_attrs_pull(struct kc_der_reader *r, struct kc_attrs *ret)
{
	KC_CLEANUP_ATTRS struct kc_attrs attrs = KC_ATTRS_INIT;
	struct kc_der_reader list, row;
	kc_name previous = 0;

	kc_der_enter(r, KC_DER_SEQUENCE, &list);
	while (kc_der_more(&list)) {
		kc_der_enter(&list, KC_DER_SEQUENCE, &row);
		kc_name name = kc_name_from(kc_der_get_bytes(&row));
		struct kc_value value = kc_value_get(&row);
		kc_der_leave(&list, &row);
		if (name <= previous)
			kc_der_reader_fail(&list); /* not four bytes, twice, or out of order */
		else
			kc_attrs_set(&attrs, name, &value);
		if (attrs.err != KC_OK)
			kc_der_reader_fail_with(
				&list, attrs.err == KC_E_NO_MEMORY ? KC_E_NO_MEMORY : KC_E_DECODE);
		previous = name;
	}
	kc_der_leave(r, &list);
	if (kc_der_reader_check(r) == KC_OK)
		kc_attrs_move(ret, &attrs);
}
