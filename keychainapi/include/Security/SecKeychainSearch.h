/* SPDX-License-Identifier: ISC */
/* Looking for items by class and attributes, one after the other. */
#ifndef SECURITY_SECKEYCHAINSEARCH_H
#define SECURITY_SECKEYCHAINSEARCH_H

#include <Security/SecKeychainItem.h>

CF_EXTERN_C_BEGIN

CF_EXPORT CFTypeID SecKeychainSearchGetTypeID(void);

/* keychainOrArray is a keychain, an array of them, or NULL: those of the search list. An attribute
 * without data is left out; attrList may be NULL. */
CF_EXPORT OSStatus SecKeychainSearchCreateFromAttributes(CFTypeRef keychainOrArray,
	SecItemClass itemClass, const SecKeychainAttributeList *attrList,
	SecKeychainSearchRef *searchRef) SEC_DEPRECATED;

/* The next item of those that were there when the first was asked for; errSecItemNotFound after the
 * last one. For certificates and keys it is the certificate or the key. */
CF_EXPORT OSStatus SecKeychainSearchCopyNext(
	SecKeychainSearchRef searchRef, SecKeychainItemRef *itemRef) SEC_DEPRECATED;

CF_EXTERN_C_END

#endif
