/* SPDX-License-Identifier: ISC */
/* Comparing strings and finding one in another. */
#include "keychainapi/CoreFoundation/cf_string.h"

static uint32_t folded(uint32_t point, CFStringCompareFlags flags)
{
	return flags & kCFCompareCaseInsensitive ? _kc_cf_fold_case(point) : point;
}

/* --- comparing ------------------------------------------------------------------------------- */

/* By the first code unit and then the second: pairs come before E000 to FFFF. */
static CFComparisonResult compare_points(uint32_t a, uint32_t b)
{
	UniChar lead_a = _kc_cf_unit_of(a, 0), lead_b = _kc_cf_unit_of(b, 0);

	if (lead_a != lead_b)
		return lead_a < lead_b ? kCFCompareLessThan : kCFCompareGreaterThan;
	return (a > b) - (a < b);
}

CFComparisonResult CFStringCompareWithOptions(
	CFStringRef a, CFStringRef b, CFRange range, CFStringCompareFlags flags)
{
	struct _kc_cf_cursor in_a, in_b;
	uint32_t point_a, point_b;
	CFIndex units;

	KC_CF_REQUIRE_TYPE(a, CFString);
	KC_CF_REQUIRE_TYPE(b, CFString);
	KC_CF_REQUIRE_RANGE(range, a->units);
	in_a = _kc_cf_cursor_begin(a, range);
	in_b = _kc_cf_cursor_begin(b, CFRangeMake(0, b->units));
	for (;;) {
		bool more_a = _kc_cf_cursor_peek(&in_a, &point_a, &units);
		bool more_b = _kc_cf_cursor_peek(&in_b, &point_b, &units);
		CFComparisonResult order;

		if (!more_a || !more_b)
			return more_a - more_b;
		order = compare_points(folded(point_a, flags), folded(point_b, flags));
		if (order != kCFCompareEqualTo)
			return order;
		_kc_cf_cursor_advance(&in_a);
		_kc_cf_cursor_advance(&in_b);
	}
}

CFComparisonResult CFStringCompare(CFStringRef a, CFStringRef b, CFStringCompareFlags flags)
{
	return CFStringCompareWithOptions(a, b, CFRangeMake(0, CFStringGetLength(a)), flags);
}

/* --- finding --------------------------------------------------------------------------------- */

/* Bytes from at that match the whole of sought; -1 when they do not. */
static CFIndex match_here(
	const UInt8 *at, const UInt8 *end, CFStringRef sought, CFStringCompareFlags flags)
{
	const UInt8 *begin = at, *want = sought->utf8.start;
	const UInt8 *want_end = want + sought->utf8.length;
	uint32_t point, wanted;

	while (want < want_end) {
		if (at >= end)
			return -1;
		at += _kc_cf_utf8_decode(at, (size_t)(end - at), &point);
		want += _kc_cf_utf8_decode(want, (size_t)(want_end - want), &wanted);
		if (folded(point, flags) != folded(wanted, flags))
			return -1;
	}
	return at - begin;
}

static CFIndex count_characters(CFStringRef string)
{
	CFIndex count = 0;

	for (CFIndex i = 0; i < string->utf8.length; i++)
		count += !_kc_cf_utf8_is_continuation(string->utf8.start[i]);
	return count;
}

/* The start of the character before at; NULL at the beginning. */
static const UInt8 *step_back(const UInt8 *begin, const UInt8 *at)
{
	if (at == begin)
		return NULL;
	do
		at--;
	while (_kc_cf_utf8_is_continuation(*at));
	return at;
}

static const UInt8 *find_forward(const UInt8 *begin, const UInt8 *end, CFStringRef sought,
	CFStringCompareFlags flags, CFIndex *ret_size)
{
	for (const UInt8 *at = begin; at < end; at += _kc_cf_utf8_length(*at)) {
		*ret_size = match_here(at, end, sought, flags);
		if (*ret_size >= 0)
			return at;
		if (flags & kCFCompareAnchored)
			break;
	}
	return NULL;
}

/* Folding keeps the number of characters, so that an end fixes the only possible start. */
static const UInt8 *find_backward(const UInt8 *begin, const UInt8 *end, CFStringRef sought,
	CFStringCompareFlags flags, CFIndex *ret_size)
{
	CFIndex characters = count_characters(sought);
	const UInt8 *at = end;

	while (at && characters-- > 0)
		at = step_back(begin, at);
	for (; at; at = step_back(begin, at)) {
		*ret_size = match_here(at, end, sought, flags);
		if (*ret_size >= 0)
			return at;
		if (flags & kCFCompareAnchored)
			break;
	}
	return NULL;
}

Boolean CFStringFindWithOptions(CFStringRef string, CFStringRef sought, CFRange range,
	CFStringCompareFlags flags, CFRange *ret_found)
{
	const UInt8 *begin, *end, *found;
	CFIndex into, size;

	KC_CF_REQUIRE_TYPE(string, CFString);
	KC_CF_REQUIRE_TYPE(sought, CFString);
	KC_CF_REQUIRE_RANGE(range, string->units);
	begin = string->utf8.start + _kc_cf_string_offset(string, range.location, &into);
	if (into) /* the rest of a pair matches nothing */
		begin += _kc_cf_utf8_length(*begin);
	end = string->utf8.start +
	      _kc_cf_string_offset(string, range.location + range.length, &into);
	if (sought->units == 0 || begin >= end)
		return false;
	found = flags & kCFCompareBackwards ? find_backward(begin, end, sought, flags, &size)
					    : find_forward(begin, end, sought, flags, &size);
	if (!found)
		return false;
	if (ret_found) {
		ret_found->location =
			_kc_cf_string_count_units(string->utf8.start, found - string->utf8.start);
		ret_found->length = _kc_cf_string_count_units(found, size);
	}
	return true;
}

CFRange CFStringFind(CFStringRef string, CFStringRef sought, CFStringCompareFlags flags)
{
	CFRange found = CFRangeMake(kCFNotFound, 0);

	CFStringFindWithOptions(
		string, sought, CFRangeMake(0, CFStringGetLength(string)), flags, &found);
	return found;
}

Boolean CFStringHasPrefix(CFStringRef string, CFStringRef prefix)
{
	return CFStringFindWithOptions(string, prefix, CFRangeMake(0, CFStringGetLength(string)),
		kCFCompareAnchored, NULL);
}

Boolean CFStringHasSuffix(CFStringRef string, CFStringRef suffix)
{
	return CFStringFindWithOptions(string, suffix, CFRangeMake(0, CFStringGetLength(string)),
		kCFCompareAnchored | kCFCompareBackwards, NULL);
}
