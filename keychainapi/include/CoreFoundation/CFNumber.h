/* SPDX-License-Identifier: ISC */
/* Numbers and truth values. */
#ifndef COREFOUNDATION_CFNUMBER_H
#define COREFOUNDATION_CFNUMBER_H

#include <CoreFoundation/CFBase.h>

CF_EXTERN_C_BEGIN

CF_DECLARE_REF(CFBooleanRef, const struct __CFBoolean);
CF_DECLARE_REF(CFNumberRef, const struct __CFNumber);

/* --- booleans -------------------------------------------------------------------------------- */

/* The only two there are. */
CF_EXPORT const CFBooleanRef kCFBooleanTrue;
CF_EXPORT const CFBooleanRef kCFBooleanFalse;

CF_EXPORT CFTypeID CFBooleanGetTypeID(void);

/* A CFNumber is taken too, and is true unless it is 0. */
CF_EXPORT Boolean CFBooleanGetValue(CFBooleanRef boolean);

/* --- numbers --------------------------------------------------------------------------------- */

/* What a number is kept as are the first six; the others are C's types, each the same as one. */
enum {
	kCFNumberSInt8Type = 1,
	kCFNumberSInt16Type = 2,
	kCFNumberSInt32Type = 3,
	kCFNumberSInt64Type = 4,
	kCFNumberFloat32Type = 5,
	kCFNumberFloat64Type = 6,
	kCFNumberCharType = 7,
	kCFNumberShortType = 8,
	kCFNumberIntType = 9,
	kCFNumberLongType = 10,
	kCFNumberLongLongType = 11,
	kCFNumberFloatType = 12,
	kCFNumberDoubleType = 13,
	kCFNumberCFIndexType = 14,
	kCFNumberNSIntegerType = 15,
	kCFNumberCGFloatType = 16,
	kCFNumberMaxType = 16
};
typedef CFIndex CFNumberType;

CF_EXPORT const CFNumberRef kCFNumberPositiveInfinity;
CF_EXPORT const CFNumberRef kCFNumberNegativeInfinity;
CF_EXPORT const CFNumberRef kCFNumberNaN;

CF_EXPORT CFTypeID CFNumberGetTypeID(void);

/* A number from the C value of that type at value; NULL when there is no such type. */
CF_EXPORT CFNumberRef CFNumberCreate(
	CFAllocatorRef allocator, CFNumberType type, const void *value);

/*
 * One of the first six, by what it was created from: Short gives SInt16, Int SInt32, Long SInt64.
 * This and all that follow take a CFBoolean too, as the SInt8 0 or 1.
 */
CF_EXPORT CFNumberType CFNumberGetType(CFNumberRef number);
CF_EXPORT CFIndex CFNumberGetByteSize(CFNumberRef number);
CF_EXPORT Boolean CFNumberIsFloatType(CFNumberRef number);

/*
 * Writes the number as the C type asked for. False when that lost something; the nearest thing is
 * written all the same: the low bits of an integer, a fraction cut towards 0 and held at the ends
 * of SInt64.
 */
CF_EXPORT Boolean CFNumberGetValue(CFNumberRef number, CFNumberType type, void *ret_value);

/* By value, exactly, whatever the types; NaN equals itself and comes before all others. */
CF_EXPORT CFComparisonResult CFNumberCompare(CFNumberRef a, CFNumberRef b, void *context);

CF_EXTERN_C_END

#endif
