/* SPDX-License-Identifier: ISC */
/*
 * Property lists from their binary form.
 *
 * Objects are made once and shared by those that refer to them. A small document could so stand for
 * a list of any size, which copying or printing would unfold: the members of each container are
 * counted as if it were unfolded, and a document may stand for no more than some times its bytes.
 */
#include "keychainapi/CoreFoundation/cf_bplist.h"

#define UNFOLDED_PER_BYTE 16

struct reader {
	const UInt8 *bytes;
	uint64_t length; /* of all before the trailer */
	uint64_t offsets, offset_size, reference_size, count;
	CFTypeRef *objects; /* those made so far */
	uint64_t *unfolded; /* how many objects each is when unfolded */
	int depth;
	const char *problem; /* NULL while there is none */
};

static CFTypeRef fail(struct reader *reader, const char *what)
{
	if (!reader->problem)
		reader->problem = what;
	return NULL;
}

/* --- bytes ----------------------------------------------------------------------------------- */

/* Sizes are 1 to 8. */
static uint64_t read_number(const UInt8 *at, uint64_t size)
{
	uint64_t number = 0;

	for (uint64_t i = 0; i < size; i++)
		number = number << 8 | at[i];
	return number;
}

/* Whether so many things of a size lie before the trailer. */
static bool fits(const struct reader *reader, uint64_t at, uint64_t count, uint64_t size)
{
	return at <= reader->length && count <= (reader->length - at) / size;
}

bool _kc_cf_bplist_is_one(const UInt8 *bytes, CFIndex length)
{
	return length >= KC_CF_BPLIST_MAGIC_SIZE &&
	       memcmp(bytes, KC_CF_BPLIST_MAGIC, KC_CF_BPLIST_MAGIC_SIZE) == 0;
}

/* Checks the trailer and takes its numbers; ret_top is the outermost object. */
static bool read_trailer(struct reader *reader, CFDataRef data, uint64_t *ret_top)
{
	const UInt8 *trailer;

	if (CFDataGetLength(data) < KC_CF_BPLIST_MAGIC_SIZE + KC_CF_BPLIST_TRAILER_SIZE)
		return false;
	reader->bytes = CFDataGetBytePtr(data);
	reader->length = (uint64_t)CFDataGetLength(data) - KC_CF_BPLIST_TRAILER_SIZE;
	trailer = reader->bytes + reader->length;
	reader->offset_size = trailer[6];
	reader->reference_size = trailer[7];
	reader->count = read_number(trailer + 8, 8);
	*ret_top = read_number(trailer + 16, 8);
	reader->offsets = read_number(trailer + 24, 8);
	return reader->offset_size >= 1 && reader->offset_size <= 8 &&
	       reader->reference_size >= 1 && reader->reference_size <= 8 &&
	       *ret_top < reader->count && reader->offsets >= KC_CF_BPLIST_MAGIC_SIZE &&
	       fits(reader, reader->offsets, reader->count, reader->offset_size);
}

/* --- leaves ---------------------------------------------------------------------------------- */

/* The content of an object: what its marker says, and where it begins. */
struct content {
	unsigned kind, low;
	uint64_t at;
	uint64_t length; /* of those that have one: bytes, code units, members */
};

static CFTypeRef make_integer(struct reader *reader, const struct content *content)
{
	uint64_t size = (uint64_t)1 << content->low, number;
	int64_t value;

	if (content->low > 4 || !fits(reader, content->at, 1, size))
		return fail(reader, "An integer of a strange size");
	if (size == 16) {
		if (read_number(reader->bytes + content->at, 8) ||
			reader->bytes[content->at + 8] >= 0x80)
			return fail(reader, "An integer that is too large");
		number = read_number(reader->bytes + content->at + 8, 8);
	} else {
		number = read_number(reader->bytes + content->at, size);
	}
	value = (int64_t)number;
	return CFNumberCreate(NULL, kCFNumberSInt64Type, &value);
}

static CFTypeRef make_real(struct reader *reader, const struct content *content)
{
	uint64_t size = (uint64_t)1 << content->low, bits;
	uint32_t narrow_bits;
	double value;
	float narrow;

	if ((size != 4 && size != 8) || !fits(reader, content->at, 1, size))
		return fail(reader, "A real number of a strange size");
	bits = read_number(reader->bytes + content->at, size);
	if (size == 4) {
		narrow_bits = (uint32_t)bits;
		memcpy(&narrow, &narrow_bits, sizeof narrow);
		return CFNumberCreate(NULL, kCFNumberFloat32Type, &narrow);
	}
	memcpy(&value, &bits, sizeof value);
	return CFNumberCreate(NULL, kCFNumberFloat64Type, &value);
}

static CFTypeRef make_date(struct reader *reader, const struct content *content)
{
	uint64_t bits;
	double value;

	if (content->low != 3 || !fits(reader, content->at, 1, 8))
		return fail(reader, "A date of a strange size");
	bits = read_number(reader->bytes + content->at, 8);
	memcpy(&value, &bits, sizeof value);
	return CFDateCreate(NULL, value);
}

static CFTypeRef make_data(struct reader *reader, const struct content *content)
{
	if (!fits(reader, content->at, content->length, 1))
		return fail(reader, "Data behind the end");
	return CFDataCreate(NULL, reader->bytes + content->at, (CFIndex)content->length);
}

static CFTypeRef make_string(struct reader *reader, const struct content *content)
{
	bool is_ascii = content->kind == KC_CF_BPLIST_ASCII;
	uint64_t unit_size = is_ascii ? 1 : 2;
	CFTypeRef string;

	if (!fits(reader, content->at, content->length, unit_size))
		return fail(reader, "A string behind the end");
	string = CFStringCreateWithBytes(NULL, reader->bytes + content->at,
		(CFIndex)(content->length * unit_size),
		is_ascii ? kCFStringEncodingASCII : kCFStringEncodingUTF16BE, false);
	return string ? string : fail(reader, "A string that is not ASCII");
}

static CFTypeRef make_simple(struct reader *reader, const struct content *content)
{
	if (content->low == KC_CF_BPLIST_TRUE)
		return kCFBooleanTrue;
	if (content->low == KC_CF_BPLIST_FALSE)
		return kCFBooleanFalse;
	return fail(reader, "An object of an unknown kind");
}

/* --- containers ------------------------------------------------------------------------------ */

static CFTypeRef get_object(struct reader *reader, uint64_t number);

/* The object that a reference names, which the reader owns; adds to the unfolded count. */
static CFTypeRef get_member(struct reader *reader, uint64_t at, uint64_t *unfolded)
{
	uint64_t number = read_number(reader->bytes + at, reader->reference_size);
	CFTypeRef member = get_object(reader, number);

	if (member)
		*unfolded += reader->unfolded[number];
	if (*unfolded > UNFOLDED_PER_BYTE * reader->length)
		return fail(reader, "Objects that are referred to too often");
	return member;
}

static CFTypeRef make_array(
	struct reader *reader, const struct content *content, uint64_t *unfolded)
{
	CFMutableArrayRef array = CFArrayCreateMutable(NULL, 0, &kCFTypeArrayCallBacks);

	KC_CF_REQUIRE(array, "there is no memory left");
	if (!fits(reader, content->at, content->length, reader->reference_size))
		fail(reader, "An array behind the end");
	for (uint64_t i = 0; !reader->problem && i < content->length; i++) {
		CFTypeRef member =
			get_member(reader, content->at + i * reader->reference_size, unfolded);

		if (member)
			CFArrayAppendValue(array, member);
	}
	if (!reader->problem)
		return _kc_cf_freeze(array);
	CFRelease(array);
	return NULL;
}

static CFTypeRef make_dictionary(
	struct reader *reader, const struct content *content, uint64_t *unfolded)
{
	CFMutableDictionaryRef entries = CFDictionaryCreateMutable(
		NULL, 0, &kCFTypeDictionaryKeyCallBacks, &kCFTypeDictionaryValueCallBacks);
	uint64_t keys_size = content->length * reader->reference_size;

	KC_CF_REQUIRE(entries, "there is no memory left");
	if (!fits(reader, content->at, content->length, 2 * reader->reference_size))
		fail(reader, "A dictionary behind the end");
	for (uint64_t i = 0; !reader->problem && i < content->length; i++) {
		uint64_t at = content->at + i * reader->reference_size;
		CFTypeRef key = get_member(reader, at, unfolded);
		CFTypeRef value = key ? get_member(reader, at + keys_size, unfolded) : NULL;

		if (key && !_kc_cf_is(key, KC_CF_TYPE_CFString))
			fail(reader, "A key that is not a string");
		else if (value)
			CFDictionarySetValue(entries, key, value);
	}
	if (!reader->problem)
		return _kc_cf_freeze(entries);
	CFRelease(entries);
	return NULL;
}

/* --- all objects ----------------------------------------------------------------------------- */

/* clang-format off */
static const struct {
	unsigned kind;
	bool has_length;
	CFTypeRef (*make)(struct reader *reader, const struct content *content);
	CFTypeRef (*make_container)(struct reader *reader, const struct content *content, uint64_t *unfolded);
} kinds[] = {
	{KC_CF_BPLIST_SIMPLE,     false, make_simple,  NULL},
	{KC_CF_BPLIST_INTEGER,    false, make_integer, NULL},
	{KC_CF_BPLIST_REAL,       false, make_real,    NULL},
	{KC_CF_BPLIST_DATE,       false, make_date,    NULL},
	{KC_CF_BPLIST_DATA,       true,  make_data,    NULL},
	{KC_CF_BPLIST_ASCII,      true,  make_string,  NULL},
	{KC_CF_BPLIST_UTF16,      true,  make_string,  NULL},
	{KC_CF_BPLIST_ARRAY,      true,  NULL,         make_array},
	{KC_CF_BPLIST_DICTIONARY, true,  NULL,         make_dictionary},
};
/* clang-format on */

/* A length of 15 or more is an integer object of its own. */
static bool read_length(struct reader *reader, struct content *content)
{
	uint64_t size;

	content->length = content->low;
	if (content->low < 15)
		return true;
	if (!fits(reader, content->at, 1, 1) ||
		reader->bytes[content->at] >> 4 != KC_CF_BPLIST_INTEGER)
		return false;
	size = (uint64_t)1 << (reader->bytes[content->at++] & 0xF);
	if (size > 8 || !fits(reader, content->at, 1, size))
		return false;
	content->length = read_number(reader->bytes + content->at, size);
	content->at += size;
	return true;
}

static CFTypeRef make_object(struct reader *reader, uint64_t at, uint64_t *unfolded)
{
	struct content content;
	CFTypeRef object;
	size_t row = 0;

	if (at >= reader->length)
		return fail(reader, "An object behind the end");
	content.kind = reader->bytes[at] >> 4;
	content.low = reader->bytes[at] & 0xF;
	content.at = at + 1;
	while (row < sizeof kinds / sizeof kinds[0] && kinds[row].kind != content.kind)
		row++;
	if (row == sizeof kinds / sizeof kinds[0])
		return fail(reader, "An object of an unknown kind");
	if (kinds[row].has_length && !read_length(reader, &content))
		return fail(reader, "A length that is none");
	if (kinds[row].make)
		return kinds[row].make(reader, &content);
	if (reader->depth == KC_CF_PLIST_DEPTH_MAX)
		return fail(reader, "Too many containers in each other");
	reader->depth++;
	object = kinds[row].make_container(reader, &content, unfolded);
	reader->depth--;
	return object;
}

static CFTypeRef get_object(struct reader *reader, uint64_t number)
{
	uint64_t unfolded = 1, at;

	if (number >= reader->count)
		return fail(reader, "A reference to no object");
	if (reader->objects[number])
		return reader->objects[number];
	at = read_number(reader->bytes + reader->offsets + number * reader->offset_size,
		reader->offset_size);
	reader->objects[number] = make_object(reader, at, &unfolded);
	reader->unfolded[number] = unfolded;
	KC_CF_REQUIRE(reader->objects[number] || reader->problem, "there is no memory left");
	return reader->objects[number];
}

CFTypeRef _kc_cf_bplist_read(CFDataRef data, CFOptionFlags option, CFStringRef *ret_problem)
{
	struct reader reader = {0};
	CFTypeRef list = NULL;
	uint64_t top;

	if (!read_trailer(&reader, data, &top)) {
		*ret_problem = CFSTR("The end of the binary document makes no sense");
		return NULL;
	}
	reader.objects = _kc_cf_must_alloc(reader.count, sizeof *reader.objects);
	reader.unfolded = _kc_cf_must_alloc(reader.count, sizeof *reader.unfolded);
	if (get_object(&reader, top)) {
		list = option == kCFPropertyListImmutable
			       ? CFRetain(reader.objects[top])
			       : CFPropertyListCreateDeepCopy(NULL, reader.objects[top], option);
		KC_CF_REQUIRE(list, "there is no memory left");
	}
	for (uint64_t i = 0; i < reader.count; i++)
		if (reader.objects[i])
			CFRelease(reader.objects[i]);
	free(reader.objects);
	free(reader.unfolded);
	if (!list)
		*ret_problem = __CFStringMakeConstantString(reader.problem);
	return list;
}
