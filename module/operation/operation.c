/* SPDX-License-Identifier: ISC */
/* The common part of all that is done with keys. */
#include "module/operation/operation.h"

#include <string.h>

#include "module/object/fetch.h"
#include "module/session/module.h"
#include "module/mechanism/permit.h"

/* Of a mechanism that wants all of its input at once. */
#define MOST_DATA ((size_t)64 << 20)

/* clang-format off */
static const CK_FLAGS flags[KC_ACTIVITY_COUNT] = {
	[KC_ACTIVITY_ENCRYPT]         = CKF_ENCRYPT,
	[KC_ACTIVITY_DECRYPT]         = CKF_DECRYPT,
	[KC_ACTIVITY_SIGN]            = CKF_SIGN,
	[KC_ACTIVITY_SIGN_RECOVER]    = CKF_SIGN_RECOVER,
	[KC_ACTIVITY_VERIFY]          = CKF_VERIFY,
	[KC_ACTIVITY_VERIFY_RECOVER]  = CKF_VERIFY_RECOVER,
	[KC_ACTIVITY_MESSAGE_ENCRYPT] = CKF_MESSAGE_ENCRYPT,
	[KC_ACTIVITY_MESSAGE_DECRYPT] = CKF_MESSAGE_DECRYPT,
	[KC_ACTIVITY_MESSAGE_SIGN]    = CKF_MESSAGE_SIGN,
	[KC_ACTIVITY_MESSAGE_VERIFY]  = CKF_MESSAGE_VERIFY,
};
/* clang-format on */

CK_FLAGS kc_operation_flag(enum kc_activity activity)
{
	return flags[activity];
}

#define CIPHERS (CKF_ENCRYPT | CKF_DECRYPT)
#define MESSAGE_CIPHERS (CKF_MESSAGE_ENCRYPT | CKF_MESSAGE_DECRYPT)

static CK_RV read_params(struct kc_module *module, const struct kc_mechanism *row,
	const CK_MECHANISM *asked, CK_FLAGS use, struct kc_params *params)
{
	if (use & MESSAGE_CIPHERS) {
		/* Each message brings its own. */
		params->cipher.scheme = row->cipher;
		return CKR_OK;
	}
	if (use & CIPHERS)
		return kc_params_of_cipher(row, asked, params);
	return kc_params_of_sign(module, row, asked, use, params);
}

static void begin(struct kc_operation *operation, const struct kc_mechanism *mechanism,
	struct kc_params *params, struct kc_object *key)
{
	*operation = (struct kc_operation){
		.key = key,
		.mechanism = mechanism,
		.params = *params,
	};
	*params = (struct kc_params){0};
	kc_operation_restart(operation);
}

CK_RV kc_operation_init(CK_SESSION_HANDLE handle, enum kc_activity activity,
	const CK_MECHANISM *asked, CK_OBJECT_HANDLE key_handle)
{
	KC_CLEANUP_SESSION struct kc_session *session = NULL;
	KC_CLEANUP_OBJECT struct kc_object *key = NULL;
	KC_CLEANUP_PARAMS struct kc_params params = {0};
	const struct kc_mechanism *mechanism;
	struct kc_operation *operation;
	CK_FLAGS use = flags[activity];

	KC_RV_TRY(kc_session_enter(handle, &session));
	operation = &session->operations[activity];
	if (kc_operation_is_active(operation)) {
		if (asked)
			return CKR_OPERATION_ACTIVE;
		kc_operation_end(operation);
		return CKR_OK;
	}
	KC_RV_TRY(kc_mechanism_ask(session->module, asked, use, &mechanism));
	KC_RV_TRY(read_params(session->module, mechanism, asked, use, &params));
	if (kc_fetch_known(session, key_handle, &key) != CKR_OK)
		return CKR_KEY_HANDLE_INVALID;
	KC_RV_TRY(kc_permit_check(session->module, key, mechanism, use));
	KC_RV_TRY(kc_params_check_key(&params, key->key_type));
	begin(operation, mechanism, &params, key);
	session->last = activity;
	key = NULL;
	return CKR_OK;
}

CK_RV kc_operation_find(struct kc_session *session, enum kc_activity activity, bool in_parts,
	struct kc_operation **ret)
{
	struct kc_operation *operation = &session->operations[activity];

	if (!kc_operation_is_active(operation))
		return CKR_OPERATION_NOT_INITIALIZED;
	if (operation->has_parts && !in_parts)
		return CKR_OPERATION_ACTIVE;
	*ret = operation;
	return CKR_OK;
}

void kc_operation_end(struct kc_operation *operation)
{
	if (!kc_operation_is_active(operation))
		return;
	kc_operation_drop(operation);
	kc_object_put(operation->key);
	kc_hasher_reset(&operation->hasher);
	kc_params_done(&operation->params);
	kc_buf_done(&operation->data);
	kc_buf_done(&operation->kept);
	*operation = (struct kc_operation){0};
}

CK_RV kc_operation_fail(struct kc_operation *operation, CK_RV rv)
{
	kc_operation_end(operation);
	return rv;
}

/* Codes hash in the service: their hash is part of the scheme. */
static bool hashes(const struct kc_operation *operation)
{
	return operation->mechanism->hash != KC_HASH_NONE &&
	       operation->mechanism->sign != KC_SIGN_HMAC;
}

void kc_operation_restart(struct kc_operation *operation)
{
	kc_buf_done(&operation->data);
	operation->data = (struct kc_buf)KC_BUF_INIT_MAX(MOST_DATA);
	if (hashes(operation))
		kc_hasher_start(&operation->hasher, operation->mechanism->hash);
}

void kc_operation_collect(struct kc_operation *operation, struct kc_bytes part)
{
	if (operation->hasher.hash != KC_HASH_NONE)
		kc_hasher_update(&operation->hasher, part);
	else
		kc_buf_push(&operation->data, part.data, part.len);
}

CK_RV kc_operation_input(struct kc_operation *operation, struct kc_bytes *ret)
{
	if (operation->hasher.hash != KC_HASH_NONE) {
		uint8_t digest[KC_HASHER_MAX_LEN];
		size_t len = kc_hasher_len(operation->hasher.hash);
		kc_hasher_finish(&operation->hasher, digest);
		kc_buf_push(&operation->data, digest, len);
	}
	KC_RV_OF(kc_buf_check(&operation->data));
	*ret = kc_buf_bytes(&operation->data);
	return CKR_OK;
}

CK_RV kc_operation_give(struct kc_operation *operation, CK_BYTE_PTR out, CK_ULONG_PTR out_len)
{
	CK_ULONG room = *out_len;

	*out_len = operation->kept.len;
	if (!out)
		return CKR_OK;
	if (room < operation->kept.len)
		return CKR_BUFFER_TOO_SMALL;
	if (operation->kept.len)
		memcpy(out, operation->kept.data, operation->kept.len);
	kc_buf_done(&operation->kept);
	operation->has_kept = false;
	return CKR_OK;
}

static void digest_of(struct kc_bytes input, uint8_t ret[static KC_HASHER_MAX_LEN])
{
	struct kc_hasher hasher;

	kc_hasher_start(&hasher, KC_HASH_SHA512);
	kc_hasher_update(&hasher, input);
	kc_hasher_finish(&hasher, ret);
}

void kc_operation_keep(struct kc_operation *operation, struct kc_bytes input)
{
	operation->has_kept = true;
	digest_of(input, operation->kept_of);
}

bool kc_operation_has_kept(const struct kc_operation *operation, struct kc_bytes input)
{
	uint8_t digest[KC_HASHER_MAX_LEN];

	if (!operation->has_kept)
		return false;
	digest_of(input, digest);
	return memcmp(digest, operation->kept_of, sizeof digest) == 0;
}

void kc_operation_drop(struct kc_operation *operation)
{
	struct kc_client *client = operation->client;

	operation->client = NULL;
	/* A service that cannot be told has forgotten it. */
	if (client && kc_client_operation_drop(client, operation->number) != KC_OK)
		return;
}

bool kc_operation_unlocked(struct kc_session *session, kc_err err, unsigned *tries)
{
	if (err != KC_E_LOCKED || (*tries)++ > 0)
		return false;
	return kc_client_login(session->module->client, kc_bytes(NULL, 0)) == KC_OK;
}

CK_RV kc_operation_rv(kc_err err)
{
	return err == KC_E_NOT_FOUND ? CKR_KEY_HANDLE_INVALID : kc_err_ckr(err);
}

CK_RV kc_operation_rv_begun(kc_err err)
{
	return err == KC_E_NOT_FOUND ? CKR_OPERATION_NOT_INITIALIZED : kc_err_ckr(err);
}
