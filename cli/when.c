/* SPDX-License-Identifier: ISC */
/* Seconds since 1970 in, text out; UTC for programs, local time for people. */
#include "cli/when.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/clock.h"

#define MINUTE 60
#define HOUR 3600
#define DAY 86400
#define YEAR_0 (-62167219200)
#define YEAR_9999_END 253402300799

int64_t kc_when_from_absolute(double date)
{
	double seconds = date + KC_CLOCK_APPLE_EPOCH;

	if (!(seconds > (double)YEAR_0)) /* also for what is no number */
		return YEAR_0;
	if (seconds > (double)YEAR_9999_END)
		return YEAR_9999_END;
	return (int64_t)seconds - (seconds < 0 && seconds != (double)(int64_t)seconds);
}

void kc_when_rfc3339(int64_t seconds, char ret[static KC_WHEN_LEN])
{
	time_t when = seconds < YEAR_0 ? YEAR_0 : seconds;
	struct tm parts;

	if (when > YEAR_9999_END)
		when = YEAR_9999_END;
	gmtime_r(&when, &parts);
	snprintf(ret, KC_WHEN_LEN, "%04d-%02d-%02dT%02d:%02d:%02dZ", parts.tm_year + 1900,
		parts.tm_mon + 1, parts.tm_mday, parts.tm_hour, parts.tm_min, parts.tm_sec);
}

void kc_when_ago(int64_t seconds, int64_t now, char ret[static KC_WHEN_LEN])
{
	int64_t ago = now - seconds;
	time_t when = seconds;
	struct tm parts;

	if (ago >= -60 && ago < 60) {
		snprintf(ret, KC_WHEN_LEN, "just now");
		return;
	}
	if (ago > 0 && ago < DAY) {
		int count = (int)(ago < HOUR ? ago / MINUTE : ago / HOUR);
		const char *unit = ago < HOUR ? "minute" : "hour";
		snprintf(ret, KC_WHEN_LEN, "%d %s%s ago", count, unit, count == 1 ? "" : "s");
		return;
	}
	localtime_r(&when, &parts);
	if (strftime(ret, KC_WHEN_LEN, "%Y-%m-%d", &parts) == 0)
		kc_when_rfc3339(seconds, ret);
}

void kc_when_day(int64_t seconds, int64_t now, char ret[static KC_WHEN_LEN])
{
	static const char months[][4] = {
		"Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
	time_t when = seconds, today = now;
	struct tm parts, this_day;

	localtime_r(&when, &parts);
	localtime_r(&today, &this_day);
	if (parts.tm_year == this_day.tm_year)
		snprintf(ret, KC_WHEN_LEN, "%d %s", parts.tm_mday, months[parts.tm_mon]);
	else
		snprintf(ret, KC_WHEN_LEN, "%d %s %d", parts.tm_mday, months[parts.tm_mon],
			parts.tm_year + 1900);
}

kc_err kc_when_parse(struct kc_bytes text, double *ret)
{
	char copy[KC_WHEN_LEN] = "", again[KC_WHEN_LEN];
	struct tm parts = {0};
	const char *end;
	time_t when;

	if (text.len >= sizeof copy)
		return KC_ERR(PARAM);
	if (text.len)
		memcpy(copy, text.data, text.len);
	end = strptime(copy, "%Y-%m-%dT%H:%M:%SZ", &parts);
	if (!end || *end)
		return KC_ERR(PARAM);
	when = timegm(&parts);
	kc_when_rfc3339(when, again);
	if (strcmp(copy, again) != 0) /* a 31st of February, one digit where two belong */
		return KC_ERR(PARAM);
	*ret = (double)when - KC_CLOCK_APPLE_EPOCH;
	return KC_OK;
}
