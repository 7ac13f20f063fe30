/* SPDX-License-Identifier: ISC */
/* The text of a URL by its grammar (RFC 3986, appendix B). */
#include "keychainapi/CoreFoundation/cf_url.h"

static bool is_alpha(UInt8 byte)
{
	return (byte | 0x20) >= 'a' && (byte | 0x20) <= 'z';
}

static bool is_digit(UInt8 byte)
{
	return byte >= '0' && byte <= '9';
}

static bool is_hex(UInt8 byte)
{
	return is_digit(byte) || ((byte | 0x20) >= 'a' && (byte | 0x20) <= 'f');
}

static bool is_legal(UInt8 byte)
{
	return is_alpha(byte) || is_digit(byte) ||
	       (byte && strchr("-._~:/?#[]@!$&'()*+,;=%", byte));
}

static bool is_legal_text(const UInt8 *text, CFIndex length)
{
	CFIndex marks = 0;

	for (CFIndex i = 0; i < length; i++) {
		if (!is_legal(text[i]))
			return false;
		if (text[i] == '%' &&
			!(i + 2 < length && is_hex(text[i + 1]) && is_hex(text[i + 2])))
			return false;
		marks += text[i] == '#';
	}
	return marks <= 1;
}

/* --- from left to right ---------------------------------------------------------------------- */

static const CFRange absent = {kCFNotFound, 0};

/* The first of some bytes in a range; its end when there is none. */
static CFIndex find_any(const UInt8 *text, CFIndex at, CFIndex end, const char *bytes)
{
	while (at < end && !strchr(bytes, text[at]))
		at++;
	return at;
}

static CFIndex find_last(const UInt8 *text, CFIndex at, CFIndex end, UInt8 byte)
{
	for (CFIndex i = end; i-- > at;)
		if (text[i] == byte)
			return i;
	return kCFNotFound;
}

static CFRange between(CFIndex start, CFIndex end)
{
	return CFRangeMake(start, end - start);
}

/* The scheme's length, colon not counted; 0 when the text begins otherwise. */
static CFIndex scheme_length(const UInt8 *text, CFIndex length)
{
	CFIndex i = 0;

	if (length == 0 || !is_alpha(text[0]))
		return 0;
	while (i < length && (is_alpha(text[i]) || is_digit(text[i]) || strchr("+-.", text[i])))
		i++;
	return i < length && text[i] == ':' ? i : 0;
}

static void parse_authority(const UInt8 *text, CFRange range, struct _kc_cf_url_parts *parts)
{
	CFIndex end = range.location + range.length, host = range.location, colon;
	CFIndex at_sign = find_last(text, host, end, '@');
	CFIndex bracket;

	parts->authority = range;
	if (at_sign != kCFNotFound) {
		colon = find_any(text, host, at_sign, ":");
		parts->user = between(host, colon);
		if (colon < at_sign)
			parts->password = between(colon + 1, at_sign);
		host = at_sign + 1;
	}
	/* An address of version 6 has colons of its own, between brackets. */
	bracket = host < end && text[host] == '[' ? find_any(text, host, end, "]") : host;
	colon = find_any(text, bracket, end, ":");
	parts->host = between(host, colon);
	if (colon + 1 < end)
		parts->port = between(colon + 1, end);
}

static void parse_parts(const UInt8 *text, CFIndex length, struct _kc_cf_url_parts *parts)
{
	CFIndex at = scheme_length(text, length), end;

	if (at) {
		parts->scheme = between(0, at);
		at++;
	}
	parts->rest = between(at, length);
	if (at + 1 < length && text[at] == '/' && text[at + 1] == '/') {
		end = find_any(text, at + 2, length, "/?#");
		parse_authority(text, between(at + 2, end), parts);
		at = end;
	} else if (_kc_cf_url_has(parts->scheme) && (at == length || text[at] != '/')) {
		return; /* opaque */
	}
	end = find_any(text, at, length, "?#");
	parts->path = between(at, end);
	at = end;
	if (at < length && text[at] == '?') {
		end = find_any(text, at, length, "#");
		parts->query = between(at + 1, end);
		at = end;
	}
	if (at < length)
		parts->fragment = between(at + 1, length);
}

bool _kc_cf_url_parse(const UInt8 *text, CFIndex length, struct _kc_cf_url_parts *ret_parts)
{
	if (!is_legal_text(text, length))
		return false;
	*ret_parts = (struct _kc_cf_url_parts){
		absent, absent, absent, absent, absent, absent, absent, absent, absent, absent};
	parse_parts(text, length, ret_parts);
	return true;
}
