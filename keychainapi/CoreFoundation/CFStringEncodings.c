/* SPDX-License-Identifier: ISC */
/* What is known of the encodings: which there are, their sizes, names and numbers. */
#include "keychainapi/CoreFoundation/cf_encoding.h"
#include "keychainapi/CoreFoundation/cf_string.h"

/* clang-format off */
static const CFStringEncoding available[] = {
	kCFStringEncodingUTF8,
	kCFStringEncodingASCII,
	kCFStringEncodingISOLatin1,
	kCFStringEncodingWindowsLatin1,
	kCFStringEncodingMacRoman,
	kCFStringEncodingUTF16,
	kCFStringEncodingUTF16BE,
	kCFStringEncodingUTF16LE,
	kCFStringEncodingUTF32,
	kCFStringEncodingUTF32BE,
	kCFStringEncodingUTF32LE,
	kCFStringEncodingInvalidId,
};
/* clang-format on */

const CFStringEncoding *CFStringGetListOfAvailableEncodings(void)
{
	return available;
}

Boolean CFStringIsEncodingAvailable(CFStringEncoding id)
{
	return _kc_cf_encoding_find(id) != NULL;
}

CFStringEncoding CFStringGetSystemEncoding(void)
{
	return kCFStringEncodingUTF8;
}

static CFStringEncoding narrowest(CFStringRef string)
{
	return _kc_cf_string_units(string) == string->utf8.length ? kCFStringEncodingASCII
								  : kCFStringEncodingUTF8;
}

CFStringEncoding CFStringGetSmallestEncoding(CFStringRef string)
{
	KC_CF_REQUIRE_TYPE(string, CFString);
	return narrowest(string);
}

CFStringEncoding CFStringGetFastestEncoding(CFStringRef string)
{
	KC_CF_REQUIRE_TYPE(string, CFString);
	return narrowest(string);
}

CFIndex CFStringGetMaximumSizeForEncoding(CFIndex length, CFStringEncoding id)
{
	const struct _kc_cf_encoding *encoding = _kc_cf_encoding_find(id);

	if (!encoding || length < 0 || length > LONG_MAX / encoding->unit_size)
		return kCFNotFound;
	return length * encoding->unit_size;
}

/* --- other names and numbers ----------------------------------------------------------------- */

unsigned long CFStringConvertEncodingToNSStringEncoding(CFStringEncoding id)
{
	const struct _kc_cf_encoding *encoding = _kc_cf_encoding_find(id);

	return encoding ? encoding->ns : kCFStringEncodingInvalidId;
}

CFStringEncoding CFStringConvertNSStringEncodingToEncoding(unsigned long ns)
{
	const struct _kc_cf_encoding *encoding;

	for (size_t i = 0; (encoding = _kc_cf_encoding_at(i)); i++)
		if (encoding->ns == ns)
			return encoding->id;
	return kCFStringEncodingInvalidId;
}

CFStringRef CFStringConvertEncodingToIANACharSetName(CFStringEncoding id)
{
	const struct _kc_cf_encoding *encoding = _kc_cf_encoding_find(id);

	return encoding ? __CFStringMakeConstantString(encoding->iana) : NULL;
}

CFStringEncoding CFStringConvertIANACharSetNameToEncoding(CFStringRef name)
{
	const struct _kc_cf_encoding *encoding;

	for (size_t i = 0; (encoding = _kc_cf_encoding_at(i)); i++)
		if (CFStringCompare(name, __CFStringMakeConstantString(encoding->iana),
			    kCFCompareCaseInsensitive) == kCFCompareEqualTo)
			return encoding->id;
	return kCFStringEncodingInvalidId;
}
