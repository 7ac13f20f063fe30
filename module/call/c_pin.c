/* SPDX-License-Identifier: ISC */
/* PKCS#11 3.1, 5.5: making a token, and giving and changing passwords. */
#include "base/place.h"
#include "module/session/login.h"

/* A keychain with an officer alone: C_InitPIN gives it a password. */
static kc_err make(struct kc_module *module, struct kc_bytes pin)
{
	char name[KC_DEVICE_NAME_MAX + 1];

	kc_place_host_name(name, sizeof name);
	return kc_client_setup_with_officer(module->client, kc_bytes(NULL, 0), pin, name);
}

static CK_RV check_no_session(struct kc_module *module, enum kc_token_number token)
{
	CK_ULONG all, writable;

	kc_module_relock(module);
	kc_sessions_count(&module->sessions, token, &all, &writable);
	kc_module_unlock();
	return all ? CKR_SESSION_EXISTS : CKR_OK;
}

/*
 * Where there is no keychain, it is made, with both tokens. Where there is one, and kc.conf allows
 * it, all objects of this token are deleted, of the second one on the user's other devices as well;
 * the password, which both tokens have, stays. The label is for nothing: a token has its name for
 * ever.
 */
CK_RV C_InitToken(CK_SLOT_ID slot, CK_UTF8CHAR_PTR pin, CK_ULONG pin_len, CK_UTF8CHAR_PTR label)
{
	KC_CLEANUP_MODULE struct kc_module *module = NULL;
	struct kc_token_status status;
	enum kc_token_number token;

	KC_RV_TRY(kc_module_enter(&module));
	KC_RV_TRY(kc_token_of_slot(slot, &token));
	if (!pin || !label)
		return CKR_ARGUMENTS_BAD;
	KC_RV_TRY(check_no_session(module, token));
	kc_token_status(module, &status);
	if (!kc_token_is_present(token, &status))
		return CKR_TOKEN_NOT_PRESENT;
	if (kc_token_is_initialized(&status))
		return kc_login_rv_of_pin(kc_err_ckr(kc_client_officer_erase(
			module->client, kc_bytes(pin, pin_len), kc_token_facts(token)->sync)));
	KC_RV_TRY(kc_login_check_new_pin(kc_bytes(pin, pin_len)));
	return kc_err_ckr(make(module, kc_bytes(pin, pin_len)));
}

CK_RV C_InitPIN(CK_SESSION_HANDLE handle, CK_UTF8CHAR_PTR pin, CK_ULONG pin_len)
{
	KC_CLEANUP_SESSION struct kc_session *session = NULL;
	kc_err err;

	KC_RV_TRY(kc_session_enter(handle, &session));
	if (!kc_login_is_officer(session->module, session->token))
		return CKR_USER_NOT_LOGGED_IN;
	if (!pin)
		return CKR_ARGUMENTS_BAD;
	KC_RV_TRY(kc_login_check_new_pin(kc_bytes(pin, pin_len)));
	err = kc_client_officer_reset(session->module->client, kc_bytes(pin, pin_len));
	/* A lock, or a new PIN, has ended the officer's login behind the module's back. */
	if (err == KC_E_LOCKED || err == KC_E_AUTH || err == KC_E_NO_OFFICER) {
		kc_login_end(session->module, session->token);
		return CKR_USER_NOT_LOGGED_IN;
	}
	return kc_err_ckr(err);
}

/* Of whoever is logged in, and of the user when nobody is. */
CK_RV C_SetPIN(CK_SESSION_HANDLE handle, CK_UTF8CHAR_PTR old_pin, CK_ULONG old_len,
	CK_UTF8CHAR_PTR new_pin, CK_ULONG new_len)
{
	KC_CLEANUP_SESSION struct kc_session *session = NULL;
	struct kc_bytes old = kc_bytes(old_pin, old_len), new = kc_bytes(new_pin, new_len);

	KC_RV_TRY(kc_session_enter(handle, &session));
	if (!old_pin || !new_pin)
		return CKR_ARGUMENTS_BAD;
	if (!session->is_writable)
		return CKR_SESSION_READ_ONLY;
	KC_RV_TRY(kc_login_check_new_pin(new));
	if (kc_login_is_officer(session->module, session->token))
		return kc_login_rv_of_pin(
			kc_err_ckr(kc_client_officer_change(session->module->client, old, new)));
	return kc_login_rv_of_pin(
		kc_err_ckr(kc_client_change_password(session->module->client, old, new)));
}
