/* SPDX-License-Identifier: ISC */
/* Private and secret keys that come from outside (PKCS#11 3.1, 4.9 and 4.10). */
#include "module/object/create.h"
#include "module/object/key_type.h"
#include "module/form/keyform.h"
#include "module/session/module.h"
#include "module/object/new_key.h"

/* The service says what a key that came from outside is: never always sensitive, and never local.
 */
static CK_RV create(struct kc_session *session, const struct kc_template *t,
	const struct kc_new_key *key, struct kc_bytes value, CK_OBJECT_HANDLE *ret)
{
	KC_CLEANUP_FOUND struct kc_found found = {0};
	kc_err err = kc_client_key_create(
		session->module->client, value, &key->attrs, !key->on_token, &found);

	if (err == KC_E_DECODE || err == KC_E_KEY_SIZE || err == KC_E_KEY_TYPE || err == KC_E_PARAM)
		return CKR_ATTRIBUTE_VALUE_INVALID;
	KC_RV_OF(err);
	return kc_new_key_keep(session, t, key->on_token, &found, ret);
}

/* The modulus and the private exponent are a key; what is missing of the rest is 0 here, and found
 * by the service. */
static CK_RV build_rsa(const struct kc_template *t, struct kc_buf *ret)
{
	struct kc_bytes parts[KC_RSA_PARTS];

	for (unsigned i = 0; i < KC_RSA_PARTS; i++)
		parts[i] = kc_template_get_bytes(t, kc_keyform_rsa_types[i]);
	if (parts[KC_RSA_N].len == 0 || parts[KC_RSA_D].len == 0)
		return CKR_TEMPLATE_INCOMPLETE;
	return kc_err_ckr(kc_keyform_build_pkcs8_rsa(parts, ret));
}

static CK_RV build(const struct kc_template *t, const struct kc_curve *curve, struct kc_buf *ret)
{
	struct kc_bytes scalar;
	kc_err err;

	if (!curve)
		return build_rsa(t, ret);
	KC_RV_TRY(kc_template_need_bytes(t, CKA_VALUE, &scalar));
	err = kc_keyform_build_pkcs8_curve(curve, scalar, ret);
	return err == KC_E_PARAM ? CKR_ATTRIBUTE_VALUE_INVALID : kc_err_ckr(err);
}

CK_RV kc_create_private(
	struct kc_session *session, const struct kc_template *t, CK_OBJECT_HANDLE *ret)
{
	KC_CLEANUP_NEW_KEY struct kc_new_key key = KC_NEW_KEY_INIT;
	KC_CLEANUP_BUF struct kc_buf value = KC_BUF_INIT;
	const struct kc_curve *curve;
	uint32_t type;

	KC_RV_TRY(kc_key_type_of_template(t, KC_OBJECT_PRIVATE, &type, &curve));
	KC_RV_TRY(kc_new_key_read(session, t, KC_OBJECT_PRIVATE, type, KC_GIVEN_CREATE, &key));
	KC_RV_TRY(build(t, curve, &value));
	return create(session, t, &key, kc_buf_bytes(&value), ret);
}

CK_RV kc_create_secret(
	struct kc_session *session, const struct kc_template *t, CK_OBJECT_HANDLE *ret)
{
	KC_CLEANUP_NEW_KEY struct kc_new_key key = KC_NEW_KEY_INIT;
	const struct kc_curve *none;
	struct kc_bytes value;
	uint32_t type;

	KC_RV_TRY(kc_key_type_of_template(t, KC_OBJECT_SECRET, &type, &none));
	KC_RV_TRY(kc_new_key_read(session, t, KC_OBJECT_SECRET, type, KC_GIVEN_CREATE, &key));
	KC_RV_TRY(kc_template_need_bytes(t, CKA_VALUE, &value));
	KC_RV_TRY(kc_new_key_check_len(type, value.len));
	return create(session, t, &key, value, ret);
}
