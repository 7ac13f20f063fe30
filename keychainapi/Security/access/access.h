/* SPDX-License-Identifier: ISC */
/*
 * SecAccess and SecACL: who may use an item, as programs write it down. Kept and given back.
 *
 * An access object owns its entries; an entry knows the access object until one of them goes. One
 * mutex guards all of them.
 */
#ifndef KC_SECURITY_ACCESS_H
#define KC_SECURITY_ACCESS_H

#include <Security/SecAccess.h>
#include <pthread.h>

#include "base/err.h"
#include "keychainapi/CoreFoundation/cf_runtime.h"

extern pthread_mutex_t kc_access_mutex;

struct __SecAccess {
	CFRuntimeBase base;
	uid_t user;
	gid_t group;
	SecAccessOwnerType owner;
	CFMutableArrayRef entries; /* of SecACL */
};

struct __SecACL {
	CFRuntimeBase base;
	SecAccessRef access;	 /* not owned; NULL when it is in none */
	CFArrayRef programs;	 /* owned; NULL: every one */
	CFStringRef description; /* owned */
	SecKeychainPromptSelector prompt;
	CFArrayRef authorizations; /* owned */
};

bool kc_access_is(CFTypeRef object);

/* An access object that lets every program do everything. */
KC_MUST kc_err kc_access_new_open(SecAccessRef *ret);

/* An entry in no access object. programs: NULL or an array of SecTrustedApplication, authorizations
 * an array of strings. Errors: PARAM, NO_MEMORY. */
KC_MUST kc_err kc_acl_new(CFArrayRef programs, CFStringRef description,
	SecKeychainPromptSelector prompt, CFArrayRef authorizations, SecACLRef *ret);
bool kc_acl_is(CFTypeRef object);

/* The word for a tag of CSSM; NULL for a tag that is none. */
CFStringRef kc_acl_word(CSSM_ACL_AUTHORIZATION_TAG tag);

/* Puts an entry, which is in no access object, at the end. */
void kc_acl_join(SecACLRef entry, SecAccessRef access);

#endif
