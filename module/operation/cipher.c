/* SPDX-License-Identifier: ISC */
/* The round trips of encrypting and decrypting. */
#include "module/operation/cipher.h"

#include <string.h>

#include "module/operation/cipher_len.h"
#include "module/session/module.h"

static bool decrypts(enum kc_activity activity)
{
	return activity == KC_ACTIVITY_DECRYPT || activity == KC_ACTIVITY_MESSAGE_DECRYPT;
}

/* What is wrong with the data is said in the words of the direction. */
static CK_RV rv_of(kc_err err, bool is_decrypting)
{
	return err == KC_E_DATA_LEN && is_decrypting ? CKR_ENCRYPTED_DATA_LEN_RANGE
						     : kc_operation_rv(err);
}

static CK_RV rv_of_part(kc_err err, bool is_decrypting)
{
	return err == KC_E_NOT_FOUND ? kc_operation_rv_begun(err) : rv_of(err, is_decrypting);
}

static kc_err encrypt(struct kc_client *client, const struct kc_object *key,
	const struct kc_cipher_params *params, struct kc_bytes input, struct kc_buf *ret)
{
	if (key->kind == KC_OBJECT_PUBLIC)
		return kc_client_public_encrypt(client, kc_object_spki(key), params, input, ret);
	return kc_client_secret_encrypt(client, key->item.id, params, input, ret);
}

static kc_err decrypt(struct kc_client *client, const struct kc_object *key,
	const struct kc_cipher_params *params, struct kc_bytes input, struct kc_buf *ret)
{
	KC_CLEANUP_SECRET struct kc_secret plain = KC_SECRET_INIT;

	KC_TRY(kc_client_key_decrypt(client, key->item.id, params, input, &plain));
	kc_buf_push(ret, plain.data, plain.len);
	return kc_buf_check(ret);
}

CK_RV kc_cipher_run(struct kc_session *session, const struct kc_operation *operation,
	bool is_decrypting, const struct kc_cipher_params *params, struct kc_bytes input,
	struct kc_buf *ret)
{
	unsigned tries = 0;
	kc_err err;

	do {
		err = (is_decrypting ? decrypt : encrypt)(
			session->module->client, operation->key, params, input, ret);
	} while (kc_operation_unlocked(session, err, &tries));
	return rv_of(err, is_decrypting);
}

/* The result of the whole input, into what is kept, and on to the caller. An encryption is not made
 * when its result will not fit. The operation ends, unless the caller asked for the length or has
 * not enough room. */
static CK_RV run(struct kc_session *session, struct kc_operation *operation, bool is_decrypting,
	struct kc_bytes input, CK_BYTE_PTR out, CK_ULONG_PTR out_len)
{
	struct kc_cipher_len len = kc_cipher_len_of(operation, is_decrypting);
	size_t most = kc_cipher_len_whole(&len, input.len);
	bool has_room = out && (is_decrypting || *out_len >= most);
	CK_RV rv = kc_cipher_len_check(&len, input.len);

	if (rv != CKR_OK)
		return kc_operation_fail(operation, rv);
	if (!kc_operation_has_kept(operation, input)) {
		if (!has_room) {
			*out_len = most;
			return out ? CKR_BUFFER_TOO_SMALL : CKR_OK;
		}
		kc_buf_done(&operation->kept);
		operation->kept = (struct kc_buf)KC_BUF_INIT_MAX(most);
		rv = kc_cipher_run(session, operation, is_decrypting, &operation->params.cipher,
			input, &operation->kept);
		if (rv != CKR_OK)
			return kc_operation_fail(operation, rv);
	}
	rv = kc_operation_give(operation, out, out_len);
	if (rv == CKR_BUFFER_TOO_SMALL)
		kc_operation_keep(operation, input);
	else if (out)
		kc_operation_end(operation);
	return rv;
}

CK_RV kc_cipher_whole(struct kc_session *session, enum kc_activity activity, CK_BYTE_PTR in,
	CK_ULONG in_len, CK_BYTE_PTR out, CK_ULONG_PTR out_len)
{
	struct kc_operation *operation;

	KC_RV_TRY(kc_operation_find(session, activity, false, &operation));
	if (!out_len || (!in && in_len))
		return kc_operation_fail(operation, CKR_ARGUMENTS_BAD);
	return run(session, operation, decrypts(activity), kc_bytes(in, in_len), out, out_len);
}

static CK_RV begin_in_service(
	struct kc_session *session, struct kc_operation *operation, bool is_decrypting)
{
	struct kc_client *client = session->module->client;
	unsigned tries = 0;
	kc_err err;

	if (operation->client)
		return CKR_OK;
	do {
		err = kc_client_cipher_begin(client, operation->key->item.id, is_decrypting,
			&operation->params.cipher, &operation->number);
	} while (kc_operation_unlocked(session, err, &tries));
	if (err == KC_OK)
		operation->client = client;
	return kc_operation_rv(err);
}

CK_RV kc_cipher_send(struct kc_session *session, struct kc_operation *operation, bool is_decrypting,
	struct kc_bytes part, CK_BYTE_PTR out, CK_ULONG_PTR out_len)
{
	KC_CLEANUP_SECRET struct kc_secret made = KC_SECRET_INIT;
	kc_err err;

	KC_RV_TRY(begin_in_service(session, operation, is_decrypting));
	err = kc_client_operation_part(operation->client, operation->number, part, &made);
	if (err != KC_OK) {
		operation->client = NULL; /* it ended there */
		return rv_of_part(err, is_decrypting);
	}
	if (made.len > *out_len)
		return CKR_GENERAL_ERROR;
	if (made.len)
		memcpy(out, made.data, made.len);
	operation->in_len += part.len;
	operation->out_len += made.len;
	*out_len = made.len;
	return CKR_OK;
}

CK_RV kc_cipher_update(struct kc_session *session, enum kc_activity activity, CK_BYTE_PTR in,
	CK_ULONG in_len, CK_BYTE_PTR out, CK_ULONG_PTR out_len)
{
	struct kc_operation *operation;
	struct kc_cipher_len len;
	size_t ready;
	CK_RV rv;

	KC_RV_TRY(kc_operation_find(session, activity, true, &operation));
	if (!out_len || (!in && in_len) || in_len > SIZE_MAX - operation->in_len)
		return kc_operation_fail(operation, CKR_ARGUMENTS_BAD);
	len = kc_cipher_len_of(operation, decrypts(activity));
	ready = kc_cipher_len_ready(&len, operation->in_len + in_len);
	ready = ready > operation->out_len ? ready - operation->out_len : 0;
	if (!out || *out_len < ready) {
		*out_len = ready;
		return out ? CKR_BUFFER_TOO_SMALL : CKR_OK;
	}
	operation->has_parts = true;
	if (kc_cipher_len_waits(&len)) {
		kc_operation_collect(operation, kc_bytes(in, in_len));
		*out_len = 0;
		return kc_buf_check(&operation->data) == KC_OK
			       ? CKR_OK
			       : kc_operation_fail(operation, rv_of(KC_E_DATA_LEN, len.decrypts));
	}
	rv = kc_cipher_send(session, operation, len.decrypts, kc_bytes(in, in_len), out, out_len);
	return rv == CKR_OK ? CKR_OK : kc_operation_fail(operation, rv);
}

/* Ends what was begun in the service, unless its result is there already. */
static CK_RV end_in_service(struct kc_operation *operation, bool is_decrypting, size_t most)
{
	KC_CLEANUP_SECRET struct kc_secret made = KC_SECRET_INIT;
	struct kc_bytes none = kc_bytes(NULL, 0);
	struct kc_client *client = operation->client;

	if (operation->has_kept)
		return CKR_OK;
	operation->client = NULL;
	KC_RV_TRY(rv_of_part(kc_client_operation_end(client, operation->number, none, none, &made),
		is_decrypting));
	operation->kept = (struct kc_buf)KC_BUF_INIT_MAX(most);
	kc_buf_push(&operation->kept, made.data, made.len);
	KC_RV_OF(kc_buf_check(&operation->kept));
	kc_operation_keep(operation, none);
	return CKR_OK;
}

static CK_RV finish(struct kc_operation *operation, const struct kc_cipher_len *len,
	CK_BYTE_PTR out, CK_ULONG_PTR out_len)
{
	size_t most = kc_cipher_len_whole(len, operation->in_len) - operation->out_len;
	CK_RV rv = kc_cipher_len_check(len, operation->in_len);

	if (rv == CKR_OK && !operation->has_kept && (!out || (!len->decrypts && *out_len < most))) {
		*out_len = most;
		return out ? CKR_BUFFER_TOO_SMALL : CKR_OK;
	}
	if (rv == CKR_OK)
		rv = end_in_service(operation, len->decrypts, most);
	if (rv != CKR_OK)
		return kc_operation_fail(operation, rv);
	rv = kc_operation_give(operation, out, out_len);
	if (rv == CKR_OK && out)
		kc_operation_end(operation);
	return rv;
}

CK_RV kc_cipher_final(struct kc_session *session, enum kc_activity activity, CK_BYTE_PTR out,
	CK_ULONG_PTR out_len)
{
	struct kc_operation *operation;
	struct kc_cipher_len len;

	KC_RV_TRY(kc_operation_find(session, activity, true, &operation));
	if (!out_len)
		return kc_operation_fail(operation, CKR_ARGUMENTS_BAD);
	len = kc_cipher_len_of(operation, decrypts(activity));
	if (!operation->client && !operation->has_kept)
		return run(session, operation, len.decrypts, kc_buf_bytes(&operation->data), out,
			out_len);
	return finish(operation, &len, out, out_len);
}
