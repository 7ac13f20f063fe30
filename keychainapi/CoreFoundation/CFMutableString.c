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

/* --- one way to change ----------------------------------------------------------------------- */

#define HALF_SIZE 3 /* bytes of a surrogate that stands alone */

static bool stands_alone(const UInt8 *at, uint32_t first, uint32_t last)
{
	uint32_t point;

	if (*at != 0xED)
		return false;
	_kc_cf_text_decode(at, &point);
	return point >= first && point <= last;
}

/* Makes one character of two halves that have come to stand side by side at the offset. */
static void join_at(CFMutableStringRef string, CFIndex offset)
{
	CFRange both = CFRangeMake(offset - HALF_SIZE, 2 * HALF_SIZE);
	const UInt8 *at = string->utf8.start + offset;
	uint32_t first, second;
	UInt8 pair[4];
	CFIndex size;

	if (offset < HALF_SIZE || offset + HALF_SIZE > string->utf8.length ||
		!stands_alone(at - HALF_SIZE, 0xD800, 0xDBFF) || !stands_alone(at, 0xDC00, 0xDFFF))
		return;
	_kc_cf_text_decode(at - HALF_SIZE, &first);
	_kc_cf_text_decode(at, &second);
	size = _kc_cf_text_encode(0x10000 + ((first & 0x3FF) << 10 | (second & 0x3FF)), pair);
	_kc_cf_bytes_replace(&string->utf8, both, pair, size);
}

/* The other way, where a range of units is going to begin or end between two halves. */
static void split_at(CFMutableStringRef string, CFIndex unit)
{
	UInt8 halves[2 * HALF_SIZE + 1];
	CFIndex into, offset = _kc_cf_string_offset(string, unit, &into), size;
	uint32_t point;

	if (!into)
		return;
	size = _kc_cf_text_decode(string->utf8.start + offset, &point);
	_kc_cf_text_encode(_kc_cf_unit_of(point, 0), halves);
	_kc_cf_text_encode(_kc_cf_unit_of(point, 1), halves + HALF_SIZE);
	_kc_cf_string_drop_marks(string);
	_kc_cf_bytes_replace(
		&string->utf8, CFRangeMake(offset, size), halves, (CFIndex)(2 * HALF_SIZE));
}

void _kc_cf_string_replace_text(
	CFMutableStringRef string, CFRange bytes, const UInt8 *text, CFIndex size)
{
	CFIndex old_units =
		_kc_cf_string_count_units(string->utf8.start + bytes.location, bytes.length);
	CFIndex new_units = _kc_cf_string_count_units(text, size);

	_kc_cf_string_drop_marks(string);
	_kc_cf_bytes_replace(&string->utf8, bytes, text, size);
	string->units += new_units - old_units;
	join_at(string, bytes.location + size);
	if (size)
		join_at(string, bytes.location);
}

void _kc_cf_string_append_text(CFMutableStringRef string, const UInt8 *text, CFIndex size)
{
	_kc_cf_string_replace_text(string, CFRangeMake(string->utf8.length, 0), text, size);
}

void CFStringReplace(CFMutableStringRef string, CFRange range, CFStringRef replacement)
{
	CFRange bytes;
	CFIndex into;

	KC_CF_REQUIRE_MUTABLE(string, CFString);
	KC_CF_REQUIRE_TYPE(replacement, CFString);
	KC_CF_REQUIRE_RANGE(range, _kc_cf_string_units(string));
	replacement = replacement == string ? CFStringCreateCopy(NULL, replacement)
					    : CFRetain(replacement);
	KC_CF_REQUIRE(replacement, "there is no memory left");
	split_at(string, range.location);
	split_at(string, range.location + range.length);
	bytes.location = _kc_cf_string_offset(string, range.location, &into);
	bytes.length =
		_kc_cf_string_offset(string, range.location + range.length, &into) - bytes.location;
	_kc_cf_string_replace_text(
		string, bytes, replacement->utf8.start, replacement->utf8.length);
	CFRelease(replacement);
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

void CFStringPad(CFMutableStringRef string, CFStringRef pad, CFIndex length, CFIndex index_in_pad)
{
	CFIndex missing = length - CFStringGetLength(string);

	KC_CF_REQUIRE_MUTABLE(string, CFString);
	KC_CF_REQUIRE(length >= 0, "the length is negative");
	if (missing <= 0) {
		CFStringDelete(string, CFRangeMake(length, -missing));
		return;
	}
	KC_CF_REQUIRE_TYPE(pad, CFString);
	KC_CF_REQUIRE(index_in_pad >= 0 && index_in_pad < _kc_cf_string_units(pad),
		"the index is out of bounds");
	pad = CFStringCreateCopy(NULL, pad); /* it may be the string itself */
	KC_CF_REQUIRE(pad, "there is no memory left");
	for (; missing > 0; index_in_pad = 0) {
		CFIndex count = _kc_cf_string_units(pad) - index_in_pad;
		CFStringRef part;

		if (count > missing)
			count = missing;
		part = CFStringCreateWithSubstring(NULL, pad, CFRangeMake(index_in_pad, count));
		KC_CF_REQUIRE(part, "there is no memory left");
		append_and_release(string, part);
		missing -= count;
	}
	CFRelease(pad);
}

/* --- the whole text anew --------------------------------------------------------------------- */

/* Puts the text of a mutable string that is used up into another one. */
static void take_text(CFMutableStringRef string, CFMutableStringRef from)
{
	struct _kc_cf_bytes bytes = string->utf8;

	_kc_cf_string_drop_marks(string);
	string->utf8 = from->utf8;
	string->units = _kc_cf_string_units(from);
	from->utf8 = bytes;
	CFRelease(from);
}

CFIndex CFStringFindAndReplace(CFMutableStringRef string, CFStringRef sought,
	CFStringRef replacement, CFRange range, CFStringCompareFlags flags)
{
	CFMutableStringRef result;
	struct _kc_cf_found found;
	CFIndex done = 0;

	KC_CF_REQUIRE_MUTABLE(string, CFString);
	KC_CF_REQUIRE_TYPE(replacement, CFString);
	_kc_cf_string_find_all(string, sought, range, flags, &found);
	if (found.count) {
		result = _kc_cf_string_must_create();
		for (CFIndex i = 0; i < found.count; i++) {
			bool backwards = flags & kCFCompareBackwards;
			CFRange here = found.ranges[backwards ? found.count - 1 - i : i];

			_kc_cf_string_append_text(
				result, string->utf8.start + done, here.location - done);
			_kc_cf_string_append_text(
				result, replacement->utf8.start, replacement->utf8.length);
			done = here.location + here.length;
		}
		_kc_cf_string_append_text(
			result, string->utf8.start + done, string->utf8.length - done);
		take_text(string, result);
	}
	free(found.ranges);
	return found.count;
}

/* --- trimming -------------------------------------------------------------------------------- */

/* Leaves the bytes from first to end. */
static void keep(CFMutableStringRef string, CFIndex first, CFIndex end)
{
	_kc_cf_string_replace_text(string, CFRangeMake(end, string->utf8.length - end), NULL, 0);
	_kc_cf_string_replace_text(string, CFRangeMake(0, first), NULL, 0);
}

void CFStringTrim(CFMutableStringRef string, CFStringRef trimmed)
{
	CFRange rest, found;

	KC_CF_REQUIRE_MUTABLE(string, CFString);
	KC_CF_REQUIRE_TYPE(trimmed, CFString);
	rest = CFRangeMake(0, string->utf8.length);
	while (_kc_cf_string_find(string, rest, trimmed, kCFCompareAnchored, &found)) {
		rest.location += found.length;
		rest.length -= found.length;
	}
	while (_kc_cf_string_find(
		string, rest, trimmed, kCFCompareAnchored | kCFCompareBackwards, &found))
		rest.length -= found.length;
	keep(string, rest.location, rest.location + rest.length);
}

void CFStringTrimWhitespace(CFMutableStringRef string)
{
	const UInt8 *start;
	CFIndex first = 0, end, before;
	uint32_t point;

	KC_CF_REQUIRE_MUTABLE(string, CFString);
	start = string->utf8.start;
	for (end = string->utf8.length; end > 0; end = before) {
		for (before = end - 1; _kc_cf_utf8_is_continuation(start[before]);)
			before--;
		_kc_cf_text_decode(start + before, &point);
		if (!_kc_cf_is_space(point))
			break;
	}
	while (first < end) {
		CFIndex size = _kc_cf_text_decode(start + first, &point);

		if (!_kc_cf_is_space(point))
			break;
		first += size;
	}
	keep(string, first, end);
}

/* --- case ------------------------------------------------------------------------------------ */

static void change_case(CFMutableStringRef string, uint32_t (*first)(uint32_t point),
	uint32_t (*rest)(uint32_t point))
{
	CFMutableStringRef result;
	bool in_word = false;
	const UInt8 *end;
	uint32_t point;
	UInt8 text[4];

	KC_CF_REQUIRE_MUTABLE(string, CFString);
	result = _kc_cf_string_must_create();
	end = string->utf8.start + string->utf8.length;
	for (const UInt8 *at = string->utf8.start; at < end;) {
		at += _kc_cf_text_decode(at, &point);
		_kc_cf_string_append_text(
			result, text, _kc_cf_text_encode((in_word ? rest : first)(point), text));
		in_word = point == '\'' ? in_word : _kc_cf_is_letter_or_digit(point);
	}
	take_text(string, result);
}

void CFStringLowercase(CFMutableStringRef string, CFLocaleRef locale)
{
	(void)locale;
	change_case(string, _kc_cf_lower_case, _kc_cf_lower_case);
}

void CFStringUppercase(CFMutableStringRef string, CFLocaleRef locale)
{
	(void)locale;
	change_case(string, _kc_cf_upper_case, _kc_cf_upper_case);
}

void CFStringCapitalize(CFMutableStringRef string, CFLocaleRef locale)
{
	(void)locale;
	change_case(string, _kc_cf_upper_case, _kc_cf_lower_case);
}
