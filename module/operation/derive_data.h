/* SPDX-License-Identifier: ISC */
/* CKM_HKDF_DATA (PKCS#11 3.1, 6.65.4): what is derived is no key, but the value of a data object.
 */
#ifndef KC_MODULE_OPERATION_DERIVE_DATA_H
#define KC_MODULE_OPERATION_DERIVE_DATA_H

#include "module/mechanism/derivation.h"
#include "module/session/session.h"
#include "module/object/template.h"

CK_RV kc_derive_data(struct kc_session *session, const struct kc_object *base,
	struct kc_derivation *derivation, const struct kc_template *t, CK_OBJECT_HANDLE *ret);

#endif
