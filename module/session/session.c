/* SPDX-License-Identifier: ISC */
/* Entering and leaving a session. */
#include "module/session/session.h"

#include "module/object/attribute.h"
#include "module/session/module.h"

CK_RV kc_session_new(struct kc_module *module, CK_SESSION_HANDLE handle, enum kc_token_number token,
	bool is_writable, struct kc_session **ret)
{
	struct kc_session *session = calloc(1, sizeof *session);

	if (!session)
		return CKR_HOST_MEMORY;
	session->handle = handle;
	session->token = token;
	session->is_writable = is_writable;
	session->module = module;
	session->users = 1;
	pthread_mutex_init(&session->lock, NULL);
	*ret = session;
	return CKR_OK;
}

void kc_session_put(struct kc_session *session)
{
	if (--session->users != 0)
		return;
	session->next_ended = session->module->ended;
	session->module->ended = session;
}

void kc_session_free_ended(struct kc_session *session)
{
	while (session) {
		struct kc_session *next = session->next_ended;

		kc_session_end_search(session);
		kc_session_end_digest(session);
		for (size_t i = 0; i < KC_ACTIVITY_COUNT; i++)
			kc_operation_end(&session->operations[i]);
		pthread_mutex_destroy(&session->lock);
		free(session);
		session = next;
	}
}

CK_RV kc_session_enter(CK_SESSION_HANDLE handle, struct kc_session **ret)
{
	struct kc_module *module;
	struct kc_session *session;

	KC_RV_TRY(kc_module_lock(&module));
	session = kc_sessions_find(&module->sessions, handle);
	if (session) {
		session->users++;
		module->users++;
	}
	kc_module_unlock();
	if (!session)
		return CKR_SESSION_HANDLE_INVALID;
	pthread_mutex_lock(&session->lock);
	if (session->is_closed) {
		/* Closed while this call waited for its turn. */
		kc_session_leave(session);
		return CKR_SESSION_HANDLE_INVALID;
	}
	*ret = session;
	return CKR_OK;
}

void kc_session_leave(struct kc_session *session)
{
	struct kc_module *module = session->module;

	pthread_mutex_unlock(&session->lock);
	kc_module_relock(module);
	kc_session_put(session);
	kc_module_unlock();
	kc_module_leave(module);
}

void kc_session_end_search(struct kc_session *session)
{
	free(session->search.handles);
	session->search = (struct kc_search){0};
}

void kc_session_end_digest(struct kc_session *session)
{
	kc_hasher_reset(&session->digest);
	session->digest_has_parts = false;
}

struct kc_object *kc_session_waiting_key(struct kc_session *session)
{
	struct kc_object *key = session->operations[session->last].key;
	CK_BBOOL yes = CK_TRUE;
	CK_ATTRIBUTE always = {CKA_ALWAYS_AUTHENTICATE, &yes, sizeof yes};

	return key && kc_attribute_equals(key, &always) ? key : NULL;
}
