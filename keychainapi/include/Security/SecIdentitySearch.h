/* SPDX-License-Identifier: ISC */
/* Looking for identities, one after the other; SecItemCopyMatching does the same at once. */
#ifndef SECURITY_SECIDENTITYSEARCH_H
#define SECURITY_SECIDENTITYSEARCH_H

#include <Security/SecIdentity.h>

CF_EXTERN_C_BEGIN

CF_DECLARE_REF(SecIdentitySearchRef, struct __SecIdentitySearch);

CF_EXPORT CFTypeID SecIdentitySearchGetTypeID(void);

/* keychainOrArray is a keychain, an array of them, or NULL: those of the search list. The key of
 * each identity can be used for all that keyUsage says; 0 and CSSM_KEYUSE_ANY say nothing. */
CF_EXPORT OSStatus SecIdentitySearchCreate(CFTypeRef keychainOrArray, CSSM_KEYUSE keyUsage,
	SecIdentitySearchRef *searchRef) SEC_DEPRECATED;

/* The next identity of those that were there when the first was asked for; errSecItemNotFound after
 * the last one. */
CF_EXPORT OSStatus SecIdentitySearchCopyNext(
	SecIdentitySearchRef searchRef, SecIdentityRef *identity) SEC_DEPRECATED;

CF_EXTERN_C_END

#endif
