/* SPDX-License-Identifier: ISC */
/* Formats: against printf where printf has the conversion, and by hand for the rest. */
#include "tests/keychainapi/cf/cf_check.h"

#define E_ACUTE "\xC3\xA9"
#define EMOJI "\xF0\x9F\x94\x91"
#define LOST "\xEF\xBF\xBD"

static CFStringRef format(const char *text, ...)
{
	CF_OWNED CFStringRef string = cf_string(text);
	CFStringRef made;
	va_list list;

	va_start(list, text);
	made = CFStringCreateWithFormatAndArguments(NULL, NULL, string, list);
	va_end(list);
	return made;
}

/* The same format and arguments through both. */
#define AS_PRINTF(...)                                                    \
	do {                                                              \
		char wanted[512];                                         \
		snprintf(wanted, sizeof wanted, __VA_ARGS__);             \
		CHECK_MSG(cf_gives(format(__VA_ARGS__), wanted), wanted); \
	} while (0)

static void integers_as_printf(void)
{
	AS_PRINTF("%d %i %u %o %x %X", -5, 5, 6u, 8u, 0xabcu, 0xABCu);
	AS_PRINTF("%ld %lu %lx", LONG_MIN, ULONG_MAX, 0xfeedL);
	AS_PRINTF("%lld %llu %llX", LLONG_MIN, ULLONG_MAX, 0x1234567890abcdefULL);
	AS_PRINTF("%hhd %hhu %hd %hu", (signed char)-1, (unsigned char)255, (short)-2,
		(unsigned short)65535);
	AS_PRINTF("%jd %ju %zu %zd %td", INTMAX_MIN, UINTMAX_MAX, SIZE_MAX, (ssize_t)-1,
		(ptrdiff_t)-9);
	AS_PRINTF("%5d|%-5d|%05d|%+d|% d|%#x|%#o", 42, 42, 42, 42, 42, 42u, 42u);
	AS_PRINTF("%.3d|%8.3d|%-8.3d|%+.0d", 7, 7, 7, 0);
	AS_PRINTF("%*d|%-*d|%*d|%.*d", 6, 1, 6, 2, -6, 3, 4, 5);
	AS_PRINTF("%.*d", -1, 5);
	AS_PRINTF("%200d", 1); /* more than fits on the stack */
	CHECK(cf_gives(format("%qd", 5LL), "5"));
	CHECK(cf_gives(format("%hhd %hd", 257, 65537), "1 1")); /* cut to their types */
}

static void reals_as_printf(void)
{
	AS_PRINTF("%f %e %g %G %E %F", 3.5, 3.5, 3.5, 1e-10, 2.5, 1.25);
	AS_PRINTF("%a %A", 1.0, 0.1);
	AS_PRINTF("%.2f|%10.3f|%-10.1e|%+g|%08.2f", 3.14159, 2.71828, 1234.5, 1.0, -2.5);
	AS_PRINTF("%Lf %Lg", 1.25L, 1e300L);
	AS_PRINTF("%f %f", (double)INFINITY, (double)-INFINITY);
}

/* A locale with a decimal comma must not change it; skipped where none is installed. */
static void reals_ignore_the_locale(void)
{
	char decimal[8];

	CHECK(cf_gives(format("%.1f", 0.5), "0.5"));
	CHECK(uselocale((locale_t)0) == LC_GLOBAL_LOCALE); /* the thread's is as it was */

	if (!setlocale(LC_NUMERIC, "de_DE.UTF-8") && !setlocale(LC_NUMERIC, "fr_FR.UTF-8"))
		return;
	snprintf(decimal, sizeof decimal, "%.1f", 0.5);
	CHECK(strcmp(decimal, "0,5") == 0);
	CHECK(cf_gives(format("%.1f", 0.5), "0.5"));
	snprintf(decimal, sizeof decimal, "%.1f", 0.5);
	CHECK(strcmp(decimal, "0,5") == 0); /* and ours did not change theirs */
	setlocale(LC_NUMERIC, "C");
}

static void texts(void)
{
	AS_PRINTF("%s|%5s|%-5s|%.2s|%c|%5c|%%", "abc", "ab", "ab", "abc", 'x', 'y');
	CHECK(cf_gives(format("[%s]", (const char *)NULL), "[(null)]"));
	CHECK(cf_gives(format("%s", "\xFF"
				    "a"
				    "\xC3"),
		LOST "a" LOST));
	CHECK(cf_gives(format("%c", 0xE9), LOST));
	/* widths count characters */
	CHECK(cf_gives(format("%3s|%-3s|", E_ACUTE, E_ACUTE), "  " E_ACUTE "|" E_ACUTE "  |"));
	/* the precision of %s is a limit on bytes read: nothing behind them is */
	CHECK(cf_gives(format("%.*s", 2, (const char[]){'a', 'b'}), "ab"));
	CHECK(cf_gives(format("%p|%p", (void *)NULL, (void *)0x1f), "0x0|0x1f"));
	CHECK(cf_gives(format("%8p|", (void *)0x1f), "    0x1f|"));
}

static void objects(void)
{
	CF_OWNED CFNumberRef integer = cf_int(-12);
	double half = 0.5, third = 1.0 / 3, nothing = -0.0;
	float tenth = 0.1F;
	CF_OWNED CFNumberRef real = CFNumberCreate(NULL, kCFNumberDoubleType, &half);
	CF_OWNED CFNumberRef precise = CFNumberCreate(NULL, kCFNumberDoubleType, &third);
	CF_OWNED CFNumberRef narrow = CFNumberCreate(NULL, kCFNumberFloatType, &tenth);
	CF_OWNED CFNumberRef zero = CFNumberCreate(NULL, kCFNumberDoubleType, &nothing);
	CF_OWNED CFStringRef text = cf_string("te" E_ACUTE EMOJI);
	CF_OWNED CFDateRef date = CFDateCreate(NULL, 0);
	CF_OWNED CFStringRef description = CFCopyDescription(date);

	CHECK(cf_gives(format("%@", text), "te" E_ACUTE EMOJI));
	CHECK(cf_gives(format("<%@> <%@>", text, integer), "<te" E_ACUTE EMOJI "> <-12>"));
	CHECK(cf_gives(format("%@", NULL), "(null)"));
	CHECK(cf_gives(
		format("%@ %@ %@", kCFBooleanTrue, kCFBooleanFalse, kCFNull), "true false <null>"));
	CHECK(cf_gives(format("%@ %@ %@", real, precise, narrow), "0.5 0.33333333333333331 0.1"));
	CHECK(cf_gives(format("%@", zero), "0.0"));
	CHECK(cf_gives(
		format("%@", date), CFStringGetCStringPtr(description, kCFStringEncodingUTF8)));
	CHECK(cf_gives(format("%@ %@ %@", kCFNumberNaN, kCFNumberPositiveInfinity,
			       kCFNumberNegativeInfinity),
		"nan +infinity -infinity"));
	CHECK(cf_gives(
		format("%7@|%-7@|", text, text), "  te" E_ACUTE EMOJI "|te" E_ACUTE EMOJI "  |"));
	CHECK(cf_gives(format("%.3@|%.4@|", text, text), "te" E_ACUTE "|te" E_ACUTE "|"));
}

static void strange_formats(void)
{
	static const struct {
		const char *format, *result;
	} wanted[] = {{"", ""}, {"plain", "plain"}, {"100%", "100%"}, {"%", "%"}, {"%5", "%5"},
		{"%k", "%k"}, {"a%-5kb", "a%-5kb"}, {"%%%%", "%%"}, {"%n", "%n"},
		{"%" E_ACUTE, "%" E_ACUTE}, {"%l", "%l"}, {"%.", "%."}, {"%0$d", "%0$d"},
		{"%100$d|", "%100$d|"}, {"%$d", "%$d"}};

	for (size_t i = 0; i < KC_COUNT_OF(wanted); i++)
		CHECK_MSG(cf_gives(format(wanted[i].format, 1, 2), wanted[i].result),
			wanted[i].format);
	CHECK(cf_gives(format("%--++00  ##5d", 3), "+3   "));
}

/* As translated texts have them: in another order, or one twice. */
static void positions(void)
{
	CF_OWNED CFStringRef text = cf_string("text");

	AS_PRINTF("%2$d %1$d", 1, 2);
	AS_PRINTF("%1$s and %1$s", "twice");
	AS_PRINTF("%3$s %1$ld %2$.1f", 5L, 2.5, "last");
	AS_PRINTF("%2$*1$d|", 5, 42);
	AS_PRINTF("%3$.*1$f|%2$c", 2, 'x', 1.0);
	CHECK(cf_gives(format("%2$@ has %1$d", 7, text), "text has 7"));
	/* one argument cannot be of two types */
	CHECK(cf_gives(format("%1$d %1$@ %1$.1f|", 5), "5 %1$@ %1$.1f|"));
	CHECK(cf_gives(format("%2$d", 1, 2), "2")); /* one that nobody names is an int */
}

static void apples_own_conversions(void)
{
	static const UniChar characters[] = {'a', 0xE9, 0xD83D, 0xDD11, 0};

	CHECK(cf_gives(
		format("%S|%.2S|", characters, characters), "a" E_ACUTE EMOJI "|a" E_ACUTE "|"));
	CHECK(cf_gives(format("%S", (const UniChar *)NULL), "(null)"));
	CHECK(cf_gives(format("[%C%C%3C]", 0xD83D, 0xDD11, 'x'), "[" EMOJI "  x]"));
	CHECK(cf_gives(format("%D %U %O", -5L, 5UL, 8UL), "-5 5 10"));
	CHECK(cf_gives(format("%'d", 1000), "1000"));
}

static void formats_append(void)
{
	CF_OWNED CFMutableStringRef string = CFStringCreateMutable(NULL, 0);
	CF_OWNED CFStringRef with_nul = CFStringCreateWithBytes(
		NULL, (const UInt8 *)"a\0%d", 4, kCFStringEncodingUTF8, false);
	CF_OWNED CFStringRef made = CFStringCreateWithFormat(NULL, NULL, with_nul, 7);

	CFStringAppendFormat(string, NULL, CFSTR("%d-"), 1);
	CFStringAppendFormat(string, NULL, CFSTR("%@"), CFSTR("x"));
	CHECK(cf_reads(string, "1-x") && CFStringGetLength(string) == 3);
	CFStringAppendFormat(string, NULL, CFSTR("%@"), string);
	CHECK(cf_reads(string, "1-x1-x"));
	CFStringReplaceAll(string, CFSTR("%@"));
	CFStringAppendFormat(string, NULL, string, CFSTR("y"));
	CHECK(cf_reads(string, "%@y"));
	CHECK(CFStringGetLength(made) == 3 && CFStringGetCharacterAtIndex(made, 2) == '7');
}

int main(void)
{
	static const struct check_test tests[] = {
		CHECK_TEST(integers_as_printf),
		CHECK_TEST(reals_as_printf),
		CHECK_TEST(reals_ignore_the_locale),
		CHECK_TEST(texts),
		CHECK_TEST(objects),
		CHECK_TEST(strange_formats),
		CHECK_TEST(positions),
		CHECK_TEST(apples_own_conversions),
		CHECK_TEST(formats_append),
	};

	return check_main("CoreFoundation: formats", tests, KC_COUNT_OF(tests));
}
