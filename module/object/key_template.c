/* SPDX-License-Identifier: ISC */
/* Templates that keys carry, in both forms. */
#include "module/object/key_template.h"

#include <string.h>

#include "base/der.h"

#define NUMBER_LEN 8

void kc_key_template_put_number(struct kc_buf *ret, const uint8_t *number)
{
	CK_ULONG value;

	memcpy(&value, number, sizeof value);
	for (unsigned i = NUMBER_LEN; i-- > 0;)
		kc_buf_push_byte(ret, (uint8_t)((uint64_t)value >> (8 * i)));
}

CK_ULONG kc_key_template_get_number(const uint8_t *held)
{
	uint64_t value = 0;

	for (unsigned i = 0; i < NUMBER_LEN; i++)
		value = value << 8 | held[i];
	return (CK_ULONG)value;
}

static bool is_of_numbers(CK_ATTRIBUTE_TYPE type)
{
	enum kc_attribute_form form;

	return kc_attribute_form_of(type, &form) == CKR_OK &&
	       (form == KC_FORM_ULONG || form == KC_FORM_ULONGS);
}

/* --- into an item ------------------------------------------------------------------------------
 */

static CK_RV check_one(const CK_ATTRIBUTE *given)
{
	enum kc_attribute_form form;
	struct kc_attribute row = {.type = given->type};

	KC_RV_TRY(kc_attribute_form_of(given->type, &form));
	if (form == KC_FORM_TEMPLATE || (!given->pValue && given->ulValueLen))
		return CKR_ATTRIBUTE_VALUE_INVALID;
	row.form = form;
	return kc_attribute_check_form(&row, given);
}

static CK_RV put_one(struct kc_der_writer *w, const CK_ATTRIBUTE *given)
{
	KC_CLEANUP_BUF struct kc_buf value = KC_BUF_INIT;
	const uint8_t *at = given->pValue;

	KC_RV_TRY(check_one(given));
	if (is_of_numbers(given->type))
		for (CK_ULONG i = 0; i < given->ulValueLen; i += sizeof(CK_ULONG))
			kc_key_template_put_number(&value, at + i);
	else
		kc_buf_push(&value, at, given->ulValueLen);
	KC_RV_OF(kc_buf_check(&value));
	kc_der_begin(w, KC_DER_SEQUENCE);
	kc_der_put_uint(w, given->type);
	kc_der_put_bytes(w, kc_buf_bytes(&value));
	kc_der_end(w);
	return CKR_OK;
}

CK_RV kc_key_template_build(const CK_ATTRIBUTE *given, struct kc_buf *ret)
{
	const CK_ATTRIBUTE *rows = given->pValue;
	struct kc_der_writer w;

	if (given->ulValueLen % sizeof *rows != 0)
		return CKR_ATTRIBUTE_VALUE_INVALID;
	kc_der_writer_init(&w, ret);
	kc_der_begin(&w, KC_DER_SEQUENCE);
	for (CK_ULONG i = 0; i < given->ulValueLen / sizeof *rows; i++)
		if (put_one(&w, &rows[i]) != CKR_OK)
			return CKR_ATTRIBUTE_VALUE_INVALID;
	kc_der_end(&w);
	KC_RV_OF(kc_der_writer_check(&w));
	return CKR_OK;
}

/* --- out of an item ----------------------------------------------------------------------------
 */

/* Appends a value as it is in memory; how long it is then. */
static CK_ULONG push_value(CK_ATTRIBUTE_TYPE type, struct kc_bytes held, struct kc_buf *values)
{
	size_t start = values->len;

	if (!is_of_numbers(type))
		kc_buf_push(values, held.data, held.len);
	for (size_t i = 0; is_of_numbers(type) && i + NUMBER_LEN <= held.len; i += NUMBER_LEN) {
		CK_ULONG number = kc_key_template_get_number(held.data + i);
		kc_buf_push(values, &number, sizeof number);
	}
	return values->len - start;
}

static kc_err push_row(struct kc_key_template *ret, const CK_ATTRIBUTE *row)
{
	CK_ATTRIBUTE *grown = realloc(ret->rows, (ret->t.count + 1) * sizeof *grown);

	if (!grown)
		return KC_ERR(NO_MEMORY);
	ret->rows = grown;
	ret->rows[ret->t.count++] = *row;
	return KC_OK;
}

/* Appends the attributes and their values, which have their places when all are there: until then a
 * row's pValue is not set. */
static kc_err pull(struct kc_bytes held, struct kc_key_template *ret)
{
	struct kc_der_reader r, seq, one;

	if (held.len == 0)
		return KC_OK;
	kc_der_reader_init(&r, held);
	kc_der_enter(&r, KC_DER_SEQUENCE, &seq);
	while (kc_der_more(&seq)) {
		CK_ATTRIBUTE row = {0};

		kc_der_enter(&seq, KC_DER_SEQUENCE, &one);
		row.type = kc_der_get_uint(&one);
		row.ulValueLen = push_value(row.type, kc_der_get_bytes(&one), &ret->values);
		kc_der_leave(&seq, &one);
		KC_TRY(push_row(ret, &row));
	}
	kc_der_leave(&r, &seq);
	KC_TRY(kc_der_reader_finish(&r));
	return kc_buf_check(&ret->values);
}

static CK_RV load(struct kc_bytes held, struct kc_key_template *ret)
{
	size_t at = 0;

	KC_RV_OF(pull(held, ret));
	for (CK_ULONG i = 0; i < ret->t.count; i++) {
		ret->rows[i].pValue = ret->values.data + at;
		at += ret->rows[i].ulValueLen;
	}
	ret->t.rows = ret->rows;
	return CKR_OK;
}

void kc_key_template_done(struct kc_key_template *template)
{
	free(template->rows);
	kc_buf_done(&template->values);
	*template = (struct kc_key_template)KC_KEY_TEMPLATE_INIT;
}

static CK_RV give_one(const CK_ATTRIBUTE *value, CK_ATTRIBUTE *asked)
{
	CK_ULONG room = asked->ulValueLen;

	asked->type = value->type;
	asked->ulValueLen = value->ulValueLen;
	if (!asked->pValue)
		return CKR_OK;
	if (room < value->ulValueLen) {
		asked->ulValueLen = CK_UNAVAILABLE_INFORMATION;
		return CKR_BUFFER_TOO_SMALL;
	}
	if (value->ulValueLen)
		memcpy(asked->pValue, value->pValue, value->ulValueLen);
	return CKR_OK;
}

CK_RV kc_key_template_give(struct kc_bytes held, CK_ATTRIBUTE *asked)
{
	KC_CLEANUP_KEY_TEMPLATE struct kc_key_template all = KC_KEY_TEMPLATE_INIT;
	CK_ULONG room = asked->ulValueLen, size;
	CK_ATTRIBUTE *rows = asked->pValue;
	CK_RV first = CKR_OK;

	asked->ulValueLen = CK_UNAVAILABLE_INFORMATION;
	KC_RV_TRY(load(held, &all));
	size = all.t.count * sizeof *rows;
	if (rows && room < size)
		return CKR_BUFFER_TOO_SMALL;
	for (CK_ULONG i = 0; rows && i < all.t.count; i++) {
		CK_RV rv = give_one(&all.rows[i], &rows[i]);
		if (first == CKR_OK)
			first = rv;
	}
	asked->ulValueLen = size;
	return first;
}

bool kc_key_template_matches(struct kc_bytes held, const struct kc_object *object)
{
	KC_CLEANUP_KEY_TEMPLATE struct kc_key_template all = KC_KEY_TEMPLATE_INIT;

	if (load(held, &all) != CKR_OK)
		return false;
	for (CK_ULONG i = 0; i < all.t.count; i++)
		if (!kc_attribute_equals(object, &all.rows[i]))
			return false;
	return true;
}

static bool is_same(const CK_ATTRIBUTE *a, const CK_ATTRIBUTE *b)
{
	return kc_bytes_equal(
		kc_bytes(a->pValue, a->ulValueLen), kc_bytes(b->pValue, b->ulValueLen));
}

CK_RV kc_key_template_merge(
	const struct kc_template *t, struct kc_bytes held, struct kc_key_template *ret)
{
	CK_ATTRIBUTE *grown;

	KC_RV_TRY(load(held, ret));
	grown = realloc(ret->rows, (ret->t.count + t->count + 1) * sizeof *grown);
	if (!grown)
		return CKR_HOST_MEMORY;
	ret->rows = grown;
	ret->t.rows = grown;
	for (CK_ULONG i = 0; i < t->count; i++) {
		const CK_ATTRIBUTE *own = kc_template_find(&ret->t, t->rows[i].type);
		if (!own)
			ret->rows[ret->t.count++] = t->rows[i];
		else if (!is_same(own, &t->rows[i]))
			return CKR_TEMPLATE_INCONSISTENT;
	}
	return CKR_OK;
}
