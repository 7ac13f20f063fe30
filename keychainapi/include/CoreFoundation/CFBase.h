/* SPDX-License-Identifier: ISC */
/*
 * What all CoreFoundation objects share: scalar types, owners, equality, hashes, allocators.
 *
 * Ownership, everywhere: an object from a call with Create or Copy in its name is the caller's, to
 * be released; one from any other call is borrowed from the object that gave it. Counts are atomic:
 * any thread may retain and release. Immutable objects may be shared between threads; a mutable
 * one has one user at a time.
 *
 * Misuse (a NULL object, one of another type, an index out of range, a change to an immutable
 * object) ends the program with a message on standard error. So does running out of memory, but for
 * Create calls that can answer NULL: those find none for the object or for its bytes.
 */
#ifndef COREFOUNDATION_CFBASE_H
#define COREFOUNDATION_CFBASE_H

#include <CoreFoundation/CFAvailability.h>
#include <MacTypes.h>
#include <stddef.h>
#include <stdint.h>

CF_EXTERN_C_BEGIN

/* --- scalars --------------------------------------------------------------------------------- */

typedef signed long CFIndex;
typedef unsigned long CFTypeID;
typedef unsigned long CFOptionFlags;
typedef unsigned long CFHashCode;

enum { kCFNotFound = -1 };

enum { kCFCompareLessThan = -1, kCFCompareEqualTo = 0, kCFCompareGreaterThan = 1 };
typedef CFIndex CFComparisonResult;
typedef CFComparisonResult (*CFComparatorFunction)(const void *a, const void *b, void *context);

typedef struct {
	CFIndex location;
	CFIndex length;
} CFRange;

CF_INLINE CFRange CFRangeMake(CFIndex location, CFIndex length)
{
	CFRange range;

	range.location = location;
	range.length = length;
	return range;
}

/* --- references ------------------------------------------------------------------------------ */

/*
 * A reference is a pointer. With KEYCIRCLE_CF_REFS_AS_UINTPTR it is an integer of the same size,
 * for languages that must not keep such values in pointers (cgo outside macOS). Both are one ABI.
 */
#ifdef KEYCIRCLE_CF_REFS_AS_UINTPTR
#define CF_DECLARE_REF(name, target) typedef uintptr_t name
#else
#define CF_DECLARE_REF(name, target) typedef target *name
#endif

CF_DECLARE_REF(CFTypeRef, const void);
CF_DECLARE_REF(CFAllocatorRef, const struct __CFAllocator);
CF_DECLARE_REF(CFNullRef, const struct __CFNull);
CF_DECLARE_REF(CFStringRef, const struct __CFString);
CF_DECLARE_REF(CFMutableStringRef, struct __CFString);
typedef CFTypeRef CFPropertyListRef;

/* Of macOS 10.15, the system whose public interface the headers follow; those of older ones. */
CF_EXPORT const double kCFCoreFoundationVersionNumber;
#define kCFCoreFoundationVersionNumber10_0 196.40
#define kCFCoreFoundationVersionNumber10_1 226.00
#define kCFCoreFoundationVersionNumber10_2 263.00
#define kCFCoreFoundationVersionNumber10_3 299.00
#define kCFCoreFoundationVersionNumber10_4 368.00
#define kCFCoreFoundationVersionNumber10_5 476.00
#define kCFCoreFoundationVersionNumber10_6 550.00
#define kCFCoreFoundationVersionNumber10_7 635.00
#define kCFCoreFoundationVersionNumber10_8 744.00
#define kCFCoreFoundationVersionNumber10_9 855.11
#define kCFCoreFoundationVersionNumber10_10 1151.16
#define kCFCoreFoundationVersionNumber10_11 1253.00

/* --- calls for any object -------------------------------------------------------------------- */

/* Adds an owner; returns the object itself. */
CF_EXPORT CFTypeRef CFRetain(CFTypeRef object);

/* Takes an owner away; the last one frees the object, and wipes the bytes of data and strings. */
CF_EXPORT void CFRelease(CFTypeRef object);

/*
 * Gives the caller's share of the object to the calling thread, which releases it when it ends;
 * what the first thread was given is kept to the end of the program. Returns the object; NULL for
 * NULL.
 */
CF_EXPORT CFTypeRef CFAutorelease(CFTypeRef object);

/* There is no collector: the object, or NULL, as it is. */
CF_EXPORT CFTypeRef CFMakeCollectable(CFTypeRef object);

/* Owners at this moment, for tests and curiosity; LONG_MAX for constants, which never go away. */
CF_EXPORT CFIndex CFGetRetainCount(CFTypeRef object);

/* A small number above 0 that names the class of the object, the same for the whole process. */
CF_EXPORT CFTypeID CFGetTypeID(CFTypeRef object);

/* The class's name, such as "CFString"; NULL for a number that names no class. */
CF_EXPORT CFStringRef CFCopyTypeIDDescription(CFTypeID type);

/* Same class and same content. Classes without a notion of content compare by pointer. */
CF_EXPORT Boolean CFEqual(CFTypeRef a, CFTypeRef b);

/* Equal objects have equal hashes, in one process. */
CF_EXPORT CFHashCode CFHash(CFTypeRef object);

/* A text for people and logs, contents included, secret or not; NULL for NULL. */
CF_EXPORT CFStringRef CFCopyDescription(CFTypeRef object);

/* kCFAllocatorSystemDefault: all objects live in malloc's memory. */
CF_EXPORT CFAllocatorRef CFGetAllocator(CFTypeRef object);

/* --- allocators ------------------------------------------------------------------------------ */

/*
 * Objects live in malloc's memory whatever allocator a Create call is given. Allocators matter
 * where a NoCopy call asks who frees the caller's bytes, and in the calls here.
 */
typedef const void *(*CFAllocatorRetainCallBack)(const void *info);
typedef void (*CFAllocatorReleaseCallBack)(const void *info);
typedef CFStringRef (*CFAllocatorCopyDescriptionCallBack)(const void *info);
typedef void *(*CFAllocatorAllocateCallBack)(CFIndex size, CFOptionFlags hint, void *info);
typedef void *(*CFAllocatorReallocateCallBack)(
	void *memory, CFIndex size, CFOptionFlags hint, void *info);
typedef void (*CFAllocatorDeallocateCallBack)(void *memory, void *info);
typedef CFIndex (*CFAllocatorPreferredSizeCallBack)(CFIndex size, CFOptionFlags hint, void *info);

typedef struct {
	CFIndex version; /* 0 */
	void *info;
	CFAllocatorRetainCallBack retain;
	CFAllocatorReleaseCallBack release;
	CFAllocatorCopyDescriptionCallBack copyDescription;
	CFAllocatorAllocateCallBack allocate;
	CFAllocatorReallocateCallBack reallocate;
	CFAllocatorDeallocateCallBack deallocate;
	CFAllocatorPreferredSizeCallBack preferredSize;
} CFAllocatorContext;

CF_EXPORT const CFAllocatorRef kCFAllocatorDefault; /* NULL: what CFAllocatorGetDefault says */
CF_EXPORT const CFAllocatorRef kCFAllocatorSystemDefault; /* malloc() and free() */
CF_EXPORT const CFAllocatorRef kCFAllocatorMalloc;
CF_EXPORT const CFAllocatorRef kCFAllocatorMallocZone;
CF_EXPORT const CFAllocatorRef kCFAllocatorNull;       /* gives no memory and frees none */
CF_EXPORT const CFAllocatorRef kCFAllocatorUseContext; /* for CFAllocatorCreate alone */

CF_EXPORT CFTypeID CFAllocatorGetTypeID(void);

/* The context is copied, its info retained by its own callback; any callback may be NULL. */
CF_EXPORT CFAllocatorRef CFAllocatorCreate(CFAllocatorRef allocator, CFAllocatorContext *context);
CF_EXPORT void CFAllocatorGetContext(CFAllocatorRef allocator, CFAllocatorContext *ret_context);

/* What NULL stands for in the calling thread; it is kept for ever. */
CF_EXPORT void CFAllocatorSetDefault(CFAllocatorRef allocator);
CF_EXPORT CFAllocatorRef CFAllocatorGetDefault(void);

/*
 * NULL when the allocator has no such callback, or for a size of 0 or below, but that a size of 0
 * frees memory that is there.
 */
CF_EXPORT void *CFAllocatorAllocate(CFAllocatorRef allocator, CFIndex size, CFOptionFlags hint);
CF_EXPORT void *CFAllocatorReallocate(
	CFAllocatorRef allocator, void *memory, CFIndex size, CFOptionFlags hint);
CF_EXPORT void CFAllocatorDeallocate(CFAllocatorRef allocator, void *memory);
CF_EXPORT CFIndex CFAllocatorGetPreferredSizeForSize(
	CFAllocatorRef allocator, CFIndex size, CFOptionFlags hint);

/* --- null ------------------------------------------------------------------------------------ */

/* Stands for "no value" where a container wants an object. */
CF_EXPORT const CFNullRef kCFNull;
CF_EXPORT CFTypeID CFNullGetTypeID(void);

CF_EXTERN_C_END

#endif
