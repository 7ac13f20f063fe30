/* SPDX-License-Identifier: ISC */
/* Keys of session objects that the service has in memory: transient keys, base/query.h. */
#ifndef KC_MODULE_TRANSIENT_H
#define KC_MODULE_TRANSIENT_H

#include "module/session.h"

/* The same object with the value of its key, when that may be shown. CKR_ATTRIBUTE_SENSITIVE,
 * CKR_OBJECT_HANDLE_INVALID. */
CK_RV kc_transient_reveal(
	struct kc_session *session, const struct kc_object *object, struct kc_object **ret);
/* Tells the service which keys have no object any more. Without the module's lock. */
void kc_transient_sweep(struct kc_module *module);

#endif
