/* SPDX-License-Identifier: ISC */
/* Data, numbers, booleans, dates, errors, UUIDs: objects that hold one value. */
#include "tests/keychainapi/cf/cf_check.h"

/* --- data ------------------------------------------------------------------------------------ */

static bool holds(CFDataRef data, const char *bytes, CFIndex length)
{
	return CFDataGetLength(data) == length &&
	       memcmp(CFDataGetBytePtr(data), bytes, (size_t)length) == 0 &&
	       CFDataGetBytePtr(data)[length] == 0;
}

static void data_copies_and_ends_in_nul(void)
{
	char bytes[] = {'a', 0, 'b'};
	CF_OWNED CFDataRef data = cf_data(bytes, 3);
	CF_OWNED CFDataRef empty = cf_data(NULL, 0);
	CF_OWNED CFDataRef same = CFDataCreateCopy(NULL, data);
	UInt8 out[2] = {0};

	memset(bytes, 'x', sizeof bytes);
	CHECK(holds(data, "a\0b", 3));
	CHECK(CFDataGetBytePtr(empty) != NULL && holds(empty, "", 0));
	CHECK(same == data);
	CFDataGetBytes(data, CFRangeMake(1, 2), out);
	CHECK(out[0] == 0 && out[1] == 'b');
	CFDataGetBytes(data, CFRangeMake(3, 0), NULL);
	CHECK(CFDataCreate(NULL, (const UInt8 *)"a", -1) == NULL);
	CHECK(CFDataCreate(NULL, (const UInt8 *)"a", LONG_MAX) == NULL);
}

static void data_in_place(void)
{
	static const UInt8 borrowed[] = {1, 2, 3};
	CFDataRef data = CFDataCreateWithBytesNoCopy(NULL, borrowed, 3, kCFAllocatorNull);
	CFDataRef copy = CFDataCreateCopy(NULL, data);

	CHECK(CFDataGetBytePtr(data) == borrowed);
	CFRelease(data);
	CHECK(borrowed[0] == 1);
	CHECK(CFDataGetBytePtr(copy) != borrowed && holds(copy, "\1\2\3", 3));
	CFRelease(copy);
	/* the leak checker sees whether these are freed */
	CFRelease(CFDataCreateWithBytesNoCopy(NULL, malloc(4), 0, NULL));
	CFRelease(CFDataCreateWithBytesNoCopy(NULL, calloc(4, 1), 4, kCFAllocatorMalloc));
	data = CFDataCreateWithBytesNoCopy(NULL, NULL, 0, NULL);
	CHECK(holds(data, "", 0));
	CFRelease(data);
	CHECK(CFDataCreateWithBytesNoCopy(NULL, borrowed, -1, kCFAllocatorNull) == NULL);
}

static void data_changes(void)
{
	CF_OWNED CFMutableDataRef data = CFDataCreateMutable(NULL, 2); /* a hint */
	CF_OWNED CFDataRef frozen = NULL;
	CF_OWNED CFMutableDataRef copy = NULL;

	CHECK(holds(data, "", 0));
	CFDataAppendBytes(data, (const UInt8 *)"abcd", 4);
	CFDataReplaceBytes(data, CFRangeMake(1, 2), (const UInt8 *)"XYZ", 3);
	CHECK(holds(data, "aXYZd", 5));
	CFDataReplaceBytes(data, CFRangeMake(0, 4), (const UInt8 *)"-", 1);
	CHECK(holds(data, "-d", 2));
	frozen = CFDataCreateCopy(NULL, data);
	CFDataIncreaseLength(data, 3);
	CHECK(holds(data, "-d\0\0\0", 5));
	CFDataGetMutableBytePtr(data)[4] = '!';
	CHECK(holds(data, "-d\0\0!", 5));
	CFDataSetLength(data, 3);
	CFDataSetLength(data, 5); /* what was cut off is gone */
	CHECK(holds(data, "-d\0\0\0", 5));
	CFDataDeleteBytes(data, CFRangeMake(0, 1));
	CHECK(holds(data, "d\0\0\0", 4));
	CFDataSetLength(data, 0);
	CHECK(holds(data, "", 0));
	CHECK(holds(frozen, "-d", 2));
	copy = CFDataCreateMutableCopy(NULL, 0, frozen);
	CFDataAppendBytes(copy, (const UInt8 *)"+", 1);
	CHECK(holds(copy, "-d+", 3) && !CFEqual(copy, frozen));
	for (int i = 0; i < 1000; i++)
		CFDataAppendBytes(data, (const UInt8 *)"0123456789", 10);
	CHECK(CFDataGetLength(data) == 10000 && CFDataGetBytePtr(data)[10000] == 0);
}

/* The bytes come from the object that changes, with room in it and without. */
static void data_changes_by_itself(void)
{
	for (CFIndex length = 1; length < 100; length++) {
		CF_OWNED CFMutableDataRef data = CFDataCreateMutable(NULL, 0);
		char wanted[300] = {0};

		for (CFIndex i = 0; i < length; i++)
			CFDataAppendBytes(data, &(const UInt8){(UInt8)('a' + i % 26)}, 1);
		memcpy(wanted, CFDataGetBytePtr(data), (size_t)length);
		memmove(wanted + length, wanted, (size_t)length);
		CFDataAppendBytes(data, CFDataGetBytePtr(data), length);
		CHECK_FATAL(holds(data, wanted, 2 * length));
		memmove(wanted + length, wanted, (size_t)(2 * length));
		memcpy(wanted, wanted + length, (size_t)length);
		CFDataReplaceBytes(
			data, CFRangeMake(0, 0), CFDataGetBytePtr(data) + length, length);
		CHECK_FATAL(holds(data, wanted, 3 * length));
	}
}

static void data_is_found(void)
{
	enum { B = kCFDataSearchBackwards, A = kCFDataSearchAnchored };
	static const struct {
		const char *sought;
		CFIndex size;
		CFRange range;
		CFDataSearchFlags flags;
		CFIndex location;
	} rows[] = {
		{"ab", 2, {0, 8}, 0, 0},
		{"ab", 2, {1, 7}, 0, 5},
		{"ab", 2, {0, 8}, B, 5},
		{"ab", 2, {0, 6}, B, 0},
		{"\0b", 2, {0, 8}, 0, 2},
		{"ab", 2, {0, 8}, A, 0},
		{"b", 1, {0, 8}, A, -1},
		{"b\0", 2, {0, 8}, A | B, 6},
		{"ab", 2, {0, 8}, A | B, -1},
		{"b\0", 2, {0, 3}, A | B, 1},
		{"abc", 3, {0, 8}, 0, -1},
		{"abc", 3, {0, 8}, B, -1},
		{"", 0, {0, 8}, 0, -1},
		{"ab", 2, {8, 0}, 0, -1},
		{"ab\0ba\0\0\0\0", 9, {0, 8}, 0, -1},
	};
	CF_OWNED CFDataRef data = cf_data("ab\0bxab\0", 8);

	for (size_t i = 0; i < KC_COUNT_OF(rows); i++) {
		CF_OWNED CFDataRef sought = cf_data(rows[i].sought, rows[i].size);
		CFRange found = CFDataFind(data, sought, rows[i].range, rows[i].flags);

		CHECK(found.location == rows[i].location);
		CHECK(found.length == (found.location == kCFNotFound ? 0 : rows[i].size));
	}
}

/* --- numbers --------------------------------------------------------------------------------- */

static void types_are_kept_by_size(void)
{
	static const struct {
		CFNumberType type, kept;
		CFIndex size;
	} wanted[] = {
		{kCFNumberSInt8Type, kCFNumberSInt8Type, 1},
		{kCFNumberSInt16Type, kCFNumberSInt16Type, 2},
		{kCFNumberSInt32Type, kCFNumberSInt32Type, 4},
		{kCFNumberSInt64Type, kCFNumberSInt64Type, 8},
		{kCFNumberFloat32Type, kCFNumberFloat32Type, 4},
		{kCFNumberFloat64Type, kCFNumberFloat64Type, 8},
		{kCFNumberCharType, kCFNumberSInt8Type, 1},
		{kCFNumberShortType, kCFNumberSInt16Type, sizeof(short)},
		{kCFNumberIntType, kCFNumberSInt32Type, sizeof(int)},
		{kCFNumberLongType, kCFNumberSInt64Type, sizeof(long)},
		{kCFNumberLongLongType, kCFNumberSInt64Type, sizeof(long long)},
		{kCFNumberFloatType, kCFNumberFloat32Type, sizeof(float)},
		{kCFNumberDoubleType, kCFNumberFloat64Type, sizeof(double)},
		{kCFNumberCFIndexType, kCFNumberSInt64Type, sizeof(CFIndex)},
		{kCFNumberNSIntegerType, kCFNumberSInt64Type, sizeof(long)},
		{kCFNumberCGFloatType, kCFNumberFloat64Type, sizeof(double)},
	};
	unsigned char zeros[16] = {0};

	for (size_t i = 0; i < KC_COUNT_OF(wanted); i++) {
		CF_OWNED CFNumberRef number = CFNumberCreate(NULL, wanted[i].type, zeros);
		unsigned char out[16];

		CHECK(wanted[i].type == (CFNumberType)(i + 1));
		CHECK(CFNumberGetType(number) == wanted[i].kept);
		CHECK(CFNumberGetByteSize(number) == wanted[i].size);
		CHECK(CFNumberIsFloatType(number) ==
			(wanted[i].kept == kCFNumberFloat32Type ||
				wanted[i].kept == kCFNumberFloat64Type));
		memset(out, 0x55, sizeof out);
		CHECK(CFNumberGetValue(number, wanted[i].type, out));
		CHECK(memcmp(out, zeros, (size_t)wanted[i].size) == 0);
		CHECK(out[wanted[i].size] == 0x55); /* not a byte more */
	}
	CHECK(CFNumberCreate(NULL, 0, zeros) == NULL);
	CHECK(CFNumberCreate(NULL, 17, zeros) == NULL);
	CHECK(CFNumberCreate(NULL, -1, zeros) == NULL);
}

static void loss_is_told_and_the_rest_written(void)
{
	static const struct {
		int64_t integer;
		bool fits8, fits16, fits32, fits_float, fits_double;
	} wanted[] = {
		{0, true, true, true, true, true},
		{-1, true, true, true, true, true},
		{127, true, true, true, true, true},
		{128, false, true, true, true, true},
		{-129, false, true, true, true, true},
		{40000, false, false, true, true, true},
		{16777217, false, false, true, false, true},
		{2147483648, false, false, false, true, true},
		{9007199254740993, false, false, false, false, false},
		{INT64_MAX, false, false, false, false, false},
		{INT64_MIN, false, false, false, true, true},
	};

	for (size_t i = 0; i < KC_COUNT_OF(wanted); i++) {
		int64_t integer = wanted[i].integer, i64 = 0;
		CF_OWNED CFNumberRef number = CFNumberCreate(NULL, kCFNumberSInt64Type, &integer);
		int8_t i8 = 0;
		int16_t i16 = 0;
		int32_t i32 = 0;
		float f = 0;
		double d = 0;

		CHECK(CFNumberGetValue(number, kCFNumberSInt8Type, &i8) == wanted[i].fits8);
		CHECK(i8 == (int8_t)integer);
		CHECK(CFNumberGetValue(number, kCFNumberShortType, &i16) == wanted[i].fits16);
		CHECK(i16 == (int16_t)integer);
		CHECK(CFNumberGetValue(number, kCFNumberIntType, &i32) == wanted[i].fits32);
		CHECK(i32 == (int32_t)integer);
		CHECK(CFNumberGetValue(number, kCFNumberLongType, &i64) && i64 == integer);
		CHECK(CFNumberGetValue(number, kCFNumberFloatType, &f) == wanted[i].fits_float);
		CHECK(f == (float)integer);
		CHECK(CFNumberGetValue(number, kCFNumberDoubleType, &d) == wanted[i].fits_double);
		CHECK(d == (double)integer);
	}
}

static void reals_lose_fractions_and_ends(void)
{
	static const struct {
		double real;
		int64_t integer;
		bool exact;
	} wanted[] = {
		{0, 0, true},
		{-0.0, 0, true},
		{443, 443, true},
		{-2.5, -2, false},
		{2.999, 2, false},
		{0x1p62, (int64_t)1 << 62, true},
		{-0x1p63, INT64_MIN, true},
		{0x1p63, INT64_MAX, false},
		{1e300, INT64_MAX, false},
		{-1e300, INT64_MIN, false},
		{NAN, 0, false},
	};

	for (size_t i = 0; i < KC_COUNT_OF(wanted); i++) {
		double real = wanted[i].real, back;
		CF_OWNED CFNumberRef number = CFNumberCreate(NULL, kCFNumberDoubleType, &real);
		int64_t integer = 77;

		CHECK(CFNumberGetValue(number, kCFNumberSInt64Type, &integer) == wanted[i].exact);
		CHECK(integer == wanted[i].integer);
		CHECK(CFNumberGetValue(number, kCFNumberDoubleType, &back));
		CHECK(memcmp(&back, &real, sizeof real) == 0);
	}
}

static void doubles_become_floats(void)
{
	static const struct {
		double real;
		bool exact;
	} wanted[] = {{0.5, true}, {0.1, false}, {1e300, false}, {INFINITY, true}, {NAN, true}};

	for (size_t i = 0; i < KC_COUNT_OF(wanted); i++) {
		double real = wanted[i].real;
		CF_OWNED CFNumberRef number = CFNumberCreate(NULL, kCFNumberDoubleType, &real);
		float narrow;

		CHECK(CFNumberGetValue(number, kCFNumberFloatType, &narrow) == wanted[i].exact);
		CHECK(isnan(real) ? isnan(narrow) : narrow == (float)real);
	}
}

/* In order; neighbours with the same rank are equal. */
static void numbers_compare_exactly(void)
{
	enum { INT, REAL };
	static const struct {
		int kind, rank;
		int64_t integer;
		double real;
	} order[] = {
		{REAL, 0, 0, NAN},
		{REAL, 1, 0, -INFINITY},
		{REAL, 2, 0, -1e300},
		{INT, 3, INT64_MIN, 0},
		{REAL, 3, 0, -0x1p63},
		{REAL, 4, 0, -2.5},
		{INT, 5, -2, 0},
		{REAL, 6, 0, -0.5},
		{INT, 7, 0, 0},
		{REAL, 7, 0, -0.0},
		{REAL, 8, 0, 0.5},
		{INT, 9, 1, 0},
		{REAL, 9, 0, 1.0},
		{INT, 10, 9007199254740992, 0},
		{REAL, 10, 0, 9007199254740992.0},
		{INT, 11, 9007199254740993, 0},
		{INT, 12, INT64_MAX, 0},
		{REAL, 13, 0, 0x1p63},
		{REAL, 14, 0, INFINITY},
	};
	CFNumberRef numbers[KC_COUNT_OF(order)];

	for (size_t i = 0; i < KC_COUNT_OF(order); i++)
		numbers[i] = order[i].kind == INT
				     ? CFNumberCreate(NULL, kCFNumberSInt64Type, &order[i].integer)
				     : CFNumberCreate(NULL, kCFNumberDoubleType, &order[i].real);
	for (size_t i = 0; i < KC_COUNT_OF(order); i++)
		for (size_t j = 0; j < KC_COUNT_OF(order); j++) {
			CFComparisonResult wanted =
				(order[i].rank > order[j].rank) - (order[i].rank < order[j].rank);

			CHECK(CFNumberCompare(numbers[i], numbers[j], NULL) == wanted);
			CHECK(CFEqual(numbers[i], numbers[j]) == (wanted == 0));
			CHECK(wanted || CFHash(numbers[i]) == CFHash(numbers[j]));
		}
	CHECK(CFEqual(numbers[0], kCFNumberNaN));
	CHECK(CFEqual(numbers[KC_COUNT_OF(order) - 1], kCFNumberPositiveInfinity));
	CHECK(CFEqual(numbers[1], kCFNumberNegativeInfinity));
	for (size_t i = 0; i < KC_COUNT_OF(order); i++)
		CFRelease(numbers[i]);
}

static void booleans(void)
{
	CF_OWNED CFNumberRef one = cf_int(1), zero = cf_int(0);
	double half = 0.5;
	CF_OWNED CFNumberRef real = CFNumberCreate(NULL, kCFNumberDoubleType, &half);
	short out = -1;

	CHECK(CFBooleanGetValue(kCFBooleanTrue) && !CFBooleanGetValue(kCFBooleanFalse));
	CHECK(CFGetTypeID(kCFBooleanTrue) == CFBooleanGetTypeID());
	CHECK(CFGetTypeID(kCFBooleanFalse) == CFBooleanGetTypeID());
	CHECK(!CFEqual(kCFBooleanTrue, kCFBooleanFalse) && !CFEqual(kCFBooleanTrue, one));
	CHECK(CFHash(kCFBooleanTrue) != CFHash(kCFBooleanFalse));
	/* each where the other belongs */
	CHECK(CFBooleanGetValue((CFBooleanRef)(CFTypeRef)one));
	CHECK(CFBooleanGetValue((CFBooleanRef)(CFTypeRef)real));
	CHECK(!CFBooleanGetValue((CFBooleanRef)(CFTypeRef)zero));
	CHECK(CFNumberGetValue((CFNumberRef)(CFTypeRef)kCFBooleanTrue, kCFNumberShortType, &out));
	CHECK(out == 1);
	CHECK(CFNumberGetValue((CFNumberRef)(CFTypeRef)kCFBooleanFalse, kCFNumberShortType, &out));
	CHECK(out == 0);
	CHECK(CFNumberGetType((CFNumberRef)(CFTypeRef)kCFBooleanTrue) == kCFNumberSInt8Type);
	CHECK(CFNumberGetByteSize((CFNumberRef)(CFTypeRef)kCFBooleanTrue) == 1);
	CHECK(!CFNumberIsFloatType((CFNumberRef)(CFTypeRef)kCFBooleanFalse));
	CHECK(CFNumberCompare((CFNumberRef)(CFTypeRef)kCFBooleanTrue, one, NULL) == 0);
	CHECK(CFNumberCompare(real, (CFNumberRef)(CFTypeRef)kCFBooleanFalse, NULL) == 1);
}

/* --- dates ----------------------------------------------------------------------------------- */

static void dates(void)
{
	static const double times[] = {0, -0.0, 1.5, -978307200, 0.1, 1e300, 0x1p-1074};
	CFAbsoluteTime now = CFAbsoluteTimeGetCurrent();
	CF_OWNED CFDateRef early = CFDateCreate(NULL, 10), late = CFDateCreate(NULL, 12.5);

	for (size_t i = 0; i < KC_COUNT_OF(times); i++) {
		CF_OWNED CFDateRef date = CFDateCreate(NULL, times[i]);
		double back = CFDateGetAbsoluteTime(date);

		CHECK(memcmp(&back, &times[i], sizeof back) == 0);
	}
	CHECK(kCFAbsoluteTimeIntervalSince1970 == 978307200.0);
	CHECK(kCFAbsoluteTimeIntervalSince1904 == 3061152000.0);
	CHECK(fabs(now + 978307200.0 - (double)time(NULL)) < 2);
	CHECK(CFDateGetTimeIntervalSinceDate(late, early) == 2.5);
	CHECK(CFDateCompare(early, late, NULL) == kCFCompareLessThan);
	CHECK(CFDateCompare(late, early, NULL) == kCFCompareGreaterThan);
	CHECK(CFDateCompare(late, late, NULL) == kCFCompareEqualTo);
	CHECK(!CFEqual(early, late));
}

/* --- errors ---------------------------------------------------------------------------------- */

#define NOT_COMPLETED "The operation couldn\xE2\x80\x99t be completed. "

static void error_sentences(void)
{
	static const struct {
		bool posix;
		CFIndex code;
		const char *description, *reason, *note; /* what the dictionary has */
		const char *sentence, *said_reason;
	} wanted[] = {
		{false, -50, NULL, NULL, NULL, NOT_COMPLETED "(OSStatus error -50.)", NULL},
		{false, -50, NULL, NULL, "note", NOT_COMPLETED "(OSStatus error -50 - note)", NULL},
		{false, -50, NULL, "Reason.", "note", NOT_COMPLETED "Reason.", "Reason."},
		{false, -50, "All.", "Reason.", "note", "All.", "Reason."},
		{true, ENOENT, NULL, NULL, NULL, NOT_COMPLETED "No such file or directory",
			"No such file or directory"},
		{true, ENOENT, NULL, "Reason.", NULL, NOT_COMPLETED "Reason.", "Reason."},
	};

	for (size_t i = 0; i < KC_COUNT_OF(wanted); i++) {
		CF_OWNED CFMutableDictionaryRef info = CFDictionaryCreateMutable(
			NULL, 0, &kCFTypeDictionaryKeyCallBacks, &kCFTypeDictionaryValueCallBacks);
		const struct {
			CFStringRef key;
			const char *text;
		} facts[] = {{kCFErrorLocalizedDescriptionKey, wanted[i].description},
			{kCFErrorLocalizedFailureReasonKey, wanted[i].reason},
			{kCFErrorDescriptionKey, wanted[i].note}};
		CF_OWNED CFErrorRef error = NULL;
		CF_OWNED CFStringRef reason = NULL;

		for (size_t j = 0; j < KC_COUNT_OF(facts); j++)
			if (facts[j].text)
				CFDictionarySetValue(info, facts[j].key,
					__CFStringMakeConstantString(facts[j].text));
		error = CFErrorCreate(NULL,
			wanted[i].posix ? kCFErrorDomainPOSIX : kCFErrorDomainOSStatus,
			wanted[i].code, info);
		CHECK(cf_gives(CFErrorCopyDescription(error), wanted[i].sentence));
		reason = CFErrorCopyFailureReason(error);
		CHECK(wanted[i].said_reason ? cf_reads(reason, wanted[i].said_reason) : !reason);
	}
}

static void errors_hold_their_facts(void)
{
	const void *keys[] = {kCFErrorLocalizedRecoverySuggestionKey, CFSTR("other")};
	const void *values[] = {CFSTR("Try again."), kCFNull};
	CF_OWNED CFErrorRef error =
		CFErrorCreateWithUserInfoKeysAndValues(NULL, CFSTR("d"), 7, keys, values, 2);
	CF_OWNED CFErrorRef bare = CFErrorCreate(NULL, CFSTR("d"), 7, NULL);
	CF_OWNED CFErrorRef twin = CFErrorCreate(NULL, CFSTR("d"), 7, NULL);
	CF_OWNED CFErrorRef far = CFErrorCreate(NULL, CFSTR("d"), 8, NULL);
	CF_OWNED CFDictionaryRef info = CFErrorCopyUserInfo(error);
	CF_OWNED CFDictionaryRef nothing = CFErrorCopyUserInfo(bare);

	CHECK(CFErrorGetCode(error) == 7 && cf_reads(CFErrorGetDomain(error), "d"));
	CHECK(CFDictionaryGetCount(info) == 2);
	CHECK(CFDictionaryGetValue(info, CFSTR("other")) == kCFNull);
	CHECK(nothing && CFDictionaryGetCount(nothing) == 0);
	CHECK(cf_gives(CFErrorCopyRecoverySuggestion(error), "Try again."));
	CHECK(CFErrorCopyRecoverySuggestion(bare) == NULL);
	CHECK(CFEqual(bare, twin) && CFHash(bare) == CFHash(twin));
	CHECK(!CFEqual(bare, error) && !CFEqual(bare, far));
}

static void an_error_keeps_its_own_dictionary(void)
{
	CF_OWNED CFMutableDictionaryRef info = CFDictionaryCreateMutable(
		NULL, 0, &kCFTypeDictionaryKeyCallBacks, &kCFTypeDictionaryValueCallBacks);
	CF_OWNED CFErrorRef error = NULL;

	CFDictionarySetValue(info, kCFErrorLocalizedDescriptionKey, CFSTR("before"));
	error = CFErrorCreate(NULL, kCFErrorDomainMach, 1, info);
	CFDictionarySetValue(info, kCFErrorLocalizedDescriptionKey, CFSTR("after"));
	CHECK(cf_gives(CFErrorCopyDescription(error), "before"));
}

/* --- UUIDs ----------------------------------------------------------------------------------- */

static void uuids(void)
{
	static const char *const refused[] = {"", "68753A44-4D6F-1226-9C60-0050E4C00067x",
		"68753A44-4D6F-1226-9C60-0050E4C0006", "68753A44-4D6F-1226-9C60-0050E4C0006g",
		"68753A4444D6F-1226-9C60-0050E4C00067", "68753A44-4D6F-1226-9C60_0050E4C00067",
		"68753A44-4D6F-1226-9C60-0050E4C000\xC3\xA9-",
		"68753A44-4D6F-1226-9C60-0050E4C0006\x10"};
	CF_OWNED CFUUIDRef lower =
		CFUUIDCreateFromString(NULL, CFSTR("68753a44-4d6f-1226-9c60-0050e4c00067"));
	CF_OWNED CFUUIDRef upper =
		CFUUIDCreateFromString(NULL, CFSTR("68753A44-4D6F-1226-9C60-0050E4C00067"));
	CF_OWNED CFUUIDRef a = CFUUIDCreate(NULL), b = CFUUIDCreate(NULL);
	CFUUIDBytes bytes;

	CHECK_FATAL(lower && upper && a && b);
	CHECK(CFEqual(lower, upper) && CFHash(lower) == CFHash(upper));
	CHECK(cf_gives(CFUUIDCreateString(NULL, lower), "68753A44-4D6F-1226-9C60-0050E4C00067"));
	bytes = CFUUIDGetUUIDBytes(lower);
	CHECK(bytes.byte0 == 0x68 && bytes.byte7 == 0x26 && bytes.byte15 == 0x67);
	CHECK(!CFEqual(a, b));
	for (int i = 0; i < 100; i++) {
		CF_OWNED CFUUIDRef random = CFUUIDCreate(NULL);

		bytes = CFUUIDGetUUIDBytes(random);
		CHECK(bytes.byte6 >> 4 == 4 && bytes.byte8 >> 6 == 2);
	}
	for (size_t i = 0; i < KC_COUNT_OF(refused); i++) {
		CF_OWNED CFStringRef text = cf_string(refused[i]);

		CHECK_MSG(CFUUIDCreateFromString(NULL, text) == NULL, refused[i]);
	}
}

static void constant_uuids(void)
{
	CF_OWNED CFUUIDRef made =
		CFUUIDCreateWithBytes(NULL, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16);
	CFUUIDRef constant = CFUUIDGetConstantUUIDWithBytes(
		NULL, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16);

	CHECK(CFEqual(made, constant) && made != constant);
	CHECK(CFGetRetainCount(constant) == LONG_MAX);
	CHECK(CFUUIDGetConstantUUIDWithBytes(
		      NULL, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16) == constant);
	CHECK(CFUUIDGetConstantUUIDWithBytes(
		      NULL, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 0) != constant);
	CHECK(cf_gives(CFUUIDCreateString(NULL, constant), "01020304-0506-0708-090A-0B0C0D0E0F10"));
}

int main(void)
{
	static const struct check_test tests[] = {
		CHECK_TEST(data_copies_and_ends_in_nul),
		CHECK_TEST(data_in_place),
		CHECK_TEST(data_changes),
		CHECK_TEST(data_changes_by_itself),
		CHECK_TEST(data_is_found),
		CHECK_TEST(types_are_kept_by_size),
		CHECK_TEST(loss_is_told_and_the_rest_written),
		CHECK_TEST(reals_lose_fractions_and_ends),
		CHECK_TEST(doubles_become_floats),
		CHECK_TEST(numbers_compare_exactly),
		CHECK_TEST(booleans),
		CHECK_TEST(dates),
		CHECK_TEST(error_sentences),
		CHECK_TEST(errors_hold_their_facts),
		CHECK_TEST(an_error_keeps_its_own_dictionary),
		CHECK_TEST(uuids),
		CHECK_TEST(constant_uuids),
	};

	return check_main("CoreFoundation: values", tests, KC_COUNT_OF(tests));
}
