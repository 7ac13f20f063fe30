/* SPDX-License-Identifier: ISC */
/* The insides of URLs: the text taken apart, and its percent escapes. */
#ifndef KC_CF_URL_H
#define KC_CF_URL_H

#include "keychainapi/CoreFoundation/cf_string.h"

/* A part of the text: location kCFNotFound for one that is not there. */
struct _kc_cf_url_parts {
	CFRange scheme;
	CFRange authority; /* the whole of the next four */
	CFRange user, password, host, port;
	CFRange path; /* not there in an opaque URL */
	CFRange query, fragment;
	CFRange rest; /* all behind the scheme's colon */
};

struct __CFURL {
	CFRuntimeBase base;
	CFStringRef string; /* ASCII: an offset in bytes is one in code units */
	CFURLRef base_url;  /* absolute; NULL when this one is */
	struct _kc_cf_url_parts parts;
};

static inline bool _kc_cf_url_has(CFRange part)
{
	return part.location != kCFNotFound;
}

/* Takes text apart; false when a character in it should be escaped. */
bool _kc_cf_url_parse(const UInt8 *text, CFIndex length, struct _kc_cf_url_parts *ret_parts);

/* A URL from text, which is taken; NULL when it is not one, or for NULL. */
CFURLRef _kc_cf_url_take_string(CFStringRef string, CFURLRef base_url);

/* The same, with the URL's path replaced. */
CFURLRef _kc_cf_url_with_path(CFURLRef url, const UInt8 *path, CFIndex length);

/* The part as a string, as it is or unescaped; NULL when it is not there, or not UTF-8. */
CFStringRef _kc_cf_url_copy_part(CFURLRef url, CFRange part);
CFStringRef _kc_cf_url_copy_unescaped(CFURLRef url, CFRange part);

/* --- percent escapes ------------------------------------------------------------------------- */

/* Appends the byte as %XX, or as it is when it is ASCII and one of the legal ones. */
void _kc_cf_percent_append(CFMutableStringRef string, UInt8 byte, const char *legal);

/* The path characters that need no escape, besides letters and digits. */
#define KC_CF_PERCENT_PATH "-_.!~*'()/:@&=+$,"

/* Writes the bytes without escapes over themselves or elsewhere; returns how many they are. */
CFIndex _kc_cf_percent_decode(const UInt8 *text, CFIndex length, UInt8 *ret_bytes);

#endif
