/* SPDX-License-Identifier: ISC */
/* The object, and what is asked of the one item that it stands for. */
#include "keychainapi/Security/keychain/sec_keychain_item.h"

#include <Security/SecItem.h>
#include <string.h>

#include "keychainapi/Security/keychain/sec_keychain_call.h"
#include "keychainapi/Security/keychain/sec_keychain_event.h"
#include "keychainapi/Security/keychain/sec_keychain_list.h"
#include "keychainapi/Security/object.h"
#include "keychainapi/Security/item/reference.h"
#include "keychainapi/Security/item/tolerance.h"

/* --- the object ------------------------------------------------------------------------------ */

static void finalize(CFTypeRef object)
{
	const struct __SecKeychainItem *item = object;

	if (item->keychain)
		CFRelease(item->keychain);
}

/* The same item of the same keychain. */
static Boolean equal(CFTypeRef a, CFTypeRef b)
{
	const struct __SecKeychainItem *x = a, *y = b;

	return x->class == y->class && memcmp(x->ref, y->ref, sizeof x->ref) == 0 &&
	       CFEqual(x->keychain, y->keychain);
}

static CFHashCode hash(CFTypeRef object)
{
	const struct __SecKeychainItem *item = object;
	CFHashCode code;

	memcpy(&code, item->ref, sizeof code);
	return code;
}

static CFStringRef describe(CFTypeRef object)
{
	const struct __SecKeychainItem *item = object;
	char class[5];

	kc_name_text(item->class, class);
	return CFStringCreateWithFormat(
		NULL, NULL, CFSTR("<SecKeychainItem %p: %s>"), object, class);
}

static const CFRuntimeClass item_class = {
	.className = "SecKeychainItem",
	.finalize = finalize,
	.equal = equal,
	.hash = hash,
	.copyDebugDesc = describe,
};

CFTypeID SecKeychainItemGetTypeID(void)
{
	return _CFRuntimeRegisterClass(&item_class);
}

bool kc_sec_keychain_item_is(CFTypeRef object, kc_name class)
{
	const struct __SecKeychainItem *item = object;

	return object && CFGetTypeID(object) == SecKeychainItemGetTypeID() &&
	       (class == 0 || item->class == class);
}

SecKeychainItemRef kc_sec_keychain_item_from_found(const struct kc_found *found)
{
	KC_CLEANUP_OBJECT SecKeychainRef keychain = kc_sec_keychain_of(found);
	struct __SecKeychainItem *item;

	if (!keychain)
		return NULL;
	item = _CFRuntimeCreateInstance(SecKeychainItemGetTypeID(), sizeof *item);
	if (!item)
		return NULL;
	item->class = found->class;
	memcpy(item->ref, found->ref, sizeof item->ref);
	item->keychain = (SecKeychainRef)(uintptr_t)CFRetain(keychain);
	return item;
}

kc_err kc_sec_keychain_item_new_ref(const struct kc_found *found, SecKeychainItemRef *ret)
{
	CFTypeRef object = kc_reference_from_found(found);

	if (!object)
		object = kc_sec_keychain_item_from_found(found);
	if (!object)
		return KC_ERR(NO_MEMORY);
	*ret = (SecKeychainItemRef)(uintptr_t)object;
	return KC_OK;
}

/* --- the one item ---------------------------------------------------------------------------- */

void kc_sec_keychain_item_query_done(struct kc_sec_keychain_item_query *query)
{
	kc_query_done(&query->query);
	if (query->keychains)
		CFRelease(query->keychains);
}

kc_err kc_sec_keychain_item_query(SecKeychainItemRef item, struct kc_sec_keychain_item_query *ret)
{
	ret->query.class = kc_reference_class(item);
	if (!ret->query.class)
		return KC_ERR(PARAM);
	if (!kc_reference_item(item, ret->query.ref))
		return KC_ERR(NOT_FOUND);
	ret->query.has_ref = true;
	ret->query.sync = KC_SYNC_ANY;
	return kc_sec_keychain_list_copy(kc_reference_keychain(item), &ret->keychains);
}

kc_err kc_sec_keychain_item_read(SecKeychainItemRef item, uint32_t want, struct kc_found *ret)
{
	KC_CLEANUP_ITEM_QUERY struct kc_sec_keychain_item_query one = KC_ITEM_QUERY_INIT;
	KC_CLEANUP_FOUND_LIST struct kc_found_list found = KC_FOUND_LIST_INIT;

	KC_TRY(kc_sec_keychain_item_query(item, &one));
	one.query.want = want;
	KC_TRY(kc_sec_keychain_call_find(one.keychains, &one.query, true, &found));
	kc_found_done(ret);
	*ret = found.rows[0];
	ret->origin = NULL; /* of the query */
	found.rows[0] = (struct kc_found){0};
	return KC_OK;
}

OSStatus kc_sec_keychain_item_status(kc_err err)
{
	return err == KC_E_NOT_FOUND ? errSecInvalidItemRef : kc_err_osstatus(err);
}

/* --- adding ---------------------------------------------------------------------------------- */

kc_err kc_sec_keychain_item_add(SecKeychainRef keychain, kc_name class, struct kc_attrs *attrs,
	struct kc_bytes secret, SecKeychainItemRef *ret_item)
{
	KC_CLEANUP_OBJECT SecKeychainRef named = NULL;
	KC_CLEANUP_OBJECT SecKeychainItemRef item = NULL;
	KC_CLEANUP_FOUND struct kc_found found = {0};
	const struct kc_client_item wanted = {
		.class = class,
		.attrs = attrs,
		.has_secret = true,
		.secret = secret,
		.one_of_both_syncs = true,
	};

	kc_tolerance_add_label(class, attrs);
	KC_TRY(kc_attrs_check(attrs));
	KC_TRY(kc_sec_keychain_list_named(keychain, &named));
	KC_TRY(kc_sec_keychain_call_add(named, &wanted, kc_reference_want(class), true, &found));
	KC_TRY(kc_sec_keychain_item_new_ref(&found, &item));
	kc_sec_keychain_event_send(kSecAddEvent, item, named);
	if (ret_item)
		*ret_item = (SecKeychainItemRef)(uintptr_t)CFRetain(item);
	return KC_OK;
}
