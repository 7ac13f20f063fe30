/* SPDX-License-Identifier: ISC */
/* PKCS#11 3.1, 5.18.2: generating key pairs, in the service. */
#include <string.h>

#include "module/object/create.h"
#include "module/object/key_type.h"
#include "module/form/keyform.h"
#include "module/mechanism/mechanism.h"
#include "module/session/module.h"
#include "module/form/names.h"
#include "module/object/new_key.h"

/* A pair on its way. */
struct pair {
	struct kc_key_spec spec;
	struct kc_template public_template, private_template;
	struct kc_new_key private;
	struct kc_attrs public_attrs;
	bool is_public_on_token;
};

static void pair_done(struct pair *pair)
{
	kc_new_key_done(&pair->private);
	kc_attrs_done(&pair->public_attrs);
}

/* A number of 64 bits at most; the service refuses one that is too small. */
static CK_RV read_exponent(struct kc_bytes exponent, uint64_t *ret)
{
	*ret = 0;
	for (; exponent.len; exponent.data++, exponent.len--) {
		if (*ret >> 56)
			return CKR_ATTRIBUTE_VALUE_INVALID;
		*ret = *ret << 8 | exponent.data[0];
	}
	return CKR_OK;
}

static CK_RV choose_rsa(struct pair *pair, const CK_MECHANISM_INFO *info)
{
	CK_ULONG bits;

	if (!kc_template_find(&pair->public_template, CKA_MODULUS_BITS))
		return CKR_TEMPLATE_INCOMPLETE;
	KC_RV_TRY(kc_template_get_number(&pair->public_template, CKA_MODULUS_BITS, 0, &bits));
	if (bits < info->ulMinKeySize || bits > info->ulMaxKeySize || bits % 8)
		return CKR_KEY_SIZE_RANGE;
	pair->spec.type = KC_KEY_RSA;
	pair->spec.bits = (unsigned)bits;
	return read_exponent(kc_template_get_bytes(&pair->public_template, CKA_PUBLIC_EXPONENT),
		&pair->spec.exponent);
}

static CK_RV choose_curve(struct pair *pair, const struct kc_mechanism *row)
{
	const struct kc_curve *curve;
	struct kc_bytes params;

	KC_RV_TRY(kc_template_need_bytes(&pair->public_template, CKA_EC_PARAMS, &params));
	KC_RV_TRY(kc_keyform_find_curve(params, &curve));
	if (!kc_mechanism_takes(row, curve->type) || curve->bits < row->info.ulMinKeySize)
		return CKR_CURVE_NOT_SUPPORTED;
	pair->spec.type = curve->type;
	pair->spec.bits = curve->bits;
	return CKR_OK;
}

/* A class or a key type that the template names must be the mechanism's. */
static CK_RV check_identity(
	const struct kc_template *t, CK_OBJECT_CLASS class, CK_KEY_TYPE key_type)
{
	CK_ULONG given;

	KC_RV_TRY(kc_new_key_check_class(t, class));
	KC_RV_TRY(kc_template_get_number(t, CKA_KEY_TYPE, key_type, &given));
	return given == key_type ? CKR_OK : CKR_TEMPLATE_INCONSISTENT;
}

/* What the two items will say of themselves; the service fills in the rest (uses, history, what the
 * key itself says). */
static CK_RV describe(struct kc_session *session, struct pair *pair, CK_MECHANISM_TYPE mechanism)
{
	CK_KEY_TYPE key_type = kc_key_type_ckk(pair->spec.type, KC_OBJECT_PRIVATE);

	KC_RV_TRY(check_identity(&pair->public_template, CKO_PUBLIC_KEY, key_type));
	KC_RV_TRY(check_identity(&pair->private_template, CKO_PRIVATE_KEY, key_type));
	KC_RV_TRY(kc_template_check(
		&pair->public_template, KC_OBJECT_PUBLIC, pair->spec.type, KC_GIVEN_GENERATE));
	KC_RV_TRY(kc_new_key_read(session, &pair->private_template, KC_OBJECT_PRIVATE,
		pair->spec.type, KC_GIVEN_GENERATE, &pair->private));
	KC_RV_TRY(kc_create_place(session, &pair->public_template, &pair->is_public_on_token));
	KC_RV_TRY(kc_template_write(
		&pair->public_template, KC_OBJECT_PUBLIC, pair->spec.type, &pair->public_attrs));
	KC_RV_TRY(kc_create_common(session, &pair->public_template, false, &pair->public_attrs));
	kc_attrs_set_number(&pair->private.attrs, KC_ATTR_GENM, (int64_t)mechanism);
	kc_attrs_set_number(&pair->public_attrs, KC_ATTR_GENM, (int64_t)mechanism);
	KC_RV_OF(kc_attrs_check(&pair->public_attrs));
	KC_RV_OF(kc_attrs_check(&pair->private.attrs));
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

static CK_RV keep_public(struct kc_session *session, struct pair *pair, struct kc_found_list *list,
	struct kc_bytes spki, CK_OBJECT_HANDLE *ret)
{
	return pair->is_public_on_token
		       ? kc_new_key_keep(session, &pair->public_template, true, &list->rows[1], ret)
		       : make_public_in_session(session, pair, spki, ret);
}

/* Both halves, or neither. */
static CK_RV keep(struct kc_session *session, struct pair *pair, struct kc_found_list *list,
	CK_OBJECT_HANDLE *ret_public, CK_OBJECT_HANDLE *ret_private)
{
	KC_CLEANUP_BUF struct kc_buf spki = KC_BUF_INIT;
	struct kc_bytes said = kc_attrs_get_bytes(&list->rows[0].attrs, KC_ATTR_SPKI);
	CK_OBJECT_HANDLE public = 0, private = 0;
	CK_RV rv, other;

	kc_buf_push(&spki, said.data, said.len);
	rv = kc_new_key_keep(
		session, &pair->private_template, pair->private.on_token, &list->rows[0], &private);
	other = keep_public(session, pair, list, kc_buf_bytes(&spki), &public);
	if (rv == CKR_OK && other == CKR_OK) {
		*ret_public = public;
		*ret_private = private;
		return CKR_OK;
	}
	if (rv == CKR_OK)
		kc_new_key_undo(session, private);
	if (other == CKR_OK)
		kc_new_key_undo(session, public);
	return rv != CKR_OK ? rv : other;
}

static CK_RV generate(struct kc_session *session, struct pair *pair, CK_OBJECT_HANDLE *ret_public,
	CK_OBJECT_HANDLE *ret_private)
{
	KC_CLEANUP_FOUND_LIST struct kc_found_list list = KC_FOUND_LIST_INIT;
	unsigned halves = (pair->is_public_on_token ? 0 : KC_KEEP_NO_PUBLIC) |
			  (pair->private.on_token ? 0 : KC_KEEP_PRIVATE_TRANSIENT);
	kc_err err;

	err = kc_client_key_generate_in(session->module->client, &pair->spec, &pair->private.attrs,
		&pair->public_attrs, halves, &list);
	if (err == KC_E_PARAM)
		return CKR_ATTRIBUTE_VALUE_INVALID;
	KC_RV_OF(err);
	if (list.count != (pair->is_public_on_token ? 2 : 1))
		return CKR_GENERAL_ERROR;
	return keep(session, pair, &list, ret_public, ret_private);
}

CK_RV C_GenerateKeyPair(CK_SESSION_HANDLE handle, CK_MECHANISM_PTR asked,
	CK_ATTRIBUTE_PTR public_rows, CK_ULONG public_count, CK_ATTRIBUTE_PTR private_rows,
	CK_ULONG private_count, CK_OBJECT_HANDLE_PTR public_key, CK_OBJECT_HANDLE_PTR private_key)
{
	KC_CLEANUP_SESSION struct kc_session *session = NULL;
	__attribute__((cleanup(pair_done))) struct pair pair = {0};
	const struct kc_mechanism *row;
	CK_MECHANISM_INFO info;

	KC_RV_TRY(kc_session_enter(handle, &session));
	if (!public_key || !private_key)
		return CKR_ARGUMENTS_BAD;
	KC_RV_TRY(kc_mechanism_ask(session->module, asked, CKF_GENERATE_KEY_PAIR, &row));
	KC_RV_TRY(kc_mechanism_find(session->module, asked->mechanism, &row, &info));
	KC_RV_TRY(kc_template_init(&pair.public_template, public_rows, public_count));
	KC_RV_TRY(kc_template_init(&pair.private_template, private_rows, private_count));
	KC_RV_TRY(row->keys[0] == KC_KEY_RSA ? choose_rsa(&pair, &info) : choose_curve(&pair, row));
	KC_RV_TRY(describe(session, &pair, row->type));
	return generate(session, &pair, public_key, private_key);
}
