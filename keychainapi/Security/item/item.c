/* SPDX-License-Identifier: ISC */
/*
 * The four item calls: a dictionary becomes one request, the request one round trip, the answer the
 * objects that the caller asked for.
 */
#include <Security/SecItem.h>

#include "keychainapi/Security/item/chosen.h"
#include "keychainapi/Security/certificate/identity_item.h"
#include "keychainapi/Security/item/item.h"
#include "keychainapi/Security/keychain/sec_keychain_call.h"
#include "keychainapi/Security/keychain/sec_keychain_list.h"
#include "keychainapi/Security/last_error.h"
#include "keychainapi/Security/object.h"
#include "keychainapi/Security/item/profile.h"
#include "keychainapi/Security/item/request.h"
#include "keychainapi/Security/item/result.h"

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

/* Where to look: the strict profile knows no keychains but the user's own. */
static kc_err copy_keychains(const struct kc_request *request, CFArrayRef *ret)
{
	CFTypeRef keychains = request->strict ? kc_sec_keychain_users() : NULL;

	if (request->keychains)
		keychains = request->keychains;
	return kc_sec_keychain_list_copy(keychains, ret);
}

/* Where to add: in the keychain that is named, else in the default one. */
static kc_err copy_keychain(const struct kc_request *request, SecKeychainRef *ret)
{
	SecKeychainRef keychain = request->strict ? kc_sec_keychain_users() : NULL;

	if (request->keychains)
		keychain = kc_sec_keychain_list_at(request->keychains, 0);
	return kc_sec_keychain_list_named(keychain, ret);
}

/* An identity that is added, and found again: its result is that of a search. */
struct adding {
	const struct kc_request *request;
	struct kc_found_list found;
};

static kc_err add_in(SecKeychainRef keychain, struct kc_client *client, void *context)
{
	struct adding *adding = context;

	KC_TRY(kc_identity_item_add(client, adding->request, &adding->found));
	for (size_t i = 0; i < adding->found.count; i++)
		adding->found.rows[i].origin = keychain;
	return KC_OK;
}

static void adding_done(struct adding *adding)
{
	kc_found_list_done(&adding->found);
}

static kc_err add_identity(const struct kc_request *request, CFTypeRef *result)
{
	KC_CLEANUP(adding_done) struct adding adding = {request, KC_FOUND_LIST_INIT};
	KC_CLEANUP_OBJECT SecKeychainRef keychain = NULL;
	KC_CLEANUP_OBJECT CFArrayRef keychains = NULL;

	KC_TRY(copy_keychain(request, &keychain));
	KC_TRY(kc_sec_keychain_list_copy(keychain, &keychains));
	KC_TRY(kc_sec_keychain_call_each(keychains, false, add_in, &adding));
	if (!result)
		return KC_OK;
	if (!request->strict)
		*result = NULL;
	return kc_result_of_add(request, &adding.found.rows[0], result);
}

static kc_err add_one(CFDictionaryRef attributes, CFTypeRef *result)
{
	KC_CLEANUP_REQUEST struct kc_request request = KC_REQUEST_INIT;
	KC_CLEANUP_FOUND struct kc_found found = {0};
	KC_CLEANUP_OBJECT SecKeychainRef keychain = NULL;
	struct kc_client_item item;

	KC_TRY(kc_request_parse(KC_GRAMMAR_ADD, attributes, &request));
	if (result)
		kc_request_return_something(&request);
	if (request.identity)
		return add_identity(&request, result);
	KC_TRY(copy_keychain(&request, &keychain));
	item = item_of(&request);
	KC_TRY(kc_sec_keychain_call_add(keychain, &item, request.query.want, false, &found));
	if (!result)
		return KC_OK;
	if (!request.strict)
		*result = NULL;
	return kc_result_of_add(&request, &found, result);
}

/* Each item of the list as kSecValueRef, up to the first that cannot be added; with what the rest
 * of the dictionary says. */
static kc_err add_each(CFDictionaryRef attributes, CFArrayRef list, CFTypeRef *result)
{
	KC_CLEANUP_OBJECT CFMutableDictionaryRef words = NULL;
	KC_CLEANUP_OBJECT CFMutableArrayRef results =
		CFArrayCreateMutable(NULL, 0, &kCFTypeArrayCallBacks);

	KC_TRY(kc_object_copy_dictionary(attributes, &words));
	if (!results)
		return KC_ERR(NO_MEMORY);
	CFDictionaryRemoveValue(words, kSecUseItemList);
	for (CFIndex i = 0; i < CFArrayGetCount(list); i++) {
		KC_CLEANUP_OBJECT CFTypeRef one = NULL;
		CFDictionarySetValue(words, kSecValueRef, CFArrayGetValueAtIndex(list, i));
		KC_TRY(add_one(words, result ? &one : NULL));
		if (one)
			CFArrayAppendValue(results, one);
	}
	if (result)
		*result = CFRetain(results);
	return KC_OK;
}

/* The list of kSecUseItemList, which the default profile alone adds the items of. */
static CFArrayRef items_to_add(CFDictionaryRef attributes)
{
	CFTypeRef list;

	if (kc_object_kind(attributes) != KC_OBJECT_DICTIONARY ||
		kc_profile_is_strict(kc_object_member(attributes, kSecUseDataProtectionKeychain)))
		return NULL;
	list = kc_object_member(attributes, kSecUseItemList);
	return kc_object_kind(list) == KC_OBJECT_ARRAY && CFArrayGetCount(list) ? list : NULL;
}

kc_err kc_item_add(CFDictionaryRef attributes, CFTypeRef *result)
{
	CFArrayRef list = items_to_add(attributes);

	return list ? add_each(attributes, list, result) : add_one(attributes, result);
}

static kc_err find_in(
	struct kc_client *client, const void *context, uint32_t limit, struct kc_found_list *ret)
{
	const struct kc_request *request = context;
	struct kc_query query = request->query; /* borrows */

	query.limit = limit;
	return kc_filter_find(client, &request->filter, &query, ret);
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
	KC_TRY(kc_sec_keychain_call_search(
		keychains, false, find_in, &request, request.query.limit, &found));
	if (!result)
		return KC_OK;
	if (!request.strict)
		*result = NULL;
	return kc_result_of_find(&request, &found, result);
}

/* The references of what the request finds, for a filter that the service does not know. */
static kc_err choose(struct kc_client *client, const struct kc_request *request, struct kc_buf *ret)
{
	KC_CLEANUP_FOUND_LIST struct kc_found_list found = KC_FOUND_LIST_INIT;

	KC_TRY(kc_filter_find(client, &request->filter, &request->query, &found));
	for (size_t i = 0; i < found.count; i++)
		kc_buf_push(ret, found.rows[i].ref, sizeof found.rows[i].ref);
	return kc_buf_check(ret);
}

/* A change or a deletion, of what a request finds. */
struct change {
	const struct kc_request *request;
	const struct kc_client_item *item;
};

static kc_err update_in(SecKeychainRef keychain, struct kc_client *client, void *context)
{
	KC_CLEANUP_BUF struct kc_buf refs = KC_BUF_INIT;
	const struct change *change = context;
	const struct kc_request *request = change->request;

	(void)keychain;
	if (request->query.class == KC_CLASS_IDENTITY)
		return kc_identity_item_update(client, request, change->item);
	if (!kc_filter_looks_at(&request->filter, request->query.class))
		return kc_client_item_update(client, &request->query, change->item, NULL);
	KC_TRY(choose(client, request, &refs));
	return kc_chosen_update(client, request->query.class, &request->query, &refs, change->item);
}

static kc_err delete_in(SecKeychainRef keychain, struct kc_client *client, void *context)
{
	KC_CLEANUP_BUF struct kc_buf refs = KC_BUF_INIT;
	const struct change *change = context;
	const struct kc_request *request = change->request;

	(void)keychain;
	if (request->query.class == KC_CLASS_IDENTITY)
		return kc_identity_item_delete(client, request);
	if (!kc_filter_looks_at(&request->filter, request->query.class))
		return kc_client_item_delete(client, &request->query, NULL);
	KC_TRY(choose(client, request, &refs));
	return kc_chosen_delete(client, request->query.class, &request->query, &refs);
}

static kc_err change_each(kc_sec_keychain_call *call, struct change *change)
{
	KC_CLEANUP_OBJECT CFArrayRef keychains = NULL;
	const struct kc_request *request = change->request;

	if (request->finds_nothing)
		return KC_ERR(NOT_FOUND);
	KC_TRY(copy_keychains(request, &keychains));
	return kc_sec_keychain_call_each(keychains, false, call, change);
}

static kc_err update_items(CFDictionaryRef query, CFDictionaryRef attributes)
{
	KC_CLEANUP_REQUEST struct kc_request request = KC_REQUEST_INIT, changes = KC_REQUEST_INIT;
	struct change change = {.request = &request};
	struct kc_client_item item;

	KC_TRY(kc_request_parse(KC_GRAMMAR_UPDATE, query, &request));
	KC_TRY(kc_request_parse_changes(&request, attributes, &changes));
	item = item_of(&changes);
	change.item = &item;
	return change_each(update_in, &change);
}

kc_err kc_item_delete(CFDictionaryRef query)
{
	KC_CLEANUP_REQUEST struct kc_request request = KC_REQUEST_INIT;
	struct change change = {.request = &request};

	KC_TRY(kc_request_parse(KC_GRAMMAR_DELETE, query, &request));
	return change_each(delete_in, &change);
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
	return kc_last_error_set(kc_item_delete(query));
}
