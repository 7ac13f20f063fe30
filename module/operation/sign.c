/* SPDX-License-Identifier: ISC */
/*
 * The round trips of signatures and codes. A short message of a code is collected and makes one of
 * them; a long one is begun in the service.
 */
#include "module/operation/sign.h"

#include <string.h>

#include "module/form/keyform.h"
#include "module/session/module.h"

#define SHORT ((size_t)64 << 10)

#define POLY1305_LEN 16

static bool is_code(const struct kc_operation *operation)
{
	return operation->key->kind == KC_OBJECT_SECRET;
}

static size_t code_len(const struct kc_operation *operation)
{
	const struct kc_sign_params *params = &operation->params.sign;

	if (params->mac_len)
		return params->mac_len;
	if (params->scheme == KC_SIGN_HMAC)
		return kc_hasher_len(params->hash);
	return params->scheme == KC_SIGN_POLY1305 ? POLY1305_LEN
						  : kc_params_block_len(operation->mechanism);
}

size_t kc_sign_len(const struct kc_operation *operation)
{
	unsigned bits = operation->key->key_bits;
	const struct kc_curve *curve;

	if (is_code(operation))
		return code_len(operation);
	curve = kc_keyform_curve((enum kc_key_type)operation->key->key_type, bits);
	return curve ? 2 * curve->scalar_len : (bits + 7) / 8;
}

bool kc_sign_is_answered(
	const struct kc_operation *operation, CK_BYTE_PTR out, CK_ULONG_PTR out_len, CK_RV *ret)
{
	CK_ULONG room = *out_len, needed = kc_sign_len(operation);

	if (out && room >= needed)
		return false;
	*out_len = needed;
	*ret = out ? CKR_BUFFER_TOO_SMALL : CKR_OK;
	return true;
}

static CK_RV begin_in_service(
	struct kc_session *session, struct kc_operation *operation, bool verifies)
{
	struct kc_client *client = session->module->client;
	unsigned tries = 0;
	kc_err err;

	if (operation->client)
		return CKR_OK;
	do {
		err = kc_client_mac_begin(client, operation->key->item.id, verifies,
			&operation->params.sign, &operation->number);
	} while (kc_operation_unlocked(session, err, &tries));
	if (err == KC_OK)
		operation->client = client;
	return kc_operation_rv(err);
}

static CK_RV send_part(struct kc_operation *operation, struct kc_bytes part)
{
	KC_CLEANUP_SECRET struct kc_secret none = KC_SECRET_INIT;
	kc_err err = kc_client_operation_part(operation->client, operation->number, part, &none);

	if (err != KC_OK)
		operation->client = NULL; /* it ended there */
	return kc_operation_rv_begun(err);
}

CK_RV kc_sign_update(struct kc_session *session, struct kc_operation *operation, bool verifies,
	struct kc_bytes part)
{
	if (!is_code(operation) ||
		(!operation->client && part.len <= SHORT && operation->data.len <= SHORT)) {
		kc_operation_collect(operation, part);
		return kc_err_ckr(kc_buf_check(&operation->data));
	}
	KC_RV_TRY(begin_in_service(session, operation, verifies));
	if (operation->data.len) {
		KC_RV_TRY(send_part(operation, kc_buf_bytes(&operation->data)));
		kc_buf_reset(&operation->data);
	}
	return send_part(operation, part);
}

/* The number of a raw RSA operation is as long as the modulus. */
static CK_RV input_of(struct kc_operation *operation, struct kc_bytes *ret)
{
	static const uint8_t zeroes[64];
	size_t len = kc_sign_len(operation);

	if (operation->params.sign.scheme == KC_SIGN_RSA_RAW) {
		if (operation->data.len > len)
			return CKR_DATA_LEN_RANGE;
		while (operation->data.len < len && kc_buf_check(&operation->data) == KC_OK) {
			size_t missing = len - operation->data.len;

			kc_buf_insert(&operation->data, 0, zeroes,
				missing < sizeof zeroes ? missing : sizeof zeroes);
		}
	}
	return kc_operation_input(operation, ret);
}

static CK_RV end_in_service(
	struct kc_operation *operation, struct kc_bytes code, struct kc_secret *ret)
{
	struct kc_client *client = operation->client;

	operation->client = NULL;
	return kc_operation_rv_begun(
		kc_client_operation_end(client, operation->number, kc_bytes(NULL, 0), code, ret));
}

static CK_RV make_long(struct kc_operation *operation, struct kc_buf *ret)
{
	KC_CLEANUP_SECRET struct kc_secret code = KC_SECRET_INIT;

	KC_RV_TRY(end_in_service(operation, kc_bytes(NULL, 0), &code));
	kc_buf_push(ret, code.data, code.len);
	return kc_err_ckr(kc_buf_check(ret));
}

static CK_RV make(struct kc_session *session, struct kc_operation *operation, struct kc_buf *ret)
{
	struct kc_bytes input;
	unsigned tries = 0;
	kc_err err;

	if (operation->client)
		return make_long(operation, ret);
	KC_RV_TRY(input_of(operation, &input));
	do {
		err = kc_client_key_sign(session->module->client, operation->key->item.id,
			&operation->params.sign, input, ret);
	} while (kc_operation_unlocked(session, err, &tries));
	return kc_operation_rv(err);
}

CK_RV kc_sign_make(struct kc_session *session, struct kc_operation *operation, CK_BYTE_PTR out,
	CK_ULONG_PTR out_len)
{
	KC_CLEANUP_BUF struct kc_buf made = KC_BUF_INIT;

	KC_RV_TRY(make(session, operation, &made));
	if (*out_len < made.len)
		return CKR_GENERAL_ERROR;
	memcpy(out, made.data, made.len);
	*out_len = made.len;
	return CKR_OK;
}

CK_RV kc_sign_check(
	struct kc_session *session, struct kc_operation *operation, struct kc_bytes signature)
{
	KC_CLEANUP_SECRET struct kc_secret none = KC_SECRET_INIT;
	struct kc_client *client = session->module->client;
	struct kc_bytes input;
	unsigned tries = 0;
	kc_err err;

	if (signature.len != kc_sign_len(operation))
		return CKR_SIGNATURE_LEN_RANGE;
	if (operation->client)
		return end_in_service(operation, signature, &none);
	KC_RV_TRY(input_of(operation, &input));
	if (!is_code(operation))
		return kc_err_ckr(kc_client_key_verify(client, kc_object_spki(operation->key),
			&operation->params.sign, input, signature));
	do {
		err = kc_client_mac_check(
			client, operation->key->item.id, &operation->params.sign, input, signature);
	} while (kc_operation_unlocked(session, err, &tries));
	return kc_operation_rv(err);
}

CK_RV kc_sign_take_part(
	struct kc_session *session, enum kc_activity activity, CK_BYTE_PTR part, CK_ULONG part_len)
{
	struct kc_operation *operation;
	CK_RV rv;

	KC_RV_TRY(kc_operation_find(session, activity, true, &operation));
	if (!part && part_len)
		return kc_operation_fail(operation, CKR_ARGUMENTS_BAD);
	operation->has_parts = true;
	rv = kc_sign_update(
		session, operation, activity == KC_ACTIVITY_VERIFY, kc_bytes(part, part_len));
	return rv == CKR_OK ? CKR_OK : kc_operation_fail(operation, rv);
}

CK_RV kc_sign_find_message(struct kc_session *session, enum kc_activity activity,
	CK_ULONG parameter_len, bool is_inside, struct kc_operation **ret)
{
	struct kc_operation *operation;

	KC_RV_TRY(kc_operation_find(session, activity, true, &operation));
	if (operation->is_in_message != is_inside)
		return is_inside ? CKR_OPERATION_NOT_INITIALIZED : CKR_OPERATION_ACTIVE;
	if (parameter_len != 0)
		return CKR_MECHANISM_PARAM_INVALID;
	*ret = operation;
	return CKR_OK;
}

CK_RV kc_sign_end_message(struct kc_operation *operation, CK_RV rv)
{
	kc_operation_drop(operation);
	kc_operation_restart(operation);
	operation->is_in_message = false;
	return rv;
}
