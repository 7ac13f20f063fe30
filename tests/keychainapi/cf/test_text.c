/* SPDX-License-Identifier: ISC */
/* What strings can do besides: case, padding, numbers, natural order, places, encodings' names. */
#include "tests/keychainapi/cf/cf_check.h"

#define E_ACUTE "\xC3\xA9"
#define EMOJI "\xF0\x9F\x94\x91"

static const CFStringEncoding utf8 = kCFStringEncodingUTF8;

/* --- case ------------------------------------------------------------------------------------ */

static void case_changes_letter_by_letter(void)
{
	static const struct {
		const char *text, *lower, *upper, *capital;
	} rows[] = {
		{"", "", "", ""},
		{"MiXed 1a", "mixed 1a", "MIXED 1A", "Mixed 1a"},
		{"\xC3\x89t" E_ACUTE, E_ACUTE "t" E_ACUTE, "\xC3\x89T\xC3\x89",
			"\xC3\x89t" E_ACUTE},
		{"don't STOP-now " EMOJI, "don't stop-now " EMOJI, "DON'T STOP-NOW " EMOJI,
			"Don't Stop-Now " EMOJI},
		{"\xCE\xA3\xCF\x83", "\xCF\x83\xCF\x83", "\xCE\xA3\xCE\xA3", "\xCE\xA3\xCF\x83"},
		{"stra\xC3\x9F"
		 "e",
			"stra\xC3\x9F"
			"e",
			"STRA\xC3\x9F"
			"E",
			"Stra\xC3\x9F"
			"e"},
	};

	for (size_t i = 0; i < KC_COUNT_OF(rows); i++) {
		CF_OWNED CFMutableStringRef string = CFStringCreateMutable(NULL, 0);

		CFStringAppendCString(string, rows[i].text, utf8);
		CFStringUppercase(string, NULL);
		CHECK_MSG(cf_reads(string, rows[i].upper), rows[i].text);
		CFStringReplaceAll(string, CFSTR(""));
		CFStringAppendCString(string, rows[i].text, utf8);
		CFStringCapitalize(string, NULL);
		CHECK_MSG(cf_reads(string, rows[i].capital), rows[i].text);
		CFStringLowercase(string, NULL);
		CHECK_MSG(cf_reads(string, rows[i].lower), rows[i].text);
	}
}

/* --- padding --------------------------------------------------------------------------------- */

static void padding_fills_or_cuts(void)
{
	static const struct {
		const char *text, *pad;
		CFIndex length, index;
		const char *result;
	} rows[] = {{"abc", ".", 9, 0, "abc......"}, {"abc", ". ", 9, 1, "abc . . ."},
		{"abc", NULL, 2, 0, "ab"}, {"abc", "x", 3, 0, "abc"}, {"abc", "x", 0, 0, ""},
		{"", "ab", 5, 0, "ababa"}, {E_ACUTE, EMOJI, 5, 0, E_ACUTE EMOJI EMOJI}};

	for (size_t i = 0; i < KC_COUNT_OF(rows); i++) {
		CF_OWNED CFMutableStringRef string = CFStringCreateMutable(NULL, 0);
		CF_OWNED CFStringRef pad = rows[i].pad ? cf_string(rows[i].pad) : NULL;

		CFStringAppendCString(string, rows[i].text, utf8);
		CFStringPad(string, pad, rows[i].length, rows[i].index);
		CHECK_MSG(cf_reads(string, rows[i].result), rows[i].result);
	}
}

static void a_string_pads_itself(void)
{
	CF_OWNED CFMutableStringRef string = CFStringCreateMutableCopy(NULL, 0, CFSTR("ab"));

	CFStringPad(string, string, 7, 1);
	CHECK(cf_reads(string, "abbabab"));
}

/* --- numbers --------------------------------------------------------------------------------- */

static void numbers_in_text(void)
{
	static const struct {
		const char *text;
		double value;
	} rows[] = {{"", 0}, {"x", 0}, {" 1.5kg", 1.5}, {"-2e3", -2000}, {"+.5", .5}, {"1e", 1},
		{"-", 0}, {".", 0}, {"0x10", 0}, {"nan", 0}, {"inf", 0}, {"1,5", 1},
		{"\xC2\xA0"
		 "7",
			7},
		{"1e400", (double)INFINITY}};

	for (size_t i = 0; i < KC_COUNT_OF(rows); i++) {
		CF_OWNED CFStringRef text = cf_string(rows[i].text);

		CHECK_MSG(CFStringGetDoubleValue(text) == rows[i].value, rows[i].text);
	}
}

/* --- order ----------------------------------------------------------------------------------- */

static void numbers_in_order(void)
{
	enum { N = kCFCompareNumerically, I = kCFCompareCaseInsensitive };
	static const struct {
		const char *a, *b;
		CFStringCompareFlags flags;
		CFComparisonResult order;
	} rows[] = {
		{"item 9", "item 10", N, -1},
		{"item 9", "item 10", 0, 1},
		{"item 09", "item 9", N, 0},
		{"item 09", "item 9", N | kCFCompareForcedOrdering, -1},
		{"a1b2", "a1b10", N, -1},
		{"2", "1000000000000000000000000", N, -1},
		{"10", "10a", N, -1},
		{"a", "1", N, 1},
		{"Item 9", "item 10", N | I, -1},
		{"A", "a", I, 0},
		{"A", "a", I | kCFCompareForcedOrdering, -1},
		{"abc", "ab", N, 1},
	};

	for (size_t i = 0; i < KC_COUNT_OF(rows); i++) {
		CF_OWNED CFStringRef a = cf_string(rows[i].a), b = cf_string(rows[i].b);

		CHECK_MSG(CFStringCompare(a, b, rows[i].flags) == rows[i].order, rows[i].a);
		CHECK_MSG(CFStringCompare(b, a, rows[i].flags) == -rows[i].order, rows[i].a);
	}
	CHECK(CFStringCompareWithOptionsAndLocale(
		      CFSTR("xb"), CFSTR("b"), CFRangeMake(1, 1), 0, NULL) == kCFCompareEqualTo);
}

/* --- places ---------------------------------------------------------------------------------- */

static void all_places(void)
{
	CF_OWNED CFStringRef text = cf_string("ab" EMOJI "ab-AB-aab");
	CFRange all = CFRangeMake(0, CFStringGetLength(text)), found;
	CF_OWNED CFArrayRef places =
		CFStringCreateArrayWithFindResults(NULL, text, CFSTR("ab"), all, 0);
	CF_OWNED CFArrayRef any_case = CFStringCreateArrayWithFindResults(
		NULL, text, CFSTR("ab"), all, kCFCompareCaseInsensitive | kCFCompareBackwards);
	CF_OWNED CFArrayRef copy = NULL;
	CF_OWNED CFStringRef description = NULL;

	CHECK_FATAL(places && CFArrayGetCount(places) == 3);
	CHECK(((const CFRange *)CFArrayGetValueAtIndex(places, 0))->location == 0);
	CHECK(((const CFRange *)CFArrayGetValueAtIndex(places, 1))->location == 4);
	CHECK(((const CFRange *)CFArrayGetValueAtIndex(places, 2))->location == 11);
	CHECK(((const CFRange *)CFArrayGetValueAtIndex(places, 2))->length == 2);
	CHECK_FATAL(any_case && CFArrayGetCount(any_case) == 4);
	CHECK(((const CFRange *)CFArrayGetValueAtIndex(any_case, 0))->location == 11);
	copy = CFArrayCreateMutableCopy(NULL, 0, places);
	CHECK(CFEqual(copy, places));
	description = CFCopyDescription(places);
	CHECK(CFStringFind(description, CFSTR("{11, 2}"), 0).location != kCFNotFound);
	CHECK(CFStringCreateArrayWithFindResults(NULL, text, CFSTR("x"), all, 0) == NULL);
	CHECK(CFStringFindWithOptionsAndLocale(text, CFSTR("AB"), all, 0, NULL, &found));
	CHECK(found.location == 7);
}

/* Many places in a long text: with a square this would take minutes. */
static void many_parts_take_linear_time(void)
{
	CF_OWNED CFMutableStringRef text = CFStringCreateMutable(NULL, 0);
	CF_OWNED CFArrayRef parts = NULL;
	CF_OWNED CFStringRef joined = NULL;

	CFStringPad(text, CFSTR(E_ACUTE ","), 300000, 0);
	parts = CFStringCreateArrayBySeparatingStrings(NULL, text, CFSTR(","));
	CHECK(CFArrayGetCount(parts) == 150001);
	joined = CFStringCreateByCombiningStrings(NULL, parts, CFSTR(","));
	CHECK(CFEqual(joined, text));
	CHECK(CFStringFindAndReplace(text, CFSTR(","), CFSTR("::"), CFRangeMake(0, 300000), 0) ==
		150000);
	CHECK(CFStringGetLength(text) == 450000);
	CFStringReplaceAll(text, CFSTR(""));
	CFStringPad(text, CFSTR("ab"), 300000, 0);
	CFStringTrim(text, CFSTR("ab"));
	CHECK(CFStringGetLength(text) == 0);
}

static void buffered_characters(void)
{
	CF_OWNED CFMutableStringRef text = CFStringCreateMutable(NULL, 0);
	CFStringInlineBuffer buffer;
	UniChar characters[2];

	CFStringPad(text, CFSTR("abc" EMOJI E_ACUTE), 600, 0);
	CFStringInitInlineBuffer(text, &buffer, CFRangeMake(7, 500));
	for (CFIndex i = 0; i < 500; i++)
		CHECK_FATAL(CFStringGetCharacterFromInlineBuffer(&buffer, i) ==
			    CFStringGetCharacterAtIndex(text, 7 + i));
	for (CFIndex i = 499; i >= 0; i -= 37)
		CHECK_FATAL(CFStringGetCharacterFromInlineBuffer(&buffer, i) ==
			    CFStringGetCharacterAtIndex(text, 7 + i));
	CHECK(CFStringGetCharacterFromInlineBuffer(&buffer, -1) == 0);
	CHECK(CFStringGetCharacterFromInlineBuffer(&buffer, 500) == 0);

	CHECK(CFStringGetSurrogatePairForLongCharacter(0x1F511, characters));
	CHECK(CFStringIsSurrogateHighCharacter(characters[0]));
	CHECK(CFStringIsSurrogateLowCharacter(characters[1]));
	CHECK(!CFStringIsSurrogateHighCharacter(characters[1]));
	CHECK(CFStringGetLongCharacterForSurrogatePair(characters[0], characters[1]) == 0x1F511);
	CHECK(!CFStringGetSurrogatePairForLongCharacter('a', characters) && characters[0] == 'a');
}

/* --- paths and encodings --------------------------------------------------------------------- */

static void paths(void)
{
	CF_OWNED CFStringRef path = CFStringCreateWithFileSystemRepresentation(NULL, "/" E_ACUTE);
	char buffer[8];

	CHECK(cf_reads(path, "/" E_ACUTE));
	CHECK(CFStringGetMaximumSizeOfFileSystemRepresentation(path) == 7);
	CHECK(CFStringGetFileSystemRepresentation(path, buffer, 4) &&
		strcmp(buffer, "/" E_ACUTE) == 0);
	CHECK(!CFStringGetFileSystemRepresentation(path, buffer, 3));
	CHECK(CFStringCreateWithFileSystemRepresentation(NULL, "\xFF") == NULL);
	CHECK(CFStringCreateWithFileSystemRepresentation(NULL, NULL) == NULL);
}

static void names_of_encodings(void)
{
	static const struct {
		CFStringEncoding encoding;
		unsigned long number;
		const char *name;
	} rows[] = {
		{kCFStringEncodingUTF8, 4, "utf-8"},
		{kCFStringEncodingASCII, 1, "us-ascii"},
		{kCFStringEncodingISOLatin1, 5, "iso-8859-1"},
		{kCFStringEncodingWindowsLatin1, 12, "windows-1252"},
		{kCFStringEncodingMacRoman, 30, "macintosh"},
		{kCFStringEncodingUTF16, 10, "utf-16"},
		{kCFStringEncodingUTF16BE, 0x90000100, "utf-16be"},
		{kCFStringEncodingUTF16LE, 0x94000100, "utf-16le"},
		{kCFStringEncodingUTF32, 0x8C000100, "utf-32"},
		{kCFStringEncodingUTF32BE, 0x98000100, "utf-32be"},
		{kCFStringEncodingUTF32LE, 0x9C000100, "utf-32le"},
	};
	const CFStringEncoding *list = CFStringGetListOfAvailableEncodings();
	size_t count = 0;

	while (list[count] != kCFStringEncodingInvalidId)
		CHECK(CFStringIsEncodingAvailable(list[count++]));
	CHECK(count == KC_COUNT_OF(rows));
	for (size_t i = 0; i < KC_COUNT_OF(rows); i++) {
		CFStringRef name = CFStringConvertEncodingToIANACharSetName(rows[i].encoding);
		CF_OWNED CFMutableStringRef upper = CFStringCreateMutableCopy(NULL, 0, name);

		CHECK_MSG(cf_reads(name, rows[i].name), rows[i].name);
		CFStringUppercase(upper, NULL);
		CHECK_MSG(CFStringConvertIANACharSetNameToEncoding(upper) == rows[i].encoding,
			rows[i].name);
		CHECK_MSG(CFStringConvertEncodingToNSStringEncoding(rows[i].encoding) ==
				  rows[i].number,
			rows[i].name);
		CHECK_MSG(CFStringConvertNSStringEncodingToEncoding(rows[i].number) ==
				  rows[i].encoding,
			rows[i].name);
	}
	CHECK(CFStringConvertEncodingToIANACharSetName(0x0BAD) == NULL);
	CHECK(CFStringConvertIANACharSetNameToEncoding(CFSTR("ebcdic")) ==
		kCFStringEncodingInvalidId);
	CHECK(CFStringConvertEncodingToNSStringEncoding(0x0BAD) == kCFStringEncodingInvalidId);
	CHECK(CFStringConvertNSStringEncodingToEncoding(99) == kCFStringEncodingInvalidId);
	CHECK(CFStringGetSmallestEncoding(CFSTR("a")) == kCFStringEncodingASCII);
	CHECK(CFStringGetFastestEncoding(CFSTR(E_ACUTE)) == kCFStringEncodingUTF8);
	CHECK(CFStringGetCharactersPtr(CFSTR("a")) == NULL);
}

/* Each byte of the 8-bit encodings, there and back. */
static void eight_bit_encodings(void)
{
	static const CFStringEncoding encodings[] = {kCFStringEncodingISOLatin1,
		kCFStringEncodingWindowsLatin1, kCFStringEncodingMacRoman};
	UInt8 bytes[256], again[256];
	CFIndex used;

	for (int i = 0; i < 256; i++)
		bytes[i] = (UInt8)i;
	for (size_t i = 0; i < KC_COUNT_OF(encodings); i++) {
		CF_OWNED CFStringRef string =
			CFStringCreateWithBytes(NULL, bytes, 256, encodings[i], false);

		CHECK_FATAL(string && CFStringGetLength(string) == 256);
		CHECK(CFStringGetBytes(string, CFRangeMake(0, 256), encodings[i], 0, false, again,
			      256, &used) == 256);
		CHECK(used == 256 && memcmp(bytes, again, 256) == 0);
		/* a character that none of them has */
		CHECK(CFStringCreateExternalRepresentation(
			      NULL, CFSTR("\xE6\xBC\xA2"), encodings[i], 0) == NULL);
	}
}

int main(void)
{
	static const struct check_test tests[] = {
		CHECK_TEST(case_changes_letter_by_letter),
		CHECK_TEST(padding_fills_or_cuts),
		CHECK_TEST(a_string_pads_itself),
		CHECK_TEST(numbers_in_text),
		CHECK_TEST(numbers_in_order),
		CHECK_TEST(all_places),
		CHECK_TEST(many_parts_take_linear_time),
		CHECK_TEST(buffered_characters),
		CHECK_TEST(paths),
		CHECK_TEST(names_of_encodings),
		CHECK_TEST(eight_bit_encodings),
	};

	return check_main("CoreFoundation: text", tests, KC_COUNT_OF(tests));
}
