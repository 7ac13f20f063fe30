/* SPDX-License-Identifier: ISC */
/* Strings. */
#include "keychainapi/CoreFoundation/cf_string.h"

#include "keychainapi/CoreFoundation/cf_encoding.h"

/* --- the class ------------------------------------------------------------------------------- */

static void string_finalize(CFTypeRef object)
{
	struct __CFString *string = _kc_cf_unconst(object);

	_kc_cf_bytes_done(&string->utf8);
}

static Boolean string_equal(CFTypeRef a, CFTypeRef b)
{
	CFStringRef string_a = a, string_b = b;

	return _kc_cf_bytes_equal(&string_a->utf8, &string_b->utf8);
}

static CFHashCode string_hash(CFTypeRef object)
{
	CFStringRef string = object;

	return _kc_cf_bytes_hash(&string->utf8);
}

static CFStringRef string_copy_formatting(CFTypeRef object)
{
	return CFStringCreateCopy(NULL, object);
}

static CFStringRef string_copy_description(CFTypeRef object)
{
	return CFStringCreateWithFormat(NULL, NULL, CFSTR("<CFString %p [%p]>{contents = \"%@\"}"),
		object, (const void *)CFGetAllocator(object), object);
}

const CFRuntimeClass _kc_cf_class_CFString = {
	.className = "CFString",
	.finalize = string_finalize,
	.equal = string_equal,
	.hash = string_hash,
	.copyFormattingDesc = string_copy_formatting,
	.copyDebugDesc = string_copy_description,
};

CFTypeID CFStringGetTypeID(void)
{
	return KC_CF_TYPE_CFString;
}

/* --- making ---------------------------------------------------------------------------------- */

struct __CFString *_kc_cf_string_new(CFIndex size, CFIndex units)
{
	size_t whole = _kc_cf_bytes_inline_size(sizeof(struct __CFString), size);
	struct __CFString *string;

	if (!whole)
		return NULL;
	string = _CFRuntimeCreateInstance(KC_CF_TYPE_CFString, whole);
	if (!string)
		return NULL;
	_kc_cf_bytes_init_inline(&string->utf8, string + 1, size);
	string->units = units;
	return string;
}

CFStringRef _kc_cf_string_from_utf8(const UInt8 *utf8, CFIndex size)
{
	CFIndex units = _kc_cf_string_count_units(utf8, size);
	struct __CFString *string = _kc_cf_string_new(size, units);

	if (string)
		memcpy(_kc_cf_bytes_writable(&string->utf8), utf8, (size_t)size);
	return string;
}

CFStringRef CFStringCreateCopy(CFAllocatorRef allocator, CFStringRef string)
{
	(void)allocator;
	KC_CF_REQUIRE_TYPE(string, CFString);
	if (_kc_cf_bytes_can_be_shared(string, &string->utf8))
		return CFRetain(string);
	return _kc_cf_string_from_utf8(string->utf8.start, string->utf8.length);
}

CFStringRef CFStringCreateWithSubstring(CFAllocatorRef allocator, CFStringRef string, CFRange range)
{
	CFRange bytes;

	(void)allocator;
	KC_CF_REQUIRE_TYPE(string, CFString);
	KC_CF_REQUIRE_RANGE(range, string->units);
	if (!_kc_cf_string_byte_range(string, range, &bytes))
		return NULL;
	return _kc_cf_string_from_utf8(string->utf8.start + bytes.location, bytes.length);
}

/* --- code units and bytes -------------------------------------------------------------------- */

CFIndex _kc_cf_string_count_units(const UInt8 *utf8, CFIndex size)
{
	CFIndex units = 0;

	for (CFIndex i = 0; i < size; i++)
		if (!_kc_cf_utf8_is_continuation(utf8[i]))
			units += _kc_cf_utf8_units(utf8[i]);
	return units;
}

CFIndex _kc_cf_string_offset(CFStringRef string, CFIndex unit, CFIndex *ret_into)
{
	const UInt8 *utf8 = string->utf8.start;
	CFIndex offset = 0;

	*ret_into = 0;
	if (string->units == string->utf8.length) /* ASCII */
		return unit;
	while (unit > 0) {
		CFIndex units = _kc_cf_utf8_units(utf8[offset]);

		if (units > unit) {
			*ret_into = unit;
			break;
		}
		unit -= units;
		offset += _kc_cf_utf8_length(utf8[offset]);
	}
	return offset;
}

bool _kc_cf_string_byte_range(CFStringRef string, CFRange units, CFRange *ret_bytes)
{
	CFIndex into_first, into_last;
	CFIndex first = _kc_cf_string_offset(string, units.location, &into_first);
	CFIndex end = _kc_cf_string_offset(string, units.location + units.length, &into_last);

	if (into_first || into_last)
		return false;
	*ret_bytes = CFRangeMake(first, end - first);
	return true;
}

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
	_kc_cf_utf8_decode(cursor->at, (size_t)_kc_cf_utf8_length(*cursor->at), ret_point);
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
	CFIndex units = _kc_cf_utf8_units(*cursor->at) - cursor->into;

	cursor->left -= units < cursor->left ? units : cursor->left;
	cursor->at += _kc_cf_utf8_length(*cursor->at);
	cursor->into = 0;
}

/* --- reading --------------------------------------------------------------------------------- */

CFIndex CFStringGetLength(CFStringRef string)
{
	KC_CF_REQUIRE_TYPE(string, CFString);
	return string->units;
}

void CFStringGetCharacters(CFStringRef string, CFRange range, UniChar *ret_characters)
{
	struct _kc_cf_cursor cursor;
	uint32_t point;
	CFIndex units;

	KC_CF_REQUIRE_TYPE(string, CFString);
	KC_CF_REQUIRE_RANGE(range, string->units);
	cursor = _kc_cf_cursor_begin(string, range);
	for (; _kc_cf_cursor_peek(&cursor, &point, &units); _kc_cf_cursor_advance(&cursor))
		for (CFIndex i = 0; i < units; i++)
			*ret_characters++ = _kc_cf_unit_of(point, i);
}

UniChar CFStringGetCharacterAtIndex(CFStringRef string, CFIndex index)
{
	UniChar character = 0;

	CFStringGetCharacters(string, CFRangeMake(index, 1), &character);
	return character;
}

const char *CFStringGetCStringPtr(CFStringRef string, CFStringEncoding id)
{
	const struct _kc_cf_encoding *encoding = _kc_cf_encoding_find(id);

	if (!string)
		return NULL;
	KC_CF_REQUIRE_TYPE(string, CFString);
	if (!encoding || !encoding->has_ascii)
		return NULL;
	if (id != kCFStringEncodingUTF8 && string->units != string->utf8.length)
		return NULL;
	return (const char *)string->utf8.start;
}

SInt32 CFStringGetIntValue(CFStringRef string)
{
	const int64_t limit = (int64_t)INT32_MAX + 1;
	struct _kc_cf_cursor cursor;
	int64_t value = 0, sign = 1;
	const UInt8 *at;
	uint32_t point;
	CFIndex units;

	cursor = _kc_cf_cursor_begin(string, CFRangeMake(0, CFStringGetLength(string)));
	while (_kc_cf_cursor_peek(&cursor, &point, &units) && _kc_cf_is_space(point))
		_kc_cf_cursor_advance(&cursor);
	at = cursor.at;
	if (*at == '-' || *at == '+')
		sign = *at++ == '-' ? -1 : 1;
	for (; *at >= '0' && *at <= '9' && value < limit; at++)
		value = value * 10 + (*at - '0');
	if (value > limit)
		value = limit;
	value *= sign;
	return value > INT32_MAX ? INT32_MAX : (SInt32)value;
}
