/* SPDX-License-Identifier: ISC */
/* The way from a handle to an object. */
#include "module/object/fetch.h"

#include <string.h>

#include "base/clock.h"
#include "module/session/module.h"

#define MOMENT_US 100000

CK_RV kc_fetch_known(struct kc_session *session, CK_OBJECT_HANDLE handle, struct kc_object **ret)
{
	struct kc_object *object;
	bool is_officer;

	kc_module_relock(session->module);
	object = kc_objects_get(&session->module->objects, session->token, handle);
	is_officer = session->module->tokens[session->token].is_officer;
	kc_module_unlock();
	/* What is private is the user's. */
	if (object && is_officer && kc_object_is_private(object)) {
		kc_object_put(object);
		object = NULL;
	}
	if (!object)
		return CKR_OBJECT_HANDLE_INVALID;
	*ret = object;
	return CKR_OK;
}

CK_RV kc_fetch_keep(struct kc_session *session, struct kc_object *object)
{
	CK_RV rv;

	kc_module_relock(session->module);
	rv = kc_objects_put(&session->module->objects, object);
	kc_module_unlock();
	return rv;
}

void kc_fetch_forget(struct kc_session *session, CK_OBJECT_HANDLE handle)
{
	kc_module_relock(session->module);
	kc_objects_remove(&session->module->objects, handle);
	kc_module_unlock();
	kc_fetch_drop_orphans(session->module);
}

void kc_fetch_drop_orphans(struct kc_module *module)
{
	for (;;) {
		uint64_t id;
		bool is_one;

		kc_module_relock(module);
		is_one = kc_objects_take_orphan(&module->objects, &id);
		kc_module_unlock();
		/* A service that has gone meanwhile has no such key any more. */
		if (!is_one || kc_client_key_forget(module->client, id) == KC_E_SERVICE)
			return;
	}
}

void kc_fetch_query(const struct kc_object *object, struct kc_query *ret)
{
	*ret = (struct kc_query){
		.class = object->item.class,
		.has_ref = true,
		.sync = kc_token_facts(object->token)->sync,
		.limit = 1,
	};
	memcpy(ret->ref, object->item.ref, sizeof ret->ref);
}

/* Asks the service for the item of an object. */
static CK_RV ask(struct kc_session *session, const struct kc_object *object, uint32_t want,
	struct kc_object **ret)
{
	KC_CLEANUP_FOUND_LIST struct kc_found_list list = KC_FOUND_LIST_INIT;
	KC_CLEANUP_QUERY struct kc_query query = KC_QUERY_INIT;
	struct kc_token_status seen;
	struct kc_object *found;

	kc_token_status(session->module, &seen);
	kc_fetch_query(object, &query);
	query.want = KC_WANT_ATTRS | KC_WANT_HIDDEN | want;
	KC_RV_OF(kc_client_item_find(session->module->client, &query, &list));
	if (list.count != 1)
		return CKR_OBJECT_HANDLE_INVALID;
	KC_RV_TRY(kc_object_new(object->token, &list.rows[0], want != 0, &seen, &found));
	if (!found)
		return CKR_OBJECT_HANDLE_INVALID;
	*ret = found;
	return CKR_OK;
}

CK_RV kc_fetch_again(
	struct kc_session *session, const struct kc_object *object, struct kc_object **ret)
{
	KC_CLEANUP_OBJECT struct kc_object *fresh = NULL;
	CK_RV rv = ask(session, object, 0, &fresh);

	if (rv == CKR_OBJECT_HANDLE_INVALID)
		kc_fetch_forget(session, object->handle);
	KC_RV_TRY(rv);
	KC_RV_TRY(kc_fetch_keep(session, fresh));
	*ret = fresh;
	fresh = NULL;
	return CKR_OK;
}

static bool is_fresh(struct kc_session *session, const struct kc_object *object)
{
	struct kc_token_status now;

	if (!kc_object_is_on_token(object) || (object->kind & KC_OBJECT_BUILTIN) ||
		kc_clock_monotonic_us() - object->fetched_us < MOMENT_US)
		return true;
	kc_token_status(session->module, &now);
	return now.generation == object->seen.generation && now.lock == object->seen.lock;
}

CK_RV kc_fetch_fresh(struct kc_session *session, CK_OBJECT_HANDLE handle, struct kc_object **ret)
{
	KC_CLEANUP_OBJECT struct kc_object *known = NULL;

	KC_RV_TRY(kc_fetch_known(session, handle, &known));
	if (is_fresh(session, known)) {
		*ret = known;
		known = NULL;
		return CKR_OK;
	}
	return kc_fetch_again(session, known, ret);
}

/* The value of a private or secret key, stored or transient: PKCS#8 of a private one. */
static CK_RV reveal(
	struct kc_session *session, const struct kc_object *object, struct kc_object **ret)
{
	KC_CLEANUP_FOUND struct kc_found found = {.class = object->item.class,
		.id = object->item.id,
		.synced = object->item.synced,
		.has_secret = true};
	struct kc_object *full;
	kc_err err;

	memcpy(found.ref, object->item.ref, sizeof found.ref);
	KC_RV_OF(kc_attrs_dup(&object->item.attrs, &found.attrs));
	err = kc_client_key_reveal(session->module->client, object->item.id, &found.secret);
	if (err == KC_E_NOT_ALLOWED)
		return CKR_ATTRIBUTE_SENSITIVE;
	KC_RV_OF(err);
	KC_RV_TRY(kc_object_new(object->token, &found, true, &object->seen, &full));
	full->session = object->session;
	full->handle = object->handle;
	*ret = full;
	return CKR_OK;
}

CK_RV kc_fetch_secret(
	struct kc_session *session, const struct kc_object *object, struct kc_object **ret)
{
	KC_CLEANUP_OBJECT struct kc_object *full = NULL;

	if (object->kind & (KC_OBJECT_PRIVATE | KC_OBJECT_SECRET))
		return reveal(session, object, ret);
	KC_RV_TRY(ask(session, object, KC_WANT_SECRET, &full));
	if (full->kind == KC_OBJECT_CERTIFICATE)
		KC_RV_TRY(kc_fetch_keep(session, full));
	*ret = full;
	full = NULL;
	return CKR_OK;
}
