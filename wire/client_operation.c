/* SPDX-License-Identifier: ISC */
/* Operations in parts: what is longer than a call may be is sent, and comes back, in several. */
#include "wire/client_operation.h"

#include "wire/client_impl.h"

#define NOTHING kc_bytes(NULL, 0)
#define LONGEST ((size_t)128 << 20) /* of an answer, more than any operation collects */

kc_err kc_client_cipher_begin(struct kc_client *client, uint64_t id, bool decrypts,
	const struct kc_cipher_params *params, uint64_t *ret_operation)
{
	KC_CLEANUP_CLIENT_CALL struct kc_client_call call = KC_CLIENT_CALL_INIT;

	KC_TRY(KC_CLIENT_RUN(&call, client, CIPHER_BEGIN, KC_FIELD_U(id), KC_FIELD_T(decrypts),
		KC_FIELD_C(params)));
	*ret_operation = call.result.number;
	return KC_OK;
}

kc_err kc_client_mac_begin(struct kc_client *client, uint64_t id, bool verifies,
	const struct kc_sign_params *params, uint64_t *ret_operation)
{
	KC_CLEANUP_CLIENT_CALL struct kc_client_call call = KC_CLIENT_CALL_INIT;

	KC_TRY(KC_CLIENT_RUN(&call, client, MAC_BEGIN, KC_FIELD_U(id), KC_FIELD_T(verifies),
		KC_FIELD_P(params)));
	*ret_operation = call.result.number;
	return KC_OK;
}

/* Appends what came out of one call, and says how much that was. */
static kc_err push_answer(const struct kc_client_call *call, struct kc_buf *out, size_t *ret_len)
{
	struct kc_bytes answer = call->result.fields[0].bytes;

	kc_buf_push(out, answer.data, answer.len);
	*ret_len = answer.len;
	return kc_buf_check(out);
}

static kc_err send_part(
	struct kc_client *client, uint64_t operation, struct kc_bytes part, struct kc_buf *out)
{
	KC_CLEANUP_CLIENT_CALL struct kc_client_call call = KC_CLIENT_CALL_INIT;
	size_t len;

	KC_TRY(KC_CLIENT_RUN(
		&call, client, OPERATION_PART, KC_FIELD_U(operation), KC_FIELD_B(part)));
	return push_answer(&call, out, &len);
}

/* Sends all but the last part, which is left in *input. */
static kc_err send_parts(
	struct kc_client *client, uint64_t operation, struct kc_bytes *input, struct kc_buf *out)
{
	while (input->len > KC_CLIENT_LONG) {
		KC_TRY(send_part(client, operation, kc_bytes(input->data, KC_CLIENT_LONG), out));
		*input = kc_bytes(input->data + KC_CLIENT_LONG, input->len - KC_CLIENT_LONG);
	}
	return KC_OK;
}

static kc_err get_rest(
	struct kc_client *client, uint64_t operation, struct kc_buf *out, size_t *ret_len)
{
	KC_CLEANUP_CLIENT_CALL struct kc_client_call call = KC_CLIENT_CALL_INIT;

	KC_TRY(KC_CLIENT_RUN(&call, client, OPERATION_REST, KC_FIELD_U(operation)));
	return push_answer(&call, out, ret_len);
}

static kc_err end(struct kc_client *client, uint64_t operation, struct kc_bytes last,
	struct kc_bytes code, struct kc_buf *out)
{
	KC_CLEANUP_CLIENT_CALL struct kc_client_call call = KC_CLIENT_CALL_INIT;
	size_t len;

	KC_TRY(send_parts(client, operation, &last, out));
	KC_TRY(KC_CLIENT_RUN(&call, client, OPERATION_END, KC_FIELD_U(operation), KC_FIELD_B(last),
		KC_FIELD_B(code)));
	KC_TRY(push_answer(&call, out, &len));
	while (len == KC_OPERATION_ANSWER)
		KC_TRY(get_rest(client, operation, out, &len));
	return KC_OK;
}

kc_err kc_client_operation_part(
	struct kc_client *client, uint64_t operation, struct kc_bytes part, struct kc_secret *ret)
{
	KC_CLEANUP_BUF struct kc_buf out = KC_BUF_INIT_MAX(part.len + KC_CLIENT_LONG);

	KC_TRY(send_parts(client, operation, &part, &out));
	KC_TRY(send_part(client, operation, part, &out));
	return kc_secret_set(ret, kc_buf_bytes(&out));
}

kc_err kc_client_operation_end(struct kc_client *client, uint64_t operation, struct kc_bytes last,
	struct kc_bytes code, struct kc_secret *ret)
{
	KC_CLEANUP_BUF struct kc_buf out = KC_BUF_INIT_MAX(LONGEST);

	KC_TRY(end(client, operation, last, code, &out));
	return kc_secret_set(ret, kc_buf_bytes(&out));
}

kc_err kc_client_operation_drop(struct kc_client *client, uint64_t operation)
{
	KC_CLEANUP_CLIENT_CALL struct kc_client_call call = KC_CLIENT_CALL_INIT;

	return KC_CLIENT_RUN(&call, client, OPERATION_DROP, KC_FIELD_U(operation));
}

kc_err kc_client_operation_fork(
	struct kc_client *client, uint64_t operation, uint64_t *ret_operation)
{
	KC_CLEANUP_CLIENT_CALL struct kc_client_call call = KC_CLIENT_CALL_INIT;

	KC_TRY(KC_CLIENT_RUN(&call, client, OPERATION_FORK, KC_FIELD_U(operation)));
	*ret_operation = call.result.number;
	return KC_OK;
}

/* --- whole messages --- */

/* One that failed on this side is given up; the service has forgotten one that failed there. */
static kc_err finish(struct kc_client *client, uint64_t operation, struct kc_bytes input,
	struct kc_bytes code, struct kc_buf *out)
{
	kc_err err = end(client, operation, input, code, out);

	if (err != KC_OK && kc_client_operation_drop(client, operation) != KC_OK)
		return err;
	return err;
}

kc_err kc_client_operation_cipher(struct kc_client *client, uint64_t id, bool decrypts,
	const struct kc_cipher_params *params, struct kc_bytes input, struct kc_buf *ret)
{
	uint64_t operation;

	KC_TRY(kc_client_cipher_begin(client, id, decrypts, params, &operation));
	return finish(client, operation, input, NOTHING, ret);
}

kc_err kc_client_operation_mac(struct kc_client *client, uint64_t id,
	const struct kc_sign_params *params, struct kc_bytes input, struct kc_buf *ret)
{
	uint64_t operation;

	KC_TRY(kc_client_mac_begin(client, id, false, params, &operation));
	return finish(client, operation, input, NOTHING, ret);
}

kc_err kc_client_operation_mac_check(struct kc_client *client, uint64_t id,
	const struct kc_sign_params *params, struct kc_bytes input, struct kc_bytes code)
{
	KC_CLEANUP_BUF struct kc_buf nothing = KC_BUF_INIT;
	uint64_t operation;

	KC_TRY(kc_client_mac_begin(client, id, true, params, &operation));
	return finish(client, operation, input, code, &nothing);
}
