/* SPDX-License-Identifier: ISC */
/* The insides of strings: UTF-8 bytes seen through UTF-16 indexes. */
#ifndef KC_CF_STRING_H
#define KC_CF_STRING_H

#include "keychainapi/CoreFoundation/cf_bytes.h"
#include "keychainapi/CoreFoundation/cf_unicode.h"

/*
 * An immutable string with room for size bytes of UTF-8 that the caller fills with text of so many
 * code units; NULL when there is no memory.
 */
struct __CFString *_kc_cf_string_new(CFIndex size, CFIndex units);

/* An immutable string of valid UTF-8; NULL when there is no memory. */
CFStringRef _kc_cf_string_from_utf8(const UInt8 *utf8, CFIndex size);

/* Code units of valid UTF-8. */
CFIndex _kc_cf_string_count_units(const UInt8 *utf8, CFIndex size);

/*
 * Where the character stands that the code unit belongs to, as an offset in the UTF-8; the end for
 * an index equal to the length. ret_into is 1 for the second unit of a pair, else 0.
 */
CFIndex _kc_cf_string_offset(CFStringRef string, CFIndex unit, CFIndex *ret_into);

/* The bytes of a range of code units, which must fit; false when an end cuts a pair. */
bool _kc_cf_string_byte_range(CFStringRef string, CFRange units, CFRange *ret_bytes);

/* --- walking --------------------------------------------------------------------------------- */

/* Goes through a range of code units by characters; a half of a pair at its ends comes alone. */
struct _kc_cf_cursor {
	const UInt8 *at; /* the character that the next unit belongs to */
	CFIndex into;	 /* 1 when that is its second unit */
	CFIndex left;	 /* units to go */
};

struct _kc_cf_cursor _kc_cf_cursor_begin(CFStringRef string, CFRange range);

/* The next character and its units in the range; false at the end. Does not move. */
bool _kc_cf_cursor_peek(
	const struct _kc_cf_cursor *cursor, uint32_t *ret_point, CFIndex *ret_units);
void _kc_cf_cursor_advance(struct _kc_cf_cursor *cursor);

/* --- mutable strings ------------------------------------------------------------------------- */

/* Puts valid UTF-8 in the place of a range of bytes that holds whole characters. */
void _kc_cf_string_replace_utf8(
	CFMutableStringRef string, CFRange bytes, const UInt8 *utf8, CFIndex size);
void _kc_cf_string_append_utf8(CFMutableStringRef string, const UInt8 *utf8, CFIndex size);

#endif
