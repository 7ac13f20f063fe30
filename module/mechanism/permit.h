/* SPDX-License-Identifier: ISC */
/* Whether a key may be used on data: what its attributes say of it. */
#ifndef KC_MODULE_MECHANISM_PERMIT_H
#define KC_MODULE_MECHANISM_PERMIT_H

#include "module/mechanism/mechanism.h"
#include "module/object/object.h"

/* For a use by a mechanism, one of the flags of kc_operation_flag. CKR_KEY_HANDLE_INVALID for what
 * is no key, CKR_KEY_TYPE_INCONSISTENT, CKR_KEY_SIZE_RANGE, and what kc_policy_allows says. */
CK_RV kc_permit_check(struct kc_module *module, const struct kc_object *key,
	const struct kc_mechanism *row, CK_FLAGS use);

#endif
