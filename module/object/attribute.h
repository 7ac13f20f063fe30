/* SPDX-License-Identifier: ISC */
/* Attributes of objects: the rows of attributes.def, and how values pass through them both ways. */
#ifndef KC_MODULE_OBJECT_ATTRIBUTE_H
#define KC_MODULE_OBJECT_ATTRIBUTE_H

#include "module/object/object.h"

enum kc_attribute_form {
	KC_FORM_BOOL,
	KC_FORM_ULONG,
	KC_FORM_BYTES,
	KC_FORM_TEXT,
	KC_FORM_DATE,
	KC_FORM_ULONGS,	  /* an array */
	KC_FORM_TEMPLATE, /* an array of CK_ATTRIBUTE: module/object/key_template.h */
};

/* When an application may give an attribute, and how it may be searched for. */
enum {
	KC_GIVEN_CREATE = 1,
	KC_GIVEN_GENERATE = 2,
	KC_GIVEN_UNWRAP = 4,
	KC_GIVEN_DERIVE = 8,
	KC_GIVEN_SET = 16,
	KC_GIVEN_COPY = 32,
	KC_GIVEN_FIXED = 64,	/* only with the value that it has anyway */
	KC_GIVEN_MATCHED = 128, /* only with the value that the object gets: kc_template_match */
	KC_GIVEN_INDEX =
		256, /* equal attributes of the ruler are equal values, except empty ones */
};

enum kc_attribute_key { KC_FOR_ANY, KC_FOR_RSA, KC_FOR_CURVE };

/* Where a value is while it is looked at: views point into the object, the row or the cell. */
struct kc_cell {
	struct kc_bytes bytes;
	CK_ULONG number;
	CK_BBOOL flag;
	struct kc_buf made;
};
#define KC_CELL_INIT      \
	{                 \
		.flag = 0 \
	}
#define KC_CLEANUP_CELL KC_CLEANUP(kc_cell_done)
void kc_cell_done(struct kc_cell *cell); /* wipes */
/* What readers answer with. */
CK_RV kc_cell_set_number(struct kc_cell *cell, CK_ULONG number);
CK_RV kc_cell_set_flag(struct kc_cell *cell, bool flag);
CK_RV kc_cell_set_bytes(struct kc_cell *cell, struct kc_bytes bytes); /* borrowed */
CK_RV kc_cell_set_made(struct kc_cell *cell);			      /* what is in made */

/* The answer of a reader that needs the item's secret, which the object does not hold: fetch it and
 * ask again. Never leaves the module. */
#define KC_RV_NEEDS_SECRET (CKR_VENDOR_DEFINED | 1UL)

struct kc_attribute;
typedef CK_RV (*kc_attribute_reader)(
	const struct kc_object *object, const struct kc_attribute *row, struct kc_cell *cell);

struct kc_attribute {
	CK_ATTRIBUTE_TYPE type;
	unsigned kinds; /* KC_OBJECT_… */
	enum kc_attribute_key key;
	enum kc_attribute_form form;
	unsigned given; /* KC_GIVEN_… */
	kc_name ruler;	/* 0: no attribute of the item holds it */
	kc_attribute_reader read;
	unsigned kinds_true; /* for which an absent truth value means true */
};

/* The row of an attribute for a kind of object; NULL when such objects have none. The key type does
 * not matter for what is not a key. */
const struct kc_attribute *kc_attribute_find(
	CK_ATTRIBUTE_TYPE type, enum kc_object_kind kind, uint32_t key_type);
/* All kinds of objects that may have the attribute. */
unsigned kc_attribute_kinds(CK_ATTRIBUTE_TYPE type);
/* The form that values of the type have, in whatever object. */
CK_RV kc_attribute_form_of(CK_ATTRIBUTE_TYPE type, enum kc_attribute_form *ret);
/* All rows, for measuring an object. */
const struct kc_attribute *kc_attribute_rows(size_t *ret_count);

/* The value of an object's attribute. CKR_ATTRIBUTE_TYPE_INVALID when it has none,
 * CKR_ATTRIBUTE_SENSITIVE, KC_RV_NEEDS_SECRET, CKR_HOST_MEMORY. */
CK_RV kc_attribute_read(
	const struct kc_object *object, CK_ATTRIBUTE_TYPE type, struct kc_cell *cell);
/* Whether the object has exactly the given value. False for what cannot be read. */
bool kc_attribute_equals(const struct kc_object *object, const CK_ATTRIBUTE *given);

/* CKR_ATTRIBUTE_VALUE_INVALID when the value is not of the row's form. */
CK_RV kc_attribute_check_form(const struct kc_attribute *row, const CK_ATTRIBUTE *given);
/* Sets the ruler's attribute from a value of the right form; rows without one do nothing.
 * CKR_ATTRIBUTE_VALUE_INVALID. */
CK_RV kc_attribute_write(
	const struct kc_attribute *row, const CK_ATTRIBUTE *given, struct kc_attrs *attrs);

#endif
