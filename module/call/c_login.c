/* SPDX-License-Identifier: ISC */
/* PKCS#11 3.1, 5.6: logging in and out. */
#include "module/session/login.h"

/* The password for one use of the key that an operation was just begun with; the service sees to it
 * that there is only one. */
static CK_RV authorize(struct kc_session *session, struct kc_bytes pin)
{
	const struct kc_object *key = kc_session_waiting_key(session);

	if (!key)
		return CKR_OPERATION_NOT_INITIALIZED;
	if (kc_login_is_officer(session->module, session->token))
		return CKR_USER_ANOTHER_ALREADY_LOGGED_IN;
	return kc_err_ckr(kc_client_key_authorize(session->module->client, key->item.id, pin));
}

static CK_RV log_in(struct kc_session *session, CK_USER_TYPE user, struct kc_bytes pin)
{
	if (!pin.data && pin.len)
		return CKR_ARGUMENTS_BAD;
	switch (user) {
	case CKU_USER:
		return kc_login_start(session->module, session->token, pin);
	case CKU_SO:
		return kc_login_start_officer(session->module, session->token, pin);
	case CKU_CONTEXT_SPECIFIC:
		return authorize(session, pin);
	default:
		return CKR_USER_TYPE_INVALID;
	}
}

CK_RV C_Login(CK_SESSION_HANDLE handle, CK_USER_TYPE user, CK_UTF8CHAR_PTR pin, CK_ULONG pin_len)
{
	KC_CLEANUP_SESSION struct kc_session *session = NULL;

	KC_RV_TRY(kc_session_enter(handle, &session));
	return kc_login_rv_of_pin(log_in(session, user, kc_bytes(pin, pin_len)));
}

/* The keychain has one user, who has no name there. */
CK_RV C_LoginUser(CK_SESSION_HANDLE handle, CK_USER_TYPE user, CK_UTF8CHAR_PTR pin,
	CK_ULONG pin_len, CK_UTF8CHAR_PTR name, CK_ULONG name_len)
{
	KC_CLEANUP_SESSION struct kc_session *session = NULL;

	(void)name;
	KC_RV_TRY(kc_session_enter(handle, &session));
	if (name_len)
		return CKR_ARGUMENTS_BAD;
	return kc_login_rv_of_pin(log_in(session, user, kc_bytes(pin, pin_len)));
}

CK_RV C_Logout(CK_SESSION_HANDLE handle)
{
	KC_CLEANUP_SESSION struct kc_session *session = NULL;

	KC_RV_TRY(kc_session_enter(handle, &session));
	if (!kc_login_is_in(session->module, session->token) &&
		!kc_login_is_officer(session->module, session->token))
		return CKR_USER_NOT_LOGGED_IN;
	kc_login_end(session->module, session->token);
	return CKR_OK;
}
