/* SPDX-License-Identifier: ISC */
/* The table of uses. */
#include "module/permit.h"

#include "base/der.h"
#include "module/attribute.h"
#include "module/module.h"
#include "module/names.h"

#define PRIVATE (KC_OBJECT_PRIVATE | KC_OBJECT_SECRET)
#define PUBLIC (KC_OBJECT_PUBLIC | KC_OBJECT_SECRET)

/* What checks or reads what is there already, keys of any size may do. */
#define NEW true
#define OLD false

/* clang-format off */
static const struct row {
	CK_FLAGS use;
	CK_ATTRIBUTE_TYPE permission;
	unsigned kinds;
	bool makes_new;
} rows[] = {
	{CKF_ENCRYPT,         CKA_ENCRYPT,        PUBLIC,            NEW},
	{CKF_DECRYPT,         CKA_DECRYPT,        PRIVATE,           OLD},
	{CKF_SIGN,            CKA_SIGN,           PRIVATE,           NEW},
	{CKF_VERIFY,          CKA_VERIFY,         PUBLIC,            OLD},
	{CKF_SIGN_RECOVER,    CKA_SIGN_RECOVER,   KC_OBJECT_PRIVATE, NEW},
	{CKF_VERIFY_RECOVER,  CKA_VERIFY_RECOVER, KC_OBJECT_PUBLIC,  OLD},
	{CKF_MESSAGE_ENCRYPT, CKA_ENCRYPT,        PUBLIC,            NEW},
	{CKF_MESSAGE_DECRYPT, CKA_DECRYPT,        PRIVATE,           OLD},
	{CKF_MESSAGE_SIGN,    CKA_SIGN,           PRIVATE,           NEW},
	{CKF_MESSAGE_VERIFY,  CKA_VERIFY,         PUBLIC,            OLD},
	{CKF_WRAP,            CKA_WRAP,           PUBLIC,            NEW},
	{CKF_UNWRAP,          CKA_UNWRAP,         PRIVATE,           OLD},
	{CKF_DERIVE,          CKA_DERIVE,         PRIVATE,           OLD},
};
/* clang-format on */

static const struct row *find(CK_FLAGS use)
{
	size_t i = 0;

	while (rows[i].use != use)
		i++;
	return &rows[i];
}

/* A key without a list may be used by every mechanism. */
static bool is_listed(const struct kc_object *key, CK_MECHANISM_TYPE type)
{
	struct kc_bytes list = kc_attrs_get_bytes(&key->item.attrs, KC_ATTR_ALMC);

	if (list.len == 0)
		return true;
	for (; list.len >= 8; list = kc_bytes(list.data + 8, list.len - 8)) {
		uint64_t number = 0;

		for (size_t i = 0; i < 8; i++)
			number = number << 8 | list.data[i];
		if (number == type)
			return true;
	}
	return false;
}

CK_RV kc_permit_check(struct kc_module *module, const struct kc_object *key,
	const struct kc_mechanism *mechanism, CK_FLAGS use)
{
	const struct row *row = find(use);
	CK_BBOOL yes = CK_TRUE;
	CK_ATTRIBUTE permission = {row->permission, &yes, sizeof yes};
	CK_MECHANISM_INFO info;

	if (!(key->kind & KC_OBJECT_KEY))
		return CKR_KEY_HANDLE_INVALID;
	if (!(key->kind & row->kinds) || !kc_mechanism_takes(mechanism, key->key_type))
		return CKR_KEY_TYPE_INCONSISTENT;
	if (!kc_attribute_equals(key, &permission))
		return CKR_KEY_FUNCTION_NOT_PERMITTED;
	if (!is_listed(key, mechanism->type))
		return CKR_MECHANISM_INVALID;
	if (row->makes_new && key->key_type == KC_KEY_RSA) {
		KC_RV_TRY(kc_mechanism_find(module, mechanism->type, &mechanism, &info));
		if (key->key_bits < info.ulMinKeySize)
			return CKR_KEY_SIZE_RANGE;
	}
	return CKR_OK;
}
