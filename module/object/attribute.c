/* SPDX-License-Identifier: ISC */
/* The table of attributes. */
#include "module/object/attribute.h"

#include <string.h>

#include "module/form/date.h"
#include "module/object/key_template.h"
#include "module/include/keycircle/pkcs11.h"
#include "module/object/readers.h"

/* clang-format off */
#define NAME(text) KC_NAME((text)[0], (text)[1], (text)[2], (text)[3])
#define ____ "\0\0\0"
#define D KC_OBJECT_DATA
#define C KC_OBJECT_CERTIFICATE
#define P KC_OBJECT_PUBLIC
#define S KC_OBJECT_PRIVATE
#define K KC_OBJECT_SECRET
#define I KC_OBJECT_ITEM
#define F KC_OBJECT_PROFILE
#define M KC_OBJECT_MECHANISM
#define c KC_GIVEN_CREATE
#define g KC_GIVEN_GENERATE
#define u KC_GIVEN_UNWRAP
#define d KC_GIVEN_DERIVE
#define n (c | g | u | d)
#define k KC_GIVEN_COPY
#define s (KC_GIVEN_SET | KC_GIVEN_COPY)
#define x KC_GIVEN_FIXED
#define m KC_GIVEN_MATCHED
#define q KC_GIVEN_INDEX
static const struct kc_attribute rows[] = {
#define KC_ATTRIBUTE(name, kinds, key, form, given, ruler, reader, kinds_true) \
	{CKA_##name, kinds, KC_FOR_##key, KC_FORM_##form, given, NAME(ruler), kc_reader_##reader, kinds_true},
#include "module/object/attributes.def"
#undef KC_ATTRIBUTE
};
#undef D
#undef C
#undef P
#undef S
#undef K
#undef I
#undef F
#undef M
#undef c
#undef g
#undef u
#undef d
#undef n
#undef k
#undef s
#undef x
#undef m
#undef q
/* clang-format on */

void kc_cell_done(struct kc_cell *cell)
{
	kc_buf_done(&cell->made);
	kc_mem_wipe(cell, sizeof *cell);
}

CK_RV kc_cell_set_number(struct kc_cell *cell, CK_ULONG number)
{
	cell->number = number;
	cell->bytes = kc_bytes(&cell->number, sizeof cell->number);
	return CKR_OK;
}

CK_RV kc_cell_set_flag(struct kc_cell *cell, bool flag)
{
	cell->flag = flag ? CK_TRUE : CK_FALSE;
	cell->bytes = kc_bytes(&cell->flag, sizeof cell->flag);
	return CKR_OK;
}

CK_RV kc_cell_set_bytes(struct kc_cell *cell, struct kc_bytes bytes)
{
	cell->bytes = bytes;
	return CKR_OK;
}

CK_RV kc_cell_set_made(struct kc_cell *cell)
{
	KC_RV_OF(kc_buf_check(&cell->made));
	cell->bytes = kc_buf_bytes(&cell->made);
	return CKR_OK;
}

static bool is_for_key(enum kc_attribute_key key, enum kc_object_kind kind, uint32_t type)
{
	if (!(kind & KC_OBJECT_KEY))
		return key == KC_FOR_ANY;
	switch (key) {
	case KC_FOR_ANY:
		return true;
	case KC_FOR_RSA:
		return type == KC_KEY_RSA;
	case KC_FOR_CURVE:
		return type != KC_KEY_RSA && !kc_secret_type_is(type);
	}
	return false;
}

const struct kc_attribute *kc_attribute_find(
	CK_ATTRIBUTE_TYPE type, enum kc_object_kind kind, uint32_t key_type)
{
	for (size_t i = 0; i < KC_COUNT_OF(rows); i++)
		if (rows[i].type == type && (rows[i].kinds & kind) &&
			is_for_key(rows[i].key, kind, key_type))
			return &rows[i];
	return NULL;
}

unsigned kc_attribute_kinds(CK_ATTRIBUTE_TYPE type)
{
	unsigned kinds = 0;

	for (size_t i = 0; i < KC_COUNT_OF(rows); i++)
		if (rows[i].type == type)
			kinds |= rows[i].kinds;
	return kinds;
}

CK_RV kc_attribute_form_of(CK_ATTRIBUTE_TYPE type, enum kc_attribute_form *ret)
{
	for (size_t i = 0; i < KC_COUNT_OF(rows); i++) {
		if (rows[i].type == type) {
			*ret = rows[i].form;
			return CKR_OK;
		}
	}
	return CKR_ATTRIBUTE_TYPE_INVALID;
}

const struct kc_attribute *kc_attribute_rows(size_t *ret_count)
{
	*ret_count = KC_COUNT_OF(rows);
	return rows;
}

CK_RV kc_attribute_read(
	const struct kc_object *object, CK_ATTRIBUTE_TYPE type, struct kc_cell *cell)
{
	const struct kc_attribute *row = kc_attribute_find(type, object->kind, object->key_type);

	return row ? row->read(object, row, cell) : CKR_ATTRIBUTE_TYPE_INVALID;
}

bool kc_attribute_equals(const struct kc_object *object, const CK_ATTRIBUTE *given)
{
	KC_CLEANUP_CELL struct kc_cell cell = KC_CELL_INIT;
	KC_CLEANUP_BUF struct kc_buf built = KC_BUF_INIT;
	enum kc_attribute_form form;

	if (kc_attribute_read(object, given->type, &cell) != CKR_OK)
		return false;
	if (kc_attribute_form_of(given->type, &form) != CKR_OK || form != KC_FORM_TEMPLATE)
		return kc_bytes_equal(cell.bytes, kc_bytes(given->pValue, given->ulValueLen));
	return kc_key_template_build(given, &built) == CKR_OK &&
	       kc_bytes_equal(cell.bytes, kc_buf_bytes(&built));
}

CK_RV kc_attribute_check_form(const struct kc_attribute *row, const CK_ATTRIBUTE *given)
{
	bool is_right = true;

	switch (row->form) {
	case KC_FORM_BOOL:
		is_right = given->ulValueLen == sizeof(CK_BBOOL) &&
			   *(const CK_BBOOL *)given->pValue <= CK_TRUE;
		break;
	case KC_FORM_ULONG:
		is_right = given->ulValueLen == sizeof(CK_ULONG);
		break;
	case KC_FORM_DATE:
		is_right = given->ulValueLen == 0 || given->ulValueLen == sizeof(CK_DATE);
		break;
	case KC_FORM_ULONGS:
		is_right = given->ulValueLen <= KC_ATTRS_MAX_VALUE &&
			   given->ulValueLen % sizeof(CK_ULONG) == 0;
		break;
	case KC_FORM_TEMPLATE:
	case KC_FORM_BYTES:
	case KC_FORM_TEXT:
		is_right = given->ulValueLen <= KC_ATTRS_MAX_VALUE;
		break;
	}
	return is_right ? CKR_OK : CKR_ATTRIBUTE_VALUE_INVALID;
}

/* Numbers of eight bytes, the most significant first. */
static CK_RV write_numbers(kc_name name, struct kc_bytes array, struct kc_attrs *attrs)
{
	KC_CLEANUP_BUF struct kc_buf held = KC_BUF_INIT;

	for (size_t i = 0; i < array.len; i += sizeof(CK_ULONG))
		kc_key_template_put_number(&held, array.data + i);
	KC_RV_OF(kc_buf_check(&held));
	kc_attrs_set_bytes(attrs, name, kc_buf_bytes(&held));
	return CKR_OK;
}

static CK_RV write_template(kc_name name, const CK_ATTRIBUTE *given, struct kc_attrs *attrs)
{
	KC_CLEANUP_BUF struct kc_buf held = KC_BUF_INIT;

	KC_RV_TRY(kc_key_template_build(given, &held));
	kc_attrs_set_bytes(attrs, name, kc_buf_bytes(&held));
	return CKR_OK;
}

CK_RV kc_attribute_write(
	const struct kc_attribute *row, const CK_ATTRIBUTE *given, struct kc_attrs *attrs)
{
	struct kc_bytes value = kc_bytes(given->pValue, given->ulValueLen);
	CK_ULONG number;
	double date;

	if (row->ruler == 0)
		return CKR_OK;
	switch (row->form) {
	case KC_FORM_BOOL:
		kc_attrs_set_number(attrs, row->ruler, value.data[0]);
		break;
	case KC_FORM_ULONG:
		memcpy(&number, value.data, sizeof number);
		kc_attrs_set_number(attrs, row->ruler, (int64_t)number);
		break;
	case KC_FORM_TEXT:
		/* Not every application writes UTF-8; the bytes count, whichever way they are kept.
		 */
		if (kc_der_is_utf8(value))
			kc_attrs_set_text(attrs, row->ruler, value);
		else
			kc_attrs_set_bytes(attrs, row->ruler, value);
		break;
	case KC_FORM_BYTES:
		kc_attrs_set_bytes(attrs, row->ruler, value);
		break;
	case KC_FORM_DATE:
		KC_RV_TRY(kc_date_parse(value, &date));
		kc_attrs_set_date(attrs, row->ruler, date);
		break;
	case KC_FORM_ULONGS:
		return write_numbers(row->ruler, value, attrs);
	case KC_FORM_TEMPLATE:
		return write_template(row->ruler, given, attrs);
	}
	return CKR_OK;
}
