/* SPDX-License-Identifier: ISC */
/* PKCS#11 3.1, 5.6: opening and closing sessions, and ending what they are in the middle of. */
#include "module/object/fetch.h"
#include "module/session/login.h"
#include "module/session/module.h"

CK_RV C_OpenSession(CK_SLOT_ID slot, CK_FLAGS flags, CK_VOID_PTR application, CK_NOTIFY notify,
	CK_SESSION_HANDLE_PTR session)
{
	KC_CLEANUP_MODULE struct kc_module *module = NULL;
	enum kc_token_number token;
	CK_RV rv;

	/* Nothing ever happens that the application would be notified of. */
	(void)application;
	(void)notify;
	KC_RV_TRY(kc_module_enter(&module));
	if (!session)
		return CKR_ARGUMENTS_BAD;
	KC_RV_TRY(kc_token_of_slot(slot, &token));
	if (!(flags & CKF_SERIAL_SESSION))
		return CKR_SESSION_PARALLEL_NOT_SUPPORTED;
	KC_RV_TRY(kc_token_check(module, token));
	kc_module_relock(module);
	if (!(flags & CKF_RW_SESSION) && module->tokens[token].is_officer)
		rv = CKR_SESSION_READ_WRITE_SO_EXISTS;
	else
		rv = kc_sessions_open(module, token, (flags & CKF_RW_SESSION) != 0, session);
	kc_module_unlock();
	if (rv == CKR_OK)
		kc_token_tell_use(module, token);
	return rv;
}

/* What a token's last session takes with it: the objects' handles, and the login. */
static void after_close(struct kc_module *module, enum kc_token_number token, bool *ret_was_last)
{
	CK_ULONG all, writable;

	kc_sessions_count(&module->sessions, token, &all, &writable);
	*ret_was_last = all == 0;
	if (*ret_was_last)
		kc_objects_remove_token(&module->objects, token);
}

CK_RV C_CloseSession(CK_SESSION_HANDLE handle)
{
	KC_CLEANUP_MODULE struct kc_module *module = NULL;
	enum kc_token_number token;
	bool was_last = false;
	CK_RV rv;

	KC_RV_TRY(kc_module_enter(&module));
	kc_module_relock(module);
	rv = kc_sessions_close(&module->sessions, handle, &token);
	if (rv == CKR_OK) {
		kc_objects_remove_session(&module->objects, handle);
		after_close(module, token, &was_last);
	}
	kc_module_unlock();
	kc_fetch_drop_orphans(module);
	if (was_last) {
		kc_login_end(module, token);
		kc_token_tell_use(module, token);
	}
	return rv;
}

CK_RV C_CloseAllSessions(CK_SLOT_ID slot)
{
	KC_CLEANUP_MODULE struct kc_module *module = NULL;
	enum kc_token_number token;
	bool was_last;

	KC_RV_TRY(kc_module_enter(&module));
	KC_RV_TRY(kc_token_of_slot(slot, &token));
	kc_module_relock(module);
	kc_sessions_close_token(&module->sessions, token);
	after_close(module, token, &was_last);
	kc_module_unlock();
	kc_fetch_drop_orphans(module);
	kc_login_end(module, token);
	kc_token_tell_use(module, token);
	return CKR_OK;
}

CK_RV C_GetSessionInfo(CK_SESSION_HANDLE handle, CK_SESSION_INFO_PTR info)
{
	KC_CLEANUP_SESSION struct kc_session *session = NULL;
	bool is_in;

	KC_RV_TRY(kc_session_enter(handle, &session));
	if (!info)
		return CKR_ARGUMENTS_BAD;
	is_in = kc_login_is_in(session->module, session->token);
	*info = (CK_SESSION_INFO){
		.slotID = kc_token_facts(session->token)->slot,
		.flags = CKF_SERIAL_SESSION,
	};
	if (session->is_writable) {
		info->flags |= CKF_RW_SESSION;
		info->state = is_in ? CKS_RW_USER_FUNCTIONS : CKS_RW_PUBLIC_SESSION;
		if (kc_login_is_officer(session->module, session->token))
			info->state = CKS_RW_SO_FUNCTIONS;
	} else {
		info->state = is_in ? CKS_RO_USER_FUNCTIONS : CKS_RO_PUBLIC_SESSION;
	}
	return CKR_OK;
}

/* A flag of an operation that is not under way, or of none, asks for nothing. */
CK_RV C_SessionCancel(CK_SESSION_HANDLE handle, CK_FLAGS flags)
{
	KC_CLEANUP_SESSION struct kc_session *session = NULL;

	KC_RV_TRY(kc_session_enter(handle, &session));
	if (flags & CKF_FIND_OBJECTS)
		kc_session_end_search(session);
	if (flags & CKF_DIGEST)
		kc_session_end_digest(session);
	for (size_t i = 0; i < KC_ACTIVITY_COUNT; i++)
		if (flags & kc_operation_flag((enum kc_activity)i))
			kc_operation_end(&session->operations[i]);
	return CKR_OK;
}
