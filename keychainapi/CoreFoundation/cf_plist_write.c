/* SPDX-License-Identifier: ISC */
/* XML documents of property lists, in the lines that Apple's writer makes. */
#include "keychainapi/CoreFoundation/cf_base64.h"
#include "keychainapi/CoreFoundation/cf_plist.h"

#define HEAD                                                      \
	"<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"            \
	"<!DOCTYPE plist PUBLIC \"-//Apple//DTD PLIST 1.0//EN\" " \
	"\"http://www.apple.com/DTDs/PropertyList-1.0.dtd\">\n"   \
	"<plist version=\"1.0\">\n"
#define TAIL "</plist>\n"

static void put(CFMutableStringRef text, const char *part)
{
	_kc_cf_string_append_text(text, (const UInt8 *)part, (CFIndex)strlen(part));
}

static void indent(CFMutableStringRef text, int level)
{
	for (; level > 0; level--)
		put(text, "\t");
}

/* What would be markup, as entities. */
static void put_escaped(CFMutableStringRef text, CFStringRef string)
{
	const UInt8 *at = string->utf8.start, *end = at + string->utf8.length;

	while (at < end) {
		const UInt8 *plain = at;

		while (at < end && *at != '<' && *at != '>' && *at != '&')
			at++;
		_kc_cf_string_append_text(text, plain, at - plain);
		if (at < end) {
			put(text, *at == '<' ? "&lt;" : *at == '>' ? "&gt;" : "&amp;");
			at++;
		}
	}
}

static void put_element(CFMutableStringRef text, int level, const char *name, CFStringRef content)
{
	indent(text, level);
	CFStringAppendFormat(text, NULL, CFSTR("<%s>"), name);
	put_escaped(text, content);
	CFStringAppendFormat(text, NULL, CFSTR("</%s>\n"), name);
}

/* --- leaves ---------------------------------------------------------------------------------- */

static void put_number(CFMutableStringRef text, int level, CFNumberRef number)
{
	CFStringRef content = _kc_cf_copy_formatting(number);

	KC_CF_REQUIRE(content, "there is no memory left");
	put_element(text, level, CFNumberIsFloatType(number) ? "real" : "integer", content);
	CFRelease(content);
}

/* To whole seconds; a year takes at least four digits. */
static void put_date(CFMutableStringRef text, int level, CFDateRef date)
{
	CFGregorianDate day = CFAbsoluteTimeGetGregorianDate(CFDateGetAbsoluteTime(date), NULL);

	indent(text, level);
	CFStringAppendFormat(text, NULL, CFSTR("<date>%s%04d-%02d-%02dT%02d:%02d:%02dZ</date>\n"),
		day.year < 0 ? "-" : "", abs((int)day.year), day.month, day.day, day.hour,
		day.minute, (int)day.second);
}

/* Lines of 76 columns, a tab taking eight of them, and no more than eight tabs. */
static void put_data(CFMutableStringRef text, int level, CFDataRef data)
{
	const UInt8 *bytes = CFDataGetBytePtr(data);
	CFIndex length = CFDataGetLength(data), in_line = 0;
	int tabs = level > 8 ? 8 : level;
	CFIndex columns = (76 - 8 * tabs) / 4 * 4;

	indent(text, level);
	put(text, "<data>\n");
	for (CFIndex i = 0; i < length; i += 3) {
		UInt8 group[4];

		if (in_line == 0)
			indent(text, tabs);
		_kc_cf_base64_encode(bytes + i, length - i < 3 ? length - i : 3, group);
		_kc_cf_string_append_text(text, group, sizeof group);
		explicit_bzero(group, sizeof group);
		in_line += (CFIndex)sizeof group;
		if (in_line >= columns || i + 3 >= length) {
			put(text, "\n");
			in_line = 0;
		}
	}
	indent(text, level);
	put(text, "</data>\n");
}

/* --- containers ------------------------------------------------------------------------------ */

static void put_list(CFMutableStringRef text, int level, CFTypeRef list);

static void put_array(CFMutableStringRef text, int level, CFArrayRef array)
{
	CFIndex count = CFArrayGetCount(array);

	indent(text, level);
	if (count == 0) {
		put(text, "<array/>\n");
		return;
	}
	put(text, "<array>\n");
	for (CFIndex i = 0; i < count; i++)
		put_list(text, level + 1, CFArrayGetValueAtIndex(array, i));
	indent(text, level);
	put(text, "</array>\n");
}

static void put_dictionary(CFMutableStringRef text, int level, CFDictionaryRef dictionary)
{
	CFArrayRef keys;

	indent(text, level);
	if (CFDictionaryGetCount(dictionary) == 0) {
		put(text, "<dict/>\n");
		return;
	}
	keys = _kc_cf_plist_copy_sorted_keys(dictionary);
	put(text, "<dict>\n");
	for (CFIndex i = 0; i < CFArrayGetCount(keys); i++) {
		CFStringRef key = CFArrayGetValueAtIndex(keys, i);

		put_element(text, level + 1, "key", key);
		put_list(text, level + 1, CFDictionaryGetValue(dictionary, key));
	}
	indent(text, level);
	put(text, "</dict>\n");
	CFRelease(keys);
}

static void put_list(CFMutableStringRef text, int level, CFTypeRef list)
{
	switch (CFGetTypeID(list)) {
	case KC_CF_TYPE_CFString:
		put_element(text, level, "string", list);
		break;
	case KC_CF_TYPE_CFData:
		put_data(text, level, list);
		break;
	case KC_CF_TYPE_CFNumber:
		put_number(text, level, list);
		break;
	case KC_CF_TYPE_CFBoolean:
		indent(text, level);
		put(text, CFBooleanGetValue(list) ? "<true/>\n" : "<false/>\n");
		break;
	case KC_CF_TYPE_CFDate:
		put_date(text, level, list);
		break;
	case KC_CF_TYPE_CFArray:
		put_array(text, level, list);
		break;
	case KC_CF_TYPE_CFDictionary:
		put_dictionary(text, level, list);
		break;
	default:
		break; /* the list was found valid */
	}
}

void _kc_cf_plist_write_xml(CFTypeRef list, CFMutableStringRef text)
{
	put(text, HEAD);
	put_list(text, 0, list);
	put(text, TAIL);
}
