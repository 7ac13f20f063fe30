/* SPDX-License-Identifier: ISC */
/* PKCS#11 3.1, 5.18.4: unwrapping keys, in the service. */
#include "module/object/fetch.h"
#include "module/object/key_template.h"
#include "module/object/key_type.h"
#include "module/session/module.h"
#include "module/form/names.h"
#include "module/object/new_key.h"
#include "module/mechanism/params.h"
#include "module/mechanism/policy.h"

/* What is to be done, and with what. */
struct unwrapping {
	const struct kc_mechanism *row;
	struct kc_params params;
	struct kc_object *by;
	struct kc_bytes wrapped;
};

static void unwrapping_done(struct unwrapping *unwrapping)
{
	kc_params_done(&unwrapping->params);
	if (unwrapping->by)
		kc_object_put(unwrapping->by);
}

static CK_RV find_by(struct kc_session *session, const struct kc_mechanism *row,
	CK_OBJECT_HANDLE handle, struct kc_object **ret)
{
	const struct kc_object *by;

	KC_RV_TRY(kc_policy_fetch(session, handle, CKR_UNWRAPPING_KEY_HANDLE_INVALID, ret));
	by = *ret;
	if (!(by->kind & (KC_OBJECT_PRIVATE | KC_OBJECT_SECRET)) ||
		!kc_mechanism_takes(row, by->key_type))
		return CKR_UNWRAPPING_KEY_TYPE_INCONSISTENT;
	if (!kc_policy_fits_size(session->module, row, by))
		return CKR_UNWRAPPING_KEY_SIZE_RANGE;
	return kc_policy_allows(by, CKA_UNWRAP, row->type);
}

/* The type of a private key on an Edwards or Montgomery curve is in what is unwrapped: the smaller
 * curve stands for both. */
static CK_RV find_type(const struct kc_template *t, enum kc_object_kind *ret_kind, uint32_t *ret)
{
	CK_OBJECT_CLASS class;
	CK_KEY_TYPE ckk;
	unsigned kind;

	if (!kc_template_find(t, CKA_CLASS) || !kc_template_find(t, CKA_KEY_TYPE))
		return CKR_TEMPLATE_INCOMPLETE;
	KC_RV_TRY(kc_template_get_number(t, CKA_CLASS, 0, &class));
	kind = kc_object_kind_of_class(class);
	if (kind != KC_OBJECT_PRIVATE && kind != KC_OBJECT_SECRET)
		return CKR_TEMPLATE_INCONSISTENT;
	*ret_kind = (enum kc_object_kind)kind;
	KC_RV_TRY(kc_template_get_number(t, CKA_KEY_TYPE, 0, &ckk));
	return kc_key_type_find(ckk, *ret_kind, NULL, ret);
}

static CK_RV describe(struct kc_session *session, const struct kc_object *by,
	const struct kc_template *given, struct kc_new_key *ret)
{
	KC_CLEANUP_KEY_TEMPLATE struct kc_key_template merged = KC_KEY_TEMPLATE_INIT;
	enum kc_object_kind kind;
	uint32_t type;

	KC_RV_TRY(kc_key_template_merge(
		given, kc_attrs_get_bytes(&by->item.attrs, KC_ATTR_UWTM), &merged));
	KC_RV_TRY(find_type(&merged.t, &kind, &type));
	KC_RV_TRY(kc_new_key_read(session, &merged.t, kind, type, KC_GIVEN_UNWRAP, ret));
	/* A length that the template says is the key's, whatever was padded or put before it. */
	if (ret->len)
		kc_attrs_set_number(&ret->attrs, KC_ATTR_BSIZ, (int64_t)ret->len * 8);
	KC_RV_OF(kc_attrs_check(&ret->attrs));
	return CKR_OK;
}

/* clang-format off */
static const struct kc_policy_answer answers[] = {
	{KC_E_DECRYPT,   CKR_WRAPPED_KEY_INVALID},
	{KC_E_DECODE,    CKR_WRAPPED_KEY_INVALID},
	{KC_E_KEY_TYPE,  CKR_WRAPPED_KEY_INVALID},
	{KC_E_KEY_SIZE,  CKR_WRAPPED_KEY_LEN_RANGE},
	{KC_E_DATA_LEN,  CKR_WRAPPED_KEY_LEN_RANGE},
	{KC_E_PARAM,     CKR_ATTRIBUTE_VALUE_INVALID},
	{KC_E_NOT_FOUND, CKR_UNWRAPPING_KEY_HANDLE_INVALID},
};
/* clang-format on */

static kc_err ask_once(struct kc_session *session, const struct unwrapping *unwrapping,
	const struct kc_new_key *key, struct kc_found *ret)
{
	return kc_client_key_unwrap(session->module->client, unwrapping->by->item.id,
		&unwrapping->params.cipher, unwrapping->wrapped, &key->attrs, !key->on_token, ret);
}

/* The other curve of the type, if there is one. */
static uint32_t other_curve(uint32_t type)
{
	if (type == KC_KEY_ED25519)
		return KC_KEY_ED448;
	return type == KC_KEY_X25519 ? KC_KEY_X448 : 0;
}

static CK_RV ask(struct kc_session *session, const struct unwrapping *unwrapping,
	struct kc_new_key *key, struct kc_found *ret)
{
	kc_err err = ask_once(session, unwrapping, key, ret);

	if (err == KC_E_LOCKED) {
		KC_RV_OF(kc_client_login(session->module->client, kc_bytes(NULL, 0)));
		err = ask_once(session, unwrapping, key, ret);
	}
	if (err == KC_E_KEY_TYPE && other_curve(key->type)) {
		kc_attrs_set_number(&key->attrs, KC_ATTR_TYPE, other_curve(key->type));
		err = ask_once(session, unwrapping, key, ret);
	}
	return kc_policy_answer(err, answers, KC_COUNT_OF(answers));
}

/* More is wrapped nowhere. */
#define MOST_WRAPPED ((CK_ULONG)1 << 20)

CK_RV C_UnwrapKey(CK_SESSION_HANDLE handle, CK_MECHANISM_PTR asked, CK_OBJECT_HANDLE by,
	CK_BYTE_PTR wrapped, CK_ULONG wrapped_len, CK_ATTRIBUTE_PTR rows, CK_ULONG count,
	CK_OBJECT_HANDLE_PTR ret)
{
	KC_CLEANUP_SESSION struct kc_session *session = NULL;
	KC_CLEANUP(unwrapping_done)
	struct unwrapping unwrapping = {.wrapped = {wrapped, wrapped_len}};
	KC_CLEANUP_NEW_KEY struct kc_new_key key = KC_NEW_KEY_INIT;
	KC_CLEANUP_FOUND struct kc_found found = {0};
	struct kc_template t;

	KC_RV_TRY(kc_session_enter(handle, &session));
	if (!ret || !wrapped)
		return CKR_ARGUMENTS_BAD;
	KC_RV_TRY(kc_mechanism_ask(session->module, asked, CKF_UNWRAP, &unwrapping.row));
	KC_RV_TRY(kc_params_of_cipher(unwrapping.row, asked, &unwrapping.params));
	KC_RV_TRY(find_by(session, unwrapping.row, by, &unwrapping.by));
	KC_RV_TRY(kc_template_init(&t, rows, count));
	KC_RV_TRY(describe(session, unwrapping.by, &t, &key));
	if (wrapped_len == 0 || wrapped_len > MOST_WRAPPED)
		return CKR_WRAPPED_KEY_LEN_RANGE;
	KC_RV_TRY(ask(session, &unwrapping, &key, &found));
	return kc_new_key_keep(session, &t, key.on_token, &found, ret);
}
