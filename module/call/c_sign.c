/* SPDX-License-Identifier: ISC */
/*
 * PKCS#11 3.1, 5.13: signing. C_SignInit is local; the service hears of it once, when there is
 * something to sign.
 */
#include "module/operation/sign.h"

CK_RV C_SignInit(CK_SESSION_HANDLE handle, CK_MECHANISM_PTR mechanism, CK_OBJECT_HANDLE key)
{
	return kc_operation_init(handle, KC_ACTIVITY_SIGN, mechanism, key);
}

/* Signs what was collected, and ends the operation. */
static CK_RV finish(struct kc_session *session, struct kc_operation *operation,
	CK_BYTE_PTR signature, CK_ULONG_PTR len)
{
	return kc_operation_fail(operation, kc_sign_make(session, operation, signature, len));
}

CK_RV C_Sign(CK_SESSION_HANDLE handle, CK_BYTE_PTR data, CK_ULONG data_len, CK_BYTE_PTR signature,
	CK_ULONG_PTR signature_len)
{
	KC_CLEANUP_SESSION struct kc_session *session = NULL;
	struct kc_operation *operation;
	CK_RV rv;

	KC_RV_TRY(kc_session_enter(handle, &session));
	KC_RV_TRY(kc_operation_find(session, KC_ACTIVITY_SIGN, false, &operation));
	if (!signature_len || (!data && data_len))
		return kc_operation_fail(operation, CKR_ARGUMENTS_BAD);
	if (kc_sign_is_answered(operation, signature, signature_len, &rv))
		return rv;
	rv = kc_sign_update(session, operation, false, kc_bytes(data, data_len));
	if (rv != CKR_OK)
		return kc_operation_fail(operation, rv);
	return finish(session, operation, signature, signature_len);
}

CK_RV C_SignUpdate(CK_SESSION_HANDLE handle, CK_BYTE_PTR part, CK_ULONG part_len)
{
	KC_CLEANUP_SESSION struct kc_session *session = NULL;

	KC_RV_TRY(kc_session_enter(handle, &session));
	return kc_sign_take_part(session, KC_ACTIVITY_SIGN, part, part_len);
}

CK_RV C_SignFinal(CK_SESSION_HANDLE handle, CK_BYTE_PTR signature, CK_ULONG_PTR signature_len)
{
	KC_CLEANUP_SESSION struct kc_session *session = NULL;
	struct kc_operation *operation;
	CK_RV rv;

	KC_RV_TRY(kc_session_enter(handle, &session));
	KC_RV_TRY(kc_operation_find(session, KC_ACTIVITY_SIGN, true, &operation));
	if (!signature_len)
		return kc_operation_fail(operation, CKR_ARGUMENTS_BAD);
	if (kc_sign_is_answered(operation, signature, signature_len, &rv))
		return rv;
	return finish(session, operation, signature, signature_len);
}
