/* SPDX-License-Identifier: ISC */
/*
 * Strings from a format and arguments.
 *
 * A conversion is read into a struct spec, its argument fetched by type; numbers are then printed
 * by libc, text and objects put in place here, since their widths count characters and not bytes.
 */
#include "keychainapi/CoreFoundation/cf_string.h"

enum size {
	SIZE_INT,
	SIZE_CHAR,
	SIZE_SHORT,
	SIZE_LONG,
	SIZE_LONG_LONG,
	SIZE_MAX_T,
	SIZE_SIZE_T,
	SIZE_PTRDIFF_T,
	SIZE_LONG_DOUBLE,
};

/* clang-format off */
static const struct {
	char text[3];
	enum size size;
} sizes[] = { /* the longer ones first */
	{"hh", SIZE_CHAR},      {"h", SIZE_SHORT},  {"ll", SIZE_LONG_LONG},   {"l", SIZE_LONG},
	{"q", SIZE_LONG_LONG},  {"j", SIZE_MAX_T},  {"z", SIZE_SIZE_T},       {"t", SIZE_PTRDIFF_T},
	{"L", SIZE_LONG_DOUBLE},
};
/* clang-format on */

struct spec {
	char flags[6]; /* some of "-+ #0", each once */
	int width;     /* 0 for none */
	int precision; /* -1 for none */
	enum size size;
	char conversion;
};

/* A va_list that functions can share: it may be an array type, which no pointer can point to. */
struct arguments {
	va_list list;
};

/* --- reading a conversion -------------------------------------------------------------------- */

/* All strings end in a NUL, which is no flag, digit or modifier: no other limit is needed. */
static const char *parse_number(const char *at, struct arguments *arguments, int *ret_number)
{
	int number = 0;

	if (*at == '*') {
		*ret_number = va_arg(arguments->list, int);
		return at + 1;
	}
	for (; *at >= '0' && *at <= '9'; at++)
		number = number > INT_MAX / 10 - 1 ? INT_MAX : number * 10 + (*at - '0');
	*ret_number = number;
	return at;
}

static const char *parse_flags(const char *at, char ret_flags[6])
{
	size_t count = 0;

	for (; *at && strchr("-+ #0", *at); at++)
		if (!memchr(ret_flags, *at, count))
			ret_flags[count++] = *at;
	ret_flags[count] = 0;
	return at;
}

static const char *parse_size(const char *at, enum size *ret_size)
{
	for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
		size_t length = strlen(sizes[i].text);

		if (strncmp(at, sizes[i].text, length) == 0) {
			*ret_size = sizes[i].size;
			return at + length;
		}
	}
	*ret_size = SIZE_INT;
	return at;
}

/* at stands behind the %; returns where the conversion character stands. */
static const char *parse_spec(const char *at, struct arguments *arguments, struct spec *ret_spec)
{
	at = parse_flags(at, ret_spec->flags);
	at = parse_number(at, arguments, &ret_spec->width);
	ret_spec->precision = -1;
	if (*at == '.')
		at = parse_number(at + 1, arguments, &ret_spec->precision);
	if (ret_spec->precision < 0)
		ret_spec->precision = -1;
	at = parse_size(at, &ret_spec->size);
	ret_spec->conversion = *at;
	return at;
}

/* --- numbers --------------------------------------------------------------------------------- */

static void __attribute__((format(printf, 2, 0)))
append_vprintf(CFMutableStringRef string, const char *format, va_list list)
{
	char small[128], *text = small;
	va_list again;
	int length;

	va_copy(again, list);
	length = vsnprintf(small, sizeof small, format, list);
	KC_CF_REQUIRE(length >= 0, "a width is too large");
	if ((size_t)length >= sizeof small) {
		text = _kc_cf_must_alloc((size_t)length + 1, 1);
		vsnprintf(text, (size_t)length + 1, format, again);
	}
	va_end(again);
	_kc_cf_string_append_utf8(string, (const UInt8 *)text, length);
	explicit_bzero(text, (size_t)length);
	if (text != small)
		free(text);
}

/* The arguments after the spec are its width, its precision and the value. */
static void append_number(CFMutableStringRef string, const struct spec *spec, const char *size, ...)
{
	char format[16];
	locale_t c_locale = newlocale(LC_ALL_MASK, "C", (locale_t)0);
	locale_t before = uselocale(c_locale); /* for the decimal point */
	va_list list;

	snprintf(format, sizeof format, "%%%s*.*%s%c", spec->flags, size, spec->conversion);
	va_start(list, size);
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral" /* flags have no other way in */
	append_vprintf(string, format, list);
#pragma GCC diagnostic pop
	va_end(list);
	uselocale(before);
	freelocale(c_locale);
}

static uintmax_t take_integer(struct arguments *arguments, enum size size, bool is_signed)
{
	switch (size) {
	case SIZE_CHAR: {
		int value = va_arg(arguments->list, int);
		return is_signed ? (uintmax_t)(signed char)value : (unsigned char)value;
	}
	case SIZE_SHORT: {
		int value = va_arg(arguments->list, int);
		return is_signed ? (uintmax_t)(short)value : (unsigned short)value;
	}
	case SIZE_INT:
	case SIZE_LONG_DOUBLE: {
		int value = va_arg(arguments->list, int);
		return is_signed ? (uintmax_t)value : (unsigned int)value;
	}
	case SIZE_LONG: {
		long value = va_arg(arguments->list, long);
		return is_signed ? (uintmax_t)value : (unsigned long)value;
	}
	case SIZE_LONG_LONG:
		return (uintmax_t)va_arg(arguments->list, long long);
	case SIZE_MAX_T:
		return va_arg(arguments->list, uintmax_t);
	case SIZE_SIZE_T:
	case SIZE_PTRDIFF_T: {
		ptrdiff_t value = va_arg(arguments->list, ptrdiff_t);
		return is_signed ? (uintmax_t)value : (size_t)value;
	}
	}
	return 0;
}

static void append_integer(
	CFMutableStringRef string, const struct spec *spec, struct arguments *arguments)
{
	bool is_signed = spec->conversion == 'd' || spec->conversion == 'i';
	uintmax_t value = take_integer(arguments, spec->size, is_signed);

	if (is_signed)
		append_number(string, spec, "j", spec->width, spec->precision, (intmax_t)value);
	else
		append_number(string, spec, "j", spec->width, spec->precision, value);
}

static void append_real(
	CFMutableStringRef string, const struct spec *spec, struct arguments *arguments)
{
	if (spec->size == SIZE_LONG_DOUBLE)
		append_number(string, spec, "L", spec->width, spec->precision,
			va_arg(arguments->list, long double));
	else
		append_number(string, spec, "", spec->width, spec->precision,
			va_arg(arguments->list, double));
}

/* --- text ------------------------------------------------------------------------------------ */

static void append_spaces(CFMutableStringRef string, CFIndex count)
{
	for (; count > 0; count--)
		_kc_cf_string_append_utf8(string, (const UInt8 *)" ", 1);
}

/* Cut to the precision, padded to the width. */
static void fit_text(CFMutableStringRef string, const struct spec *spec, CFStringRef text)
{
	bool left = strchr(spec->flags, '-') || spec->width < 0;
	CFIndex width = spec->width < 0 ? -(CFIndex)spec->width : spec->width;
	CFIndex units = text->units, into, size;

	if (spec->precision >= 0 && spec->precision < units)
		units = spec->precision;
	size = _kc_cf_string_offset(text, units, &into);
	if (!left)
		append_spaces(string, width - (units - into));
	_kc_cf_string_append_utf8(string, text->utf8.start, size);
	if (left)
		append_spaces(string, width - (units - into));
}

static void append_object(
	CFMutableStringRef string, const struct spec *spec, struct arguments *arguments)
{
	CFStringRef text = _kc_cf_copy_formatting(va_arg(arguments->list, CFTypeRef));

	KC_CF_REQUIRE(text, "there is no memory left");
	fit_text(string, spec, text);
	CFRelease(text);
}

static void append_bytes(
	CFMutableStringRef string, const struct spec *spec, const char *bytes, size_t count)
{
	CFMutableStringRef text = CFStringCreateMutable(NULL, (CFIndex)count);

	KC_CF_REQUIRE(text, "there is no memory left");
	for (size_t i = 0; i < count;) {
		uint32_t point = KC_CF_REPLACEMENT_CHARACTER;
		UInt8 utf8[4];
		size_t step = _kc_cf_utf8_decode((const UInt8 *)bytes + i, count - i, &point);

		i += step ? step : 1;
		_kc_cf_string_append_utf8(text, utf8, (CFIndex)_kc_cf_utf8_encode(point, utf8));
	}
	fit_text(string, spec, text); /* a precision limited the bytes: there are no more units */
	CFRelease(text);
}

static void append_c_string(
	CFMutableStringRef string, const struct spec *spec, struct arguments *arguments)
{
	const char *bytes = va_arg(arguments->list, const char *);

	if (!bytes)
		bytes = "(null)";
	append_bytes(string, spec, bytes,
		spec->precision < 0 ? strlen(bytes) : strnlen(bytes, (size_t)spec->precision));
}

static void append_character(
	CFMutableStringRef string, const struct spec *spec, struct arguments *arguments)
{
	char byte = (char)va_arg(arguments->list, int);

	append_bytes(string, spec, &byte, 1);
}

static void append_pointer(
	CFMutableStringRef string, const struct spec *spec, struct arguments *arguments)
{
	uintptr_t value = (uintptr_t)va_arg(arguments->list, void *);
	char text[2 + 2 * sizeof value + 1];
	int length = snprintf(text, sizeof text, "0x%" PRIxPTR, value);

	append_bytes(string, spec, text, (size_t)length);
}

static void append_percent(
	CFMutableStringRef string, const struct spec *spec, struct arguments *arguments)
{
	(void)spec;
	(void)arguments;
	_kc_cf_string_append_utf8(string, (const UInt8 *)"%", 1);
}

/* --- the whole format ------------------------------------------------------------------------ */

/* clang-format off */
static const struct {
	const char *conversions;
	void (*append)(CFMutableStringRef string, const struct spec *spec, struct arguments *arguments);
} conversions[] = {
	{"diuoxX",   append_integer},
	{"fFeEgGaA", append_real},
	{"@",        append_object},
	{"s",        append_c_string},
	{"c",        append_character},
	{"p",        append_pointer},
	{"%",        append_percent},
};
/* clang-format on */

static bool append_conversion(
	CFMutableStringRef string, const struct spec *spec, struct arguments *arguments)
{
	if (!spec->conversion)
		return false;
	for (size_t i = 0; i < sizeof conversions / sizeof conversions[0]; i++)
		if (strchr(conversions[i].conversions, spec->conversion)) {
			conversions[i].append(string, spec, arguments);
			return true;
		}
	return false;
}

static void append_format(
	CFMutableStringRef string, CFStringRef format, struct arguments *arguments)
{
	const char *at = (const char *)format->utf8.start;
	const char *end = at + format->utf8.length;

	while (at < end) {
		const char *percent = memchr(at, '%', (size_t)(end - at));
		const char *stop = percent ? percent : end;
		struct spec spec;

		_kc_cf_string_append_utf8(string, (const UInt8 *)at, stop - at);
		if (!percent)
			break;
		at = parse_spec(percent + 1, arguments, &spec);
		if (append_conversion(string, &spec, arguments))
			at++;
		else
			_kc_cf_string_append_utf8(string, (const UInt8 *)percent, at - percent);
	}
}

void CFStringAppendFormatAndArguments(
	CFMutableStringRef string, CFDictionaryRef options, CFStringRef format, va_list list)
{
	struct arguments arguments;
	CFStringRef kept;

	(void)options;
	KC_CF_REQUIRE_MUTABLE(string, CFString);
	kept = CFStringCreateCopy(NULL, format); /* it may be the string that grows */
	KC_CF_REQUIRE(kept, "there is no memory left");
	va_copy(arguments.list, list);
	append_format(string, kept, &arguments);
	va_end(arguments.list);
	CFRelease(kept);
}

CFStringRef CFStringCreateWithFormatAndArguments(
	CFAllocatorRef allocator, CFDictionaryRef options, CFStringRef format, va_list list)
{
	CFMutableStringRef string = CFStringCreateMutable(allocator, 0);

	if (string)
		CFStringAppendFormatAndArguments(string, options, format, list);
	return _kc_cf_string_freeze(string);
}

CFStringRef CFStringCreateWithFormat(
	CFAllocatorRef allocator, CFDictionaryRef options, CFStringRef format, ...)
{
	CFStringRef string;
	va_list list;

	va_start(list, format);
	string = CFStringCreateWithFormatAndArguments(allocator, options, format, list);
	va_end(list);
	return string;
}

void CFStringAppendFormat(
	CFMutableStringRef string, CFDictionaryRef options, CFStringRef format, ...)
{
	va_list list;

	va_start(list, format);
	CFStringAppendFormatAndArguments(string, options, format, list);
	va_end(list);
}
