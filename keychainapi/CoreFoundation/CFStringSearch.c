/* SPDX-License-Identifier: ISC */
/* Comparing strings and finding one in another. */
#include "keychainapi/CoreFoundation/cf_string.h"

static uint32_t folded(uint32_t point, CFStringCompareFlags flags)
{
	return flags & kCFCompareCaseInsensitive ? _kc_cf_lower_case(point) : point;
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

/* The whole of both, exactly. Where their bytes first differ, characters do. */
static CFComparisonResult compare_whole(CFStringRef a, CFStringRef b)
{
	const UInt8 *bytes_a = a->utf8.start, *bytes_b = b->utf8.start;
	CFIndex shorter = a->utf8.length < b->utf8.length ? a->utf8.length : b->utf8.length;
	uint32_t point_a, point_b;
	CFIndex i = 0;

	while (i < shorter && bytes_a[i] == bytes_b[i])
		i++;
	if (i == shorter)
		return (a->utf8.length > b->utf8.length) - (a->utf8.length < b->utf8.length);
	while (_kc_cf_utf8_is_continuation(bytes_a[i]))
		i--;
	_kc_cf_text_decode(bytes_a + i, &point_a);
	_kc_cf_text_decode(bytes_b + i, &point_b);
	return compare_points(point_a, point_b);
}

static bool at_digit(const struct _kc_cf_cursor *cursor)
{
	return cursor->left > 0 && *cursor->at >= '0' && *cursor->at <= '9';
}

/* The digits behind leading zeros, and how many. */
static const UInt8 *take_digits(struct _kc_cf_cursor *cursor, CFIndex *ret_count)
{
	const UInt8 *digits;

	while (at_digit(cursor) && *cursor->at == '0')
		_kc_cf_cursor_advance(cursor);
	digits = cursor->at;
	while (at_digit(cursor))
		_kc_cf_cursor_advance(cursor);
	*ret_count = cursor->at - digits;
	return digits;
}

static CFComparisonResult compare_numbers(struct _kc_cf_cursor *a, struct _kc_cf_cursor *b)
{
	CFIndex count_a, count_b;
	const UInt8 *digits_a = take_digits(a, &count_a);
	const UInt8 *digits_b = take_digits(b, &count_b);
	int order;

	if (count_a != count_b)
		return count_a < count_b ? kCFCompareLessThan : kCFCompareGreaterThan;
	order = memcmp(digits_a, digits_b, (size_t)count_a);
	return (order > 0) - (order < 0);
}

/* Compares one character or number of each and goes on behind it. */
static CFComparisonResult compare_step(
	struct _kc_cf_cursor *a, struct _kc_cf_cursor *b, CFStringCompareFlags flags)
{
	uint32_t point_a, point_b;
	CFIndex units;
	bool more_a = _kc_cf_cursor_peek(a, &point_a, &units);
	bool more_b = _kc_cf_cursor_peek(b, &point_b, &units);

	if (!more_a || !more_b)
		return more_a - more_b;
	if (flags & kCFCompareNumerically && at_digit(a) && at_digit(b))
		return compare_numbers(a, b);
	_kc_cf_cursor_advance(a);
	_kc_cf_cursor_advance(b);
	return compare_points(folded(point_a, flags), folded(point_b, flags));
}

CFComparisonResult CFStringCompareWithOptions(
	CFStringRef a, CFStringRef b, CFRange range, CFStringCompareFlags flags)
{
	struct _kc_cf_cursor in_a, in_b;
	CFComparisonResult order = kCFCompareEqualTo;

	KC_CF_REQUIRE_TYPE(a, CFString);
	KC_CF_REQUIRE_TYPE(b, CFString);
	KC_CF_REQUIRE_RANGE(range, _kc_cf_string_units(a));
	if (range.length == _kc_cf_string_units(a) &&
		!(flags & (kCFCompareCaseInsensitive | kCFCompareNumerically)))
		return compare_whole(a, b);
	in_a = _kc_cf_cursor_begin(a, range);
	in_b = _kc_cf_cursor_begin(b, CFRangeMake(0, b->units));
	while (order == kCFCompareEqualTo && (in_a.left > 0 || in_b.left > 0))
		order = compare_step(&in_a, &in_b, flags);
	if (order == kCFCompareEqualTo && flags & kCFCompareForcedOrdering)
		return CFStringCompareWithOptions(a, b, range, 0);
	return order;
}

CFComparisonResult CFStringCompare(CFStringRef a, CFStringRef b, CFStringCompareFlags flags)
{
	return CFStringCompareWithOptions(a, b, CFRangeMake(0, CFStringGetLength(a)), flags);
}

/* There are no locales: the order is the same everywhere. */
CFComparisonResult CFStringCompareWithOptionsAndLocale(
	CFStringRef a, CFStringRef b, CFRange range, CFStringCompareFlags flags, CFLocaleRef locale)
{
	(void)locale;
	return CFStringCompareWithOptions(a, b, range, flags);
}

/* --- finding --------------------------------------------------------------------------------- */

/* Bytes from at that match the whole of sought; -1 when they do not. */
static CFIndex match_here(
	const UInt8 *at, const UInt8 *end, CFStringRef sought, CFStringCompareFlags flags)
{
	const UInt8 *begin = at, *want = sought->utf8.start;
	const UInt8 *want_end = want + sought->utf8.length;
	uint32_t point, wanted;

	if (!(flags & kCFCompareCaseInsensitive)) {
		CFIndex size = want_end - want;

		return size <= end - at && memcmp(at, want, (size_t)size) == 0 ? size : -1;
	}
	while (want < want_end) {
		if (at >= end)
			return -1;
		at += _kc_cf_text_decode(at, &point);
		want += _kc_cf_text_decode(want, &wanted);
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
	if (!(flags & (kCFCompareCaseInsensitive | kCFCompareAnchored))) {
		*ret_size = sought->utf8.length;
		return memmem(begin, (size_t)(end - begin), sought->utf8.start,
			(size_t)sought->utf8.length);
	}
	for (const UInt8 *at = begin; at < end; at += _kc_cf_text_length(*at)) {
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

bool _kc_cf_string_find(CFStringRef string, CFRange bytes, CFStringRef sought,
	CFStringCompareFlags flags, CFRange *ret_bytes)
{
	const UInt8 *begin = string->utf8.start + bytes.location;
	const UInt8 *end = begin + bytes.length, *found;
	CFIndex size;

	if (_kc_cf_string_units(sought) == 0 || begin >= end)
		return false;
	found = flags & kCFCompareBackwards ? find_backward(begin, end, sought, flags, &size)
					    : find_forward(begin, end, sought, flags, &size);
	if (!found)
		return false;
	*ret_bytes = CFRangeMake(found - string->utf8.start, size);
	return true;
}

static void keep_found(struct _kc_cf_found *found, CFRange here)
{
	const CFIndex first_room = 8;
	CFRange *ranges;

	/* Room grows when the count is a power of two. */
	if (found->count == 0 ||
		(found->count >= first_room && (found->count & (found->count - 1)) == 0)) {
		CFIndex room = found->count ? 2 * found->count : first_room;

		ranges = _kc_cf_must_alloc((size_t)room, sizeof *ranges);
		if (found->count)
			memcpy(ranges, found->ranges, (size_t)found->count * sizeof *ranges);
		free(found->ranges);
		found->ranges = ranges;
	}
	found->ranges[found->count++] = here;
}

void _kc_cf_string_find_all(CFStringRef string, CFStringRef sought, CFRange units,
	CFStringCompareFlags flags, struct _kc_cf_found *ret_found)
{
	CFRange rest, here;

	KC_CF_REQUIRE_TYPE(string, CFString);
	KC_CF_REQUIRE_TYPE(sought, CFString);
	KC_CF_REQUIRE_RANGE(units, _kc_cf_string_units(string));
	*ret_found = (struct _kc_cf_found){0};
	rest = _kc_cf_string_slice(string, units).bytes; /* half a pair matches nothing */
	while (_kc_cf_string_find(string, rest, sought, flags, &here)) {
		CFIndex end = rest.location + rest.length;

		keep_found(ret_found, here);
		if (!(flags & kCFCompareBackwards))
			rest.location = here.location + here.length;
		rest.length = (flags & kCFCompareBackwards ? here.location : end) - rest.location;
	}
}

static CFRange to_units(CFStringRef string, CFRange bytes)
{
	return CFRangeMake(_kc_cf_string_unit(string, bytes.location),
		_kc_cf_string_count_units(string->utf8.start + bytes.location, bytes.length));
}

Boolean CFStringFindWithOptions(CFStringRef string, CFStringRef sought, CFRange range,
	CFStringCompareFlags flags, CFRange *ret_found)
{
	CFRange bytes;

	KC_CF_REQUIRE_TYPE(string, CFString);
	KC_CF_REQUIRE_TYPE(sought, CFString);
	KC_CF_REQUIRE_RANGE(range, _kc_cf_string_units(string));
	bytes = _kc_cf_string_slice(string, range).bytes; /* half a pair matches nothing */
	if (!_kc_cf_string_find(string, bytes, sought, flags, &bytes))
		return false;
	if (ret_found)
		*ret_found = to_units(string, bytes);
	return true;
}

Boolean CFStringFindWithOptionsAndLocale(CFStringRef string, CFStringRef sought, CFRange range,
	CFStringCompareFlags flags, CFLocaleRef locale, CFRange *ret_found)
{
	(void)locale;
	return CFStringFindWithOptions(string, sought, range, flags, ret_found);
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

/* --- an array of places ---------------------------------------------------------------------- */

static const void *retain_range(CFAllocatorRef allocator, const void *value)
{
	CFRange *copy = _kc_cf_must_alloc(1, sizeof *copy);

	(void)allocator;
	memcpy(copy, value, sizeof *copy);
	return copy;
}

static void release_range(CFAllocatorRef allocator, const void *value)
{
	(void)allocator;
	free(_kc_cf_unconst(value));
}

static CFStringRef describe_range(const void *value)
{
	const CFRange *range = value;

	return CFStringCreateWithFormat(
		NULL, NULL, CFSTR("{%ld, %ld}"), range->location, range->length);
}

static Boolean equal_ranges(const void *a, const void *b)
{
	const CFRange *range_a = a, *range_b = b;

	return range_a->location == range_b->location && range_a->length == range_b->length;
}

static const CFArrayCallBacks range_callbacks = {
	.retain = retain_range,
	.release = release_range,
	.copyDescription = describe_range,
	.equal = equal_ranges,
};

CFArrayRef CFStringCreateArrayWithFindResults(CFAllocatorRef allocator, CFStringRef string,
	CFStringRef sought, CFRange range, CFStringCompareFlags flags)
{
	CFMutableArrayRef places = NULL;
	struct _kc_cf_found found;

	_kc_cf_string_find_all(string, sought, range, flags, &found);
	if (found.count)
		places = CFArrayCreateMutable(allocator, found.count, &range_callbacks);
	for (CFIndex i = 0; places && i < found.count; i++) {
		CFRange place = to_units(string, found.ranges[i]);

		CFArrayAppendValue(places, &place);
	}
	free(found.ranges);
	return places;
}
