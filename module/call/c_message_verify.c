/* SPDX-License-Identifier: ISC */
/* PKCS#11 3.1, 5.16: checking signatures message by message. */
#include "module/operation/sign.h"

CK_RV C_MessageVerifyInit(
	CK_SESSION_HANDLE handle, CK_MECHANISM_PTR mechanism, CK_OBJECT_HANDLE key)
{
	return kc_operation_init(handle, KC_ACTIVITY_MESSAGE_VERIFY, mechanism, key);
}

/* Takes the last part and checks the message's signature. */
static CK_RV finish(struct kc_session *session, struct kc_operation *operation,
	struct kc_bytes data, struct kc_bytes signature)
{
	CK_RV rv = kc_sign_update(session, operation, true, data);

	if (rv == CKR_OK)
		rv = kc_sign_check(session, operation, signature);
	return kc_sign_end_message(operation, rv);
}

CK_RV C_VerifyMessage(CK_SESSION_HANDLE handle, CK_VOID_PTR parameter, CK_ULONG parameter_len,
	CK_BYTE_PTR data, CK_ULONG data_len, CK_BYTE_PTR signature, CK_ULONG signature_len)
{
	KC_CLEANUP_SESSION struct kc_session *session = NULL;
	struct kc_operation *operation;

	(void)parameter;
	KC_RV_TRY(kc_session_enter(handle, &session));
	KC_RV_TRY(kc_sign_find_message(
		session, KC_ACTIVITY_MESSAGE_VERIFY, parameter_len, false, &operation));
	if (!signature || (!data && data_len))
		return CKR_ARGUMENTS_BAD;
	return finish(
		session, operation, kc_bytes(data, data_len), kc_bytes(signature, signature_len));
}

CK_RV C_VerifyMessageBegin(CK_SESSION_HANDLE handle, CK_VOID_PTR parameter, CK_ULONG parameter_len)
{
	KC_CLEANUP_SESSION struct kc_session *session = NULL;
	struct kc_operation *operation;

	(void)parameter;
	KC_RV_TRY(kc_session_enter(handle, &session));
	KC_RV_TRY(kc_sign_find_message(
		session, KC_ACTIVITY_MESSAGE_VERIFY, parameter_len, false, &operation));
	operation->is_in_message = true;
	return CKR_OK;
}

/* Without a signature there is more to come. */
CK_RV C_VerifyMessageNext(CK_SESSION_HANDLE handle, CK_VOID_PTR parameter, CK_ULONG parameter_len,
	CK_BYTE_PTR data, CK_ULONG data_len, CK_BYTE_PTR signature, CK_ULONG signature_len)
{
	KC_CLEANUP_SESSION struct kc_session *session = NULL;
	struct kc_operation *operation;
	CK_RV rv;

	(void)parameter;
	KC_RV_TRY(kc_session_enter(handle, &session));
	KC_RV_TRY(kc_sign_find_message(
		session, KC_ACTIVITY_MESSAGE_VERIFY, parameter_len, true, &operation));
	if (!data && data_len)
		return kc_sign_end_message(operation, CKR_ARGUMENTS_BAD);
	if (signature)
		return finish(session, operation, kc_bytes(data, data_len),
			kc_bytes(signature, signature_len));
	rv = kc_sign_update(session, operation, true, kc_bytes(data, data_len));
	return rv == CKR_OK ? CKR_OK : kc_sign_end_message(operation, rv);
}

CK_RV C_MessageVerifyFinal(CK_SESSION_HANDLE handle)
{
	KC_CLEANUP_SESSION struct kc_session *session = NULL;
	struct kc_operation *operation;

	KC_RV_TRY(kc_session_enter(handle, &session));
	KC_RV_TRY(kc_operation_find(session, KC_ACTIVITY_MESSAGE_VERIFY, true, &operation));
	kc_operation_end(operation);
	return CKR_OK;
}
