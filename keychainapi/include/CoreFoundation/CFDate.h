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

/* --- the Gregorian calendar ------------------------------------------------------------------ */

/* There are no time zones here: the reference is NULL, which is UTC. */
CF_DECLARE_REF(CFTimeZoneRef, const struct __CFTimeZone);

typedef struct {
	SInt32 year;
	SInt8 month; /* 1 to 12 */
	SInt8 day;   /* 1 to 31 */
	SInt8 hour;
	SInt8 minute;
	double second;
} CFGregorianDate;

typedef struct {
	SInt32 years;
	SInt32 months;
	SInt32 days;
	SInt32 hours;
	SInt32 minutes;
	double seconds;
} CFGregorianUnits;

typedef CFOptionFlags CFGregorianUnitFlags;
enum {
	kCFGregorianUnitsYears = 1,
	kCFGregorianUnitsMonths = 2,
	kCFGregorianUnitsDays = 4,
	kCFGregorianUnitsHours = 8,
	kCFGregorianUnitsMinutes = 16,
	kCFGregorianUnitsSeconds = 32,
	kCFGregorianAllUnits = 0x00FFFFFF
};

/* Whether those fields hold numbers that dates have. */
CF_EXPORT Boolean CFGregorianDateIsValid(CFGregorianDate date, CFOptionFlags units);

CF_EXPORT CFAbsoluteTime CFGregorianDateGetAbsoluteTime(CFGregorianDate date, CFTimeZoneRef zone);
CF_EXPORT CFGregorianDate CFAbsoluteTimeGetGregorianDate(CFAbsoluteTime time, CFTimeZoneRef zone);

/* Years and months first, where the day may become the last of a shorter month; then the rest. */
CF_EXPORT CFAbsoluteTime CFAbsoluteTimeAddGregorianUnits(
	CFAbsoluteTime time, CFTimeZoneRef zone, CFGregorianUnits units);

/* 1 is Monday; 1 is the first of January; the week of ISO 8601. */
CF_EXPORT SInt32 CFAbsoluteTimeGetDayOfWeek(CFAbsoluteTime time, CFTimeZoneRef zone);
CF_EXPORT SInt32 CFAbsoluteTimeGetDayOfYear(CFAbsoluteTime time, CFTimeZoneRef zone);
CF_EXPORT SInt32 CFAbsoluteTimeGetWeekOfYear(CFAbsoluteTime time, CFTimeZoneRef zone);

CF_EXTERN_C_END

#endif
