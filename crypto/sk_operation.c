/* SPDX-License-Identifier: ISC */
/* One message for a secret key: all of it in one call, or in parts. */
#include <stdlib.h>

#include "crypto/sk_impl.h"

/* --- in one call --------------------------------------------------------------------------------
 */

/* Checks all that can be before there is room for the result. */
static kc_err room_for(const struct kc_sk *sk, enum kc_sk_way way,
	const struct kc_cipher_params *params, size_t len, size_t *ret)
{
	const struct kc_sk_mode *mode = NULL;

	KC_TRY(kc_sk_mode_find(sk, params, &mode));
	return kc_sk_mode_out_len(sk, way, mode, params, len, ret);
}

static kc_err into_buf(const struct kc_sk *sk, enum kc_sk_way way,
	const struct kc_cipher_params *params, struct kc_bytes input, struct kc_buf *ret)
{
	size_t before = ret->len, room = 0, len = 0;
	uint8_t *out;
	kc_err err;

	KC_TRY(room_for(sk, way, params, input.len, &room));
	out = kc_buf_extend(ret, room);
	if (!out)
		return kc_buf_check(ret);
	err = kc_sk_cipher_whole(sk, way, params, input, out, &len);
	kc_buf_truncate(ret, before + (err == KC_OK ? len : 0));
	return err;
}

kc_err kc_sk_encrypt(const struct kc_sk *sk, const struct kc_cipher_params *params,
	struct kc_bytes input, struct kc_buf *ret)
{
	return into_buf(sk, KC_SK_ENCRYPT, params, input, ret);
}

kc_err kc_sk_decrypt_buf(const struct kc_sk *sk, const struct kc_cipher_params *params,
	struct kc_bytes input, struct kc_buf *ret)
{
	return into_buf(sk, KC_SK_DECRYPT, params, input, ret);
}

kc_err kc_sk_decrypt(const struct kc_sk *sk, const struct kc_cipher_params *params,
	struct kc_bytes input, struct kc_secret *ret)
{
	KC_CLEANUP_SECRET struct kc_secret plain = KC_SECRET_INIT;
	size_t room = 0, len = 0;

	KC_TRY(room_for(sk, KC_SK_DECRYPT, params, input.len, &room));
	KC_TRY(kc_secret_alloc(&plain, room));
	KC_TRY(kc_sk_cipher_whole(sk, KC_SK_DECRYPT, params, input, plain.data, &len));
	if (len < room) /* padding; a block knows its size */
		return kc_secret_set(ret, kc_bytes(plain.data, len));
	kc_secret_move(ret, &plain);
	return KC_OK;
}

static kc_err compute(const struct kc_sk *sk, const struct kc_sign_params *params,
	struct kc_bytes input, uint8_t ret[static KC_SK_CODE_MOST], size_t *ret_len)
{
	KC_CLEANUP_SK_CODE struct kc_sk_code code = {0};

	KC_TRY(kc_sk_mac_start(sk, params, &code));
	KC_TRY(kc_sk_mac_feed(&code, input));
	KC_TRY(kc_sk_mac_finish(&code, ret));
	*ret_len = code.len;
	return KC_OK;
}

kc_err kc_sk_mac(const struct kc_sk *sk, const struct kc_sign_params *params, struct kc_bytes input,
	struct kc_buf *ret)
{
	uint8_t code[KC_SK_CODE_MOST];
	size_t len = 0;

	KC_TRY(compute(sk, params, input, code, &len));
	kc_buf_push(ret, code, len);
	return kc_buf_check(ret);
}

kc_err kc_sk_mac_check(const struct kc_sk *sk, const struct kc_sign_params *params,
	struct kc_bytes input, struct kc_bytes code)
{
	uint8_t wanted[KC_SK_CODE_MOST];
	size_t len = 0;
	kc_err err;

	KC_TRY(compute(sk, params, input, wanted, &len));
	err = kc_sk_mac_compare(wanted, len, code);
	kc_mem_wipe(wanted, sizeof wanted);
	return err;
}

/* --- in parts -----------------------------------------------------------------------------------
 */

struct kc_sk_operation {
	struct kc_sk *sk; /* owned */
	bool is_mac;
	struct kc_sk_code code;
	struct kc_sk_message message;
	bool collects; /* until the end */
	enum kc_sk_way way;
	struct kc_cipher_params params; /* when it collects; iv and label stand in the next two */
	struct kc_buf iv, label;
	struct kc_buf held;
};

static void free_cleanup(struct kc_sk_operation **operation)
{
	kc_sk_operation_free(*operation);
}
#define CLEANUP_OPERATION KC_CLEANUP(free_cleanup)

static kc_err new_operation(const struct kc_sk *sk, struct kc_sk_operation **ret)
{
	struct kc_sk_operation *operation = calloc(1, sizeof *operation);

	if (!operation)
		return KC_ERR(NO_MEMORY);
	operation->sk = kc_sk_ref((struct kc_sk *)(uintptr_t)sk);
	operation->held = (struct kc_buf)KC_BUF_INIT_MAX(KC_SK_OPERATION_MAX);
	*ret = operation;
	return KC_OK;
}

void kc_sk_operation_free(struct kc_sk_operation *operation)
{
	if (!operation)
		return;
	kc_sk_cipher_done(&operation->message);
	kc_sk_mac_done(&operation->code);
	kc_buf_done(&operation->iv);
	kc_buf_done(&operation->label);
	kc_buf_done(&operation->held);
	kc_sk_free(operation->sk);
	free(operation);
}

/* The parameters outlive what they were borrowed from. */
static kc_err keep_params(struct kc_sk_operation *operation, const struct kc_cipher_params *params)
{
	kc_buf_push(&operation->iv, params->iv.data, params->iv.len);
	kc_buf_push(&operation->label, params->label.data, params->label.len);
	KC_TRY(kc_buf_check(&operation->iv));
	KC_TRY(kc_buf_check(&operation->label));
	operation->params = *params;
	operation->params.iv = kc_buf_bytes(&operation->iv);
	operation->params.label = kc_buf_bytes(&operation->label);
	return KC_OK;
}

kc_err kc_sk_cipher_begin(const struct kc_sk *sk, enum kc_sk_way way,
	const struct kc_cipher_params *params, struct kc_sk_operation **ret)
{
	CLEANUP_OPERATION struct kc_sk_operation *operation = NULL;
	const struct kc_sk_mode *mode = NULL;

	KC_TRY(kc_sk_mode_find(sk, params, &mode));
	KC_TRY(new_operation(sk, &operation));
	operation->way = way;
	operation->collects = kc_sk_cipher_collects(mode, way, params);
	if (operation->collects)
		KC_TRY(keep_params(operation, params));
	else
		KC_TRY(kc_sk_cipher_start(operation->sk, way, params, &operation->message));
	*ret = operation;
	operation = NULL;
	return KC_OK;
}

kc_err kc_sk_mac_begin(
	const struct kc_sk *sk, const struct kc_sign_params *params, struct kc_sk_operation **ret)
{
	CLEANUP_OPERATION struct kc_sk_operation *operation = NULL;

	KC_TRY(new_operation(sk, &operation));
	operation->is_mac = true;
	KC_TRY(kc_sk_mac_start(operation->sk, params, &operation->code));
	*ret = operation;
	operation = NULL;
	return KC_OK;
}

/* One step of a cipher, straight into the caller's buffer. */
static kc_err feed(struct kc_sk_operation *operation, struct kc_bytes part, struct kc_buf *ret)
{
	size_t before = ret->len, len = 0;
	uint8_t *out = kc_buf_extend(ret, part.len + KC_SK_REST_MAX);
	kc_err err;

	if (!out)
		return kc_buf_check(ret);
	err = kc_sk_cipher_feed(&operation->message, part, out, &len);
	kc_buf_truncate(ret, before + (err == KC_OK ? len : 0));
	return err;
}

static kc_err hold(struct kc_sk_operation *operation, struct kc_bytes part)
{
	if (part.len > KC_SK_OPERATION_MAX - operation->held.len)
		return KC_ERR(DATA_LEN);
	kc_buf_push(&operation->held, part.data, part.len);
	return kc_buf_check(&operation->held);
}

kc_err kc_sk_operation_part(
	struct kc_sk_operation *operation, struct kc_bytes part, struct kc_buf *ret)
{
	if (operation->is_mac)
		return kc_sk_mac_feed(&operation->code, part);
	return operation->collects ? hold(operation, part) : feed(operation, part, ret);
}

static kc_err finish_code(struct kc_sk_operation *operation, struct kc_buf *ret)
{
	uint8_t code[KC_SK_CODE_MOST];

	KC_TRY(kc_sk_mac_finish(&operation->code, code));
	kc_buf_push(ret, code, operation->code.len);
	return kc_buf_check(ret);
}

static kc_err finish_cipher(struct kc_sk_operation *operation, struct kc_buf *ret)
{
	uint8_t rest[KC_SK_REST_MAX];
	size_t len = 0;

	KC_TRY(kc_sk_cipher_finish(&operation->message, rest, &len));
	kc_buf_push(ret, rest, len);
	kc_mem_wipe(rest, sizeof rest);
	return kc_buf_check(ret);
}

kc_err kc_sk_operation_end(struct kc_sk_operation *operation, struct kc_buf *ret)
{
	if (operation->is_mac)
		return finish_code(operation, ret);
	if (operation->collects)
		return into_buf(operation->sk, operation->way, &operation->params,
			kc_buf_bytes(&operation->held), ret);
	return finish_cipher(operation, ret);
}

kc_err kc_sk_operation_check(struct kc_sk_operation *operation, struct kc_bytes code)
{
	uint8_t wanted[KC_SK_CODE_MOST];
	kc_err err;

	if (!operation->is_mac)
		return KC_ERR(BUG);
	KC_TRY(kc_sk_mac_finish(&operation->code, wanted));
	err = kc_sk_mac_compare(wanted, operation->code.len, code);
	kc_mem_wipe(wanted, sizeof wanted);
	return err;
}

kc_err kc_sk_operation_fork(const struct kc_sk_operation *operation, struct kc_sk_operation **ret)
{
	CLEANUP_OPERATION struct kc_sk_operation *made = NULL;
	struct kc_sk_context context = {0};

	KC_TRY(new_operation(operation->sk, &made));
	made->is_mac = operation->is_mac;
	made->collects = operation->collects;
	made->way = operation->way;
	if (operation->collects) {
		KC_TRY(keep_params(made, &operation->params));
		KC_TRY(hold(made, kc_buf_bytes(&operation->held)));
	} else if (operation->is_mac) {
		KC_TRY(kc_sk_context_fork(&operation->code.context, &context));
		made->code = operation->code;
		made->code.context = context;
	} else {
		KC_TRY(kc_sk_context_fork(&operation->message.context, &context));
		made->message = operation->message;
		made->message.context = context;
	}
	*ret = made;
	made = NULL;
	return KC_OK;
}

size_t kc_sk_operation_held(const struct kc_sk_operation *operation)
{
	return operation->held.len;
}
