/* SPDX-License-Identifier: ISC */
/* The calls with keys, one-shot. Messages that are longer than one call may be go in parts. */
#include "wire/client_impl.h"
#include "wire/client_operation.h"

kc_err kc_client_key_generate(struct kc_client *client, enum kc_key_type type, unsigned bits,
	const struct kc_attrs *private_attrs, const struct kc_attrs *public_attrs,
	bool store_public, struct kc_found_list *ret)
{
	KC_CLEANUP_CLIENT_CALL struct kc_client_call call = KC_CLIENT_CALL_INIT;

	KC_TRY(KC_CLIENT_RUN(&call, client, KEY_GENERATE, KC_FIELD_U(type), KC_FIELD_U(bits),
		KC_FIELD_A(private_attrs), KC_FIELD_A(public_attrs), KC_FIELD_T(store_public)));
	kc_client_found_list_move(ret, &call.result.found);
	return KC_OK;
}

kc_err kc_client_import(struct kc_client *client, struct kc_bytes file, struct kc_bytes passphrase,
	const struct kc_attrs *attrs, struct kc_found_list *ret)
{
	KC_CLEANUP_CLIENT_CALL struct kc_client_call call = KC_CLIENT_CALL_INIT;

	KC_TRY(KC_CLIENT_RUN(&call, client, IMPORT, KC_FIELD_B(file), KC_FIELD_B(passphrase),
		KC_FIELD_A(attrs)));
	kc_client_found_list_move(ret, &call.result.found);
	return KC_OK;
}

/* Appends the bytes of an answer. */
static kc_err push_answer(const struct kc_client_call *call, struct kc_buf *ret)
{
	struct kc_bytes answer = call->result.fields[0].bytes;

	kc_buf_push(ret, answer.data, answer.len);
	return kc_buf_check(ret);
}

kc_err kc_client_key_sign(struct kc_client *client, uint64_t id,
	const struct kc_sign_params *params, struct kc_bytes input, struct kc_buf *ret_signature)
{
	KC_CLEANUP_CLIENT_CALL struct kc_client_call call = KC_CLIENT_CALL_INIT;

	if (input.len > KC_CLIENT_LONG && params->scheme >= KC_SIGN_HMAC)
		return kc_client_operation_mac(client, id, params, input, ret_signature);
	KC_TRY(KC_CLIENT_RUN(
		&call, client, KEY_SIGN, KC_FIELD_U(id), KC_FIELD_P(params), KC_FIELD_B(input)));
	return push_answer(&call, ret_signature);
}

kc_err kc_client_mac_check(struct kc_client *client, uint64_t id,
	const struct kc_sign_params *params, struct kc_bytes input, struct kc_bytes code)
{
	KC_CLEANUP_CLIENT_CALL struct kc_client_call call = KC_CLIENT_CALL_INIT;

	if (input.len > KC_CLIENT_LONG)
		return kc_client_operation_mac_check(client, id, params, input, code);
	return KC_CLIENT_RUN(&call, client, MAC_CHECK, KC_FIELD_U(id), KC_FIELD_P(params),
		KC_FIELD_B(input), KC_FIELD_B(code));
}

kc_err kc_client_key_verify(struct kc_client *client, struct kc_bytes spki,
	const struct kc_sign_params *params, struct kc_bytes input, struct kc_bytes signature)
{
	KC_CLEANUP_CLIENT_CALL struct kc_client_call call = KC_CLIENT_CALL_INIT;
	return KC_CLIENT_RUN(&call, client, KEY_VERIFY, KC_FIELD_B(spki), KC_FIELD_P(params),
		KC_FIELD_B(input), KC_FIELD_B(signature));
}

kc_err kc_client_secret_encrypt(struct kc_client *client, uint64_t id,
	const struct kc_cipher_params *params, struct kc_bytes input, struct kc_buf *ret)
{
	KC_CLEANUP_CLIENT_CALL struct kc_client_call call = KC_CLIENT_CALL_INIT;

	if (input.len > KC_CLIENT_LONG)
		return kc_client_operation_cipher(client, id, false, params, input, ret);
	KC_TRY(KC_CLIENT_RUN(&call, client, SECRET_ENCRYPT, KC_FIELD_U(id), KC_FIELD_C(params),
		KC_FIELD_B(input)));
	return push_answer(&call, ret);
}

static kc_err decrypt_long(struct kc_client *client, uint64_t id,
	const struct kc_cipher_params *params, struct kc_bytes input, struct kc_secret *ret)
{
	KC_CLEANUP_BUF struct kc_buf plain = KC_BUF_INIT_MAX(input.len);

	KC_TRY(kc_client_operation_cipher(client, id, true, params, input, &plain));
	return kc_secret_set(ret, kc_buf_bytes(&plain));
}

kc_err kc_client_key_decrypt(struct kc_client *client, uint64_t id,
	const struct kc_cipher_params *params, struct kc_bytes input, struct kc_secret *ret)
{
	KC_CLEANUP_CLIENT_CALL struct kc_client_call call = KC_CLIENT_CALL_INIT;

	if (input.len > KC_CLIENT_LONG)
		return decrypt_long(client, id, params, input, ret);
	KC_TRY(KC_CLIENT_RUN(
		&call, client, KEY_DECRYPT, KC_FIELD_U(id), KC_FIELD_C(params), KC_FIELD_B(input)));
	return kc_secret_set(ret, call.result.fields[0].bytes);
}

kc_err kc_client_public_encrypt(struct kc_client *client, struct kc_bytes spki,
	const struct kc_cipher_params *params, struct kc_bytes input, struct kc_buf *ret)
{
	KC_CLEANUP_CLIENT_CALL struct kc_client_call call = KC_CLIENT_CALL_INIT;

	KC_TRY(KC_CLIENT_RUN(&call, client, PUBLIC_ENCRYPT, KC_FIELD_B(spki), KC_FIELD_C(params),
		KC_FIELD_B(input)));
	return push_answer(&call, ret);
}

kc_err kc_client_public_recover(struct kc_client *client, struct kc_bytes spki,
	const struct kc_sign_params *params, struct kc_bytes signature, struct kc_buf *ret)
{
	KC_CLEANUP_CLIENT_CALL struct kc_client_call call = KC_CLIENT_CALL_INIT;

	KC_TRY(KC_CLIENT_RUN(&call, client, PUBLIC_RECOVER, KC_FIELD_B(spki), KC_FIELD_P(params),
		KC_FIELD_B(signature)));
	return push_answer(&call, ret);
}

kc_err kc_client_key_agree(
	struct kc_client *client, uint64_t id, struct kc_bytes peer_public, struct kc_secret *ret)
{
	KC_CLEANUP_CLIENT_CALL struct kc_client_call call = KC_CLIENT_CALL_INIT;

	KC_TRY(KC_CLIENT_RUN(&call, client, KEY_AGREE, KC_FIELD_U(id), KC_FIELD_B(peer_public)));
	return kc_secret_set(ret, call.result.fields[0].bytes);
}

/* --- keys of one program, and keys out of keys --- */

/* Moves out the one key of an answer. */
static kc_err take_one(struct kc_client_call *call, struct kc_found *ret)
{
	if (call->result.found.count != 1)
		return KC_ERR(DECODE);
	*ret = call->result.found.rows[0];
	call->result.found.rows[0] = (struct kc_found){0};
	return KC_OK;
}

kc_err kc_client_key_generate_in(struct kc_client *client, const struct kc_key_spec *spec,
	const struct kc_attrs *private_attrs, const struct kc_attrs *public_attrs, unsigned keep,
	struct kc_found_list *ret)
{
	KC_CLEANUP_CLIENT_CALL struct kc_client_call call = KC_CLIENT_CALL_INIT;

	KC_TRY(KC_CLIENT_RUN(&call, client, KEY_GENERATE_IN, KC_FIELD_U(spec->type),
		KC_FIELD_U(spec->bits), KC_FIELD_U(spec->exponent), KC_FIELD_A(private_attrs),
		KC_FIELD_A(public_attrs), KC_FIELD_U(keep)));
	kc_client_found_list_move(ret, &call.result.found);
	return KC_OK;
}

kc_err kc_client_key_create(struct kc_client *client, struct kc_bytes value,
	const struct kc_attrs *attrs, bool transient, struct kc_found *ret)
{
	KC_CLEANUP_CLIENT_CALL struct kc_client_call call = KC_CLIENT_CALL_INIT;

	KC_TRY(KC_CLIENT_RUN(&call, client, KEY_CREATE, KC_FIELD_B(value), KC_FIELD_A(attrs),
		KC_FIELD_T(transient)));
	return take_one(&call, ret);
}

kc_err kc_client_key_copy(struct kc_client *client, uint64_t id, const struct kc_attrs *changes,
	bool transient, struct kc_found *ret)
{
	KC_CLEANUP_CLIENT_CALL struct kc_client_call call = KC_CLIENT_CALL_INIT;

	KC_TRY(KC_CLIENT_RUN(&call, client, KEY_COPY, KC_FIELD_U(id), KC_FIELD_A(changes),
		KC_FIELD_T(transient)));
	return take_one(&call, ret);
}

kc_err kc_client_key_derive(struct kc_client *client, uint64_t id,
	const struct kc_derive_params *params, const struct kc_attrs *attrs, bool transient,
	struct kc_found *ret)
{
	KC_CLEANUP_CLIENT_CALL struct kc_client_call call = KC_CLIENT_CALL_INIT;

	KC_TRY(KC_CLIENT_RUN(&call, client, KEY_DERIVE, KC_FIELD_U(id), KC_FIELD_K(params),
		KC_FIELD_A(attrs), KC_FIELD_T(transient)));
	return take_one(&call, ret);
}

kc_err kc_client_key_unwrap(struct kc_client *client, uint64_t id,
	const struct kc_cipher_params *params, struct kc_bytes wrapped,
	const struct kc_attrs *attrs, bool transient, struct kc_found *ret)
{
	KC_CLEANUP_CLIENT_CALL struct kc_client_call call = KC_CLIENT_CALL_INIT;

	KC_TRY(KC_CLIENT_RUN(&call, client, KEY_UNWRAP, KC_FIELD_U(id), KC_FIELD_C(params),
		KC_FIELD_B(wrapped), KC_FIELD_A(attrs), KC_FIELD_T(transient)));
	return take_one(&call, ret);
}

kc_err kc_client_key_wrap(struct kc_client *client, uint64_t wrapping_id,
	struct kc_bytes wrapping_spki, const struct kc_cipher_params *params, uint64_t id,
	struct kc_buf *ret)
{
	KC_CLEANUP_CLIENT_CALL struct kc_client_call call = KC_CLIENT_CALL_INIT;

	KC_TRY(KC_CLIENT_RUN(&call, client, KEY_WRAP, KC_FIELD_U(wrapping_id),
		KC_FIELD_B(wrapping_spki), KC_FIELD_C(params), KC_FIELD_U(id)));
	return push_answer(&call, ret);
}

kc_err kc_client_key_reveal(struct kc_client *client, uint64_t id, struct kc_secret *ret)
{
	KC_CLEANUP_CLIENT_CALL struct kc_client_call call = KC_CLIENT_CALL_INIT;

	KC_TRY(KC_CLIENT_RUN(&call, client, KEY_REVEAL, KC_FIELD_U(id)));
	return kc_secret_set(ret, call.result.fields[0].bytes);
}

kc_err kc_client_key_amend(struct kc_client *client, uint64_t id, const struct kc_attrs *changes)
{
	KC_CLEANUP_CLIENT_CALL struct kc_client_call call = KC_CLIENT_CALL_INIT;

	return KC_CLIENT_RUN(&call, client, KEY_AMEND, KC_FIELD_U(id), KC_FIELD_A(changes));
}

kc_err kc_client_key_forget(struct kc_client *client, uint64_t id)
{
	KC_CLEANUP_CLIENT_CALL struct kc_client_call call = KC_CLIENT_CALL_INIT;

	return KC_CLIENT_RUN(&call, client, KEY_FORGET, KC_FIELD_U(id));
}

kc_err kc_client_key_authorize(struct kc_client *client, uint64_t id, struct kc_bytes password)
{
	KC_CLEANUP_CLIENT_CALL struct kc_client_call call = KC_CLIENT_CALL_INIT;

	return KC_CLIENT_RUN(&call, client, KEY_AUTHORIZE, KC_FIELD_U(id), KC_FIELD_B(password));
}
