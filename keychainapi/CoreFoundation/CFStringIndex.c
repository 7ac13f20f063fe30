/* SPDX-License-Identifier: ISC */
/*
 * Where the UTF-16 code units of a string stand in its bytes.
 *
 * In ASCII text the one index is the other. Long text of other kinds gets marks, the first time
 * that somebody asks for a place in it: the place of every 256th unit, so that going through a text
 * by its index takes time in proportion to the text and not to its square.
 */
#include "keychainapi/CoreFoundation/cf_string.h"

#define UNITS_PER_MARK 256
#define LEAST_MARKED_LENGTH 1024

/* Each is twice the offset of the character, plus 1 when the unit is the second of its pair. */
struct _kc_cf_marks {
	CFIndex count;
	CFIndex places[];
};

CFIndex _kc_cf_string_count_units(const UInt8 *utf8, CFIndex size)
{
	CFIndex units = 0;

	for (CFIndex i = 0; i < size; i++)
		units += !_kc_cf_utf8_is_continuation(utf8[i]) + (utf8[i] >= 0xF0);
	return units;
}

/* --- marks ----------------------------------------------------------------------------------- */

static struct _kc_cf_marks *new_marks(CFStringRef string)
{
	CFIndex count = _kc_cf_string_units(string) / UNITS_PER_MARK + 1;
	const UInt8 *utf8 = string->utf8.start;
	struct _kc_cf_marks *marks;
	CFIndex unit = 0, next = 0;

	marks = calloc(1, sizeof *marks + (size_t)count * sizeof marks->places[0]);
	if (!marks)
		return NULL;
	for (CFIndex offset = 0; offset < string->utf8.length;
		offset += _kc_cf_text_length(utf8[offset])) {
		CFIndex units = _kc_cf_text_units(utf8[offset]);

		if (next < unit + units) {
			marks->places[marks->count++] = 2 * offset + (next - unit);
			next += UNITS_PER_MARK;
		}
		unit += units;
	}
	return marks;
}

/* NULL for a string that has none and needs none, and without memory. Any thread may be first. */
static const struct _kc_cf_marks *get_marks(CFStringRef string)
{
	struct __CFString *holder = _kc_cf_unconst(string);
	struct _kc_cf_marks *marks, *others = NULL;

	if (string->utf8.length < LEAST_MARKED_LENGTH || _kc_cf_is_immortal(string))
		return NULL;
	marks = __atomic_load_n(&holder->marks, __ATOMIC_ACQUIRE);
	if (marks)
		return marks;
	marks = new_marks(string);
	if (!marks || __atomic_compare_exchange_n(&holder->marks, &others, marks, false,
			      __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE))
		return marks;
	free(marks);
	return others;
}

void _kc_cf_string_drop_marks(struct __CFString *string)
{
	free(string->marks);
	string->marks = NULL;
}

/* --- from units to bytes and back ------------------------------------------------------------ */

CFIndex _kc_cf_string_offset(CFStringRef string, CFIndex unit, CFIndex *ret_into)
{
	const struct _kc_cf_marks *marks;
	const UInt8 *utf8 = string->utf8.start;
	CFIndex offset = 0, left = unit;

	*ret_into = 0;
	if (_kc_cf_string_units(string) == string->utf8.length) /* ASCII */
		return unit;
	if (unit == _kc_cf_string_units(string))
		return string->utf8.length;
	marks = get_marks(string);
	if (marks) {
		CFIndex place = marks->places[unit / UNITS_PER_MARK];

		offset = place / 2;
		left = unit % UNITS_PER_MARK + place % 2;
	}
	while (left > 0) {
		CFIndex units = _kc_cf_text_units(utf8[offset]);

		if (units > left) {
			*ret_into = left;
			break;
		}
		left -= units;
		offset += _kc_cf_text_length(utf8[offset]);
	}
	return offset;
}

CFIndex _kc_cf_string_unit(CFStringRef string, CFIndex offset)
{
	const struct _kc_cf_marks *marks;
	CFIndex low = 0, high, start;

	if (_kc_cf_string_units(string) == string->utf8.length)
		return offset;
	marks = get_marks(string);
	if (!marks)
		return _kc_cf_string_count_units(string->utf8.start, offset);
	high = marks->count;
	while (high - low > 1) {
		CFIndex middle = low + (high - low) / 2;

		if (marks->places[middle] / 2 <= offset)
			low = middle;
		else
			high = middle;
	}
	start = marks->places[low] / 2;
	return low * UNITS_PER_MARK - marks->places[low] % 2 +
	       _kc_cf_string_count_units(string->utf8.start + start, offset - start);
}

/* The half of the pair that stands at the offset: 0 for the first one. */
static UniChar half_at(CFStringRef string, CFIndex offset, CFIndex which)
{
	uint32_t point;

	_kc_cf_text_decode(string->utf8.start + offset, &point);
	return _kc_cf_unit_of(point, which);
}

struct _kc_cf_slice _kc_cf_string_slice(CFStringRef string, CFRange units)
{
	struct _kc_cf_slice slice = {0};
	CFIndex into_first, into_end, end;
	CFIndex first = _kc_cf_string_offset(string, units.location, &into_first);

	if (units.length == 0) {
		slice.bytes = CFRangeMake(first, 0);
		return slice;
	}
	end = _kc_cf_string_offset(string, units.location + units.length, &into_end);
	if (into_first) {
		slice.before = half_at(string, first, 1);
		first += _kc_cf_text_length(string->utf8.start[first]);
	}
	if (into_end)
		slice.after = half_at(string, end, 0);
	slice.bytes = CFRangeMake(first, end - first);
	return slice;
}

/* --- walking --------------------------------------------------------------------------------- */

struct _kc_cf_cursor _kc_cf_cursor_begin(CFStringRef string, CFRange range)
{
	struct _kc_cf_cursor cursor = {.left = range.length};

	cursor.at = string->utf8.start + _kc_cf_string_offset(string, range.location, &cursor.into);
	return cursor;
}

bool _kc_cf_cursor_peek(const struct _kc_cf_cursor *cursor, uint32_t *ret_point, CFIndex *ret_units)
{
	CFIndex units;

	if (cursor->left == 0)
		return false;
	_kc_cf_text_decode(cursor->at, ret_point);
	units = _kc_cf_units(*ret_point) - cursor->into;
	if (cursor->into || units > cursor->left) {
		*ret_point = _kc_cf_unit_of(*ret_point, cursor->into);
		units = 1;
	}
	*ret_units = units;
	return true;
}

void _kc_cf_cursor_advance(struct _kc_cf_cursor *cursor)
{
	CFIndex units = _kc_cf_text_units(*cursor->at) - cursor->into;

	cursor->left -= units < cursor->left ? units : cursor->left;
	cursor->at += _kc_cf_text_length(*cursor->at);
	cursor->into = 0;
}
