/* SPDX-License-Identifier: ISC */
/*
 * Messages. What is decrypted, and all of CCM, is collected until the message is whole: no byte
 * comes out before its tag was right.
 */
#include "module/operation/message_cipher.h"

#include <string.h>

#include "module/operation/cipher.h"
#include "module/operation/cipher_len.h"
#include "module/session/module.h"

static bool encrypts(enum kc_activity activity)
{
	return activity == KC_ACTIVITY_MESSAGE_ENCRYPT;
}

static bool is_missing(struct kc_bytes bytes)
{
	return !bytes.data && bytes.len;
}

/* Forgets the message; the operation goes on. */
static CK_RV end_message(struct kc_operation *operation, CK_RV rv)
{
	kc_operation_drop(operation);
	kc_operation_restart(operation);
	operation->is_in_message = false;
	operation->in_len = operation->out_len = 0;
	return rv;
}

/* Whether the caller only asked for the length, or has too little room for it. */
static bool is_answered(size_t needed, CK_BYTE_PTR out, CK_ULONG_PTR out_len, CK_RV *ret)
{
	CK_ULONG room = *out_len;

	if (needed == 0 || (out && room >= needed))
		return false;
	*out_len = needed;
	*ret = out ? CKR_BUFFER_TOO_SMALL : CKR_OK;
	return true;
}

static void give(struct kc_bytes made, CK_BYTE_PTR out, CK_ULONG_PTR out_len)
{
	if (made.len)
		memcpy(out, made.data, made.len);
	*out_len = made.len;
}

/* Encrypts a whole message, with the tag apart. */
static CK_RV seal(struct kc_session *session, const struct kc_operation *operation,
	const struct kc_message_params *params, struct kc_bytes in, CK_BYTE_PTR out,
	CK_ULONG_PTR out_len)
{
	KC_CLEANUP_BUF struct kc_buf made = KC_BUF_INIT_MAX(in.len + params->tag_len);
	struct kc_cipher_len len = kc_cipher_len_of(operation, false);

	KC_RV_TRY(kc_cipher_len_check(&len, in.len));
	KC_RV_TRY(kc_cipher_run(session, operation, false, &operation->params.cipher, in, &made));
	if (made.len != in.len + params->tag_len)
		return CKR_GENERAL_ERROR;
	memcpy(params->tag, made.data + in.len, params->tag_len);
	give(kc_bytes(made.data, in.len), out, out_len);
	return CKR_OK;
}

static CK_RV open(struct kc_session *session, const struct kc_operation *operation,
	const struct kc_message_params *params, struct kc_bytes in, CK_BYTE_PTR out,
	CK_ULONG_PTR out_len)
{
	KC_CLEANUP_BUF struct kc_buf sealed = KC_BUF_INIT_MAX(in.len + params->tag_len);
	KC_CLEANUP_BUF struct kc_buf plain = KC_BUF_INIT_MAX(in.len + 1);
	struct kc_cipher_len len = kc_cipher_len_of(operation, true);
	CK_RV rv;

	kc_buf_push(&sealed, in.data, in.len);
	kc_buf_push(&sealed, params->tag, params->tag_len);
	KC_RV_OF(kc_buf_check(&sealed));
	KC_RV_TRY(kc_cipher_len_check(&len, sealed.len));
	rv = kc_cipher_run(
		session, operation, true, &operation->params.cipher, kc_buf_bytes(&sealed), &plain);
	if (rv == CKR_ENCRYPTED_DATA_INVALID)
		return CKR_AEAD_DECRYPT_FAILED;
	KC_RV_TRY(rv);
	if (plain.len != in.len)
		return CKR_GENERAL_ERROR;
	give(kc_buf_bytes(&plain), out, out_len);
	return CKR_OK;
}

CK_RV kc_message_cipher_whole(CK_SESSION_HANDLE handle, enum kc_activity activity, void *parameter,
	CK_ULONG parameter_len, struct kc_bytes aad, struct kc_bytes in, CK_BYTE_PTR out,
	CK_ULONG_PTR out_len)
{
	KC_CLEANUP_SESSION struct kc_session *session = NULL;
	struct kc_message_params params;
	struct kc_operation *operation;
	CK_RV rv;

	KC_RV_TRY(kc_session_enter(handle, &session));
	KC_RV_TRY(kc_operation_find(session, activity, true, &operation));
	if (operation->is_in_message)
		return CKR_OPERATION_ACTIVE;
	if (!out_len || is_missing(aad) || is_missing(in))
		return CKR_ARGUMENTS_BAD;
	KC_RV_TRY(kc_message_params_read(operation, parameter, parameter_len, &params));
	if (is_answered(in.len, out, out_len, &rv))
		return rv;
	KC_RV_TRY(kc_message_params_begin(operation, &params, aad, encrypts(activity)));
	return (encrypts(activity) ? seal : open)(session, operation, &params, in, out, out_len);
}

CK_RV kc_message_cipher_begin(CK_SESSION_HANDLE handle, enum kc_activity activity, void *parameter,
	CK_ULONG parameter_len, struct kc_bytes aad)
{
	KC_CLEANUP_SESSION struct kc_session *session = NULL;
	struct kc_message_params params;
	struct kc_operation *operation;

	KC_RV_TRY(kc_session_enter(handle, &session));
	KC_RV_TRY(kc_operation_find(session, activity, true, &operation));
	if (operation->is_in_message)
		return CKR_OPERATION_ACTIVE;
	if (is_missing(aad))
		return CKR_ARGUMENTS_BAD;
	KC_RV_TRY(kc_message_params_read(operation, parameter, parameter_len, &params));
	KC_RV_TRY(kc_message_params_begin(operation, &params, aad, encrypts(activity)));
	operation->is_in_message = true;
	return CKR_OK;
}

/* A part of what goes to the service as it comes, and at the end the tag. */
static CK_RV stream(struct kc_session *session, struct kc_operation *operation,
	const struct kc_message_params *params, struct kc_bytes in, bool is_last, CK_BYTE_PTR out,
	CK_ULONG_PTR out_len)
{
	KC_CLEANUP_SECRET struct kc_secret tag = KC_SECRET_INIT;
	struct kc_client *client;
	CK_ULONG room = in.len;

	KC_RV_TRY(kc_cipher_send(session, operation, false, in, out, &room));
	*out_len = room;
	if (!is_last)
		return CKR_OK;
	client = operation->client;
	operation->client = NULL;
	KC_RV_TRY(kc_operation_rv_begun(kc_client_operation_end(
		client, operation->number, kc_bytes(NULL, 0), kc_bytes(NULL, 0), &tag)));
	if (room != in.len || tag.len != params->tag_len)
		return CKR_GENERAL_ERROR;
	memcpy(params->tag, tag.data, tag.len);
	return CKR_OK;
}

/* A part of what is collected, and at the end the whole message. */
static CK_RV collect(struct kc_session *session, struct kc_operation *operation,
	const struct kc_message_params *params, bool is_encrypting, struct kc_bytes in,
	bool is_last, CK_BYTE_PTR out, CK_ULONG_PTR out_len)
{
	kc_operation_collect(operation, in);
	KC_RV_OF(kc_buf_check(&operation->data));
	if (!is_last) {
		*out_len = 0;
		return CKR_OK;
	}
	return (is_encrypting ? seal : open)(
		session, operation, params, kc_buf_bytes(&operation->data), out, out_len);
}

CK_RV kc_message_cipher_next(CK_SESSION_HANDLE handle, enum kc_activity activity, void *parameter,
	CK_ULONG parameter_len, struct kc_bytes in, CK_BYTE_PTR out, CK_ULONG_PTR out_len,
	CK_FLAGS flags)
{
	KC_CLEANUP_SESSION struct kc_session *session = NULL;
	bool is_last = (flags & CKF_END_OF_MESSAGE) != 0;
	struct kc_message_params params;
	struct kc_operation *operation;
	struct kc_cipher_len len;
	size_t needed;
	CK_RV rv;

	KC_RV_TRY(kc_session_enter(handle, &session));
	KC_RV_TRY(kc_operation_find(session, activity, true, &operation));
	if (!operation->is_in_message)
		return CKR_OPERATION_NOT_INITIALIZED;
	if (!out_len || is_missing(in))
		return end_message(operation, CKR_ARGUMENTS_BAD);
	rv = kc_message_params_read(operation, parameter, parameter_len, &params);
	if (rv != CKR_OK || params.tag_len != operation->params.cipher.tag_len)
		return end_message(operation, CKR_MECHANISM_PARAM_INVALID);
	len = kc_cipher_len_of(operation, !encrypts(activity));
	needed = !kc_cipher_len_waits(&len) ? in.len : is_last ? operation->data.len + in.len : 0;
	if (is_answered(needed, out, out_len, &rv))
		return rv;
	rv = kc_cipher_len_waits(&len)
		     ? collect(session, operation, &params, encrypts(activity), in, is_last, out,
			       out_len)
		     : stream(session, operation, &params, in, is_last, out, out_len);
	return is_last || rv != CKR_OK ? end_message(operation, rv) : CKR_OK;
}

CK_RV kc_message_cipher_final(CK_SESSION_HANDLE handle, enum kc_activity activity)
{
	KC_CLEANUP_SESSION struct kc_session *session = NULL;
	struct kc_operation *operation;

	KC_RV_TRY(kc_session_enter(handle, &session));
	KC_RV_TRY(kc_operation_find(session, activity, true, &operation));
	kc_operation_end(operation);
	return CKR_OK;
}
