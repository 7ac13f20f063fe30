/* SPDX-License-Identifier: ISC */
/*
 * Access objects: who may use an item, as a list of entries (Security/SecACL.h).
 *
 * They are accepted wherever one is asked for, and given back; what they say is not enforced. Which
 * programs may use an item is decided by the keychain service, by what the kernel says of them.
 */
#ifndef SECURITY_SECACCESS_H
#define SECURITY_SECACCESS_H

#include <Security/SecACL.h>
#include <sys/types.h>

CF_EXTERN_C_BEGIN

typedef UInt32 SecAccessOwnerType;
enum {
	kSecUseOnlyUID = 1,
	kSecUseOnlyGID = 2,
	kSecHonorRoot = 0x100,
	kSecMatchBits = (kSecUseOnlyUID | kSecUseOnlyGID)
};

CF_EXPORT CFTypeID SecAccessGetTypeID(void);

/* An access object with an entry for all that is done with items, by the programs of the list
 * (NULL: the calling program), and one for changing the entries. */
CF_EXPORT OSStatus SecAccessCreate(
	CFStringRef descriptor, CFArrayRef trustedlist, SecAccessRef *accessRef) SEC_DEPRECATED;
CF_EXPORT SecAccessRef SecAccessCreateWithOwnerAndACL(uid_t userId, gid_t groupId,
	SecAccessOwnerType ownerType, CFArrayRef acls, CFErrorRef *error) SEC_DEPRECATED;

/* Each result may be NULL. */
CF_EXPORT OSStatus SecAccessCopyOwnerAndACL(SecAccessRef accessRef, uid_t *userId, gid_t *groupId,
	SecAccessOwnerType *ownerType, CFArrayRef *aclList) SEC_DEPRECATED;

CF_EXPORT OSStatus SecAccessCopyACLList(SecAccessRef accessRef, CFArrayRef *aclList) SEC_DEPRECATED;
/* Those about a kSecACLAuthorization...; NULL when there is none. */
CF_EXPORT CFArrayRef SecAccessCopyMatchingACLList(
	SecAccessRef accessRef, CFTypeRef authorizationTag) SEC_DEPRECATED;

/* The same by a tag of CSSM; an empty list when there is none. */
CF_EXPORT OSStatus SecAccessCopySelectedACLList(SecAccessRef accessRef,
	CSSM_ACL_AUTHORIZATION_TAG action, CFArrayRef *aclList) SEC_DEPRECATED;

CF_EXTERN_C_END

#endif
