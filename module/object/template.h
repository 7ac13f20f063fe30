/* SPDX-License-Identifier: ISC */
/* A caller's list of attributes. */
#ifndef KC_MODULE_OBJECT_TEMPLATE_H
#define KC_MODULE_OBJECT_TEMPLATE_H

#include "module/object/attribute.h"

struct kc_template {
	const CK_ATTRIBUTE *rows; /* borrowed */
	CK_ULONG count;
};

/* More attributes than any object has: a greater count is a mistake, and no memory is read by it.
 */
#define KC_TEMPLATE_MOST 4096

/* CKR_ARGUMENTS_BAD when there is a count without rows, or such a count,
 * CKR_ATTRIBUTE_VALUE_INVALID for a length without a value. */
CK_RV kc_template_init(struct kc_template *t, const CK_ATTRIBUTE *rows, CK_ULONG count);
/* NULL when absent. */
const CK_ATTRIBUTE *kc_template_find(const struct kc_template *t, CK_ATTRIBUTE_TYPE type);
/* The value, or otherwise when absent. CKR_ATTRIBUTE_VALUE_INVALID when it is of another size. */
CK_RV kc_template_get_number(
	const struct kc_template *t, CK_ATTRIBUTE_TYPE type, CK_ULONG otherwise, CK_ULONG *ret);
CK_RV kc_template_get_flag(
	const struct kc_template *t, CK_ATTRIBUTE_TYPE type, bool otherwise, bool *ret);
/* Empty when absent. */
struct kc_bytes kc_template_get_bytes(const struct kc_template *t, CK_ATTRIBUTE_TYPE type);
/* The same: CKR_TEMPLATE_INCOMPLETE when absent, CKR_ATTRIBUTE_VALUE_INVALID when empty. */
CK_RV kc_template_need_bytes(
	const struct kc_template *t, CK_ATTRIBUTE_TYPE type, struct kc_bytes *ret);

/* Whether objects of a kind may be given these attributes on an occasion (KC_GIVEN_CREATE, …), each
 * once and in its form. CKR_ATTRIBUTE_TYPE_INVALID, CKR_ATTRIBUTE_READ_ONLY,
 * CKR_ATTRIBUTE_VALUE_INVALID, CKR_TEMPLATE_INCONSISTENT. */
CK_RV kc_template_check(const struct kc_template *t, enum kc_object_kind kind, uint32_t key_type,
	unsigned occasion);
/* Whether an object, of which everything is known, has the values that the template may only give
 * as they are (KC_GIVEN_MATCHED): CKR_ATTRIBUTE_VALUE_INVALID when not. An empty one asks nothing.
 */
CK_RV kc_template_match(const struct kc_template *t, const struct kc_object *object);
/* Sets what the item's attributes hold of a checked template. CKR_ATTRIBUTE_VALUE_INVALID. */
CK_RV kc_template_write(const struct kc_template *t, enum kc_object_kind kind, uint32_t key_type,
	struct kc_attrs *attrs);

#endif
