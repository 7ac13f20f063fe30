/* SPDX-License-Identifier: ISC */
/* PKCS#11 3.1, 5.7.1 to 5.7.6: making, changing and reading objects. */
#include <string.h>

#include "module/object/change.h"
#include "module/object/copy.h"
#include "module/object/create.h"
#include "module/object/fetch.h"
#include "module/object/key_template.h"
#include "module/session/login.h"
#include "module/session/module.h"

/* What does not fit into an item is a value of the template's. */
static CK_RV rv_of_template(CK_RV rv)
{
	return rv == CKR_DATA_LEN_RANGE ? CKR_ATTRIBUTE_VALUE_INVALID : rv;
}

CK_RV C_CreateObject(CK_SESSION_HANDLE handle, CK_ATTRIBUTE_PTR template, CK_ULONG count,
	CK_OBJECT_HANDLE_PTR ret)
{
	KC_CLEANUP_SESSION struct kc_session *session = NULL;
	struct kc_template t;

	KC_RV_TRY(kc_session_enter(handle, &session));
	if (!ret)
		return CKR_ARGUMENTS_BAD;
	KC_RV_TRY(kc_template_init(&t, template, count));
	return rv_of_template(kc_create_object(session, &t, ret));
}

CK_RV C_CopyObject(CK_SESSION_HANDLE handle, CK_OBJECT_HANDLE object_handle,
	CK_ATTRIBUTE_PTR template, CK_ULONG count, CK_OBJECT_HANDLE_PTR ret)
{
	KC_CLEANUP_SESSION struct kc_session *session = NULL;
	KC_CLEANUP_OBJECT struct kc_object *object = NULL;
	struct kc_template t;

	KC_RV_TRY(kc_session_enter(handle, &session));
	if (!ret)
		return CKR_ARGUMENTS_BAD;
	KC_RV_TRY(kc_template_init(&t, template, count));
	KC_RV_TRY(kc_fetch_fresh(session, object_handle, &object));
	return rv_of_template(kc_copy_object(session, object, &t, ret));
}

/* Whether a session may change or destroy an object. A private one outlives a lock, and its handle
 * too: what could not be found meanwhile cannot be destroyed either. */
static CK_RV check_writable(const struct kc_session *session, const struct kc_object *object)
{
	if (object->kind & KC_OBJECT_BUILTIN)
		return CKR_ACTION_PROHIBITED;
	if (!kc_object_is_on_token(object))
		return CKR_OK;
	if (!session->is_writable)
		return CKR_SESSION_READ_ONLY;
	return kc_object_is_private(object)
		       ? kc_login_check_private(session->module, session->token)
		       : CKR_OK;
}

static bool is_indestructible(const struct kc_object *object)
{
	CK_BBOOL no = CK_FALSE;
	CK_ATTRIBUTE asked = {CKA_DESTROYABLE, &no, sizeof no};

	return kc_attribute_equals(object, &asked);
}

CK_RV C_DestroyObject(CK_SESSION_HANDLE handle, CK_OBJECT_HANDLE object_handle)
{
	KC_CLEANUP_SESSION struct kc_session *session = NULL;
	KC_CLEANUP_OBJECT struct kc_object *object = NULL;
	KC_CLEANUP_QUERY struct kc_query query = KC_QUERY_INIT;
	kc_err err = KC_OK;

	KC_RV_TRY(kc_session_enter(handle, &session));
	KC_RV_TRY(kc_fetch_fresh(session, object_handle, &object));
	KC_RV_TRY(check_writable(session, object));
	if (is_indestructible(object))
		return CKR_ACTION_PROHIBITED;
	kc_fetch_query(object, &query);
	if (kc_object_is_on_token(object))
		err = kc_client_item_delete(session->module->client, &query, NULL);
	if (err == KC_OK || err == KC_E_NOT_FOUND)
		kc_fetch_forget(session, object_handle);
	return kc_err_ckr(err);
}

static bool is_template(const struct kc_object *object, CK_ATTRIBUTE_TYPE type)
{
	const struct kc_attribute *row = kc_attribute_find(type, object->kind, object->key_type);

	return row && row->form == KC_FORM_TEMPLATE;
}

/* Gives one value by the rules of 5.7.5: its length, or the value where there is room for it. */
static CK_RV give(const struct kc_object *object, CK_ATTRIBUTE *asked)
{
	KC_CLEANUP_CELL struct kc_cell cell = KC_CELL_INIT;
	CK_ULONG room = asked->ulValueLen;
	CK_RV rv = kc_attribute_read(object, asked->type, &cell);

	if (rv == KC_RV_NEEDS_SECRET)
		return rv;
	asked->ulValueLen = CK_UNAVAILABLE_INFORMATION;
	KC_RV_TRY(rv);
	if (is_template(object, asked->type)) {
		asked->ulValueLen = room;
		return kc_key_template_give(cell.bytes, asked);
	}
	if (asked->pValue) {
		if (room < cell.bytes.len)
			return CKR_BUFFER_TOO_SMALL;
		if (cell.bytes.len)
			memcpy(asked->pValue, cell.bytes.data, cell.bytes.len);
	}
	asked->ulValueLen = cell.bytes.len;
	return CKR_OK;
}

/* The same for a value in the secret part, which the object has from then on. */
static CK_RV give_secret(struct kc_session *session, struct kc_object **object, CK_ATTRIBUTE *asked)
{
	struct kc_object *full;
	CK_RV rv = kc_fetch_secret(session, *object, &full);

	if (rv != CKR_OK) {
		asked->ulValueLen = CK_UNAVAILABLE_INFORMATION;
		return rv;
	}
	kc_object_put(*object);
	*object = full;
	return give(*object, asked);
}

/* Every attribute is given, whatever became of those before it; the first failure is the answer. */
static CK_RV give_all(struct kc_session *session, struct kc_object **object,
	CK_ATTRIBUTE_PTR template, CK_ULONG count)
{
	CK_RV first = CKR_OK;

	for (CK_ULONG i = 0; i < count; i++) {
		CK_RV rv = give(*object, &template[i]);
		if (rv == KC_RV_NEEDS_SECRET)
			rv = give_secret(session, object, &template[i]);
		if (first == CKR_OK)
			first = rv;
	}
	return first;
}

CK_RV C_GetAttributeValue(CK_SESSION_HANDLE handle, CK_OBJECT_HANDLE object_handle,
	CK_ATTRIBUTE_PTR template, CK_ULONG count)
{
	KC_CLEANUP_SESSION struct kc_session *session = NULL;
	KC_CLEANUP_OBJECT struct kc_object *object = NULL;

	KC_RV_TRY(kc_session_enter(handle, &session));
	if (!template && count)
		return CKR_ARGUMENTS_BAD;
	KC_RV_TRY(kc_fetch_fresh(session, object_handle, &object));
	return give_all(session, &object, template, count);
}

/* What the attributes are read as takes, and what is kept besides: the secret of a password. The
 * value of a key that cannot be read is as long as the key. */
static CK_ULONG measure(const struct kc_object *object)
{
	const struct kc_attribute *rows;
	CK_ULONG sum = 0;
	size_t count;

	rows = kc_attribute_rows(&count);
	for (size_t i = 0; i < count; i++) {
		KC_CLEANUP_CELL struct kc_cell cell = KC_CELL_INIT;
		if ((rows[i].kinds & object->kind) &&
			kc_attribute_read(object, rows[i].type, &cell) == CKR_OK)
			sum += cell.bytes.len;
	}
	return object->has_value ? sum : sum + object->key_bits / 8;
}

CK_RV C_GetObjectSize(CK_SESSION_HANDLE handle, CK_OBJECT_HANDLE object_handle, CK_ULONG_PTR size)
{
	KC_CLEANUP_SESSION struct kc_session *session = NULL;
	KC_CLEANUP_OBJECT struct kc_object *object = NULL;

	KC_RV_TRY(kc_session_enter(handle, &session));
	if (!size)
		return CKR_ARGUMENTS_BAD;
	KC_RV_TRY(kc_fetch_fresh(session, object_handle, &object));
	if (object->kind == KC_OBJECT_DATA && !object->has_value) {
		struct kc_object *full;
		KC_RV_TRY(kc_fetch_secret(session, object, &full));
		kc_object_put(object);
		object = full;
	}
	*size = measure(object);
	return CKR_OK;
}

CK_RV C_SetAttributeValue(CK_SESSION_HANDLE handle, CK_OBJECT_HANDLE object_handle,
	CK_ATTRIBUTE_PTR template, CK_ULONG count)
{
	KC_CLEANUP_SESSION struct kc_session *session = NULL;
	KC_CLEANUP_OBJECT struct kc_object *object = NULL;
	struct kc_template t;

	KC_RV_TRY(kc_session_enter(handle, &session));
	KC_RV_TRY(kc_template_init(&t, template, count));
	KC_RV_TRY(kc_fetch_fresh(session, object_handle, &object));
	KC_RV_TRY(check_writable(session, object));
	return rv_of_template(kc_change_object(session, object, &t));
}
