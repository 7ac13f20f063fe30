/* SPDX-License-Identifier: ISC */
/* Times as dates of the Gregorian calendar, UTC, carried on before its beginning. */
#include "keychainapi/CoreFoundation/cf_internal.h"

#define SECONDS_PER_DAY 86400
#define DAYS_PER_400_YEARS 146097
/* From the first of March of the year 0, where the count of days by years begins, to 2001. */
#define DAYS_TO_2001 730791

/* --- days ------------------------------------------------------------------------------------ */

static int64_t floor_divide(int64_t a, int64_t b)
{
	return a / b - (a % b < 0);
}

/* Years are taken from March to February, so that the odd day comes last. */
static int64_t days_of_date(int64_t year, int64_t month, int64_t day)
{
	int64_t era, in_era, in_year;

	year += floor_divide(month - 1, 12);
	month = month - 1 - 12 * floor_divide(month - 1, 12); /* 0 is January */
	year -= month < 2;
	era = floor_divide(year, 400);
	in_era = year - 400 * era;
	in_year = (153 * ((month + 10) % 12) + 2) / 5 + day - 1;
	return DAYS_PER_400_YEARS * era + 365 * in_era + in_era / 4 - in_era / 100 + in_year -
	       DAYS_TO_2001;
}

static CFGregorianDate date_of_days(int64_t days)
{
	CFGregorianDate date = {0};
	int64_t era, in_era, year, in_year, month;

	days += DAYS_TO_2001;
	era = floor_divide(days, DAYS_PER_400_YEARS);
	in_era = days - DAYS_PER_400_YEARS * era;
	year = (in_era - in_era / 1460 + in_era / 36524 - in_era / 146096) / 365;
	in_year = in_era - (365 * year + year / 4 - year / 100);
	month = (5 * in_year + 2) / 153; /* 0 is March */
	date.day = (SInt8)(in_year - (153 * month + 2) / 5 + 1);
	date.month = (SInt8)(month < 10 ? month + 3 : month - 9);
	date.year = (SInt32)(400 * era + year + (month >= 10));
	return date;
}

/* The day of a time, and the seconds in it. Times beyond 30 million years are held there. */
static int64_t split_time(CFAbsoluteTime time, double *ret_seconds)
{
	const double longest = 1e15;
	int64_t days;

	if (!(time > -longest))
		time = -longest;
	if (time > longest)
		time = longest;
	days = (int64_t)(time / SECONDS_PER_DAY);
	days -= (double)days * SECONDS_PER_DAY > time; /* the cast went towards 0 */
	*ret_seconds = time - (double)days * SECONDS_PER_DAY;
	if (*ret_seconds >= SECONDS_PER_DAY) { /* so close to midnight that it was rounded up */
		*ret_seconds = 0;
		days++;
	}
	return days;
}

static int64_t days_in_month(int64_t year, int64_t month)
{
	return days_of_date(year, month + 1, 1) - days_of_date(year, month, 1);
}

/* --- dates ----------------------------------------------------------------------------------- */

Boolean CFGregorianDateIsValid(CFGregorianDate date, CFOptionFlags units)
{
	bool valid = true;

	if (units & kCFGregorianUnitsYears)
		valid = valid && date.year > 0;
	if (units & kCFGregorianUnitsMonths)
		valid = valid && date.month >= 1 && date.month <= 12;
	if (units & kCFGregorianUnitsDays)
		valid = valid && date.day >= 1 && date.day <= 31;
	if (units & kCFGregorianUnitsHours)
		valid = valid && date.hour >= 0 && date.hour < 24;
	if (units & kCFGregorianUnitsMinutes)
		valid = valid && date.minute >= 0 && date.minute < 60;
	if (units & kCFGregorianUnitsSeconds)
		valid = valid && date.second >= 0 && date.second < 60;
	if (units & kCFGregorianUnitsYears && units & kCFGregorianUnitsMonths &&
		units & kCFGregorianUnitsDays)
		valid = valid && date.day <= days_in_month(date.year, date.month);
	return valid;
}

CFAbsoluteTime CFGregorianDateGetAbsoluteTime(CFGregorianDate date, CFTimeZoneRef zone)
{
	int64_t days = days_of_date(date.year, date.month, date.day);

	(void)zone;
	return (double)days * SECONDS_PER_DAY + date.hour * 3600.0 + date.minute * 60.0 +
	       date.second;
}

CFGregorianDate CFAbsoluteTimeGetGregorianDate(CFAbsoluteTime time, CFTimeZoneRef zone)
{
	double seconds;
	CFGregorianDate date = date_of_days(split_time(time, &seconds));
	int whole = (int)seconds;

	(void)zone;
	date.hour = (SInt8)(whole / 3600);
	date.minute = (SInt8)(whole / 60 % 60);
	date.second = seconds - date.hour * 3600.0 - date.minute * 60.0;
	return date;
}

/* The larger units first; a day that its month does not have becomes the month's last one. */
CFAbsoluteTime CFAbsoluteTimeAddGregorianUnits(
	CFAbsoluteTime time, CFTimeZoneRef zone, CFGregorianUnits units)
{
	double seconds;
	CFGregorianDate date = date_of_days(split_time(time, &seconds));
	int64_t month = (int64_t)date.month + units.months;
	int64_t year = (int64_t)date.year + units.years + floor_divide(month - 1, 12);
	int64_t day = date.day, last;

	(void)zone;
	month -= 12 * floor_divide(month - 1, 12);
	last = days_in_month(year, month);
	if (day > last)
		day = last;
	return (double)(days_of_date(year, month, day) + units.days) * SECONDS_PER_DAY + seconds +
	       units.hours * 3600.0 + units.minutes * 60.0 + units.seconds;
}

/* --- places in the week and the year --------------------------------------------------------- */

/* The first day of 2001 was a Monday. */
static int64_t weekday(int64_t days)
{
	return days - 7 * floor_divide(days, 7);
}

SInt32 CFAbsoluteTimeGetDayOfWeek(CFAbsoluteTime time, CFTimeZoneRef zone)
{
	double seconds;

	(void)zone;
	return (SInt32)weekday(split_time(time, &seconds)) + 1;
}

SInt32 CFAbsoluteTimeGetDayOfYear(CFAbsoluteTime time, CFTimeZoneRef zone)
{
	double seconds;
	int64_t days = split_time(time, &seconds);

	(void)zone;
	return (SInt32)(days - days_of_date(date_of_days(days).year, 1, 1)) + 1;
}

/* A week belongs to the year of its Thursday. */
SInt32 CFAbsoluteTimeGetWeekOfYear(CFAbsoluteTime time, CFTimeZoneRef zone)
{
	double seconds;
	int64_t days = split_time(time, &seconds);
	int64_t thursday = days - weekday(days) + 3;

	(void)zone;
	return (SInt32)((thursday - days_of_date(date_of_days(thursday).year, 1, 1)) / 7) + 1;
}
