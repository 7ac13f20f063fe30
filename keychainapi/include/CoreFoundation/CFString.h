/* SPDX-License-Identifier: ISC */
/*
 * Text. Kept as UTF-8; lengths, indexes and ranges count UTF-16 code units, as on Apple's systems.
 *
 * Only text that has a UTF-8 form exists: bytes with errors in them, lone surrogates, and a range
 * that cuts a surrogate pair in two give no string. NUL is a character like any other.
 */
#ifndef COREFOUNDATION_CFSTRING_H
#define COREFOUNDATION_CFSTRING_H

#include <stdarg.h>

#include <CoreFoundation/CFArray.h>
#include <CoreFoundation/CFBase.h>
#include <CoreFoundation/CFData.h>
#include <CoreFoundation/CFDictionary.h>

CF_EXTERN_C_BEGIN

typedef UInt32 CFStringEncoding;

enum {
	kCFStringEncodingUTF16 = 0x0100, /* of the machine's byte order, or a byte order mark's */
	kCFStringEncodingUnicode = 0x0100,
	kCFStringEncodingISOLatin1 = 0x0201,
	kCFStringEncodingASCII = 0x0600,
	kCFStringEncodingUTF8 = 0x08000100,
	kCFStringEncodingUTF16BE = 0x10000100,
	kCFStringEncodingUTF16LE = 0x14000100
};
#define kCFStringEncodingInvalidId (0xffffffffU)

typedef CFOptionFlags CFStringCompareFlags;
enum {
	kCFCompareCaseInsensitive = 1,
	kCFCompareBackwards = 4, /* Find: the last occurrence */
	kCFCompareAnchored = 8	 /* Find: only at the start, or with Backwards at the end */
};

CF_EXPORT CFTypeID CFStringGetTypeID(void);

/*
 * The constant string of a literal in UTF-8. Never goes away; equal literals are one object, in all
 * threads and libraries. NULL for a literal that is not UTF-8.
 */
#define CFSTR(literal) __CFStringMakeConstantString("" literal "")
CF_EXPORT CFStringRef __CFStringMakeConstantString(const char *literal);

/* --- making ---------------------------------------------------------------------------------- */

/* All: NULL when the bytes are not valid in the encoding, or the encoding is not known here. */
CF_EXPORT CFStringRef CFStringCreateWithCString(
	CFAllocatorRef allocator, const char *text, CFStringEncoding encoding);

/*
 * Takes over the bytes of text where they can serve as they are, and copies them (giving the
 * original to the deallocator at once) where not. After NULL they are still the caller's.
 */
CF_EXPORT CFStringRef CFStringCreateWithCStringNoCopy(CFAllocatorRef allocator, const char *text,
	CFStringEncoding encoding, CFAllocatorRef deallocator);

/* With external, a byte order mark at the start is obeyed and dropped. NULL with 0 bytes is "". */
CF_EXPORT CFStringRef CFStringCreateWithBytes(CFAllocatorRef allocator, const UInt8 *bytes,
	CFIndex count, CFStringEncoding encoding, Boolean external);
CF_EXPORT CFStringRef CFStringCreateFromExternalRepresentation(
	CFAllocatorRef allocator, CFDataRef data, CFStringEncoding encoding);
CF_EXPORT CFStringRef CFStringCreateWithCharacters(
	CFAllocatorRef allocator, const UniChar *characters, CFIndex count);

CF_EXPORT CFStringRef CFStringCreateCopy(CFAllocatorRef allocator, CFStringRef string);
CF_EXPORT CFStringRef CFStringCreateWithSubstring(
	CFAllocatorRef allocator, CFStringRef string, CFRange range);

/*
 * printf's conversions and %@ for any object (NULL: "(null)"). Takes d i u o x X c f F e E g G a A
 * s p %, the flags - + space # 0, * as width and precision, and hh h l ll q j z t L; not positions
 * (%1$s) and not %n. %s is UTF-8, faulty bytes becoming U+FFFD. The decimal point is a point in
 * every locale. An unknown conversion stands in the text as written. The options are not used.
 */
CF_EXPORT CFStringRef CFStringCreateWithFormat(
	CFAllocatorRef allocator, CFDictionaryRef options, CFStringRef format, ...);
CF_EXPORT CFStringRef CFStringCreateWithFormatAndArguments(
	CFAllocatorRef allocator, CFDictionaryRef options, CFStringRef format, va_list arguments);

/* The parts with the separator between them; an array of strings. */
CF_EXPORT CFStringRef CFStringCreateByCombiningStrings(
	CFAllocatorRef allocator, CFArrayRef parts, CFStringRef separator);

/* The pieces between separators, one more than there are separators, empty ones included. */
CF_EXPORT CFArrayRef CFStringCreateArrayBySeparatingStrings(
	CFAllocatorRef allocator, CFStringRef string, CFStringRef separator);

/* --- reading --------------------------------------------------------------------------------- */

CF_EXPORT CFIndex CFStringGetLength(CFStringRef string);
CF_EXPORT UniChar CFStringGetCharacterAtIndex(CFStringRef string, CFIndex index);
CF_EXPORT void CFStringGetCharacters(CFStringRef string, CFRange range, UniChar *ret_characters);

/*
 * The text as a C string that lives as long as the string is neither freed nor changed. Never NULL
 * for UTF-8 (except for a NULL string); for the other 8-bit encodings only when the text is ASCII.
 */
CF_EXPORT const char *CFStringGetCStringPtr(CFStringRef string, CFStringEncoding encoding);

/* False when the text does not fit size bytes with its NUL, or the encoding lacks a character. */
CF_EXPORT Boolean CFStringGetCString(
	CFStringRef string, char *ret_buffer, CFIndex size, CFStringEncoding encoding);

/*
 * Converts characters of the range until one neither fits size bytes nor converts; returns how
 * many code units that were, and in ret_used how many bytes (unless NULL). A NULL buffer only
 * counts. A character that the encoding lacks becomes loss_byte, unless that is 0. No NUL is added.
 */
CF_EXPORT CFIndex CFStringGetBytes(CFStringRef string, CFRange range, CFStringEncoding encoding,
	UInt8 loss_byte, Boolean external, UInt8 *ret_buffer, CFIndex size, CFIndex *ret_used);

/* The whole text, for UTF-16 with a byte order mark; NULL when a character is lost. */
CF_EXPORT CFDataRef CFStringCreateExternalRepresentation(
	CFAllocatorRef allocator, CFStringRef string, CFStringEncoding encoding, UInt8 loss_byte);

/* Bytes that so many code units take at most, without NUL; kCFNotFound when nobody can say. */
CF_EXPORT CFIndex CFStringGetMaximumSizeForEncoding(CFIndex length, CFStringEncoding encoding);

CF_EXPORT Boolean CFStringIsEncodingAvailable(CFStringEncoding encoding);
CF_EXPORT CFStringEncoding CFStringGetSystemEncoding(void); /* UTF-8 */

/* The decimal number at the start, after white space; 0 without one; held at the ends of SInt32. */
CF_EXPORT SInt32 CFStringGetIntValue(CFStringRef string);

/* --- comparing ------------------------------------------------------------------------------- */

/* By code unit, or by the code units of the lower-case forms. */
CF_EXPORT CFComparisonResult CFStringCompare(
	CFStringRef a, CFStringRef b, CFStringCompareFlags flags);

/* The range of a against the whole of b. */
CF_EXPORT CFComparisonResult CFStringCompareWithOptions(
	CFStringRef a, CFStringRef b, CFRange range, CFStringCompareFlags flags);

/* Where sought stands; location kCFNotFound when nowhere. The empty string is nowhere. */
CF_EXPORT CFRange CFStringFind(CFStringRef string, CFStringRef sought, CFStringCompareFlags flags);
CF_EXPORT Boolean CFStringFindWithOptions(CFStringRef string, CFStringRef sought, CFRange range,
	CFStringCompareFlags flags, CFRange *ret_found);
CF_EXPORT Boolean CFStringHasPrefix(CFStringRef string, CFStringRef prefix);
CF_EXPORT Boolean CFStringHasSuffix(CFStringRef string, CFStringRef suffix);

/* --- changing -------------------------------------------------------------------------------- */

/* The maximum length is a hint; 0 is none. */
CF_EXPORT CFMutableStringRef CFStringCreateMutable(CFAllocatorRef allocator, CFIndex max_length);
CF_EXPORT CFMutableStringRef CFStringCreateMutableCopy(
	CFAllocatorRef allocator, CFIndex max_length, CFStringRef string);

CF_EXPORT void CFStringAppend(CFMutableStringRef string, CFStringRef appended);

/* These append nothing when the text is not valid. */
CF_EXPORT void CFStringAppendCString(
	CFMutableStringRef string, const char *text, CFStringEncoding encoding);
CF_EXPORT void CFStringAppendCharacters(
	CFMutableStringRef string, const UniChar *characters, CFIndex count);

CF_EXPORT void CFStringAppendFormat(
	CFMutableStringRef string, CFDictionaryRef options, CFStringRef format, ...);
CF_EXPORT void CFStringAppendFormatAndArguments(
	CFMutableStringRef string, CFDictionaryRef options, CFStringRef format, va_list arguments);

/* A range that cuts a surrogate pair is misuse. */
CF_EXPORT void CFStringInsert(CFMutableStringRef string, CFIndex index, CFStringRef inserted);
CF_EXPORT void CFStringDelete(CFMutableStringRef string, CFRange range);
CF_EXPORT void CFStringReplace(CFMutableStringRef string, CFRange range, CFStringRef replacement);
CF_EXPORT void CFStringReplaceAll(CFMutableStringRef string, CFStringRef replacement);

/* Replaces each occurrence in the range; returns how many there were. */
CF_EXPORT CFIndex CFStringFindAndReplace(CFMutableStringRef string, CFStringRef sought,
	CFStringRef replacement, CFRange range, CFStringCompareFlags flags);

/* Takes away white space, or repetitions of trimmed, at both ends. */
CF_EXPORT void CFStringTrimWhitespace(CFMutableStringRef string);
CF_EXPORT void CFStringTrim(CFMutableStringRef string, CFStringRef trimmed);

/* --- looking --------------------------------------------------------------------------------- */

/* Writes the description of an object (of a string: the string itself) and a newline to stderr. */
CF_EXPORT void CFShow(CFTypeRef object);

CF_EXTERN_C_END

#endif
