/* SPDX-License-Identifier: ISC */
/* Attributes of an object that exists. */
#include "module/object/change.h"

#include "module/object/fetch.h"
#include "module/session/login.h"
#include "module/form/names.h"

/* Attributes that change in one direction only, PKCS#11 3.1, 4.4.1, 4.9 and 4.10: what they can
 * become. */
static const struct {
	CK_ATTRIBUTE_TYPE type;
	CK_BBOOL becomes;
} one_way[] = {
	{CKA_SENSITIVE, CK_TRUE},
	{CKA_EXTRACTABLE, CK_FALSE},
	{CKA_WRAP_WITH_TRUSTED, CK_TRUE},
	{CKA_COPYABLE, CK_FALSE},
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

static CK_RV check_trust(const struct kc_session *session, const struct kc_object *object,
	const struct kc_template *t)
{
	const CK_ATTRIBUTE *given = kc_template_find(t, CKA_TRUSTED);

	if (!given || kc_attribute_equals(object, given) ||
		kc_login_is_officer(session->module, session->token))
		return CKR_OK;
	return CKR_ATTRIBUTE_READ_ONLY;
}

CK_RV kc_change_check(const struct kc_session *session, const struct kc_object *object,
	const struct kc_template *t, unsigned occasion)
{
	KC_RV_TRY(kc_template_check(t, object->kind, object->key_type, occasion));
	KC_RV_TRY(check_directions(object, t));
	KC_RV_TRY(check_trust(session, object, t));
	return kc_template_match(t, object);
}

CK_RV kc_change_write(
	const struct kc_object *object, const struct kc_template *t, struct kc_attrs *changes)
{
	const struct kc_value *application;

	KC_RV_TRY(kc_template_write(t, object->kind, object->key_type, changes));
	/* The application of an internet password is its server. */
	application = kc_attrs_get(changes, KC_ATTR_SVCE);
	if (application && object->item.class == KC_CLASS_INTERNET) {
		const struct kc_value server = *application; /* the row may move */

		kc_attrs_set(changes, KC_ATTR_SRVR, &server);
		kc_attrs_remove(changes, KC_ATTR_SVCE);
	}
	KC_RV_OF(kc_attrs_check(changes));
	return CKR_OK;
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

/* What an object of this session has for a value: the new one, or the one it had. */
static struct kc_bytes value_of(const struct kc_object *object, const struct kc_template *t)
{
	if (kc_template_find(t, CKA_VALUE))
		return kc_template_get_bytes(t, CKA_VALUE);
	return object->value.len ? kc_buf_bytes(&object->value)
				 : kc_secret_bytes(&object->item.secret);
}

static CK_RV change_in_session(struct kc_session *session, const struct kc_object *object,
	const struct kc_template *t, const struct kc_attrs *changes)
{
	KC_CLEANUP_FOUND struct kc_found found = {
		.class = object->item.class, .id = object->item.id};
	KC_CLEANUP_OBJECT struct kc_object *changed = NULL;

	if (object->has_value) {
		KC_RV_OF(kc_secret_set(&found.secret, value_of(object, t)));
		found.has_secret = true;
	}
	kc_attrs_merge(&found.attrs, &object->item.attrs);
	kc_attrs_merge(&found.attrs, changes);
	KC_RV_OF(kc_attrs_check(&found.attrs));
	KC_RV_TRY(kc_object_new(object->token, &found, object->has_value, NULL, &changed));
	changed->session = object->session;
	changed->handle = object->handle;
	return kc_fetch_keep(session, changed);
}

/* A key that the service has: it hears of the change before anybody here. */
static CK_RV change_transient(struct kc_session *session, const struct kc_object *object,
	const struct kc_template *t, const struct kc_attrs *changes)
{
	KC_RV_OF(kc_client_key_amend(session->module->client, object->item.id, changes));
	return change_in_session(session, object, t, changes);
}

CK_RV kc_change_object(
	struct kc_session *session, const struct kc_object *object, const struct kc_template *t)
{
	KC_CLEANUP_ATTRS struct kc_attrs changes = KC_ATTRS_INIT;
	CK_BBOOL no = CK_FALSE;
	CK_ATTRIBUTE not_modifiable = {CKA_MODIFIABLE, &no, sizeof no};

	if (kc_attribute_equals(object, &not_modifiable))
		return CKR_ACTION_PROHIBITED;
	KC_RV_TRY(kc_change_check(session, object, t, KC_GIVEN_SET));
	KC_RV_TRY(kc_change_write(object, t, &changes));
	if (kc_object_is_on_token(object))
		return change_on_token(session, object, t, &changes);
	if (kc_object_is_transient(object))
		return change_transient(session, object, t, &changes);
	return change_in_session(session, object, t, &changes);
}
