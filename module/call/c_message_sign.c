/* SPDX-License-Identifier: ISC */
/* PKCS#11 3.1, 5.14: signing message by message. No mechanism has parameters for one message. */
#include "module/operation/sign.h"

CK_RV C_MessageSignInit(CK_SESSION_HANDLE handle, CK_MECHANISM_PTR mechanism, CK_OBJECT_HANDLE key)
{
	return kc_operation_init(handle, KC_ACTIVITY_MESSAGE_SIGN, mechanism, key);
}

/* Takes the last part and signs the message. */
static CK_RV finish(struct kc_session *session, struct kc_operation *operation,
	struct kc_bytes data, CK_BYTE_PTR signature, CK_ULONG_PTR signature_len)
{
	CK_RV rv;

	if (kc_sign_is_answered(operation, signature, signature_len, &rv))
		return rv;
	rv = kc_sign_update(session, operation, false, data);
	if (rv == CKR_OK)
		rv = kc_sign_make(session, operation, signature, signature_len);
	return kc_sign_end_message(operation, rv);
}

CK_RV C_SignMessage(CK_SESSION_HANDLE handle, CK_VOID_PTR parameter, CK_ULONG parameter_len,
	CK_BYTE_PTR data, CK_ULONG data_len, CK_BYTE_PTR signature, CK_ULONG_PTR signature_len)
{
	KC_CLEANUP_SESSION struct kc_session *session = NULL;
	struct kc_operation *operation;

	(void)parameter;
	KC_RV_TRY(kc_session_enter(handle, &session));
	KC_RV_TRY(kc_sign_find_message(
		session, KC_ACTIVITY_MESSAGE_SIGN, parameter_len, false, &operation));
	if (!signature_len || (!data && data_len))
		return CKR_ARGUMENTS_BAD;
	return finish(session, operation, kc_bytes(data, data_len), signature, signature_len);
}

CK_RV C_SignMessageBegin(CK_SESSION_HANDLE handle, CK_VOID_PTR parameter, CK_ULONG parameter_len)
{
	KC_CLEANUP_SESSION struct kc_session *session = NULL;
	struct kc_operation *operation;

	(void)parameter;
	KC_RV_TRY(kc_session_enter(handle, &session));
	KC_RV_TRY(kc_sign_find_message(
		session, KC_ACTIVITY_MESSAGE_SIGN, parameter_len, false, &operation));
	operation->is_in_message = true;
	return CKR_OK;
}

/* Without a place for the length of a signature there is more to come. */
CK_RV C_SignMessageNext(CK_SESSION_HANDLE handle, CK_VOID_PTR parameter, CK_ULONG parameter_len,
	CK_BYTE_PTR data, CK_ULONG data_len, CK_BYTE_PTR signature, CK_ULONG_PTR signature_len)
{
	KC_CLEANUP_SESSION struct kc_session *session = NULL;
	struct kc_operation *operation;
	CK_RV rv;

	(void)parameter;
	KC_RV_TRY(kc_session_enter(handle, &session));
	KC_RV_TRY(kc_sign_find_message(
		session, KC_ACTIVITY_MESSAGE_SIGN, parameter_len, true, &operation));
	if (!data && data_len)
		return kc_sign_end_message(operation, CKR_ARGUMENTS_BAD);
	if (signature_len)
		return finish(
			session, operation, kc_bytes(data, data_len), signature, signature_len);
	rv = kc_sign_update(session, operation, false, kc_bytes(data, data_len));
	return rv == CKR_OK ? CKR_OK : kc_sign_end_message(operation, rv);
}

CK_RV C_MessageSignFinal(CK_SESSION_HANDLE handle)
{
	KC_CLEANUP_SESSION struct kc_session *session = NULL;
	struct kc_operation *operation;

	KC_RV_TRY(kc_session_enter(handle, &session));
	KC_RV_TRY(kc_operation_find(session, KC_ACTIVITY_MESSAGE_SIGN, true, &operation));
	kc_operation_end(operation);
	return CKR_OK;
}
