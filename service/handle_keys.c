/* SPDX-License-Identifier: ISC */
/* The calls about keys: what they do, what they are made of, and what is done in parts. */
#include "service/dispatch.h"

/* The result's buffer is wiped like a secret. */
static kc_err answer_secret(struct kc_request *request, const struct kc_secret *secret)
{
	kc_buf_push(&request->result.buf, secret->data, secret->len);
	return kc_buf_check(&request->result.buf);
}

kc_err kc_handle_key_generate(struct kc_request *request)
{
	struct kc_record *arguments = &request->arguments;
	const struct kc_field *fields = arguments->fields;
	struct kc_found_list *list = &request->result.found;
	KC_CLEANUP_FOUND struct kc_found private_half = {0};
	KC_CLEANUP_FOUND struct kc_found public_half = {0};

	if (fields[0].number > INT32_MAX || fields[1].number > INT32_MAX)
		return KC_ERR(PARAM);
	KC_TRY(kc_keychain_key_generate(request->keychain, &request->caller,
		(enum kc_key_type)fields[0].number, (unsigned)fields[1].number,
		&arguments->attrs[0], &arguments->attrs[1], fields[4].truth, &private_half,
		&public_half));
	KC_TRY(kc_found_list_take(list, &private_half));
	return kc_found_list_take(list, &public_half);
}

kc_err kc_handle_key_sign(struct kc_request *request)
{
	const struct kc_field *fields = request->arguments.fields;

	return kc_keychain_key_sign(request->keychain, &request->caller, fields[0].number,
		fields[1].params, fields[2].bytes, &request->result.buf);
}

kc_err kc_handle_key_verify(struct kc_request *request)
{
	const struct kc_field *fields = request->arguments.fields;

	return kc_keychain_key_verify(request->keychain, fields[0].bytes, fields[1].params,
		fields[2].bytes, fields[3].bytes);
}

kc_err kc_handle_key_decrypt(struct kc_request *request)
{
	const struct kc_field *fields = request->arguments.fields;

	return kc_keychain_key_decrypt(request->keychain, &request->caller, fields[0].number,
		fields[1].cipher, fields[2].bytes, &request->result.buf);
}

kc_err kc_handle_key_agree(struct kc_request *request)
{
	const struct kc_field *fields = request->arguments.fields;
	KC_CLEANUP_SECRET struct kc_secret shared = KC_SECRET_INIT;

	KC_TRY(kc_keychain_key_agree(
		request->keychain, &request->caller, fields[0].number, fields[1].bytes, &shared));
	return answer_secret(request, &shared);
}

kc_err kc_handle_secret_encrypt(struct kc_request *request)
{
	const struct kc_field *fields = request->arguments.fields;

	return kc_keychain_secret_encrypt(request->keychain, &request->caller, fields[0].number,
		fields[1].cipher, fields[2].bytes, &request->result.buf);
}

kc_err kc_handle_public_encrypt(struct kc_request *request)
{
	const struct kc_field *fields = request->arguments.fields;

	return kc_keychain_public_encrypt(request->keychain, fields[0].bytes, fields[1].cipher,
		fields[2].bytes, &request->result.buf);
}

kc_err kc_handle_public_recover(struct kc_request *request)
{
	const struct kc_field *fields = request->arguments.fields;

	return kc_keychain_public_recover(request->keychain, fields[0].bytes, fields[1].params,
		fields[2].bytes, &request->result.buf);
}

kc_err kc_handle_mac_check(struct kc_request *request)
{
	const struct kc_field *fields = request->arguments.fields;

	return kc_keychain_mac_check(request->keychain, &request->caller, fields[0].number,
		fields[1].params, fields[2].bytes, fields[3].bytes);
}

/* --- keys of one program, and keys out of keys --------------------------------------------------
 */

kc_err kc_handle_key_generate_in(struct kc_request *request)
{
	struct kc_record *arguments = &request->arguments;
	const struct kc_field *fields = arguments->fields;
	unsigned keep = (unsigned)fields[5].number;
	const struct kc_key_spec spec = {
		.type = (uint32_t)fields[0].number,
		.bits = (unsigned)fields[1].number,
		.exponent = fields[2].number,
	};

	if (fields[0].number > UINT32_MAX || fields[1].number > INT32_MAX ||
		fields[5].number > KC_KEEP_LAST)
		return KC_ERR(PARAM);
	request->is_own = (keep & KC_KEEP_PRIVATE_TRANSIENT) &&
			  (keep & (KC_KEEP_PUBLIC_TRANSIENT | KC_KEEP_NO_PUBLIC));
	return kc_keychain_key_generate_in(request->keychain, &request->caller, &spec,
		&arguments->attrs[0], &arguments->attrs[1], keep, &request->result.found);
}

/* The one key that a call has made, when it has. */
static kc_err answer_key(struct kc_request *request, kc_err err, struct kc_found *made)
{
	return err == KC_OK ? kc_found_list_take(&request->result.found, made) : err;
}

kc_err kc_handle_key_create(struct kc_request *request)
{
	const struct kc_field *fields = request->arguments.fields;
	KC_CLEANUP_FOUND struct kc_found made = {0};

	request->is_own = fields[2].truth;
	return answer_key(request,
		kc_keychain_key_create(request->keychain, &request->caller, fields[0].bytes,
			fields[1].attrs, fields[2].truth, &made),
		&made);
}

kc_err kc_handle_key_copy(struct kc_request *request)
{
	const struct kc_field *fields = request->arguments.fields;
	KC_CLEANUP_FOUND struct kc_found made = {0};

	request->is_own = fields[2].truth;
	return answer_key(request,
		kc_keychain_key_copy(request->keychain, &request->caller, fields[0].number,
			fields[1].attrs, fields[2].truth, &made),
		&made);
}

kc_err kc_handle_key_derive(struct kc_request *request)
{
	const struct kc_field *fields = request->arguments.fields;
	KC_CLEANUP_FOUND struct kc_found made = {0};

	request->is_own = fields[3].truth;
	return answer_key(request,
		kc_keychain_key_derive(request->keychain, &request->caller, fields[0].number,
			fields[1].derive, fields[2].attrs, fields[3].truth, &made),
		&made);
}

kc_err kc_handle_key_unwrap(struct kc_request *request)
{
	const struct kc_field *fields = request->arguments.fields;
	KC_CLEANUP_FOUND struct kc_found made = {0};

	request->is_own = fields[4].truth;
	return answer_key(request,
		kc_keychain_key_unwrap(request->keychain, &request->caller, fields[0].number,
			fields[1].cipher, fields[2].bytes, fields[3].attrs, fields[4].truth, &made),
		&made);
}

kc_err kc_handle_key_wrap(struct kc_request *request)
{
	const struct kc_field *fields = request->arguments.fields;

	return kc_keychain_key_wrap(request->keychain, &request->caller, fields[0].number,
		fields[1].bytes, fields[2].cipher, fields[3].number, &request->result.buf);
}

kc_err kc_handle_key_reveal(struct kc_request *request)
{
	KC_CLEANUP_SECRET struct kc_secret value = KC_SECRET_INIT;

	KC_TRY(kc_keychain_key_reveal(
		request->keychain, &request->caller, request->arguments.fields[0].number, &value));
	return answer_secret(request, &value);
}

kc_err kc_handle_key_amend(struct kc_request *request)
{
	const struct kc_field *fields = request->arguments.fields;

	request->is_own = true;
	return kc_keychain_key_amend(
		request->keychain, &request->caller, fields[0].number, fields[1].attrs);
}

kc_err kc_handle_key_forget(struct kc_request *request)
{
	request->is_own = true;
	return kc_keychain_key_forget(
		request->keychain, &request->caller, request->arguments.fields[0].number);
}

/* --- in parts -----------------------------------------------------------------------------------
 */

kc_err kc_handle_cipher_begin(struct kc_request *request)
{
	const struct kc_field *fields = request->arguments.fields;

	request->is_own = true;
	return kc_keychain_cipher_begin(request->keychain, &request->caller, fields[0].number,
		fields[1].truth, fields[2].cipher, &request->result.number);
}

kc_err kc_handle_mac_begin(struct kc_request *request)
{
	const struct kc_field *fields = request->arguments.fields;

	request->is_own = true;
	return kc_keychain_mac_begin(request->keychain, &request->caller, fields[0].number,
		fields[1].truth, fields[2].params, &request->result.number);
}

kc_err kc_handle_operation_part(struct kc_request *request)
{
	const struct kc_field *fields = request->arguments.fields;

	request->is_own = true;
	return kc_keychain_operation_part(request->keychain, &request->caller, fields[0].number,
		fields[1].bytes, &request->result.buf);
}

kc_err kc_handle_operation_end(struct kc_request *request)
{
	const struct kc_field *fields = request->arguments.fields;

	request->is_own = true;
	return kc_keychain_operation_end(request->keychain, &request->caller, fields[0].number,
		fields[1].bytes, fields[2].bytes, &request->result.buf);
}

kc_err kc_handle_operation_rest(struct kc_request *request)
{
	request->is_own = true;
	return kc_keychain_operation_rest(request->keychain, &request->caller,
		request->arguments.fields[0].number, &request->result.buf);
}

kc_err kc_handle_operation_drop(struct kc_request *request)
{
	request->is_own = true;
	kc_keychain_operation_drop(
		request->keychain, &request->caller, request->arguments.fields[0].number);
	return KC_OK;
}

kc_err kc_handle_operation_fork(struct kc_request *request)
{
	request->is_own = true;
	return kc_keychain_operation_fork(request->keychain, &request->caller,
		request->arguments.fields[0].number, &request->result.number);
}
