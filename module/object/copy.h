/* SPDX-License-Identifier: ISC */
/* Copying objects: C_CopyObject after its arguments were checked. */
#ifndef KC_MODULE_OBJECT_COPY_H
#define KC_MODULE_OBJECT_COPY_H

#include "module/session/session.h"
#include "module/object/template.h"

/* Between session and token, or in the same place. CKR_ACTION_PROHIBITED for an object that is not
 * copyable, CKR_TEMPLATE_INCONSISTENT for a public copy of a private object, what kc_change_check
 * says, CKR_SESSION_READ_ONLY, CKR_USER_NOT_LOGGED_IN. */
CK_RV kc_copy_object(struct kc_session *session, struct kc_object *object,
	const struct kc_template *t, CK_OBJECT_HANDLE *ret);

#endif
