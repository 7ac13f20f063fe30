/* SPDX-License-Identifier: ISC */
/*
 * Hash tables from keys to values. What happens to keys and values on their way in and out is said
 * by the callbacks, which are copied; NULL callbacks (or NULL members) mean plain pointers: nothing
 * is retained, equal is identical. Keys come out in the order in which they went in.
 */
#ifndef COREFOUNDATION_CFDICTIONARY_H
#define COREFOUNDATION_CFDICTIONARY_H

#include <CoreFoundation/CFBase.h>

CF_EXTERN_C_BEGIN

CF_DECLARE_REF(CFDictionaryRef, const struct __CFDictionary);
CF_DECLARE_REF(CFMutableDictionaryRef, struct __CFDictionary);

typedef const void *(*CFDictionaryRetainCallBack)(CFAllocatorRef allocator, const void *value);
typedef void (*CFDictionaryReleaseCallBack)(CFAllocatorRef allocator, const void *value);
typedef CFStringRef (*CFDictionaryCopyDescriptionCallBack)(const void *value);
typedef Boolean (*CFDictionaryEqualCallBack)(const void *a, const void *b);
typedef CFHashCode (*CFDictionaryHashCallBack)(const void *value);
typedef void (*CFDictionaryApplierFunction)(const void *key, const void *value, void *context);

typedef struct {
	CFIndex version; /* 0 */
	CFDictionaryRetainCallBack retain;
	CFDictionaryReleaseCallBack release;
	CFDictionaryCopyDescriptionCallBack copyDescription;
	CFDictionaryEqualCallBack equal;
	CFDictionaryHashCallBack hash;
} CFDictionaryKeyCallBacks;

typedef struct {
	CFIndex version; /* 0 */
	CFDictionaryRetainCallBack retain;
	CFDictionaryReleaseCallBack release;
	CFDictionaryCopyDescriptionCallBack copyDescription;
	CFDictionaryEqualCallBack equal;
} CFDictionaryValueCallBacks;

/* For objects as keys; for strings as keys, of which a copy is kept; for objects as values. */
CF_EXPORT const CFDictionaryKeyCallBacks kCFTypeDictionaryKeyCallBacks;
CF_EXPORT const CFDictionaryKeyCallBacks kCFCopyStringDictionaryKeyCallBacks;
CF_EXPORT const CFDictionaryValueCallBacks kCFTypeDictionaryValueCallBacks;

CF_EXPORT CFTypeID CFDictionaryGetTypeID(void);

/* Of equal keys the first counts. keys and values may be NULL when count is 0. */
CF_EXPORT CFDictionaryRef CFDictionaryCreate(CFAllocatorRef allocator, const void **keys,
	const void **values, CFIndex count, const CFDictionaryKeyCallBacks *key_callbacks,
	const CFDictionaryValueCallBacks *value_callbacks);
CF_EXPORT CFDictionaryRef CFDictionaryCreateCopy(
	CFAllocatorRef allocator, CFDictionaryRef dictionary);

/* The capacity is a hint; 0 is none. */
CF_EXPORT CFMutableDictionaryRef CFDictionaryCreateMutable(CFAllocatorRef allocator,
	CFIndex capacity, const CFDictionaryKeyCallBacks *key_callbacks,
	const CFDictionaryValueCallBacks *value_callbacks);
CF_EXPORT CFMutableDictionaryRef CFDictionaryCreateMutableCopy(
	CFAllocatorRef allocator, CFIndex capacity, CFDictionaryRef dictionary);

CF_EXPORT CFIndex CFDictionaryGetCount(CFDictionaryRef dictionary);
CF_EXPORT CFIndex CFDictionaryGetCountOfKey(CFDictionaryRef dictionary, const void *key);
CF_EXPORT CFIndex CFDictionaryGetCountOfValue(CFDictionaryRef dictionary, const void *value);
CF_EXPORT Boolean CFDictionaryContainsKey(CFDictionaryRef dictionary, const void *key);
CF_EXPORT Boolean CFDictionaryContainsValue(CFDictionaryRef dictionary, const void *value);

/* NULL when absent; the second call also tells an absent key from a NULL value. */
CF_EXPORT const void *CFDictionaryGetValue(CFDictionaryRef dictionary, const void *key);
CF_EXPORT Boolean CFDictionaryGetValueIfPresent(
	CFDictionaryRef dictionary, const void *key, const void **ret_value);

/* Into arrays with room for all, in the same order; either may be NULL. */
CF_EXPORT void CFDictionaryGetKeysAndValues(
	CFDictionaryRef dictionary, const void **ret_keys, const void **ret_values);
CF_EXPORT void CFDictionaryApplyFunction(
	CFDictionaryRef dictionary, CFDictionaryApplierFunction applier, void *context);

/* Add: only when absent. Set: in any case. Replace: only when present. */
CF_EXPORT void CFDictionaryAddValue(
	CFMutableDictionaryRef dictionary, const void *key, const void *value);
CF_EXPORT void CFDictionarySetValue(
	CFMutableDictionaryRef dictionary, const void *key, const void *value);
CF_EXPORT void CFDictionaryReplaceValue(
	CFMutableDictionaryRef dictionary, const void *key, const void *value);
CF_EXPORT void CFDictionaryRemoveValue(CFMutableDictionaryRef dictionary, const void *key);
CF_EXPORT void CFDictionaryRemoveAllValues(CFMutableDictionaryRef dictionary);

CF_EXTERN_C_END

#endif
