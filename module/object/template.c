/* SPDX-License-Identifier: ISC */
/* Templates against the table of attributes. */
#include "module/object/template.h"

#include <string.h>

CK_RV kc_template_init(struct kc_template *t, const CK_ATTRIBUTE *rows, CK_ULONG count)
{
	if ((!rows && count) || count > KC_TEMPLATE_MOST)
		return CKR_ARGUMENTS_BAD;
	for (CK_ULONG i = 0; i < count; i++)
		if (!rows[i].pValue && rows[i].ulValueLen)
			return CKR_ATTRIBUTE_VALUE_INVALID;
	*t = (struct kc_template){rows, count};
	return CKR_OK;
}

const CK_ATTRIBUTE *kc_template_find(const struct kc_template *t, CK_ATTRIBUTE_TYPE type)
{
	for (CK_ULONG i = 0; i < t->count; i++)
		if (t->rows[i].type == type)
			return &t->rows[i];
	return NULL;
}

CK_RV kc_template_get_number(
	const struct kc_template *t, CK_ATTRIBUTE_TYPE type, CK_ULONG otherwise, CK_ULONG *ret)
{
	const CK_ATTRIBUTE *given = kc_template_find(t, type);
	CK_ULONG number = otherwise;

	if (given) {
		if (!given->pValue || given->ulValueLen != sizeof number)
			return CKR_ATTRIBUTE_VALUE_INVALID;
		memcpy(&number, given->pValue, sizeof number);
	}
	*ret = number;
	return CKR_OK;
}

CK_RV kc_template_get_flag(
	const struct kc_template *t, CK_ATTRIBUTE_TYPE type, bool otherwise, bool *ret)
{
	const CK_ATTRIBUTE *given = kc_template_find(t, type);

	if (given && (!given->pValue || given->ulValueLen != sizeof(CK_BBOOL)))
		return CKR_ATTRIBUTE_VALUE_INVALID;
	*ret = given ? *(const CK_BBOOL *)given->pValue != CK_FALSE : otherwise;
	return CKR_OK;
}

struct kc_bytes kc_template_get_bytes(const struct kc_template *t, CK_ATTRIBUTE_TYPE type)
{
	const CK_ATTRIBUTE *given = kc_template_find(t, type);

	return given && given->pValue ? kc_bytes(given->pValue, given->ulValueLen)
				      : kc_bytes(NULL, 0);
}

CK_RV kc_template_need_bytes(
	const struct kc_template *t, CK_ATTRIBUTE_TYPE type, struct kc_bytes *ret)
{
	if (!kc_template_find(t, type))
		return CKR_TEMPLATE_INCOMPLETE;
	*ret = kc_template_get_bytes(t, type);
	if (ret->len == 0)
		return CKR_ATTRIBUTE_VALUE_INVALID;
	return CKR_OK;
}

/* An attribute that can only be what it is: its reader answers without looking at an item. */
static bool is_what_it_is(
	const struct kc_attribute *row, const CK_ATTRIBUTE *given, enum kc_object_kind kind)
{
	KC_CLEANUP_CELL struct kc_cell cell = KC_CELL_INIT;
	const struct kc_object nothing = {.kind = kind};

	return row->read(&nothing, row, &cell) == CKR_OK &&
	       kc_bytes_equal(cell.bytes, kc_bytes(given->pValue, given->ulValueLen));
}

CK_RV kc_template_check(
	const struct kc_template *t, enum kc_object_kind kind, uint32_t key_type, unsigned occasion)
{
	for (CK_ULONG i = 0; i < t->count; i++) {
		const CK_ATTRIBUTE *given = &t->rows[i];
		const struct kc_attribute *row = kc_attribute_find(given->type, kind, key_type);

		if (!row)
			return CKR_ATTRIBUTE_TYPE_INVALID;
		if (!(row->given & occasion))
			return CKR_ATTRIBUTE_READ_ONLY;
		KC_RV_TRY(kc_attribute_check_form(row, given));
		if ((row->given & KC_GIVEN_FIXED) && !is_what_it_is(row, given, kind))
			return CKR_ATTRIBUTE_VALUE_INVALID;
		if (kc_template_find(t, given->type) != given)
			return CKR_TEMPLATE_INCONSISTENT;
	}
	return CKR_OK;
}

CK_RV kc_template_match(const struct kc_template *t, const struct kc_object *object)
{
	for (CK_ULONG i = 0; i < t->count; i++) {
		const CK_ATTRIBUTE *given = &t->rows[i];
		const struct kc_attribute *row =
			kc_attribute_find(given->type, object->kind, object->key_type);

		if (row && (row->given & KC_GIVEN_MATCHED) && given->ulValueLen &&
			!kc_attribute_equals(object, given))
			return CKR_ATTRIBUTE_VALUE_INVALID;
	}
	return CKR_OK;
}

CK_RV kc_template_write(const struct kc_template *t, enum kc_object_kind kind, uint32_t key_type,
	struct kc_attrs *attrs)
{
	for (CK_ULONG i = 0; i < t->count; i++)
		KC_RV_TRY(kc_attribute_write(
			kc_attribute_find(t->rows[i].type, kind, key_type), &t->rows[i], attrs));
	return CKR_OK;
}
