/* SPDX-License-Identifier: ISC */
/* Changing strings. */
#include "keychainapi/CoreFoundation/cf_string.h"

CFMutableStringRef CFStringCreateMutable(CFAllocatorRef allocator, CFIndex max_length)
{
	CFMutableStringRef string = _CFRuntimeCreateInstance(KC_CF_TYPE_CFString, sizeof *string);

	(void)allocator;
	if (!string)
		return NULL;
	string->base.flags = KC_CF_MUTABLE;
	_kc_cf_bytes_init_growing(&string->utf8, max_length);
	return string;
}

CFMutableStringRef CFStringCreateMutableCopy(
	CFAllocatorRef allocator, CFIndex max_length, CFStringRef string)
{
	CFMutableStringRef copy = CFStringCreateMutable(allocator, max_length);

	KC_CF_REQUIRE_TYPE(string, CFString);
	if (copy)
		CFStringAppend(copy, string);
	return copy;
}

CFStringRef _kc_cf_string_freeze(CFMutableStringRef string)
{
	if (string)
		string->base.flags = 0;
	return string;
}

/* --- one way to change ----------------------------------------------------------------------- */

void _kc_cf_string_replace_utf8(
	CFMutableStringRef string, CFRange bytes, const UInt8 *utf8, CFIndex size)
{
	CFIndex old_units =
		_kc_cf_string_count_units(string->utf8.start + bytes.location, bytes.length);
	CFIndex new_units = _kc_cf_string_count_units(utf8, size);

	_kc_cf_bytes_replace(&string->utf8, bytes, utf8, size);
	string->units += new_units - old_units;
}

void _kc_cf_string_append_utf8(CFMutableStringRef string, const UInt8 *utf8, CFIndex size)
{
	_kc_cf_string_replace_utf8(string, CFRangeMake(string->utf8.length, 0), utf8, size);
}

void CFStringReplace(CFMutableStringRef string, CFRange range, CFStringRef replacement)
{
	CFRange bytes;

	KC_CF_REQUIRE_MUTABLE(string, CFString);
	KC_CF_REQUIRE_TYPE(replacement, CFString);
	KC_CF_REQUIRE_RANGE(range, string->units);
	KC_CF_REQUIRE(
		_kc_cf_string_byte_range(string, range, &bytes), "the range cuts a surrogate pair");
	_kc_cf_string_replace_utf8(
		string, bytes, replacement->utf8.start, replacement->utf8.length);
}

/* --- its uses -------------------------------------------------------------------------------- */

void CFStringReplaceAll(CFMutableStringRef string, CFStringRef replacement)
{
	CFStringReplace(string, CFRangeMake(0, CFStringGetLength(string)), replacement);
}

void CFStringInsert(CFMutableStringRef string, CFIndex index, CFStringRef inserted)
{
	CFStringReplace(string, CFRangeMake(index, 0), inserted);
}

void CFStringDelete(CFMutableStringRef string, CFRange range)
{
	CFStringReplace(string, range, CFSTR(""));
}

void CFStringAppend(CFMutableStringRef string, CFStringRef appended)
{
	CFStringInsert(string, CFStringGetLength(string), appended);
}

static void append_and_release(CFMutableStringRef string, CFStringRef appended)
{
	if (!appended)
		return;
	CFStringAppend(string, appended);
	CFRelease(appended);
}

void CFStringAppendCString(CFMutableStringRef string, const char *text, CFStringEncoding encoding)
{
	append_and_release(string, CFStringCreateWithCString(NULL, text, encoding));
}

void CFStringAppendCharacters(CFMutableStringRef string, const UniChar *characters, CFIndex count)
{
	append_and_release(string, CFStringCreateWithCharacters(NULL, characters, count));
}

/* --- finding and trimming -------------------------------------------------------------------- */

CFIndex CFStringFindAndReplace(CFMutableStringRef string, CFStringRef sought,
	CFStringRef replacement, CFRange range, CFStringCompareFlags flags)
{
	CFIndex count = 0;
	CFRange found;

	KC_CF_REQUIRE_MUTABLE(string, CFString);
	/* Either may be the string itself. */
	sought = CFStringCreateCopy(NULL, sought);
	replacement = CFStringCreateCopy(NULL, replacement);
	KC_CF_REQUIRE(sought && replacement, "there is no memory left");
	while (CFStringFindWithOptions(string, sought, range, flags, &found)) {
		CFIndex end = range.location + range.length;

		CFStringReplace(string, found, replacement);
		count++;
		if (flags & kCFCompareBackwards) {
			range.length = found.location - range.location;
			continue;
		}
		range.length = end - (found.location + found.length);
		range.location = found.location + CFStringGetLength(replacement);
	}
	CFRelease(sought);
	CFRelease(replacement);
	return count;
}

void CFStringTrim(CFMutableStringRef string, CFStringRef trimmed)
{
	CFStringRef unit;

	KC_CF_REQUIRE_MUTABLE(string, CFString);
	unit = CFStringCreateCopy(NULL, trimmed);
	KC_CF_REQUIRE(unit, "there is no memory left");
	while (CFStringHasPrefix(string, unit))
		CFStringDelete(string, CFRangeMake(0, unit->units));
	while (CFStringHasSuffix(string, unit))
		CFStringDelete(string, CFRangeMake(string->units - unit->units, unit->units));
	CFRelease(unit);
}

/* All white space is of one code unit a character. */
void CFStringTrimWhitespace(CFMutableStringRef string)
{
	CFIndex first, end;

	KC_CF_REQUIRE_MUTABLE(string, CFString);
	end = string->units;
	while (end > 0 && _kc_cf_is_space(CFStringGetCharacterAtIndex(string, end - 1)))
		end--;
	CFStringDelete(string, CFRangeMake(end, string->units - end));
	for (first = 0; first < end; first++)
		if (!_kc_cf_is_space(CFStringGetCharacterAtIndex(string, first)))
			break;
	CFStringDelete(string, CFRangeMake(0, first));
}
