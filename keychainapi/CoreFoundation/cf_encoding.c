/* SPDX-License-Identifier: ISC */
/* One row an encoding. */
#include "keychainapi/CoreFoundation/cf_encoding.h"

#include <string.h>

#include "keychainapi/CoreFoundation/cf_unicode.h"

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

static size_t decode_utf16(const UInt8 *bytes, size_t count, int high, uint32_t *ret_point)
{
	uint32_t first, second;

	if (count < 2)
		return 0;
	first = get_unit(bytes, high);
	if (!_kc_cf_is_surrogate(first)) {
		*ret_point = first;
		return 2;
	}
	if (first >= 0xDC00 || count < 4)
		return 0;
	second = get_unit(bytes + 2, high);
	if (second < 0xDC00 || second > 0xDFFF)
		return 0;
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

/* --- the rows -------------------------------------------------------------------------------- */

#define UTF8_MARK "\xEF\xBB\xBF"
#define UTF16BE_MARK "\xFE\xFF"
#define UTF16LE_MARK "\xFF\xFE"

#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
#define decode_utf16_here decode_utf16be
#define encode_utf16_here encode_utf16be
#define UTF16_MARK_HERE UTF16BE_MARK
#else
#define decode_utf16_here decode_utf16le
#define encode_utf16_here encode_utf16le
#define UTF16_MARK_HERE UTF16LE_MARK
#endif

/* clang-format off */
static const struct _kc_cf_encoding encodings[] = {
	/* id                        size ASCII  writes mark             functions */
	{kCFStringEncodingUTF8,       3,  true,  false, UTF8_MARK,       _kc_cf_utf8_decode, _kc_cf_utf8_encode},
	{kCFStringEncodingASCII,      1,  true,  false, "",              decode_ascii,       encode_ascii},
	{kCFStringEncodingISOLatin1,  1,  true,  false, "",              decode_latin1,      encode_latin1},
	{kCFStringEncodingUTF16,      2,  false, true,  UTF16_MARK_HERE, decode_utf16_here,  encode_utf16_here},
	{kCFStringEncodingUTF16BE,    2,  false, false, UTF16BE_MARK,    decode_utf16be,     encode_utf16be},
	{kCFStringEncodingUTF16LE,    2,  false, false, UTF16LE_MARK,    decode_utf16le,     encode_utf16le},
};
/* clang-format on */

const struct _kc_cf_encoding *_kc_cf_encoding_find(CFStringEncoding id)
{
	for (size_t i = 0; i < sizeof encodings / sizeof encodings[0]; i++)
		if (encodings[i].id == id)
			return &encodings[i];
	return NULL;
}

static size_t mark_size(const struct _kc_cf_encoding *encoding, const UInt8 *bytes, size_t count)
{
	size_t size = strlen(encoding->mark);

	return size && size <= count && memcmp(bytes, encoding->mark, size) == 0 ? size : 0;
}

const struct _kc_cf_encoding *_kc_cf_encoding_read_mark(
	const struct _kc_cf_encoding *encoding, const UInt8 *bytes, size_t count, size_t *ret_skip)
{
	const CFStringEncoding orders[] = {kCFStringEncodingUTF16BE, kCFStringEncodingUTF16LE};

	for (size_t i = 0; encoding->id == kCFStringEncodingUTF16 && i < 2; i++) {
		const struct _kc_cf_encoding *order = _kc_cf_encoding_find(orders[i]);

		*ret_skip = mark_size(order, bytes, count);
		if (*ret_skip)
			return order;
	}
	*ret_skip = mark_size(encoding, bytes, count);
	return encoding;
}
