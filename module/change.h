/* SPDX-License-Identifier: ISC */
/* Changing objects: C_SetAttributeValue after its arguments were checked. */
#ifndef KC_MODULE_CHANGE_H
#define KC_MODULE_CHANGE_H

#include "module/session.h"
#include "module/template.h"

/* CKR_ACTION_PROHIBITED for an object that is not modifiable, CKR_ATTRIBUTE_READ_ONLY for a change
 * that is never allowed, and for one in the wrong direction. */
CK_RV kc_change_object(
	struct kc_session *session, const struct kc_object *object, const struct kc_template *t);

#endif
