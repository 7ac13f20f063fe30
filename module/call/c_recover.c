/* SPDX-License-Identifier: ISC */
/* PKCS#11 3.1, 5.14 and 5.16: signatures that hold what they sign. */
#include <string.h>

#include "module/session/module.h"
#include "module/operation/sign.h"

CK_RV C_SignRecoverInit(CK_SESSION_HANDLE handle, CK_MECHANISM_PTR mechanism, CK_OBJECT_HANDLE key)
{
	return kc_operation_init(handle, KC_ACTIVITY_SIGN_RECOVER, mechanism, key);
}

CK_RV C_SignRecover(CK_SESSION_HANDLE handle, CK_BYTE_PTR data, CK_ULONG data_len,
	CK_BYTE_PTR signature, CK_ULONG_PTR signature_len)
{
	KC_CLEANUP_SESSION struct kc_session *session = NULL;
	struct kc_operation *operation;
	CK_RV rv;

	KC_RV_TRY(kc_session_enter(handle, &session));
	KC_RV_TRY(kc_operation_find(session, KC_ACTIVITY_SIGN_RECOVER, false, &operation));
	if (!signature_len || (!data && data_len))
		return kc_operation_fail(operation, CKR_ARGUMENTS_BAD);
	if (kc_sign_is_answered(operation, signature, signature_len, &rv))
		return rv;
	kc_operation_collect(operation, kc_bytes(data, data_len));
	return kc_operation_fail(
		operation, kc_sign_make(session, operation, signature, signature_len));
}

CK_RV C_VerifyRecoverInit(
	CK_SESSION_HANDLE handle, CK_MECHANISM_PTR mechanism, CK_OBJECT_HANDLE key)
{
	return kc_operation_init(handle, KC_ACTIVITY_VERIFY_RECOVER, mechanism, key);
}

static CK_RV recover(
	struct kc_session *session, struct kc_operation *operation, struct kc_bytes signature)
{
	if (kc_operation_has_kept(operation, signature))
		return CKR_OK;
	if (signature.len != kc_sign_len(operation))
		return CKR_SIGNATURE_LEN_RANGE;
	kc_buf_done(&operation->kept);
	KC_RV_OF(kc_client_public_recover(session->module->client, kc_object_spki(operation->key),
		&operation->params.sign, signature, &operation->kept));
	kc_operation_keep(operation, signature);
	return CKR_OK;
}

CK_RV C_VerifyRecover(CK_SESSION_HANDLE handle, CK_BYTE_PTR signature, CK_ULONG signature_len,
	CK_BYTE_PTR data, CK_ULONG_PTR data_len)
{
	KC_CLEANUP_SESSION struct kc_session *session = NULL;
	struct kc_operation *operation;
	CK_RV rv;

	KC_RV_TRY(kc_session_enter(handle, &session));
	KC_RV_TRY(kc_operation_find(session, KC_ACTIVITY_VERIFY_RECOVER, false, &operation));
	if (!data_len || !signature)
		return kc_operation_fail(operation, CKR_ARGUMENTS_BAD);
	rv = recover(session, operation, kc_bytes(signature, signature_len));
	if (rv != CKR_OK)
		return kc_operation_fail(operation, rv);
	rv = kc_operation_give(operation, data, data_len);
	if (rv == CKR_OK && data)
		kc_operation_end(operation);
	return rv;
}
