/* SPDX-License-Identifier: ISC */
/* Owners, classes, equality, hashes, descriptions: what all objects have. */
#include "keychainapi/CoreFoundation/cf_runtime.h"
#include "tests/keychainapi/cf/cf_check.h"

#include <dlfcn.h>

/* --- one object of each class ---------------------------------------------------------------- */

struct sample {
	const char *class_name;
	CFTypeID (*type)(void);
	CFTypeRef (*make)(void); /* each time another object, of equal content */
	bool equal;		 /* whether content counts */
};

static CFTypeRef make_string(void)
{
	return CFStringCreateMutableCopy(NULL, 0, CFSTR("sample"));
}

static CFTypeRef make_data(void)
{
	return cf_data("\1\2\3", 3);
}

static CFTypeRef make_number(void)
{
	return cf_int(70000);
}

static CFTypeRef make_date(void)
{
	return CFDateCreate(NULL, 1234.5);
}

static CFTypeRef make_array(void)
{
	const void *values[] = {CFSTR("a"), kCFNull};

	return CFArrayCreate(NULL, values, 2, &kCFTypeArrayCallBacks);
}

static CFTypeRef make_dictionary(void)
{
	const void *keys[] = {CFSTR("k"), CFSTR("l")}, *values[] = {kCFBooleanTrue, CFSTR("v")};

	return CFDictionaryCreate(NULL, keys, values, 2, &kCFTypeDictionaryKeyCallBacks,
		&kCFTypeDictionaryValueCallBacks);
}

static CFTypeRef make_set(void)
{
	const void *values[] = {CFSTR("a"), CFSTR("b")};

	return CFSetCreate(NULL, values, 2, &kCFTypeSetCallBacks);
}

static CFTypeRef make_error(void)
{
	CF_OWNED CFDictionaryRef info = make_dictionary();

	return CFErrorCreate(NULL, kCFErrorDomainOSStatus, -25300, info);
}

static CFTypeRef make_uuid(void)
{
	static const CFUUIDBytes bytes = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16};

	return CFUUIDCreateFromUUIDBytes(NULL, bytes);
}

static CFTypeRef make_url(void)
{
	CF_OWNED CFURLRef base = CFURLCreateWithString(NULL, CFSTR("http://h/"), NULL);

	return CFURLCreateWithString(NULL, CFSTR("p"), base);
}

static CFTypeRef make_allocator(void)
{
	CFAllocatorContext context = {0};

	return CFAllocatorCreate(NULL, &context);
}

struct thing {
	CFRuntimeBase base;
	int *finalized;
};

static void thing_finalize(CFTypeRef object)
{
	const struct thing *thing = object;

	if (thing->finalized)
		++*thing->finalized;
}

static const CFRuntimeClass thing_class = {.className = "Thing", .finalize = thing_finalize};

static CFTypeID thing_type(void)
{
	return _CFRuntimeRegisterClass(&thing_class);
}

static CFTypeRef make_thing(void)
{
	return _CFRuntimeCreateInstance(thing_type(), sizeof(struct thing));
}

static const struct sample samples[] = {
	{"CFString", CFStringGetTypeID, make_string, true},
	{"CFData", CFDataGetTypeID, make_data, true},
	{"CFNumber", CFNumberGetTypeID, make_number, true},
	{"CFDate", CFDateGetTypeID, make_date, true},
	{"CFArray", CFArrayGetTypeID, make_array, true},
	{"CFDictionary", CFDictionaryGetTypeID, make_dictionary, true},
	{"CFSet", CFSetGetTypeID, make_set, true},
	{"CFError", CFErrorGetTypeID, make_error, true},
	{"CFUUID", CFUUIDGetTypeID, make_uuid, true},
	{"CFURL", CFURLGetTypeID, make_url, true},
	{"CFAllocator", CFAllocatorGetTypeID, make_allocator, false},
	{"Thing", thing_type, make_thing, false},
};

static void each_class_has_its_own_id_and_name(void)
{
	for (size_t i = 0; i < KC_COUNT_OF(samples); i++) {
		const struct sample *sample = &samples[i];
		CF_OWNED CFTypeRef object = sample->make();

		CHECK_MSG(sample->type() > 0 && sample->type() < 1000, sample->class_name);
		CHECK_MSG(CFGetTypeID(object) == sample->type(), sample->class_name);
		CHECK_MSG(cf_gives(CFCopyTypeIDDescription(sample->type()), sample->class_name),
			sample->class_name);
		for (size_t j = 0; j < i; j++)
			CHECK_MSG(samples[j].type() != sample->type(), sample->class_name);
	}
	CHECK(CFCopyTypeIDDescription(0) == NULL);
	CHECK(CFCopyTypeIDDescription(199) == NULL);
	CHECK(CFCopyTypeIDDescription(1000000) == NULL);
}

static void equal_content_is_equal_and_has_one_hash(void)
{
	for (size_t i = 0; i < KC_COUNT_OF(samples); i++) {
		CF_OWNED CFTypeRef a = samples[i].make();
		CF_OWNED CFTypeRef b = samples[i].make();

		CHECK_FATAL(a != NULL && b != NULL && a != b);
		CHECK_MSG(CFEqual(a, a), samples[i].class_name);
		CHECK_MSG(!!CFEqual(a, b) == samples[i].equal, samples[i].class_name);
		CHECK_MSG(!!CFEqual(b, a) == samples[i].equal, samples[i].class_name);
		CHECK_MSG(!samples[i].equal || CFHash(a) == CFHash(b), samples[i].class_name);
		for (size_t j = 0; j < i; j++) {
			CF_OWNED CFTypeRef other = samples[j].make();
			CHECK_MSG(!CFEqual(a, other), samples[i].class_name);
		}
	}
}

static void owners_are_counted(void)
{
	for (size_t i = 0; i < KC_COUNT_OF(samples); i++) {
		CFTypeRef object = samples[i].make();

		CHECK_MSG(CFGetRetainCount(object) == 1, samples[i].class_name);
		CHECK_MSG(CFRetain(object) == object, samples[i].class_name);
		CHECK_MSG(CFGetRetainCount(object) == 2, samples[i].class_name);
		CFRelease(object);
		CHECK_MSG(CFGetRetainCount(object) == 1, samples[i].class_name);
		CFRelease(object);
	}
}

static void the_last_release_finalizes_once(void)
{
	int finalized = 0;
	struct thing *thing = _CFRuntimeCreateInstance(thing_type(), sizeof *thing);

	CHECK_FATAL(thing != NULL);
	thing->finalized = &finalized;
	CFRetain(thing);
	CFRelease(thing);
	CHECK(finalized == 0);
	CFRelease(thing);
	CHECK(finalized == 1);
}

static void a_new_instance_is_zero(void)
{
	struct {
		CFRuntimeBase base;
		unsigned char rest[100];
	} *object = _CFRuntimeCreateInstance(thing_type(), sizeof *object);

	for (size_t i = 0; i < sizeof object->rest; i++)
		CHECK(object->rest[i] == 0);
	CFRelease(object);
#ifndef KC_SANITIZED /* whose malloc() ends the program */
	CHECK(_CFRuntimeCreateInstance(thing_type(), PTRDIFF_MAX) == NULL);
#endif
}

static void constants_never_go_away(void)
{
	CFTypeRef constants[] = {kCFBooleanTrue, kCFBooleanFalse, kCFNull, kCFErrorDomainPOSIX,
		kCFAllocatorSystemDefault, kCFAllocatorMalloc, kCFAllocatorNull, kCFNumberNaN,
		CFSTR("a constant")};

	for (size_t i = 0; i < KC_COUNT_OF(constants); i++) {
		CHECK(CFGetRetainCount(constants[i]) == LONG_MAX);
		CHECK(CFRetain(constants[i]) == constants[i]);
		for (int round = 0; round < 3; round++)
			CFRelease(constants[i]);
		CHECK(CFEqual(constants[i], constants[i]));
		CHECK(CFGetRetainCount(constants[i]) == LONG_MAX);
	}
}

/* As ctypes, Rust and C# get at them. */
static void constants_are_variables_for_dlsym(void)
{
	const CFBooleanRef *yes = dlsym(RTLD_DEFAULT, "kCFBooleanTrue");
	const CFStringRef *domain = dlsym(RTLD_DEFAULT, "kCFErrorDomainPOSIX");
	const CFDictionaryKeyCallBacks *calls =
		dlsym(RTLD_DEFAULT, "kCFTypeDictionaryKeyCallBacks");

	CHECK_FATAL(yes && domain && calls);
	CHECK(*yes == kCFBooleanTrue);
	CHECK(cf_reads(*domain, "NSPOSIXErrorDomain"));
	CHECK(calls->version == 0 && calls->retain && calls->release && calls->equal);
	CHECK(calls->hash(CFSTR("x")) == CFHash(CFSTR("x")));
}

/* Filled in before the constructors of the program run, as the linker does it. */
static Boolean constructor_saw;
static void __attribute__((constructor)) look_at_constants(void)
{
	constructor_saw = CFBooleanGetValue(kCFBooleanTrue) && kCFTypeArrayCallBacks.retain &&
			  CFStringGetLength(kCFErrorDomainPOSIX) == 18 && kCFAllocatorNull &&
			  kCFAbsoluteTimeIntervalSince1970 > 0;
}

static void constants_are_there_for_constructors(void)
{
	CHECK(constructor_saw);
}

/* --- constants as libSecurity defines them --------------------------------------------------- */

KC_CF_STRING_CONSTANT(test_key, "crtr");
KC_CF_STRING_ALIAS(test_alias, test_key);
static const CFStringRef *const in_data = &test_key;

static void constants_of_other_libraries(void)
{
	CF_OWNED CFStringRef same = cf_string("crtr");

	CHECK(*in_data == test_key);
	CHECK(test_alias == test_key);
	CHECK(CFGetTypeID(test_key) == CFStringGetTypeID());
	CHECK(CFEqual(test_key, same) && CFHash(test_key) == CFHash(same));
	CHECK(CFStringGetLength(test_key) == 4);
	CHECK(CFGetRetainCount(test_key) == LONG_MAX);
	CFRelease(test_key);
	CHECK(CFStringCreateCopy(NULL, test_key) == test_key);
}

static void registering_twice_gives_one_id(void)
{
	static const CFRuntimeClass other_class = {.className = "Other"};
	CFTypeID other = _CFRuntimeRegisterClass(&other_class);

	CHECK(other != thing_type());
	CHECK(_CFRuntimeRegisterClass(&other_class) == other);
	CHECK(cf_gives(CFCopyTypeIDDescription(other), "Other"));
}

/* --- descriptions ---------------------------------------------------------------------------- */

/* Each # in the pattern stands for an address. */
static bool looks_like(const char *text, const char *pattern)
{
	while (*pattern) {
		if (*pattern != '#') {
			if (*text++ != *pattern++)
				return false;
			continue;
		}
		if (strncmp(text, "0x", 2) != 0)
			return false;
		text += 2 + strspn(text + 2, "0123456789abcdef");
		pattern++;
	}
	return *text == 0;
}

static bool is_described(CFTypeRef object, const char *pattern)
{
	CF_OWNED CFStringRef text = CFCopyDescription(object);
	const char *bytes = CFStringGetCStringPtr(text, kCFStringEncodingUTF8);
	bool same = bytes && looks_like(bytes, pattern);

	if (!same)
		fprintf(stderr, "\ngot %s\nnot %s\n", bytes, pattern);
	return same;
}

static void descriptions_have_apples_shapes(void)
{
	CF_OWNED CFTypeRef data = make_data(), number = make_number(), date = make_date();
	CF_OWNED CFTypeRef array = make_array(), dictionary = make_dictionary(), set = make_set();
	CF_OWNED CFTypeRef error = make_error(), uuid = make_uuid(), thing = make_thing();
	CF_OWNED CFTypeRef url = make_url(), allocator = make_allocator();
	CF_OWNED CFArrayRef none = CFArrayCreate(NULL, NULL, 0, NULL);
	float quarter = 0.25F;
	CF_OWNED CFNumberRef real = CFNumberCreate(NULL, kCFNumberFloatType, &quarter);
	CF_OWNED CFMutableArrayRef raw = CFArrayCreateMutable(NULL, 0, NULL);
	CF_OWNED CFDataRef long_data = cf_data("0123456789abcdef0123456789abcdef", 32);

	CFArrayAppendValue(raw, NULL);
	CHECK(CFCopyDescription(NULL) == NULL);
	CHECK(is_described(CFSTR("h\xC3\xA9"), "<CFString # [#]>{contents = \"h\xC3\xA9\"}"));
	CHECK(is_described(data, "<CFData # [#]>{length = 3, capacity = 3, bytes = 0x010203}"));
	CHECK(is_described(long_data, "<CFData # [#]>{length = 32, capacity = 32, bytes = "
				      "0x30313233343536373839616263646566 ... 3839616263646566}"));
	CHECK(is_described(number, "<CFNumber # [#]>{value = +70000, type = kCFNumberSInt32Type}"));
	CHECK(is_described(
		real, "<CFNumber # [#]>{value = +0.2500000000, type = kCFNumberFloat32Type}"));
	CHECK(is_described(kCFNumberPositiveInfinity,
		"<CFNumber # [#]>{value = +infinity, type = kCFNumberFloat64Type}"));
	CHECK(is_described(kCFBooleanTrue, "<CFBoolean # [#]>{value = true}"));
	CHECK(is_described(kCFBooleanFalse, "<CFBoolean # [#]>{value = false}"));
	CHECK(is_described(kCFNull, "<CFNull # [#]>"));
	CHECK(is_described(date, "<CFDate # [#]>{time = 1234.5}"));
	CHECK(is_described(none, "<CFArray # [#]>{type = immutable, count = 0, values = ()}"));
	CHECK(is_described(url,
		"<CFURL # [#]>{string = p, encoding = 134217984, base = "
		"<CFURL # [#]>{string = http://h/, encoding = 134217984, base = (null)}}"));
	CHECK(is_described(allocator, "<CFAllocator # [#]>{info = #}"));
	CHECK(is_described(CFRunLoopGetMain(), "<CFRunLoop # [#]>"));
	CHECK(is_described(thing, "<Thing # [#]>"));
	CHECK(is_described(uuid, "<CFUUID #> 01020304-0506-0708-090A-0B0C0D0E0F10"));
	CHECK(is_described(array, "<CFArray # [#]>{type = immutable, count = 2, values = (\n"
				  "\t0 : <CFString # [#]>{contents = \"a\"}\n"
				  "\t1 : <CFNull # [#]>\n)}"));
	CHECK(is_described(
		raw, "<CFArray # [#]>{type = mutable-small, count = 1, values = (\n\t0 : <#>\n)}"));
	CHECK(is_described(dictionary,
		"<CFBasicHash # [#]>{type = immutable dict, count = 2,\nentries =>\n"
		"\t0 : <CFString # [#]>{contents = \"k\"} = <CFBoolean # [#]>{value = true}\n"
		"\t1 : <CFString # [#]>{contents = \"l\"} = <CFString # [#]>{contents = \"v\"}\n"
		"}\n"));
	CHECK(is_described(set, "<CFBasicHash # [#]>{type = immutable set, count = 2,\nentries =>\n"
				"\t0 : <CFString # [#]>{contents = \"a\"}\n"
				"\t1 : <CFString # [#]>{contents = \"b\"}\n}\n"));
	CHECK(is_described(error,
		"Error Domain=NSOSStatusErrorDomain Code=-25300 \"The operation "
		"couldn\xE2\x80\x99t "
		"be completed. (OSStatus error -25300.)\" UserInfo={k=true, l=v}"));
}

/* Runs the function with standard error in a file; returns how much of it was written. */
static size_t capture_stderr(void (*run)(void), char *ret_text, size_t size)
{
	FILE *file = tmpfile();
	int saved = dup(STDERR_FILENO);
	size_t length;

	dup2(fileno(file), STDERR_FILENO);
	run();
	dup2(saved, STDERR_FILENO);
	close(saved);
	rewind(file);
	length = fread(ret_text, 1, size - 1, file);
	ret_text[length] = 0;
	fclose(file);
	return length;
}

static void show_some(void)
{
	CFShow(CFSTR("text"));
	CFShow(kCFNull);
	CFShow(NULL);
}

static void show_writes_to_standard_error(void)
{
	char text[256];

	CHECK(capture_stderr(show_some, text, sizeof text) > 0);
	CHECK_MSG(looks_like(text, "text\n<CFNull # [#]>\n(null)\n"), text);
}

static void show_strings(void)
{
	CF_OWNED CFMutableStringRef string = CFStringCreateMutable(NULL, 0);
	CF_OWNED CFStringRef secret = cf_string("secret");

	CFShowStr(NULL);
	CFShowStr(secret);
	CFShowStr(string);
}

/* How it is kept, and not the text. */
static void show_str_writes_to_standard_error(void)
{
	char text[512];

	CHECK(capture_stderr(show_strings, text, sizeof text) > 0);
	CHECK_MSG(looks_like(text,
			  "(null)\n\nLength 6\nIsEightBit 1\nHasLengthByte 0\nHasNullByte 1\n"
			  "InlineContents 1\nAllocator SystemDefault\nMutable 0\nContents #\n"
			  "\nLength 0\nIsEightBit 1\nHasLengthByte 0\nHasNullByte 1\n"
			  "InlineContents 0\nAllocator SystemDefault\nMutable 1\n"
			  "CurrentCapacity 31\nContents #\n"),
		text);
}

/* --- allocators ------------------------------------------------------------------------------ */

static void allocators_are_malloc_or_nobody(void)
{
	char *memory = CFAllocatorAllocate(NULL, 8, 0);

	CHECK_FATAL(memory != NULL);
	memcpy(memory, "1234567", 8);
	memory = CFAllocatorReallocate(kCFAllocatorSystemDefault, memory, 100, 0);
	CHECK(strcmp(memory, "1234567") == 0);
	CFAllocatorDeallocate(kCFAllocatorNull, memory); /* does nothing */
	CHECK(strcmp(memory, "1234567") == 0);
	CFAllocatorDeallocate(kCFAllocatorMalloc, memory);
	CHECK(CFAllocatorAllocate(kCFAllocatorNull, 8, 0) == NULL);
	CHECK(CFAllocatorReallocate(kCFAllocatorNull, NULL, 8, 0) == NULL);
	CHECK(CFAllocatorAllocate(NULL, 0, 0) == NULL);
	CHECK(CFAllocatorAllocate(NULL, -1, 0) == NULL);
	memory = CFAllocatorAllocate(NULL, 8, 0);
	CHECK(CFAllocatorReallocate(NULL, memory, 0, 0) == NULL); /* frees */
	CHECK(kCFAllocatorDefault == NULL);
	CHECK(CFAllocatorGetDefault() == kCFAllocatorSystemDefault);
	CHECK(CFGetAllocator(kCFNull) == kCFAllocatorSystemDefault);
	CHECK(CFGetTypeID(kCFAllocatorNull) == CFAllocatorGetTypeID());
	CHECK(kCFAllocatorNull != kCFAllocatorMalloc);
	CHECK(CFGetTypeID(kCFNull) == CFNullGetTypeID());
	CHECK(kCFCoreFoundationVersionNumber > kCFCoreFoundationVersionNumber10_11);
}

int main(void)
{
	static const struct check_test tests[] = {
		CHECK_TEST(each_class_has_its_own_id_and_name),
		CHECK_TEST(equal_content_is_equal_and_has_one_hash),
		CHECK_TEST(owners_are_counted),
		CHECK_TEST(the_last_release_finalizes_once),
		CHECK_TEST(a_new_instance_is_zero),
		CHECK_TEST(constants_never_go_away),
		CHECK_TEST(constants_are_variables_for_dlsym),
		CHECK_TEST(constants_are_there_for_constructors),
		CHECK_TEST(constants_of_other_libraries),
		CHECK_TEST(registering_twice_gives_one_id),
		CHECK_TEST(descriptions_have_apples_shapes),
		CHECK_TEST(show_writes_to_standard_error),
		CHECK_TEST(show_str_writes_to_standard_error),
		CHECK_TEST(allocators_are_malloc_or_nobody),
	};

	return check_main("CoreFoundation: runtime", tests, KC_COUNT_OF(tests));
}
