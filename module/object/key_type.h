/* SPDX-License-Identifier: ISC */
/* Types of keys: PKCS#11's numbers (CKK_…) and those of items (base/mechanism.h), in one table. */
#ifndef KC_MODULE_OBJECT_KEY_TYPE_H
#define KC_MODULE_OBJECT_KEY_TYPE_H

#include "module/form/keyform.h"
#include "module/object/template.h"

/* CKA_KEY_TYPE of an item's type; CK_UNAVAILABLE_INFORMATION when there is no such type. A secret
 * key of a type that PKCS#11 does not know is a generic secret. */
CK_KEY_TYPE kc_key_type_ckk(uint32_t type, enum kc_object_kind kind);

/* The item's type of a CKA_KEY_TYPE for keys of a kind; of CKK_EC_EDWARDS and CKK_EC_MONTGOMERY the
 * one of the curve, or the smaller one when curve is NULL. CKR_ATTRIBUTE_VALUE_INVALID when keys of
 * the kind are of no such type, CKR_TEMPLATE_INCONSISTENT when the curve is of another. */
CK_RV kc_key_type_find(
	CK_KEY_TYPE ckk, enum kc_object_kind kind, const struct kc_curve *curve, uint32_t *ret);
/* Whether the number means one type of items only, which *ret gets. */
bool kc_key_type_is_one(CK_KEY_TYPE ckk, uint32_t *ret);

/* What a template for an object of the kind says that it is: CKA_KEY_TYPE, and CKA_EC_PARAMS where
 * the type has a curve (NULL for the others). CKR_TEMPLATE_INCOMPLETE, as kc_key_type_find, as
 * kc_keyform_find_curve. */
CK_RV kc_key_type_of_template(const struct kc_template *t, enum kc_object_kind kind, uint32_t *ret,
	const struct kc_curve **ret_curve);

#endif
