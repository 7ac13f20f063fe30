/* SPDX-License-Identifier: ISC */
/*
 * Text. Kept as UTF-8; lengths, indexes and ranges count UTF-16 code units, as on Apple's systems.
 * NUL is a character like any other.
 *
 * Bytes with errors in them give no string. A range may cut a surrogate pair in two, and the halves
 * are one character again when they come together; but a half that stands alone has no form in
 * UTF-8, nor in anything but UTF-16.
 *
 * Not here: locales (a CFLocaleRef is NULL), normalisation and transforms, character sets, tokens.
 */
#ifndef COREFOUNDATION_CFSTRING_H
#define COREFOUNDATION_CFSTRING_H

#include <stdarg.h>

#include <CoreFoundation/CFArray.h>
#include <CoreFoundation/CFBase.h>
#include <CoreFoundation/CFConstantString.h>
#include <CoreFoundation/CFData.h>
#include <CoreFoundation/CFDictionary.h>

CF_EXTERN_C_BEGIN

CF_DECLARE_REF(CFLocaleRef, const struct __CFLocale);

typedef UInt32 CFStringEncoding;
typedef CFStringEncoding CFStringBuiltInEncodings;

enum {
	kCFStringEncodingMacRoman = 0,
	kCFStringEncodingUTF16 = 0x0100, /* of the machine's byte order, or a byte order mark's */
	kCFStringEncodingUnicode = 0x0100,
	kCFStringEncodingISOLatin1 = 0x0201,
	kCFStringEncodingWindowsLatin1 = 0x0500,
	kCFStringEncodingASCII = 0x0600,
	kCFStringEncodingUTF8 = 0x08000100,
	kCFStringEncodingUTF32 = 0x0C000100, /* as UTF16 */
	kCFStringEncodingUTF16BE = 0x10000100,
	kCFStringEncodingUTF16LE = 0x14000100,
	kCFStringEncodingUTF32BE = 0x18000100,
	kCFStringEncodingUTF32LE = 0x1C000100,
	/* not available here */
	kCFStringEncodingNextStepLatin = 0x0B01,
	kCFStringEncodingNonLossyASCII = 0x0BFF
};
#define kCFStringEncodingInvalidId (0xffffffffU)

typedef CFOptionFlags CFStringCompareFlags;
enum {
	kCFCompareCaseInsensitive = 1,
	kCFCompareBackwards = 4,	/* Find: the last occurrence */
	kCFCompareAnchored = 8,		/* Find: only at the start, or with Backwards at the end */
	kCFCompareNumerically = 64,	/* Compare: "a9" before "a10" */
	kCFCompareForcedOrdering = 512, /* Compare: exactly, when equal otherwise */
	kCFCompareNonliteral = 16,	/* these are accepted and change nothing */
	kCFCompareLocalized = 32,
	kCFCompareDiacriticInsensitive = 128,
	kCFCompareWidthInsensitive = 256
};

CF_EXPORT CFTypeID CFStringGetTypeID(void);

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

/* Of a path, which here is UTF-8 as it stands; NULL for NULL. */
CF_EXPORT CFStringRef CFStringCreateWithFileSystemRepresentation(
	CFAllocatorRef allocator, const char *path);

/* Always copies, and gives the original to the deallocator at once. */
CF_EXPORT CFStringRef CFStringCreateWithBytesNoCopy(CFAllocatorRef allocator, const UInt8 *bytes,
	CFIndex count, CFStringEncoding encoding, Boolean external, CFAllocatorRef deallocator);
CF_EXPORT CFStringRef CFStringCreateWithCharactersNoCopy(CFAllocatorRef allocator,
	const UniChar *characters, CFIndex count, CFAllocatorRef deallocator);

CF_EXPORT CFStringRef CFStringCreateCopy(CFAllocatorRef allocator, CFStringRef string);
CF_EXPORT CFStringRef CFStringCreateWithSubstring(
	CFAllocatorRef allocator, CFStringRef string, CFRange range);

/*
 * printf's conversions and %@ for any object (NULL: "(null)"). Takes d i u o x X c f F e E g G a A
 * s p %, D U O for ld lu lo, C for a UniChar and S for a NUL-terminated array of them; the flags
 * - + space # 0, * as width and precision, hh h l ll q j z t L, and positions (%2$@) up to 99; not
 * %n. %s is UTF-8, faulty bytes becoming U+FFFD. The decimal point is a point in every locale. An
 * unknown conversion stands in the text as written. The options are not used.
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

/* NULL: the text is not kept as code units. */
CF_EXPORT const UniChar *CFStringGetCharactersPtr(CFStringRef string);

/*
 * The text as a C string that lives as long as the string is neither freed nor changed. For UTF-8
 * NULL only for a NULL string and for text with half a surrogate pair; for the other 8-bit
 * encodings when the text is not ASCII.
 */
CF_EXPORT const char *CFStringGetCStringPtr(CFStringRef string, CFStringEncoding encoding);

/* False when the text does not fit size bytes with its NUL, or the encoding lacks a character. */
CF_EXPORT Boolean CFStringGetCString(
	CFStringRef string, char *ret_buffer, CFIndex size, CFStringEncoding encoding);

/* The same as UTF-8, and a size that suffices, NUL included. */
CF_EXPORT Boolean CFStringGetFileSystemRepresentation(
	CFStringRef string, char *ret_buffer, CFIndex size);
CF_EXPORT CFIndex CFStringGetMaximumSizeOfFileSystemRepresentation(CFStringRef string);

/*
 * Converts characters of the range until one neither fits size bytes nor converts; returns how
 * many code units that were, and in ret_used how many bytes (unless NULL). A NULL buffer only
 * counts. A character that the encoding lacks becomes loss_byte, unless that is 0. No NUL is added.
 */
CF_EXPORT CFIndex CFStringGetBytes(CFStringRef string, CFRange range, CFStringEncoding encoding,
	UInt8 loss_byte, Boolean external, UInt8 *ret_buffer, CFIndex size, CFIndex *ret_used);

/* The whole text, for UTF-16 and UTF-32 with a byte order mark; NULL when a character is lost. */
CF_EXPORT CFDataRef CFStringCreateExternalRepresentation(
	CFAllocatorRef allocator, CFStringRef string, CFStringEncoding encoding, UInt8 loss_byte);

/* The number at the start, after white space; 0 without one. An integer is held at the ends. */
CF_EXPORT SInt32 CFStringGetIntValue(CFStringRef string);
CF_EXPORT double CFStringGetDoubleValue(CFStringRef string);

/* --- encodings ------------------------------------------------------------------------------- */

/* Bytes that so many code units take at most, without NUL; kCFNotFound when nobody can say. */
CF_EXPORT CFIndex CFStringGetMaximumSizeForEncoding(CFIndex length, CFStringEncoding encoding);

CF_EXPORT Boolean CFStringIsEncodingAvailable(CFStringEncoding encoding);
CF_EXPORT const CFStringEncoding *CFStringGetListOfAvailableEncodings(void); /* to InvalidId */
CF_EXPORT CFStringEncoding CFStringGetSystemEncoding(void);		     /* UTF-8 */

/* ASCII when that suffices, else UTF-8. */
CF_EXPORT CFStringEncoding CFStringGetSmallestEncoding(CFStringRef string);
CF_EXPORT CFStringEncoding CFStringGetFastestEncoding(CFStringRef string);

/* Foundation's numbers; names such as "utf-8", which are constants. InvalidId, NULL if unknown. */
CF_EXPORT unsigned long CFStringConvertEncodingToNSStringEncoding(CFStringEncoding encoding);
CF_EXPORT CFStringEncoding CFStringConvertNSStringEncodingToEncoding(unsigned long encoding);
CF_EXPORT CFStringRef CFStringConvertEncodingToIANACharSetName(CFStringEncoding encoding);
CF_EXPORT CFStringEncoding CFStringConvertIANACharSetNameToEncoding(CFStringRef name);

/* --- comparing ------------------------------------------------------------------------------- */

/* By code unit, or by the code units of the lower-case forms. */
CF_EXPORT CFComparisonResult CFStringCompare(
	CFStringRef a, CFStringRef b, CFStringCompareFlags flags);

/* The range of a against the whole of b. */
CF_EXPORT CFComparisonResult CFStringCompareWithOptions(
	CFStringRef a, CFStringRef b, CFRange range, CFStringCompareFlags flags);
CF_EXPORT CFComparisonResult CFStringCompareWithOptionsAndLocale(CFStringRef a, CFStringRef b,
	CFRange range, CFStringCompareFlags flags, CFLocaleRef locale);

/* Where sought stands; location kCFNotFound when nowhere. The empty string is nowhere. */
CF_EXPORT CFRange CFStringFind(CFStringRef string, CFStringRef sought, CFStringCompareFlags flags);
CF_EXPORT Boolean CFStringFindWithOptions(CFStringRef string, CFStringRef sought, CFRange range,
	CFStringCompareFlags flags, CFRange *ret_found);
CF_EXPORT Boolean CFStringFindWithOptionsAndLocale(CFStringRef string, CFStringRef sought,
	CFRange range, CFStringCompareFlags flags, CFLocaleRef locale, CFRange *ret_found);
CF_EXPORT Boolean CFStringHasPrefix(CFStringRef string, CFStringRef prefix);
CF_EXPORT Boolean CFStringHasSuffix(CFStringRef string, CFStringRef suffix);

/* All places, in the order of finding, as pointers to CFRange that the array owns; NULL for none.
 */
CF_EXPORT CFArrayRef CFStringCreateArrayWithFindResults(CFAllocatorRef allocator,
	CFStringRef string, CFStringRef sought, CFRange range, CFStringCompareFlags flags);

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

CF_EXPORT void CFStringInsert(CFMutableStringRef string, CFIndex index, CFStringRef inserted);
CF_EXPORT void CFStringDelete(CFMutableStringRef string, CFRange range);
CF_EXPORT void CFStringReplace(CFMutableStringRef string, CFRange range, CFStringRef replacement);
CF_EXPORT void CFStringReplaceAll(CFMutableStringRef string, CFStringRef replacement);

/* Replaces each occurrence in the range; returns how many there were. */
CF_EXPORT CFIndex CFStringFindAndReplace(CFMutableStringRef string, CFStringRef sought,
	CFStringRef replacement, CFRange range, CFStringCompareFlags flags);

/* Cuts to the length, or fills up to it with pad again and again, from its index on at first. */
CF_EXPORT void CFStringPad(
	CFMutableStringRef string, CFStringRef pad, CFIndex length, CFIndex index_in_pad);

/* Takes away white space, or repetitions of trimmed, at both ends. */
CF_EXPORT void CFStringTrimWhitespace(CFMutableStringRef string);
CF_EXPORT void CFStringTrim(CFMutableStringRef string, CFStringRef trimmed);

/* Letter by letter, each becoming one. Capitalize: the first letter of each word, the others low.
 */
CF_EXPORT void CFStringLowercase(CFMutableStringRef string, CFLocaleRef locale);
CF_EXPORT void CFStringUppercase(CFMutableStringRef string, CFLocaleRef locale);
CF_EXPORT void CFStringCapitalize(CFMutableStringRef string, CFLocaleRef locale);

/* --- surrogates, and characters one by one --------------------------------------------------- */

CF_INLINE Boolean CFStringIsSurrogateHighCharacter(UniChar character)
{
	return (Boolean)(character >= 0xD800 && character <= 0xDBFF);
}

CF_INLINE Boolean CFStringIsSurrogateLowCharacter(UniChar character)
{
	return (Boolean)(character >= 0xDC00 && character <= 0xDFFF);
}

CF_INLINE UTF32Char CFStringGetLongCharacterForSurrogatePair(UniChar high, UniChar low)
{
	return (UTF32Char)(0x10000 +
			   ((((UTF32Char)high & 0x3FF) << 10) | ((UTF32Char)low & 0x3FF)));
}

/* Writes one code unit, or a pair and true. */
CF_INLINE Boolean CFStringGetSurrogatePairForLongCharacter(
	UTF32Char character, UniChar *ret_characters)
{
	if (character <= 0xFFFF) {
		ret_characters[0] = (UniChar)character;
		return FALSE;
	}
	ret_characters[0] = (UniChar)(0xD800 + ((character - 0x10000) >> 10));
	ret_characters[1] = (UniChar)(0xDC00 + ((character - 0x10000) & 0x3FF));
	return TRUE;
}

/* Reads a range of a string, which must not change meanwhile, many characters at a time. */
typedef struct {
	UniChar buffer[64];
	CFStringRef theString;
	CFRange rangeToBuffer;
	CFIndex bufferedRangeStart; /* in the range */
	CFIndex bufferedRangeEnd;
} CFStringInlineBuffer;

CF_INLINE void CFStringInitInlineBuffer(
	CFStringRef string, CFStringInlineBuffer *buffer, CFRange range)
{
	buffer->theString = string;
	buffer->rangeToBuffer = range;
	buffer->bufferedRangeStart = 0;
	buffer->bufferedRangeEnd = 0;
}

/* The index counts from the start of the range; 0 outside of it. */
CF_INLINE UniChar CFStringGetCharacterFromInlineBuffer(CFStringInlineBuffer *buffer, CFIndex index)
{
	CFIndex end;

	if (index < 0 || index >= buffer->rangeToBuffer.length)
		return 0;
	if (index < buffer->bufferedRangeStart || index >= buffer->bufferedRangeEnd) {
		buffer->bufferedRangeStart = index < 4 ? 0 : index - 4;
		end = buffer->bufferedRangeStart + 64;
		if (end > buffer->rangeToBuffer.length)
			end = buffer->rangeToBuffer.length;
		buffer->bufferedRangeEnd = end;
		CFStringGetCharacters(buffer->theString,
			CFRangeMake(buffer->rangeToBuffer.location + buffer->bufferedRangeStart,
				end - buffer->bufferedRangeStart),
			buffer->buffer);
	}
	return buffer->buffer[index - buffer->bufferedRangeStart];
}

/* --- looking --------------------------------------------------------------------------------- */

/* Writes the description of an object (of a string: the string itself) and a newline to stderr. */
CF_EXPORT void CFShow(CFTypeRef object);

/* Writes how a string is kept, and not its text, to stderr. */
CF_EXPORT void CFShowStr(CFStringRef string);

CF_EXTERN_C_END

#endif
