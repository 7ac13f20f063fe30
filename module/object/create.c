/* SPDX-License-Identifier: ISC */
/* From templates to items: what all ways of making objects share. */
#include "module/object/create.h"

#include <string.h>

#include "base/random.h"
#include "module/object/fetch.h"
#include "module/session/login.h"
#include "module/session/module.h"
#include "module/form/names.h"

#define DISCRIMINATOR_LEN 16

void kc_made_done(struct kc_made *made)
{
	kc_attrs_done(&made->attrs);
	kc_buf_done(&made->value);
}

CK_RV kc_create_place(
	const struct kc_session *session, const struct kc_template *t, bool *ret_on_token)
{
	KC_RV_TRY(kc_template_get_flag(t, CKA_TOKEN, false, ret_on_token));
	return *ret_on_token && !session->is_writable ? CKR_SESSION_READ_ONLY : CKR_OK;
}

/* Who may make such an object. */
static CK_RV check_rights(
	const struct kc_session *session, const struct kc_template *t, bool is_private)
{
	bool is_trusted, asks;

	KC_RV_TRY(kc_template_get_flag(t, CKA_TRUSTED, false, &is_trusted));
	if (is_trusted && !kc_login_is_officer(session->module, session->token))
		return CKR_ATTRIBUTE_READ_ONLY;
	KC_RV_TRY(kc_template_get_flag(t, CKA_ALWAYS_AUTHENTICATE, false, &asks));
	if (asks && !is_private)
		return CKR_TEMPLATE_INCONSISTENT;
	return is_private ? kc_login_check_private(session->module, session->token) : CKR_OK;
}

CK_RV kc_create_common(const struct kc_session *session, const struct kc_template *t,
	bool is_private, struct kc_attrs *attrs)
{
	KC_RV_TRY(kc_template_get_flag(t, CKA_PRIVATE, is_private, &is_private));
	KC_RV_TRY(check_rights(session, t, is_private));
	kc_create_access(is_private, attrs);
	kc_create_distinguish(session->token, attrs);
	KC_RV_OF(kc_attrs_check(attrs));
	return CKR_OK;
}

void kc_create_access(bool is_private, struct kc_attrs *attrs)
{
	kc_attrs_set_str(attrs, KC_ATTR_PDMN, is_private ? "ak" : "dk");
}

void kc_create_distinguish(enum kc_token_number token, struct kc_attrs *attrs)
{
	uint8_t discriminator[DISCRIMINATOR_LEN];

	kc_attrs_set_number(attrs, KC_ATTR_SYNC, token == KC_TOKEN_SYNC);
	kc_random_fill(discriminator, sizeof discriminator);
	kc_attrs_set_bytes(attrs, KC_ATTR_KCID, KC_BYTES_OF(discriminator));
}

CK_RV kc_create_adopt(struct kc_session *session, struct kc_found *found, CK_OBJECT_HANDLE *ret)
{
	KC_CLEANUP_OBJECT struct kc_object *object = NULL;

	KC_RV_TRY(kc_object_new(session->token, found, false, NULL, &object));
	if (!object)
		return CKR_GENERAL_ERROR;
	if (kc_object_is_transient(object))
		object->session = session->handle;
	KC_RV_TRY(kc_fetch_keep(session, object));
	*ret = object->handle;
	return CKR_OK;
}

CK_RV kc_create_match(const struct kc_template *t, const struct kc_made *made)
{
	KC_CLEANUP_FOUND struct kc_found found = {.class = made->class, .has_secret = true};
	KC_CLEANUP_OBJECT struct kc_object *object = NULL;

	KC_RV_OF(kc_attrs_dup(&made->attrs, &found.attrs));
	KC_RV_OF(kc_secret_set(&found.secret, kc_buf_bytes(&made->value)));
	KC_RV_TRY(kc_object_new(KC_TOKEN_DEVICE, &found, true, NULL, &object));
	return kc_template_match(t, object);
}

CK_RV kc_create_in_session(struct kc_session *session, struct kc_made *made, CK_OBJECT_HANDLE *ret)
{
	KC_CLEANUP_FOUND struct kc_found found = {.class = made->class, .has_secret = true};
	KC_CLEANUP_OBJECT struct kc_object *object = NULL;

	KC_RV_OF(kc_attrs_check(&made->attrs));
	KC_RV_OF(kc_buf_check(&made->value));
	KC_RV_OF(kc_secret_set(&found.secret, kc_buf_bytes(&made->value)));
	kc_attrs_move(&found.attrs, &made->attrs);
	KC_RV_TRY(kc_object_new(session->token, &found, true, NULL, &object));
	object->session = session->handle;
	KC_RV_TRY(kc_fetch_keep(session, object));
	*ret = object->handle;
	return CKR_OK;
}

CK_RV kc_create_store(struct kc_session *session, struct kc_made *made, CK_OBJECT_HANDLE *ret)
{
	KC_CLEANUP_FOUND struct kc_found found = {0};
	struct kc_client_item item = {
		.class = made->class,
		.attrs = &made->attrs,
		.has_secret = true,
		.secret = kc_buf_bytes(&made->value),
	};

	KC_RV_OF(kc_attrs_check(&made->attrs));
	KC_RV_OF(kc_buf_check(&made->value));
	KC_RV_OF(kc_client_item_add(
		session->module->client, &item, KC_WANT_ATTRS | KC_WANT_HIDDEN, &found));
	return kc_create_adopt(session, &found, ret);
}

CK_RV kc_create_import(struct kc_session *session, struct kc_made *made, CK_OBJECT_HANDLE *ret)
{
	KC_CLEANUP_FOUND_LIST struct kc_found_list list = KC_FOUND_LIST_INIT;
	kc_err err;

	KC_RV_OF(kc_attrs_check(&made->attrs));
	KC_RV_OF(kc_buf_check(&made->value));
	err = kc_client_import(session->module->client, kc_buf_bytes(&made->value),
		kc_bytes(NULL, 0), &made->attrs, &list);
	if (err == KC_E_DECODE)
		return CKR_ATTRIBUTE_VALUE_INVALID;
	KC_RV_OF(err);
	return list.count == 1 ? kc_create_adopt(session, &list.rows[0], ret) : CKR_GENERAL_ERROR;
}

CK_RV kc_create_object(
	struct kc_session *session, const struct kc_template *t, CK_OBJECT_HANDLE *ret)
{
	CK_OBJECT_CLASS class;

	if (!kc_template_find(t, CKA_CLASS))
		return CKR_TEMPLATE_INCOMPLETE;
	KC_RV_TRY(kc_template_get_number(t, CKA_CLASS, 0, &class));
	switch (kc_object_kind_of_class(class)) {
	case KC_OBJECT_DATA:
		return kc_create_data(session, t, ret);
	case KC_OBJECT_CERTIFICATE:
		return kc_create_certificate(session, t, ret);
	case KC_OBJECT_PUBLIC:
		return kc_create_public(session, t, ret);
	case KC_OBJECT_PRIVATE:
		return kc_create_private(session, t, ret);
	case KC_OBJECT_SECRET:
		return kc_create_secret(session, t, ret);
	}
	return CKR_ATTRIBUTE_VALUE_INVALID;
}
