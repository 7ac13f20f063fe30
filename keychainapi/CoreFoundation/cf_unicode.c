/* SPDX-License-Identifier: ISC */
/* UTF-8, case and white space. */
#include "keychainapi/CoreFoundation/cf_unicode.h"

#include <locale.h>
#include <pthread.h>
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
	size_t form = COUNT_OF(forms) - 1;

	if (!is_scalar(point))
		return 0;
	while (point < forms[form].least)
		form--;
	for (size_t i = form; i > 0; i--, point >>= 6)
		ret_bytes[i] = (UInt8)(0x80 | (point & 0x3F));
	ret_bytes[0] = (UInt8)(forms[form].lead | point);
	return form + 1;
}

CFIndex _kc_cf_utf8_length(UInt8 lead)
{
	return (CFIndex)find_form(lead) + 1;
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
uint32_t _kc_cf_fold_case(uint32_t point)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;

	if (point < 0x80)
		return point >= 'A' && point <= 'Z' ? point + ('a' - 'A') : point;
	pthread_once(&once, open_unicode_locale);
	return (uint32_t)towlower_l((wint_t)point, unicode_locale);
}

bool _kc_cf_is_space(uint32_t point)
{
	for (size_t i = 0; i < COUNT_OF(spaces); i++)
		if (point >= spaces[i].first && point <= spaces[i].last)
			return true;
	return false;
}
