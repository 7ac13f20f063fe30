/* SPDX-License-Identifier: ISC */
/* Dates of the Gregorian calendar, against libc's. */
#include "tests/keychainapi/cf/cf_check.h"

/* clang-format off */
static const struct {
	CFAbsoluteTime time;
	CFGregorianDate date;
	SInt32 weekday, yearday, week;
} rows[] = {
	{0,              {2001, 1, 1, 0, 0, 0},        1, 1,   1},
	{-1,             {2000, 12, 31, 23, 59, 59},   7, 366, 52},
	{-0.25,          {2000, 12, 31, 23, 59, 59.75},7, 366, 52},
	{-978307200,     {1970, 1, 1, 0, 0, 0},        4, 1,   1},
	{86399.5,        {2001, 1, 1, 23, 59, 59.5},   1, 1,   1},
	{730857600,      {2024, 2, 29, 0, 0, 0},       4, 60,  9},
	{757382400,      {2025, 1, 1, 0, 0, 0},        3, 1,   1},
	{-3155760000,    {1901, 1, 1, 0, 0, 0},        2, 1,   1},
	{-3187382400,    {1899, 12, 31, 0, 0, 0},      7, 365, 52},
	{-63113904000,   {1, 1, 1, 0, 0, 0},           1, 1,   1},
	{-63145440000,   {0, 1, 2, 0, 0, 0},           7, 2,   52},
	{252423993599,   {9999, 12, 31, 23, 59, 59},   5, 365, 52},
	{283996800,      {2010, 1, 1, 0, 0, 0},        5, 1,   53},
	{252374400,      {2008, 12, 31, 0, 0, 0},      3, 366, 1},
};
/* clang-format on */

static bool same_date(CFGregorianDate a, CFGregorianDate b)
{
	return a.year == b.year && a.month == b.month && a.day == b.day && a.hour == b.hour &&
	       a.minute == b.minute && a.second == b.second;
}

static void times_are_dates(void)
{
	for (size_t i = 0; i < KC_COUNT_OF(rows); i++) {
		char what[32];
		CFAbsoluteTime time = rows[i].time;

		snprintf(what, sizeof what, "%.2f", time);
		CHECK_MSG(
			same_date(CFAbsoluteTimeGetGregorianDate(time, NULL), rows[i].date), what);
		CHECK_MSG(CFGregorianDateGetAbsoluteTime(rows[i].date, NULL) == time, what);
		CHECK_MSG(CFAbsoluteTimeGetDayOfWeek(time, NULL) == rows[i].weekday, what);
		CHECK_MSG(CFAbsoluteTimeGetDayOfYear(time, NULL) == rows[i].yearday, what);
		CHECK_MSG(CFAbsoluteTimeGetWeekOfYear(time, NULL) == rows[i].week, what);
	}
}

/* A day of each month, some 3,000 years each way. */
static void times_agree_with_libc(void)
{
	for (int month = -36000; month < 36000; month++) {
		struct tm tm = {.tm_year = 101,
			.tm_mon = month,
			.tm_mday = 1 + month * month % 28,
			.tm_hour = 13,
			.tm_min = 14,
			.tm_sec = 15};
		CFAbsoluteTime time = (double)timegm(&tm) - kCFAbsoluteTimeIntervalSince1970;
		CFGregorianDate date = CFAbsoluteTimeGetGregorianDate(time, NULL);
		char week[8];

		CHECK_FATAL(date.year == tm.tm_year + 1900 && date.month == tm.tm_mon + 1 &&
			    date.day == tm.tm_mday && date.hour == 13 && date.minute == 14 &&
			    date.second == 15);
		CHECK_FATAL(CFGregorianDateGetAbsoluteTime(date, NULL) == time);
		CHECK_FATAL(CFAbsoluteTimeGetDayOfYear(time, NULL) == tm.tm_yday + 1);
		CHECK_FATAL(CFAbsoluteTimeGetDayOfWeek(time, NULL) % 7 == tm.tm_wday);
		strftime(week, sizeof week, "%V", &tm);
		CHECK_FATAL(CFAbsoluteTimeGetWeekOfYear(time, NULL) == strtol(week, NULL, 10));
	}
}

static void strange_times_are_held(void)
{
	const double strange[] = {1e300, (double)INFINITY, -1e300, (double)-INFINITY, (double)NAN};

	for (size_t i = 0; i < KC_COUNT_OF(strange); i++) {
		CFGregorianDate date = CFAbsoluteTimeGetGregorianDate(strange[i], NULL);

		CHECK(i < 2 ? date.year > 30000000 : date.year < -30000000);
		CHECK(CFGregorianDateIsValid(
			date, kCFGregorianAllUnits & ~(CFOptionFlags)kCFGregorianUnitsYears));
	}
}

/* The day before would end at 24:00:00. */
static void almost_midnight_is_midnight(void)
{
	const CFGregorianDate midnight = {2001, 1, 1, 0, 0, 0};

	CHECK(same_date(CFAbsoluteTimeGetGregorianDate(-1e-147, NULL), midnight));
	CHECK(same_date(CFAbsoluteTimeGetGregorianDate(-1e-12, NULL), midnight));
}

static void dates_may_be_invalid(void)
{
	static const struct {
		CFGregorianDate date;
		Boolean valid;
	} dates[] = {{{2024, 2, 29, 23, 59, 59.9}, true}, {{2023, 2, 29, 0, 0, 0}, false},
		{{1900, 2, 29, 0, 0, 0}, false}, {{2000, 2, 29, 0, 0, 0}, true},
		{{0, 1, 1, 0, 0, 0}, false}, {{2001, 0, 1, 0, 0, 0}, false},
		{{2001, 13, 1, 0, 0, 0}, false}, {{2001, 1, 0, 0, 0, 0}, false},
		{{2001, 4, 31, 0, 0, 0}, false}, {{2001, 1, 1, 24, 0, 0}, false},
		{{2001, 1, 1, 0, 60, 0}, false}, {{2001, 1, 1, 0, 0, 60}, false},
		{{2001, 1, 1, 0, 0, -1}, false}, {{2001, 1, 1, -1, 0, 0}, false}};

	for (size_t i = 0; i < KC_COUNT_OF(dates); i++)
		CHECK(CFGregorianDateIsValid(dates[i].date, kCFGregorianAllUnits) ==
			dates[i].valid);
	CHECK(CFGregorianDateIsValid((CFGregorianDate){0, 31, 31, 99, 5, 0},
		kCFGregorianUnitsDays | kCFGregorianUnitsMinutes));
}

static void units_are_added(void)
{
	static const struct {
		CFGregorianDate from;
		CFGregorianUnits units;
		CFGregorianDate to;
	} sums[] = {
		{{2024, 1, 31, 1, 2, 3}, {0, 1, 0, 0, 0, 0}, {2024, 2, 29, 1, 2, 3}},
		{{2024, 2, 29, 0, 0, 0}, {1, 0, 0, 0, 0, 0}, {2025, 2, 28, 0, 0, 0}},
		{{2024, 1, 31, 0, 0, 0}, {0, -2, 0, 0, 0, 0}, {2023, 11, 30, 0, 0, 0}},
		{{2001, 1, 1, 0, 0, 0}, {0, 0, -1, 25, -61, 0.5}, {2000, 12, 31, 23, 59, 0.5}},
		{{2001, 12, 1, 0, 0, 0}, {0, 25, 31, 0, 0, 0}, {2004, 2, 1, 0, 0, 0}},
	};

	for (size_t i = 0; i < KC_COUNT_OF(sums); i++) {
		CFAbsoluteTime from = CFGregorianDateGetAbsoluteTime(sums[i].from, NULL);
		CFAbsoluteTime to = CFAbsoluteTimeAddGregorianUnits(from, NULL, sums[i].units);

		CHECK(same_date(CFAbsoluteTimeGetGregorianDate(to, NULL), sums[i].to));
	}
}

int main(void)
{
	static const struct check_test tests[] = {
		CHECK_TEST(times_are_dates),
		CHECK_TEST(times_agree_with_libc),
		CHECK_TEST(strange_times_are_held),
		CHECK_TEST(almost_midnight_is_midnight),
		CHECK_TEST(dates_may_be_invalid),
		CHECK_TEST(units_are_added),
	};

	return check_main("CoreFoundation: the calendar", tests, KC_COUNT_OF(tests));
}
