/* SPDX-License-Identifier: ISC */
/* Attributes of an object that exists. */
#include "module/change.h"

#include "module/fetch.h"
#include "module/module.h"

/* Attributes that change in one direction only, PKCS#11 3.1, 4.9: what they can become. */
static const struct {
	CK_ATTRIBUTE_TYPE type;
	CK_BBOOL becomes;
} one_way[] = {
	{CKA_SENSITIVE, CK_TRUE},
	{CKA_EXTRACTABLE, CK_FALSE},
};

static CK_RV check_directions(const struct kc_object *object, const struct kc_template *t)
{
	for (size_t i = 0; i < KC_COUNT_OF(one_way); i++) {
		const CK_ATTRIBUTE *given = kc_template_find(t, one_way[i].type);
		if (given && *(const CK_BBOOL *)given->pValue != one_way[i].becomes &&
			!kc_attribute_equals(object, given))
			return CKR_ATTRIBUTE_READ_ONLY;
	}
	return CKR_OK;
}

static CK_RV check(const struct kc_object *object, const struct kc_template *t)
{
	CK_BBOOL yes = CK_TRUE;
	CK_ATTRIBUTE modifiable = {CKA_MODIFIABLE, &yes, sizeof yes};

	KC_RV_TRY(kc_template_check(t, object->kind, object->key_type, KC_GIVEN_SET));
	KC_RV_TRY(check_directions(object, t));
	return kc_attribute_equals(object, &modifiable) ? CKR_OK : CKR_ACTION_PROHIBITED;
}

static CK_RV change_on_token(struct kc_session *session, const struct kc_object *object,
	const struct kc_template *t, const struct kc_attrs *changes)
{
	KC_CLEANUP_QUERY struct kc_query query = KC_QUERY_INIT;
	KC_CLEANUP_OBJECT struct kc_object *changed = NULL;
	struct kc_client_item item = {
		.class = object->item.class,
		.attrs = changes,
		.has_secret = kc_template_find(t, CKA_VALUE) != NULL,
		.secret = kc_template_get_bytes(t, CKA_VALUE),
	};

	kc_fetch_query(object, &query);
	KC_RV_OF(kc_client_item_update(session->module->client, &query, &item, NULL));
	return kc_fetch_again(session, object, &changed);
}

static CK_RV change_in_session(struct kc_session *session, const struct kc_object *object,
	const struct kc_template *t, const struct kc_attrs *changes)
{
	KC_CLEANUP_FOUND struct kc_found found = {.class = object->item.class, .has_secret = true};
	KC_CLEANUP_OBJECT struct kc_object *changed = NULL;
	struct kc_bytes value = kc_secret_bytes(&object->item.secret);

	if (kc_template_find(t, CKA_VALUE))
		value = kc_template_get_bytes(t, CKA_VALUE);
	KC_RV_OF(kc_secret_set(&found.secret, value));
	kc_attrs_merge(&found.attrs, &object->item.attrs);
	kc_attrs_merge(&found.attrs, changes);
	KC_RV_OF(kc_attrs_check(&found.attrs));
	KC_RV_TRY(kc_object_new(object->token, &found, true, NULL, &changed));
	changed->session = object->session;
	changed->handle = object->handle;
	return kc_fetch_keep(session, changed);
}

CK_RV kc_change_object(
	struct kc_session *session, const struct kc_object *object, const struct kc_template *t)
{
	KC_CLEANUP_ATTRS struct kc_attrs changes = KC_ATTRS_INIT;

	KC_RV_TRY(check(object, t));
	KC_RV_TRY(kc_template_write(t, object->kind, object->key_type, &changes));
	KC_RV_OF(kc_attrs_check(&changes));
	return kc_object_is_on_token(object) ? change_on_token(session, object, t, &changes)
					     : change_in_session(session, object, t, &changes);
}
