/* SPDX-License-Identifier: ISC */
/*
 * SecKeychain: a keychain by its path.
 *
 * What paths there can be: wire/keychains.h. The object is a name: what it names need not exist.
 */
#ifndef KC_SECURITY_SEC_KEYCHAIN_H
#define KC_SECURITY_SEC_KEYCHAIN_H

#include <Security/SecKeychain.h>

#include "keychainapi/CoreFoundation/cf_runtime.h"
#include "wire/client.h"
#include "wire/keychains.h"

struct __SecKeychain {
	CFRuntimeBase base;
	char *path;
	bool is_users; /* the user's own keychain */
};

/* Whether the object is a keychain; NULL is none. */
bool kc_sec_keychain_is(CFTypeRef object);

/* The place of this process, as it was at first; never freed. NULL when no home is known, and
 * without memory. */
const struct kc_place *kc_sec_keychain_place(void);

/* The keychain of a path or name; NULL is the default one. *ret is owned by the caller. Errors:
 * PARAM (nothing can be called so, no home is known), NO_MEMORY. */
KC_MUST kc_err kc_sec_keychain_open(const char *path, SecKeychainRef *ret);

/* The user's own, of the place that this process began with; never freed. NULL when no home is
 * known, and without memory. */
SecKeychainRef kc_sec_keychain_users(void);

/* The keychain in which an item was found, owned by the caller; NULL without memory. */
SecKeychainRef kc_sec_keychain_of(const struct kc_found *found);

/* The client of a keychain; of the user's own it is the shared one. It is never freed. Errors:
 * PARAM (another object), NO_KEYCHAIN for a path without a keychain, NO_MEMORY. */
KC_MUST kc_err kc_sec_keychain_client(SecKeychainRef keychain, struct kc_client **ret);

/* The same for a keychain that need not exist yet. */
KC_MUST kc_err kc_sec_keychain_client_anyway(SecKeychainRef keychain, struct kc_client **ret);

/* Whether there is a keychain at the path; of the user's own only its service knows. */
bool kc_sec_keychain_exists(SecKeychainRef keychain);

#endif
