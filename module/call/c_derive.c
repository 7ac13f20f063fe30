/* SPDX-License-Identifier: ISC */
/*
 * PKCS#11 3.1, 5.18.5: deriving keys, in the service. One call may make several keys (SP 800-108):
 * all of them, or none.
 */
#include "module/mechanism/derivation.h"
#include "module/operation/derive_data.h"
#include "module/object/fetch.h"
#include "module/object/key_template.h"
#include "module/session/module.h"
#include "module/form/names.h"
#include "module/object/new_key.h"
#include "module/mechanism/policy.h"

/* One of the keys. */
struct part {
	struct kc_template template; /* the caller's */
	struct kc_new_key key;
	size_t offset, len; /* where it is in what the scheme gives */
	CK_OBJECT_HANDLE handle;
};

/* The call. */
struct derive {
	const struct kc_mechanism *row;
	struct kc_object *base, *other;
	struct kc_derivation derivation;
	struct part *parts;
	size_t count;
};

static void derive_done(struct derive *derive)
{
	for (size_t i = 0; derive->parts && i < derive->count; i++)
		kc_new_key_done(&derive->parts[i].key);
	free(derive->parts);
	kc_derivation_done(&derive->derivation);
	if (derive->base)
		kc_object_put(derive->base);
	if (derive->other)
		kc_object_put(derive->other);
}

static CK_RV find_base(struct kc_session *session, CK_OBJECT_HANDLE handle, struct derive *derive)
{
	const struct kc_object *base;

	KC_RV_TRY(kc_policy_fetch(session, handle, CKR_KEY_HANDLE_INVALID, &derive->base));
	base = derive->base;
	if (!(base->kind & (KC_OBJECT_PRIVATE | KC_OBJECT_SECRET)) ||
		!kc_mechanism_takes(derive->row, base->key_type))
		return CKR_KEY_TYPE_INCONSISTENT;
	return kc_policy_allows(base, CKA_DERIVE, derive->row->type);
}

/* A second key is only read: it need not be one for deriving. */
static CK_RV find_other(struct kc_session *session, struct derive *derive)
{
	struct kc_derivation *derivation = &derive->derivation;
	size_t len;

	if (!derivation->has_other)
		return CKR_OK;
	KC_RV_TRY(kc_policy_fetch(
		session, derivation->other, CKR_KEY_HANDLE_INVALID, &derive->other));
	if (derive->other->kind != KC_OBJECT_SECRET)
		return CKR_KEY_TYPE_INCONSISTENT;
	derivation->params.other = derive->other->item.id;
	if (derive->row->derive == KC_DERIVE_CONCATENATE_KEY) {
		len = (derive->base->key_bits + derive->other->key_bits) / 8;
		derivation->natural_len = len;
		derivation->most_len = len;
	}
	return CKR_OK;
}

/* --- what the new key says ---------------------------------------------------------------------
 */

/* What is the base key, or a part of it, stays as secret as it is. */
static bool shows_base(const struct kc_mechanism *row)
{
	return row->derive == KC_DERIVE_CONCATENATE_KEY ||
	       row->derive == KC_DERIVE_CONCATENATE_AFTER ||
	       row->derive == KC_DERIVE_CONCATENATE_BEFORE || row->derive == KC_DERIVE_XOR ||
	       row->derive == KC_DERIVE_EXTRACT;
}

static CK_RV inherit_one(const struct kc_template *t, CK_ATTRIBUTE_TYPE type, bool value,
	kc_name name, struct kc_attrs *attrs)
{
	bool given;

	KC_RV_TRY(kc_template_get_flag(t, type, value, &given));
	if (given != value)
		return CKR_TEMPLATE_INCONSISTENT;
	kc_attrs_set_number(attrs, name, value);
	return CKR_OK;
}

static CK_RV inherit(
	const struct kc_object *from, const struct kc_template *t, struct kc_attrs *attrs)
{
	if (kc_policy_is_true(from, CKA_SENSITIVE))
		KC_RV_TRY(inherit_one(t, CKA_SENSITIVE, true, KC_ATTR_SENS, attrs));
	if (!kc_policy_is_true(from, CKA_EXTRACTABLE))
		KC_RV_TRY(inherit_one(t, CKA_EXTRACTABLE, false, KC_ATTR_EXTR, attrs));
	return CKR_OK;
}

/* Where the template says no length: that of the type, or of what there is. Only what two parties
 * agree on has a length by itself for a type that has none. */
static CK_RV choose_len(const struct derive *derive, const struct kc_template *t, struct part *part)
{
	const struct kc_derivation *derivation = &derive->derivation;
	bool may_choose = !kc_template_find(t, CKA_KEY_TYPE) ||
			  derive->row->param == KC_PARAM_ECDH ||
			  derive->row->param == KC_PARAM_HKDF;

	part->len = part->key.len;
	if (part->len == 0 && may_choose)
		part->len = derivation->natural_len;
	if (part->len == 0 || kc_new_key_check_len(part->key.type, part->len) != CKR_OK)
		return CKR_TEMPLATE_INCOMPLETE;
	if (derivation->most_len && part->len > derivation->most_len)
		return derive->row->derive == KC_DERIVE_ENCRYPT ? CKR_DATA_LEN_RANGE
								: CKR_KEY_SIZE_RANGE;
	if (derivation->gives_end && derivation->natural_len)
		part->offset = derivation->natural_len - part->len;
	return CKR_OK;
}

static CK_RV describe(struct kc_session *session, const struct derive *derive, struct part *part)
{
	KC_CLEANUP_KEY_TEMPLATE struct kc_key_template merged = KC_KEY_TEMPLATE_INIT;
	uint32_t type;

	KC_RV_TRY(kc_key_template_merge(&part->template,
		kc_attrs_get_bytes(&derive->base->item.attrs, KC_ATTR_DRTM), &merged));
	KC_RV_TRY(kc_new_key_check_class(&merged.t, CKO_SECRET_KEY));
	KC_RV_TRY(kc_new_key_secret_type(&merged.t, KC_SECRET_GENERIC, &type));
	KC_RV_TRY(kc_new_key_read(
		session, &merged.t, KC_OBJECT_SECRET, type, KC_GIVEN_DERIVE, &part->key));
	KC_RV_TRY(choose_len(derive, &merged.t, part));
	if (!shows_base(derive->row))
		return CKR_OK;
	KC_RV_TRY(inherit(derive->base, &merged.t, &part->key.attrs));
	if (derive->other)
		KC_RV_TRY(inherit(derive->other, &merged.t, &part->key.attrs));
	KC_RV_OF(kc_attrs_check(&part->key.attrs));
	return CKR_OK;
}

/* Each key begins with an output of the pseudorandom function. */
static CK_RV describe_all(
	struct kc_session *session, struct derive *derive, const struct kc_template *first)
{
	struct kc_derivation *derivation = &derive->derivation;
	uint64_t keys_len = 0, segments_len = 0;

	derive->count = 1 + derivation->more_count;
	derive->parts = calloc(derive->count, sizeof *derive->parts);
	if (!derive->parts)
		return CKR_HOST_MEMORY;
	for (size_t i = 0; i < derive->count; i++) {
		struct part *part = &derive->parts[i];

		part->template = *first;
		if (i > 0)
			KC_RV_TRY(
				kc_template_init(&part->template, derivation->more[i - 1].pTemplate,
					derivation->more[i - 1].ulAttributeCount));
		KC_RV_TRY(describe(session, derive, part));
		if (derivation->segment_len == 0)
			continue;
		part->offset = segments_len;
		keys_len += part->len;
		segments_len += (part->len + derivation->segment_len - 1) /
				derivation->segment_len * derivation->segment_len;
	}
	return kc_derivation_set_length(derivation, keys_len, segments_len);
}

/* --- making it ----------------------------------------------------------------------------------
 */

static kc_err ask_once(
	struct kc_session *session, struct derive *derive, struct part *part, struct kc_found *ret)
{
	struct kc_derive_params *params = &derive->derivation.params;

	params->offset = part->offset;
	params->length = part->len;
	return kc_client_key_derive(session->module->client, derive->base->item.id, params,
		&part->key.attrs, !part->key.on_token, ret);
}

static CK_RV make(struct kc_session *session, struct derive *derive, struct part *part)
{
	/* clang-format off */
	static const struct kc_policy_answer answers[] = {
		{KC_E_DECODE,    CKR_PUBLIC_KEY_INVALID},
		{KC_E_NOT_FOUND, CKR_KEY_HANDLE_INVALID},
		{KC_E_DATA_LEN,  CKR_MECHANISM_PARAM_INVALID},
		{KC_E_PARAM,     CKR_ATTRIBUTE_VALUE_INVALID},
	};
	/* clang-format on */
	KC_CLEANUP_FOUND struct kc_found found = {0};
	kc_err err = ask_once(session, derive, part, &found);

	if (err == KC_E_LOCKED) {
		KC_RV_OF(kc_client_login(session->module->client, kc_bytes(NULL, 0)));
		err = ask_once(session, derive, part, &found);
	}
	KC_RV_TRY(kc_policy_answer(err, answers, KC_COUNT_OF(answers)));
	return kc_new_key_keep(session, &part->template, part->key.on_token, &found, &part->handle);
}

static CK_RV make_all(struct kc_session *session, struct derive *derive)
{
	CK_RV rv = CKR_OK;
	size_t i;

	for (i = 0; i < derive->count && rv == CKR_OK; i++)
		rv = make(session, derive, &derive->parts[i]);
	if (rv == CKR_OK)
		return CKR_OK;
	while (i-- > 0)
		if (derive->parts[i].handle)
			kc_new_key_undo(session, derive->parts[i].handle);
	return rv;
}

CK_RV C_DeriveKey(CK_SESSION_HANDLE handle, CK_MECHANISM_PTR asked, CK_OBJECT_HANDLE base,
	CK_ATTRIBUTE_PTR rows, CK_ULONG count, CK_OBJECT_HANDLE_PTR ret)
{
	KC_CLEANUP_SESSION struct kc_session *session = NULL;
	KC_CLEANUP(derive_done) struct derive derive = {.derivation = KC_DERIVATION_INIT};
	struct kc_template t;

	KC_RV_TRY(kc_session_enter(handle, &session));
	if (!ret)
		return CKR_ARGUMENTS_BAD;
	KC_RV_TRY(kc_mechanism_ask(session->module, asked, CKF_DERIVE, &derive.row));
	KC_RV_TRY(find_base(session, base, &derive));
	KC_RV_TRY(kc_derivation_read(derive.row, asked, derive.base, &derive.derivation));
	KC_RV_TRY(find_other(session, &derive));
	KC_RV_TRY(kc_template_init(&t, rows, count));
	if (derive.row->type == CKM_HKDF_DATA)
		return kc_derive_data(session, derive.base, &derive.derivation, &t, ret);
	KC_RV_TRY(describe_all(session, &derive, &t));
	KC_RV_TRY(make_all(session, &derive));
	*ret = derive.parts[0].handle;
	for (size_t i = 1; i < derive.count; i++)
		*derive.derivation.more[i - 1].phKey = derive.parts[i].handle;
	return CKR_OK;
}
