/* SPDX-License-Identifier: ISC */
/* Checks before a key is used on another. */
#include "module/mechanism/policy.h"

#include "module/object/attribute.h"
#include "module/object/fetch.h"
#include "module/session/module.h"
#include "module/object/key_template.h"
#include "module/form/names.h"

#define NUMBER_LEN 8 /* of an item's list */

CK_RV kc_policy_fetch(
	struct kc_session *session, CK_OBJECT_HANDLE handle, CK_RV missing, struct kc_object **ret)
{
	KC_CLEANUP_OBJECT struct kc_object *object = NULL;
	CK_RV rv = kc_fetch_fresh(session, handle, &object);

	if (rv == CKR_OBJECT_HANDLE_INVALID || (rv == CKR_OK && !(object->kind & KC_OBJECT_KEY)))
		return missing;
	KC_RV_TRY(rv);
	*ret = object;
	object = NULL;
	return CKR_OK;
}

bool kc_policy_is_true(const struct kc_object *object, CK_ATTRIBUTE_TYPE type)
{
	CK_BBOOL yes = CK_TRUE;
	CK_ATTRIBUTE wanted = {type, &yes, sizeof yes};

	return kc_attribute_equals(object, &wanted);
}

/* A key without a list is for every mechanism. */
static bool lists(const struct kc_object *key, CK_MECHANISM_TYPE mechanism)
{
	const struct kc_value *list = kc_attrs_get(&key->item.attrs, KC_ATTR_ALMC);
	struct kc_bytes held = kc_attrs_get_bytes(&key->item.attrs, KC_ATTR_ALMC);

	for (size_t i = 0; i + NUMBER_LEN <= held.len; i += NUMBER_LEN)
		if (kc_key_template_get_number(held.data + i) == mechanism)
			return true;
	return !list;
}

CK_RV kc_policy_allows(
	const struct kc_object *key, CK_ATTRIBUTE_TYPE use, CK_MECHANISM_TYPE mechanism)
{
	if (!kc_policy_is_true(key, use))
		return CKR_KEY_FUNCTION_NOT_PERMITTED;
	return lists(key, mechanism) ? CKR_OK : CKR_MECHANISM_INVALID;
}

bool kc_policy_fits_size(
	struct kc_module *module, const struct kc_mechanism *row, const struct kc_object *key)
{
	CK_MECHANISM_INFO info;

	if (key->key_type != KC_KEY_RSA)
		return true;
	return kc_mechanism_find(module, row->type, &row, &info) == CKR_OK &&
	       key->key_bits >= info.ulMinKeySize && key->key_bits <= info.ulMaxKeySize;
}

CK_RV kc_policy_answer(kc_err err, const struct kc_policy_answer *answers, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (answers[i].err == err)
			return answers[i].rv;
	return kc_err_ckr(err);
}
