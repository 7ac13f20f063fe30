/* SPDX-License-Identifier: ISC */
/* Days and seconds, by the C library's calendar in UTC. */
#include "module/form/date.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/clock.h"

/* Digits to a number; -1 for anything else. */
static int digits(const uint8_t *text, size_t len)
{
	int number = 0;

	for (size_t i = 0; i < len; i++) {
		if (text[i] < '0' || text[i] > '9')
			return -1;
		number = number * 10 + (text[i] - '0');
	}
	return number;
}

CK_RV kc_date_parse(struct kc_bytes text, double *ret)
{
	struct tm day = {0}, asked;

	if (text.len == 0) {
		*ret = 0;
		return CKR_OK;
	}
	if (text.len != sizeof(CK_DATE) || digits(text.data, text.len) < 0)
		return CKR_ATTRIBUTE_VALUE_INVALID;
	day.tm_year = digits(text.data, 4) - 1900;
	day.tm_mon = digits(text.data + 4, 2) - 1;
	day.tm_mday = digits(text.data + 6, 2);
	asked = day;
	*ret = (double)(timegm(&day) - KC_CLOCK_APPLE_EPOCH);
	/* timegm makes 1 March of 29 February in an ordinary year. */
	if (day.tm_year != asked.tm_year || day.tm_mon != asked.tm_mon ||
		day.tm_mday != asked.tm_mday)
		return CKR_ATTRIBUTE_VALUE_INVALID;
	return CKR_OK;
}

CK_RV kc_date_build(double date, CK_DATE *ret)
{
	time_t seconds;
	struct tm day;
	char text[32];

	if (!(date > -1e11 && date < 1e12)) /* some 3,000 years before, 30,000 after; not a NaN */
		return CKR_ATTRIBUTE_VALUE_INVALID;
	seconds = (time_t)date + KC_CLOCK_APPLE_EPOCH;
	if (!gmtime_r(&seconds, &day) || day.tm_year < -1900 || day.tm_year > 9999 - 1900)
		return CKR_ATTRIBUTE_VALUE_INVALID;
	snprintf(
		text, sizeof text, "%04d%02d%02d", day.tm_year + 1900, day.tm_mon + 1, day.tm_mday);
	memcpy(ret, text, sizeof *ret);
	return CKR_OK;
}
