/* SPDX-License-Identifier: ISC */
/*
 * Each allocation of each call fails once: the call answers NULL, or ends the program with its
 * message; it never goes on with what it has not got.
 *
 * calloc() of this program, by which the library gets all its memory, fails on demand.
 */
#include "tests/keychainapi/cf/cf_check.h"

#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

extern void *__libc_calloc(size_t count, size_t size);
static int allocations; /* since it was last set to 0 */
static int failing;	/* the one that fails, from 1; 0 for none */

__attribute__((visibility("default"))) void *calloc(size_t count, size_t size)
{
	if (++allocations == failing)
		return NULL;
	return __libc_calloc(count, size);
}

/* --- calls that allocate --------------------------------------------------------------------- */

static CFTypeRef make_string(void)
{
	return cf_string("text");
}

static CFTypeRef make_string_in_place(void)
{
	return CFStringCreateWithCStringNoCopy(
		NULL, "text", kCFStringEncodingUTF8, kCFAllocatorNull);
}

static CFTypeRef make_mutable_string(void)
{
	return CFStringCreateMutableCopy(NULL, 0, CFSTR("text"));
}

static CFTypeRef make_format(void)
{
	return CFStringCreateWithFormat(
		NULL, NULL, CFSTR("%@ %s %300d"), kCFBooleanTrue, "text", 1);
}

static CFTypeRef make_external(void)
{
	return CFStringCreateExternalRepresentation(NULL, CFSTR("text"), kCFStringEncodingUTF16, 0);
}

static CFTypeRef make_parts(void)
{
	return CFStringCreateArrayBySeparatingStrings(NULL, CFSTR("a,b"), CFSTR(","));
}

static CFTypeRef make_joined(void)
{
	const void *values[] = {CFSTR("a"), CFSTR("b")};
	CF_OWNED CFArrayRef parts = CFArrayCreate(NULL, values, 2, &kCFTypeArrayCallBacks);

	return parts ? CFStringCreateByCombiningStrings(NULL, parts, CFSTR(",")) : NULL;
}

static CFTypeRef make_data(void)
{
	return cf_data("abc", 3);
}

static CFTypeRef make_data_in_place(void)
{
	return CFDataCreateWithBytesNoCopy(NULL, (const UInt8 *)"abc", 3, kCFAllocatorNull);
}

static CFTypeRef make_mutable_data(void)
{
	CFMutableDataRef data = CFDataCreateMutable(NULL, 0);

	if (data)
		CFDataIncreaseLength(data, 1000);
	return data;
}

static CFTypeRef make_number(void)
{
	return cf_int(5);
}

static CFTypeRef make_date(void)
{
	return CFDateCreate(NULL, 5);
}

static CFTypeRef make_uuid(void)
{
	return CFUUIDCreate(NULL);
}

static CFTypeRef make_array(void)
{
	const void *values[] = {CFSTR("a"), kCFNull};

	return CFArrayCreate(NULL, values, 2, &kCFTypeArrayCallBacks);
}

static CFTypeRef make_dictionary(void)
{
	CFMutableDictionaryRef dictionary = CFDictionaryCreateMutable(NULL, 0, NULL, NULL);

	for (uintptr_t i = 0; dictionary && i < 20; i++)
		CFDictionarySetValue(dictionary, (const void *)i, NULL);
	return dictionary;
}

static CFTypeRef make_set(void)
{
	const void *values[] = {CFSTR("a"), kCFNull};

	return CFSetCreate(NULL, values, 2, &kCFTypeSetCallBacks);
}

static CFTypeRef make_error(void)
{
	return CFErrorCreate(NULL, CFSTR("domain"), 5, NULL);
}

static CFTypeRef make_error_description(void)
{
	CF_OWNED CFErrorRef error = CFErrorCreate(NULL, kCFErrorDomainMach, 5, NULL);

	return error ? CFCopyDescription(error) : NULL;
}

static CFTypeRef make_allocator(void)
{
	CFAllocatorContext context = {0};

	return CFAllocatorCreate(NULL, &context);
}

static CFTypeRef make_autoreleased(void)
{
	CFStringRef string = cf_string("text");

	return string ? CFAutorelease(CFRetain(string)) : NULL;
}

static CFTypeRef make_substring(void)
{
	return CFStringCreateWithSubstring(NULL, CFSTR("text"), CFRangeMake(1, 2));
}

static CFTypeRef make_replaced(void)
{
	CFMutableStringRef string =
		CFStringCreateMutableCopy(NULL, 0, CFSTR("a,b,c,d,e,f,g,h,i,j,k"));

	if (string) {
		CFStringFindAndReplace(string, CFSTR(","), CFSTR("--"), CFRangeMake(0, 21), 0);
		CFStringUppercase(string, NULL);
	}
	return string;
}

static CFTypeRef make_places(void)
{
	return CFStringCreateArrayWithFindResults(
		NULL, CFSTR("aaa"), CFSTR("a"), CFRangeMake(0, 3), 0);
}

static CFComparisonResult all_the_same(const void *a, const void *b, void *context)
{
	(void)a;
	(void)b;
	(void)context;
	return kCFCompareEqualTo;
}

static CFTypeRef make_sorted(void)
{
	CFMutableArrayRef array = CFArrayCreateMutable(NULL, 0, NULL);

	if (!array)
		return NULL;
	CFArrayAppendValue(array, NULL);
	CFArrayAppendValue(array, NULL);
	CFArraySortValues(array, CFRangeMake(0, 2), all_the_same, NULL);
	return array;
}

static CFTypeRef make_url(void)
{
	return CFURLCreateWithString(NULL, CFSTR("http://h/p"), NULL);
}

static CFTypeRef make_path(void)
{
	CF_OWNED CFURLRef url =
		CFURLCreateFromFileSystemRepresentation(NULL, (const UInt8 *)"a b", 3, true);

	return url ? CFURLCopyAbsoluteURL(url) : NULL;
}

static CFTypeRef make_escaped(void)
{
	return CFURLCreateStringByAddingPercentEscapes(
		NULL, CFSTR("a b"), NULL, NULL, kCFStringEncodingUTF8);
}

static CFTypeRef make_unescaped(void)
{
	return CFURLCreateStringByReplacingPercentEscapes(NULL, CFSTR("a%20b"), CFSTR(""));
}

static CFTypeRef make_list(void)
{
	static const char document[] =
		"<dict><key>a</key><array><integer>1</integer><real>1</real><data>AA==</data>"
		"<string>x</string><date>2001-01-01T00:00:00Z</date></array></dict>";
	CF_OWNED CFDataRef data = cf_data(document, sizeof document - 1);

	return data ? CFPropertyListCreateWithData(NULL, data, 0, NULL, NULL) : NULL;
}

static CFTypeRef make_document(void)
{
	const void *keys[] = {CFSTR("a"), CFSTR("b")}, *values[] = {kCFNumberNaN, CFSTR("<")};
	CF_OWNED CFDictionaryRef list =
		CFDictionaryCreate(NULL, keys, values, 2, &kCFTypeDictionaryKeyCallBacks, NULL);

	return list ? CFPropertyListCreateXMLData(NULL, list) : NULL;
}

static CFTypeRef make_binary(void)
{
	const void *keys[] = {CFSTR("a"), CFSTR("b")},
		   *values[] = {kCFNumberNaN, CFSTR("\xC3\xA9")};
	CF_OWNED CFDictionaryRef list =
		CFDictionaryCreate(NULL, keys, values, 2, &kCFTypeDictionaryKeyCallBacks, NULL);
	CF_OWNED CFDataRef data = list ? CFPropertyListCreateData(NULL, list,
						 kCFPropertyListBinaryFormat_v1_0, 0, NULL)
				       : NULL;

	return data ? CFPropertyListCreateWithData(NULL, data, 2, NULL, NULL) : NULL;
}

static CFTypeRef make_preference(void)
{
	CFPreferencesSetAppValue(CFSTR("key"), kCFBooleanTrue, CFSTR("app"));
	return CFPreferencesCopyAppValue(CFSTR("key"), CFSTR("app"));
}

static CFTypeRef make_loop(void)
{
	return CFRetain(CFRunLoopGetMain());
}

static const struct {
	const char *name;
	CFTypeRef (*make)(void);
} calls[] = {
#define CALL(name)                 \
	{                          \
#name, make_##name \
	}
	CALL(string),
	CALL(string_in_place),
	CALL(mutable_string),
	CALL(format),
	CALL(external),
	CALL(parts),
	CALL(joined),
	CALL(data),
	CALL(data_in_place),
	CALL(mutable_data),
	CALL(number),
	CALL(date),
	CALL(uuid),
	CALL(array),
	CALL(dictionary),
	CALL(set),
	CALL(error),
	CALL(error_description),
	CALL(loop),
	CALL(allocator),
	CALL(autoreleased),
	CALL(substring),
	CALL(replaced),
	CALL(places),
	CALL(sorted),
	CALL(url),
	CALL(path),
	CALL(escaped),
	CALL(unescaped),
	CALL(list),
	CALL(document),
	CALL(binary),
	CALL(preference),
#undef CALL
};

/* --- in a child, with one allocation failing ------------------------------------------------- */

enum { MADE = 10, NOTHING = 11 };

/* The child's status, with its allocations in ret_count; what it wrote goes to ret_text. */
static int try(CFTypeRef (*make)(void), int which, char ret_text[256])
{
	int ends[2], status = -1;
	ssize_t length;
	pid_t child;

	CHECK_FATAL(pipe(ends) == 0);
	child = fork();
	if (child == 0) {
		CFTypeRef object;

		setrlimit(RLIMIT_CORE, &(struct rlimit){0, 0});
		dup2(ends[1], STDERR_FILENO);
		allocations = 0;
		failing = which;
		object = make();
		failing = 0;
		if (allocations < which)
			_exit(0); /* there were not that many */
		if (object)
			CFRelease(object);
		_exit(object ? MADE : NOTHING);
	}
	close(ends[1]);
	length = read(ends[0], ret_text, 255);
	ret_text[length > 0 ? length : 0] = 0;
	close(ends[0]);
	CHECK_FATAL(child > 0 && waitpid(child, &status, 0) == child);
	return status;
}

static void every_failure_is_noticed(void)
{
	int nothing = 0, ended = 0;

	for (size_t i = 0; i < KC_COUNT_OF(calls); i++) {
		int which = 0, status;
		char text[256];

		CFRelease(calls[i].make()); /* so that its constants are there */
		do {
			status = try(calls[i].make, ++which, text);
			if (WIFSIGNALED(status)) {
				CHECK_MSG(WTERMSIG(status) == SIGABRT, calls[i].name);
				CHECK_MSG(strstr(text, "there is no memory left\n"), calls[i].name);
				ended++;
			} else if (WEXITSTATUS(status) != 0) {
				/* none of these makes do with less */
				CHECK_MSG(WEXITSTATUS(status) == NOTHING, calls[i].name);
				nothing++;
			}
		} while (WIFSIGNALED(status) || WEXITSTATUS(status) != 0);
	}
	CHECK(nothing >= 15);
	CHECK(ended >= 5);
}

int main(void)
{
	static const struct check_test tests[] = {
		CHECK_TEST(every_failure_is_noticed),
	};

	return check_main("CoreFoundation: no memory", tests, KC_COUNT_OF(tests));
}
