/* SPDX-License-Identifier: ISC */
/* The calls about items. */
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

kc_err kc_handle_item_history(struct kc_request *request)
{
	return kc_keychain_item_history(request->keychain, &request->caller,
		&request->arguments.query, &request->result.found);
}

kc_err kc_handle_item_restore(struct kc_request *request)
{
	KC_CLEANUP_FOUND struct kc_found found = {0};

	KC_TRY(kc_keychain_item_restore(
		request->keychain, &request->caller, request->arguments.number, &found));
	return kc_found_list_take(&request->result.found, &found);
}

kc_err kc_handle_import(struct kc_request *request)
{
	const struct kc_field *fields = request->arguments.fields;

	return kc_keychain_import(request->keychain, &request->caller, fields[0].bytes,
		fields[1].bytes, fields[2].attrs, &request->result.found);
}
