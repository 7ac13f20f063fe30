/* SPDX-License-Identifier: ISC */
/*
 * Attributes of the older interface, as bytes, and those of items: a row of the table for each tag.
 */
#ifndef KC_SECURITY_SEC_KEYCHAIN_ATTRIBUTE_H
#define KC_SECURITY_SEC_KEYCHAIN_ATTRIBUTE_H

#include <Security/SecKeychainItem.h>

#include "base/query.h"

/* What a class of items is called here and there. 0 for none. */
kc_name kc_sec_keychain_attribute_class(SecItemClass item_class);
SecItemClass kc_sec_keychain_attribute_item_class(kc_name class, const struct kc_attrs *attrs);

/* Sets what the list says; NULL says nothing. With for_search what has no bytes is left out, as it
 * matches anything. Errors: PARAM, NO_SUCH_ATTR; what the set itself fails with stays in the set.
 */
KC_MUST kc_err kc_sec_keychain_attribute_read(kc_name class, const SecKeychainAttributeList *list,
	bool for_search, struct kc_attrs *attrs);

/* The protocol and the authentication type as the items have them; 0 is left out. */
void kc_sec_keychain_attribute_set_protocol(struct kc_attrs *attrs, UInt32 protocol);
void kc_sec_keychain_attribute_set_authentication(struct kc_attrs *attrs, UInt32 type);
/* Text, or data when it is no UTF-8. */
void kc_sec_keychain_attribute_set_text(
	struct kc_attrs *attrs, kc_name name, struct kc_bytes bytes);

/* Fills in length and data of the attribute with that tag; a missing one is 0 and NULL. Errors:
 * NO_SUCH_ATTR, NO_MEMORY. */
KC_MUST kc_err kc_sec_keychain_attribute_write(
	kc_name class, const struct kc_attrs *attrs, SecKeychainAttribute *attribute);

/* The tags and formats that items of the class have. Errors: NO_SUCH_CLASS, NO_MEMORY. */
KC_MUST kc_err kc_sec_keychain_attribute_info(kc_name class, SecKeychainAttributeInfo **ret);
void kc_sec_keychain_attribute_info_free(SecKeychainAttributeInfo *info);

#endif
