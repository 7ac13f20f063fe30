/* SPDX-License-Identifier: ISC */
/* Private and secret keys that an application brings along. */
#ifndef KC_MODULE_CREATE_KEY_H
#define KC_MODULE_CREATE_KEY_H

#include "module/session.h"
#include "module/template.h"

CK_RV kc_create_key_private(
	struct kc_session *session, const struct kc_template *t, CK_OBJECT_HANDLE *ret);
CK_RV kc_create_key_secret(
	struct kc_session *session, const struct kc_template *t, CK_OBJECT_HANDLE *ret);

#endif
