/* SPDX-License-Identifier: ISC */
/* The table of uses. */
#include "module/mechanism/permit.h"

#include "module/mechanism/policy.h"

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
};
/* clang-format on */

static const struct row *find(CK_FLAGS use)
{
	size_t i = 0;

	while (rows[i].use != use)
		i++;
	return &rows[i];
}

CK_RV kc_permit_check(struct kc_module *module, const struct kc_object *key,
	const struct kc_mechanism *mechanism, CK_FLAGS use)
{
	const struct row *row = find(use);

	if (!(key->kind & KC_OBJECT_KEY))
		return CKR_KEY_HANDLE_INVALID;
	if (!(key->kind & row->kinds) || !kc_mechanism_takes(mechanism, key->key_type))
		return CKR_KEY_TYPE_INCONSISTENT;
	KC_RV_TRY(kc_policy_allows(key, row->permission, mechanism->type));
	if (row->makes_new && !kc_policy_fits_size(module, mechanism, key))
		return CKR_KEY_SIZE_RANGE;
	return CKR_OK;
}
