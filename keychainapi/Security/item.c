/* SPDX-License-Identifier: ISC */
/*
 * The four item calls: a dictionary becomes one request, the request one round trip, the answer the
 * objects that the caller asked for.
 */
#include <Security/SecItem.h>

#include "keychainapi/Security/item.h"
#include "keychainapi/Security/keychain_call.h"
#include "keychainapi/Security/keychain_list.h"
#include "keychainapi/Security/last_error.h"
#include "keychainapi/Security/object.h"
#include "keychainapi/Security/request.h"
#include "keychainapi/Security/result.h"

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

/* Where to look: the strict profile knows no keychains, but the user's own. */
static kc_err copy_keychains(const struct kc_request *request, CFArrayRef *ret)
{
	CFTypeRef keychains = request->strict ? kc_keychain_users() : NULL;

	if (request->keychains)
		keychains = request->keychains;
	return kc_keychain_list_copy(keychains, ret);
}

/* Where to add: in the keychain that is named, else in the default one. */
static kc_err copy_keychain(const struct kc_request *request, SecKeychainRef *ret)
{
	SecKeychainRef keychain = request->strict ? kc_keychain_users() : NULL;

	if (request->keychains)
		keychain = kc_keychain_list_at(request->keychains, 0);
	return kc_keychain_list_named(keychain, ret);
}

kc_err kc_item_add(CFDictionaryRef attributes, CFTypeRef *result)
{
	KC_CLEANUP_REQUEST struct kc_request request = KC_REQUEST_INIT;
	KC_CLEANUP_FOUND struct kc_found found = {0};
	KC_CLEANUP_OBJECT SecKeychainRef keychain = NULL;
	struct kc_client_item item;

	KC_TRY(kc_request_parse(KC_GRAMMAR_ADD, attributes, &request));
	if (result)
		kc_request_return_something(&request);
	KC_TRY(copy_keychain(&request, &keychain));
	item = item_of(&request);
	KC_TRY(kc_keychain_call_add(keychain, &item, request.query.want, false, &found));
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
	KC_CLEANUP_OBJECT CFArrayRef keychains = NULL;

	KC_TRY(kc_request_parse(KC_GRAMMAR_FIND, query, &request));
	if (request.finds_nothing)
		return KC_ERR(NOT_FOUND);
	if (result)
		kc_request_return_something(&request);
	KC_TRY(copy_keychains(&request, &keychains));
	KC_TRY(kc_keychain_call_find(keychains, &request.query, false, &found));
	if (!result)
		return KC_OK;
	if (!request.strict)
		*result = NULL;
	return kc_result_of_find(&request, &found, result);
}

static kc_err update_items(CFDictionaryRef query, CFDictionaryRef attributes)
{
	KC_CLEANUP_REQUEST struct kc_request request = KC_REQUEST_INIT, changes = KC_REQUEST_INIT;
	KC_CLEANUP_OBJECT CFArrayRef keychains = NULL;
	struct kc_client_item item;

	KC_TRY(kc_request_parse(KC_GRAMMAR_UPDATE, query, &request));
	KC_TRY(kc_request_parse_changes(&request, attributes, &changes));
	if (request.finds_nothing)
		return KC_ERR(NOT_FOUND);
	KC_TRY(copy_keychains(&request, &keychains));
	item = item_of(&changes);
	return kc_keychain_call_update(keychains, &request.query, &item, false);
}

static kc_err delete_items(CFDictionaryRef query)
{
	KC_CLEANUP_REQUEST struct kc_request request = KC_REQUEST_INIT;
	KC_CLEANUP_OBJECT CFArrayRef keychains = NULL;

	KC_TRY(kc_request_parse(KC_GRAMMAR_DELETE, query, &request));
	if (request.finds_nothing)
		return KC_ERR(NOT_FOUND);
	KC_TRY(copy_keychains(&request, &keychains));
	return kc_keychain_call_delete(keychains, &request.query, false);
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
