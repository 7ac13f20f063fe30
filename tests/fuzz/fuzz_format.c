/* SPDX-License-Identifier: ISC */
/*
 * Formats, in two ways. Any text as a format, whose arguments are good for every conversion. And a
 * conversion made from the input, with an argument of its type, which must read as printf's.
 */
#include <CoreFoundation/CoreFoundation.h>

#include "tests/fuzz/fuzz.h"

static void must(bool condition)
{
	if (!condition)
		abort();
}

/* --- any text -------------------------------------------------------------------------------- */

/* Widths come from nowhere but the text, and are not so large that memory would not do. */
static bool is_modest(const uint8_t *bytes, size_t len)
{
	size_t digits = 0;

	for (size_t i = 0; i < len; i++) {
		digits = bytes[i] >= '0' && bytes[i] <= '9' ? digits + 1 : 0;
		if (digits > 3 || bytes[i] == '*')
			return false;
	}
	return true;
}

/*
 * An object begins with a word of 0: read as a C string or as UTF-16 it is empty. Floating-point
 * numbers come in registers of their own where there are such; elsewhere they are any numbers.
 */
#define FOUR(x) x, x, x, x
#define SIXTEEN(x) FOUR(x), FOUR(x), FOUR(x), FOUR(x)
#define MANY(x) SIXTEEN(x), SIXTEEN(x), SIXTEEN(x), SIXTEEN(x), SIXTEEN(x), SIXTEEN(x), SIXTEEN(x)

static void any_text(const uint8_t *bytes, size_t len)
{
	CFStringRef format, made, object = CFSTR("object");

	if (len > 100 || !is_modest(bytes, len))
		return;
	format = CFStringCreateWithBytes(NULL, bytes, (CFIndex)len, kCFStringEncodingUTF8, false);
	if (!format)
		return;
	made = CFStringCreateWithFormat(NULL, NULL, format, FOUR(1.5), FOUR(-2e10), MANY(object),
		MANY(object), MANY(object));
	must(made != NULL);
	if (!memchr(bytes, '%', len))
		must(CFEqual(made, format));
	CFRelease(made);
	CFRelease(format);
}

/* --- as printf ------------------------------------------------------------------------------- */

/* clang-format off */
static const char *const flags[] = {"", "-", "+", " ", "0", "#", "-+", "0+", "-#", "+ 0#-"};
static const char *const sizes[] = {"", "hh", "h", "l", "ll", "j", "z", "t"};
static const char integers[] = "diuoxX";
static const char reals[] = "fFeEgGaA";
/* clang-format on */

struct input {
	const uint8_t *at, *end;
};

static unsigned take(struct input *input, unsigned below)
{
	return input->at < input->end ? *input->at++ % below : 0;
}

static uint64_t take_number(struct input *input)
{
	uint64_t number = 0;

	for (int i = 0; i < 8; i++)
		number = number << 8 | take(input, 256);
	return number;
}

/* "%", flags, width, precision. */
static void begin(struct input *input, char format[64])
{
	unsigned width = take(input, 40), precision = take(input, 40);

	snprintf(format, 64, "%%%s", flags[take(input, sizeof flags / sizeof flags[0])]);
	if (width > 10)
		snprintf(format + strlen(format), 64 - strlen(format), "%u", width - 10);
	if (precision > 10)
		snprintf(format + strlen(format), 64 - strlen(format), ".%u", precision - 10);
}

static void same(const char *format, const char *wanted, ...)
{
	CFStringRef text = CFStringCreateWithCString(NULL, format, kCFStringEncodingUTF8), made;
	va_list list;

	va_start(list, wanted);
	made = CFStringCreateWithFormatAndArguments(NULL, NULL, text, list);
	va_end(list);
	must(made && strcmp(CFStringGetCStringPtr(made, kCFStringEncodingUTF8), wanted) == 0);
	CFRelease(made);
	CFRelease(text);
}

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
static void as_printf(struct input *input)
{
	char format[64], wanted[1024];
	size_t length, size = take(input, sizeof sizes / sizeof sizes[0]);
	unsigned kind = take(input, 3);
	double real;

	begin(input, format);
	length = strlen(format);
	if (kind == 0) {
		uint64_t number = take_number(input);

		snprintf(format + length, sizeof format - length, "%s%c", sizes[size],
			integers[take(input, sizeof integers - 1)]);
		if (size < 3) {
			snprintf(wanted, sizeof wanted, format, (int)number);
			same(format, wanted, (int)number);
		} else {
			snprintf(wanted, sizeof wanted, format, number);
			same(format, wanted, number);
		}
	} else if (kind == 1) {
		uint64_t bits = take_number(input);

		memcpy(&real, &bits, sizeof real);
		snprintf(format + length, sizeof format - length, "%c",
			reals[take(input, sizeof reals - 1)]);
		snprintf(wanted, sizeof wanted, format, real);
		same(format, wanted, real);
	} else {
		snprintf(format + length, sizeof format - length, "s");
		if (!strpbrk(format, "+ 0#")) { /* printf's say nothing about text */
			snprintf(wanted, sizeof wanted, format, "keychain access");
			same(format, wanted, "keychain access");
		}
	}
}
#pragma GCC diagnostic pop

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	struct input input = {bytes, bytes + len};

	any_text(bytes, len);
	for (int i = 0; i < 8 && input.at < input.end; i++)
		as_printf(&input);
	return 0;
}
