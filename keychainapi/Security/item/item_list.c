/* SPDX-License-Identifier: ISC */
/* Lists of items as references in a query. */
#include "keychainapi/Security/item/item_list.h"

#include <string.h>

#include "keychainapi/Security/item/chosen.h"
#include "keychainapi/Security/certificate/identity.h"
#include "keychainapi/Security/object.h"
#include "keychainapi/Security/item/reference.h"
#include "wire/client.h"

#define CLASS_LEN 4
#define REF_LEN (CLASS_LEN + KC_PERSISTENT_REF_LEN)

static kc_name class_of(CFTypeRef element)
{
	struct kc_bytes bytes = kc_object_bytes(element);

	if (kc_object_kind(element) != KC_OBJECT_DATA)
		return kc_reference_class(element);
	return bytes.len == REF_LEN ? kc_name_from(kc_bytes(bytes.data, CLASS_LEN)) : 0;
}

kc_name kc_item_list_class(CFArrayRef list)
{
	return CFArrayGetCount(list) ? class_of(CFArrayGetValueAtIndex(list, 0)) : 0;
}

/* The part of an identity that is of the class; anything else is itself. */
static CFTypeRef part_of_class(CFTypeRef element, kc_name class)
{
	SecIdentityRef identity = (SecIdentityRef)(uintptr_t)element;

	if (!kc_identity_is(element))
		return element;
	return class == KC_CLASS_KEY	       ? (CFTypeRef)identity->key
	       : class == KC_CLASS_CERTIFICATE ? (CFTypeRef)identity->certificate
					       : element;
}

/* The item that the object could be. */
static kc_err find_item(CFTypeRef object, kc_name class, struct kc_buf *refs)
{
	KC_CLEANUP_QUERY struct kc_query query = KC_QUERY_INIT;
	KC_CLEANUP_FOUND_LIST struct kc_found_list found = KC_FOUND_LIST_INIT;
	struct kc_client *client;
	kc_err err;

	KC_TRY(kc_reference_expand(object, &query.attrs, NULL, &query.class));
	if (query.class != class)
		return KC_OK;
	query.sync = KC_SYNC_ANY;
	KC_TRY(kc_client_shared(&client));
	err = kc_client_item_find(client, &query, &found);
	if (err == KC_E_NOT_FOUND)
		return KC_OK;
	KC_TRY(err);
	for (size_t i = 0; i < found.count; i++)
		kc_chosen_add(refs, found.rows[i].ref);
	return KC_OK;
}

/* An identity is referred to by its certificate. */
static bool is_of_class(kc_name class, kc_name wanted)
{
	return class == wanted || (wanted == KC_CLASS_IDENTITY && class == KC_CLASS_CERTIFICATE) ||
	       (wanted == KC_CLASS_CERTIFICATE && class == KC_CLASS_IDENTITY);
}

static kc_err add(CFTypeRef element, kc_name wanted, struct kc_buf *refs)
{
	CFTypeRef part = part_of_class(element, wanted);
	uint8_t ref[KC_PERSISTENT_REF_LEN];
	kc_name class = class_of(part);

	if (class == 0)
		return KC_ERR(PARAM);
	if (!is_of_class(class, wanted))
		return KC_OK;
	if (kc_object_kind(part) == KC_OBJECT_DATA)
		memcpy(ref, kc_object_bytes(part).data + CLASS_LEN, sizeof ref);
	else if (!kc_reference_item(part, ref))
		return find_item(part, class, refs);
	kc_chosen_add(refs, ref);
	return KC_OK;
}

kc_err kc_item_list_settle(CFArrayRef list, struct kc_request *request)
{
	struct kc_query *query = &request->query;
	CFIndex count = CFArrayGetCount(list);

	if (count > KC_QUERY_MAX_REFS)
		return KC_ERR(TOO_LARGE);
	for (CFIndex i = 0; i < count; i++)
		KC_TRY(add(CFArrayGetValueAtIndex(list, i), query->class, &query->refs));
	KC_TRY(kc_buf_check(&query->refs));
	if (query->refs.len == 0)
		request->finds_nothing = true;
	return query->refs.len > (size_t)KC_QUERY_MAX_REFS * KC_PERSISTENT_REF_LEN
		       ? KC_ERR(TOO_LARGE)
		       : KC_OK;
}
