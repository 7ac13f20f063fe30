/* SPDX-License-Identifier: ISC */
/* Paths of files as URLs, URLs as paths of files, and the components of paths. */
#include "keychainapi/CoreFoundation/cf_url.h"

#include <sys/stat.h>
#include <unistd.h>

/* --- from paths ------------------------------------------------------------------------------ */

static void append_c_text(CFMutableStringRef text, const char *appended)
{
	_kc_cf_string_append_text(text, (const UInt8 *)appended, (CFIndex)strlen(appended));
}

static void append_escaped_path(CFMutableStringRef text, const UInt8 *path, CFIndex length)
{
	for (CFIndex i = 0; i < length; i++)
		_kc_cf_percent_append(text, path[i], KC_CF_PERCENT_PATH);
}

/* A colon in the first component would make a scheme of what stands before it. */
static bool looks_like_scheme(const UInt8 *path, CFIndex length)
{
	const UInt8 *colon = memchr(path, ':', (size_t)length);

	return colon && !memchr(path, '/', (size_t)(colon - path));
}

static CFURLRef copy_current_directory(void)
{
	char *path = getcwd(NULL, 0);
	CFURLRef url;

	if (!path)
		return NULL; /* it was removed */
	url = CFURLCreateFromFileSystemRepresentation(
		NULL, (const UInt8 *)path, (CFIndex)strlen(path), true);
	KC_CF_REQUIRE(url, "there is no memory left");
	free(path);
	return url;
}

CFURLRef CFURLCreateFromFileSystemRepresentationRelativeToBase(CFAllocatorRef allocator,
	const UInt8 *path, CFIndex length, Boolean is_directory, CFURLRef base)
{
	CFMutableStringRef text;
	CFURLRef url, current = NULL;

	(void)allocator;
	if (!path || length <= 0 || memchr(path, 0, (size_t)length))
		return NULL;
	text = _kc_cf_string_must_create();
	while (length > 1 && path[length - 1] == '/')
		length--;
	if (path[0] == '/') {
		append_c_text(text, "file://");
		base = NULL;
	} else {
		if (looks_like_scheme(path, length))
			append_c_text(text, "./");
		if (!base)
			base = current = copy_current_directory();
	}
	append_escaped_path(text, path, length);
	if (is_directory && path[length - 1] != '/')
		append_c_text(text, "/");
	url = _kc_cf_url_take_string(_kc_cf_freeze(text), base);
	if (current)
		CFRelease(current);
	return url;
}

CFURLRef CFURLCreateFromFileSystemRepresentation(
	CFAllocatorRef allocator, const UInt8 *path, CFIndex length, Boolean is_directory)
{
	return CFURLCreateFromFileSystemRepresentationRelativeToBase(
		allocator, path, length, is_directory, NULL);
}

CFURLRef CFURLCreateWithFileSystemPathRelativeToBase(CFAllocatorRef allocator, CFStringRef path,
	CFURLPathStyle style, Boolean is_directory, CFURLRef base)
{
	KC_CF_REQUIRE_TYPE(path, CFString);
	if (style != kCFURLPOSIXPathStyle || !CFStringGetCStringPtr(path, kCFStringEncodingUTF8))
		return NULL;
	return CFURLCreateFromFileSystemRepresentationRelativeToBase(
		allocator, path->utf8.start, path->utf8.length, is_directory, base);
}

CFURLRef CFURLCreateWithFileSystemPath(
	CFAllocatorRef allocator, CFStringRef path, CFURLPathStyle style, Boolean is_directory)
{
	return CFURLCreateWithFileSystemPathRelativeToBase(
		allocator, path, style, is_directory, NULL);
}

/* --- to paths -------------------------------------------------------------------------------- */

/* The unescaped path, to be freed; NULL when there is none, or one with a NUL in it. */
static UInt8 *copy_file_path(CFURLRef url, CFIndex *ret_length)
{
	CFRange path = url->parts.path;
	CFIndex length;
	UInt8 *bytes;

	if (!_kc_cf_url_has(path))
		return NULL;
	bytes = _kc_cf_must_alloc((size_t)path.length + 1, 1);
	length = _kc_cf_percent_decode(url->string->utf8.start + path.location, path.length, bytes);
	while (length > 1 && bytes[length - 1] == '/')
		length--;
	bytes[length] = 0;
	if (memchr(bytes, 0, (size_t)length)) {
		free(bytes);
		return NULL;
	}
	*ret_length = length;
	return bytes;
}

Boolean CFURLGetFileSystemRepresentation(
	CFURLRef url, Boolean resolve_against_base, UInt8 *ret_buffer, CFIndex size)
{
	CFURLRef absolute;
	CFIndex length;
	UInt8 *path;
	bool fits;

	KC_CF_REQUIRE_TYPE(url, CFURL);
	absolute = resolve_against_base ? CFURLCopyAbsoluteURL(url) : CFRetain(url);
	path = absolute ? copy_file_path(absolute, &length) : NULL;
	fits = path && length < size;
	if (fits)
		memcpy(ret_buffer, path, (size_t)length + 1);
	free(path);
	if (absolute)
		CFRelease(absolute);
	return fits;
}

CFStringRef CFURLCopyFileSystemPath(CFURLRef url, CFURLPathStyle style)
{
	CFStringRef string = NULL;
	CFIndex length;
	UInt8 *path;

	KC_CF_REQUIRE_TYPE(url, CFURL);
	if (style != kCFURLPOSIXPathStyle)
		return NULL;
	path = copy_file_path(url, &length);
	if (path)
		string = CFStringCreateWithBytes(NULL, path, length, kCFStringEncodingUTF8, false);
	free(path);
	return string;
}

Boolean CFURLResourceIsReachable(CFURLRef url, CFErrorRef *ret_error)
{
	UInt8 path[PATH_MAX];
	struct stat facts;
	int error = EINVAL;

	if (CFURLGetFileSystemRepresentation(url, true, path, sizeof path)) {
		if (stat((const char *)path, &facts) == 0)
			return true;
		error = errno;
	}
	if (ret_error)
		*ret_error = CFErrorCreate(NULL, kCFErrorDomainPOSIX, error, NULL);
	return false;
}

/* --- the last component ---------------------------------------------------------------------- */

/* Its place in the text, without a slash behind it; "/" is a component of its own. */
static CFRange last_component(CFURLRef url)
{
	const UInt8 *text = url->string->utf8.start;
	CFIndex first = url->parts.path.location, end, start;

	if (!_kc_cf_url_has(url->parts.path))
		return CFRangeMake(0, 0);
	end = first + url->parts.path.length;
	while (end > first + 1 && text[end - 1] == '/')
		end--;
	start = end;
	while (start > first && text[start - 1] != '/')
		start--;
	if (start == end && end > first)
		start--;
	return CFRangeMake(start, end - start);
}

CFStringRef CFURLCopyLastPathComponent(CFURLRef url)
{
	KC_CF_REQUIRE_TYPE(url, CFURL);
	return _kc_cf_url_copy_unescaped(url, last_component(url));
}

Boolean CFURLHasDirectoryPath(CFURLRef url)
{
	const UInt8 *text;
	CFRange path, last;

	KC_CF_REQUIRE_TYPE(url, CFURL);
	path = url->parts.path;
	if (!_kc_cf_url_has(path) || !path.length)
		return false;
	text = url->string->utf8.start;
	last = last_component(url);
	return text[path.location + path.length - 1] == '/' ||
	       (last.length == 1 && text[last.location] == '.') ||
	       (last.length == 2 && memcmp(text + last.location, "..", 2) == 0);
}

/* The dot before the extension, and what follows it; length 0 when there is none. */
static CFRange extension_of(CFURLRef url)
{
	CFRange last = last_component(url);
	const UInt8 *text = url->string->utf8.start;

	for (CFIndex i = last.length - 2; i > 0; i--)
		if (text[last.location + i] == '.')
			return CFRangeMake(last.location + i, last.length - i);
	return CFRangeMake(0, 0);
}

CFStringRef CFURLCopyPathExtension(CFURLRef url)
{
	CFRange extension;

	KC_CF_REQUIRE_TYPE(url, CFURL);
	extension = extension_of(url);
	if (!extension.length)
		return NULL;
	return _kc_cf_url_copy_unescaped(
		url, CFRangeMake(extension.location + 1, extension.length - 1));
}

/* --- changing the path ----------------------------------------------------------------------- */

/* The text with the range replaced by what the string holds, which is taken. */
static CFURLRef with_replaced(CFURLRef url, CFRange range, CFMutableStringRef taken)
{
	const UInt8 *text = url->string->utf8.start;
	CFMutableStringRef whole = _kc_cf_string_must_create();
	CFIndex end = range.location + range.length;

	_kc_cf_string_append_text(whole, text, range.location);
	_kc_cf_string_append_text(whole, taken->utf8.start, taken->utf8.length);
	_kc_cf_string_append_text(whole, text + end, url->string->utf8.length - end);
	CFRelease(taken);
	return _kc_cf_url_take_string(_kc_cf_freeze(whole), url->base_url);
}

CFURLRef CFURLCreateCopyAppendingPathComponent(
	CFAllocatorRef allocator, CFURLRef url, CFStringRef component, Boolean is_directory)
{
	CFMutableStringRef added;
	CFIndex end;

	(void)allocator;
	KC_CF_REQUIRE_TYPE(url, CFURL);
	KC_CF_REQUIRE_TYPE(component, CFString);
	if (!_kc_cf_url_has(url->parts.path))
		return NULL;
	end = url->parts.path.location + url->parts.path.length;
	added = _kc_cf_string_must_create();
	if (end > 0 && url->string->utf8.start[end - 1] != '/')
		append_c_text(added, "/");
	append_escaped_path(added, component->utf8.start, component->utf8.length);
	if (is_directory && !CFStringHasSuffix(added, CFSTR("/")))
		append_c_text(added, "/");
	return with_replaced(url, CFRangeMake(end, 0), added);
}

CFURLRef CFURLCreateCopyDeletingLastPathComponent(CFAllocatorRef allocator, CFURLRef url)
{
	CFRange last;

	(void)allocator;
	KC_CF_REQUIRE_TYPE(url, CFURL);
	last = last_component(url);
	if (!last.length)
		return NULL;
	/* The slash behind it goes, too; the root stays. */
	last.length = url->parts.path.location + url->parts.path.length - last.location;
	if (url->string->utf8.start[last.location] == '/')
		last = CFRangeMake(last.location + last.length, 0);
	return with_replaced(url, last, _kc_cf_string_must_create());
}

CFURLRef CFURLCreateCopyAppendingPathExtension(
	CFAllocatorRef allocator, CFURLRef url, CFStringRef extension)
{
	CFMutableStringRef added;
	CFRange last;

	(void)allocator;
	KC_CF_REQUIRE_TYPE(url, CFURL);
	KC_CF_REQUIRE_TYPE(extension, CFString);
	last = last_component(url);
	if (!last.length)
		return NULL;
	added = _kc_cf_string_must_create();
	append_c_text(added, ".");
	append_escaped_path(added, extension->utf8.start, extension->utf8.length);
	return with_replaced(url, CFRangeMake(last.location + last.length, 0), added);
}

CFURLRef CFURLCreateCopyDeletingPathExtension(CFAllocatorRef allocator, CFURLRef url)
{
	(void)allocator;
	KC_CF_REQUIRE_TYPE(url, CFURL);
	return with_replaced(url, extension_of(url), _kc_cf_string_must_create());
}
