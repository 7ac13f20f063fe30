/* SPDX-License-Identifier: ISC */
/* Private keys that come from outside (PKCS#11 3.1, 4.9). */
#include "module/create.h"
#include "module/key_type.h"
#include "module/names.h"

static CK_RV build_pkcs8(
	const struct kc_template *t, const struct kc_curve *curve, struct kc_buf *ret)
{
	static const CK_ATTRIBUTE_TYPE types[KC_RSA_PARTS] = {
		[KC_RSA_N] = CKA_MODULUS,
		[KC_RSA_E] = CKA_PUBLIC_EXPONENT,
		[KC_RSA_D] = CKA_PRIVATE_EXPONENT,
		[KC_RSA_P] = CKA_PRIME_1,
		[KC_RSA_Q] = CKA_PRIME_2,
		[KC_RSA_DP] = CKA_EXPONENT_1,
		[KC_RSA_DQ] = CKA_EXPONENT_2,
		[KC_RSA_QI] = CKA_COEFFICIENT,
	};
	struct kc_bytes parts[KC_RSA_PARTS], scalar;

	if (curve) {
		KC_RV_TRY(kc_template_need_bytes(t, CKA_VALUE, &scalar));
		return kc_err_ckr(kc_keyform_build_pkcs8_curve(curve, scalar, ret));
	}
	for (unsigned i = 0; i < KC_RSA_PARTS; i++)
		KC_RV_TRY(kc_template_need_bytes(t, types[i], &parts[i]));
	return kc_err_ckr(kc_keyform_build_pkcs8_rsa(parts, ret));
}

/* The service says what a key that came from outside is: sensitive and not extractable unless the
 * template wants it otherwise, and never always so. */
CK_RV kc_create_private(
	struct kc_session *session, const struct kc_template *t, CK_OBJECT_HANDLE *ret)
{
	KC_CLEANUP_MADE struct kc_made made = KC_MADE_INIT;
	const struct kc_curve *curve;
	uint32_t type;
	bool on_token;

	KC_RV_TRY(kc_key_type_of_template(t, KC_OBJECT_PRIVATE, &type, &curve));
	KC_RV_TRY(kc_template_check(t, KC_OBJECT_PRIVATE, type, KC_GIVEN_CREATE));
	KC_RV_TRY(kc_create_place(session, t, &on_token));
	if (!on_token)
		return CKR_TEMPLATE_INCONSISTENT;
	kc_attrs_set_number(&made.attrs, KC_ATTR_KCLS, KC_KEY_PRIVATE); /* and no public one */
	KC_RV_TRY(kc_template_write(t, KC_OBJECT_PRIVATE, type, &made.attrs));
	KC_RV_TRY(kc_create_common(session, t, true, &made.attrs));
	KC_RV_TRY(build_pkcs8(t, curve, &made.value));
	return kc_create_import(session, &made, ret);
}
