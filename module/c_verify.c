/* SPDX-License-Identifier: ISC */
/* PKCS#11 3.1, 5.15: checking signatures, by the service, with the public key sent along. */
#include "module/attribute.h"
#include "module/fetch.h"
#include "module/module.h"

static CK_RV check_key(const struct kc_object *key, const struct kc_mechanism *mechanism)
{
	CK_BBOOL yes = CK_TRUE;
	CK_ATTRIBUTE may_verify = {CKA_VERIFY, &yes, sizeof yes};

	if (key->kind != KC_OBJECT_PUBLIC || !kc_mechanism_takes(mechanism, key->key_type))
		return CKR_KEY_TYPE_INCONSISTENT;
	return kc_attribute_equals(key, &may_verify) ? CKR_OK : CKR_KEY_FUNCTION_NOT_PERMITTED;
}

CK_RV C_VerifyInit(CK_SESSION_HANDLE handle, CK_MECHANISM_PTR asked, CK_OBJECT_HANDLE key_handle)
{
	KC_CLEANUP_SESSION struct kc_session *session = NULL;
	KC_CLEANUP_OBJECT struct kc_object *key = NULL;
	const struct kc_mechanism *mechanism;
	KC_CLEANUP_PARAMS struct kc_params params = {0};

	KC_RV_TRY(kc_session_enter(handle, &session));
	if (kc_operation_is_active(&session->verify))
		return CKR_OPERATION_ACTIVE;
	KC_RV_TRY(kc_mechanism_ask(session->module, asked, CKF_VERIFY, &mechanism));
	KC_RV_TRY(kc_params_of_sign(session->module, mechanism, asked, CKF_VERIFY, &params));
	if (kc_fetch_known(session, key_handle, &key) != CKR_OK)
		return CKR_KEY_HANDLE_INVALID;
	KC_RV_TRY(check_key(key, mechanism));
	kc_operation_begin(&session->verify, mechanism, &params, key);
	key = NULL;
	return CKR_OK;
}

/* Checks the signature of what was collected, and ends the operation. */
static CK_RV finish(struct kc_session *session, struct kc_bytes signature)
{
	struct kc_operation *verify = &session->verify;
	struct kc_bytes input;
	CK_RV rv = kc_operation_input(verify, &input);

	if (rv == CKR_OK)
		rv = kc_err_ckr(kc_client_key_verify(session->module->client,
			kc_object_spki(verify->key), &verify->params.sign, input, signature));
	kc_operation_end(verify);
	return rv;
}

static CK_RV give_up(struct kc_session *session)
{
	kc_operation_end(&session->verify);
	return CKR_ARGUMENTS_BAD;
}

CK_RV C_Verify(CK_SESSION_HANDLE handle, CK_BYTE_PTR data, CK_ULONG data_len, CK_BYTE_PTR signature,
	CK_ULONG signature_len)
{
	KC_CLEANUP_SESSION struct kc_session *session = NULL;

	KC_RV_TRY(kc_session_enter(handle, &session));
	if (!kc_operation_is_active(&session->verify))
		return CKR_OPERATION_NOT_INITIALIZED;
	if (session->verify.has_parts)
		return CKR_OPERATION_ACTIVE;
	if (!signature || (!data && data_len))
		return give_up(session);
	kc_operation_update(&session->verify, kc_bytes(data, data_len));
	return finish(session, kc_bytes(signature, signature_len));
}

CK_RV C_VerifyUpdate(CK_SESSION_HANDLE handle, CK_BYTE_PTR part, CK_ULONG part_len)
{
	KC_CLEANUP_SESSION struct kc_session *session = NULL;

	KC_RV_TRY(kc_session_enter(handle, &session));
	if (!kc_operation_is_active(&session->verify))
		return CKR_OPERATION_NOT_INITIALIZED;
	if (!part && part_len)
		return give_up(session);
	session->verify.has_parts = true;
	kc_operation_update(&session->verify, kc_bytes(part, part_len));
	return CKR_OK;
}

CK_RV C_VerifyFinal(CK_SESSION_HANDLE handle, CK_BYTE_PTR signature, CK_ULONG signature_len)
{
	KC_CLEANUP_SESSION struct kc_session *session = NULL;

	KC_RV_TRY(kc_session_enter(handle, &session));
	if (!kc_operation_is_active(&session->verify))
		return CKR_OPERATION_NOT_INITIALIZED;
	if (!signature)
		return give_up(session);
	return finish(session, kc_bytes(signature, signature_len));
}
