/* SPDX-License-Identifier: ISC */
/*
 * No memory is freed with a secret in it.
 *
 * free() of this program, which also serves the libraries, looks into each block for a marker
 * before it passes the block on.
 */
#include <malloc.h>

#include "tests/keychainapi/cf/cf_check.h"

#define MARKER "s3cret-marker"

extern void __libc_free(void *memory);
static int found; /* blocks freed with the marker in them */

__attribute__((visibility("default"))) void free(void *memory)
{
	if (memory && memmem(memory, malloc_usable_size(memory), MARKER, strlen(MARKER)))
		__atomic_fetch_add(&found, 1, __ATOMIC_RELAXED);
	__libc_free(memory);
}

static void the_detector_finds_what_is_not_wiped(void)
{
	void (*volatile release)(void *) = free; /* or the compiler drops it with the strdup() */

	found = 0;
	release(strdup("some " MARKER " here"));
	CHECK(found == 1);
	CFAllocatorDeallocate(NULL, strdup(MARKER)); /* the library's free() is this one too */
	CHECK(found == 2);
}

static void data_is_wiped(void)
{
	CFMutableDataRef data = CFDataCreateMutable(NULL, 0);
	CFDataRef copy;

	found = 0;
	CFDataAppendBytes(data, (const UInt8 *)MARKER, (CFIndex)strlen(MARKER));
	for (int i = 0; i < 1000; i++) /* moves several times */
		CFDataAppendBytes(data, (const UInt8 *)"----------", 10);
	copy = CFDataCreateCopy(NULL, data);
	CFRelease(data);
	data = CFDataCreateMutableCopy(NULL, 0, copy);
	CFDataSetLength(data, 0);
	CFRelease(data);
	CFRelease(copy);
	CFRelease(CFDataCreateWithBytesNoCopy(
		NULL, (UInt8 *)strdup(MARKER), (CFIndex)strlen(MARKER), kCFAllocatorMalloc));
	CHECK(found == 0);
}

static void strings_are_wiped(void)
{
	CFStringRef string = cf_string("a " MARKER);
	CFMutableStringRef mutable = CFStringCreateMutableCopy(NULL, 0, string);
	char buffer[8];
	CFDataRef data;

	found = 0;
	for (int i = 0; i < 1000; i++)
		CFStringAppend(mutable, CFSTR("---------"));
	CFStringDelete(mutable, CFRangeMake(3, 2000));
	CFRelease(mutable);
	mutable = CFStringCreateMutableCopy(NULL, 0, string);
	CFStringReplaceAll(mutable, CFSTR("x"));
	CFRelease(mutable);
	CFRelease(CFStringCreateWithFormat(NULL, NULL, CFSTR("%@ %s %5@"), string, MARKER, string));
	CFRelease(CFStringCreateWithCStringNoCopy(
		NULL, strdup(MARKER), kCFStringEncodingUTF8, kCFAllocatorMalloc));
	data = CFStringCreateExternalRepresentation(NULL, string, kCFStringEncodingUTF8, 0);
	CFRelease(data);
	CFStringGetCString(string, buffer, sizeof buffer, kCFStringEncodingUTF8);
	CFRelease(CFCopyDescription(string));
	CFRelease(string);
	CHECK(found == 0);
}

static void changed_strings_are_wiped(void)
{
	CFMutableStringRef string;

	found = 0;
	string = CFStringCreateMutableCopy(NULL, 0, CFSTR("  x"));
	for (int i = 0; i < 20; i++)
		CFStringAppendCString(string, MARKER ", ", kCFStringEncodingUTF8);
	CFRelease(CFStringCreateArrayBySeparatingStrings(NULL, string, CFSTR(",")));
	CFRelease(CFStringCreateWithSubstring(NULL, string, CFRangeMake(3, 40)));
	CFStringFindAndReplace(
		string, CFSTR(","), CFSTR(";"), CFRangeMake(0, CFStringGetLength(string)), 0);
	CFStringTrimWhitespace(string);
	CFStringTrim(string, CFSTR("x" MARKER ";"));
	CFStringPad(string, CFSTR(MARKER), 1000, 3);
	CFStringPad(string, NULL, 40, 0);
	CFStringLowercase(string, NULL);
	CFStringInsert(string, 5, string);
	CFRelease(string);
	CHECK(found == 0);
}

static void documents_are_wiped(void)
{
	const char document[] =
		"<plist><dict><key>" MARKER "</key><array><string>" MARKER
		"&amp;</string><data>czNjcmV0LW1hcmtlcg==</data></array></dict></plist>";
	CFDataRef data = cf_data(document, sizeof document - 1), written, broken;
	CFTypeRef list, copy;

	found = 0;
	list = CFPropertyListCreateWithData(
		NULL, data, kCFPropertyListMutableContainersAndLeaves, NULL, NULL);
	CHECK_FATAL(list != NULL);
	copy = CFPropertyListCreateDeepCopy(NULL, list, kCFPropertyListImmutable);
	written = CFPropertyListCreateData(NULL, copy, kCFPropertyListBinaryFormat_v1_0, 0, NULL);
	CFRelease(CFPropertyListCreateWithData(NULL, written, 0, NULL, NULL));
	CFRelease(written);
	written = CFPropertyListCreateXMLData(NULL, copy);
	broken = cf_data(document, sizeof document - 10);
	CHECK(CFPropertyListCreateWithData(NULL, broken, 0, NULL, NULL) == NULL);
	CFRelease(broken);
	CFRelease(written);
	CFRelease(copy);
	CFRelease(list);
	CFRelease(data);
	CHECK(found == 0);
}

static void urls_are_wiped(void)
{
	CFStringRef text = cf_string("https://ana:" MARKER "%20@example.org/"), part, plain;
	CFURLRef url = CFURLCreateWithString(NULL, text, NULL);

	found = 0;
	part = CFURLCopyPassword(url);
	plain = CFURLCreateStringByAddingPercentEscapes(
		NULL, part, NULL, CFSTR("m"), kCFStringEncodingUTF8);
	CFRelease(CFURLCreateStringByReplacingPercentEscapes(NULL, plain, CFSTR("")));
	CFRelease(plain);
	CFRelease(part);
	CFRelease(text);
	CFRelease(url);
	CHECK(found == 0);
}

/* What containers hold goes with them. */
static void members_are_wiped(void)
{
	CFMutableDictionaryRef dictionary = CFDictionaryCreateMutable(
		NULL, 0, &kCFTypeDictionaryKeyCallBacks, &kCFTypeDictionaryValueCallBacks);

	found = 0;
	for (int i = 0; i < 50; i++) {
		CF_OWNED CFNumberRef key = cf_int(i);
		CF_OWNED CFStringRef value =
			CFStringCreateWithFormat(NULL, NULL, CFSTR(MARKER "%d"), i);

		CFDictionarySetValue(dictionary, key, value);
	}
	CFRelease(CFCopyDescription(dictionary));
	CFRelease(dictionary);
	CHECK(found == 0);
}

int main(void)
{
	static const struct check_test tests[] = {
		CHECK_TEST(the_detector_finds_what_is_not_wiped),
		CHECK_TEST(data_is_wiped),
		CHECK_TEST(strings_are_wiped),
		CHECK_TEST(changed_strings_are_wiped),
		CHECK_TEST(documents_are_wiped),
		CHECK_TEST(urls_are_wiped),
		CHECK_TEST(members_are_wiped),
	};

	return check_main("CoreFoundation: wiping", tests, KC_COUNT_OF(tests));
}
