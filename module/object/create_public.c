/* SPDX-License-Identifier: ISC */
/* Public keys (PKCS#11 3.1, 4.8), which are what their SubjectPublicKeyInfo says. */
#include "module/object/create.h"
#include "module/form/hasher.h"
#include "module/object/key_type.h"
#include "module/session/module.h"
#include "module/form/names.h"

CK_RV kc_create_public_item(struct kc_bytes spki, struct kc_made *made)
{
	uint8_t label[KC_HASHER_MAX_LEN];
	struct kc_hasher hasher;
	struct kc_public_key key;
	unsigned bits;

	KC_RV_OF(kc_keyform_parse_spki(spki, &key));
	bits = kc_keyform_bits(&key);
	kc_hasher_start(&hasher, KC_HASH_SHA1);
	kc_hasher_update(&hasher, key.encoded);
	kc_hasher_finish(&hasher, label);
	made->class = KC_CLASS_KEY;
	kc_attrs_set_number(&made->attrs, KC_ATTR_KCLS, KC_KEY_PUBLIC);
	kc_attrs_set_number(&made->attrs, KC_ATTR_TYPE, key.type);
	kc_attrs_set_number(&made->attrs, KC_ATTR_BSIZ, bits);
	kc_attrs_set_number(&made->attrs, KC_ATTR_ESIZ, bits);
	kc_attrs_set_number(&made->attrs, KC_ATTR_PERM, 1);
	kc_attrs_set_bytes(
		&made->attrs, KC_ATTR_KLBL, kc_bytes(label, kc_hasher_len(KC_HASH_SHA1)));
	kc_attrs_set_bytes(&made->attrs, KC_ATTR_SPKI, spki);
	kc_buf_push(&made->value, key.encoded.data, key.encoded.len);
	return CKR_OK;
}

static CK_RV build_spki(
	const struct kc_template *t, const struct kc_curve *curve, struct kc_buf *ret)
{
	struct kc_bytes modulus, exponent, point;

	if (!curve) {
		KC_RV_TRY(kc_template_need_bytes(t, CKA_MODULUS, &modulus));
		KC_RV_TRY(kc_template_need_bytes(t, CKA_PUBLIC_EXPONENT, &exponent));
		return kc_err_ckr(kc_keyform_build_spki_rsa(modulus, exponent, ret));
	}
	KC_RV_TRY(kc_template_need_bytes(t, CKA_EC_POINT, &point));
	KC_RV_TRY(kc_keyform_get_point(point, curve, &point));
	return kc_err_ckr(kc_keyform_build_spki_curve(curve, point, ret));
}

/* Whether a point is on its curve, which takes arithmetic that is the service's: it would say of
 * any signature whether there is a key to check it with. */
static CK_RV check_point(
	struct kc_session *session, const struct kc_curve *curve, struct kc_bytes spki)
{
	static const uint8_t zeros[2 * 66];
	const struct kc_sign_params params = {.scheme = KC_SIGN_ECDSA_RAW};
	kc_err err;

	if (!curve || curve->type != KC_KEY_EC)
		return CKR_OK;
	err = kc_client_key_verify(session->module->client, spki, &params, kc_bytes(zeros, 32),
		kc_bytes(zeros, 2 * curve->scalar_len));
	return err == KC_E_DECODE ? CKR_ATTRIBUTE_VALUE_INVALID : CKR_OK;
}

CK_RV kc_create_public(
	struct kc_session *session, const struct kc_template *t, CK_OBJECT_HANDLE *ret)
{
	KC_CLEANUP_MADE struct kc_made made = KC_MADE_INIT;
	KC_CLEANUP_BUF struct kc_buf spki = KC_BUF_INIT;
	const struct kc_curve *curve;
	uint32_t type;
	bool on_token;

	KC_RV_TRY(kc_key_type_of_template(t, KC_OBJECT_PUBLIC, &type, &curve));
	KC_RV_TRY(kc_template_check(t, KC_OBJECT_PUBLIC, type, KC_GIVEN_CREATE));
	KC_RV_TRY(kc_create_place(session, t, &on_token));
	KC_RV_TRY(build_spki(t, curve, &spki));
	KC_RV_TRY(check_point(session, curve, kc_buf_bytes(&spki)));
	KC_RV_TRY(kc_create_public_item(kc_buf_bytes(&spki), &made));
	KC_RV_TRY(kc_template_write(t, KC_OBJECT_PUBLIC, type, &made.attrs));
	KC_RV_TRY(kc_create_common(session, t, false, &made.attrs));
	KC_RV_TRY(kc_create_match(t, &made));
	return on_token ? kc_create_store(session, &made, ret)
			: kc_create_in_session(session, &made, ret);
}
