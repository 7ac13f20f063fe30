/* SPDX-License-Identifier: ISC */
/* PKCS#11 3.1, 5.15: checking signatures, by the service, with the public key sent along. */
#include "module/operation/sign.h"

CK_RV C_VerifyInit(CK_SESSION_HANDLE handle, CK_MECHANISM_PTR mechanism, CK_OBJECT_HANDLE key)
{
	return kc_operation_init(handle, KC_ACTIVITY_VERIFY, mechanism, key);
}

CK_RV C_Verify(CK_SESSION_HANDLE handle, CK_BYTE_PTR data, CK_ULONG data_len, CK_BYTE_PTR signature,
	CK_ULONG signature_len)
{
	KC_CLEANUP_SESSION struct kc_session *session = NULL;
	struct kc_operation *operation;
	CK_RV rv;

	KC_RV_TRY(kc_session_enter(handle, &session));
	KC_RV_TRY(kc_operation_find(session, KC_ACTIVITY_VERIFY, false, &operation));
	if (!signature || (!data && data_len))
		return kc_operation_fail(operation, CKR_ARGUMENTS_BAD);
	rv = kc_sign_update(session, operation, true, kc_bytes(data, data_len));
	if (rv == CKR_OK)
		rv = kc_sign_check(session, operation, kc_bytes(signature, signature_len));
	return kc_operation_fail(operation, rv);
}

CK_RV C_VerifyUpdate(CK_SESSION_HANDLE handle, CK_BYTE_PTR part, CK_ULONG part_len)
{
	KC_CLEANUP_SESSION struct kc_session *session = NULL;

	KC_RV_TRY(kc_session_enter(handle, &session));
	return kc_sign_take_part(session, KC_ACTIVITY_VERIFY, part, part_len);
}

CK_RV C_VerifyFinal(CK_SESSION_HANDLE handle, CK_BYTE_PTR signature, CK_ULONG signature_len)
{
	KC_CLEANUP_SESSION struct kc_session *session = NULL;
	struct kc_operation *operation;

	KC_RV_TRY(kc_session_enter(handle, &session));
	KC_RV_TRY(kc_operation_find(session, KC_ACTIVITY_VERIFY, true, &operation));
	if (!signature)
		return kc_operation_fail(operation, CKR_ARGUMENTS_BAD);
	return kc_operation_fail(
		operation, kc_sign_check(session, operation, kc_bytes(signature, signature_len)));
}
