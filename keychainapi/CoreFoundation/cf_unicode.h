/* SPDX-License-Identifier: ISC */
/* Unicode facts about code points and their UTF-8 form. */
#ifndef KC_CF_UNICODE_H
#define KC_CF_UNICODE_H

#include <CoreFoundation/CFBase.h>
#include <stdbool.h>

#define KC_CF_REPLACEMENT_CHARACTER 0xFFFD

static inline bool _kc_cf_is_surrogate(uint32_t point)
{
	return point >= 0xD800 && point <= 0xDFFF;
}

/* UTF-16 code units of a code point. */
static inline CFIndex _kc_cf_units(uint32_t point)
{
	return point > 0xFFFF ? 2 : 1;
}

/* The code unit of a code point at 0, or of a pair at 0 or 1. */
UniChar _kc_cf_unit_of(uint32_t point, CFIndex index);

/*
 * The code point at the start of count bytes, and how many bytes it takes (Unicode 15, table 3-7).
 * 0 when there is none: end of the bytes, a stray or missing continuation, an overlong form, a
 * surrogate, a number above 10FFFF.
 */
size_t _kc_cf_utf8_decode(const UInt8 *bytes, size_t count, uint32_t *ret_point);

/* Its bytes, and how many; 0 for a surrogate or a number above 10FFFF. */
size_t _kc_cf_utf8_encode(uint32_t point, UInt8 ret_bytes[4]);

/* Of valid UTF-8: the length of the character that begins with the byte, its code units. */
CFIndex _kc_cf_utf8_length(UInt8 lead);
static inline CFIndex _kc_cf_utf8_units(UInt8 lead)
{
	return lead >= 0xF0 ? 2 : 1;
}
static inline bool _kc_cf_utf8_is_continuation(UInt8 byte)
{
	return (byte & 0xC0) == 0x80;
}

/* The lower-case form, one code point to one. */
uint32_t _kc_cf_fold_case(uint32_t point);

/* White space and line ends (property White_Space, and the zero width space). */
bool _kc_cf_is_space(uint32_t point);

#endif
