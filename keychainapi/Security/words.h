/* SPDX-License-Identifier: ISC */
/* Dictionaries for the item calls, written down word by word. */
#ifndef KC_SECURITY_WORDS_H
#define KC_SECURITY_WORDS_H

#include <CoreFoundation/CoreFoundation.h>

/* Keys and values that end with NULL as key; a member whose value is NULL is left out. Owned by the
 * caller; NULL without memory. */
CFMutableDictionaryRef kc_words_new(const void *first_key, ...);

/* The keychains to search: an array of the one, or what is given. Owned by the caller; NULL for
 * NULL. */
CFTypeRef kc_words_search_list(CFTypeRef keychain_or_array);

#endif
