/* SPDX-License-Identifier: ISC */
/*
 * The part of the fake door with keys of one program and operations. Nothing is kept: a new key has
 * the attributes that it was asked for, an id that says what else was asked for, and
 * KC_TRANSIENT_BIT where it is transient. What is encrypted, wrapped or recovered is turned round,
 * and with the id 404 nothing is found.
 *
 * There is one operation, number 7, which gives back its parts as they are; but after a last part
 * "long" come three whole answers.
 */
#include <string.h>

#include "backend/keychain.h"

#define OPERATION 7

static kc_err turn_round(struct kc_bytes input, struct kc_buf *ret)
{
	for (size_t i = input.len; i-- > 0;)
		kc_buf_push_byte(ret, input.data[i]);
	return kc_buf_check(ret);
}

static kc_err make(uint64_t id, const struct kc_attrs *attrs, bool transient, struct kc_found *ret)
{
	if (id == 404)
		return KC_ERR(NOT_FOUND);
	*ret = (struct kc_found){
		.class = KC_CLASS_KEY, .id = id | (transient ? KC_TRANSIENT_BIT : 0), .version = 1};
	return kc_attrs_dup(attrs, &ret->attrs);
}

/* The halves have the ids keep and bits. */
kc_err kc_keychain_key_generate_in(struct kc_keychain *keychain, const struct kc_caller *caller,
	const struct kc_key_spec *spec, const struct kc_attrs *private_attrs,
	const struct kc_attrs *public_attrs, unsigned keep, struct kc_found_list *ret)
{
	KC_CLEANUP_FOUND struct kc_found private = {0};
	KC_CLEANUP_FOUND struct kc_found public = {0};

	(void)keychain;
	if (!kc_secret_type_is(spec->type) || caller->program == 0)
		return KC_ERR(KEY_TYPE);
	KC_TRY(make(keep, private_attrs, keep & KC_KEEP_PRIVATE_TRANSIENT, &private));
	KC_TRY(make(spec->bits, public_attrs, keep & KC_KEEP_PUBLIC_TRANSIENT, &public));
	KC_TRY(kc_found_list_take(ret, &private));
	return kc_found_list_take(ret, &public);
}

/* The id is the length of the value. */
kc_err kc_keychain_key_create(struct kc_keychain *keychain, const struct kc_caller *caller,
	struct kc_bytes value, const struct kc_attrs *attrs, bool transient, struct kc_found *ret)
{
	(void)keychain;
	(void)caller;
	return make(value.len, attrs, transient, ret);
}

kc_err kc_keychain_key_copy(struct kc_keychain *keychain, const struct kc_caller *caller,
	uint64_t id, const struct kc_attrs *changes, bool transient, struct kc_found *ret)
{
	(void)keychain;
	(void)caller;
	return make(id, changes, transient, ret);
}

/* The id is one of all that stands in the parameters. */
kc_err kc_keychain_key_derive(struct kc_keychain *keychain, const struct kc_caller *caller,
	uint64_t id, const struct kc_derive_params *params, const struct kc_attrs *attrs,
	bool transient, struct kc_found *ret)
{
	uint64_t sum = id + params->other + params->number + params->offset + params->length +
		       params->total + params->segment_count + params->peer.len + params->salt.len +
		       params->data.len + params->password.len + params->cipher.iv.len;

	(void)keychain;
	(void)caller;
	for (size_t i = 0; i < params->segment_count; i++)
		sum += params->segments[i].bits + params->segments[i].bytes.len;
	return make(sum, attrs, transient, ret);
}

/* The id is the length of the iv and of what was wrapped. */
kc_err kc_keychain_key_unwrap(struct kc_keychain *keychain, const struct kc_caller *caller,
	uint64_t id, const struct kc_cipher_params *params, struct kc_bytes wrapped,
	const struct kc_attrs *attrs, bool transient, struct kc_found *ret)
{
	(void)keychain;
	(void)caller;
	return make(id == 404 ? id : params->iv.len + wrapped.len, attrs, transient, ret);
}

/* Wraps the label. */
kc_err kc_keychain_key_wrap(struct kc_keychain *keychain, const struct kc_caller *caller,
	uint64_t wrapping_id, struct kc_bytes wrapping_spki, const struct kc_cipher_params *params,
	uint64_t id, struct kc_buf *ret)
{
	(void)keychain;
	(void)caller;
	if (id == 404 || (wrapping_id == 0) != (wrapping_spki.len > 0))
		return KC_ERR(NOT_FOUND);
	return turn_round(params->label, ret);
}

kc_err kc_keychain_key_reveal(struct kc_keychain *keychain, const struct kc_caller *caller,
	uint64_t id, struct kc_secret *ret)
{
	(void)keychain;
	(void)caller;
	if (id == 404)
		return KC_ERR(NOT_EXTRACTABLE);
	return kc_secret_set(ret, kc_bytes_str("value"));
}

kc_err kc_keychain_key_amend(struct kc_keychain *keychain, const struct kc_caller *caller,
	uint64_t id, const struct kc_attrs *changes)
{
	(void)keychain;
	(void)caller;
	return id == 404 || changes->count == 0 ? KC_ERR(NOT_FOUND) : KC_OK;
}

kc_err kc_keychain_key_forget(
	struct kc_keychain *keychain, const struct kc_caller *caller, uint64_t id)
{
	(void)keychain;
	(void)caller;
	return id & KC_TRANSIENT_BIT ? KC_OK : KC_ERR(NOT_FOUND);
}

kc_err kc_keychain_key_authorize(struct kc_keychain *keychain, const struct kc_caller *caller,
	uint64_t id, struct kc_bytes password)
{
	(void)caller;
	return id == 404 ? KC_ERR(NOT_FOUND) : kc_keychain_check_password(keychain, password);
}

void kc_keychain_program_gone(struct kc_keychain *keychain, uint64_t program)
{
	(void)keychain;
	(void)program;
}

kc_err kc_keychain_secret_encrypt(struct kc_keychain *keychain, const struct kc_caller *caller,
	uint64_t id, const struct kc_cipher_params *params, struct kc_bytes input,
	struct kc_buf *ret)
{
	(void)keychain;
	(void)caller;
	(void)params;
	return id == 404 ? KC_ERR(NOT_FOUND) : turn_round(input, ret);
}

kc_err kc_keychain_mac_check(struct kc_keychain *keychain, const struct kc_caller *caller,
	uint64_t id, const struct kc_sign_params *params, struct kc_bytes input,
	struct kc_bytes code)
{
	KC_CLEANUP_BUF struct kc_buf good = KC_BUF_INIT;

	KC_TRY(kc_keychain_key_sign(keychain, caller, id, params, input, &good));
	return kc_bytes_equal(kc_buf_bytes(&good), code) ? KC_OK : KC_ERR(VERIFY);
}

kc_err kc_keychain_public_encrypt(struct kc_keychain *keychain, struct kc_bytes spki,
	const struct kc_cipher_params *params, struct kc_bytes input, struct kc_buf *ret)
{
	(void)keychain;
	(void)spki;
	(void)params;
	return turn_round(input, ret);
}

kc_err kc_keychain_public_recover(struct kc_keychain *keychain, struct kc_bytes spki,
	const struct kc_sign_params *params, struct kc_bytes signature, struct kc_buf *ret)
{
	(void)keychain;
	(void)spki;
	(void)params;
	return turn_round(signature, ret);
}

/* --- the one operation --- */

static struct kc_buf rest;
static size_t at;

static kc_err begin(uint64_t id, uint64_t *ret_operation)
{
	if (id == 404)
		return KC_ERR(NOT_FOUND);
	*ret_operation = OPERATION;
	return KC_OK;
}

kc_err kc_keychain_cipher_begin(struct kc_keychain *keychain, const struct kc_caller *caller,
	uint64_t id, bool decrypts, const struct kc_cipher_params *params, uint64_t *ret_operation)
{
	(void)keychain;
	(void)caller;
	(void)decrypts;
	(void)params;
	return begin(id, ret_operation);
}

kc_err kc_keychain_mac_begin(struct kc_keychain *keychain, const struct kc_caller *caller,
	uint64_t id, bool verifies, const struct kc_sign_params *params, uint64_t *ret_operation)
{
	(void)keychain;
	(void)caller;
	(void)verifies;
	(void)params;
	return begin(id, ret_operation);
}

kc_err kc_keychain_operation_part(struct kc_keychain *keychain, const struct kc_caller *caller,
	uint64_t operation, struct kc_bytes part, struct kc_buf *ret)
{
	(void)keychain;
	(void)caller;
	if (operation != OPERATION)
		return KC_ERR(NOT_FOUND);
	kc_buf_push(ret, part.data, part.len);
	return kc_buf_check(ret);
}

static kc_err give(struct kc_buf *ret)
{
	size_t left = rest.len - at;
	size_t len = left < KC_OPERATION_ANSWER ? left : KC_OPERATION_ANSWER;

	kc_buf_push(ret, rest.data + at, len);
	at += len;
	return kc_buf_check(ret);
}

/* A code of four bytes or none. */
kc_err kc_keychain_operation_end(struct kc_keychain *keychain, const struct kc_caller *caller,
	uint64_t operation, struct kc_bytes last, struct kc_bytes code, struct kc_buf *ret)
{
	(void)keychain;
	(void)caller;
	if (operation != OPERATION)
		return KC_ERR(NOT_FOUND);
	if (code.len)
		return kc_bytes_equal(code, kc_bytes_str("code")) ? KC_OK : KC_ERR(VERIFY);
	kc_buf_reset(&rest);
	at = 0;
	rest.max = (size_t)64 << 20;
	kc_buf_push(&rest, last.data, last.len);
	if (kc_bytes_equal(last, kc_bytes_str("long")))
		kc_buf_extend(&rest, 3 * KC_OPERATION_ANSWER - last.len);
	return give(ret);
}

kc_err kc_keychain_operation_rest(struct kc_keychain *keychain, const struct kc_caller *caller,
	uint64_t operation, struct kc_buf *ret)
{
	(void)keychain;
	(void)caller;
	return operation == OPERATION ? give(ret) : KC_ERR(NOT_FOUND);
}

void kc_keychain_operation_drop(
	struct kc_keychain *keychain, const struct kc_caller *caller, uint64_t operation)
{
	(void)keychain;
	(void)caller;
	(void)operation;
}

kc_err kc_keychain_operation_fork(struct kc_keychain *keychain, const struct kc_caller *caller,
	uint64_t operation, uint64_t *ret_operation)
{
	(void)keychain;
	(void)caller;
	return operation == OPERATION ? begin(1, ret_operation) : KC_ERR(NOT_FOUND);
}
