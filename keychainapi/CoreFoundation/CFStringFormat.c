/* SPDX-License-Identifier: ISC */
/*
 * Strings from a format and arguments.
 *
 * Numbers are printed by libc; text and objects are put in place here, since their widths count
 * characters and not bytes.
 */
#include "keychainapi/CoreFoundation/cf_format.h"
#include "keychainapi/CoreFoundation/cf_string.h"

/* One conversion with all that it needs. */
struct job {
	CFMutableStringRef string;
	const struct _kc_cf_format_spec *spec;
	const struct _kc_cf_format_argument *argument;
	int width;
	int precision; /* -1 for none */
};

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
	_kc_cf_string_append_text(string, (const UInt8 *)text, length);
	explicit_bzero(text, (size_t)length);
	if (text != small)
		free(text);
}

/* The arguments after the size are the width, the precision and the value. */
static void append_number(const struct job *job, const char *size, ...)
{
	char format[16];
	locale_t c_locale = newlocale(LC_ALL_MASK, "C", (locale_t)0);
	locale_t before = uselocale(c_locale); /* for the decimal point */
	va_list list;

	snprintf(format, sizeof format, "%%%s*.*%s%c", job->spec->flags, size,
		job->spec->conversion);
	va_start(list, size);
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral" /* flags have no other way in */
	append_vprintf(job->string, format, list);
#pragma GCC diagnostic pop
	va_end(list);
	uselocale(before);
	freelocale(c_locale);
}

/* The bits of the argument that are its own, as the largest type. */
static uintmax_t cut_integer(intmax_t value, enum _kc_cf_format_size size, bool is_signed)
{
	switch (size) {
	case KC_CF_SIZE_CHAR:
		return is_signed ? (uintmax_t)(signed char)value : (unsigned char)value;
	case KC_CF_SIZE_SHORT:
		return is_signed ? (uintmax_t)(short)value : (unsigned short)value;
	case KC_CF_SIZE_INT:
	case KC_CF_SIZE_LONG_DOUBLE:
		return is_signed ? (uintmax_t)(int)value : (unsigned int)value;
	case KC_CF_SIZE_LONG:
		return is_signed ? (uintmax_t)(long)value : (unsigned long)value;
	case KC_CF_SIZE_SIZE:
	case KC_CF_SIZE_PTRDIFF:
		return is_signed ? (uintmax_t)(ssize_t)value : (size_t)value;
	case KC_CF_SIZE_LONG_LONG:
	case KC_CF_SIZE_MAX:
		break;
	}
	return (uintmax_t)value;
}

static void append_integer(const struct job *job)
{
	bool is_signed = job->spec->conversion == 'd' || job->spec->conversion == 'i';
	uintmax_t value = cut_integer(job->argument->integer, job->spec->size, is_signed);

	if (is_signed)
		append_number(job, "j", job->width, job->precision, (intmax_t)value);
	else
		append_number(job, "j", job->width, job->precision, value);
}

static void append_real(const struct job *job)
{
	if (job->argument->kind == KC_CF_ARGUMENT_LONG_DOUBLE)
		append_number(job, "L", job->width, job->precision, job->argument->long_real);
	else
		append_number(job, "", job->width, job->precision, job->argument->real);
}

/* --- text ------------------------------------------------------------------------------------ */

static void append_spaces(CFMutableStringRef string, CFIndex count)
{
	for (; count > 0; count--)
		_kc_cf_string_append_text(string, (const UInt8 *)" ", 1);
}

/* Cut to the precision, padded to the width. */
static void fit_text(const struct job *job, CFStringRef text)
{
	bool left = strchr(job->spec->flags, '-') || job->width < 0;
	CFIndex width = job->width < 0 ? -(CFIndex)job->width : job->width;
	CFIndex units = _kc_cf_string_units(text), into, size;

	if (job->precision >= 0 && job->precision < units)
		units = job->precision;
	size = _kc_cf_string_offset(text, units, &into);
	if (!left)
		append_spaces(job->string, width - (units - into));
	_kc_cf_string_append_text(job->string, text->utf8.start, size);
	if (left)
		append_spaces(job->string, width - (units - into));
}

static void fit_and_release(const struct job *job, CFStringRef text)
{
	KC_CF_REQUIRE(text, "there is no memory left");
	fit_text(job, text);
	CFRelease(text);
}

static void append_object(const struct job *job)
{
	fit_and_release(job, _kc_cf_copy_formatting(job->argument->pointer));
}

/* Bytes of UTF-8, faulty ones becoming U+FFFD. */
static void append_bytes(const struct job *job, const char *bytes, size_t count)
{
	CFMutableStringRef text = CFStringCreateMutable(NULL, (CFIndex)count);

	KC_CF_REQUIRE(text, "there is no memory left");
	for (size_t i = 0; i < count;) {
		uint32_t point = KC_CF_REPLACEMENT_CHARACTER;
		UInt8 utf8[4];
		size_t step = _kc_cf_utf8_decode((const UInt8 *)bytes + i, count - i, &point);

		i += step ? step : 1;
		_kc_cf_string_append_text(text, utf8, _kc_cf_text_encode(point, utf8));
	}
	fit_and_release(job, text); /* a precision limited the bytes: there are no more units */
}

static void append_c_string(const struct job *job)
{
	const char *bytes = job->argument->pointer;

	if (!bytes)
		bytes = "(null)";
	append_bytes(job, bytes,
		job->precision < 0 ? strlen(bytes) : strnlen(bytes, (size_t)job->precision));
}

static void append_characters(const struct job *job)
{
	const UniChar *characters = job->argument->pointer;
	CFIndex count = 0;

	if (!characters) {
		append_bytes(job, "(null)", strlen("(null)"));
		return;
	}
	while ((job->precision < 0 || count < job->precision) && characters[count])
		count++;
	fit_and_release(job, CFStringCreateWithCharacters(NULL, characters, count));
}

static void append_byte(const struct job *job)
{
	char byte = (char)job->argument->integer;

	append_bytes(job, &byte, 1);
}

static void append_character(const struct job *job)
{
	UniChar character = (UniChar)job->argument->integer;

	fit_and_release(job, CFStringCreateWithCharacters(NULL, &character, 1));
}

static void append_pointer(const struct job *job)
{
	uintptr_t value = (uintptr_t)job->argument->pointer;
	char text[2 + 2 * sizeof value + 1];
	int length = snprintf(text, sizeof text, "0x%" PRIxPTR, value);

	append_bytes(job, text, (size_t)length);
}

static void append_percent(const struct job *job)
{
	_kc_cf_string_append_text(job->string, (const UInt8 *)"%", 1);
}

/* --- the whole format ------------------------------------------------------------------------ */

/* clang-format off */
static const struct {
	const char *conversions;
	void (*append)(const struct job *job);
} appenders[] = {
	{"diuoxX",   append_integer},
	{"fFeEgGaA", append_real},
	{"@",        append_object},
	{"s",        append_c_string},
	{"S",        append_characters},
	{"c",        append_byte},
	{"C",        append_character},
	{"p",        append_pointer},
	{"%",        append_percent},
};
/* clang-format on */

static void append_conversion(CFMutableStringRef string, const struct _kc_cf_format *format,
	const struct _kc_cf_format_spec *spec)
{
	struct job job = {
		.string = string,
		.spec = spec,
		.argument = spec->argument ? &format->arguments[spec->argument - 1] : NULL,
		.width = _kc_cf_format_value(format, &spec->width),
		.precision = _kc_cf_format_value(format, &spec->precision),
	};

	if (!spec->conversion) {
		_kc_cf_string_append_text(
			string, (const UInt8 *)spec->start, spec->end - spec->start);
		return;
	}
	if (job.precision < 0)
		job.precision = -1;
	for (size_t i = 0; i < sizeof appenders / sizeof appenders[0]; i++)
		if (strchr(appenders[i].conversions, spec->conversion))
			appenders[i].append(&job);
}

static void append_format(CFMutableStringRef string, CFStringRef text, va_list list)
{
	const char *at = (const char *)text->utf8.start;
	const char *end = at + text->utf8.length;
	struct _kc_cf_format format;

	_kc_cf_format_init(&format, at, (size_t)text->utf8.length);
	_kc_cf_format_take(&format, list);
	for (size_t i = 0; i < format.spec_count; i++) {
		_kc_cf_string_append_text(string, (const UInt8 *)at, format.specs[i].start - at);
		append_conversion(string, &format, &format.specs[i]);
		at = format.specs[i].end;
	}
	_kc_cf_string_append_text(string, (const UInt8 *)at, end - at);
	_kc_cf_format_done(&format);
}

void CFStringAppendFormatAndArguments(
	CFMutableStringRef string, CFDictionaryRef options, CFStringRef format, va_list list)
{
	CFStringRef kept;

	(void)options;
	KC_CF_REQUIRE_MUTABLE(string, CFString);
	kept = CFStringCreateCopy(NULL, format); /* it may be the string that grows */
	KC_CF_REQUIRE(kept, "there is no memory left");
	append_format(string, kept, list);
	CFRelease(kept);
}

CFStringRef CFStringCreateWithFormatAndArguments(
	CFAllocatorRef allocator, CFDictionaryRef options, CFStringRef format, va_list list)
{
	CFMutableStringRef string = CFStringCreateMutable(allocator, 0);

	if (string)
		CFStringAppendFormatAndArguments(string, options, format, list);
	return _kc_cf_freeze(string);
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
