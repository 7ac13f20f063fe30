/* SPDX-License-Identifier: ISC */
/* Strings. */
#include "keychainapi/CoreFoundation/cf_string.h"

#include "keychainapi/CoreFoundation/cf_encoding.h"

/* --- the class ------------------------------------------------------------------------------- */

static void string_finalize(CFTypeRef object)
{
	struct __CFString *string = _kc_cf_unconst(object);

	_kc_cf_string_drop_marks(string);
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

CFStringRef _kc_cf_string_from_text(const UInt8 *text, CFIndex size)
{
	CFIndex units = _kc_cf_string_count_units(text, size);
	struct __CFString *string = _kc_cf_string_new(size, units);

	if (string)
		memcpy(_kc_cf_bytes_writable(&string->utf8), text, (size_t)size);
	return string;
}

CFStringRef CFStringCreateCopy(CFAllocatorRef allocator, CFStringRef string)
{
	(void)allocator;
	KC_CF_REQUIRE_TYPE(string, CFString);
	if (_kc_cf_bytes_can_be_shared(string, &string->utf8))
		return CFRetain(string);
	return _kc_cf_string_from_text(string->utf8.start, string->utf8.length);
}

CFStringRef CFStringCreateWithSubstring(CFAllocatorRef allocator, CFStringRef string, CFRange range)
{
	const CFIndex half_size = 3;
	struct _kc_cf_slice slice;
	struct __CFString *part;
	UInt8 *at;

	(void)allocator;
	KC_CF_REQUIRE_TYPE(string, CFString);
	KC_CF_REQUIRE_RANGE(range, _kc_cf_string_units(string));
	slice = _kc_cf_string_slice(string, range);
	part = _kc_cf_string_new(
		slice.bytes.length + (slice.before ? half_size : 0) + (slice.after ? half_size : 0),
		range.length);
	if (!part)
		return NULL;
	at = _kc_cf_bytes_writable(&part->utf8);
	if (slice.before)
		at += _kc_cf_text_encode(slice.before, at);
	memcpy(at, string->utf8.start + slice.bytes.location, (size_t)slice.bytes.length);
	if (slice.after)
		_kc_cf_text_encode(slice.after, at + slice.bytes.length);
	return part;
}

/* --- reading --------------------------------------------------------------------------------- */

CFIndex CFStringGetLength(CFStringRef string)
{
	KC_CF_REQUIRE_TYPE(string, CFString);
	return _kc_cf_string_units(string);
}

void CFStringGetCharacters(CFStringRef string, CFRange range, UniChar *ret_characters)
{
	struct _kc_cf_cursor cursor;
	uint32_t point;
	CFIndex units;

	KC_CF_REQUIRE_TYPE(string, CFString);
	KC_CF_REQUIRE_RANGE(range, _kc_cf_string_units(string));
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

const UniChar *CFStringGetCharactersPtr(CFStringRef string)
{
	KC_CF_REQUIRE_TYPE(string, CFString);
	return NULL;
}

const char *CFStringGetCStringPtr(CFStringRef string, CFStringEncoding id)
{
	const struct _kc_cf_encoding *encoding = _kc_cf_encoding_find(id);
	bool is_ascii;

	if (!string)
		return NULL;
	KC_CF_REQUIRE_TYPE(string, CFString);
	is_ascii = _kc_cf_string_units(string) == string->utf8.length;
	if (!encoding || !encoding->has_ascii || (id != kCFStringEncodingUTF8 && !is_ascii))
		return NULL;
	if (!is_ascii && !_kc_cf_text_is_utf8(string->utf8.start, string->utf8.length))
		return NULL;
	return (const char *)string->utf8.start;
}

/* --- numbers in text ------------------------------------------------------------------------- */

/* The text behind white space, up to its NUL. */
static const char *skip_space(CFStringRef string)
{
	struct _kc_cf_cursor cursor =
		_kc_cf_cursor_begin(string, CFRangeMake(0, CFStringGetLength(string)));
	uint32_t point;
	CFIndex units;

	while (_kc_cf_cursor_peek(&cursor, &point, &units) && _kc_cf_is_space(point))
		_kc_cf_cursor_advance(&cursor);
	return (const char *)cursor.at;
}

SInt32 CFStringGetIntValue(CFStringRef string)
{
	const int64_t limit = (int64_t)INT32_MAX + 1;
	const char *at = skip_space(string);
	int64_t value = 0, sign = 1;

	if (*at == '-' || *at == '+')
		sign = *at++ == '-' ? -1 : 1;
	for (; *at >= '0' && *at <= '9' && value < limit; at++)
		value = value * 10 + (*at - '0');
	if (value > limit)
		value = limit;
	value *= sign;
	return value > INT32_MAX ? INT32_MAX : (SInt32)value;
}

/* strtod() of the C locale, without its hexadecimal numbers, infinities and NaNs. */
double _kc_cf_string_read_double(const char *text, const char **ret_end)
{
	const char *digits = text + (*text == '-' || *text == '+');
	locale_t c_locale;
	double value;
	char *end;

	*ret_end = text;
	if ((!(*digits >= '0' && *digits <= '9') && *digits != '.') ||
		(digits[0] == '0' && (digits[1] | 0x20) == 'x'))
		return 0;
	c_locale = newlocale(LC_ALL_MASK, "C", (locale_t)0);
	KC_CF_REQUIRE(c_locale, "there is no memory left");
	value = strtod_l(text, &end, c_locale);
	freelocale(c_locale);
	*ret_end = end;
	return value;
}

double CFStringGetDoubleValue(CFStringRef string)
{
	const char *end;

	return _kc_cf_string_read_double(skip_space(string), &end);
}
