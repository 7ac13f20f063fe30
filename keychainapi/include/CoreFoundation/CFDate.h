/* SPDX-License-Identifier: ISC */
/* Moments: seconds since the first instant of 2001, UTC. */
#ifndef COREFOUNDATION_CFDATE_H
#define COREFOUNDATION_CFDATE_H

#include <CoreFoundation/CFBase.h>

CF_EXTERN_C_BEGIN

CF_DECLARE_REF(CFDateRef, const struct __CFDate);
typedef double CFTimeInterval; /* seconds */
typedef CFTimeInterval CFAbsoluteTime;

CF_EXPORT const CFTimeInterval kCFAbsoluteTimeIntervalSince1970; /* 978307200, exactly */
CF_EXPORT const CFTimeInterval kCFAbsoluteTimeIntervalSince1904; /* 3061152000, exactly */

CF_EXPORT CFAbsoluteTime CFAbsoluteTimeGetCurrent(void);

CF_EXPORT CFTypeID CFDateGetTypeID(void);
CF_EXPORT CFDateRef CFDateCreate(CFAllocatorRef allocator, CFAbsoluteTime time);

/* Bit for bit the time that the date was created with. */
CF_EXPORT CFAbsoluteTime CFDateGetAbsoluteTime(CFDateRef date);

/* date - other */
CF_EXPORT CFTimeInterval CFDateGetTimeIntervalSinceDate(CFDateRef date, CFDateRef other);
CF_EXPORT CFComparisonResult CFDateCompare(CFDateRef a, CFDateRef b, void *context);

CF_EXTERN_C_END

#endif
