/* SPDX-License-Identifier: ISC */
/* Entries of access objects: which programs may do what, with which words to ask the user. They are
 * kept and given back; see Security/SecAccess.h. */
#ifndef SECURITY_SECACL_H
#define SECURITY_SECACL_H

#include <Security/SecBase.h>
#include <Security/cssmtype.h>

CF_EXTERN_C_BEGIN

/* When to ask for the keychain's password, as bits. */
typedef uint16_t SecKeychainPromptSelector;
enum {
	kSecKeychainPromptRequirePassphase = 0x0001,
	kSecKeychainPromptUnsigned = 0x0010,
	kSecKeychainPromptUnsignedAct = 0x0020,
	kSecKeychainPromptInvalid = 0x0040,
	kSecKeychainPromptInvalidAct = 0x0080
};

/* What an entry is about. */
CF_EXPORT const CFStringRef kSecACLAuthorizationAny;
CF_EXPORT const CFStringRef kSecACLAuthorizationLogin;
CF_EXPORT const CFStringRef kSecACLAuthorizationGenKey;
CF_EXPORT const CFStringRef kSecACLAuthorizationDelete;
CF_EXPORT const CFStringRef kSecACLAuthorizationExportWrapped;
CF_EXPORT const CFStringRef kSecACLAuthorizationExportClear;
CF_EXPORT const CFStringRef kSecACLAuthorizationImportWrapped;
CF_EXPORT const CFStringRef kSecACLAuthorizationImportClear;
CF_EXPORT const CFStringRef kSecACLAuthorizationSign;
CF_EXPORT const CFStringRef kSecACLAuthorizationEncrypt;
CF_EXPORT const CFStringRef kSecACLAuthorizationDecrypt;
CF_EXPORT const CFStringRef kSecACLAuthorizationMAC;
CF_EXPORT const CFStringRef kSecACLAuthorizationDerive;
CF_EXPORT const CFStringRef kSecACLAuthorizationKeychainCreate;
CF_EXPORT const CFStringRef kSecACLAuthorizationKeychainDelete;
CF_EXPORT const CFStringRef kSecACLAuthorizationKeychainItemRead;
CF_EXPORT const CFStringRef kSecACLAuthorizationKeychainItemInsert;
CF_EXPORT const CFStringRef kSecACLAuthorizationKeychainItemModify;
CF_EXPORT const CFStringRef kSecACLAuthorizationKeychainItemDelete;
CF_EXPORT const CFStringRef kSecACLAuthorizationChangeACL;
CF_EXPORT const CFStringRef kSecACLAuthorizationChangeOwner;
CF_EXPORT const CFStringRef kSecACLAuthorizationPartitionID;
CF_EXPORT const CFStringRef kSecACLAuthorizationIntegrity;

CF_EXPORT CFTypeID SecACLGetTypeID(void);

/* A new entry of an access object, about everything. applicationList holds SecTrustedApplication
 * objects; NULL is every program, an empty one none. */
CF_EXPORT OSStatus SecACLCreateWithSimpleContents(SecAccessRef access, CFArrayRef applicationList,
	CFStringRef description, SecKeychainPromptSelector promptSelector,
	SecACLRef *newAcl) SEC_DEPRECATED;
CF_EXPORT OSStatus SecACLCreateFromSimpleContents(SecAccessRef access, CFArrayRef applicationList,
	CFStringRef description, const CSSM_ACL_KEYCHAIN_PROMPT_SELECTOR *promptSelector,
	SecACLRef *newAcl) SEC_DEPRECATED;

/* Takes the entry out of its access object. */
CF_EXPORT OSStatus SecACLRemove(SecACLRef aclRef) SEC_DEPRECATED;

CF_EXPORT OSStatus SecACLCopyContents(SecACLRef acl, CFArrayRef *applicationList,
	CFStringRef *description, SecKeychainPromptSelector *promptSelector) SEC_DEPRECATED;
CF_EXPORT OSStatus SecACLCopySimpleContents(SecACLRef acl, CFArrayRef *applicationList,
	CFStringRef *description, CSSM_ACL_KEYCHAIN_PROMPT_SELECTOR *promptSelector) SEC_DEPRECATED;
CF_EXPORT OSStatus SecACLSetContents(SecACLRef acl, CFArrayRef applicationList,
	CFStringRef description, SecKeychainPromptSelector promptSelector) SEC_DEPRECATED;
CF_EXPORT OSStatus SecACLSetSimpleContents(SecACLRef acl, CFArrayRef applicationList,
	CFStringRef description,
	const CSSM_ACL_KEYCHAIN_PROMPT_SELECTOR *promptSelector) SEC_DEPRECATED;

/* An array of the words above. */
CF_EXPORT CFArrayRef SecACLCopyAuthorizations(SecACLRef acl) SEC_DEPRECATED;
CF_EXPORT OSStatus SecACLUpdateAuthorizations(
	SecACLRef acl, CFArrayRef authorizations) SEC_DEPRECATED;

/* The same as tags of CSSM, which have no words for what concerns keychains; *tagCount is the room,
 * and becomes the number. errSecParam when the room is too small. */
CF_EXPORT OSStatus SecACLGetAuthorizations(
	SecACLRef acl, CSSM_ACL_AUTHORIZATION_TAG *tags, uint32_t *tagCount) SEC_DEPRECATED;
CF_EXPORT OSStatus SecACLSetAuthorizations(
	SecACLRef acl, CSSM_ACL_AUTHORIZATION_TAG *tags, uint32_t tagCount) SEC_DEPRECATED;

CF_EXTERN_C_END

#endif
