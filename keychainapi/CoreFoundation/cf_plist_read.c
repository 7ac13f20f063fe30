/* SPDX-License-Identifier: ISC */
/*
 * Property lists from XML.
 *
 *   document = misc [ "<plist ...>" value "</plist>" | value ]     what follows is not looked at
 *   value    = "<NAME>" content "</NAME>" | "<NAME/>"              see the table of elements
 *   misc     = white space, comments, <? ... ?>, <!DOCTYPE ... [ ... ]>
 *
 * Attributes are passed over, and no entity is known but the five of XML and those of numbers: no
 * document can make the reader open anything, or grow beyond its own size.
 */
#include "keychainapi/CoreFoundation/cf_base64.h"
#include "keychainapi/CoreFoundation/cf_plist.h"

/* A part of the text. */
struct part {
	const UInt8 *at, *end;
};

struct reader {
	struct part text; /* that is still to be read */
	const UInt8 *start;
	CFOptionFlags option;
	int depth;
	CFStringRef problem; /* the first one; NULL while there is none */
};

/* A tag as it was read. */
struct tag {
	struct part name;
	bool is_end, is_empty; /* </NAME>, <NAME/> */
};

/* --- problems -------------------------------------------------------------------------------- */

static CFTypeRef fail(struct reader *reader, const char *what)
{
	long line = 1;

	if (reader->problem)
		return NULL;
	for (const UInt8 *at = reader->start; at < reader->text.at; at++)
		line += *at == '\n';
	reader->problem = CFStringCreateWithFormat(NULL, NULL, CFSTR("%s on line %ld"), what, line);
	KC_CF_REQUIRE(reader->problem, "there is no memory left");
	return NULL;
}

/* --- marks ----------------------------------------------------------------------------------- */

static bool is_space(UInt8 byte)
{
	return byte == ' ' || byte == '\t' || byte == '\n' || byte == '\r';
}

static bool starts_with(struct part part, const char *prefix)
{
	size_t length = strlen(prefix);

	return (size_t)(part.end - part.at) >= length && memcmp(part.at, prefix, length) == 0;
}

/* Goes behind the next place of the mark; false when there is none. */
static bool skip_past(struct reader *reader, const char *mark)
{
	struct part *text = &reader->text;
	const UInt8 *found = memmem(text->at, (size_t)(text->end - text->at), mark, strlen(mark));

	if (!found) {
		fail(reader, "Unexpected end of the document");
		return false;
	}
	text->at = found + strlen(mark);
	return true;
}

/* Behind <!DOCTYPE: to its >, over the brackets in it. */
static bool skip_doctype(struct reader *reader)
{
	struct part *text = &reader->text;

	while (text->at < text->end && *text->at != '>' && *text->at != '[')
		text->at++;
	if (text->at < text->end && *text->at == '[')
		return skip_past(reader, "]") && skip_past(reader, ">");
	return skip_past(reader, ">");
}

static bool skip_misc(struct reader *reader)
{
	for (;;) {
		bool good;

		while (reader->text.at < reader->text.end && is_space(*reader->text.at))
			reader->text.at++;
		if (starts_with(reader->text, "<!--"))
			good = skip_past(reader, "-->");
		else if (starts_with(reader->text, "<?"))
			good = skip_past(reader, "?>");
		else if (starts_with(reader->text, "<!DOCTYPE"))
			good = skip_doctype(reader);
		else
			return true;
		if (!good)
			return false;
	}
}

/* The next tag, after what counts for nothing. */
static bool read_tag(struct reader *reader, struct tag *ret_tag)
{
	struct part *text = &reader->text;
	const UInt8 *close;

	if (!skip_misc(reader))
		return false;
	if (text->at == text->end || *text->at != '<') {
		fail(reader, text->at == text->end ? "Unexpected end of the document"
						   : "Unexpected text between elements");
		return false;
	}
	close = memchr(text->at, '>', (size_t)(text->end - text->at));
	if (!close) {
		fail(reader, "Unexpected end of a tag");
		return false;
	}
	text->at++;
	ret_tag->is_end = *text->at == '/';
	text->at += ret_tag->is_end;
	ret_tag->name.at = text->at;
	while (text->at < close && !is_space(*text->at) && *text->at != '/')
		text->at++;
	ret_tag->name.end = text->at;
	ret_tag->is_empty = close > ret_tag->name.at && close[-1] == '/';
	text->at = close + 1;
	return true;
}

static bool is_named(const struct tag *tag, const char *name)
{
	return (size_t)(tag->name.end - tag->name.at) == strlen(name) &&
	       starts_with(tag->name, name);
}

static bool read_end_tag(struct reader *reader, const char *name)
{
	struct tag tag;

	if (!read_tag(reader, &tag))
		return false;
	if (tag.is_end && is_named(&tag, name))
		return true;
	fail(reader, "Unexpected tag where an element should end");
	return false;
}

/* --- text ------------------------------------------------------------------------------------ */

/* The number of &#N; or &#xN; from behind the mark, as a character; 0 when it is none. */
static uint32_t character_of(struct part digits)
{
	uint32_t base = digits.at < digits.end && *digits.at == 'x' ? 16 : 10, point = 0;

	digits.at += base == 16;
	for (; digits.at < digits.end; digits.at++) {
		UInt8 digit = *digits.at, letter = digit | 0x20;
		uint32_t value = digit >= '0' && digit <= '9'	  ? (uint32_t)digit - '0'
				 : letter >= 'a' && letter <= 'f' ? (uint32_t)letter - 'a' + 10
								  : base;

		if (value >= base || point > 0x10FFFF)
			return 0;
		point = point * base + value;
	}
	return point;
}

static bool append_entity(struct reader *reader, CFMutableStringRef string)
{
	static const struct {
		const char *name;
		UInt8 character;
	} entities[] = {{"lt", '<'}, {"gt", '>'}, {"amp", '&'}, {"quot", '"'}, {"apos", '\''}};
	struct part name = {reader->text.at + 1, NULL};
	UInt8 utf8[4];
	size_t size = 0;

	name.end = memchr(name.at, ';', (size_t)(reader->text.end - name.at));
	if (!name.end) {
		fail(reader, "Unexpected end of an entity");
		return false;
	}
	if (name.at < name.end && *name.at == '#')
		size = _kc_cf_utf8_encode(character_of((struct part){name.at + 1, name.end}), utf8);
	for (size_t i = 0; i < sizeof entities / sizeof entities[0]; i++)
		if ((size_t)(name.end - name.at) == strlen(entities[i].name) &&
			starts_with(name, entities[i].name))
			utf8[size++] = entities[i].character;
	if (!size || !utf8[0]) {
		fail(reader, "Unknown entity");
		return false;
	}
	_kc_cf_string_append_text(string, utf8, (CFIndex)size);
	reader->text.at = name.end + 1;
	return true;
}

static bool append_cdata(struct reader *reader, CFMutableStringRef string)
{
	const UInt8 *start = reader->text.at + strlen("<![CDATA[");

	reader->text.at = start;
	if (!skip_past(reader, "]]>"))
		return false;
	_kc_cf_string_append_text(string, start, reader->text.at - start - (CFIndex)strlen("]]>"));
	return true;
}

/* Up to the next tag, as a mutable string; NULL for a problem. */
static CFMutableStringRef read_text(struct reader *reader)
{
	CFMutableStringRef string = _kc_cf_string_must_create();
	struct part *text = &reader->text;
	bool good = true;

	while (good) {
		const UInt8 *plain = text->at;

		while (text->at < text->end && *text->at != '<' && *text->at != '&')
			text->at++;
		_kc_cf_string_append_text(string, plain, text->at - plain);
		if (text->at < text->end && *text->at == '&')
			good = append_entity(reader, string);
		else if (starts_with(*text, "<![CDATA["))
			good = append_cdata(reader, string);
		else if (starts_with(*text, "<!--"))
			good = skip_past(reader, "-->");
		else
			return string;
	}
	CFRelease(string);
	return NULL;
}

/* --- leaves; each is given the text of its element -------------------------------------------- */

static CFTypeRef make_string(struct reader *reader, CFMutableStringRef text)
{
	return _kc_cf_plist_finish_leaf(CFRetain(text), reader->option);
}

static CFTypeRef make_data(struct reader *reader, CFMutableStringRef text)
{
	CFMutableDataRef data = CFDataCreateMutable(NULL, text->utf8.length / 4 * 3);

	KC_CF_REQUIRE(data, "there is no memory left");
	if (_kc_cf_base64_decode(text->utf8.start, text->utf8.length, data))
		return _kc_cf_plist_finish_leaf(data, reader->option);
	CFRelease(data);
	return fail(reader, "Could not interpret <data>");
}

/* An optional sign, then digits, or 0x and hexadecimal ones. */
static CFTypeRef make_integer(struct reader *reader, CFMutableStringRef text)
{
	const char *at, *digits;
	unsigned long long size;
	bool negative;
	int64_t value;
	char *end;

	CFStringTrimWhitespace(text);
	at = (const char *)text->utf8.start;
	negative = *at == '-';
	digits = at + (*at == '-' || *at == '+');
	if (!(*digits >= '0' && *digits <= '9'))
		return fail(reader, "Could not interpret <integer>");
	errno = 0;
	size = strtoull(digits, &end, digits[0] == '0' && (digits[1] | 0x20) == 'x' ? 16 : 10);
	if (errno || end != at + text->utf8.length ||
		size > (unsigned long long)INT64_MAX + negative)
		return fail(reader, "Could not interpret <integer>");
	value = negative ? (int64_t)(0 - size) : (int64_t)size;
	return CFNumberCreate(NULL, kCFNumberSInt64Type, &value);
}

static bool read_real(CFStringRef text, double *ret_value)
{
	static const struct {
		const char *name;
		double value;
	} names[] = {{"nan", NAN}, {"+infinity", INFINITY}, {"-infinity", -INFINITY},
		{"infinity", INFINITY}, {"+inf", INFINITY}, {"-inf", -INFINITY}, {"inf", INFINITY}};
	const char *at = (const char *)text->utf8.start;
	const char *end;

	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
		if (CFStringCompare(text, __CFStringMakeConstantString(names[i].name),
			    kCFCompareCaseInsensitive) == kCFCompareEqualTo) {
			*ret_value = names[i].value;
			return true;
		}
	*ret_value = _kc_cf_string_read_double(at, &end);
	return end > at && end == at + text->utf8.length;
}

static CFTypeRef make_real(struct reader *reader, CFMutableStringRef text)
{
	double value;

	CFStringTrimWhitespace(text);
	if (!read_real(text, &value))
		return fail(reader, "Could not interpret <real>");
	return CFNumberCreate(NULL, kCFNumberFloat64Type, &value);
}

/* So many digits; moves behind them and the mark that follows. */
static bool read_digits(const UInt8 **at, int count, UInt8 mark, SInt8 *ret_number)
{
	int number = 0;

	for (; count > 0; count--, ++*at) {
		if (!(**at >= '0' && **at <= '9'))
			return false;
		number = number * 10 + (**at - '0');
	}
	*ret_number = (SInt8)number;
	return *(*at)++ == mark;
}

/* YYYY-MM-DDTHH:MM:SSZ; years before 0 and after 9999 have a sign or more digits. */
static bool read_date(CFStringRef text, CFGregorianDate *ret_date)
{
	const UInt8 *at = text->utf8.start;
	SInt8 second;
	bool negative = *at == '-';
	SInt32 year = 0;
	int digits = 0;

	for (at += negative; *at >= '0' && *at <= '9' && digits < 9; at++, digits++)
		year = year * 10 + (*at - '0');
	if (digits < 4 || *at++ != '-' || !read_digits(&at, 2, '-', &ret_date->month) ||
		!read_digits(&at, 2, 'T', &ret_date->day) ||
		!read_digits(&at, 2, ':', &ret_date->hour) ||
		!read_digits(&at, 2, ':', &ret_date->minute) ||
		!read_digits(&at, 2, 'Z', &second) || at != text->utf8.start + text->utf8.length)
		return false;
	ret_date->year = negative ? -year : year;
	ret_date->second = second;
	return true;
}

static CFTypeRef make_date(struct reader *reader, CFMutableStringRef text)
{
	CFGregorianDate date, same;
	CFAbsoluteTime time;

	CFStringTrimWhitespace(text);
	if (!read_date(text, &date))
		return fail(reader, "Could not interpret <date>");
	time = CFGregorianDateGetAbsoluteTime(date, NULL);
	same = CFAbsoluteTimeGetGregorianDate(time, NULL);
	if (same.year != date.year || same.month != date.month || same.day != date.day ||
		same.hour != date.hour || same.minute != date.minute) /* one is too large */
		return fail(reader, "Could not interpret <date>");
	return CFDateCreate(NULL, time);
}

/* --- containers; each reads up to its end tag ------------------------------------------------- */

static CFTypeRef read_value(struct reader *reader, const struct tag *tag);

static CFTypeRef read_array(struct reader *reader, bool is_empty)
{
	CFMutableArrayRef array = CFArrayCreateMutable(NULL, 0, &kCFTypeArrayCallBacks);
	struct tag tag;

	KC_CF_REQUIRE(array, "there is no memory left");
	while (!is_empty && read_tag(reader, &tag) && !tag.is_end) {
		CFTypeRef value = read_value(reader, &tag);

		if (!value)
			break;
		CFArrayAppendValue(array, value);
		CFRelease(value);
	}
	if (!is_empty && !reader->problem && !is_named(&tag, "array"))
		fail(reader, "Unexpected tag where <array> should end");
	if (!reader->problem)
		return _kc_cf_plist_finish_container(array, reader->option);
	CFRelease(array);
	return NULL;
}

/* The key of an entry whose tag was read, and its value. */
static bool read_entry(struct reader *reader, const struct tag *tag, CFMutableDictionaryRef entries)
{
	CFTypeRef value = NULL;
	CFStringRef key;
	struct tag next;

	if (!is_named(tag, "key")) {
		fail(reader, "Found non-key inside <dict>");
		return false;
	}
	key = tag->is_empty ? CFSTR("") : _kc_cf_freeze(read_text(reader));
	if (key && (tag->is_empty || read_end_tag(reader, "key")) && read_tag(reader, &next)) {
		if (next.is_end)
			fail(reader, "Value missing for key inside <dict>");
		else
			value = read_value(reader, &next);
	}
	if (value) {
		CFDictionarySetValue(entries, key, value);
		CFRelease(value);
	}
	if (key)
		CFRelease(key);
	return value;
}

static CFTypeRef read_dictionary(struct reader *reader, bool is_empty)
{
	CFMutableDictionaryRef entries = CFDictionaryCreateMutable(
		NULL, 0, &kCFTypeDictionaryKeyCallBacks, &kCFTypeDictionaryValueCallBacks);
	struct tag tag;

	KC_CF_REQUIRE(entries, "there is no memory left");
	while (!is_empty && read_tag(reader, &tag) && !tag.is_end)
		if (!read_entry(reader, &tag, entries))
			break;
	if (!is_empty && !reader->problem && !is_named(&tag, "dict"))
		fail(reader, "Unexpected tag where <dict> should end");
	if (!reader->problem)
		return _kc_cf_plist_finish_container(entries, reader->option);
	CFRelease(entries);
	return NULL;
}

/* --- all elements ---------------------------------------------------------------------------- */

static CFTypeRef make_true(struct reader *reader, CFMutableStringRef text)
{
	return _kc_cf_string_units(text) ? fail(reader, "Unexpected text in <true>")
					 : kCFBooleanTrue;
}

static CFTypeRef make_false(struct reader *reader, CFMutableStringRef text)
{
	return _kc_cf_string_units(text) ? fail(reader, "Unexpected text in <false>")
					 : kCFBooleanFalse;
}

/* clang-format off */
static const struct element {
	const char *name;
	CFTypeRef (*make)(struct reader *reader, CFMutableStringRef text); /* a leaf */
	CFTypeRef (*read)(struct reader *reader, bool is_empty); /* a container */
} elements[] = {
	{"string",  make_string,  NULL},
	{"data",    make_data,    NULL},
	{"integer", make_integer, NULL},
	{"real",    make_real,    NULL},
	{"date",    make_date,    NULL},
	{"true",    make_true,    NULL},
	{"false",   make_false,   NULL},
	{"array",   NULL,         read_array},
	{"dict",    NULL,         read_dictionary},
};
/* clang-format on */

static CFTypeRef read_leaf(struct reader *reader, const struct element *element, bool is_empty)
{
	CFMutableStringRef text = is_empty ? _kc_cf_string_must_create() : read_text(reader);
	CFTypeRef value = NULL;

	if (!text)
		return NULL;
	if (is_empty || read_end_tag(reader, element->name))
		value = element->make(reader, text);
	CFRelease(text);
	return value;
}

static CFTypeRef read_value(struct reader *reader, const struct tag *tag)
{
	CFTypeRef value;

	for (size_t i = 0; i < sizeof elements / sizeof elements[0]; i++) {
		if (!is_named(tag, elements[i].name))
			continue;
		if (elements[i].make)
			return read_leaf(reader, &elements[i], tag->is_empty);
		if (reader->depth == KC_CF_PLIST_DEPTH_MAX)
			return fail(reader, "Too many containers in each other");
		reader->depth++;
		value = elements[i].read(reader, tag->is_empty);
		reader->depth--;
		return value;
	}
	return fail(reader, "Unknown tag");
}

static CFTypeRef read_document(struct reader *reader)
{
	CFTypeRef value;
	struct tag tag;

	if (!read_tag(reader, &tag))
		return NULL;
	if (!is_named(&tag, "plist") || tag.is_end)
		return tag.is_end ? fail(reader, "Unexpected end tag") : read_value(reader, &tag);
	if (tag.is_empty || !read_tag(reader, &tag) || tag.is_end)
		return fail(reader, "Empty plist tag");
	value = read_value(reader, &tag);
	if (value && !read_end_tag(reader, "plist")) {
		CFRelease(value);
		return NULL;
	}
	return value;
}

/* --- the document's encoding ------------------------------------------------------------------ */

/* As the XML declaration says, if there is one and it can be read; else UTF-8. */
static CFStringEncoding declared_encoding(struct part text)
{
	const char mark[] = "encoding=";
	struct part name;
	CFStringRef string;
	CFStringEncoding encoding;
	const UInt8 *end;

	end = starts_with(text, "<?xml") ? memmem(text.at, (size_t)(text.end - text.at), "?>", 2)
					 : NULL;
	name.at = end ? memmem(text.at, (size_t)(end - text.at), mark, strlen(mark)) : NULL;
	if (!name.at)
		return kCFStringEncodingUTF8;
	name.at += strlen(mark) + 1;
	if (name.at > end)
		return kCFStringEncodingInvalidId;
	name.end = memchr(name.at, name.at[-1], (size_t)(end - name.at));
	if (!name.end)
		return kCFStringEncodingInvalidId;
	string = CFStringCreateWithBytes(
		NULL, name.at, name.end - name.at, kCFStringEncodingASCII, false);
	if (!string)
		return kCFStringEncodingInvalidId;
	encoding = CFStringConvertIANACharSetNameToEncoding(string);
	CFRelease(string);
	return encoding;
}

/* By its byte order mark, or by what it declares; NULL when that is not so. */
static CFStringRef copy_text(CFDataRef data)
{
	static const struct {
		char mark[4];
		CFIndex size;
		CFStringEncoding encoding;
	} marks[] = {
		{{'\xFF', '\xFE', 0, 0}, 4, kCFStringEncodingUTF32},
		{{0, 0, '\xFE', '\xFF'}, 4, kCFStringEncodingUTF32},
		{{'\xFF', '\xFE', 0, 0}, 2, kCFStringEncodingUTF16},
		{{'\xFE', '\xFF', 0, 0}, 2, kCFStringEncodingUTF16},
		{{'\xEF', '\xBB', '\xBF', 0}, 3, kCFStringEncodingUTF8},
	};
	const UInt8 *bytes = CFDataGetBytePtr(data);
	CFIndex length = CFDataGetLength(data);

	for (size_t i = 0; i < sizeof marks / sizeof marks[0]; i++)
		if (length >= marks[i].size &&
			memcmp(bytes, marks[i].mark, (size_t)marks[i].size) == 0)
			return CFStringCreateWithBytes(
				NULL, bytes, length, marks[i].encoding, true);
	return CFStringCreateWithBytes(NULL, bytes, length,
		declared_encoding((struct part){bytes, bytes + length}), false);
}

CFTypeRef _kc_cf_plist_read_xml(CFDataRef data, CFOptionFlags option, CFStringRef *ret_problem)
{
	CFStringRef text = copy_text(data);
	struct reader reader = {.option = option};
	CFTypeRef value;

	*ret_problem = NULL;
	if (!text) {
		*ret_problem = CFSTR("Text that is not in the encoding of the document");
		return NULL;
	}
	reader.start = text->utf8.start;
	reader.text = (struct part){reader.start, reader.start + text->utf8.length};
	value = read_document(&reader);
	KC_CF_REQUIRE(value || reader.problem, "there is no memory left");
	*ret_problem = reader.problem;
	CFRelease(text);
	return value;
}
