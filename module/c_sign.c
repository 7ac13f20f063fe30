/* SPDX-License-Identifier: ISC */
/*
 * PKCS#11 3.1, 5.13: signing. C_SignInit is local; the service hears of it once, when there is
 * something to sign.
 */
#include <string.h>

#include "module/attribute.h"
#include "module/fetch.h"
#include "module/keyform.h"
#include "module/module.h"

static CK_RV check_key(const struct kc_object *key, const struct kc_mechanism *mechanism)
{
	CK_BBOOL yes = CK_TRUE;
	CK_ATTRIBUTE may_sign = {CKA_SIGN, &yes, sizeof yes};

	if (key->kind != KC_OBJECT_PRIVATE || !kc_mechanism_takes(mechanism, key->key_type))
		return CKR_KEY_TYPE_INCONSISTENT;
	return kc_attribute_equals(key, &may_sign) ? CKR_OK : CKR_KEY_FUNCTION_NOT_PERMITTED;
}

CK_RV C_SignInit(CK_SESSION_HANDLE handle, CK_MECHANISM_PTR asked, CK_OBJECT_HANDLE key_handle)
{
	KC_CLEANUP_SESSION struct kc_session *session = NULL;
	KC_CLEANUP_OBJECT struct kc_object *key = NULL;
	const struct kc_mechanism *mechanism;
	KC_CLEANUP_PARAMS struct kc_params params = {0};

	KC_RV_TRY(kc_session_enter(handle, &session));
	if (kc_operation_is_active(&session->sign))
		return CKR_OPERATION_ACTIVE;
	KC_RV_TRY(kc_mechanism_ask(session->module, asked, CKF_SIGN, &mechanism));
	KC_RV_TRY(kc_params_of_sign(session->module, mechanism, asked, CKF_SIGN, &params));
	if (kc_fetch_known(session, key_handle, &key) != CKR_OK)
		return CKR_KEY_HANDLE_INVALID;
	KC_RV_TRY(check_key(key, mechanism));
	kc_operation_begin(&session->sign, mechanism, &params, key);
	key = NULL;
	return CKR_OK;
}

static CK_ULONG signature_len(const struct kc_operation *sign)
{
	unsigned bits = sign->key->key_bits;
	const struct kc_curve *curve = kc_keyform_curve(sign->key->key_type, bits);

	return curve ? 2 * curve->scalar_len : (bits + 7) / 8;
}

/* Asks the service for the signature. A keychain that was locked since the key was found is opened
 * if its user says so: programs that sign do not always log in first. */
static CK_RV ask(struct kc_session *session, struct kc_bytes input, struct kc_buf *ret)
{
	struct kc_operation *sign = &session->sign;
	struct kc_client *client = session->module->client;
	kc_err err = kc_client_key_sign(client, sign->key->item.id, &sign->params.sign, input, ret);

	if (err == KC_E_LOCKED) {
		KC_RV_OF(kc_client_login(client, kc_bytes(NULL, 0)));
		err = kc_client_key_sign(
			client, sign->key->item.id, &sign->params.sign, input, ret);
	}
	return err == KC_E_NOT_FOUND ? CKR_KEY_HANDLE_INVALID : kc_err_ckr(err);
}

/* Signs what was collected, and ends the operation. */
static CK_RV finish(struct kc_session *session, CK_BYTE_PTR signature, CK_ULONG_PTR len)
{
	KC_CLEANUP_BUF struct kc_buf made = KC_BUF_INIT;
	struct kc_bytes input;
	CK_RV rv = kc_operation_input(&session->sign, &input);

	if (rv == CKR_OK)
		rv = ask(session, input, &made);
	kc_operation_end(&session->sign);
	KC_RV_TRY(rv);
	if (*len < made.len)
		return CKR_BUFFER_TOO_SMALL;
	memcpy(signature, made.data, made.len);
	*len = made.len;
	return CKR_OK;
}

/* The cases that sign nothing and end nothing: asking for the length, and a small buffer. */
static bool is_answered_by_len(
	const struct kc_session *session, CK_BYTE_PTR signature, CK_ULONG_PTR len, CK_RV *ret)
{
	CK_ULONG room = *len, needed = signature_len(&session->sign);

	if (signature && room >= needed)
		return false;
	*len = needed;
	*ret = signature ? CKR_BUFFER_TOO_SMALL : CKR_OK;
	return true;
}

static CK_RV give_up(struct kc_session *session)
{
	kc_operation_end(&session->sign);
	return CKR_ARGUMENTS_BAD;
}

CK_RV C_Sign(CK_SESSION_HANDLE handle, CK_BYTE_PTR data, CK_ULONG data_len, CK_BYTE_PTR signature,
	CK_ULONG_PTR signature_len_ptr)
{
	KC_CLEANUP_SESSION struct kc_session *session = NULL;
	CK_RV rv;

	KC_RV_TRY(kc_session_enter(handle, &session));
	if (!kc_operation_is_active(&session->sign))
		return CKR_OPERATION_NOT_INITIALIZED;
	if (session->sign.has_parts)
		return CKR_OPERATION_ACTIVE;
	if (!signature_len_ptr || (!data && data_len))
		return give_up(session);
	if (is_answered_by_len(session, signature, signature_len_ptr, &rv))
		return rv;
	kc_operation_update(&session->sign, kc_bytes(data, data_len));
	return finish(session, signature, signature_len_ptr);
}

CK_RV C_SignUpdate(CK_SESSION_HANDLE handle, CK_BYTE_PTR part, CK_ULONG part_len)
{
	KC_CLEANUP_SESSION struct kc_session *session = NULL;

	KC_RV_TRY(kc_session_enter(handle, &session));
	if (!kc_operation_is_active(&session->sign))
		return CKR_OPERATION_NOT_INITIALIZED;
	if (!part && part_len)
		return give_up(session);
	session->sign.has_parts = true;
	kc_operation_update(&session->sign, kc_bytes(part, part_len));
	return CKR_OK;
}

CK_RV C_SignFinal(CK_SESSION_HANDLE handle, CK_BYTE_PTR signature, CK_ULONG_PTR signature_len_ptr)
{
	KC_CLEANUP_SESSION struct kc_session *session = NULL;
	CK_RV rv;

	KC_RV_TRY(kc_session_enter(handle, &session));
	if (!kc_operation_is_active(&session->sign))
		return CKR_OPERATION_NOT_INITIALIZED;
	if (!signature_len_ptr)
		return give_up(session);
	if (is_answered_by_len(session, signature, signature_len_ptr, &rv))
		return rv;
	return finish(session, signature, signature_len_ptr);
}
