/* SPDX-License-Identifier: ISC */
/* Taking strings apart at a separator and putting them together with one. */
#include "keychainapi/CoreFoundation/cf_string.h"

static void append_part(CFMutableArrayRef parts, CFStringRef string, CFIndex start, CFIndex end)
{
	CFStringRef part = _kc_cf_string_from_text(string->utf8.start + start, end - start);

	KC_CF_REQUIRE(part, "there is no memory left");
	CFArrayAppendValue(parts, part);
	CFRelease(part);
}

CFArrayRef CFStringCreateArrayBySeparatingStrings(
	CFAllocatorRef allocator, CFStringRef string, CFStringRef separator)
{
	CFMutableArrayRef parts = CFArrayCreateMutable(allocator, 0, &kCFTypeArrayCallBacks);
	struct _kc_cf_found found;
	CFIndex start = 0;

	if (!parts)
		return NULL;
	_kc_cf_string_find_all(
		string, separator, CFRangeMake(0, CFStringGetLength(string)), 0, &found);
	for (CFIndex i = 0; i < found.count; i++) {
		append_part(parts, string, start, found.ranges[i].location);
		start = found.ranges[i].location + found.ranges[i].length;
	}
	append_part(parts, string, start, string->utf8.length);
	free(found.ranges);
	return parts;
}

CFStringRef CFStringCreateByCombiningStrings(
	CFAllocatorRef allocator, CFArrayRef parts, CFStringRef separator)
{
	CFMutableStringRef whole = CFStringCreateMutable(allocator, 0);

	for (CFIndex i = 0; whole && i < CFArrayGetCount(parts); i++) {
		if (i > 0)
			CFStringAppend(whole, separator);
		CFStringAppend(whole, CFArrayGetValueAtIndex(parts, i));
	}
	return _kc_cf_freeze(whole);
}
