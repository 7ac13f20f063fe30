/* SPDX-License-Identifier: ISC */
/* The same object again, with some attributes of its own. */
#include "module/object/copy.h"

#include "module/object/change.h"
#include "module/object/create.h"
#include "module/object/fetch.h"
#include "module/session/login.h"
#include "module/form/names.h"

static bool is(const struct kc_object *object, CK_ATTRIBUTE_TYPE type)
{
	CK_BBOOL yes = CK_TRUE;
	CK_ATTRIBUTE asked = {type, &yes, sizeof yes};

	return kc_attribute_equals(object, &asked);
}

/* Who may make the copy, and where it goes. */
static CK_RV check(const struct kc_session *session, const struct kc_object *object,
	const struct kc_template *t, bool *ret_on_token)
{
	bool was_private = is(object, CKA_PRIVATE), is_private;

	if (!is(object, CKA_COPYABLE))
		return CKR_ACTION_PROHIBITED;
	KC_RV_TRY(kc_change_check(session, object, t, KC_GIVEN_COPY));
	KC_RV_TRY(kc_template_get_flag(t, CKA_PRIVATE, was_private, &is_private));
	if (was_private && !is_private)
		return CKR_TEMPLATE_INCONSISTENT;
	if (is_private)
		KC_RV_TRY(kc_login_check_private(session->module, session->token));
	KC_RV_TRY(kc_template_get_flag(t, CKA_TOKEN, kc_object_is_on_token(object), ret_on_token));
	return *ret_on_token && !session->is_writable ? CKR_SESSION_READ_ONLY : CKR_OK;
}

/* What the copy has of its own. */
static CK_RV write_changes(const struct kc_session *session, const struct kc_object *object,
	const struct kc_template *t, struct kc_attrs *changes)
{
	bool is_private;

	KC_RV_TRY(kc_change_write(object, t, changes));
	KC_RV_TRY(kc_template_get_flag(t, CKA_PRIVATE, false, &is_private));
	if (is_private && !is(object, CKA_PRIVATE))
		kc_create_access(true, changes);
	kc_create_distinguish(session->token, changes);
	KC_RV_OF(kc_attrs_check(changes));
	return CKR_OK;
}

/* A private or secret key never leaves the service. */
static CK_RV copy_key(struct kc_session *session, const struct kc_object *object,
	const struct kc_attrs *changes, bool on_token, CK_OBJECT_HANDLE *ret)
{
	KC_CLEANUP_FOUND struct kc_found found = {0};

	KC_RV_OF(kc_client_key_copy(
		session->module->client, object->item.id, changes, !on_token, &found));
	return kc_create_adopt(session, &found, ret);
}

/* What the service says of an item and takes from nobody, or makes anew for each. */
static void forget_identity(struct kc_attrs *attrs)
{
	static const kc_name names[] = {
		KC_NAME('m', 'u', 's', 'r'),
		KC_NAME('s', 'h', 'a', '1'),
		KC_NAME('U', 'U', 'I', 'D'),
		KC_NAME('s', 'e', 'l', 'f'),
		KC_ATTR_VIEW,
	};

	for (size_t i = 0; i < KC_COUNT_OF(names); i++)
		kc_attrs_remove(attrs, names[i]);
}

static CK_RV copy_here(struct kc_session *session, const struct kc_object *object,
	const struct kc_template *t, const struct kc_attrs *changes, bool on_token,
	CK_OBJECT_HANDLE *ret)
{
	KC_CLEANUP_MADE struct kc_made made = KC_MADE_INIT;
	struct kc_bytes value = object->kind == KC_OBJECT_CERTIFICATE
					? kc_buf_bytes(&object->value)
					: kc_secret_bytes(&object->item.secret);

	if (object->kind == KC_OBJECT_DATA && kc_template_find(t, CKA_VALUE))
		value = kc_template_get_bytes(t, CKA_VALUE);
	made.class = object->item.class;
	KC_RV_OF(kc_attrs_dup(&object->item.attrs, &made.attrs));
	forget_identity(&made.attrs);
	/* The officer's word is about the object that he has seen. */
	if (!kc_login_is_officer(session->module, session->token))
		kc_attrs_remove(&made.attrs, KC_ATTR_TRST);
	kc_attrs_merge(&made.attrs, changes);
	kc_buf_push(&made.value, value.data, value.len);
	return on_token ? kc_create_store(session, &made, ret)
			: kc_create_in_session(session, &made, ret);
}

CK_RV kc_copy_object(struct kc_session *session, struct kc_object *object,
	const struct kc_template *t, CK_OBJECT_HANDLE *ret)
{
	KC_CLEANUP_ATTRS struct kc_attrs changes = KC_ATTRS_INIT;
	KC_CLEANUP_OBJECT struct kc_object *full = NULL;
	bool on_token;

	KC_RV_TRY(check(session, object, t, &on_token));
	KC_RV_TRY(write_changes(session, object, t, &changes));
	if (object->kind & (KC_OBJECT_PRIVATE | KC_OBJECT_SECRET))
		return copy_key(session, object, &changes, on_token, ret);
	if (object->has_value)
		full = kc_object_ref(object);
	else
		KC_RV_TRY(kc_fetch_secret(session, object, &full));
	return copy_here(session, full, t, &changes, on_token, ret);
}
