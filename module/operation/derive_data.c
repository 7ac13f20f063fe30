/* SPDX-License-Identifier: ISC */
/* Data out of a key: the service derives a key that may be shown, which lasts for this call alone.
 */
#include "module/operation/derive_data.h"

#include <string.h>

#include "module/object/create.h"
#include "module/session/module.h"
#include "module/form/names.h"
#include "module/object/new_key.h"

/* The caller's template with the value for the length, as C_CreateObject would have it. */
struct with_value {
	struct kc_template t;
	CK_ATTRIBUTE *rows; /* owned */
	CK_OBJECT_CLASS class;
};

static void with_value_done(struct with_value *with)
{
	free(with->rows);
}

static CK_RV choose_len(
	const struct kc_derivation *derivation, const struct kc_template *t, size_t *ret)
{
	CK_ULONG len;

	KC_RV_TRY(kc_template_get_number(t, CKA_VALUE_LEN, derivation->natural_len, &len));
	if (len == 0)
		return CKR_TEMPLATE_INCOMPLETE;
	if (len > derivation->most_len)
		return CKR_KEY_SIZE_RANGE;
	*ret = len;
	return CKR_OK;
}

static CK_RV build(const struct kc_template *t, struct with_value *ret)
{
	CK_ULONG count = 0;

	ret->class = CKO_DATA;
	ret->rows = calloc(t->count + 2, sizeof *ret->rows);
	if (!ret->rows)
		return CKR_HOST_MEMORY;
	for (CK_ULONG i = 0; i < t->count; i++) {
		if (t->rows[i].type == CKA_VALUE)
			return CKR_ATTRIBUTE_READ_ONLY;
		if (t->rows[i].type != CKA_VALUE_LEN && t->rows[i].type != CKA_CLASS)
			ret->rows[count++] = t->rows[i];
	}
	ret->rows[count++] = (CK_ATTRIBUTE){CKA_CLASS, &ret->class, sizeof ret->class};
	ret->rows[count].type = CKA_VALUE; /* comes last */
	ret->t = (struct kc_template){ret->rows, count};
	return kc_template_check(&ret->t, KC_OBJECT_DATA, 0, KC_GIVEN_CREATE);
}

static CK_RV derive(struct kc_session *session, const struct kc_object *base,
	const struct kc_derive_params *params, struct kc_secret *ret)
{
	KC_CLEANUP_ATTRS struct kc_attrs attrs = KC_ATTRS_INIT;
	KC_CLEANUP_FOUND struct kc_found found = {0};
	struct kc_client *client = session->module->client;
	kc_err err, forgotten;

	kc_attrs_set_number(&attrs, KC_ATTR_KCLS, KC_KEY_SYMMETRIC);
	kc_attrs_set_number(&attrs, KC_ATTR_TYPE, KC_SECRET_GENERIC);
	kc_attrs_set_number(&attrs, KC_ATTR_SENS, 0);
	kc_attrs_set_number(&attrs, KC_ATTR_EXTR, 1);
	KC_RV_OF(kc_attrs_check(&attrs));
	err = kc_client_key_derive(client, base->item.id, params, &attrs, true, &found);
	if (err == KC_E_NOT_FOUND)
		return CKR_KEY_HANDLE_INVALID;
	KC_RV_OF(err);
	err = kc_client_key_reveal(client, found.id, ret);
	forgotten = kc_client_key_forget(client, found.id);
	return kc_err_ckr(err != KC_OK ? err : forgotten);
}

CK_RV kc_derive_data(struct kc_session *session, const struct kc_object *base,
	struct kc_derivation *derivation, const struct kc_template *t, CK_OBJECT_HANDLE *ret)
{
	KC_CLEANUP_SECRET struct kc_secret value = KC_SECRET_INIT;
	KC_CLEANUP(with_value_done) struct with_value with = {.rows = NULL};

	/* A key that says what is derived from it derives no data, which says nothing of itself. */
	if (kc_attrs_get_bytes(&base->item.attrs, KC_ATTR_DRTM).len)
		return CKR_TEMPLATE_INCONSISTENT;
	KC_RV_TRY(kc_new_key_check_class(t, CKO_DATA));
	KC_RV_TRY(build(t, &with));
	KC_RV_TRY(choose_len(derivation, t, &derivation->params.length));
	KC_RV_TRY(derive(session, base, &derivation->params, &value));
	with.rows[with.t.count].pValue = value.data;
	with.rows[with.t.count].ulValueLen = value.len;
	with.t.count++;
	return kc_create_data(session, &with.t, ret);
}
