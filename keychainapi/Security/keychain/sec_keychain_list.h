/* SPDX-License-Identifier: ISC */
/* Which keychains are meant where none is named: the default one, and those of the search list. */
#ifndef KC_SECURITY_SEC_KEYCHAIN_LIST_H
#define KC_SECURITY_SEC_KEYCHAIN_LIST_H

#include "keychainapi/Security/keychain/sec_keychain.h"

/* The keychain itself, or the default one for NULL. *ret is owned by the caller. Errors: PARAM (no
 * keychain), NO_MEMORY. */
KC_MUST kc_err kc_sec_keychain_list_named(SecKeychainRef keychain, SecKeychainRef *ret);

/* The keychains of a keychain, of an array of them, or for NULL of the search list: an array owned
 * by the caller. Errors: PARAM (anything else), NO_MEMORY. */
KC_MUST kc_err kc_sec_keychain_list_copy(CFTypeRef keychain_or_array, CFArrayRef *ret);

/* An element of such an array; borrowed. */
static inline SecKeychainRef kc_sec_keychain_list_at(CFArrayRef list, CFIndex at)
{
	return (SecKeychainRef)(uintptr_t)CFArrayGetValueAtIndex(list, at);
}

/* Whether the object is an array of keychains. */
bool kc_sec_keychain_list_is(CFTypeRef object);

/* Puts a keychain into the search list of the user; makes one that is gone neither searched nor the
 * default. Errors: as for a file. */
KC_MUST kc_err kc_sec_keychain_list_add(SecKeychainRef keychain);
KC_MUST kc_err kc_sec_keychain_list_forget(SecKeychainRef keychain);

#endif
