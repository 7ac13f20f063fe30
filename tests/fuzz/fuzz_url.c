/* SPDX-License-Identifier: ISC */
/*
 * Any bytes as a URL, alone and on a base, and as text to be escaped: parts are in their bounds, a
 * resolved URL is absolute and resolves to itself, and escapes that were added go away again.
 */
#include <CoreFoundation/CoreFoundation.h>

#include "tests/fuzz/fuzz.h"

static void must(bool condition)
{
	if (!condition)
		abort();
}

static void release(CFTypeRef object)
{
	if (object)
		CFRelease(object);
}

static void read_parts(CFURLRef url)
{
	UInt8 path[128];

	release(CFURLCopyScheme(url));
	release(CFURLCopyNetLocation(url));
	release(CFURLCopyUserName(url));
	release(CFURLCopyPassword(url));
	release(CFURLCopyHostName(url));
	release(CFURLCopyPath(url));
	release(CFURLCopyStrictPath(url, NULL));
	release(CFURLCopyLastPathComponent(url));
	release(CFURLCopyPathExtension(url));
	release(CFURLCopyResourceSpecifier(url));
	release(CFURLCopyQueryString(url, CFSTR("&=")));
	release(CFURLCopyFragment(url, CFSTR("")));
	release(CFURLCopyFileSystemPath(url, kCFURLPOSIXPathStyle));
	must(CFURLGetPortNumber(url) >= -1);
	CFURLGetFileSystemRepresentation(url, true, path, sizeof path);
	release(CFCopyDescription(url));
}

static void change_path(CFURLRef url)
{
	CFURLRef changed[] = {
		CFURLCreateCopyAppendingPathComponent(NULL, url, CFSTR("a b"), true),
		CFURLCreateCopyDeletingLastPathComponent(NULL, url),
		CFURLCreateCopyAppendingPathExtension(NULL, url, CFSTR("key")),
		CFURLCreateCopyDeletingPathExtension(NULL, url),
	};

	for (size_t i = 0; i < sizeof changed / sizeof changed[0]; i++)
		release(changed[i]);
}

static void look(CFStringRef text, CFURLRef base)
{
	CFURLRef url = CFURLCreateWithString(NULL, text, base), absolute, again;

	if (!url)
		return;
	read_parts(url);
	change_path(url);
	absolute = CFURLCopyAbsoluteURL(url);
	must(absolute && CFURLGetBaseURL(absolute) == NULL);
	again = CFURLCopyAbsoluteURL(absolute);
	must(CFEqual(absolute, again));
	release(again);
	release(absolute);
	release(url);
}

static void escape(CFStringRef text)
{
	CFStringRef escaped = CFURLCreateStringByAddingPercentEscapes(
		NULL, text, NULL, CFSTR("/&"), kCFStringEncodingUTF8);
	CFStringRef plain;

	must(escaped != NULL);
	plain = CFURLCreateStringByReplacingPercentEscapes(NULL, escaped, CFSTR(""));
	must(plain && CFEqual(plain, text));
	release(plain);
	release(escaped);
	release(CFURLCreateStringByReplacingPercentEscapes(NULL, text, CFSTR("/")));
}

static void look_at_path(const uint8_t *bytes, size_t len)
{
	CFURLRef url = CFURLCreateFromFileSystemRepresentation(NULL, bytes, (CFIndex)len, false);
	UInt8 path[4096];

	if (!url)
		return;
	if (len < sizeof path && bytes[0] == '/') {
		must(CFURLGetFileSystemRepresentation(url, true, path, sizeof path));
		while (len > 1 && bytes[len - 1] == '/')
			len--;
		must(strlen((char *)path) == len && memcmp(path, bytes, len) == 0);
	}
	release(url);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	CFStringRef text =
		CFStringCreateWithBytes(NULL, bytes, (CFIndex)len, kCFStringEncodingUTF8, false);
	CFURLRef base = CFURLCreateWithString(NULL, CFSTR("http://u:p@h:1/a/b;c?d#e"), NULL);

	if (text) {
		look(text, NULL);
		look(text, base);
		escape(text);
		release(text);
	}
	look_at_path(bytes, len);
	release(base);
	return 0;
}
