/* SPDX-License-Identifier: ISC */
/* Data objects, which are generic passwords of the keychain (PKCS#11 3.1, 4.5). */
#include "module/object/create.h"

CK_RV kc_create_data(struct kc_session *session, const struct kc_template *t, CK_OBJECT_HANDLE *ret)
{
	KC_CLEANUP_MADE struct kc_made made = KC_MADE_INIT;
	struct kc_bytes value = kc_template_get_bytes(t, CKA_VALUE);
	bool on_token;

	KC_RV_TRY(kc_template_check(t, KC_OBJECT_DATA, 0, KC_GIVEN_CREATE));
	KC_RV_TRY(kc_create_place(session, t, &on_token));
	made.class = KC_CLASS_GENERIC;
	KC_RV_TRY(kc_template_write(t, KC_OBJECT_DATA, 0, &made.attrs));
	KC_RV_TRY(kc_create_common(session, t, true, &made.attrs));
	kc_buf_push(&made.value, value.data, value.len);
	return on_token ? kc_create_store(session, &made, ret)
			: kc_create_in_session(session, &made, ret);
}
