/* SPDX-License-Identifier: ISC */
/* Property lists in their binary form: bytes that other writers make, faults, sharing, sizes. */
#include "tests/keychainapi/cf/cf_check.h"

#define E_ACUTE "\xC3\xA9"
#define EMOJI "\xF0\x9F\x94\x91"

/* A document of objects, each of which is given by its bytes; offsets and references take one. */
struct object {
	const char *bytes;
	size_t length;
};
#define OBJECT(text)                   \
	{                              \
		text, sizeof(text) - 1 \
	}

static CFDataRef document(const struct object *objects, size_t count, UInt8 top)
{
	CFMutableDataRef data = CFDataCreateMutable(NULL, 0);
	UInt8 offsets[32], trailer[32] = {0};

	CFDataAppendBytes(data, (const UInt8 *)"bplist00", 8);
	for (size_t i = 0; i < count; i++) {
		offsets[i] = (UInt8)CFDataGetLength(data);
		CFDataAppendBytes(
			data, (const UInt8 *)objects[i].bytes, (CFIndex)objects[i].length);
	}
	trailer[6] = trailer[7] = 1;
	trailer[15] = (UInt8)count;
	trailer[23] = top;
	trailer[31] = (UInt8)CFDataGetLength(data);
	CFDataAppendBytes(data, offsets, (CFIndex)count);
	CFDataAppendBytes(data, trailer, 32);
	return data;
}

static CFTypeRef read_data(CFDataRef data)
{
	return CFPropertyListCreateWithData(NULL, data, 0, NULL, NULL);
}

static CFDataRef write_list(CFTypeRef list)
{
	return CFPropertyListCreateData(NULL, list, kCFPropertyListBinaryFormat_v1_0, 0, NULL);
}

/* --- leaves ---------------------------------------------------------------------------------- */

/* The XML of a value, and the one object of its document; written so, too, unless read only. */
static const struct {
	const char *xml;
	struct object object;
	bool read_only;
} leaves[] = {
	{"<true/>", OBJECT("\x09"), false},
	{"<false/>", OBJECT("\x08"), false},
	{"<integer>0</integer>", OBJECT("\x10\0"), false},
	{"<integer>255</integer>", OBJECT("\x10\xFF"), false},
	{"<integer>256</integer>", OBJECT("\x11\1\0"), false},
	{"<integer>70000</integer>", OBJECT("\x12\0\1\x11\x70"), false},
	{"<integer>4294967296</integer>", OBJECT("\x13\0\0\0\1\0\0\0\0"), false},
	{"<integer>-1</integer>", OBJECT("\x13\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF"), false},
	{"<integer>5</integer>", OBJECT("\x13\0\0\0\0\0\0\0\5"), true},
	{"<integer>5</integer>", OBJECT("\x14\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\5"), true},
	{"<real>0.5</real>", OBJECT("\x23\x3F\xE0\0\0\0\0\0\0"), false},
	{"<real>0.5</real>", OBJECT("\x22\x3F\0\0\0"), true},
	{"<date>2001-01-01T00:00:01Z</date>", OBJECT("\x33\x3F\xF0\0\0\0\0\0\0"), false},
	{"<data>AAE=</data>", OBJECT("\x42\0\1"), false},
	{"<data/>", OBJECT("\x40"), false},
	{"<string/>", OBJECT("\x50"), false},
	{"<string>abc</string>",
		OBJECT("\x53"
		       "abc"),
		false},
	{"<string>0123456789abcde</string>",
		OBJECT("\x5F\x10\x0F"
		       "0123456789abcde"),
		false},
	{"<string>" E_ACUTE EMOJI "</string>", OBJECT("\x63\0\xE9\xD8\x3D\xDD\x11"), false},
	{"<string>a</string>", OBJECT("\x61\0a"), true},
	{"<string>a</string>",
		OBJECT("\x5F\x13\0\0\0\0\0\0\0\1"
		       "a"),
		true},
	{"<array/>", OBJECT("\xA0"), false},
	{"<dict/>", OBJECT("\xD0"), false},
};

static void leaves_are_read_and_written(void)
{
	for (size_t i = 0; i < KC_COUNT_OF(leaves); i++) {
		CF_OWNED CFDataRef xml = cf_data(leaves[i].xml, (CFIndex)strlen(leaves[i].xml));
		CF_OWNED CFTypeRef wanted = read_data(xml), read = NULL;
		CF_OWNED CFDataRef binary = document(&leaves[i].object, 1, 0);
		CF_OWNED CFDataRef written = write_list(wanted);
		CFPropertyListFormat format = 0;

		read = CFPropertyListCreateWithData(NULL, binary, 0, &format, NULL);
		CHECK_MSG(read && CFEqual(read, wanted), leaves[i].xml);
		CHECK_MSG(format == kCFPropertyListBinaryFormat_v1_0, leaves[i].xml);
		CHECK_MSG(leaves[i].read_only || CFEqual(written, binary), leaves[i].xml);
	}
}

static void floats_keep_their_size(void)
{
	float tenth = 0.1F;
	CF_OWNED CFNumberRef number = CFNumberCreate(NULL, kCFNumberFloatType, &tenth);
	CF_OWNED CFDataRef data = write_list(number);
	CF_OWNED CFNumberRef read = read_data(data);

	CHECK(read && CFEqual(read, number));
	CHECK(CFNumberGetType(read) == kCFNumberFloat32Type);
}

/* --- containers ------------------------------------------------------------------------------ */

static void containers_refer_to_objects(void)
{
	static const struct object objects[] = {
		OBJECT("\xD2\1\2\3\1"), /* {"a": [true, "a"], "b": "a"} */
		OBJECT("\x51"
		       "a"),
		OBJECT("\x51"
		       "b"),
		OBJECT("\xA2\4\1"),
		OBJECT("\x09"),
	};
	CF_OWNED CFDataRef data = document(objects, KC_COUNT_OF(objects), 0), again = NULL;
	CF_OWNED CFDictionaryRef list = read_data(data), same = NULL;
	CFArrayRef array;

	CHECK_FATAL(list && CFDictionaryGetCount(list) == 2);
	array = CFDictionaryGetValue(list, CFSTR("a"));
	CHECK(CFArrayGetCount(array) == 2 && CFArrayGetValueAtIndex(array, 0) == kCFBooleanTrue);
	CHECK(CFArrayGetValueAtIndex(array, 1) == CFDictionaryGetValue(list, CFSTR("b")));
	again = write_list(list);
	CHECK(CFDataGetLength(again) == CFDataGetLength(data)); /* equal leaves are one */
	same = read_data(again);
	CHECK(CFEqual(list, same));
}

/* More than 255 objects, and then more than 65535: references and offsets grow. */
static void sizes_grow(void)
{
	static const CFIndex counts[] = {14, 15, 254, 255, 256, 300, 66000};

	for (size_t i = 0; i < KC_COUNT_OF(counts); i++) {
		CF_OWNED CFMutableArrayRef array =
			CFArrayCreateMutable(NULL, 0, &kCFTypeArrayCallBacks);
		CF_OWNED CFDataRef data = NULL;
		CF_OWNED CFTypeRef read = NULL;

		for (int n = 0; n < counts[i]; n++) {
			CF_OWNED CFNumberRef number = cf_int(n);
			CFArrayAppendValue(array, number);
		}
		data = write_list(array);
		read = read_data(data);
		CHECK(read && CFEqual(read, array));
	}
}

static void whole_and_real_numbers_stay_apart(void)
{
	double real = 1;
	CF_OWNED CFNumberRef one = cf_int(1);
	CF_OWNED CFNumberRef one_real = CFNumberCreate(NULL, kCFNumberDoubleType, &real);
	const void *values[] = {one, one_real};
	CF_OWNED CFArrayRef array = CFArrayCreate(NULL, values, 2, &kCFTypeArrayCallBacks);
	CF_OWNED CFDataRef data = write_list(array);
	CF_OWNED CFArrayRef read = read_data(data);

	CHECK_FATAL(read && CFArrayGetCount(read) == 2);
	CHECK(!CFNumberIsFloatType(CFArrayGetValueAtIndex(read, 0)));
	CHECK(CFNumberIsFloatType(CFArrayGetValueAtIndex(read, 1)));
}

static void what_is_read_may_be_mutable(void)
{
	static const struct object objects[] = {
		OBJECT("\xA2\1\1"), OBJECT("\xA1\2"), OBJECT("\x50")};
	CF_OWNED CFDataRef data = document(objects, 3, 0);
	CF_OWNED CFMutableArrayRef list =
		(CFMutableArrayRef)(uintptr_t)CFPropertyListCreateWithData(
			NULL, data, kCFPropertyListMutableContainersAndLeaves, NULL, NULL);
	CFMutableArrayRef first, second;

	CHECK_FATAL(list != NULL);
	first = (CFMutableArrayRef)(uintptr_t)CFArrayGetValueAtIndex(list, 0);
	second = (CFMutableArrayRef)(uintptr_t)CFArrayGetValueAtIndex(list, 1);
	CHECK(first != second); /* what was one object is two that can change */
	CFStringAppend((CFMutableStringRef)(uintptr_t)CFArrayGetValueAtIndex(first, 0), CFSTR("x"));
	CFArrayAppendValue(list, kCFBooleanTrue);
	CHECK(CFStringGetLength(CFArrayGetValueAtIndex(second, 0)) == 0);
}

/* --- faults ---------------------------------------------------------------------------------- */

static const struct {
	const char *problem;
	struct object objects[3];
	size_t count;
	UInt8 top;
} faults[] = {
	{"unknown kind", {OBJECT("\x00")}, 1, 0},
	{"unknown kind", {OBJECT("\x0F")}, 1, 0},
	{"unknown kind", {OBJECT("\x80\1")}, 1, 0},
	{"unknown kind", {OBJECT("\xC1\1"), OBJECT("\x50")}, 2, 0},
	{"makes no sense", {OBJECT("\x50")}, 1, 1},
	{"makes no sense", {OBJECT("")}, 0, 0},
	{"strange size", {OBJECT("\x15")}, 1, 0},
	{"strange size", {OBJECT("\x13\0")}, 1, 0},
	{"too large", {OBJECT("\x14\0\0\0\0\0\0\0\1\0\0\0\0\0\0\0\0")}, 1, 0},
	{"too large", {OBJECT("\x14\0\0\0\0\0\0\0\0\x80\0\0\0\0\0\0\0")}, 1, 0},
	{"strange size", {OBJECT("\x21\0\0")}, 1, 0},
	{"strange size", {OBJECT("\x32\0\0\0\0")}, 1, 0},
	{"behind the end", {OBJECT("\x4E")}, 1, 0},
	{"behind the end", {OBJECT("\x4F\x13\x7F\xFF\xFF\xFF\xFF\xFF\xFF\xFF")}, 1, 0},
	{"behind the end", {OBJECT("\x4F\x13\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF")}, 1, 0},
	{"behind the end", {OBJECT("\x6F\x13\x80\0\0\0\0\0\0\0")}, 1, 0},
	{"behind the end", {OBJECT("\xAF\x11\1\0")}, 1, 0},
	{"behind the end", {OBJECT("\xDF\x13\x80\0\0\0\0\0\0\0")}, 1, 0},
	{"length that is none", {OBJECT("\x4F\x50")}, 1, 0},
	{"length that is none", {OBJECT("\x4F\x14\0")}, 1, 0},
	{"not ASCII", {OBJECT("\x51\xE9")}, 1, 0},
	{"reference to no object", {OBJECT("\xA1\2"), OBJECT("\x50")}, 2, 0},
	{"key that is not a string", {OBJECT("\xD1\1\1"), OBJECT("\x09")}, 2, 0},
	{"in each other", {OBJECT("\xA1\0")}, 1, 0},
	{"in each other", {OBJECT("\xA2\1\1"), OBJECT("\xD1\2\0"), OBJECT("\x50")}, 3, 0},
};

static void faults_are_told(void)
{
	for (size_t i = 0; i < KC_COUNT_OF(faults); i++) {
		CF_OWNED CFDataRef data =
			document(faults[i].objects, faults[i].count, faults[i].top);
		CF_OWNED CFStringRef wanted = cf_string(faults[i].problem), text = NULL;
		CFErrorRef error = NULL;

		CHECK_MSG(CFPropertyListCreateWithData(NULL, data, 0, NULL, &error) == NULL,
			faults[i].problem);
		CHECK_FATAL(error != NULL);
		CHECK(CFErrorGetCode(error) == kCFPropertyListReadCorruptError);
		text = CFErrorCopyDescription(error);
		CHECK_MSG(CFStringFind(text, wanted, 0).location != kCFNotFound,
			CFStringGetCStringPtr(text, kCFStringEncodingUTF8));
		CFRelease(error);
	}
}

static void trailers_are_checked(void)
{
	static const struct object object = OBJECT("\x50");
	static const struct {
		int at, value;
	} changes[] = {{6, 0}, {6, 9}, {7, 0}, {7, 9}, {8, 1}, {15, 3}, {16, 1}, {24, 0x80},
		{31, 0}, {31, 200}};

	for (size_t i = 0; i < KC_COUNT_OF(changes); i++) {
		CF_OWNED CFMutableDataRef data =
			(CFMutableDataRef)(uintptr_t)document(&object, 1, 0);
		UInt8 *trailer = CFDataGetMutableBytePtr(data) + CFDataGetLength(data) - 32;

		trailer[changes[i].at] = (UInt8)changes[i].value;
		CHECK(read_data(data) == NULL);
	}
	for (CFIndex length = 0; length < 42; length++) {
		CF_OWNED CFMutableDataRef data =
			(CFMutableDataRef)(uintptr_t)document(&object, 1, 0);

		CFDataSetLength(data, length);
		CHECK(read_data(data) == NULL);
	}
}

/* Thirty containers of two references each, and so a list of a thousand million strings. */
static void a_small_document_is_a_small_list(void)
{
	static char references[31][4];
	struct object objects[31];
	CFErrorRef error = NULL;
	CF_OWNED CFDataRef data = NULL, modest = NULL;
	CF_OWNED CFTypeRef list = NULL;

	for (size_t i = 0; i < 30; i++) {
		references[i][0] = (char)0xA2;
		references[i][1] = references[i][2] = (char)(i + 1);
		objects[i] = (struct object){references[i], 3};
	}
	objects[30] = (struct object){"\x50", 1};
	data = document(objects, 31, 0);
	CHECK(CFPropertyListCreateWithData(NULL, data, 0, NULL, &error) == NULL);
	CHECK_FATAL(error != NULL);
	CFRelease(error);
	/* its last five are 63 objects */
	modest = document(objects, 31, 25);
	list = read_data(modest);
	CHECK(list && CFArrayGetCount(list) == 2);
}

int main(void)
{
	static const struct check_test tests[] = {
		CHECK_TEST(leaves_are_read_and_written),
		CHECK_TEST(floats_keep_their_size),
		CHECK_TEST(containers_refer_to_objects),
		CHECK_TEST(sizes_grow),
		CHECK_TEST(whole_and_real_numbers_stay_apart),
		CHECK_TEST(what_is_read_may_be_mutable),
		CHECK_TEST(faults_are_told),
		CHECK_TEST(trailers_are_checked),
		CHECK_TEST(a_small_document_is_a_small_list),
	};

	return check_main("CoreFoundation: binary property lists", tests, KC_COUNT_OF(tests));
}
