/* SPDX-License-Identifier: ISC */
/* The parts of URLs. */
#include "keychainapi/CoreFoundation/cf_url.h"

CFStringRef _kc_cf_url_copy_part(CFURLRef url, CFRange part)
{
	if (!_kc_cf_url_has(part))
		return NULL;
	return CFStringCreateWithSubstring(NULL, url->string, part);
}

CFStringRef _kc_cf_url_copy_unescaped(CFURLRef url, CFRange part)
{
	CFStringRef escaped = _kc_cf_url_copy_part(url, part), text;

	if (!escaped)
		return NULL;
	text = CFURLCreateStringByReplacingPercentEscapes(NULL, escaped, CFSTR(""));
	CFRelease(escaped);
	return text;
}

CFStringRef CFURLGetString(CFURLRef url)
{
	KC_CF_REQUIRE_TYPE(url, CFURL);
	return url->string;
}

CFURLRef CFURLGetBaseURL(CFURLRef url)
{
	KC_CF_REQUIRE_TYPE(url, CFURL);
	return url->base_url;
}

CFIndex CFURLGetBytes(CFURLRef url, UInt8 *ret_buffer, CFIndex size)
{
	CFIndex length;

	KC_CF_REQUIRE_TYPE(url, CFURL);
	length = url->string->utf8.length;
	if (!ret_buffer)
		return length;
	if (length > size)
		return -1;
	memcpy(ret_buffer, url->string->utf8.start, (size_t)length);
	return length;
}

/* --- before the path: a relative URL has its base's ------------------------------------------- */

/* The URL whose parts before the path count. */
static CFURLRef holder_of(CFURLRef url)
{
	KC_CF_REQUIRE_TYPE(url, CFURL);
	return url->base_url && !_kc_cf_url_has(url->parts.authority) ? url->base_url : url;
}

Boolean CFURLCanBeDecomposed(CFURLRef url)
{
	return _kc_cf_url_has(holder_of(url)->parts.path);
}

CFStringRef CFURLCopyScheme(CFURLRef url)
{
	KC_CF_REQUIRE_TYPE(url, CFURL);
	if (url->base_url)
		url = url->base_url;
	return _kc_cf_url_copy_part(url, url->parts.scheme);
}

CFStringRef CFURLCopyNetLocation(CFURLRef url)
{
	url = holder_of(url);
	return _kc_cf_url_copy_part(url, url->parts.authority);
}

CFStringRef CFURLCopyHostName(CFURLRef url)
{
	CFRange host;

	url = holder_of(url);
	host = url->parts.host;
	if (!_kc_cf_url_has(host) || !host.length)
		return NULL;
	if (host.length > 2 && url->string->utf8.start[host.location] == '[')
		host = CFRangeMake(host.location + 1, host.length - 2);
	return _kc_cf_url_copy_unescaped(url, host);
}

SInt32 CFURLGetPortNumber(CFURLRef url)
{
	SInt32 number = 0;
	CFRange port;

	url = holder_of(url);
	port = url->parts.port;
	if (!_kc_cf_url_has(port))
		return -1;
	for (CFIndex i = 0; i < port.length; i++) {
		UInt8 digit = url->string->utf8.start[port.location + i];

		if (digit < '0' || digit > '9' || number > INT32_MAX / 10 - 1)
			return -1;
		number = number * 10 + (digit - '0');
	}
	return number;
}

CFStringRef CFURLCopyUserName(CFURLRef url)
{
	url = holder_of(url);
	return _kc_cf_url_copy_unescaped(url, url->parts.user);
}

CFStringRef CFURLCopyPassword(CFURLRef url)
{
	url = holder_of(url);
	return _kc_cf_url_copy_unescaped(url, url->parts.password);
}

/* --- the path and what follows --------------------------------------------------------------- */

CFStringRef CFURLCopyPath(CFURLRef url)
{
	KC_CF_REQUIRE_TYPE(url, CFURL);
	return _kc_cf_url_copy_part(url, url->parts.path);
}

CFStringRef CFURLCopyStrictPath(CFURLRef url, Boolean *ret_is_absolute)
{
	CFRange path;
	bool is_absolute;

	KC_CF_REQUIRE_TYPE(url, CFURL);
	path = url->parts.path;
	is_absolute = path.length && url->string->utf8.start[path.location] == '/';
	if (ret_is_absolute)
		*ret_is_absolute = is_absolute;
	if (is_absolute)
		path = CFRangeMake(path.location + 1, path.length - 1);
	return _kc_cf_url_copy_part(url, path);
}

CFStringRef CFURLCopyResourceSpecifier(CFURLRef url)
{
	CFIndex start;

	KC_CF_REQUIRE_TYPE(url, CFURL);
	start = _kc_cf_url_has(url->parts.path) ? url->parts.path.location + url->parts.path.length
						: url->parts.rest.location;
	if (start == url->string->utf8.length)
		return NULL;
	return _kc_cf_url_copy_part(url, CFRangeMake(start, url->string->utf8.length - start));
}

static CFStringRef copy_left_escaped(CFURLRef url, CFRange part, CFStringRef leave_escaped)
{
	CFStringRef escaped = _kc_cf_url_copy_part(url, part), text;

	if (!escaped)
		return NULL;
	text = CFURLCreateStringByReplacingPercentEscapes(NULL, escaped, leave_escaped);
	CFRelease(escaped);
	return text;
}

CFStringRef CFURLCopyQueryString(CFURLRef url, CFStringRef leave_escaped)
{
	KC_CF_REQUIRE_TYPE(url, CFURL);
	return copy_left_escaped(url, url->parts.query, leave_escaped);
}

CFStringRef CFURLCopyFragment(CFURLRef url, CFStringRef leave_escaped)
{
	KC_CF_REQUIRE_TYPE(url, CFURL);
	return copy_left_escaped(url, url->parts.fragment, leave_escaped);
}
