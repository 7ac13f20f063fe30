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

static inline bool _kc_cf_utf8_is_continuation(UInt8 byte)
{
	return (byte & 0xC0) == 0x80;
}

/* --- the form that strings keep -------------------------------------------------------------- */

/*
 * Strings hold text whose pairs of surrogates may have been cut in two. They keep it as WTF-8: the
 * UTF-8 of whole characters, and for a surrogate that stands alone the three bytes that its number
 * would have. Two halves that come together are one character of four bytes, always, so that equal
 * texts are equal bytes.
 *
 * These trust the bytes to be that.
 */
static inline CFIndex _kc_cf_text_length(UInt8 lead)
{
	return lead < 0x80 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
}

static inline CFIndex _kc_cf_text_units(UInt8 lead)
{
	return lead >= 0xF0 ? 2 : 1;
}

/* The code point, or lone surrogate, at the start of the bytes; returns how many they are. */
CFIndex _kc_cf_text_decode(const UInt8 *bytes, uint32_t *ret_point);

/* The bytes of a code point or surrogate up to 10FFFF, and how many. */
CFIndex _kc_cf_text_encode(uint32_t point, UInt8 ret_bytes[4]);

/* Whether it is UTF-8: no surrogate stands alone in it. */
bool _kc_cf_text_is_utf8(const UInt8 *bytes, CFIndex size);

/* --- case and white space -------------------------------------------------------------------- */

/* The lower-case form, the upper-case form, one code point to one, in no particular language. */
uint32_t _kc_cf_lower_case(uint32_t point);
uint32_t _kc_cf_upper_case(uint32_t point);

bool _kc_cf_is_letter_or_digit(uint32_t point);

/* White space and line ends (property White_Space, and the zero width space). */
bool _kc_cf_is_space(uint32_t point);

#endif
