/* SPDX-License-Identifier: ISC */
/* Changing objects: C_SetAttributeValue after its arguments were checked. */
#ifndef KC_MODULE_OBJECT_CHANGE_H
#define KC_MODULE_OBJECT_CHANGE_H

#include "module/session/session.h"
#include "module/object/template.h"

/* CKR_ACTION_PROHIBITED for an object that is not modifiable, and what kc_change_check says. */
CK_RV kc_change_object(
	struct kc_session *session, const struct kc_object *object, const struct kc_template *t);

/* Whether a session may give an object, or a copy of it, these values on an occasion
 * (KC_GIVEN_SET, KC_GIVEN_COPY): CKR_ATTRIBUTE_READ_ONLY for a change that is never allowed, for
 * one in the wrong direction, and for a trust that is the security officer's to give; the errors of
 * kc_template_check; CKR_ATTRIBUTE_VALUE_INVALID for another public key than its own. */
CK_RV kc_change_check(const struct kc_session *session, const struct kc_object *object,
	const struct kc_template *t, unsigned occasion);

/* What the object's attributes become. CKR_ATTRIBUTE_VALUE_INVALID. */
CK_RV kc_change_write(
	const struct kc_object *object, const struct kc_template *t, struct kc_attrs *changes);

#endif
