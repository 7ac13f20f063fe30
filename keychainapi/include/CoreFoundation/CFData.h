/* SPDX-License-Identifier: ISC */
/*
 * Bytes. A NUL that is not counted stands behind them, so that reading on as a C string is safe; it
 * is missing only behind bytes that a NoCopy call borrows. Bytes are wiped when they are freed and
 * when a mutable object moves them.
 */
#ifndef COREFOUNDATION_CFDATA_H
#define COREFOUNDATION_CFDATA_H

#include <CoreFoundation/CFBase.h>

CF_EXTERN_C_BEGIN

CF_DECLARE_REF(CFDataRef, const struct __CFData);
CF_DECLARE_REF(CFMutableDataRef, struct __CFData);

CF_EXPORT CFTypeID CFDataGetTypeID(void);

/* NULL with length 0 is empty data. NULL for a negative length. */
CF_EXPORT CFDataRef CFDataCreate(CFAllocatorRef allocator, const UInt8 *bytes, CFIndex length);

/*
 * Uses the caller's bytes in place. With kCFAllocatorNull they are borrowed and must outlive the
 * object; with malloc's allocators they are wiped and given to free() with it; an
 * allocator of the program's own gets them back as they are.
 */
CF_EXPORT CFDataRef CFDataCreateWithBytesNoCopy(
	CFAllocatorRef allocator, const UInt8 *bytes, CFIndex length, CFAllocatorRef deallocator);

CF_EXPORT CFDataRef CFDataCreateCopy(CFAllocatorRef allocator, CFDataRef data);

/* The capacity is a hint; 0 is none. */
CF_EXPORT CFMutableDataRef CFDataCreateMutable(CFAllocatorRef allocator, CFIndex capacity);
CF_EXPORT CFMutableDataRef CFDataCreateMutableCopy(
	CFAllocatorRef allocator, CFIndex capacity, CFDataRef data);

CF_EXPORT CFIndex CFDataGetLength(CFDataRef data);

/* Never NULL, not even for empty data; good until the data is changed or freed. */
CF_EXPORT const UInt8 *CFDataGetBytePtr(CFDataRef data);
CF_EXPORT UInt8 *CFDataGetMutableBytePtr(CFMutableDataRef data);
CF_EXPORT void CFDataGetBytes(CFDataRef data, CFRange range, UInt8 *ret_bytes);

/* Where the bytes of sought stand in a range; location kCFNotFound when nowhere, or when empty. */
typedef CFOptionFlags CFDataSearchFlags;
enum {
	kCFDataSearchBackwards = 1, /* the last place */
	kCFDataSearchAnchored = 2   /* only at the start, or with Backwards at the end */
};
CF_EXPORT CFRange CFDataFind(
	CFDataRef data, CFDataRef sought, CFRange range, CFDataSearchFlags flags);

CF_EXPORT void CFDataAppendBytes(CFMutableDataRef data, const UInt8 *bytes, CFIndex length);

/* Replaces the range by length bytes, which may be of any length. */
CF_EXPORT void CFDataReplaceBytes(
	CFMutableDataRef data, CFRange range, const UInt8 *bytes, CFIndex length);
CF_EXPORT void CFDataDeleteBytes(CFMutableDataRef data, CFRange range);

/* New bytes are 0; bytes cut off are wiped. */
CF_EXPORT void CFDataSetLength(CFMutableDataRef data, CFIndex length);
CF_EXPORT void CFDataIncreaseLength(CFMutableDataRef data, CFIndex extra);

CF_EXTERN_C_END

#endif
