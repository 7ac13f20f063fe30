/* SPDX-License-Identifier: ISC */
/*
 * Objects that stand for items: what kSecReturnRef gives, and what kSecValueRef takes. A row of the
 * table for each class of objects.
 */
#ifndef KC_SECURITY_REFERENCE_H
#define KC_SECURITY_REFERENCE_H

#include <Security/SecBase.h>

#include "base/query.h"

/* The object for an item, found with kc_reference_want; owned by the caller. NULL for an item whose
 * class has none, or that holds nothing of the kind, and without memory. */
CFTypeRef kc_reference_from_found(const struct kc_found *found);

/* What has to be asked for (KC_WANT_…) to make the objects of a class. */
uint32_t kc_reference_want(kc_name class);

/* What the object says of the item: its class, attributes, and in secret its bytes. Without secret
 * (NULL) only the attributes by which it is to be found. Errors: PARAM for an object of another
 * class, DUPLICATE for one of the keychain whose bytes do not leave it. */
KC_MUST kc_err kc_reference_expand(
	CFTypeRef ref, struct kc_attrs *attrs, struct kc_secret *secret, kc_name *class);

/* The class of items that the object stands for; 0 for an object of another kind. */
kc_name kc_reference_class(CFTypeRef ref);

/* Whether there are such objects in a profile: those for passwords are the file keychain's. */
bool kc_reference_is_of_profile(kc_name class, bool strict);

/* The keychain (keychain.h) in which the object's item is. Borrowed; never NULL for an object that
 * stands for an item, while there is memory. */
SecKeychainRef kc_reference_keychain(CFTypeRef ref);

/* Whether the object was made of an item of the keychain, and which one. */
bool kc_reference_item(CFTypeRef ref, uint8_t ret[static KC_PERSISTENT_REF_LEN]);

#endif
