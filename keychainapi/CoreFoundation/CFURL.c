/* SPDX-License-Identifier: ISC */
/* URLs: the class, making them from text, and resolving one against another. */
#include "keychainapi/CoreFoundation/cf_url.h"

/* --- the class ------------------------------------------------------------------------------- */

static void url_finalize(CFTypeRef object)
{
	CFURLRef url = object;

	CFRelease(url->string);
	if (url->base_url)
		CFRelease(url->base_url);
}

static Boolean url_equal(CFTypeRef a, CFTypeRef b)
{
	CFURLRef url_a = a, url_b = b;

	if (!CFEqual(url_a->string, url_b->string) || !url_a->base_url != !url_b->base_url)
		return false;
	return !url_a->base_url || CFEqual(url_a->base_url, url_b->base_url);
}

static CFHashCode url_hash(CFTypeRef object)
{
	CFURLRef url = object;

	return CFHash(url->string);
}

static CFStringRef url_copy_formatting(CFTypeRef object)
{
	CFURLRef url = object;

	if (!url->base_url)
		return CFRetain(url->string);
	return CFStringCreateWithFormat(NULL, NULL, CFSTR("%@ -- %@"), url->string, url->base_url);
}

static CFStringRef url_copy_description(CFTypeRef object)
{
	CFURLRef url = object;
	CFStringRef base = CFCopyDescription(url->base_url); /* NULL prints as (null) */
	CFStringRef text = CFStringCreateWithFormat(NULL, NULL,
		CFSTR("<CFURL %p [%p]>{string = %@, encoding = %d, base = %@}"), object,
		(const void *)CFGetAllocator(object), url->string, (int)kCFStringEncodingUTF8,
		base);

	if (base)
		CFRelease(base);
	return text;
}

const CFRuntimeClass _kc_cf_class_CFURL = {
	.className = "CFURL",
	.finalize = url_finalize,
	.equal = url_equal,
	.hash = url_hash,
	.copyFormattingDesc = url_copy_formatting,
	.copyDebugDesc = url_copy_description,
};

CFTypeID CFURLGetTypeID(void)
{
	return KC_CF_TYPE_CFURL;
}

/* --- making ---------------------------------------------------------------------------------- */

/* NULL for text that is not a URL. */
static CFURLRef new_url(CFStringRef string, CFURLRef base_url)
{
	struct _kc_cf_url_parts parts;
	struct __CFURL *url;

	if (!_kc_cf_url_parse(string->utf8.start, string->utf8.length, &parts))
		return NULL;
	if (_kc_cf_url_has(parts.scheme))
		base_url = NULL;
	url = _CFRuntimeCreateInstance(KC_CF_TYPE_CFURL, sizeof *url);
	if (!url)
		return NULL;
	url->string = CFRetain(string);
	url->parts = parts;
	if (base_url) {
		url->base_url = CFURLCopyAbsoluteURL(base_url);
		KC_CF_REQUIRE(url->base_url, "there is no memory left");
	}
	return url;
}

CFURLRef _kc_cf_url_take_string(CFStringRef string, CFURLRef base_url)
{
	CFURLRef url;

	if (!string)
		return NULL;
	url = new_url(string, base_url);
	CFRelease(string);
	return url;
}

CFURLRef CFURLCreateWithString(CFAllocatorRef allocator, CFStringRef string, CFURLRef base)
{
	KC_CF_REQUIRE_TYPE(string, CFString);
	if (_kc_cf_string_units(string) == 0 && !base)
		return NULL;
	return _kc_cf_url_take_string(CFStringCreateCopy(allocator, string), base);
}

CFURLRef CFURLCreateWithBytes(CFAllocatorRef allocator, const UInt8 *bytes, CFIndex length,
	CFStringEncoding encoding, CFURLRef base)
{
	if (length == 0 && !base)
		return NULL;
	return _kc_cf_url_take_string(
		CFStringCreateWithBytes(allocator, bytes, length, encoding, false), base);
}

/* --- resolving (RFC 3986, 5.2) --------------------------------------------------------------- */

static void append_range(CFMutableStringRef text, CFURLRef url, CFRange range)
{
	_kc_cf_string_append_text(text, url->string->utf8.start + range.location, range.length);
}

/* Nothing for a part that is not there. */
static void append_part(
	CFMutableStringRef text, const char *before, CFURLRef url, CFRange part, const char *behind)
{
	if (!_kc_cf_url_has(part))
		return;
	_kc_cf_string_append_text(text, (const UInt8 *)before, (CFIndex)strlen(before));
	append_range(text, url, part);
	_kc_cf_string_append_text(text, (const UInt8 *)behind, (CFIndex)strlen(behind));
}

/* The bytes of a path without "." and "..": over themselves; returns how many are left. */
static CFIndex remove_dots(UInt8 *path, CFIndex length)
{
	CFIndex in = 0, out = 0;

	while (in < length) {
		CFIndex start = in, size;

		in += path[in] == '/';
		while (in < length && path[in] != '/')
			in++;
		size = in - start - (path[start] == '/');
		if (size == 1 && path[in - 1] == '.') {
			if (in == length && path[start] == '/')
				path[out++] = '/';
			continue;
		}
		if (size == 2 && path[in - 1] == '.' && path[in - 2] == '.') {
			while (out > 0 && path[--out] != '/')
				;
			if (in == length && path[start] == '/')
				path[out++] = '/';
			continue;
		}
		memmove(path + out, path + start, (size_t)(in - start));
		out += in - start;
	}
	return out;
}

/* The path of a URL, or what it makes of its base's path. */
static void append_resolved_path(CFMutableStringRef text, CFURLRef url, CFURLRef base)
{
	CFRange path = url->parts.path, base_path = base->parts.path;
	CFMutableStringRef whole = _kc_cf_string_must_create();

	if (!_kc_cf_url_has(base_path))
		base_path = CFRangeMake(0, 0);
	if (!path.length || url->string->utf8.start[path.location] != '/') {
		const UInt8 *start = base->string->utf8.start;

		while (base_path.length && path.length &&
			start[base_path.location + base_path.length - 1] != '/')
			base_path.length--;
		append_range(whole, base, base_path);
		if (!base_path.length && path.length && _kc_cf_url_has(base->parts.authority))
			_kc_cf_string_append_text(whole, (const UInt8 *)"/", 1);
	}
	append_range(whole, url, path);
	_kc_cf_string_append_text(text, whole->utf8.start,
		remove_dots(_kc_cf_bytes_writable(&whole->utf8), whole->utf8.length));
	CFRelease(whole);
}

CFURLRef CFURLCopyAbsoluteURL(CFURLRef url)
{
	CFMutableStringRef text;
	CFURLRef base;
	bool own_authority, own_path;

	KC_CF_REQUIRE_TYPE(url, CFURL);
	base = url->base_url;
	if (!base)
		return CFRetain(url);
	own_authority = _kc_cf_url_has(url->parts.authority);
	own_path = own_authority || url->parts.path.length > 0;
	text = _kc_cf_string_must_create();
	append_part(text, "", base, base->parts.scheme, ":");
	append_part(text, "//", own_authority ? url : base,
		own_authority ? url->parts.authority : base->parts.authority, "");
	if (own_authority)
		append_part(text, "", url, url->parts.path, "");
	else
		append_resolved_path(text, url, base);
	if (own_path || _kc_cf_url_has(url->parts.query))
		append_part(text, "?", url, url->parts.query, "");
	else
		append_part(text, "?", base, base->parts.query, "");
	append_part(text, "#", url, url->parts.fragment, "");
	return _kc_cf_url_take_string(_kc_cf_freeze(text), NULL);
}
