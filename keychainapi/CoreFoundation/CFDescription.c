/* SPDX-License-Identifier: ISC */
/* Objects as text for people. */
#include "keychainapi/CoreFoundation/cf_internal.h"
#include "keychainapi/CoreFoundation/cf_string.h"

CFStringRef CFCopyTypeIDDescription(CFTypeID type)
{
	const CFRuntimeClass *cls = _kc_cf_class(type);

	if (!cls)
		return NULL;
	return CFStringCreateWithCString(NULL, cls->className, kCFStringEncodingUTF8);
}

CFStringRef CFCopyDescription(CFTypeRef object)
{
	const CFRuntimeClass *cls;

	if (!object)
		return NULL;
	cls = _kc_cf_class_of(object);
	if (cls->copyDebugDesc)
		return cls->copyDebugDesc(object);
	return CFStringCreateWithFormat(NULL, NULL, CFSTR("<%s %p [%p]>"), cls->className, object,
		(const void *)CFGetAllocator(object));
}

CFStringRef _kc_cf_copy_formatting(CFTypeRef object)
{
	const CFRuntimeClass *cls;

	if (!object)
		return CFSTR("(null)");
	cls = _kc_cf_class_of(object);
	if (cls->copyFormattingDesc)
		return cls->copyFormattingDesc(object);
	return CFCopyDescription(object);
}

CFStringRef _kc_cf_copy_member_description(
	CFStringRef (*describe)(const void *value), const void *value)
{
	if (describe)
		return describe(value);
	return CFStringCreateWithFormat(NULL, NULL, CFSTR("<%p>"), value);
}

void CFShow(CFTypeRef object)
{
	bool is_text = !object || _kc_cf_is(object, KC_CF_TYPE_CFString);
	CFStringRef text = is_text ? _kc_cf_copy_formatting(object) : CFCopyDescription(object);

	if (!text)
		return;
	fwrite(text->utf8.start, 1, (size_t)text->utf8.length, stderr);
	fputc('\n', stderr);
	CFRelease(text);
}

void CFShowStr(CFStringRef string)
{
	if (!string) {
		fprintf(stderr, "(null)\n");
		return;
	}
	KC_CF_REQUIRE_TYPE(string, CFString);
	fprintf(stderr,
		"\nLength %ld\nIsEightBit 1\nHasLengthByte 0\nHasNullByte 1\n"
		"InlineContents %d\nAllocator SystemDefault\nMutable %d\n",
		_kc_cf_string_units(string), string->utf8.storage == KC_CF_INLINE,
		_kc_cf_is_mutable(string));
	if (_kc_cf_is_mutable(string))
		fprintf(stderr, "CurrentCapacity %ld\n", string->utf8.capacity);
	fprintf(stderr, "Contents %p\n", (const void *)string->utf8.start);
}
