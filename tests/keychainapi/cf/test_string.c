/* SPDX-License-Identifier: ISC */
/* Strings: encodings in and out, UTF-16 indexes, comparing, finding, changing. */
#include "tests/keychainapi/cf/cf_check.h"

#include <iconv.h>

#define E_ACUTE "\xC3\xA9"	 /* U+00E9 */
#define HAN "\xE6\xBC\xA2"	 /* U+6F22 */
#define EMOJI "\xF0\x9F\x94\x91" /* U+1F511: a surrogate pair D83D DD11 */
#define MIXED "a" E_ACUTE HAN EMOJI "z"

static const CFStringEncoding utf8 = kCFStringEncodingUTF8;

/* --- from bytes and back --------------------------------------------------------------------- */

struct row {
	const char *what;
	CFStringEncoding encoding;
	const char *bytes;
	CFIndex count;
	Boolean external;
	const char *text; /* UTF-8; NULL when the bytes are refused */
	CFIndex units;
};

/* clang-format off */
static const struct row rows[] = {
	{"empty",                 kCFStringEncodingUTF8, "", 0, false, "", 0},
	{"ASCII",                 kCFStringEncodingUTF8, "abc", 3, false, "abc", 3},
	{"mixed",                 kCFStringEncodingUTF8, MIXED, 11, false, MIXED, 6},
	{"last of two",           kCFStringEncodingUTF8, "\xDF\xBF", 2, false, "\xDF\xBF", 1},
	{"last of three",         kCFStringEncodingUTF8, "\xEF\xBF\xBF", 3, false, "\xEF\xBF\xBF", 1},
	{"before surrogates",     kCFStringEncodingUTF8, "\xED\x9F\xBF", 3, false, "\xED\x9F\xBF", 1},
	{"after surrogates",      kCFStringEncodingUTF8, "\xEE\x80\x80", 3, false, "\xEE\x80\x80", 1},
	{"U+10FFFF",              kCFStringEncodingUTF8, "\xF4\x8F\xBF\xBF", 4, false, "\xF4\x8F\xBF\xBF", 2},
	{"above U+10FFFF",        kCFStringEncodingUTF8, "\xF4\x90\x80\x80", 4, false, NULL, 0},
	{"five bytes",            kCFStringEncodingUTF8, "\xF8\x88\x80\x80\x80", 5, false, NULL, 0},
	{"overlong NUL",          kCFStringEncodingUTF8, "\xC0\x80", 2, false, NULL, 0},
	{"overlong slash",        kCFStringEncodingUTF8, "\xE0\x80\xAF", 3, false, NULL, 0},
	{"overlong of four",      kCFStringEncodingUTF8, "\xF0\x8F\xBF\xBF", 4, false, NULL, 0},
	{"lone surrogate",        kCFStringEncodingUTF8, "\xED\xA0\x80", 3, false, NULL, 0},
	{"stray continuation",    kCFStringEncodingUTF8, "a\x80", 2, false, NULL, 0},
	{"FF",                    kCFStringEncodingUTF8, "\xFF", 1, false, NULL, 0},
	{"cut short",             kCFStringEncodingUTF8, HAN, 2, false, NULL, 0},
	{"broken in the middle",  kCFStringEncodingUTF8, "\xE6" "a" "\xA2", 3, false, NULL, 0},
	{"mark kept",             kCFStringEncodingUTF8, "\xEF\xBB\xBF" "a", 4, false, "\xEF\xBB\xBF" "a", 2},
	{"mark dropped",          kCFStringEncodingUTF8, "\xEF\xBB\xBF" "a", 4, true, "a", 1},
	{"ASCII as such",         kCFStringEncodingASCII, "a~", 2, false, "a~", 2},
	{"not ASCII",             kCFStringEncodingASCII, "a\x80", 2, false, NULL, 0},
	{"Latin-1",               kCFStringEncodingISOLatin1, "a\xE9", 2, false, "a" E_ACUTE, 2},
	{"UTF-16, big",           kCFStringEncodingUTF16BE, "\x6F\x22\xD8\x3D\xDD\x11", 6, false, HAN EMOJI, 3},
	{"UTF-16, little",        kCFStringEncodingUTF16LE, "\x22\x6F\x3D\xD8\x11\xDD", 6, false, HAN EMOJI, 3},
	{"odd count",             kCFStringEncodingUTF16LE, "\x22\x6F\x3D", 3, false, NULL, 0},
	{"big by its mark",       kCFStringEncodingUTF16, "\xFE\xFF\x6F\x22", 4, true, HAN, 1},
	{"little by its mark",    kCFStringEncodingUTF16, "\xFF\xFE\x22\x6F", 4, true, HAN, 1},
	{"mark only",             kCFStringEncodingUTF16, "\xFF\xFE", 2, true, "", 0},
	{"big, its own mark",     kCFStringEncodingUTF16BE, "\xFE\xFF\x6F\x22", 4, true, HAN, 1},
	{"UTF-32, big",           kCFStringEncodingUTF32BE, "\0\1\xF5\x11\0\0\0a", 8, false, EMOJI "a", 3},
	{"UTF-32, little",        kCFStringEncodingUTF32LE, "\x11\xF5\1\0a\0\0\0", 8, false, EMOJI "a", 3},
	{"UTF-32, its mark, big", kCFStringEncodingUTF32, "\0\0\xFE\xFF\0\0\x6F\x22", 8, true, HAN, 1},
	{"UTF-32, little's mark", kCFStringEncodingUTF32, "\xFF\xFE\0\0\x22\x6F\0\0", 8, true, HAN, 1},
	{"UTF-32 cut short",      kCFStringEncodingUTF32LE, "a\0\0", 3, false, NULL, 0},
	{"UTF-32 surrogate",      kCFStringEncodingUTF32BE, "\0\0\xD8\x3D", 4, false, NULL, 0},
	{"UTF-32 above 10FFFF",   kCFStringEncodingUTF32BE, "\0\x11\0\0", 4, false, NULL, 0},
	{"Mac Roman",             kCFStringEncodingMacRoman, "a\x8E\xDB\xF0", 4, false, "a" E_ACUTE "\xE2\x82\xAC\xEF\xA3\xBF", 4},
	{"Windows Latin-1",       kCFStringEncodingWindowsLatin1, "a\xE9\x80\x9F", 4, false, "a" E_ACUTE "\xE2\x82\xAC\xC5\xB8", 4},
	{"Windows, left open",    kCFStringEncodingWindowsLatin1, "\x81", 1, false, "\xC2\x81", 1},
	{"NextStep Latin",        kCFStringEncodingNextStepLatin, "a", 1, false, NULL, 0},
	{"unknown encoding",      0x0BAD, "a", 1, false, NULL, 0},
	{"negative count",        kCFStringEncodingUTF8, "a", -1, false, NULL, 0},
};
/* clang-format on */

static void bytes_become_strings_or_nothing(void)
{
	for (size_t i = 0; i < KC_COUNT_OF(rows); i++) {
		const struct row *row = &rows[i];
		CF_OWNED CFStringRef string = CFStringCreateWithBytes(
			NULL, (const UInt8 *)row->bytes, row->count, row->encoding, row->external);

		CHECK_MSG(!string == !row->text, row->what);
		if (!string)
			continue;
		CHECK_MSG(cf_reads(string, row->text), row->what);
		CHECK_MSG(CFStringGetLength(string) == row->units, row->what);
	}
	CHECK(cf_gives(CFStringCreateWithBytes(NULL, NULL, 0, utf8, false), ""));
}

static void strings_become_bytes_again(void)
{
	for (size_t i = 0; i < KC_COUNT_OF(rows); i++) {
		const struct row *row = &rows[i];
		CF_OWNED CFStringRef string = row->text ? cf_string(row->text) : NULL;
		UInt8 buffer[32];
		CFIndex used = -1;
		CFRange all;

		if (!string || row->external)
			continue;
		all = CFRangeMake(0, CFStringGetLength(string));
		CHECK_MSG(CFStringGetBytes(string, all, row->encoding, 0, false, NULL, 0, &used) ==
				  all.length,
			row->what);
		CHECK_MSG(used == row->count, row->what);
		memset(buffer, 0x55, sizeof buffer);
		CHECK_MSG(CFStringGetBytes(string, all, row->encoding, 0, false, buffer, row->count,
				  &used) == all.length,
			row->what);
		CHECK_MSG(used == row->count, row->what);
		CHECK_MSG(memcmp(buffer, row->bytes, (size_t)row->count) == 0, row->what);
		CHECK_MSG(buffer[row->count] == 0x55, row->what);
	}
}

static void conversion_stops_where_it_must(void)
{
	CF_OWNED CFStringRef string = cf_string(MIXED);
	CFRange all = CFRangeMake(0, 6);
	UInt8 buffer[16] = {0};
	CFIndex used;

	/* room: a (1) é (2) 漢 (3) 🔑 (4) z (1) */
	static const struct {
		CFIndex size, units, used;
	} rooms[] = {{0, 0, 0}, {1, 1, 1}, {2, 1, 1}, {3, 2, 3}, {5, 2, 3}, {6, 3, 6}, {9, 3, 6},
		{10, 5, 10}, {11, 6, 11}};
	for (size_t i = 0; i < KC_COUNT_OF(rooms); i++) {
		CHECK(CFStringGetBytes(string, all, utf8, 0, false, buffer, rooms[i].size, &used) ==
			rooms[i].units);
		CHECK(used == rooms[i].used);
	}
	/* a character that ASCII lacks */
	CHECK(CFStringGetBytes(string, all, kCFStringEncodingASCII, 0, false, buffer, 16, &used) ==
		1);
	CHECK(used == 1);
	memset(buffer, 0, sizeof buffer);
	CHECK(CFStringGetBytes(
		      string, all, kCFStringEncodingASCII, '?', false, buffer, 16, &used) == 6);
	CHECK(used == 5 && strcmp((char *)buffer, "a???z") == 0);
	CHECK(CFStringGetBytes(string, all, 0x0BAD, '?', false, buffer, 16, &used) == 0);
	CHECK(used == 0);
	CHECK(CFStringGetBytes(string, all, utf8, 0, false, buffer, 16, NULL) == 6);
}

static void halves_of_pairs(void)
{
	CF_OWNED CFStringRef string = cf_string("a" EMOJI "z");
	UniChar units[4];
	UInt8 buffer[8];
	CFIndex used;

	CFStringGetCharacters(string, CFRangeMake(0, 4), units);
	CHECK(units[0] == 'a' && units[1] == 0xD83D && units[2] == 0xDD11 && units[3] == 'z');
	CHECK(CFStringGetCharacterAtIndex(string, 1) == 0xD83D);
	CHECK(CFStringGetCharacterAtIndex(string, 2) == 0xDD11);
	CHECK(CFStringGetCharacterAtIndex(string, 3) == 'z');
	CHECK(cf_gives(CFStringCreateWithSubstring(NULL, string, CFRangeMake(1, 2)), EMOJI));
	CHECK(cf_gives(CFStringCreateWithSubstring(NULL, string, CFRangeMake(3, 1)), "z"));
	/* a half has no UTF-8 form */
	CHECK(CFStringGetBytes(string, CFRangeMake(0, 2), utf8, 0, false, buffer, 8, &used) == 1);
	CHECK(CFStringGetBytes(string, CFRangeMake(2, 2), utf8, '?', false, buffer, 8, &used) == 2);
	CHECK(used == 2 && memcmp(buffer, "?z", 2) == 0);
	/* but it has one in UTF-16 */
	CHECK(CFStringGetBytes(string, CFRangeMake(2, 1), kCFStringEncodingUTF16BE, 0, false,
		      buffer, 8, &used) == 1);
	CHECK(used == 2 && memcmp(buffer, "\xDD\x11", 2) == 0);
}

static void nul_is_a_character(void)
{
	CF_OWNED CFStringRef string =
		CFStringCreateWithBytes(NULL, (const UInt8 *)"a\0b", 3, utf8, false);
	CF_OWNED CFStringRef other =
		CFStringCreateWithBytes(NULL, (const UInt8 *)"a\0c", 3, utf8, false);
	UInt8 buffer[4];
	CFIndex used;

	CHECK(CFStringGetLength(string) == 3);
	CHECK(CFStringGetBytes(string, CFRangeMake(0, 3), utf8, 0, false, buffer, 4, &used) == 3);
	CHECK(used == 3 && memcmp(buffer, "a\0b", 3) == 0);
	CHECK(!CFEqual(string, other) && CFHash(string) != CFHash(other));
	CHECK(CFStringCompare(string, other, 0) == kCFCompareLessThan);
	CHECK(CFStringFind(string, CFSTR("b"), 0).location == 2);
}

static void c_strings(void)
{
	CF_OWNED CFStringRef string = cf_string("na" E_ACUTE HAN);
	CF_OWNED CFStringRef ascii = cf_string("plain");
	char buffer[16];

	memset(buffer, 'x', sizeof buffer);
	CHECK(CFStringGetCString(string, buffer, 8, utf8));
	CHECK(strcmp(buffer, "na" E_ACUTE HAN) == 0 && buffer[8] == 'x');
	memset(buffer, 'x', sizeof buffer);
	CHECK(!CFStringGetCString(string, buffer, 7, utf8)); /* no room for the NUL */
	CHECK(buffer[0] == 0 && buffer[1] == 'x');
	CHECK(!CFStringGetCString(string, buffer, 16, kCFStringEncodingASCII));
	CHECK(!CFStringGetCString(string, buffer, 16, kCFStringEncodingUTF16));
	CHECK(!CFStringGetCString(string, buffer, 0, utf8));
	CHECK(!CFStringGetCString(string, NULL, 0, utf8));
	CHECK(CFStringGetCString(ascii, buffer, 6, kCFStringEncodingASCII));
	CHECK(strcmp(buffer, "plain") == 0);

	CHECK(CFStringGetCStringPtr(NULL, utf8) == NULL);
	CHECK(CFStringGetCStringPtr(string, utf8) == CFStringGetCStringPtr(string, utf8));
	CHECK(CFStringGetCStringPtr(string, kCFStringEncodingASCII) == NULL);
	CHECK(strcmp(CFStringGetCStringPtr(ascii, kCFStringEncodingASCII), "plain") == 0);
	CHECK(CFStringGetCStringPtr(ascii, kCFStringEncodingUTF16) == NULL);
	CHECK(CFStringGetCStringPtr(ascii, 0x0BAD) == NULL);

	CHECK(cf_string("\xFF") == NULL);
	CHECK(CFStringCreateWithCString(NULL, E_ACUTE, kCFStringEncodingASCII) == NULL);
	CHECK(CFStringCreateWithCString(NULL, "a", kCFStringEncodingUTF16LE) == NULL);
	CHECK(cf_gives(
		CFStringCreateWithCString(NULL, "\xE9", kCFStringEncodingISOLatin1), E_ACUTE));
}

static void c_strings_in_place(void)
{
	char borrowed[] = "borrowed";
	CFStringRef string =
		CFStringCreateWithCStringNoCopy(NULL, borrowed, utf8, kCFAllocatorNull);
	CFStringRef copy = CFStringCreateCopy(NULL, string);

	CHECK(CFStringGetCStringPtr(string, utf8) == borrowed);
	CHECK(copy != string); /* a copy outlives what was borrowed */
	CFRelease(string);
	CHECK(strcmp(borrowed, "borrowed") == 0);
	memset(borrowed, 'x', sizeof borrowed - 1);
	CHECK(cf_gives(copy, "borrowed"));

	/* the leak checker sees whether these are freed */
	string = CFStringCreateWithCStringNoCopy(NULL, strdup("owned"), utf8, kCFAllocatorMalloc);
	CHECK(cf_gives(string, "owned"));
	string = CFStringCreateWithCStringNoCopy(NULL, strdup("owned"), utf8, NULL);
	CHECK(cf_gives(string, "owned"));
	/* bytes that cannot serve as they are */
	string = CFStringCreateWithCStringNoCopy(
		NULL, strdup("\xE9"), kCFStringEncodingISOLatin1, NULL);
	CHECK(cf_gives(string, E_ACUTE));
	CHECK(CFStringCreateWithCStringNoCopy(NULL, "\xE9", utf8, kCFAllocatorNull) == NULL);
	CHECK(CFStringCreateWithCStringNoCopy(
		      NULL, "a", kCFStringEncodingUTF16, kCFAllocatorNull) == NULL);
}

static void external_representations(void)
{
	static const struct {
		CFStringEncoding encoding;
		UInt8 loss;
		const char *bytes; /* NULL: no data */
		CFIndex count;
	} wanted[] = {
		{kCFStringEncodingUTF8, 0, HAN "a", 4},
		{kCFStringEncodingUTF16BE, 0, "\x6F\x22\0a", 4},
		{kCFStringEncodingUTF16LE, 0,
			"\x22\x6F"
			"a\0",
			4},
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
		{kCFStringEncodingUTF16, 0,
			"\xFF\xFE\x22\x6F"
			"a\0",
			6},
#else
		{kCFStringEncodingUTF16, 0, "\xFE\xFF\x6F\x22\0a", 6},
#endif
		{kCFStringEncodingASCII, '?', "?a", 2},
		{kCFStringEncodingASCII, 0, NULL, 0},
		{0x0BAD, '?', NULL, 0},
	};
	CF_OWNED CFStringRef string = cf_string(HAN "a");
	CFIndex used;

	for (int external = 0; external < 2; external++) {
		CHECK(CFStringGetBytes(string, CFRangeMake(0, 2), kCFStringEncodingUTF16, 0,
			      (Boolean)external, NULL, 0, &used) == 2);
		CHECK(used == (external ? 6 : 4));
	}
	for (size_t i = 0; i < KC_COUNT_OF(wanted); i++) {
		CF_OWNED CFDataRef data = CFStringCreateExternalRepresentation(
			NULL, string, wanted[i].encoding, wanted[i].loss);
		CF_OWNED CFStringRef back = NULL;

		CHECK(!data == !wanted[i].bytes);
		if (!data)
			continue;
		CHECK(CFDataGetLength(data) == wanted[i].count);
		CHECK(memcmp(CFDataGetBytePtr(data), wanted[i].bytes, (size_t)wanted[i].count) ==
			0);
		CHECK(CFDataGetBytePtr(data)[wanted[i].count] == 0);
		back = CFStringCreateFromExternalRepresentation(NULL, data, wanted[i].encoding);
		CHECK_FATAL(back != NULL);
		CHECK(wanted[i].loss || CFEqual(back, string));
	}
}

static void sizes_and_encodings(void)
{
	CHECK(CFStringGetMaximumSizeForEncoding(5, utf8) == 15);
	CHECK(CFStringGetMaximumSizeForEncoding(5, kCFStringEncodingASCII) == 5);
	CHECK(CFStringGetMaximumSizeForEncoding(5, kCFStringEncodingISOLatin1) == 5);
	CHECK(CFStringGetMaximumSizeForEncoding(5, kCFStringEncodingMacRoman) == 5);
	CHECK(CFStringGetMaximumSizeForEncoding(5, kCFStringEncodingUTF16) == 10);
	CHECK(CFStringGetMaximumSizeForEncoding(5, kCFStringEncodingUTF32) == 20);
	CHECK(CFStringGetMaximumSizeForEncoding(0, utf8) == 0);
	CHECK(CFStringGetMaximumSizeForEncoding(LONG_MAX / 2, utf8) == kCFNotFound);
	CHECK(CFStringGetMaximumSizeForEncoding(-1, utf8) == kCFNotFound);
	CHECK(CFStringGetMaximumSizeForEncoding(5, 0x0BAD) == kCFNotFound);
	CHECK(CFStringIsEncodingAvailable(utf8));
	CHECK(!CFStringIsEncodingAvailable(kCFStringEncodingInvalidId));
	CHECK(CFStringGetSystemEncoding() == utf8);
	CHECK(kCFStringEncodingUTF8 == 0x08000100);
}

static void characters(void)
{
	static const UniChar good[] = {'a', 0x6F22, 0xD83D, 0xDD11};

	CHECK(cf_gives(CFStringCreateWithCharacters(NULL, good, 4), "a" HAN EMOJI));
	CHECK(cf_gives(CFStringCreateWithCharacters(NULL, NULL, 0), ""));
	CHECK(CFStringCreateWithCharacters(NULL, good, LONG_MAX) == NULL);
}

/* --- random texts against libc's converter --------------------------------------------------- */

static uint32_t random_state = 0x1234567;
static uint32_t next_random(uint32_t below)
{
	random_state = random_state * 1664525 + 1013904223;
	return (random_state >> 8) % below;
}

/* Bytes that are often UTF-8 and often nearly so. */
static size_t random_bytes(UInt8 *ret_bytes, size_t limit)
{
	static const char *const pieces[] = {"a", "~", E_ACUTE, HAN, EMOJI, "\xED\x9F\xBF",
		"\xED\xA0\x80", "\xC0\x80", "\xF4\x8F\xBF\xBF", "\xF4\x90\x80\x80", "\x80",
		"\xE6\xBC", "\xFE"};
	size_t count = 0, wanted = next_random(12);
	uint32_t kinds = next_random(4) ? 5 : KC_COUNT_OF(pieces); /* mostly valid */

	for (size_t i = 0; i < wanted; i++) {
		const char *piece = pieces[next_random(kinds)];
		size_t length = strlen(piece);

		if (count + length > limit)
			break;
		memcpy(ret_bytes + count, piece, length);
		count += length;
	}
	return count;
}

static void random_texts_agree_with_iconv(void)
{
	iconv_t converter = iconv_open("UTF-16LE", "UTF-8");
	const int rounds = cf_rounds(20000);
	int valid = 0;

	CHECK_FATAL(converter != (iconv_t)-1);
	for (int round = 0; round < rounds; round++) {
		UInt8 bytes[64], ours[128];
		char theirs[128], *in = (char *)bytes, *out = theirs;
		size_t count = random_bytes(bytes, sizeof bytes);
		size_t in_left = count, out_left = sizeof theirs;
		bool ok = iconv(converter, &in, &in_left, &out, &out_left) != (size_t)-1;
		CF_OWNED CFStringRef string =
			CFStringCreateWithBytes(NULL, bytes, (CFIndex)count, utf8, false);
		CFIndex used;

		CHECK_FATAL((string != NULL) == ok);
		iconv(converter, NULL, NULL, NULL, NULL);
		if (!string)
			continue;
		valid++;
		CHECK_FATAL(CFStringGetLength(string) == (out - theirs) / 2);
		CFStringGetBytes(string, CFRangeMake(0, CFStringGetLength(string)),
			kCFStringEncodingUTF16LE, 0, false, ours, sizeof ours, &used);
		CHECK_FATAL(used == out - theirs && memcmp(ours, theirs, (size_t)used) == 0);
	}
	CHECK(valid > rounds / 2 && valid < rounds);
	iconv_close(converter);
}

/* --- constants ------------------------------------------------------------------------------- */

static CFStringRef of_file = CFSTR("a" E_ACUTE "\xF0\x9F\x94\x91");
static const struct {
	CFStringRef key;
	CFIndex length;
} of_table[] = {{CFSTR("service"), 7}, {CFSTR(""), 0}};

static void strings_of_the_file(void)
{
	CHECK(CFGetTypeID(of_file) == CFStringGetTypeID());
	CHECK(CFStringGetLength(of_file) == 4);
	CHECK(CFStringGetCharacterAtIndex(of_file, 3) == 0xDD11);
	CHECK(CFEqual(of_file, CFSTR("a" E_ACUTE "\xF0\x9F\x94\x91")));
	CHECK(CFHash(of_file) == CFHash(CFSTR("a" E_ACUTE "\xF0\x9F\x94\x91")));
	CHECK(CFRetain(of_file) == of_file);
	CFRelease(of_file);
	CFRelease(of_file);
	CHECK(strcmp(CFStringGetCStringPtr(of_file, kCFStringEncodingUTF8),
		      "a" E_ACUTE "\xF0\x9F\x94\x91") == 0);
	for (int i = 0; i < 2; i++)
		CHECK(CFStringGetLength(of_table[i].key) == of_table[i].length);
	CHECK(CFEqual(of_table[0].key, CFSTR("service")));
}

static void constant_strings(void)
{
	char text[] = "made at run time";
	CFStringRef first = __CFStringMakeConstantString(text), second;

	memset(text, 'x', 4);
	CHECK(cf_reads(first, "made at run time"));
	CHECK(CFSTR("made at run time") == first);
	CHECK(CFSTR("other") != first);
	CHECK(CFStringGetLength(CFSTR(MIXED)) == 6);
	CHECK(__CFStringMakeConstantString("\xFF") == NULL);
	CHECK(CFSTR("") == CFSTR("") && CFStringGetLength(CFSTR("")) == 0);
	for (int i = 0; i < 5000; i++) { /* more than there are lists */
		snprintf(text, sizeof text, "constant %d", i);
		first = __CFStringMakeConstantString(text);
		second = __CFStringMakeConstantString(text);
		CHECK_FATAL(first == second && cf_reads(first, text));
	}
}

/* --- copies ---------------------------------------------------------------------------------- */

static void copies(void)
{
	CF_OWNED CFStringRef string = cf_string("text");
	CF_OWNED CFMutableStringRef mutable = CFStringCreateMutableCopy(NULL, 0, string);
	CF_OWNED CFStringRef same = CFStringCreateCopy(NULL, string);
	CF_OWNED CFStringRef frozen = CFStringCreateCopy(NULL, mutable);

	CHECK(same == string);
	CHECK(frozen != mutable && CFEqual(frozen, mutable));
	CFStringAppend(mutable, CFSTR("!"));
	CHECK(cf_reads(frozen, "text") && cf_reads(mutable, "text!"));
	CHECK(!CFEqual(frozen, mutable));
}

/* --- comparing and finding ------------------------------------------------------------------- */

static void comparing(void)
{
	static const struct {
		const char *a, *b;
		CFStringCompareFlags flags;
		CFComparisonResult order;
	} wanted[] = {
		{"", "", 0, 0},
		{"", "a", 0, -1},
		{"a", "a", 0, 0},
		{"a", "b", 0, -1},
		{"ab", "a", 0, 1},
		{"Z", "a", 0, -1},
		{"Z", "a", kCFCompareCaseInsensitive, 1},
		{"HeLLo", "hEllO", kCFCompareCaseInsensitive, 0},
		{"\xC3\x89", E_ACUTE, kCFCompareCaseInsensitive, 0}, /* É é */
		{"\xC3\x89", E_ACUTE, 0, -1},
		{EMOJI, "\xEE\x80\x80", 0, -1}, /* D83D < E000 though 1F511 > E000 */
		{"\xED\x9F\xBF", EMOJI, 0, -1},
		{EMOJI, "\xF0\x9F\x94\x92", 0, -1},
		{HAN, E_ACUTE, 0, 1},
	};

	for (size_t i = 0; i < KC_COUNT_OF(wanted); i++) {
		CF_OWNED CFStringRef a = cf_string(wanted[i].a);
		CF_OWNED CFStringRef b = cf_string(wanted[i].b);

		CHECK_MSG(CFStringCompare(a, b, wanted[i].flags) == wanted[i].order, wanted[i].a);
		CHECK_MSG(CFStringCompare(b, a, wanted[i].flags) == -wanted[i].order, wanted[i].a);
	}
	CHECK(CFStringCompareWithOptions(CFSTR("xabcx"), CFSTR("abc"), CFRangeMake(1, 3), 0) == 0);
	CHECK(CFStringCompareWithOptions(CFSTR("xabcx"), CFSTR("abc"), CFRangeMake(1, 4), 0) == 1);
	CHECK(CFStringCompareWithOptions(CFSTR("xABCx"), CFSTR("abc"), CFRangeMake(1, 3),
		      kCFCompareCaseInsensitive) == 0);
}

static void finding(void)
{
	enum { I = kCFCompareCaseInsensitive, B = kCFCompareBackwards, A = kCFCompareAnchored };
	static const struct {
		const char *text, *sought;
		CFStringCompareFlags flags;
		CFIndex location, length;
	} wanted[] = {
		{"abcabc", "bc", 0, 1, 2},
		{"abcabc", "bc", B, 4, 2},
		{"abcabc", "x", 0, -1, 0},
		{"abcabc", "x", B, -1, 0},
		{"abc", "", 0, -1, 0},
		{"", "a", 0, -1, 0},
		{"", "a", B, -1, 0},
		{"ab", "abc", 0, -1, 0},
		{"ab", "abc", B, -1, 0},
		{"abcabc", "abc", A, 0, 3},
		{"abcabc", "bca", A, -1, 0},
		{"abcabc", "abc", A | B, 3, 3},
		{"abcabc", "bca", A | B, -1, 0},
		{"aXbx", "x", I, 1, 1},
		{"aXbx", "x", 0, 3, 1},
		{"aXbX", "x", I | B, 3, 1},
		{EMOJI E_ACUTE "a", "a", 0, 3, 1},
		{"a" EMOJI EMOJI, EMOJI, B, 3, 2},
		{"x\xC3\x89y", E_ACUTE "Y", I, 1, 2},
		{"aaa", "aa", B, 1, 2},
	};

	for (size_t i = 0; i < KC_COUNT_OF(wanted); i++) {
		CF_OWNED CFStringRef text = cf_string(wanted[i].text);
		CF_OWNED CFStringRef sought = cf_string(wanted[i].sought);
		CFRange found = CFStringFind(text, sought, wanted[i].flags);

		CHECK_MSG(found.location == wanted[i].location, wanted[i].text);
		CHECK_MSG(found.length == wanted[i].length, wanted[i].text);
	}
	CHECK(CFStringHasPrefix(CFSTR("https://a"), CFSTR("https:")));
	CHECK(!CFStringHasPrefix(CFSTR("https://a"), CFSTR("ttps:")));
	CHECK(!CFStringHasPrefix(CFSTR("a"), CFSTR("")));
	CHECK(CFStringHasSuffix(CFSTR("https://a"), CFSTR("/a")));
	CHECK(!CFStringHasSuffix(CFSTR("https://a"), CFSTR("//")));
}

static void finding_in_a_range(void)
{
	CF_OWNED CFStringRef text = cf_string("ab" EMOJI "ab");
	CFRange found = {-5, -5};

	CHECK(CFStringFindWithOptions(text, CFSTR("ab"), CFRangeMake(1, 5), 0, &found));
	CHECK(found.location == 4 && found.length == 2);
	CHECK(!CFStringFindWithOptions(text, CFSTR("ab"), CFRangeMake(1, 4), 0, &found));
	CHECK(CFStringFindWithOptions(text, CFSTR("ab"), CFRangeMake(0, 2), 0, NULL));
	/* ranges that cut the pair see neither half of it */
	CHECK(CFStringFindWithOptions(text, CFSTR("ab"), CFRangeMake(3, 3), 0, &found));
	CHECK(found.location == 4);
	CHECK(!CFStringFindWithOptions(text, CFSTR(EMOJI), CFRangeMake(0, 3), 0, &found));
	CHECK(!CFStringFindWithOptions(text, CFSTR(EMOJI), CFRangeMake(3, 1), 0, &found));
}

static void integers_in_strings(void)
{
	static const struct {
		const char *text;
		SInt32 value;
	} wanted[] = {{"", 0}, {"x", 0}, {"42", 42}, {"  -7z", -7}, {"+8 9", 8}, {"-", 0},
		{"2147483647", INT32_MAX}, {"2147483648", INT32_MAX}, {"-2147483648", INT32_MIN},
		{"-2147483649", INT32_MIN}, {"99999999999999999999999", INT32_MAX},
		{"\xC2\xA0"
		 "5",
			5},
		{"0443", 443}};

	for (size_t i = 0; i < KC_COUNT_OF(wanted); i++) {
		CF_OWNED CFStringRef text = cf_string(wanted[i].text);
		CHECK_MSG(CFStringGetIntValue(text) == wanted[i].value, wanted[i].text);
	}
}

/* --- changing -------------------------------------------------------------------------------- */

static void changing(void)
{
	CF_OWNED CFMutableStringRef string = CFStringCreateMutable(NULL, 0);

	CHECK(CFStringGetLength(string) == 0 && cf_reads(string, ""));
	CFStringAppend(string, CFSTR("b" EMOJI));
	CFStringInsert(string, 0, CFSTR("a"));
	CFStringInsert(string, 4, CFSTR("c"));
	CHECK(cf_reads(string, "ab" EMOJI "c") && CFStringGetLength(string) == 5);
	CFStringAppendCString(string, "\xE9", kCFStringEncodingISOLatin1);
	CFStringAppendCharacters(string, (const UniChar[]){0xD83D, 0xDD11}, 2);
	CHECK(cf_reads(string, "ab" EMOJI "c" E_ACUTE EMOJI) && CFStringGetLength(string) == 8);
	CFStringAppendCString(string, "\xFF", utf8); /* nothing */
	CHECK(CFStringGetLength(string) == 8);
	CFStringDelete(string, CFRangeMake(2, 2));
	CHECK(cf_reads(string, "abc" E_ACUTE EMOJI) && CFStringGetLength(string) == 6);
	CFStringReplace(string, CFRangeMake(1, 3), CFSTR(HAN));
	CHECK(cf_reads(string, "a" HAN EMOJI) && CFStringGetLength(string) == 4);
	CFStringAppend(string, string);
	CHECK(cf_reads(string, "a" HAN EMOJI "a" HAN EMOJI) && CFStringGetLength(string) == 8);
	CFStringReplaceAll(string, CFSTR("new"));
	CHECK(cf_reads(string, "new") && CFStringGetLength(string) == 3);
	CFStringInsert(string, 1, string);
	CHECK(cf_reads(string, "nnewew"));
	CFStringReplaceAll(string, CFSTR(""));
	CHECK(cf_reads(string, ""));
	for (int i = 0; i < 1000; i++)
		CFStringAppend(string, CFSTR(HAN "0123456789"));
	CHECK(CFStringGetLength(string) == 11000);
	CHECK(CFStringGetCharacterAtIndex(string, 10989) == 0x6F22);
}

static void find_and_replace(void)
{
	static const struct {
		const char *text, *sought, *replacement;
		CFRange range;
		CFStringCompareFlags flags;
		CFIndex count;
		const char *result;
	} wanted[] = {
		{"a.b.c", ".", "::", {0, 5}, 0, 2, "a::b::c"},
		{"a.b.c", ".", "", {0, 5}, 0, 2, "abc"},
		{"aaaa", "a", "aa", {0, 4}, 0, 4, "aaaaaaaa"},
		{"aaaa", "a", "b", {1, 2}, 0, 2, "abba"},
		{"aaaaa", "aa", "b", {0, 5}, kCFCompareBackwards, 2, "abb"},
		{"aaaaa", "aa", "b", {0, 5}, 0, 2, "bba"},
		{"xXx", "x", "y", {0, 3}, kCFCompareCaseInsensitive, 3, "yyy"},
		{"abc", "d", "y", {0, 3}, 0, 0, "abc"},
		{"abc", "", "y", {0, 3}, 0, 0, "abc"},
		{EMOJI "a" EMOJI, EMOJI, E_ACUTE, {0, 5}, 0, 2, E_ACUTE "a" E_ACUTE},
	};

	for (size_t i = 0; i < KC_COUNT_OF(wanted); i++) {
		CF_OWNED CFStringRef text = cf_string(wanted[i].text);
		CF_OWNED CFStringRef sought = cf_string(wanted[i].sought);
		CF_OWNED CFStringRef replacement = cf_string(wanted[i].replacement);
		CF_OWNED CFMutableStringRef string = CFStringCreateMutableCopy(NULL, 0, text);

		CHECK_MSG(CFStringFindAndReplace(string, sought, replacement, wanted[i].range,
				  wanted[i].flags) == wanted[i].count,
			wanted[i].result);
		CHECK_MSG(cf_reads(string, wanted[i].result), wanted[i].result);
		CFStringFindAndReplace(
			string, string, string, CFRangeMake(0, CFStringGetLength(string)), 0);
		CHECK_MSG(cf_reads(string, wanted[i].result), wanted[i].result);
	}
}

static void trimming(void)
{
	static const struct {
		const char *text, *result;
	} wanted[] = {{"", ""}, {"  ", ""}, {" a ", "a"}, {"\t\r\na b\xC2\xA0\xE3\x80\x80", "a b"},
		{E_ACUTE " ", E_ACUTE}, {"\xE2\x80\xA8" EMOJI "\xC2\x85", EMOJI}};
	CF_OWNED CFMutableStringRef string = CFStringCreateMutable(NULL, 0);

	for (size_t i = 0; i < KC_COUNT_OF(wanted); i++) {
		CFStringReplaceAll(string, CFSTR(""));
		CFStringAppendCString(string, wanted[i].text, utf8);
		CFStringTrimWhitespace(string);
		CHECK_MSG(cf_reads(string, wanted[i].result), wanted[i].text);
	}
	CFStringReplaceAll(string, CFSTR("ababxabab"));
	CFStringTrim(string, CFSTR("ab"));
	CHECK(cf_reads(string, "x"));
	CFStringTrim(string, string);
	CHECK(cf_reads(string, ""));
}

static void parts(void)
{
	static const struct {
		const char *text, *separator;
		CFIndex count;
		const char *again; /* joined by | */
	} wanted[] = {{"a,b,,c", ",", 4, "a|b||c"}, {"", ",", 1, ""}, {",", ",", 2, "|"},
		{"abc", ",", 1, "abc"}, {"abc", "", 1, "abc"}, {"a--b--", "--", 3, "a|b|"},
		{EMOJI "," HAN, ",", 2, EMOJI "|" HAN}};

	for (size_t i = 0; i < KC_COUNT_OF(wanted); i++) {
		CF_OWNED CFStringRef text = cf_string(wanted[i].text);
		CF_OWNED CFStringRef separator = cf_string(wanted[i].separator);
		CF_OWNED CFArrayRef array =
			CFStringCreateArrayBySeparatingStrings(NULL, text, separator);

		CHECK_MSG(CFArrayGetCount(array) == wanted[i].count, wanted[i].text);
		CHECK_MSG(cf_gives(CFStringCreateByCombiningStrings(NULL, array, CFSTR("|")),
				  wanted[i].again),
			wanted[i].text);
	}
}

int main(void)
{
	static const struct check_test tests[] = {
		CHECK_TEST(bytes_become_strings_or_nothing),
		CHECK_TEST(strings_become_bytes_again),
		CHECK_TEST(conversion_stops_where_it_must),
		CHECK_TEST(halves_of_pairs),
		CHECK_TEST(nul_is_a_character),
		CHECK_TEST(c_strings),
		CHECK_TEST(c_strings_in_place),
		CHECK_TEST(external_representations),
		CHECK_TEST(sizes_and_encodings),
		CHECK_TEST(characters),
		CHECK_TEST(random_texts_agree_with_iconv),
		CHECK_TEST(constant_strings),
		CHECK_TEST(strings_of_the_file),
		CHECK_TEST(copies),
		CHECK_TEST(comparing),
		CHECK_TEST(finding),
		CHECK_TEST(finding_in_a_range),
		CHECK_TEST(integers_in_strings),
		CHECK_TEST(changing),
		CHECK_TEST(find_and_replace),
		CHECK_TEST(trimming),
		CHECK_TEST(parts),
	};

	return check_main("CoreFoundation: strings", tests, KC_COUNT_OF(tests));
}
