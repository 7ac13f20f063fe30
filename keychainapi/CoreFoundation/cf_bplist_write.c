/* SPDX-License-Identifier: ISC */
/*
 * Property lists in their binary form. The list is flattened into numbered objects, leaves that are
 * equal into one; then the objects are written, and where each of them stands.
 */
#include "keychainapi/CoreFoundation/cf_bplist.h"

struct writer {
	CFMutableArrayRef objects;	/* by their numbers; borrowed */
	CFMutableDictionaryRef numbers; /* of the leaves */
	CFMutableDataRef references;	/* uint64_t, container by container */
	CFMutableDataRef bytes;
	uint64_t reference_size;
	CFIndex next_reference; /* when writing */
};

/* --- flattening ------------------------------------------------------------------------------ */

/* A whole number may equal a real one: each keeps its form. */
static Boolean is_same_leaf(const void *a, const void *b)
{
	if (!CFEqual(a, b))
		return false;
	return !_kc_cf_is(a, KC_CF_TYPE_CFNumber) || CFNumberGetType(a) == CFNumberGetType(b);
}

static const CFDictionaryKeyCallBacks leaf_callbacks = {.equal = is_same_leaf, .hash = CFHash};

static uint64_t flatten(struct writer *writer, CFTypeRef list);

static uint64_t add_object(struct writer *writer, CFTypeRef object)
{
	CFArrayAppendValue(writer->objects, object);
	return (uint64_t)CFArrayGetCount(writer->objects) - 1;
}

static uint64_t flatten_leaf(struct writer *writer, CFTypeRef leaf)
{
	const void *known;
	uint64_t number;

	if (CFDictionaryGetValueIfPresent(writer->numbers, leaf, &known))
		return (uintptr_t)known;
	number = add_object(writer, leaf);
	CFDictionarySetValue(writer->numbers, leaf, (const void *)(uintptr_t)number);
	return number;
}

/* Room for a container's references, which its members may separate from those of the next. */
static CFIndex reserve_references(struct writer *writer, CFIndex count)
{
	CFIndex start = CFDataGetLength(writer->references);

	CFDataIncreaseLength(writer->references, count * (CFIndex)sizeof(uint64_t));
	return start / (CFIndex)sizeof(uint64_t);
}

static void set_reference(struct writer *writer, CFIndex place, uint64_t number)
{
	memcpy(CFDataGetMutableBytePtr(writer->references) + (size_t)place * sizeof number, &number,
		sizeof number);
}

static void flatten_members(struct writer *writer, CFArrayRef members, CFIndex place)
{
	for (CFIndex i = 0; i < CFArrayGetCount(members); i++)
		set_reference(
			writer, place + i, flatten(writer, CFArrayGetValueAtIndex(members, i)));
}

static void flatten_entries(struct writer *writer, CFDictionaryRef dictionary, CFIndex place)
{
	CFArrayRef keys = _kc_cf_plist_copy_sorted_keys(dictionary);
	CFIndex count = CFArrayGetCount(keys);

	flatten_members(writer, keys, place);
	for (CFIndex i = 0; i < count; i++)
		set_reference(writer, place + count + i,
			flatten(writer,
				CFDictionaryGetValue(dictionary, CFArrayGetValueAtIndex(keys, i))));
	CFRelease(keys);
}

static uint64_t flatten(struct writer *writer, CFTypeRef list)
{
	uint64_t number;

	if (_kc_cf_is(list, KC_CF_TYPE_CFArray)) {
		number = add_object(writer, list);
		flatten_members(writer, list, reserve_references(writer, CFArrayGetCount(list)));
	} else if (_kc_cf_is(list, KC_CF_TYPE_CFDictionary)) {
		number = add_object(writer, list);
		flatten_entries(
			writer, list, reserve_references(writer, 2 * CFDictionaryGetCount(list)));
	} else {
		number = flatten_leaf(writer, list);
	}
	return number;
}

/* --- bytes ----------------------------------------------------------------------------------- */

/* The least of 1, 2, 4 and 8 that holds the number. */
static uint64_t size_of(uint64_t number)
{
	return number <= UINT8_MAX ? 1 : number <= UINT16_MAX ? 2 : number <= UINT32_MAX ? 4 : 8;
}

static void put_number(CFMutableDataRef bytes, uint64_t number, uint64_t size)
{
	UInt8 all[8];

	for (size_t i = sizeof all; i-- > 0; number >>= 8)
		all[i] = (UInt8)number;
	CFDataAppendBytes(bytes, all + sizeof all - size, (CFIndex)size);
}

static void put_marker(CFMutableDataRef bytes, unsigned kind, unsigned low)
{
	CFDataAppendBytes(bytes, &(const UInt8){(UInt8)(kind << 4 | low)}, 1);
}

/* A number below 0 is one of eight bytes. */
static void put_integer(CFMutableDataRef bytes, int64_t value)
{
	uint64_t size = size_of((uint64_t)value);

	put_marker(bytes, KC_CF_BPLIST_INTEGER, (unsigned)__builtin_ctzll(size));
	put_number(bytes, (uint64_t)value, size);
}

static void put_marker_and_length(CFMutableDataRef bytes, unsigned kind, CFIndex length)
{
	put_marker(bytes, kind, length < 15 ? (unsigned)length : 15);
	if (length >= 15)
		put_integer(bytes, length);
}

static void put_double(CFMutableDataRef bytes, double value)
{
	uint64_t bits;

	memcpy(&bits, &value, sizeof bits);
	put_number(bytes, bits, sizeof bits);
}

/* --- objects --------------------------------------------------------------------------------- */

static void put_cf_number(CFMutableDataRef bytes, CFNumberRef number)
{
	int64_t integer;
	double real;
	float narrow;
	uint32_t bits;

	if (!CFNumberIsFloatType(number)) {
		CFNumberGetValue(number, kCFNumberSInt64Type, &integer);
		put_integer(bytes, integer);
	} else if (CFNumberGetType(number) == kCFNumberFloat32Type) {
		CFNumberGetValue(number, kCFNumberFloat32Type, &narrow);
		memcpy(&bits, &narrow, sizeof bits);
		put_marker(bytes, KC_CF_BPLIST_REAL, 2);
		put_number(bytes, bits, sizeof bits);
	} else {
		CFNumberGetValue(number, kCFNumberFloat64Type, &real);
		put_marker(bytes, KC_CF_BPLIST_REAL, 3);
		put_double(bytes, real);
	}
}

static void put_string(CFMutableDataRef bytes, CFStringRef string)
{
	CFIndex length = CFStringGetLength(string), start;

	if (string->utf8.length == length) {
		put_marker_and_length(bytes, KC_CF_BPLIST_ASCII, length);
		CFDataAppendBytes(bytes, string->utf8.start, length);
		return;
	}
	put_marker_and_length(bytes, KC_CF_BPLIST_UTF16, length);
	start = CFDataGetLength(bytes);
	CFDataIncreaseLength(bytes, 2 * length);
	CFStringGetBytes(string, CFRangeMake(0, length), kCFStringEncodingUTF16BE, 0, false,
		CFDataGetMutableBytePtr(bytes) + start, 2 * length, NULL);
}

static void put_references(struct writer *writer, CFIndex count)
{
	uint64_t number;

	for (; count > 0; count--) {
		memcpy(&number,
			CFDataGetBytePtr(writer->references) +
				(size_t)writer->next_reference++ * sizeof number,
			sizeof number);
		put_number(writer->bytes, number, writer->reference_size);
	}
}

static void put_object(struct writer *writer, CFTypeRef object)
{
	CFMutableDataRef bytes = writer->bytes;

	switch (CFGetTypeID(object)) {
	case KC_CF_TYPE_CFString:
		put_string(bytes, object);
		break;
	case KC_CF_TYPE_CFData:
		put_marker_and_length(bytes, KC_CF_BPLIST_DATA, CFDataGetLength(object));
		CFDataAppendBytes(bytes, CFDataGetBytePtr(object), CFDataGetLength(object));
		break;
	case KC_CF_TYPE_CFNumber:
		put_cf_number(bytes, object);
		break;
	case KC_CF_TYPE_CFBoolean:
		put_marker(bytes, KC_CF_BPLIST_SIMPLE,
			CFBooleanGetValue(object) ? KC_CF_BPLIST_TRUE : KC_CF_BPLIST_FALSE);
		break;
	case KC_CF_TYPE_CFDate:
		put_marker(bytes, KC_CF_BPLIST_DATE, 3);
		put_double(bytes, CFDateGetAbsoluteTime(object));
		break;
	case KC_CF_TYPE_CFArray:
		put_marker_and_length(bytes, KC_CF_BPLIST_ARRAY, CFArrayGetCount(object));
		put_references(writer, CFArrayGetCount(object));
		break;
	case KC_CF_TYPE_CFDictionary:
		put_marker_and_length(bytes, KC_CF_BPLIST_DICTIONARY, CFDictionaryGetCount(object));
		put_references(writer, 2 * CFDictionaryGetCount(object));
		break;
	default:
		break; /* the list was found valid */
	}
}

/* --- the document ---------------------------------------------------------------------------- */

static void put_document(struct writer *writer, uint64_t top)
{
	CFIndex count = CFArrayGetCount(writer->objects);
	uint64_t *offsets = _kc_cf_must_alloc((size_t)count, sizeof *offsets);
	uint64_t table, offset_size;

	writer->reference_size = size_of((uint64_t)count);
	CFDataAppendBytes(
		writer->bytes, (const UInt8 *)KC_CF_BPLIST_MAGIC, KC_CF_BPLIST_MAGIC_SIZE);
	for (CFIndex i = 0; i < count; i++) {
		offsets[i] = (uint64_t)CFDataGetLength(writer->bytes);
		put_object(writer, CFArrayGetValueAtIndex(writer->objects, i));
	}
	table = (uint64_t)CFDataGetLength(writer->bytes);
	offset_size = size_of(table);
	for (CFIndex i = 0; i < count; i++)
		put_number(writer->bytes, offsets[i], offset_size);
	free(offsets);
	put_number(writer->bytes, 0, 6);
	put_number(writer->bytes, offset_size, 1);
	put_number(writer->bytes, writer->reference_size, 1);
	put_number(writer->bytes, (uint64_t)count, 8);
	put_number(writer->bytes, top, 8);
	put_number(writer->bytes, table, 8);
}

CFDataRef _kc_cf_bplist_write(CFTypeRef list)
{
	struct writer writer = {
		.objects = CFArrayCreateMutable(NULL, 0, NULL),
		.numbers = CFDictionaryCreateMutable(NULL, 0, &leaf_callbacks, NULL),
		.references = CFDataCreateMutable(NULL, 0),
		.bytes = CFDataCreateMutable(NULL, 0),
	};

	KC_CF_REQUIRE(writer.objects && writer.numbers && writer.references && writer.bytes,
		"there is no memory left");
	put_document(&writer, flatten(&writer, list));
	CFRelease(writer.objects);
	CFRelease(writer.numbers);
	CFRelease(writer.references);
	return _kc_cf_freeze(writer.bytes);
}
