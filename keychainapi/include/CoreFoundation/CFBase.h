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

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
#define CF_EXTERN_C_BEGIN extern "C" {
#define CF_EXTERN_C_END }
#else
#define CF_EXTERN_C_BEGIN
#define CF_EXTERN_C_END
#endif

#define CF_EXPORT extern __attribute__((__visibility__("default")))
#define CF_INLINE static __inline__

/* Annotations that only Apple's compilers read. */
#define CF_ASSUME_NONNULL_BEGIN
#define CF_ASSUME_NONNULL_END
#define CF_IMPLICIT_BRIDGING_ENABLED
#define CF_IMPLICIT_BRIDGING_DISABLED
#define CF_RETURNS_RETAINED
#define CF_RETURNS_NOT_RETAINED
#define CF_RELEASES_ARGUMENT
#define CF_CONSUMED

CF_EXTERN_C_BEGIN

/* --- scalars --------------------------------------------------------------------------------- */

#ifndef TRUE
#define TRUE 1
#endif
#ifndef FALSE
#define FALSE 0
#endif

typedef unsigned char Boolean;
typedef uint8_t UInt8;
typedef int8_t SInt8;
typedef uint16_t UInt16;
typedef int16_t SInt16;
typedef uint32_t UInt32;
typedef int32_t SInt32;
typedef uint64_t UInt64;
typedef int64_t SInt64;
typedef float Float32;
typedef double Float64;
typedef uint16_t UniChar; /* a UTF-16 code unit */
typedef uint32_t UTF32Char;
typedef uint32_t FourCharCode;
typedef FourCharCode OSType;
typedef int16_t OSErr;
typedef int32_t OSStatus;

enum { noErr = 0 };

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

CF_EXPORT const double kCFCoreFoundationVersionNumber;

/* --- calls for any object -------------------------------------------------------------------- */

/* Adds an owner; returns the object itself. */
CF_EXPORT CFTypeRef CFRetain(CFTypeRef object);

/* Takes an owner away; the last one frees the object, and wipes the bytes of data and strings. */
CF_EXPORT void CFRelease(CFTypeRef object);

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
 * The allocator argument of a Create call is accepted and has no effect. It matters where a NoCopy
 * call asks who frees the caller's bytes: kCFAllocatorNull is nobody, all the others are free().
 */
CF_EXPORT const CFAllocatorRef kCFAllocatorDefault; /* NULL */
CF_EXPORT const CFAllocatorRef kCFAllocatorSystemDefault;
CF_EXPORT const CFAllocatorRef kCFAllocatorMalloc;
CF_EXPORT const CFAllocatorRef kCFAllocatorMallocZone;
CF_EXPORT const CFAllocatorRef kCFAllocatorNull;

CF_EXPORT CFTypeID CFAllocatorGetTypeID(void);
CF_EXPORT CFAllocatorRef CFAllocatorGetDefault(void);

/*
 * malloc(), realloc() and free(); kCFAllocatorNull gives NULL and frees nothing. A size of 0 or
 * below gives NULL. The hint is not used.
 */
CF_EXPORT void *CFAllocatorAllocate(CFAllocatorRef allocator, CFIndex size, CFOptionFlags hint);
CF_EXPORT void *CFAllocatorReallocate(
	CFAllocatorRef allocator, void *memory, CFIndex size, CFOptionFlags hint);
CF_EXPORT void CFAllocatorDeallocate(CFAllocatorRef allocator, void *memory);

/* --- null ------------------------------------------------------------------------------------ */

/* Stands for "no value" where a container wants an object. */
CF_EXPORT const CFNullRef kCFNull;
CF_EXPORT CFTypeID CFNullGetTypeID(void);

CF_EXTERN_C_END

#endif
