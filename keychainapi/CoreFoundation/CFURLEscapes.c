/* SPDX-License-Identifier: ISC */
/* Percent escapes: a byte as % and two hexadecimal digits. */
#include "keychainapi/CoreFoundation/cf_encoding.h"
#include "keychainapi/CoreFoundation/cf_url.h"

/* --- adding ---------------------------------------------------------------------------------- */

static bool is_letter_or_digit(UInt8 byte)
{
	return (byte >= '0' && byte <= '9') || ((byte | 0x20) >= 'a' && (byte | 0x20) <= 'z');
}

static void append_escape(CFMutableStringRef string, UInt8 byte)
{
	const char *digits = "0123456789ABCDEF";
	const UInt8 escape[] = {'%', (UInt8)digits[byte >> 4], (UInt8)digits[byte & 0xF]};

	_kc_cf_string_append_text(string, escape, sizeof escape);
}

void _kc_cf_percent_append(CFMutableStringRef string, UInt8 byte, const char *legal)
{
	if (byte && byte < 0x80 && (is_letter_or_digit(byte) || strchr(legal, byte)))
		_kc_cf_string_append_text(string, &byte, 1);
	else
		append_escape(string, byte);
}

/* Whether the character stands in the string, which may be NULL. */
static bool stands_in(uint32_t point, CFStringRef string)
{
	struct _kc_cf_cursor cursor;
	uint32_t other;
	CFIndex units;

	if (!string)
		return false;
	cursor = _kc_cf_cursor_begin(string, CFRangeMake(0, CFStringGetLength(string)));
	for (; _kc_cf_cursor_peek(&cursor, &other, &units); _kc_cf_cursor_advance(&cursor))
		if (other == point)
			return true;
	return false;
}

static bool needs_escape(uint32_t point, CFStringRef leave_unescaped, CFStringRef escape_too)
{
	if (stands_in(point, escape_too))
		return true;
	if (point && point < 0x80 &&
		(is_letter_or_digit((UInt8)point) || strchr("-_.!~*'();/?:@&=+$,", (int)point)))
		return false;
	return !stands_in(point, leave_unescaped);
}

CFStringRef CFURLCreateStringByAddingPercentEscapes(CFAllocatorRef allocator, CFStringRef string,
	CFStringRef leave_unescaped, CFStringRef escape_too, CFStringEncoding id)
{
	const struct _kc_cf_encoding *encoding = _kc_cf_encoding_find(id);
	CFMutableStringRef result = CFStringCreateMutable(allocator, 0);
	struct _kc_cf_cursor cursor =
		_kc_cf_cursor_begin(string, CFRangeMake(0, CFStringGetLength(string)));
	UInt8 bytes[4];
	uint32_t point;
	CFIndex units;

	for (; result && _kc_cf_cursor_peek(&cursor, &point, &units);
		_kc_cf_cursor_advance(&cursor)) {
		size_t count = encoding ? encoding->encode(point, bytes) : 0;

		if (!count) {
			CFRelease(result);
			return NULL;
		}
		if (needs_escape(point, leave_unescaped, escape_too)) {
			for (size_t i = 0; i < count; i++)
				append_escape(result, bytes[i]);
		} else {
			_kc_cf_string_append_text(result, bytes, _kc_cf_text_encode(point, bytes));
		}
	}
	return _kc_cf_freeze(result);
}

/* --- taking away ----------------------------------------------------------------------------- */

static int digit_value(UInt8 digit)
{
	if (digit >= '0' && digit <= '9')
		return digit - '0';
	digit |= 0x20;
	return digit >= 'a' && digit <= 'f' ? digit - 'a' + 10 : -1;
}

/* The byte of an escape at the start of the text; -1 when there is none. */
static int escaped_byte(const UInt8 *text, CFIndex length)
{
	int high, low;

	if (length < 3 || text[0] != '%')
		return -1;
	high = digit_value(text[1]);
	low = digit_value(text[2]);
	return high < 0 || low < 0 ? -1 : high << 4 | low;
}

CFIndex _kc_cf_percent_decode(const UInt8 *text, CFIndex length, UInt8 *ret_bytes)
{
	CFIndex count = 0;

	for (CFIndex i = 0; i < length; count++) {
		int byte = escaped_byte(text + i, length - i);

		ret_bytes[count] = byte < 0 ? text[i] : (UInt8)byte;
		i += byte < 0 ? 1 : 3;
	}
	return count;
}

/* A run of escapes is text together: returns its length, with its bytes in ret_bytes. */
static CFIndex decode_run(const UInt8 *text, CFIndex length, UInt8 *ret_bytes, CFIndex *ret_count)
{
	CFIndex i = 0, count = 0;
	int byte;

	while ((byte = escaped_byte(text + i, length - i)) >= 0) {
		ret_bytes[count++] = (UInt8)byte;
		i += 3;
	}
	*ret_count = count;
	return i;
}

/* Appends the characters of the bytes, escaped again where they are to be; false: not text. */
static bool append_run(CFMutableStringRef result, const UInt8 *bytes, CFIndex count,
	CFStringRef leave_escaped, const struct _kc_cf_encoding *encoding)
{
	while (count > 0) {
		uint32_t point;
		size_t step = encoding->decode(bytes, (size_t)count, &point);
		UInt8 text[4];

		if (!step)
			return false;
		if (stands_in(point, leave_escaped)) {
			for (size_t i = 0; i < step; i++)
				append_escape(result, bytes[i]);
		} else {
			_kc_cf_string_append_text(result, text, _kc_cf_text_encode(point, text));
		}
		bytes += step;
		count -= (CFIndex)step;
	}
	return true;
}

CFStringRef CFURLCreateStringByReplacingPercentEscapesUsingEncoding(CFAllocatorRef allocator,
	CFStringRef string, CFStringRef leave_escaped, CFStringEncoding id)
{
	const struct _kc_cf_encoding *encoding = _kc_cf_encoding_find(id);
	CFMutableStringRef result;
	const UInt8 *text;
	CFIndex length;
	UInt8 *bytes;
	bool good = true;

	KC_CF_REQUIRE_TYPE(string, CFString);
	if (!leave_escaped)
		return CFStringCreateCopy(allocator, string);
	if (!encoding)
		return NULL;
	result = CFStringCreateMutable(allocator, 0);
	if (!result)
		return NULL;
	text = string->utf8.start;
	length = string->utf8.length;
	bytes = _kc_cf_must_alloc((size_t)length / 3 + 1, 1);
	for (CFIndex i = 0; good && i < length;) {
		const UInt8 *percent = memchr(text + i, '%', (size_t)(length - i));
		CFIndex plain = (percent ? percent - text : length) - i, count;

		_kc_cf_string_append_text(result, text + i, plain);
		i += plain;
		plain = decode_run(text + i, length - i, bytes, &count);
		good = append_run(result, bytes, count, leave_escaped, encoding);
		if (!plain && i < length) /* a % that begins no escape */
			_kc_cf_string_append_text(result, text + i, plain = 1);
		i += plain;
	}
	explicit_bzero(bytes, (size_t)length / 3);
	free(bytes);
	if (!good) {
		CFRelease(result);
		return NULL;
	}
	return _kc_cf_freeze(result);
}

CFStringRef CFURLCreateStringByReplacingPercentEscapes(
	CFAllocatorRef allocator, CFStringRef string, CFStringRef leave_escaped)
{
	return CFURLCreateStringByReplacingPercentEscapesUsingEncoding(
		allocator, string, leave_escaped, kCFStringEncodingUTF8);
}
