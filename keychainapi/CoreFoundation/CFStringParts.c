/* SPDX-License-Identifier: ISC */
/* Taking strings apart at a separator and putting them together with one. */
#include "keychainapi/CoreFoundation/cf_string.h"

static void append_part(CFMutableArrayRef parts, CFStringRef string, CFRange range)
{
	CFStringRef part = CFStringCreateWithSubstring(NULL, string, range);

	KC_CF_REQUIRE(part, "there is no memory left");
	CFArrayAppendValue(parts, part);
	CFRelease(part);
}

CFArrayRef CFStringCreateArrayBySeparatingStrings(
	CFAllocatorRef allocator, CFStringRef string, CFStringRef separator)
{
	CFMutableArrayRef parts = CFArrayCreateMutable(allocator, 0, &kCFTypeArrayCallBacks);
	CFIndex length = CFStringGetLength(string);
	CFIndex start = 0;
	CFRange found;

	if (!parts)
		return NULL;
	while (CFStringFindWithOptions(
		string, separator, CFRangeMake(start, length - start), 0, &found)) {
		append_part(parts, string, CFRangeMake(start, found.location - start));
		start = found.location + found.length;
	}
	append_part(parts, string, CFRangeMake(start, length - start));
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
	return _kc_cf_string_freeze(whole);
}
