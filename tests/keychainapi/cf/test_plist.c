/* SPDX-License-Identifier: ISC */
/* Property lists: documents read and written, what is refused and why, copies. */
#include "tests/keychainapi/cf/cf_check.h"

#define E_ACUTE "\xC3\xA9"
#define EMOJI "\xF0\x9F\x94\x91"

#define HEAD                                                      \
	"<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"            \
	"<!DOCTYPE plist PUBLIC \"-//Apple//DTD PLIST 1.0//EN\" " \
	"\"http://www.apple.com/DTDs/PropertyList-1.0.dtd\">\n"   \
	"<plist version=\"1.0\">\n"
#define TAIL "</plist>\n"

static CFTypeRef read_bytes(const char *bytes, size_t length, CFErrorRef *ret_error)
{
	CF_OWNED CFDataRef data = cf_data(bytes, (CFIndex)length);

	return CFPropertyListCreateWithData(NULL, data, 0, NULL, ret_error);
}

static CFTypeRef read_text(const char *text)
{
	return read_bytes(text, strlen(text), NULL);
}

/* Whether the list is written as the text between head and tail. */
static bool is_written(CFTypeRef list, const char *wanted)
{
	CF_OWNED CFDataRef data = CFPropertyListCreateXMLData(NULL, list);
	char whole[4096];
	bool same;

	snprintf(whole, sizeof whole, "%s%s%s", HEAD, wanted, TAIL);
	same = data && strcmp((const char *)CFDataGetBytePtr(data), whole) == 0;
	if (!same)
		fprintf(stderr, "\ngot %s\nnot %s\n",
			data ? (const char *)CFDataGetBytePtr(data) : "nothing", whole);
	return same;
}

/* --- leaves ---------------------------------------------------------------------------------- */

/* What is read, and how it is written; NULL for what is written as it was read. */
static const struct {
	const char *read, *written;
} leaves[] = {
	{"<string>text</string>\n", NULL},
	{"<string></string>\n", NULL},
	{"<string/>", "<string></string>\n"},
	{"<string> two\n lines </string>\n", NULL},
	{"<string>&lt;a &amp; b&gt;</string>\n", NULL},
	{"<string>&quot;&apos;&#65;&#x1F511;&#xE9;</string>",
		"<string>\"'A" EMOJI E_ACUTE "</string>\n"},
	{"<string>a<![CDATA[<b> & ]]>c</string>", "<string>a&lt;b&gt; &amp; c</string>\n"},
	{"<string>a<!-- no -->b</string>", "<string>ab</string>\n"},
	{"<string>" EMOJI "</string>\n", NULL},
	{"<integer>0</integer>\n", NULL},
	{"<integer>-42</integer>\n", NULL},
	{"<integer> +7 </integer>", "<integer>7</integer>\n"},
	{"<integer>0xFf</integer>", "<integer>255</integer>\n"},
	{"<integer>-0x10</integer>", "<integer>-16</integer>\n"},
	{"<integer>9223372036854775807</integer>\n", NULL},
	{"<integer>-9223372036854775808</integer>\n", NULL},
	{"<integer>007</integer>", "<integer>7</integer>\n"},
	{"<real>0.5</real>\n", NULL},
	{"<real>0.10000000000000001</real>\n", NULL},
	{"<real>-1.5e3</real>", "<real>-1500</real>\n"},
	{"<real>1e300</real>", "<real>1.0000000000000001e+300</real>\n"},
	{"<real>0</real>", "<real>0.0</real>\n"},
	{"<real>nan</real>\n", NULL},
	{"<real>+infinity</real>\n", NULL},
	{"<real>-INF</real>", "<real>-infinity</real>\n"},
	{"<true/>\n", NULL},
	{"<false/>\n", NULL},
	{"<true></true>", "<true/>\n"},
	{"<false ></false >", "<false/>\n"},
	{"<date>2001-01-01T00:00:00Z</date>\n", NULL},
	{"<date>1969-07-20T20:17:40Z</date>\n", NULL},
	{"<date>2024-02-29T23:59:59Z</date>\n", NULL},
	{"<date>0001-12-31T00:00:00Z</date>\n", NULL},
	{"<date>12345-01-01T00:00:00Z</date>\n", NULL},
	{"<data>\n</data>\n", NULL},
	{"<data/>", "<data>\n</data>\n"},
	{"<data>\nAA==\n</data>\n", NULL},
	{"<data>\nAAE=\n</data>\n", NULL},
	{"<data>A A\tE\nC</data>", "<data>\nAAEC\n</data>\n"},
	{"<data>\nAAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8gISIjJCUmJygpKissLS4vMDEyMzQ1Njc4\n"
	 "OTo7\n</data>\n",
		NULL},
	{"<array/>\n", NULL},
	{"<array></array>", "<array/>\n"},
	{"<dict/>\n", NULL},
	{"<dict> <!-- none --> </dict>", "<dict/>\n"},
	{"<array>\n\t<string>a</string>\n\t<array>\n\t\t<true/>\n\t</array>\n</array>\n", NULL},
	{"<dict>\n\t<key>a</key>\n\t<data>\n\tAAEC\n\t</data>\n\t<key>b &amp; c</key>\n"
	 "\t<dict>\n\t\t<key></key>\n\t\t<integer>1</integer>\n\t</dict>\n</dict>\n",
		NULL},
	{"<dict><key>b</key><true/><key>a</key><false/></dict>",
		"<dict>\n\t<key>a</key>\n\t<false/>\n\t<key>b</key>\n\t<true/>\n</dict>\n"},
	{"<dict><key>a</key><true/><key>a</key><false/></dict>",
		"<dict>\n\t<key>a</key>\n\t<false/>\n</dict>\n"},
};

static void leaves_are_read_and_written(void)
{
	for (size_t i = 0; i < KC_COUNT_OF(leaves); i++) {
		const char *written = leaves[i].written ? leaves[i].written : leaves[i].read;
		char document[4096];
		CF_OWNED CFTypeRef list = NULL, bare = NULL;

		snprintf(document, sizeof document, "%s%s%s", HEAD, leaves[i].read, TAIL);
		list = read_text(document);
		CHECK_MSG(list != NULL, leaves[i].read);
		if (!list)
			continue;
		CHECK_MSG(is_written(list, written), leaves[i].read);
		CHECK_MSG(CFPropertyListIsValid(list, kCFPropertyListXMLFormat_v1_0), written);
		bare = read_text(leaves[i].read); /* without a plist around it */
		CHECK_MSG(bare && (CFEqual(bare, list) || strstr(written, "nan")), written);
	}
}

static void types_of_leaves(void)
{
	CF_OWNED CFArrayRef list =
		read_text("<array><string/><data/><integer>1</integer><real>1</real><true/>"
			  "<date>2001-01-01T00:00:01Z</date></array>");

	CHECK_FATAL(list && CFArrayGetCount(list) == 6);
	CHECK(CFGetTypeID(CFArrayGetValueAtIndex(list, 0)) == CFStringGetTypeID());
	CHECK(CFGetTypeID(CFArrayGetValueAtIndex(list, 1)) == CFDataGetTypeID());
	CHECK(CFNumberGetType(CFArrayGetValueAtIndex(list, 2)) == kCFNumberSInt64Type);
	CHECK(CFNumberGetType(CFArrayGetValueAtIndex(list, 3)) == kCFNumberFloat64Type);
	CHECK(CFArrayGetValueAtIndex(list, 4) == kCFBooleanTrue);
	CHECK(CFDateGetAbsoluteTime(CFArrayGetValueAtIndex(list, 5)) == 1);
}

/* --- documents ------------------------------------------------------------------------------- */

#define BYTES(text) text, sizeof(text) - 1

static void encodings_of_documents(void)
{
	static const struct {
		const char *what, *bytes;
		size_t length;
	} rows[] = {
		{"declared UTF-8", BYTES("<?xml version='1.0' encoding='utf-8'?><string>" E_ACUTE
					 "</string>")},
		{"marked UTF-8", BYTES("\xEF\xBB\xBF<string>" E_ACUTE "</string>")},
		{"Latin-1", BYTES("<?xml version=\"1.0\" encoding=\"ISO-8859-1\"?>"
				  "<string>\xE9</string>")},
		{"UTF-16, big",
			BYTES("\xFE\xFF\0<\0s\0t\0r\0i\0n\0g\0>\0\xE9\0<\0/\0s\0t\0r\0i\0n\0g\0>")},
		{"UTF-16, little",
			BYTES("\xFF\xFE<\0s\0t\0r\0i\0n\0g\0>\0\xE9\0<\0/\0s\0t\0r\0i\0n\0g\0>\0")},
		{"misc everywhere",
			BYTES("<!-- a > b --><?php x?>\n<!DOCTYPE plist [ <!ENTITY x 'y'> ]>"
			      "<plist><!-- c --><string>" E_ACUTE
			      "</string><!-- d --></plist> what follows")},
		{"attributes",
			BYTES("<plist a='b'><string c=\"d\" >" E_ACUTE "</string ></plist>")},
	};

	for (size_t i = 0; i < KC_COUNT_OF(rows); i++) {
		CF_OWNED CFStringRef list = read_bytes(rows[i].bytes, rows[i].length, NULL);

		CHECK_MSG(list && cf_reads(list, E_ACUTE), rows[i].what);
	}
}

static void formats_are_told(void)
{
	CF_OWNED CFDataRef data = cf_data("<true/>", 7);
	CFPropertyListFormat format = 0;
	CFErrorRef error = (CFErrorRef)(uintptr_t)kCFNull;
	CFStringRef text = kCFErrorDomainPOSIX;
	CF_OWNED CFTypeRef list = CFPropertyListCreateWithData(NULL, data, 0, &format, &error);
	CF_OWNED CFTypeRef old_way = CFPropertyListCreateFromXMLData(NULL, data, 0, &text);

	CHECK(list == kCFBooleanTrue && format == kCFPropertyListXMLFormat_v1_0 && !error);
	CHECK(old_way == kCFBooleanTrue && text == NULL);
}

static const struct {
	const char *document, *problem; /* how its description ends */
} faults[] = {
	{"", "Unexpected end of the document on line 1)"},
	{"   \n", "Unexpected end of the document on line 2)"},
	{"text", "Unexpected text between elements on line 1)"},
	{"<string>", "Unexpected end of the document on line 1)"},
	{"<string", "Unexpected end of a tag on line 1)"},
	{"<string>a</data>", "Unexpected tag where an element should end on line 1)"},
	{"<string>a<string>b</string></string>",
		"Unexpected tag where an element should end on line 1)"},
	{"</string>", "Unexpected end tag on line 1)"},
	{"<unknown/>", "Unknown tag on line 1)"},
	{"<plist/>", "Empty plist tag on line 1)"},
	{"<plist></plist>", "Empty plist tag on line 1)"},
	{"<plist>\n\n<true/><true/></plist>",
		"Unexpected tag where an element should end on line 3)"},
	{"<plist><true/>", "Unexpected end of the document on line 1)"},
	{"<!-- never ends", "Unexpected end of the document on line 1)"},
	{"<string>&nbsp;</string>", "Unknown entity on line 1)"},
	{"<string>&#0;</string>", "Unknown entity on line 1)"},
	{"<string>&#xD800;</string>", "Unknown entity on line 1)"},
	{"<string>&#x110000;</string>", "Unknown entity on line 1)"},
	{"<string>&#;</string>", "Unknown entity on line 1)"},
	{"<string>&#xG;</string>", "Unknown entity on line 1)"},
	{"<string>&lt</string>", "Unexpected end of an entity on line 1)"},
	{"<string><![CDATA[x]</string>", "Unexpected end of the document on line 1)"},
	{"<integer></integer>", "Could not interpret <integer> on line 1)"},
	{"<integer>1x</integer>", "Could not interpret <integer> on line 1)"},
	{"<integer>--1</integer>", "Could not interpret <integer> on line 1)"},
	{"<integer>9223372036854775808</integer>", "Could not interpret <integer> on line 1)"},
	{"<integer>-9223372036854775809</integer>", "Could not interpret <integer> on line 1)"},
	{"<real></real>", "Could not interpret <real> on line 1)"},
	{"<real>1.5.2</real>", "Could not interpret <real> on line 1)"},
	{"<real>0x10</real>", "Could not interpret <real> on line 1)"},
	{"<data>A</data>", "Could not interpret <data> on line 1)"},
	{"<data>AA=A</data>", "Could not interpret <data> on line 1)"},
	{"<data>=AAA</data>", "Could not interpret <data> on line 1)"},
	{"<data>AA*=</data>", "Could not interpret <data> on line 1)"},
	{"<date>2001-01-01</date>", "Could not interpret <date> on line 1)"},
	{"<date>2001-13-01T00:00:00Z</date>", "Could not interpret <date> on line 1)"},
	{"<date>2001-02-30T00:00:00Z</date>", "Could not interpret <date> on line 1)"},
	{"<date>2001-01-01T24:00:00Z</date>", "Could not interpret <date> on line 1)"},
	{"<date>2001-01-01T00:00:00Zx</date>", "Could not interpret <date> on line 1)"},
	{"<date/>", "Could not interpret <date> on line 1)"},
	{"<true>x</true>", "Unexpected text in <true> on line 1)"},
	{"<array><true/>", "Unexpected end of the document on line 1)"},
	{"<array>\nx</array>", "Unexpected text between elements on line 2)"},
	{"<array><true/></dict>", "Unexpected tag where <array> should end on line 1)"},
	{"<dict><true/></dict>", "Found non-key inside <dict> on line 1)"},
	{"<dict><key>a</key></dict>", "Value missing for key inside <dict> on line 1)"},
	{"<dict><key>a</key><key>b</key></dict>", "Unknown tag on line 1)"},
	{"<dict><key>a</key><true/></array>", "Unexpected tag where <dict> should end on line 1)"},
	{"\xFF", "Text that is not in the encoding of the document)"},
	{"<?xml encoding='ebcdic'?><true/>", "Text that is not in the encoding of the document)"},
	{"<?xml encoding=?><true/>", "Text that is not in the encoding of the document)"},
};

static void faults_are_told(void)
{
	for (size_t i = 0; i < KC_COUNT_OF(faults); i++) {
		CFErrorRef error = NULL;
		CF_OWNED CFStringRef problem = cf_string(faults[i].problem), text = NULL;
		CFTypeRef list = read_bytes(faults[i].document, strlen(faults[i].document), &error);

		CHECK_MSG(list == NULL && error != NULL, faults[i].document);
		if (!error)
			continue;
		CHECK_MSG(CFErrorGetCode(error) == kCFPropertyListReadCorruptError &&
				  CFErrorGetDomain(error) == kCFErrorDomainCocoa,
			faults[i].document);
		text = CFErrorCopyDescription(error);
		CHECK_MSG(CFStringHasSuffix(text, problem),
			CFStringGetCStringPtr(text, kCFStringEncodingUTF8));
		CFRelease(error);
	}
	CHECK(read_text("<oops/>") == NULL); /* nobody has to ask why */
}

/* --- depth ----------------------------------------------------------------------------------- */

static CFTypeRef read_nested(int depth)
{
	CF_OWNED CFMutableStringRef text = CFStringCreateMutable(NULL, 0);
	CF_OWNED CFDataRef data = NULL;

	for (int i = 0; i < depth; i++)
		CFStringAppend(text, CFSTR("<array>"));
	for (int i = 0; i < depth; i++)
		CFStringAppend(text, CFSTR("</array>"));
	data = CFStringCreateExternalRepresentation(NULL, text, kCFStringEncodingUTF8, 0);
	return CFPropertyListCreateWithData(NULL, data, 0, NULL, NULL);
}

static void depth_is_limited(void)
{
	CF_OWNED CFTypeRef deep = read_nested(512);
	CF_OWNED CFMutableArrayRef endless = CFArrayCreateMutable(NULL, 0, &kCFTypeArrayCallBacks);

	CHECK(deep && CFPropertyListIsValid(deep, kCFPropertyListXMLFormat_v1_0));
	CHECK(read_nested(513) == NULL);
	CHECK(read_nested(100000) == NULL);
	CFArrayAppendValue(endless, endless);
	CFArrayAppendValue(endless, endless);
	CHECK(!CFPropertyListIsValid(endless, kCFPropertyListXMLFormat_v1_0));
	CHECK(CFPropertyListCreateXMLData(NULL, endless) == NULL);
	CFArrayRemoveAllValues(endless);
}

/* --- what is one, and copies ------------------------------------------------------------------ */

static void other_objects_are_no_lists(void)
{
	static const UniChar half = 0xD83D;
	CF_OWNED CFStringRef lone = CFStringCreateWithCharacters(NULL, &half, 1);
	CF_OWNED CFDataRef binary = NULL;
	CF_OWNED CFTypeRef again = NULL;
	CF_OWNED CFUUIDRef uuid = CFUUIDCreate(NULL);
	const void *values[] = {CFSTR("a"), uuid};
	CF_OWNED CFArrayRef array = CFArrayCreate(NULL, values, 2, &kCFTypeArrayCallBacks);
	CF_OWNED CFDictionaryRef keyed = CFDictionaryCreate(NULL, &values[1], values, 1,
		&kCFTypeDictionaryKeyCallBacks, &kCFTypeDictionaryValueCallBacks);
	const CFTypeRef wrong[] = {NULL, kCFNull, uuid, array, keyed};
	CFErrorRef error = NULL;

	for (size_t i = 0; i < KC_COUNT_OF(wrong); i++) {
		CHECK(!CFPropertyListIsValid(wrong[i], kCFPropertyListXMLFormat_v1_0));
		CHECK(!CFPropertyListIsValid(wrong[i], kCFPropertyListBinaryFormat_v1_0));
		CHECK(CFPropertyListCreateXMLData(NULL, wrong[i]) == NULL);
		CHECK(CFPropertyListCreateDeepCopy(NULL, wrong[i], 0) == NULL);
	}
	CHECK(CFPropertyListCreateData(NULL, array, kCFPropertyListXMLFormat_v1_0, 0, &error) ==
		NULL);
	CHECK(error && CFErrorGetCode(error) == kCFPropertyListWriteStreamError);
	if (error)
		CFRelease(error);
	CHECK(!CFPropertyListIsValid(CFSTR("a"), kCFPropertyListOpenStepFormat));
	/* half a surrogate pair has a form in UTF-16 alone */
	CHECK(CFPropertyListCreateXMLData(NULL, lone) == NULL);
	binary = CFPropertyListCreateData(NULL, lone, kCFPropertyListBinaryFormat_v1_0, 0, NULL);
	again = CFPropertyListCreateWithData(NULL, binary, 0, NULL, NULL);
	CHECK(again && CFEqual(again, lone));
}

static void mutability(void)
{
	static const char text[] = "<dict><key>a</key><array><string>x</string><data>AA==</data>"
				   "</array></dict>";
	CF_OWNED CFDataRef data = cf_data(text, sizeof text - 1);

	for (CFOptionFlags option = 0; option <= 2; option++) {
		CF_OWNED CFTypeRef list =
			CFPropertyListCreateWithData(NULL, data, option, NULL, NULL);
		CF_OWNED CFTypeRef copy = CFPropertyListCreateDeepCopy(NULL, list, option);
		CF_OWNED CFTypeRef frozen = CFPropertyListCreateDeepCopy(NULL, list, 0);
		CFMutableArrayRef array, copied;

		CHECK_FATAL(list && copy && CFEqual(list, copy) && CFEqual(list, frozen));
		array = (CFMutableArrayRef)(uintptr_t)CFDictionaryGetValue(list, CFSTR("a"));
		copied = (CFMutableArrayRef)(uintptr_t)CFDictionaryGetValue(copy, CFSTR("a"));
		if (option == 0)
			continue;
		CHECK(array != copied);
		if (option == 2) {
			CFStringAppend(
				(CFMutableStringRef)(uintptr_t)CFArrayGetValueAtIndex(array, 0),
				CFSTR("y"));
			CFDataSetLength(
				(CFMutableDataRef)(uintptr_t)CFArrayGetValueAtIndex(copied, 1), 5);
		}
		CFArrayAppendValue(array, kCFBooleanTrue);
		CHECK(CFArrayGetCount(copied) == 2);
		CFArrayAppendValue(copied, kCFBooleanFalse);
		CFDictionarySetValue(
			(CFMutableDictionaryRef)(uintptr_t)list, CFSTR("b"), CFSTR("c"));
		CHECK(!CFEqual(list, copy));
		CHECK(CFDictionaryGetCount(frozen) == 1);
		CHECK(CFArrayGetCount(CFDictionaryGetValue(frozen, CFSTR("a"))) == 2);
	}
}

int main(void)
{
	static const struct check_test tests[] = {
		CHECK_TEST(leaves_are_read_and_written),
		CHECK_TEST(types_of_leaves),
		CHECK_TEST(encodings_of_documents),
		CHECK_TEST(formats_are_told),
		CHECK_TEST(faults_are_told),
		CHECK_TEST(depth_is_limited),
		CHECK_TEST(other_objects_are_no_lists),
		CHECK_TEST(mutability),
	};

	return check_main("CoreFoundation: property lists", tests, KC_COUNT_OF(tests));
}
