/* SPDX-License-Identifier: ISC */
/* PKCS#11 3.1, 5.6 and 5.5: logging in and out, and changing the password. */
#include "module/login.h"

/* There is no security officer, and no key asks for a password of its own. */
static CK_RV log_in(struct kc_session *session, CK_USER_TYPE user, struct kc_bytes pin)
{
	if (!pin.data && pin.len)
		return CKR_ARGUMENTS_BAD;
	if (user == CKU_CONTEXT_SPECIFIC)
		return CKR_OPERATION_NOT_INITIALIZED;
	if (user != CKU_USER)
		return CKR_USER_TYPE_INVALID;
	return kc_login_start(session->module, session->token, pin);
}

CK_RV C_Login(CK_SESSION_HANDLE handle, CK_USER_TYPE user, CK_UTF8CHAR_PTR pin, CK_ULONG pin_len)
{
	KC_CLEANUP_SESSION struct kc_session *session = NULL;

	KC_RV_TRY(kc_session_enter(handle, &session));
	return log_in(session, user, kc_bytes(pin, pin_len));
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
	return log_in(session, user, kc_bytes(pin, pin_len));
}

CK_RV C_Logout(CK_SESSION_HANDLE handle)
{
	KC_CLEANUP_SESSION struct kc_session *session = NULL;

	KC_RV_TRY(kc_session_enter(handle, &session));
	if (!kc_login_is_in(session->module, session->token))
		return CKR_USER_NOT_LOGGED_IN;
	kc_login_end(session->module, session->token);
	return CKR_OK;
}

CK_RV C_SetPIN(CK_SESSION_HANDLE handle, CK_UTF8CHAR_PTR old_pin, CK_ULONG old_len,
	CK_UTF8CHAR_PTR new_pin, CK_ULONG new_len)
{
	KC_CLEANUP_SESSION struct kc_session *session = NULL;

	KC_RV_TRY(kc_session_enter(handle, &session));
	if (!old_pin || !new_pin)
		return CKR_ARGUMENTS_BAD;
	if (!session->is_writable)
		return CKR_SESSION_READ_ONLY;
	return kc_err_ckr(kc_client_change_password(
		session->module->client, kc_bytes(old_pin, old_len), kc_bytes(new_pin, new_len)));
}
