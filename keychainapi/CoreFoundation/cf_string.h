/* SPDX-License-Identifier: ISC */
/* The insides of strings: UTF-8 bytes (see cf_unicode.h) seen through UTF-16 indexes. */
#ifndef KC_CF_STRING_H
#define KC_CF_STRING_H

#include "keychainapi/CoreFoundation/cf_bytes.h"
#include "keychainapi/CoreFoundation/cf_unicode.h"

/*
 * An immutable string with room for size bytes of text that the caller fills with so many code
 * units; NULL when there is no memory.
 */
struct __CFString *_kc_cf_string_new(CFIndex size, CFIndex units);

/* An immutable string of text as strings keep it; NULL when there is no memory. */
CFStringRef _kc_cf_string_from_text(const UInt8 *text, CFIndex size);

/* A decimal number with a point, whatever the locale; ret_end is the text when there is none. */
double _kc_cf_string_read_double(const char *text, const char **ret_end);

/* --- UTF-16 indexes; see CFStringIndex.c ----------------------------------------------------- */

/* Code units of text as strings keep it. */
CFIndex _kc_cf_string_count_units(const UInt8 *text, CFIndex size);

/* The length of a string. Literals at file scope are counted when they are first asked. */
static inline CFIndex _kc_cf_string_units(CFStringRef string)
{
	CFIndex units = __atomic_load_n(&string->units, __ATOMIC_RELAXED);

	if (units >= 0)
		return units;
	units = _kc_cf_string_count_units(string->utf8.start, string->utf8.length);
	__atomic_store_n(&((struct __CFString *)(uintptr_t)string)->units, units, __ATOMIC_RELAXED);
	return units;
}

/*
 * Where the character stands that the code unit belongs to, as an offset in the bytes; the end for
 * an index equal to the length. ret_into is 1 for the second unit of a pair, else 0.
 */
CFIndex _kc_cf_string_offset(CFStringRef string, CFIndex unit, CFIndex *ret_into);

/* The code unit that begins at the offset of a character. */
CFIndex _kc_cf_string_unit(CFStringRef string, CFIndex offset);

/* A range of code units: whole characters, and the halves of pairs that its ends cut. */
struct _kc_cf_slice {
	UniChar before; /* the second half of a pair, or 0 */
	UniChar after;	/* the first half of a pair, or 0 */
	CFRange bytes;
};
struct _kc_cf_slice _kc_cf_string_slice(CFStringRef string, CFRange units);

/* To be called when the bytes of a string change, and when it goes. */
void _kc_cf_string_drop_marks(struct __CFString *string);

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

/* --- finding --------------------------------------------------------------------------------- */

/* The first place in a range of bytes that holds whole characters; the last one with Backwards. */
bool _kc_cf_string_find(CFStringRef string, CFRange bytes, CFStringRef sought,
	CFStringCompareFlags flags, CFRange *ret_bytes);

/* All places, none over another, in the order in which they are found. */
struct _kc_cf_found {
	CFRange *ranges; /* of bytes; to be freed */
	CFIndex count;
};
void _kc_cf_string_find_all(CFStringRef string, CFStringRef sought, CFRange units,
	CFStringCompareFlags flags, struct _kc_cf_found *ret_found);

/* --- mutable strings ------------------------------------------------------------------------- */

/* An empty one; ends the program when there is no memory. */
static inline CFMutableStringRef _kc_cf_string_must_create(void)
{
	CFMutableStringRef string = CFStringCreateMutable(NULL, 0);

	KC_CF_REQUIRE(string, "there is no memory left");
	return string;
}

/* Puts text in the place of a range of bytes that holds whole characters. */
void _kc_cf_string_replace_text(
	CFMutableStringRef string, CFRange bytes, const UInt8 *text, CFIndex size);
void _kc_cf_string_append_text(CFMutableStringRef string, const UInt8 *text, CFIndex size);

#endif
