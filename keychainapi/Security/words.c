/* SPDX-License-Identifier: ISC */
/* Writing dictionaries. */
#include "keychainapi/Security/words.h"

#include <stdarg.h>

#include "keychainapi/Security/object.h"

CFMutableDictionaryRef kc_words_new(const void *first_key, ...)
{
	CFMutableDictionaryRef words = CFDictionaryCreateMutable(
		NULL, 0, &kCFTypeDictionaryKeyCallBacks, &kCFTypeDictionaryValueCallBacks);
	va_list list;

	va_start(list, first_key);
	for (const void *key = first_key; words && key; key = va_arg(list, const void *)) {
		const void *value = va_arg(list, const void *);
		if (value)
			CFDictionarySetValue(words, key, value);
	}
	va_end(list);
	return words;
}

CFTypeRef kc_words_search_list(CFTypeRef keychain_or_array)
{
	const void *one = keychain_or_array;

	if (!one)
		return NULL;
	if (kc_object_kind(one) == KC_OBJECT_ARRAY)
		return CFRetain(one);
	return CFArrayCreate(NULL, &one, 1, &kCFTypeArrayCallBacks);
}
