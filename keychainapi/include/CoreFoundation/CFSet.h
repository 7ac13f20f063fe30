/* SPDX-License-Identifier: ISC */
/*
 * Hash tables of distinct values. What happens to values on their way in and out is said by the
 * callbacks, which are copied; NULL callbacks (or NULL members) mean plain pointers: nothing is
 * retained, equal is identical. Values come out in the order in which they went in.
 */
#ifndef COREFOUNDATION_CFSET_H
#define COREFOUNDATION_CFSET_H

#include <CoreFoundation/CFBase.h>

CF_EXTERN_C_BEGIN

CF_DECLARE_REF(CFSetRef, const struct __CFSet);
CF_DECLARE_REF(CFMutableSetRef, struct __CFSet);

typedef const void *(*CFSetRetainCallBack)(CFAllocatorRef allocator, const void *value);
typedef void (*CFSetReleaseCallBack)(CFAllocatorRef allocator, const void *value);
typedef CFStringRef (*CFSetCopyDescriptionCallBack)(const void *value);
typedef Boolean (*CFSetEqualCallBack)(const void *a, const void *b);
typedef CFHashCode (*CFSetHashCallBack)(const void *value);
typedef void (*CFSetApplierFunction)(const void *value, void *context);

typedef struct {
	CFIndex version; /* 0 */
	CFSetRetainCallBack retain;
	CFSetReleaseCallBack release;
	CFSetCopyDescriptionCallBack copyDescription;
	CFSetEqualCallBack equal;
	CFSetHashCallBack hash;
} CFSetCallBacks;

/* For objects; for strings, of which a copy is kept. */
CF_EXPORT const CFSetCallBacks kCFTypeSetCallBacks;
CF_EXPORT const CFSetCallBacks kCFCopyStringSetCallBacks;

CF_EXPORT CFTypeID CFSetGetTypeID(void);

/* Of equal values the first counts. values may be NULL when count is 0. */
CF_EXPORT CFSetRef CFSetCreate(CFAllocatorRef allocator, const void **values, CFIndex count,
	const CFSetCallBacks *callbacks);
CF_EXPORT CFSetRef CFSetCreateCopy(CFAllocatorRef allocator, CFSetRef set);

/* The capacity is a hint; 0 is none. */
CF_EXPORT CFMutableSetRef CFSetCreateMutable(
	CFAllocatorRef allocator, CFIndex capacity, const CFSetCallBacks *callbacks);
CF_EXPORT CFMutableSetRef CFSetCreateMutableCopy(
	CFAllocatorRef allocator, CFIndex capacity, CFSetRef set);

CF_EXPORT CFIndex CFSetGetCount(CFSetRef set);
CF_EXPORT CFIndex CFSetGetCountOfValue(CFSetRef set, const void *value);
CF_EXPORT Boolean CFSetContainsValue(CFSetRef set, const void *value);

/* The member that equals value; NULL when there is none. */
CF_EXPORT const void *CFSetGetValue(CFSetRef set, const void *value);
CF_EXPORT Boolean CFSetGetValueIfPresent(CFSetRef set, const void *value, const void **ret_value);

/* Into an array with room for all. */
CF_EXPORT void CFSetGetValues(CFSetRef set, const void **ret_values);
CF_EXPORT void CFSetApplyFunction(CFSetRef set, CFSetApplierFunction applier, void *context);

/* Add keeps a member that equals the value; Set, and Replace alone, put the value in its place. */
CF_EXPORT void CFSetAddValue(CFMutableSetRef set, const void *value);
CF_EXPORT void CFSetSetValue(CFMutableSetRef set, const void *value);
CF_EXPORT void CFSetReplaceValue(CFMutableSetRef set, const void *value);
CF_EXPORT void CFSetRemoveValue(CFMutableSetRef set, const void *value);
CF_EXPORT void CFSetRemoveAllValues(CFMutableSetRef set);

CF_EXTERN_C_END

#endif
