/* SPDX-License-Identifier: ISC */
/*
 * Sequences of pointers, most often to objects. What happens to a value on its way in and out is
 * said by the callbacks, which are copied; NULL callbacks (or NULL members) mean plain pointers:
 * nothing is retained, equal is identical.
 */
#ifndef COREFOUNDATION_CFARRAY_H
#define COREFOUNDATION_CFARRAY_H

#include <CoreFoundation/CFBase.h>

CF_EXTERN_C_BEGIN

CF_DECLARE_REF(CFArrayRef, const struct __CFArray);
CF_DECLARE_REF(CFMutableArrayRef, struct __CFArray);

typedef const void *(*CFArrayRetainCallBack)(CFAllocatorRef allocator, const void *value);
typedef void (*CFArrayReleaseCallBack)(CFAllocatorRef allocator, const void *value);
typedef CFStringRef (*CFArrayCopyDescriptionCallBack)(const void *value);
typedef Boolean (*CFArrayEqualCallBack)(const void *a, const void *b);
typedef void (*CFArrayApplierFunction)(const void *value, void *context);

typedef struct {
	CFIndex version; /* 0 */
	CFArrayRetainCallBack retain;
	CFArrayReleaseCallBack release;
	CFArrayCopyDescriptionCallBack copyDescription;
	CFArrayEqualCallBack equal;
} CFArrayCallBacks;

/* For objects: retains, releases, CFCopyDescription, CFEqual. */
CF_EXPORT const CFArrayCallBacks kCFTypeArrayCallBacks;

CF_EXPORT CFTypeID CFArrayGetTypeID(void);

/* Copies the count pointers; values may be NULL when count is 0. */
CF_EXPORT CFArrayRef CFArrayCreate(CFAllocatorRef allocator, const void **values, CFIndex count,
	const CFArrayCallBacks *callbacks);
CF_EXPORT CFArrayRef CFArrayCreateCopy(CFAllocatorRef allocator, CFArrayRef array);

/* The capacity is a hint; 0 is none. */
CF_EXPORT CFMutableArrayRef CFArrayCreateMutable(
	CFAllocatorRef allocator, CFIndex capacity, const CFArrayCallBacks *callbacks);
CF_EXPORT CFMutableArrayRef CFArrayCreateMutableCopy(
	CFAllocatorRef allocator, CFIndex capacity, CFArrayRef array);

CF_EXPORT CFIndex CFArrayGetCount(CFArrayRef array);
CF_EXPORT const void *CFArrayGetValueAtIndex(CFArrayRef array, CFIndex index);
CF_EXPORT void CFArrayGetValues(CFArrayRef array, CFRange range, const void **ret_values);

/* In a range: whether, how often and where the value stands; kCFNotFound when nowhere. */
CF_EXPORT Boolean CFArrayContainsValue(CFArrayRef array, CFRange range, const void *value);
CF_EXPORT CFIndex CFArrayGetCountOfValue(CFArrayRef array, CFRange range, const void *value);
CF_EXPORT CFIndex CFArrayGetFirstIndexOfValue(CFArrayRef array, CFRange range, const void *value);
CF_EXPORT CFIndex CFArrayGetLastIndexOfValue(CFArrayRef array, CFRange range, const void *value);

CF_EXPORT void CFArrayApplyFunction(
	CFArrayRef array, CFRange range, CFArrayApplierFunction applier, void *context);

CF_EXPORT void CFArrayAppendValue(CFMutableArrayRef array, const void *value);
CF_EXPORT void CFArrayAppendArray(CFMutableArrayRef array, CFArrayRef other, CFRange range);
CF_EXPORT void CFArrayInsertValueAtIndex(CFMutableArrayRef array, CFIndex index, const void *value);

/* An index equal to the count appends. */
CF_EXPORT void CFArraySetValueAtIndex(CFMutableArrayRef array, CFIndex index, const void *value);
CF_EXPORT void CFArrayExchangeValuesAtIndices(
	CFMutableArrayRef array, CFIndex first, CFIndex second);
CF_EXPORT void CFArrayRemoveValueAtIndex(CFMutableArrayRef array, CFIndex index);
CF_EXPORT void CFArrayRemoveAllValues(CFMutableArrayRef array);
CF_EXPORT void CFArrayReplaceValues(
	CFMutableArrayRef array, CFRange range, const void **values, CFIndex count);

/* In the order of the comparator; values that it calls equal keep theirs. */
CF_EXPORT void CFArraySortValues(
	CFMutableArrayRef array, CFRange range, CFComparatorFunction compare, void *context);

/*
 * In a sorted range: the index of the first value that equals the sought one, or else of the first
 * that comes after it, which may be the end of the range.
 */
CF_EXPORT CFIndex CFArrayBSearchValues(CFArrayRef array, CFRange range, const void *value,
	CFComparatorFunction compare, void *context);

CF_EXTERN_C_END

#endif
