/* SPDX-License-Identifier: ISC */
/* PKCS#11 3.1, 5.18.1: generating secret keys, out of nothing or out of a password, in the service.
 */
#include "module/mechanism/derivation.h"
#include "module/object/key_type.h"
#include "module/mechanism/mechanism.h"
#include "module/session/module.h"
#include "module/form/names.h"
#include "module/object/new_key.h"

/* What the mechanism makes; by a password any type that the template names. */
static CK_RV choose_type(const struct kc_mechanism *row, const struct kc_template *t, uint32_t *ret)
{
	CK_KEY_TYPE own, given;

	if (row->keys[0] == KC_ANY_SECRET) {
		KC_RV_TRY(kc_new_key_secret_type(t, 0, ret));
		return *ret ? CKR_OK : CKR_TEMPLATE_INCOMPLETE;
	}
	own = kc_key_type_ckk(row->keys[0], KC_OBJECT_SECRET);
	KC_RV_TRY(kc_template_get_number(t, CKA_KEY_TYPE, own, &given));
	*ret = row->keys[0];
	return given == own ? CKR_OK : CKR_TEMPLATE_INCONSISTENT;
}

static CK_RV describe(struct kc_session *session, const struct kc_mechanism *row,
	const struct kc_template *t, struct kc_new_key *ret)
{
	uint32_t type;

	KC_RV_TRY(kc_new_key_check_class(t, CKO_SECRET_KEY));
	KC_RV_TRY(choose_type(row, t, &type));
	KC_RV_TRY(kc_new_key_read(session, t, KC_OBJECT_SECRET, type, KC_GIVEN_GENERATE, ret));
	if (ret->len == 0)
		return CKR_TEMPLATE_INCOMPLETE;
	kc_attrs_set_number(&ret->attrs, KC_ATTR_GENM, (int64_t)row->type);
	KC_RV_OF(kc_attrs_check(&ret->attrs));
	return CKR_OK;
}

/* A check value that the template gives and that is not the key's is a wrong one. */
static CK_RV answer(kc_err err)
{
	return err == KC_E_PARAM || err == KC_E_KEY_SIZE ? CKR_ATTRIBUTE_VALUE_INVALID
							 : kc_err_ckr(err);
}

static CK_RV generate(struct kc_session *session, struct kc_new_key *key, struct kc_found_list *ret)
{
	KC_CLEANUP_ATTRS struct kc_attrs none = KC_ATTRS_INIT;
	const struct kc_key_spec spec = {.type = key->type, .bits = (unsigned)key->len * 8};
	unsigned keep = KC_KEEP_NO_PUBLIC | (key->on_token ? 0 : KC_KEEP_PRIVATE_TRANSIENT);

	KC_RV_TRY(answer(kc_client_key_generate_in(
		session->module->client, &spec, &key->attrs, &none, keep, ret)));
	return ret->count == 1 ? CKR_OK : CKR_GENERAL_ERROR;
}

static CK_RV derive(struct kc_session *session, const CK_MECHANISM *asked, struct kc_new_key *key,
	struct kc_found *ret)
{
	KC_CLEANUP_DERIVATION struct kc_derivation derivation = KC_DERIVATION_INIT;

	KC_RV_TRY(kc_derivation_read_password(asked, &derivation));
	derivation.params.length = key->len;
	return answer(kc_client_key_derive(
		session->module->client, 0, &derivation.params, &key->attrs, !key->on_token, ret));
}

CK_RV C_GenerateKey(CK_SESSION_HANDLE handle, CK_MECHANISM_PTR asked, CK_ATTRIBUTE_PTR rows,
	CK_ULONG count, CK_OBJECT_HANDLE_PTR ret)
{
	KC_CLEANUP_FOUND_LIST struct kc_found_list list = KC_FOUND_LIST_INIT;
	KC_CLEANUP_SESSION struct kc_session *session = NULL;
	KC_CLEANUP_NEW_KEY struct kc_new_key key = KC_NEW_KEY_INIT;
	KC_CLEANUP_FOUND struct kc_found found = {0};
	const struct kc_mechanism *row;
	struct kc_template t;

	KC_RV_TRY(kc_session_enter(handle, &session));
	if (!ret)
		return CKR_ARGUMENTS_BAD;
	KC_RV_TRY(kc_mechanism_ask(session->module, asked, CKF_GENERATE, &row));
	KC_RV_TRY(kc_template_init(&t, rows, count));
	KC_RV_TRY(describe(session, row, &t, &key));
	if (row->derive == KC_DERIVE_PBKDF2) {
		KC_RV_TRY(derive(session, asked, &key, &found));
		return kc_new_key_keep(session, &t, key.on_token, &found, ret);
	}
	KC_RV_TRY(generate(session, &key, &list));
	return kc_new_key_keep(session, &t, key.on_token, &list.rows[0], ret);
}
