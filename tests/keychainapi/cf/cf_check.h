/* SPDX-License-Identifier: ISC */
/* What the tests of CoreFoundation share: owned locals, and texts compared to C strings. */
#ifndef KC_TESTS_CF_CHECK_H
#define KC_TESTS_CF_CHECK_H

#include <CoreFoundation/CoreFoundation.h>

#include "base/mem.h"
#include "tests/check.h"

static inline void cf_owned_release(const void *pointer)
{
	CFTypeRef object = *(const CFTypeRef *)pointer;

	if (object)
		CFRelease(object);
}
/* A reference that is released at the end of its block. */
#define CF_OWNED KC_CLEANUP(cf_owned_release)

static inline CFStringRef cf_string(const char *utf8)
{
	return CFStringCreateWithCString(NULL, utf8, kCFStringEncodingUTF8);
}

static inline CFDataRef cf_data(const void *bytes, CFIndex length)
{
	return CFDataCreate(NULL, bytes, length);
}

static inline CFNumberRef cf_int(int value)
{
	return CFNumberCreate(NULL, kCFNumberIntType, &value);
}

/* Whether a string is there and reads so. */
static inline bool cf_reads(CFStringRef string, const char *utf8)
{
	const char *text = CFStringGetCStringPtr(string, kCFStringEncodingUTF8);

	return text && strcmp(text, utf8) == 0;
}

/* The same of a string that a call has just created, which is released. */
static inline bool cf_gives(CFStringRef created, const char *utf8)
{
	bool same = cf_reads(created, utf8);

	if (!same && created)
		fprintf(stderr, "\ngot \"%s\"\nnot \"%s\"\n",
			CFStringGetCStringPtr(created, kCFStringEncodingUTF8), utf8);
	if (created)
		CFRelease(created);
	return same;
}

/* How often a random test goes round: usually so often, much more in a long run. */
static inline int cf_rounds(int usual)
{
	return getenv("KC_LONG") ? 100 * usual : usual;
}

#endif
