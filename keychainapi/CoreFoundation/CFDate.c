/* SPDX-License-Identifier: ISC */
/* Moments. */
#include "keychainapi/CoreFoundation/cf_internal.h"

struct __CFDate {
	CFRuntimeBase base;
	CFAbsoluteTime time;
};

const CFTimeInterval kCFAbsoluteTimeIntervalSince1970 = 978307200.0;
const CFTimeInterval kCFAbsoluteTimeIntervalSince1904 = 3061152000.0;

CFAbsoluteTime CFAbsoluteTimeGetCurrent(void)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	return (double)now.tv_sec - kCFAbsoluteTimeIntervalSince1970 + (double)now.tv_nsec / 1e9;
}

static Boolean date_equal(CFTypeRef a, CFTypeRef b)
{
	return CFDateGetAbsoluteTime(a) == CFDateGetAbsoluteTime(b);
}

static CFHashCode date_hash(CFTypeRef object)
{
	return _kc_cf_hash_double(CFDateGetAbsoluteTime(object));
}

static CFStringRef date_copy_description(CFTypeRef object)
{
	return CFStringCreateWithFormat(NULL, NULL, CFSTR("<CFDate %p [%p]>{time = %0.09g}"),
		object, (const void *)CFGetAllocator(object), CFDateGetAbsoluteTime(object));
}

const CFRuntimeClass _kc_cf_class_CFDate = {
	.className = "CFDate",
	.equal = date_equal,
	.hash = date_hash,
	.copyDebugDesc = date_copy_description,
};

CFTypeID CFDateGetTypeID(void)
{
	return KC_CF_TYPE_CFDate;
}

CFDateRef CFDateCreate(CFAllocatorRef allocator, CFAbsoluteTime time)
{
	struct __CFDate *date = _CFRuntimeCreateInstance(KC_CF_TYPE_CFDate, sizeof *date);

	(void)allocator;
	if (date)
		date->time = time;
	return date;
}

CFAbsoluteTime CFDateGetAbsoluteTime(CFDateRef date)
{
	KC_CF_REQUIRE_TYPE(date, CFDate);
	return date->time;
}

CFTimeInterval CFDateGetTimeIntervalSinceDate(CFDateRef date, CFDateRef other)
{
	return CFDateGetAbsoluteTime(date) - CFDateGetAbsoluteTime(other);
}

CFComparisonResult CFDateCompare(CFDateRef a, CFDateRef b, void *context)
{
	CFAbsoluteTime time_a = CFDateGetAbsoluteTime(a);
	CFAbsoluteTime time_b = CFDateGetAbsoluteTime(b);

	(void)context;
	return (time_a > time_b) - (time_a < time_b);
}
