/* SPDX-License-Identifier: ISC */
/* PKCS#11 3.1, 5.18: generating keys, in the service. */
#include <string.h>

#include "module/create.h"
#include "module/keyform.h"
#include "module/mechanism.h"
#include "module/module.h"
#include "module/names.h"

/* A pair on its way. */
struct pair {
	enum kc_key_type type;
	unsigned bits;
	struct kc_template public_template, private_template;
	struct kc_attrs public_attrs, private_attrs;
	bool is_public_on_token;
};

static void pair_done(struct pair *pair)
{
	kc_attrs_done(&pair->public_attrs);
	kc_attrs_done(&pair->private_attrs);
}

/* A class or a key type that the template names must be the mechanism's. */
static CK_RV check_identity(
	const struct kc_template *t, CK_OBJECT_CLASS class, CK_KEY_TYPE key_type)
{
	CK_ULONG given;

	KC_RV_TRY(kc_template_get_number(t, CKA_CLASS, class, &given));
	if (given != class)
		return CKR_TEMPLATE_INCONSISTENT;
	KC_RV_TRY(kc_template_get_number(t, CKA_KEY_TYPE, key_type, &given));
	return given == key_type ? CKR_OK : CKR_TEMPLATE_INCONSISTENT;
}

/* Only the exponent that everybody uses. */
static CK_RV choose_rsa(struct pair *pair)
{
	static const uint8_t f4[] = {1, 0, 1};
	struct kc_bytes exponent =
		kc_template_get_bytes(&pair->public_template, CKA_PUBLIC_EXPONENT);
	CK_ULONG bits;

	if (!kc_template_find(&pair->public_template, CKA_MODULUS_BITS))
		return CKR_TEMPLATE_INCOMPLETE;
	KC_RV_TRY(kc_template_get_number(&pair->public_template, CKA_MODULUS_BITS, 0, &bits));
	while (exponent.len && exponent.data[0] == 0) {
		exponent.data++;
		exponent.len--;
	}
	if (exponent.len && !kc_bytes_equal(exponent, KC_BYTES_OF(f4)))
		return CKR_ATTRIBUTE_VALUE_INVALID;
	pair->bits = (unsigned)(bits <= UINT16_MAX ? bits : UINT16_MAX);
	return CKR_OK;
}

static CK_RV choose_curve(struct pair *pair, const struct kc_mechanism *mechanism)
{
	const struct kc_curve *curve;
	struct kc_bytes params;

	KC_RV_TRY(kc_template_need_bytes(&pair->public_template, CKA_EC_PARAMS, &params));
	KC_RV_TRY(kc_keyform_find_curve(params, &curve));
	if (curve->type != pair->type || curve->bits < mechanism->info.ulMinKeySize)
		return CKR_CURVE_NOT_SUPPORTED;
	pair->bits = curve->bits;
	return CKR_OK;
}

static CK_RV check_templates(struct pair *pair)
{
	/* clang-format off */
	CK_KEY_TYPE key_type = pair->type == KC_KEY_RSA ? CKK_RSA
			     : pair->type == KC_KEY_EC  ? CKK_EC
							: CKK_EC_EDWARDS;
	/* clang-format on */

	KC_RV_TRY(check_identity(&pair->public_template, CKO_PUBLIC_KEY, key_type));
	KC_RV_TRY(check_identity(&pair->private_template, CKO_PRIVATE_KEY, key_type));
	KC_RV_TRY(kc_template_check(
		&pair->public_template, KC_OBJECT_PUBLIC, pair->type, KC_GIVEN_GENERATE));
	return kc_template_check(
		&pair->private_template, KC_OBJECT_PRIVATE, pair->type, KC_GIVEN_GENERATE);
}

/* What the two items will say of themselves; the service fills in the rest (uses, history, what the
 * key itself says). */
static CK_RV describe(struct kc_session *session, struct pair *pair)
{
	struct kc_attrs *public = &pair->public_attrs, *private = &pair->private_attrs;

	KC_RV_TRY(
		kc_template_write(&pair->private_template, KC_OBJECT_PRIVATE, pair->type, private));
	KC_RV_TRY(kc_template_write(&pair->public_template, KC_OBJECT_PUBLIC, pair->type, public));
	KC_RV_TRY(kc_create_common(session, &pair->private_template, true, private));
	KC_RV_TRY(kc_create_common(session, &pair->public_template, false, public));
	KC_RV_OF(kc_attrs_check(public));
	KC_RV_OF(kc_attrs_check(private));
	return CKR_OK;
}

/* A public half that is not asked for on the token is a session object. */
static CK_RV make_public_in_session(
	struct kc_session *session, struct pair *pair, struct kc_bytes spki, CK_OBJECT_HANDLE *ret)
{
	KC_CLEANUP_MADE struct kc_made made = KC_MADE_INIT;

	KC_RV_TRY(kc_create_public_item(spki, &made));
	kc_attrs_set_number(&made.attrs, KC_ATTR_LOCL, 1);
	kc_attrs_merge(&made.attrs, &pair->public_attrs);
	return kc_create_in_session(session, &made, ret);
}

static CK_RV generate(struct kc_session *session, struct pair *pair, CK_OBJECT_HANDLE *ret_public,
	CK_OBJECT_HANDLE *ret_private)
{
	KC_CLEANUP_FOUND_LIST struct kc_found_list list = KC_FOUND_LIST_INIT;

	KC_RV_OF(kc_client_key_generate(session->module->client, pair->type, pair->bits,
		&pair->private_attrs, &pair->public_attrs, pair->is_public_on_token, &list));
	if (list.count < (pair->is_public_on_token ? 2 : 1))
		return CKR_GENERAL_ERROR;
	if (pair->is_public_on_token)
		KC_RV_TRY(kc_create_adopt(session, &list.rows[1], ret_public));
	else
		KC_RV_TRY(make_public_in_session(session, pair,
			kc_attrs_get_bytes(&list.rows[0].attrs, KC_ATTR_SPKI), ret_public));
	return kc_create_adopt(session, &list.rows[0], ret_private);
}

CK_RV C_GenerateKeyPair(CK_SESSION_HANDLE handle, CK_MECHANISM_PTR asked,
	CK_ATTRIBUTE_PTR public_rows, CK_ULONG public_count, CK_ATTRIBUTE_PTR private_rows,
	CK_ULONG private_count, CK_OBJECT_HANDLE_PTR public_key, CK_OBJECT_HANDLE_PTR private_key)
{
	KC_CLEANUP_SESSION struct kc_session *session = NULL;
	__attribute__((cleanup(pair_done))) struct pair pair = {0};
	const struct kc_mechanism *mechanism;
	bool is_private_on_token;

	KC_RV_TRY(kc_session_enter(handle, &session));
	if (!public_key || !private_key)
		return CKR_ARGUMENTS_BAD;
	KC_RV_TRY(kc_mechanism_ask(session->module, asked, CKF_GENERATE_KEY_PAIR, &mechanism));
	KC_RV_TRY(kc_template_init(&pair.public_template, public_rows, public_count));
	KC_RV_TRY(kc_template_init(&pair.private_template, private_rows, private_count));
	pair.type = (enum kc_key_type)mechanism->keys[0];
	KC_RV_TRY(check_templates(&pair));
	KC_RV_TRY(kc_create_place(session, &pair.public_template, &pair.is_public_on_token));
	KC_RV_TRY(kc_create_place(session, &pair.private_template, &is_private_on_token));
	/* A private key is never anywhere but in the service, and that keeps what it has. */
	if (!is_private_on_token)
		return CKR_TEMPLATE_INCONSISTENT;
	KC_RV_TRY(pair.type == KC_KEY_RSA ? choose_rsa(&pair) : choose_curve(&pair, mechanism));
	KC_RV_TRY(describe(session, &pair));
	return generate(session, &pair, public_key, private_key);
}
