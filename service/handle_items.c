/* SPDX-License-Identifier: ISC */
/* The calls about items and keys. */
#include "service/dispatch.h"

kc_err kc_handle_item_add(struct kc_request *request)
{
	struct kc_record *arguments = &request->arguments;
	const struct kc_field *fields = arguments->fields;
	KC_CLEANUP_FOUND struct kc_found added = {0};
	struct kc_item_input input = {
		.class = (kc_name)fields[0].number,
		.attrs = arguments->attrs[0],
		.has_secret = fields[2].truth,
		.secret = fields[3].bytes,
		.one_of_both_syncs = fields[4].truth,
	};

	if (fields[0].number > UINT32_MAX || fields[5].number > UINT32_MAX)
		return KC_ERR(PARAM);
	KC_TRY(kc_keychain_item_add(
		request->keychain, &request->caller, &input, (uint32_t)fields[5].number, &added));
	return kc_found_list_take(&request->result.found, &added);
}

kc_err kc_handle_item_find(struct kc_request *request)
{
	return kc_keychain_item_find(request->keychain, &request->caller, &request->arguments.query,
		&request->result.found);
}

kc_err kc_handle_item_update(struct kc_request *request)
{
	struct kc_record *arguments = &request->arguments;
	struct kc_item_input changes = {
		.attrs = arguments->attrs[0],
		.has_secret = arguments->fields[2].truth,
		.secret = arguments->fields[3].bytes,
	};

	return kc_keychain_item_update(request->keychain, &request->caller, &arguments->query,
		&changes, &request->result.number);
}

kc_err kc_handle_item_delete(struct kc_request *request)
{
	return kc_keychain_item_delete(request->keychain, &request->caller,
		&request->arguments.query, &request->result.number);
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

kc_err kc_handle_import(struct kc_request *request)
{
	const struct kc_field *fields = request->arguments.fields;

	return kc_keychain_import(request->keychain, &request->caller, fields[0].bytes,
		fields[1].bytes, fields[2].attrs, &request->result.found);
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

/* The result's buffer is wiped like a secret. */
static kc_err answer_secret(struct kc_request *request, const struct kc_secret *secret)
{
	kc_buf_push(&request->result.buf, secret->data, secret->len);
	return kc_buf_check(&request->result.buf);
}

kc_err kc_handle_key_decrypt(struct kc_request *request)
{
	const struct kc_field *fields = request->arguments.fields;
	KC_CLEANUP_SECRET struct kc_secret message = KC_SECRET_INIT;

	KC_TRY(kc_keychain_key_decrypt(request->keychain, &request->caller, fields[0].number,
		fields[1].cipher, fields[2].bytes, &message));
	return answer_secret(request, &message);
}

kc_err kc_handle_key_agree(struct kc_request *request)
{
	const struct kc_field *fields = request->arguments.fields;
	KC_CLEANUP_SECRET struct kc_secret shared = KC_SECRET_INIT;

	KC_TRY(kc_keychain_key_agree(
		request->keychain, &request->caller, fields[0].number, fields[1].bytes, &shared));
	return answer_secret(request, &shared);
}
