/* SPDX-License-Identifier: ISC */
/* What a key's attributes say about using it to make, wrap and unwrap other keys. */
#ifndef KC_MODULE_MECHANISM_POLICY_H
#define KC_MODULE_MECHANISM_POLICY_H

#include "module/mechanism/mechanism.h"
#include "module/session/session.h"
#include "module/object/object.h"

/* The key of a handle as it is now; missing is the answer when it is none. */
CK_RV kc_policy_fetch(
	struct kc_session *session, CK_OBJECT_HANDLE handle, CK_RV missing, struct kc_object **ret);
bool kc_policy_is_true(const struct kc_object *object, CK_ATTRIBUTE_TYPE type);
/* Whether a key may be used for this (CKA_WRAP …) and with this mechanism:
 * CKR_KEY_FUNCTION_NOT_PERMITTED, CKR_MECHANISM_INVALID. */
CK_RV kc_policy_allows(
	const struct kc_object *key, CK_ATTRIBUTE_TYPE use, CK_MECHANISM_TYPE mechanism);
/* Whether an RSA key is not too small or large for the row, as things are allowed now. */
bool kc_policy_fits_size(
	struct kc_module *module, const struct kc_mechanism *row, const struct kc_object *key);

/* What an error of the service means in one function, where it is not its own CKR_. */
struct kc_policy_answer {
	kc_err err;
	CK_RV rv;
};
CK_RV kc_policy_answer(kc_err err, const struct kc_policy_answer *answers, size_t count);

#endif
