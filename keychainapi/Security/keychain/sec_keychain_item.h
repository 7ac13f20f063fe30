/* SPDX-License-Identifier: ISC */
/*
 * SecKeychainItem: a password of a keychain, by its reference.
 *
 * The functions here take any reference to an item of a keychain: these, keys and certificates.
 */
#ifndef KC_SECURITY_SEC_KEYCHAIN_ITEM_H
#define KC_SECURITY_SEC_KEYCHAIN_ITEM_H

#include <Security/SecKeychainItem.h>

#include "keychainapi/CoreFoundation/cf_runtime.h"
#include "keychainapi/Security/keychain/sec_keychain.h"

struct __SecKeychainItem {
	CFRuntimeBase base;
	kc_name class;
	uint8_t ref[KC_PERSISTENT_REF_LEN];
	SecKeychainRef keychain; /* owned */
};

/* Whether the object is one, of the class (0: of any). */
bool kc_sec_keychain_item_is(CFTypeRef object, kc_name class);

/* The object for a found item; owned by the caller, NULL without memory. */
SecKeychainItemRef kc_sec_keychain_item_from_found(const struct kc_found *found);

/* The object for a found item of any class: the key, the certificate, or one of these. *ret is
 * owned by the caller. Errors: NO_MEMORY. */
KC_MUST kc_err kc_sec_keychain_item_new_ref(const struct kc_found *found, SecKeychainItemRef *ret);

/* A query for the one item, and an array of its keychain. */
struct kc_sec_keychain_item_query {
	struct kc_query query;
	CFArrayRef keychains; /* owned */
};
#define KC_ITEM_QUERY_INIT             \
	{                              \
		.query = KC_QUERY_INIT \
	}
#define KC_CLEANUP_ITEM_QUERY KC_CLEANUP(kc_sec_keychain_item_query_done)
void kc_sec_keychain_item_query_done(struct kc_sec_keychain_item_query *query);

/* The query for a reference. Errors: PARAM for what is none, NOT_FOUND for a key that is in memory
 * alone. */
KC_MUST kc_err kc_sec_keychain_item_query(
	SecKeychainItemRef item, struct kc_sec_keychain_item_query *ret);

/* The item itself. Errors: as kc_sec_keychain_item_query, NOT_FOUND when it is gone. */
KC_MUST kc_err kc_sec_keychain_item_read(
	SecKeychainItemRef item, uint32_t want, struct kc_found *ret);

/* What the caller of a function on one item is answered: that the item is gone is a matter of the
 * reference. */
OSStatus kc_sec_keychain_item_status(kc_err err);

/* Adds an item with what the attributes say, in a keychain (NULL: the default one), with the label
 * that it would have on macOS. ret_item may be NULL. */
KC_MUST kc_err kc_sec_keychain_item_add(SecKeychainRef keychain, kc_name class,
	struct kc_attrs *attrs, struct kc_bytes secret, SecKeychainItemRef *ret_item);

#endif
