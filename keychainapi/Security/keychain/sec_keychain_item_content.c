/* SPDX-License-Identifier: ISC */
/* The attributes and the data of one item: reading, changing, deleting. */
#include <string.h>

#include "keychainapi/Security/keychain/sec_keychain_attribute.h"
#include "keychainapi/Security/keychain/sec_keychain_call.h"
#include "keychainapi/Security/keychain/sec_keychain_event.h"
#include "keychainapi/Security/keychain/sec_keychain_item.h"
#include "keychainapi/Security/keychain/sec_keychain_list.h"
#include "keychainapi/Security/keychain/sec_keychain_memory.h"
#include "keychainapi/Security/object.h"

/* --- making ---------------------------------------------------------------------------------- */

static kc_err create(SecItemClass item_class, const SecKeychainAttributeList *list,
	struct kc_bytes data, SecKeychainRef keychain, SecKeychainItemRef *ret)
{
	KC_CLEANUP_ATTRS struct kc_attrs attrs = KC_ATTRS_INIT;
	kc_name class = kc_sec_keychain_attribute_class(item_class);

	if (data.len && !data.data)
		return KC_ERR(PARAM);
	if (class != KC_CLASS_GENERIC && class != KC_CLASS_INTERNET)
		return KC_ERR(NO_SUCH_CLASS);
	KC_TRY(kc_sec_keychain_attribute_read(class, list, false, &attrs));
	return kc_sec_keychain_item_add(keychain, class, &attrs, data, ret);
}

OSStatus SecKeychainItemCreateFromContent(SecItemClass itemClass,
	SecKeychainAttributeList *attrList, UInt32 length, const void *data,
	SecKeychainRef keychainRef, SecAccessRef initialAccess, SecKeychainItemRef *itemRef)
{
	(void)initialAccess;
	return kc_err_osstatus(
		create(itemClass, attrList, kc_bytes(data, length), keychainRef, itemRef));
}

/* --- changing -------------------------------------------------------------------------------- */

static void send(SecKeychainEvent event, SecKeychainItemRef item, CFArrayRef keychains)
{
	kc_sec_keychain_event_send(event, item, kc_sec_keychain_list_at(keychains, 0));
}

/* A change of the one item; without changes it is deleted. */
struct change {
	const struct kc_query *query;
	const struct kc_client_item *changes;
};

static kc_err change_in(SecKeychainRef keychain, struct kc_client *client, void *context)
{
	const struct change *change = context;

	(void)keychain;
	return change->changes ? kc_client_item_update(client, change->query, change->changes, NULL)
			       : kc_client_item_delete(client, change->query, NULL);
}

static kc_err change_item(
	const struct kc_sec_keychain_item_query *one, const struct kc_client_item *changes)
{
	struct change change = {&one->query, changes};

	return kc_sec_keychain_call_each(one->keychains, true, change_in, &change);
}

static kc_err modify(SecKeychainItemRef item, const SecKeychainAttributeList *list, UInt32 length,
	const void *data)
{
	KC_CLEANUP_ITEM_QUERY struct kc_sec_keychain_item_query one = KC_ITEM_QUERY_INIT;
	KC_CLEANUP_ATTRS struct kc_attrs attrs = KC_ATTRS_INIT;
	const struct kc_client_item changes = {
		.attrs = &attrs,
		.has_secret = data != NULL,
		.secret = kc_bytes(data, data ? length : 0),
	};

	KC_TRY(kc_sec_keychain_item_query(item, &one));
	KC_TRY(kc_sec_keychain_attribute_read(one.query.class, list, false, &attrs));
	KC_TRY(kc_attrs_check(&attrs));
	KC_TRY(change_item(&one, &changes));
	send(kSecUpdateEvent, item, one.keychains);
	return KC_OK;
}

OSStatus SecKeychainItemModifyContent(SecKeychainItemRef itemRef,
	const SecKeychainAttributeList *attrList, UInt32 length, const void *data)
{
	return kc_sec_keychain_item_status(modify(itemRef, attrList, length, data));
}

OSStatus SecKeychainItemModifyAttributesAndData(SecKeychainItemRef itemRef,
	const SecKeychainAttributeList *attrList, UInt32 length, const void *data)
{
	return kc_sec_keychain_item_status(modify(itemRef, attrList, length, data));
}

static kc_err delete (SecKeychainItemRef item)
{
	KC_CLEANUP_ITEM_QUERY struct kc_sec_keychain_item_query one = KC_ITEM_QUERY_INIT;

	KC_TRY(kc_sec_keychain_item_query(item, &one));
	KC_TRY(change_item(&one, NULL));
	send(kSecDeleteEvent, item, one.keychains);
	return KC_OK;
}

OSStatus SecKeychainItemDelete(SecKeychainItemRef itemRef)
{
	return kc_sec_keychain_item_status(delete (itemRef));
}

/* --- reading --------------------------------------------------------------------------------- */

/* What is read for a caller, until it is his. */
struct content {
	SecKeychainAttribute *attributes;
	UInt32 count;
	UInt32 length;
	void *data;
};

static void free_attributes(SecKeychainAttribute *attributes, UInt32 count)
{
	for (UInt32 i = 0; i < count; i++) {
		kc_sec_keychain_memory_free(attributes[i].data);
		attributes[i].data = NULL;
		attributes[i].length = 0;
	}
}

static void content_done(struct content *content)
{
	if (content->attributes)
		free_attributes(content->attributes, content->count);
	free(content->attributes);
	kc_sec_keychain_memory_free(content->data);
}

static kc_err fill_attributes(const struct kc_found *found, struct content *content)
{
	for (UInt32 i = 0; i < content->count; i++)
		KC_TRY(kc_sec_keychain_attribute_write(
			found->class, &found->attrs, &content->attributes[i]));
	return KC_OK;
}

static kc_err make_room(UInt32 count, struct content *content)
{
	content->attributes = calloc((size_t)count + 1, sizeof *content->attributes);
	if (!content->attributes)
		return KC_ERR(NO_MEMORY);
	content->count = count;
	return KC_OK;
}

static kc_err add_tags(const UInt32 *tags, UInt32 count, struct content *content)
{
	KC_TRY(make_room(count, content));
	for (UInt32 i = 0; i < count; i++)
		content->attributes[i].tag = tags[i];
	return KC_OK;
}

static uint32_t want_of(bool attributes, bool data)
{
	return (attributes ? KC_WANT_ATTRS : 0) | (data ? KC_WANT_SECRET : 0);
}

static kc_err take_data(const struct kc_found *found, struct content *content)
{
	return kc_sec_keychain_memory_dup(
		kc_secret_bytes(&found->secret), &content->length, &content->data);
}

static void give_data(struct content *content, UInt32 *length, void **data)
{
	if (!data)
		return;
	if (length)
		*length = content->length;
	*data = content->data;
	content->data = NULL;
}

static void give_class(const struct kc_found *found, SecItemClass *ret)
{
	if (ret)
		*ret = kc_sec_keychain_attribute_item_class(found->class, &found->attrs);
}

/* --- into the caller's list ------------------------------------------------------------------ */

static kc_err read_tags(const SecKeychainAttributeList *list, struct content *content)
{
	if (!list)
		return KC_OK;
	if (list->count && !list->attr)
		return KC_ERR(PARAM);
	KC_TRY(make_room(list->count, content));
	for (UInt32 i = 0; i < list->count; i++)
		content->attributes[i].tag = list->attr[i].tag;
	return KC_OK;
}

static void give_attributes(struct content *content, SecKeychainAttributeList *list)
{
	for (UInt32 i = 0; i < content->count; i++) {
		list->attr[i] = content->attributes[i];
		content->attributes[i].data = NULL;
	}
}

static kc_err copy_content(SecKeychainItemRef item, SecItemClass *item_class,
	SecKeychainAttributeList *list, UInt32 *length, void **data)
{
	KC_CLEANUP(content_done) struct content content = {0};
	KC_CLEANUP_FOUND struct kc_found found = {0};

	KC_TRY(read_tags(list, &content));
	KC_TRY(kc_sec_keychain_item_read(item, want_of(list || item_class, data != NULL), &found));
	KC_TRY(fill_attributes(&found, &content));
	if (data)
		KC_TRY(take_data(&found, &content));
	give_class(&found, item_class);
	give_attributes(&content, list);
	give_data(&content, length, data);
	return KC_OK;
}

OSStatus SecKeychainItemCopyContent(SecKeychainItemRef itemRef, SecItemClass *itemClass,
	SecKeychainAttributeList *attrList, UInt32 *length, void **outData)
{
	return kc_sec_keychain_item_status(
		copy_content(itemRef, itemClass, attrList, length, outData));
}

OSStatus SecKeychainItemFreeContent(SecKeychainAttributeList *attrList, void *data)
{
	if (attrList && attrList->attr)
		free_attributes(attrList->attr, attrList->count);
	kc_sec_keychain_memory_free(data);
	return errSecSuccess;
}

/* --- into a list of ours --------------------------------------------------------------------- */

static kc_err all_tags(kc_name class, struct content *content)
{
	SecKeychainAttributeInfo *info;
	kc_err err;

	KC_TRY(kc_sec_keychain_attribute_info(class, &info));
	err = add_tags(info->tag, info->count, content);
	kc_sec_keychain_attribute_info_free(info);
	return err;
}

static kc_err new_list(struct content *content, SecKeychainAttributeList **ret)
{
	SecKeychainAttributeList *list = calloc(1, sizeof *list);

	if (!list)
		return KC_ERR(NO_MEMORY);
	list->count = content->count;
	list->attr = content->attributes;
	content->attributes = NULL;
	*ret = list;
	return KC_OK;
}

static kc_err copy_attributes(SecKeychainItemRef item, const SecKeychainAttributeInfo *info,
	SecItemClass *item_class, SecKeychainAttributeList **list, UInt32 *length, void **data)
{
	KC_CLEANUP(content_done) struct content content = {0};
	KC_CLEANUP_FOUND struct kc_found found = {0};

	if (info && info->count && !info->tag)
		return KC_ERR(PARAM);
	KC_TRY(kc_sec_keychain_item_read(item, want_of(list || item_class, data != NULL), &found));
	if (list && info)
		KC_TRY(add_tags(info->tag, info->count, &content));
	else if (list)
		KC_TRY(all_tags(found.class, &content));
	KC_TRY(fill_attributes(&found, &content));
	if (data)
		KC_TRY(take_data(&found, &content));
	if (list)
		KC_TRY(new_list(&content, list));
	give_class(&found, item_class);
	give_data(&content, length, data);
	return KC_OK;
}

OSStatus SecKeychainItemCopyAttributesAndData(SecKeychainItemRef itemRef,
	SecKeychainAttributeInfo *info, SecItemClass *itemClass,
	SecKeychainAttributeList **attrList, UInt32 *length, void **outData)
{
	return kc_sec_keychain_item_status(
		copy_attributes(itemRef, info, itemClass, attrList, length, outData));
}

OSStatus SecKeychainItemFreeAttributesAndData(SecKeychainAttributeList *attrList, void *data)
{
	SecKeychainItemFreeContent(attrList, data);
	if (attrList)
		free(attrList->attr);
	free(attrList);
	return errSecSuccess;
}

/* --- what there is --------------------------------------------------------------------------- */

OSStatus SecKeychainAttributeInfoForItemID(
	SecKeychainRef keychain, UInt32 itemID, SecKeychainAttributeInfo **info)
{
	if (!info || (keychain && !kc_sec_keychain_is(keychain)))
		return errSecParam;
	return kc_err_osstatus(
		kc_sec_keychain_attribute_info(kc_sec_keychain_attribute_class(itemID), info));
}

OSStatus SecKeychainFreeAttributeInfo(SecKeychainAttributeInfo *info)
{
	kc_sec_keychain_attribute_info_free(info);
	return errSecSuccess;
}
