/* SPDX-License-Identifier: ISC */
/* Where an item is: its keychain, its copy in another, its persistent reference; and its access. */
#include <string.h>

#include "keychainapi/Security/access/access.h"
#include "keychainapi/Security/keychain/sec_keychain_call.h"
#include "keychainapi/Security/keychain/sec_keychain_item.h"
#include "keychainapi/Security/keychain/sec_keychain_list.h"
#include "keychainapi/Security/object.h"
#include "keychainapi/Security/item/reference.h"

#define CLASS_LEN 4

static kc_err copy_keychain(SecKeychainItemRef item, SecKeychainRef *ret)
{
	KC_CLEANUP_ITEM_QUERY struct kc_sec_keychain_item_query one = KC_ITEM_QUERY_INIT;

	KC_TRY(kc_sec_keychain_item_query(item, &one));
	*ret = (SecKeychainRef)(uintptr_t)CFRetain(CFArrayGetValueAtIndex(one.keychains, 0));
	return KC_OK;
}

OSStatus SecKeychainItemCopyKeychain(SecKeychainItemRef itemRef, SecKeychainRef *keychainRef)
{
	if (!keychainRef)
		return errSecParam;
	return kc_sec_keychain_item_status(copy_keychain(itemRef, keychainRef));
}

/* --- a copy ---------------------------------------------------------------------------------- */

/* What the new item gets for itself. */
static void forget_own(struct kc_attrs *attrs)
{
	static const char own[][5] = {
		"agrp", "accc", "musr", "sha1", "tomb", "UUID", "cdat", "mdat"};

	for (size_t i = 0; i < KC_COUNT_OF(own); i++)
		kc_attrs_remove(attrs, kc_name_from(kc_bytes_str(own[i])));
}

static kc_err create_copy(
	SecKeychainItemRef item, SecKeychainRef destination, SecKeychainItemRef *ret)
{
	KC_CLEANUP_FOUND struct kc_found found = {0};

	KC_TRY(kc_sec_keychain_item_read(item, KC_WANT_ATTRS | KC_WANT_SECRET, &found));
	if (found.class != KC_CLASS_GENERIC && found.class != KC_CLASS_INTERNET)
		return KC_ERR(UNSUPPORTED);
	forget_own(&found.attrs);
	return kc_sec_keychain_item_add(
		destination, found.class, &found.attrs, kc_secret_bytes(&found.secret), ret);
}

OSStatus SecKeychainItemCreateCopy(SecKeychainItemRef itemRef, SecKeychainRef destKeychainRef,
	SecAccessRef initialAccess, SecKeychainItemRef *itemCopy)
{
	(void)initialAccess;
	if (!itemCopy)
		return errSecParam;
	return kc_sec_keychain_item_status(create_copy(itemRef, destKeychainRef, itemCopy));
}

/* --- persistent references ------------------------------------------------------------------- */

static kc_err create_persistent(SecKeychainItemRef item, CFDataRef *ret)
{
	uint8_t bytes[CLASS_LEN + 1 + KC_PERSISTENT_REF_LEN];
	kc_name class = kc_reference_class(item);

	if (!class)
		return KC_ERR(PARAM);
	kc_name_text(class, (char *)bytes);
	if (!kc_reference_item(item, bytes + CLASS_LEN))
		return KC_ERR(NOT_FOUND);
	*ret = CFDataCreate(NULL, bytes, CLASS_LEN + KC_PERSISTENT_REF_LEN);
	return *ret ? KC_OK : KC_ERR(NO_MEMORY);
}

OSStatus SecKeychainItemCreatePersistentReference(
	SecKeychainItemRef itemRef, CFDataRef *persistentItemRef)
{
	if (!persistentItemRef)
		return errSecParam;
	return kc_sec_keychain_item_status(create_persistent(itemRef, persistentItemRef));
}

static kc_err from_persistent(CFDataRef reference, SecKeychainItemRef *ret)
{
	KC_CLEANUP_QUERY struct kc_query query = KC_QUERY_INIT;
	KC_CLEANUP_FOUND_LIST struct kc_found_list found = KC_FOUND_LIST_INIT;
	KC_CLEANUP_OBJECT CFArrayRef keychains = NULL;
	struct kc_bytes bytes = kc_object_bytes(reference);

	if (kc_object_kind(reference) != KC_OBJECT_DATA ||
		bytes.len != CLASS_LEN + KC_PERSISTENT_REF_LEN)
		return KC_ERR(PARAM);
	query.class = kc_name_from(kc_bytes(bytes.data, CLASS_LEN));
	memcpy(query.ref, bytes.data + CLASS_LEN, KC_PERSISTENT_REF_LEN);
	query.has_ref = true;
	query.sync = KC_SYNC_ANY;
	query.limit = 1;
	query.want = kc_reference_want(query.class);
	KC_TRY(kc_sec_keychain_list_copy(NULL, &keychains));
	KC_TRY(kc_sec_keychain_call_find(keychains, &query, true, &found));
	return kc_sec_keychain_item_new_ref(&found.rows[0], ret);
}

OSStatus SecKeychainItemCopyFromPersistentReference(
	CFDataRef persistentItemRef, SecKeychainItemRef *itemRef)
{
	return itemRef ? kc_err_osstatus(from_persistent(persistentItemRef, itemRef)) : errSecParam;
}

/* --- access ---------------------------------------------------------------------------------- */

/* Whether there is such an item, which is all that these can fail for. */
static kc_err look(SecKeychainItemRef item)
{
	KC_CLEANUP_FOUND struct kc_found found = {0};

	return kc_sec_keychain_item_read(item, 0, &found);
}

OSStatus SecKeychainItemCopyAccess(SecKeychainItemRef itemRef, SecAccessRef *access)
{
	kc_err err;

	if (!access)
		return errSecParam;
	err = look(itemRef);
	return err == KC_OK ? kc_err_osstatus(kc_access_new_open(access))
			    : kc_sec_keychain_item_status(err);
}

OSStatus SecKeychainItemSetAccess(SecKeychainItemRef itemRef, SecAccessRef access)
{
	return kc_access_is(access) ? kc_sec_keychain_item_status(look(itemRef)) : errSecParam;
}
