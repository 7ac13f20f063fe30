/* SPDX-License-Identifier: ISC */
/* SecKeychainSearch: a query, and what is left of the items that it found. */
#include <Security/SecKeychainSearch.h>

#include <pthread.h>

#include "keychainapi/CoreFoundation/cf_runtime.h"
#include "keychainapi/Security/keychain/sec_keychain_attribute.h"
#include "keychainapi/Security/keychain/sec_keychain_call.h"
#include "keychainapi/Security/keychain/sec_keychain_item.h"
#include "keychainapi/Security/keychain/sec_keychain_list.h"
#include "keychainapi/Security/object.h"
#include "keychainapi/Security/item/reference.h"

#define KCLS KC_NAME('k', 'c', 'l', 's')

struct __SecKeychainSearch {
	CFRuntimeBase base;
	pthread_mutex_t mutex; /* guards the rest */
	struct kc_query query;
	CFArrayRef keychains;
	bool is_done; /* the search was made */
	struct kc_found_list found;
	size_t next;
};

static void finalize(CFTypeRef object)
{
	struct __SecKeychainSearch *search = (struct __SecKeychainSearch *)(uintptr_t)object;

	pthread_mutex_destroy(&search->mutex);
	kc_query_done(&search->query);
	kc_found_list_done(&search->found);
	if (search->keychains)
		CFRelease(search->keychains);
}

static const CFRuntimeClass search_class = {
	.className = "SecKeychainSearch",
	.finalize = finalize,
};

CFTypeID SecKeychainSearchGetTypeID(void)
{
	return _CFRuntimeRegisterClass(&search_class);
}

/* The three classes of keys are one of ours. */
static void say_key_class(SecItemClass item_class, struct kc_attrs *attrs)
{
	if (item_class == kSecPublicKeyItemClass)
		kc_attrs_set_number(attrs, KCLS, 0);
	else if (item_class == kSecPrivateKeyItemClass)
		kc_attrs_set_number(attrs, KCLS, 1);
	else if (item_class == kSecSymmetricKeyItemClass)
		kc_attrs_set_number(attrs, KCLS, 2);
}

static kc_err fill(struct __SecKeychainSearch *search, CFTypeRef keychain_or_array,
	SecItemClass item_class, const SecKeychainAttributeList *list)
{
	struct kc_query *query = &search->query;

	query->class = kc_sec_keychain_attribute_class(item_class);
	if (!query->class)
		return KC_ERR(NO_SUCH_CLASS);
	KC_TRY(kc_sec_keychain_attribute_read(query->class, list, true, &query->attrs));
	say_key_class(item_class, &query->attrs);
	KC_TRY(kc_attrs_check(&query->attrs));
	query->sync = KC_SYNC_ANY;
	query->want = kc_reference_want(query->class);
	return kc_sec_keychain_list_copy(keychain_or_array, &search->keychains);
}

static kc_err create(CFTypeRef keychain_or_array, SecItemClass item_class,
	const SecKeychainAttributeList *list, SecKeychainSearchRef *ret)
{
	KC_CLEANUP_OBJECT SecKeychainSearchRef search =
		_CFRuntimeCreateInstance(SecKeychainSearchGetTypeID(), sizeof *search);

	if (!search)
		return KC_ERR(NO_MEMORY);
	pthread_mutex_init(&search->mutex, NULL);
	KC_TRY(fill(search, keychain_or_array, item_class, list));
	*ret = (SecKeychainSearchRef)(uintptr_t)CFRetain(search);
	return KC_OK;
}

OSStatus SecKeychainSearchCreateFromAttributes(CFTypeRef keychainOrArray, SecItemClass itemClass,
	const SecKeychainAttributeList *attrList, SecKeychainSearchRef *searchRef)
{
	if (!searchRef)
		return errSecParam;
	return kc_err_osstatus(create(keychainOrArray, itemClass, attrList, searchRef));
}

/* Items that were deleted meanwhile are given all the same: the reference says so when it is used.
 */
static kc_err next_inlock(struct __SecKeychainSearch *search, SecKeychainItemRef *ret)
{
	if (!search->is_done) {
		KC_TRY(kc_sec_keychain_call_find(
			search->keychains, &search->query, true, &search->found));
		search->is_done = true;
	}
	if (search->next == search->found.count)
		return KC_ERR(NOT_FOUND);
	KC_TRY(kc_sec_keychain_item_new_ref(&search->found.rows[search->next], ret));
	kc_found_done(&search->found.rows[search->next++]);
	return KC_OK;
}

OSStatus SecKeychainSearchCopyNext(SecKeychainSearchRef searchRef, SecKeychainItemRef *itemRef)
{
	kc_err err;

	if (!itemRef)
		return errSecParam;
	if (!searchRef || CFGetTypeID(searchRef) != SecKeychainSearchGetTypeID())
		return errSecInvalidSearchRef;
	pthread_mutex_lock(&searchRef->mutex);
	err = next_inlock(searchRef, itemRef);
	pthread_mutex_unlock(&searchRef->mutex);
	return kc_err_osstatus(err);
}
