/* SPDX-License-Identifier: ISC */
/* UTF-8, case and white space. */
#include "keychainapi/CoreFoundation/cf_unicode.h"

#include <locale.h>
#include <pthread.h>
#include <string.h>
#include <wctype.h>

/* clang-format off */
static const struct {
	UInt8 mask, lead; /* the bits of the first byte that tell the form */
	uint32_t least; /* code point; smaller ones are overlong */
} forms[] = {
	{0x80, 0x00, 0x0},
	{0xE0, 0xC0, 0x80},
	{0xF0, 0xE0, 0x800},
	{0xF8, 0xF0, 0x10000},
};

static const struct {
	uint32_t first, last;
} spaces[] = {
	{0x0009, 0x000D}, {0x0020, 0x0020}, {0x0085, 0x0085}, {0x00A0, 0x00A0},
	{0x1680, 0x1680}, {0x2000, 0x200B}, {0x2028, 0x2029}, {0x202F, 0x202F},
	{0x205F, 0x205F}, {0x3000, 0x3000},
};
/* clang-format on */

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))

UniChar _kc_cf_unit_of(uint32_t point, CFIndex index)
{
	if (point <= 0xFFFF)
		return (UniChar)point;
	point -= 0x10000;
	return (UniChar)(index == 0 ? 0xD800 | point >> 10 : 0xDC00 | (point & 0x3FF));
}

static bool is_scalar(uint32_t point)
{
	return point <= 0x10FFFF && !_kc_cf_is_surrogate(point);
}

static size_t find_form(UInt8 lead)
{
	for (size_t form = 0; form < COUNT_OF(forms); form++)
		if ((lead & forms[form].mask) == forms[form].lead)
			return form;
	return COUNT_OF(forms);
}

size_t _kc_cf_utf8_decode(const UInt8 *bytes, size_t count, uint32_t *ret_point)
{
	size_t form = count ? find_form(bytes[0]) : COUNT_OF(forms);
	uint32_t point;

	if (form >= COUNT_OF(forms) || form >= count)
		return 0;
	point = bytes[0] & ~(uint32_t)forms[form].mask;
	for (size_t i = 1; i <= form; i++) {
		if (!_kc_cf_utf8_is_continuation(bytes[i]))
			return 0;
		point = point << 6 | (bytes[i] & 0x3F);
	}
	if (point < forms[form].least || !is_scalar(point))
		return 0;
	*ret_point = point;
	return form + 1;
}

size_t _kc_cf_utf8_encode(uint32_t point, UInt8 ret_bytes[4])
{
	return is_scalar(point) ? (size_t)_kc_cf_text_encode(point, ret_bytes) : 0;
}

/* --- the form that strings keep -------------------------------------------------------------- */

CFIndex _kc_cf_text_decode(const UInt8 *bytes, uint32_t *ret_point)
{
	CFIndex length = _kc_cf_text_length(bytes[0]);
	uint32_t point = bytes[0] & ~(uint32_t)forms[length - 1].mask;

	for (CFIndex i = 1; i < length; i++)
		point = point << 6 | (bytes[i] & 0x3F);
	*ret_point = point;
	return length;
}

CFIndex _kc_cf_text_encode(uint32_t point, UInt8 ret_bytes[4])
{
	size_t form = COUNT_OF(forms) - 1;

	while (point < forms[form].least)
		form--;
	for (size_t i = form; i > 0; i--, point >>= 6)
		ret_bytes[i] = (UInt8)(0x80 | (point & 0x3F));
	ret_bytes[0] = (UInt8)(forms[form].lead | point);
	return (CFIndex)form + 1;
}

bool _kc_cf_text_is_utf8(const UInt8 *bytes, CFIndex size)
{
	const UInt8 *end = bytes + size;

	/* D800 to DFFF are ED A0 80 to ED BF BF; D000 to D7FF begin with ED too. */
	while ((bytes = memchr(bytes, 0xED, (size_t)(end - bytes)))) {
		if (bytes[1] >= 0xA0)
			return false;
		bytes += 3;
	}
	return true;
}

/* --- case and white space -------------------------------------------------------------------- */

static locale_t unicode_locale;

static void open_unicode_locale(void)
{
	unicode_locale = newlocale(LC_CTYPE_MASK, "C.UTF-8", (locale_t)0);
	if (!unicode_locale)
		unicode_locale = newlocale(LC_CTYPE_MASK, "C", (locale_t)0);
}

/* libc knows the letters; the program's own locale must not change what is equal. */
static locale_t get_unicode_locale(void)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;

	pthread_once(&once, open_unicode_locale);
	return unicode_locale;
}

uint32_t _kc_cf_lower_case(uint32_t point)
{
	if (point < 0x80)
		return point >= 'A' && point <= 'Z' ? point + ('a' - 'A') : point;
	return (uint32_t)towlower_l((wint_t)point, get_unicode_locale());
}

uint32_t _kc_cf_upper_case(uint32_t point)
{
	if (point < 0x80)
		return point >= 'a' && point <= 'z' ? point - ('a' - 'A') : point;
	return (uint32_t)towupper_l((wint_t)point, get_unicode_locale());
}

bool _kc_cf_is_letter_or_digit(uint32_t point)
{
	return iswalnum_l((wint_t)point, get_unicode_locale()) != 0;
}

bool _kc_cf_is_space(uint32_t point)
{
	for (size_t i = 0; i < COUNT_OF(spaces); i++)
		if (point >= spaces[i].first && point <= spaces[i].last)
			return true;
	return false;
}
