/* SPDX-License-Identifier: ISC */
/* One row an encoding. */
#include "keychainapi/CoreFoundation/cf_encoding.h"

#include <string.h>

#include "keychainapi/CoreFoundation/cf_unicode.h"

/* --- a byte a character ---------------------------------------------------------------------- */

static size_t decode_byte(const UInt8 *bytes, size_t count, uint32_t limit, uint32_t *ret_point)
{
	if (!count || bytes[0] >= limit)
		return 0;
	*ret_point = bytes[0];
	return 1;
}

static size_t encode_byte(uint32_t point, uint32_t limit, UInt8 ret_bytes[4])
{
	if (point >= limit)
		return 0;
	ret_bytes[0] = (UInt8)point;
	return 1;
}

static size_t decode_ascii(const UInt8 *bytes, size_t count, uint32_t *ret_point)
{
	return decode_byte(bytes, count, 0x80, ret_point);
}

static size_t encode_ascii(uint32_t point, UInt8 ret_bytes[4])
{
	return encode_byte(point, 0x80, ret_bytes);
}

static size_t decode_latin1(const UInt8 *bytes, size_t count, uint32_t *ret_point)
{
	return decode_byte(bytes, count, 0x100, ret_point);
}

static size_t encode_latin1(uint32_t point, UInt8 ret_bytes[4])
{
	return encode_byte(point, 0x100, ret_bytes);
}

/* What the bytes from 80 to FF stand for. */
/* clang-format off */
static const uint16_t mac_roman[0x80] = {
	0x00C4, 0x00C5, 0x00C7, 0x00C9, 0x00D1, 0x00D6, 0x00DC, 0x00E1,
	0x00E0, 0x00E2, 0x00E4, 0x00E3, 0x00E5, 0x00E7, 0x00E9, 0x00E8,
	0x00EA, 0x00EB, 0x00ED, 0x00EC, 0x00EE, 0x00EF, 0x00F1, 0x00F3,
	0x00F2, 0x00F4, 0x00F6, 0x00F5, 0x00FA, 0x00F9, 0x00FB, 0x00FC,
	0x2020, 0x00B0, 0x00A2, 0x00A3, 0x00A7, 0x2022, 0x00B6, 0x00DF,
	0x00AE, 0x00A9, 0x2122, 0x00B4, 0x00A8, 0x2260, 0x00C6, 0x00D8,
	0x221E, 0x00B1, 0x2264, 0x2265, 0x00A5, 0x00B5, 0x2202, 0x2211,
	0x220F, 0x03C0, 0x222B, 0x00AA, 0x00BA, 0x03A9, 0x00E6, 0x00F8,
	0x00BF, 0x00A1, 0x00AC, 0x221A, 0x0192, 0x2248, 0x2206, 0x00AB,
	0x00BB, 0x2026, 0x00A0, 0x00C0, 0x00C3, 0x00D5, 0x0152, 0x0153,
	0x2013, 0x2014, 0x201C, 0x201D, 0x2018, 0x2019, 0x00F7, 0x25CA,
	0x00FF, 0x0178, 0x2044, 0x20AC, 0x2039, 0x203A, 0xFB01, 0xFB02,
	0x2021, 0x00B7, 0x201A, 0x201E, 0x2030, 0x00C2, 0x00CA, 0x00C1,
	0x00CB, 0x00C8, 0x00CD, 0x00CE, 0x00CF, 0x00CC, 0x00D3, 0x00D4,
	0xF8FF, 0x00D2, 0x00DA, 0x00DB, 0x00D9, 0x0131, 0x02C6, 0x02DC,
	0x00AF, 0x02D8, 0x02D9, 0x02DA, 0x00B8, 0x02DD, 0x02DB, 0x02C7,
};

/* The five bytes that Windows leaves open stand for themselves, as they do in browsers. */
static const uint16_t windows_latin1[0x80] = {
	0x20AC, 0x0081, 0x201A, 0x0192, 0x201E, 0x2026, 0x2020, 0x2021,
	0x02C6, 0x2030, 0x0160, 0x2039, 0x0152, 0x008D, 0x017D, 0x008F,
	0x0090, 0x2018, 0x2019, 0x201C, 0x201D, 0x2022, 0x2013, 0x2014,
	0x02DC, 0x2122, 0x0161, 0x203A, 0x0153, 0x009D, 0x017E, 0x0178,
	0x00A0, 0x00A1, 0x00A2, 0x00A3, 0x00A4, 0x00A5, 0x00A6, 0x00A7,
	0x00A8, 0x00A9, 0x00AA, 0x00AB, 0x00AC, 0x00AD, 0x00AE, 0x00AF,
	0x00B0, 0x00B1, 0x00B2, 0x00B3, 0x00B4, 0x00B5, 0x00B6, 0x00B7,
	0x00B8, 0x00B9, 0x00BA, 0x00BB, 0x00BC, 0x00BD, 0x00BE, 0x00BF,
	0x00C0, 0x00C1, 0x00C2, 0x00C3, 0x00C4, 0x00C5, 0x00C6, 0x00C7,
	0x00C8, 0x00C9, 0x00CA, 0x00CB, 0x00CC, 0x00CD, 0x00CE, 0x00CF,
	0x00D0, 0x00D1, 0x00D2, 0x00D3, 0x00D4, 0x00D5, 0x00D6, 0x00D7,
	0x00D8, 0x00D9, 0x00DA, 0x00DB, 0x00DC, 0x00DD, 0x00DE, 0x00DF,
	0x00E0, 0x00E1, 0x00E2, 0x00E3, 0x00E4, 0x00E5, 0x00E6, 0x00E7,
	0x00E8, 0x00E9, 0x00EA, 0x00EB, 0x00EC, 0x00ED, 0x00EE, 0x00EF,
	0x00F0, 0x00F1, 0x00F2, 0x00F3, 0x00F4, 0x00F5, 0x00F6, 0x00F7,
	0x00F8, 0x00F9, 0x00FA, 0x00FB, 0x00FC, 0x00FD, 0x00FE, 0x00FF,
};
/* clang-format on */

static size_t decode_table(
	const UInt8 *bytes, size_t count, const uint16_t high[0x80], uint32_t *ret_point)
{
	if (!count)
		return 0;
	*ret_point = bytes[0] < 0x80 ? bytes[0] : high[bytes[0] - 0x80];
	return 1;
}

static size_t encode_table(uint32_t point, const uint16_t high[0x80], UInt8 ret_bytes[4])
{
	UInt8 byte = 0;

	if (point < 0x80)
		return encode_byte(point, 0x80, ret_bytes);
	while (byte < 0x80 && high[byte] != point)
		byte++;
	ret_bytes[0] = (UInt8)(0x80 + byte);
	return byte < 0x80;
}

static size_t decode_mac_roman(const UInt8 *bytes, size_t count, uint32_t *ret_point)
{
	return decode_table(bytes, count, mac_roman, ret_point);
}

static size_t encode_mac_roman(uint32_t point, UInt8 ret_bytes[4])
{
	return encode_table(point, mac_roman, ret_bytes);
}

static size_t decode_windows_latin1(const UInt8 *bytes, size_t count, uint32_t *ret_point)
{
	return decode_table(bytes, count, windows_latin1, ret_point);
}

static size_t encode_windows_latin1(uint32_t point, UInt8 ret_bytes[4])
{
	return encode_table(point, windows_latin1, ret_bytes);
}

/* --- UTF-16; high says which of two bytes is the high one ------------------------------------ */

static uint32_t get_unit(const UInt8 *bytes, int high)
{
	return (uint32_t)bytes[high] << 8 | bytes[1 - high];
}

static void put_unit(UniChar unit, UInt8 *ret_bytes, int high)
{
	ret_bytes[high] = (UInt8)(unit >> 8);
	ret_bytes[1 - high] = (UInt8)unit;
}

/* A surrogate that has no partner stands for itself. */
static size_t decode_utf16(const UInt8 *bytes, size_t count, int high, uint32_t *ret_point)
{
	uint32_t first, second;

	if (count < 2)
		return 0;
	first = get_unit(bytes, high);
	*ret_point = first;
	if (!_kc_cf_is_surrogate(first) || first >= 0xDC00 || count < 4)
		return 2;
	second = get_unit(bytes + 2, high);
	if (second < 0xDC00 || second > 0xDFFF)
		return 2;
	*ret_point = 0x10000 + ((first & 0x3FF) << 10 | (second & 0x3FF));
	return 4;
}

static size_t encode_utf16(uint32_t point, int high, UInt8 ret_bytes[4])
{
	CFIndex units = _kc_cf_units(point);

	for (CFIndex i = 0; i < units; i++)
		put_unit(_kc_cf_unit_of(point, i), ret_bytes + 2 * i, high);
	return (size_t)(2 * units);
}

static size_t decode_utf16be(const UInt8 *bytes, size_t count, uint32_t *ret_point)
{
	return decode_utf16(bytes, count, 0, ret_point);
}

static size_t encode_utf16be(uint32_t point, UInt8 ret_bytes[4])
{
	return encode_utf16(point, 0, ret_bytes);
}

static size_t decode_utf16le(const UInt8 *bytes, size_t count, uint32_t *ret_point)
{
	return decode_utf16(bytes, count, 1, ret_point);
}

static size_t encode_utf16le(uint32_t point, UInt8 ret_bytes[4])
{
	return encode_utf16(point, 1, ret_bytes);
}

/* --- UTF-32; of byte i of four, the place ---------------------------------------------------- */

static size_t decode_utf32(const UInt8 *bytes, size_t count, size_t flip, uint32_t *ret_point)
{
	uint32_t point = 0;

	if (count < 4)
		return 0;
	for (size_t i = 0; i < 4; i++)
		point = point << 8 | bytes[i ^ flip];
	if (point > 0x10FFFF || _kc_cf_is_surrogate(point))
		return 0;
	*ret_point = point;
	return 4;
}

static size_t encode_utf32(uint32_t point, size_t flip, UInt8 ret_bytes[4])
{
	if (_kc_cf_is_surrogate(point))
		return 0;
	for (size_t i = 4; i-- > 0; point >>= 8)
		ret_bytes[i ^ flip] = (UInt8)point;
	return 4;
}

static size_t decode_utf32be(const UInt8 *bytes, size_t count, uint32_t *ret_point)
{
	return decode_utf32(bytes, count, 0, ret_point);
}

static size_t encode_utf32be(uint32_t point, UInt8 ret_bytes[4])
{
	return encode_utf32(point, 0, ret_bytes);
}

static size_t decode_utf32le(const UInt8 *bytes, size_t count, uint32_t *ret_point)
{
	return decode_utf32(bytes, count, 3, ret_point);
}

static size_t encode_utf32le(uint32_t point, UInt8 ret_bytes[4])
{
	return encode_utf32(point, 3, ret_bytes);
}

/* --- the rows -------------------------------------------------------------------------------- */

/* clang-format off */
static const struct _kc_cf_mark no_mark     = {"", 0};
static const struct _kc_cf_mark utf8_mark    = {"\xEF\xBB\xBF", 3};
static const struct _kc_cf_mark utf16be_mark = {"\xFE\xFF", 2};
static const struct _kc_cf_mark utf16le_mark = {"\xFF\xFE", 2};
static const struct _kc_cf_mark utf32be_mark = {"\0\0\xFE\xFF", 4};
static const struct _kc_cf_mark utf32le_mark = {"\xFF\xFE\0\0", 4};
/* clang-format on */

#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
#define HERE(name) name##be
#define MARK_HERE(name) name##be_mark
#else
#define HERE(name) name##le
#define MARK_HERE(name) name##le_mark
#endif

/* clang-format off */
static const struct _kc_cf_encoding encodings[] = {
	/* id, NSStringEncoding, IANA's name, bytes a unit, ASCII, writes mark, mark, functions */
	{kCFStringEncodingUTF8,         4,          "utf-8",        3, true,  false, &utf8_mark,         _kc_cf_utf8_decode,    _kc_cf_utf8_encode},
	{kCFStringEncodingASCII,        1,          "us-ascii",     1, true,  false, &no_mark,           decode_ascii,          encode_ascii},
	{kCFStringEncodingISOLatin1,    5,          "iso-8859-1",   1, true,  false, &no_mark,           decode_latin1,         encode_latin1},
	{kCFStringEncodingWindowsLatin1,12,         "windows-1252", 1, true,  false, &no_mark,           decode_windows_latin1, encode_windows_latin1},
	{kCFStringEncodingMacRoman,     30,         "macintosh",    1, true,  false, &no_mark,           decode_mac_roman,      encode_mac_roman},
	{kCFStringEncodingUTF16,        10,         "utf-16",       2, false, true,  &MARK_HERE(utf16),  HERE(decode_utf16),    HERE(encode_utf16)},
	{kCFStringEncodingUTF16BE,      0x90000100, "utf-16be",     2, false, false, &utf16be_mark,      decode_utf16be,        encode_utf16be},
	{kCFStringEncodingUTF16LE,      0x94000100, "utf-16le",     2, false, false, &utf16le_mark,      decode_utf16le,        encode_utf16le},
	{kCFStringEncodingUTF32,        0x8C000100, "utf-32",       4, false, true,  &MARK_HERE(utf32),  HERE(decode_utf32),    HERE(encode_utf32)},
	{kCFStringEncodingUTF32BE,      0x98000100, "utf-32be",     4, false, false, &utf32be_mark,      decode_utf32be,        encode_utf32be},
	{kCFStringEncodingUTF32LE,      0x9C000100, "utf-32le",     4, false, false, &utf32le_mark,      decode_utf32le,        encode_utf32le},
};

static const struct {
	CFStringEncoding either, orders[2]; /* encodings whose mark says the order of bytes */
} ordered[] = {
	{kCFStringEncodingUTF16, {kCFStringEncodingUTF16BE, kCFStringEncodingUTF16LE}},
	{kCFStringEncodingUTF32, {kCFStringEncodingUTF32BE, kCFStringEncodingUTF32LE}},
};
/* clang-format on */

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))

const struct _kc_cf_encoding *_kc_cf_encoding_at(size_t index)
{
	return index < COUNT_OF(encodings) ? &encodings[index] : NULL;
}

const struct _kc_cf_encoding *_kc_cf_encoding_find(CFStringEncoding id)
{
	for (size_t i = 0; i < COUNT_OF(encodings); i++)
		if (encodings[i].id == id)
			return &encodings[i];
	return NULL;
}

static size_t mark_size(const struct _kc_cf_encoding *encoding, const UInt8 *bytes, size_t count)
{
	size_t size = encoding->mark->size;

	return size && size <= count && memcmp(bytes, encoding->mark->bytes, size) == 0 ? size : 0;
}

const struct _kc_cf_encoding *_kc_cf_encoding_read_mark(
	const struct _kc_cf_encoding *encoding, const UInt8 *bytes, size_t count, size_t *ret_skip)
{
	for (size_t i = 0; i < COUNT_OF(ordered); i++) {
		if (ordered[i].either != encoding->id)
			continue;
		for (size_t j = 0; j < COUNT_OF(ordered[i].orders); j++) {
			const struct _kc_cf_encoding *order =
				_kc_cf_encoding_find(ordered[i].orders[j]);

			*ret_skip = mark_size(order, bytes, count);
			if (*ret_skip)
				return order;
		}
	}
	*ret_skip = mark_size(encoding, bytes, count);
	return encoding;
}
