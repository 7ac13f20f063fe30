/* SPDX-License-Identifier: ISC */
/* Whether a key may be used in a way: what its attributes say of it. */
#ifndef KC_MODULE_PERMIT_H
#define KC_MODULE_PERMIT_H

#include "module/mechanism.h"
#include "module/object.h"

/* For a use by a mechanism, both as in CK_MECHANISM_INFO's flags; CKF_DERIVE, CKF_WRAP and
 * CKF_UNWRAP are of the key that derives or wraps. CKR_KEY_HANDLE_INVALID for what is no key,
 * CKR_KEY_TYPE_INCONSISTENT, CKR_KEY_FUNCTION_NOT_PERMITTED, CKR_MECHANISM_INVALID when the key's
 * CKA_ALLOWED_MECHANISMS lack it, CKR_KEY_SIZE_RANGE. */
CK_RV kc_permit_check(struct kc_module *module, const struct kc_object *key,
	const struct kc_mechanism *row, CK_FLAGS use);

#endif
