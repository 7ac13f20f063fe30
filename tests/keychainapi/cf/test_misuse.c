/* SPDX-License-Identifier: ISC */
/* Misuse ends the program, and says whose fault it was. */
#include "keychainapi/CoreFoundation/cf_runtime.h"
#include "tests/keychainapi/cf/cf_check.h"

#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

static CFArrayRef one_value(void)
{
	const void *values[] = {kCFNull};

	return CFArrayCreate(NULL, values, 1, &kCFTypeArrayCallBacks);
}

static CFMutableDictionaryRef frozen_dictionary(void)
{
	return (CFMutableDictionaryRef)(uintptr_t)CFDictionaryCreate(
		NULL, NULL, NULL, 0, NULL, NULL);
}

static CFMutableStringRef constant(void)
{
	return (CFMutableStringRef)(uintptr_t)CFSTR("constant");
}

static CFTypeRef no_object(void)
{
	return NULL;
}

/* What each does, and what the message must say. */
#define MISUSE(name, statement) \
	static void name(void)  \
	{                       \
		statement;      \
	}

MISUSE(release_null, CFRelease(no_object()))
MISUSE(retain_null, CFRetain(no_object()))
MISUSE(equal_null, CFEqual(no_object(), kCFNull))
MISUSE(hash_null, CFHash(no_object()))
MISUSE(type_of_null, CFGetTypeID(no_object()))
MISUSE(length_of_null, CFStringGetLength(no_object()))
MISUSE(length_of_number, CFStringGetLength((CFTypeRef)kCFNumberNaN))
MISUSE(data_of_string, CFDataGetBytePtr((CFTypeRef)CFSTR("")))
MISUSE(count_of_null, CFArrayGetCount(no_object()))
MISUSE(boolean_of_string, CFBooleanGetValue((CFTypeRef)CFSTR("")))
MISUSE(index_below, CFArrayGetValueAtIndex(one_value(), -1))
MISUSE(index_above, CFArrayGetValueAtIndex(one_value(), 1))
MISUSE(range_above, CFArrayContainsValue(one_value(), CFRangeMake(0, 2), kCFNull))
MISUSE(range_wraps, CFArrayContainsValue(one_value(), CFRangeMake(1, LONG_MAX), kCFNull))
MISUSE(range_negative, CFArrayContainsValue(one_value(), CFRangeMake(1, -1), kCFNull))
MISUSE(character_above, CFStringGetCharacterAtIndex(CFSTR("a"), 1))
MISUSE(substring_above, CFStringCreateWithSubstring(NULL, CFSTR("a"), CFRangeMake(0, 2)))
MISUSE(null_text, cf_string(no_object()))
MISUSE(null_bytes, CFDataCreate(NULL, NULL, 1))
MISUSE(null_values, CFArrayCreate(NULL, NULL, 1, NULL))
MISUSE(no_number_type, CFNumberGetValue(kCFNumberNaN, 0, &(int){0}))
MISUSE(frozen_array, CFArrayAppendValue((CFMutableArrayRef)(uintptr_t)one_value(), kCFNull))
MISUSE(frozen_entries, CFDictionarySetValue(frozen_dictionary(), NULL, NULL))
MISUSE(constant_text, CFStringAppend(constant(), CFSTR("")))
MISUSE(url_of_string, CFURLGetString((CFTypeRef)CFSTR("")))
MISUSE(no_context, CFAllocatorCreate(NULL, NULL))
MISUSE(no_allocator, CFAllocatorSetDefault((CFTypeRef)CFSTR("")))
MISUSE(frozen_sort,
	CFArraySortValues((CFMutableArrayRef)(uintptr_t)one_value(), CFRangeMake(0, 1), NULL, NULL))
MISUSE(pad_with_nothing, CFStringPad(CFStringCreateMutable(NULL, 0), CFSTR(""), 1, 0))
MISUSE(no_class, _CFRuntimeCreateInstance(0, 100))
MISUSE(no_room, _CFRuntimeCreateInstance(CFNullGetTypeID(), 1))

static void too_many_classes(void)
{
	static CFRuntimeClass classes[1000];

	for (size_t i = 0; i < KC_COUNT_OF(classes); i++)
		_CFRuntimeRegisterClass(&classes[i]);
}

/* clang-format off */
static const struct {
	void (*run)(void);
	const char *message; /* ends in a newline on the screen */
} misuses[] = {
	{release_null,      "CFRelease: the object is NULL"},
	{retain_null,       "CFRetain: the object is NULL"},
	{equal_null,        "CFEqual: an object is NULL"},
	{hash_null,         "CFHash: the object is NULL"},
	{type_of_null,      "CFGetTypeID: the object is NULL"},
	{length_of_null,    "CFStringGetLength: the object is not a CFString"},
	{length_of_number,  "CFStringGetLength: the object is not a CFString"},
	{data_of_string,    "CFDataGetBytePtr: the object is not a CFData"},
	{count_of_null,     "CFArrayGetCount: the object is not a CFArray"},
	{boolean_of_string, "CFBooleanGetValue: the object is not a CFBoolean"},
	{index_below,       "CFArrayGetValueAtIndex: the index is out of bounds"},
	{index_above,       "CFArrayGetValueAtIndex: the index is out of bounds"},
	{range_above,       "CFArrayGetFirstIndexOfValue: the range is out of bounds"},
	{range_wraps,       "CFArrayGetFirstIndexOfValue: the range is out of bounds"},
	{range_negative,    "CFArrayGetFirstIndexOfValue: the range is out of bounds"},
	{character_above,   "CFStringGetCharacters: the range is out of bounds"},
	{substring_above,   "CFStringCreateWithSubstring: the range is out of bounds"},
	{null_text,         "CFStringCreateWithCString: the text is NULL"},
	{null_bytes,        "CFDataCreate: the bytes are NULL"},
	{null_values,       "CFArrayCreate: the values are NULL or negative"},
	{no_number_type,    "CFNumberGetValue: there is no such number type"},
	{frozen_array,      "CFArrayReplaceValues: the CFArray is immutable"},
	{frozen_entries,    "CFDictionarySetValue: the CFDictionary is immutable"},
	{constant_text,     "CFStringReplace: the CFString is immutable"},
	{url_of_string,     "CFURLGetString: the object is not a CFURL"},
	{no_context,        "CFAllocatorCreate: the context is NULL"},
	{no_allocator,      "CFAllocatorSetDefault: the object is not a CFAllocator"},
	{frozen_sort,       "CFArraySortValues: the CFArray is immutable"},
	{pad_with_nothing,  "CFStringPad: the index is out of bounds"},
	{no_class,          "_CFRuntimeCreateInstance: there is no such class"},
	{no_room,           "_CFRuntimeCreateInstance: the size leaves no room for the base"},
	{too_many_classes,  "_CFRuntimeRegisterClass: there are too many classes"},
};
/* clang-format on */

/* The status of a child that runs the function, and what it wrote to standard error. */
static int run_in_child(void (*run)(void), char *ret_text, size_t size)
{
	int ends[2], status = -1;
	ssize_t got;
	size_t length = 0;
	pid_t child;

	CHECK_FATAL(pipe(ends) == 0);
	child = fork();
	if (child == 0) {
		setrlimit(RLIMIT_CORE, &(struct rlimit){0, 0});
		dup2(ends[1], STDERR_FILENO);
		close(ends[0]);
		close(ends[1]);
		run();
		_exit(0);
	}
	close(ends[1]);
	while ((got = read(ends[0], ret_text + length, size - 1 - length)) > 0)
		length += (size_t)got;
	ret_text[length] = 0;
	close(ends[0]);
	CHECK_FATAL(child > 0 && waitpid(child, &status, 0) == child);
	return status;
}

static void misuse_ends_the_program_with_a_message(void)
{
	for (size_t i = 0; i < KC_COUNT_OF(misuses); i++) {
		char text[4096], wanted[256];
		int status = run_in_child(misuses[i].run, text, sizeof text);

		snprintf(wanted, sizeof wanted, "CoreFoundation: %s\n", misuses[i].message);
		CHECK_MSG(WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT, wanted);
		/* at the start: a sanitizer may add its own words */
		CHECK_MSG(strncmp(text, wanted, strlen(wanted)) == 0, wanted);
	}
}

static void proper_use(void)
{
	CFRelease(one_value());
}

static void proper_use_goes_on(void)
{
	char text[4096];
	int status = run_in_child(proper_use, text, sizeof text);

	CHECK(WIFEXITED(status) && WEXITSTATUS(status) == 0);
	CHECK(strcmp(text, "") == 0);
}

int main(void)
{
	static const struct check_test tests[] = {
		CHECK_TEST(misuse_ends_the_program_with_a_message),
		CHECK_TEST(proper_use_goes_on),
	};

	return check_main("CoreFoundation: misuse", tests, KC_COUNT_OF(tests));
}
