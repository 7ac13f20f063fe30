/* SPDX-License-Identifier: ISC */
/*
 * The four item calls: a dictionary becomes one request, the request one round trip, the answer the
 * objects that the caller asked for.
 */
#include <Security/SecItem.h>

#include "keychainapi/Security/item.h"
#include "keychainapi/Security/last_error.h"
#include "keychainapi/Security/request.h"
#include "keychainapi/Security/result.h"
#include "wire/client.h"

static struct kc_client_item item_of(const struct kc_request *request)
{
	return (struct kc_client_item){
		.class = request->query.class,
		.attrs = &request->query.attrs,
		.has_secret = request->has_secret,
		.secret = request->secret,
		/* Who does not speak of sync means the item, wherever it is. */
		.one_of_both_syncs = !request->strict && !request->sync_given,
	};
}

kc_err kc_item_add(CFDictionaryRef attributes, CFTypeRef *result)
{
	KC_CLEANUP_REQUEST struct kc_request request = KC_REQUEST_INIT;
	KC_CLEANUP_FOUND struct kc_found found = {0};
	struct kc_client_item item;
	struct kc_client *client;

	KC_TRY(kc_request_parse(KC_GRAMMAR_ADD, attributes, &request));
	KC_TRY(kc_client_shared(&client));
	item = item_of(&request);
	KC_TRY(kc_client_item_add(client, &item, request.query.want, &found));
	if (!result)
		return KC_OK;
	if (!request.strict)
		*result = NULL;
	return kc_result_of_add(&request, &found, result);
}

kc_err kc_item_find(CFDictionaryRef query, CFTypeRef *result)
{
	KC_CLEANUP_REQUEST struct kc_request request = KC_REQUEST_INIT;
	KC_CLEANUP_FOUND_LIST struct kc_found_list found = KC_FOUND_LIST_INIT;
	struct kc_client *client;

	KC_TRY(kc_request_parse(KC_GRAMMAR_FIND, query, &request));
	if (request.finds_nothing)
		return KC_ERR(NOT_FOUND);
	KC_TRY(kc_client_shared(&client));
	KC_TRY(kc_client_item_find(client, &request.query, &found));
	if (found.count == 0)
		return KC_ERR(NOT_FOUND);
	if (!result)
		return KC_OK;
	if (!request.strict)
		*result = NULL;
	return kc_result_of_find(&request, &found, result);
}

static kc_err update_items(CFDictionaryRef query, CFDictionaryRef attributes)
{
	KC_CLEANUP_REQUEST struct kc_request request = KC_REQUEST_INIT, changes = KC_REQUEST_INIT;
	struct kc_client_item item;
	struct kc_client *client;
	uint64_t count;

	KC_TRY(kc_request_parse(KC_GRAMMAR_UPDATE, query, &request));
	KC_TRY(kc_request_parse_changes(&request, attributes, &changes));
	if (request.finds_nothing)
		return KC_ERR(NOT_FOUND);
	KC_TRY(kc_client_shared(&client));
	item = item_of(&changes);
	return kc_client_item_update(client, &request.query, &item, &count);
}

static kc_err delete_items(CFDictionaryRef query)
{
	KC_CLEANUP_REQUEST struct kc_request request = KC_REQUEST_INIT;
	struct kc_client *client;
	uint64_t count;

	KC_TRY(kc_request_parse(KC_GRAMMAR_DELETE, query, &request));
	if (request.finds_nothing)
		return KC_ERR(NOT_FOUND);
	KC_TRY(kc_client_shared(&client));
	return kc_client_item_delete(client, &request.query, &count);
}

OSStatus SecItemAdd(CFDictionaryRef attributes, CFTypeRef *result)
{
	return kc_last_error_set(kc_item_add(attributes, result));
}

OSStatus SecItemCopyMatching(CFDictionaryRef query, CFTypeRef *result)
{
	return kc_last_error_set(kc_item_find(query, result));
}

OSStatus SecItemUpdate(CFDictionaryRef query, CFDictionaryRef attributesToUpdate)
{
	return kc_last_error_set(update_items(query, attributesToUpdate));
}

OSStatus SecItemDelete(CFDictionaryRef query)
{
	return kc_last_error_set(delete_items(query));
}
