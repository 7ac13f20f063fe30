/* SPDX-License-Identifier: ISC */
/* Data. */
#include "keychainapi/CoreFoundation/cf_bytes.h"

struct __CFData {
	CFRuntimeBase base;
	struct _kc_cf_bytes bytes;
};

/* --- the class ------------------------------------------------------------------------------- */

static void data_finalize(CFTypeRef object)
{
	struct __CFData *data = _kc_cf_unconst(object);

	_kc_cf_bytes_done(&data->bytes);
}

static Boolean data_equal(CFTypeRef a, CFTypeRef b)
{
	CFDataRef data_a = a, data_b = b;

	return _kc_cf_bytes_equal(&data_a->bytes, &data_b->bytes);
}

static CFHashCode data_hash(CFTypeRef object)
{
	CFDataRef data = object;

	return _kc_cf_bytes_hash(&data->bytes);
}

/* Long data is shown by its two ends. */
static CFStringRef data_copy_description(CFTypeRef object)
{
	const CFIndex all = 24, end = 16, start_of_end = 8;
	CFDataRef data = object;
	CFIndex length = data->bytes.length;
	CFIndex capacity = _kc_cf_is_mutable(data) ? data->bytes.capacity : length;
	CFMutableStringRef text = CFStringCreateMutable(NULL, 0);

	if (!text)
		return NULL;
	CFStringAppendFormat(text, NULL,
		CFSTR("<CFData %p [%p]>{length = %ld, capacity = %ld, bytes = 0x"), object,
		(const void *)CFGetAllocator(object), length, capacity);
	for (CFIndex i = 0; i < length; i++) {
		if (length > all && i == end) {
			CFStringAppendFormat(text, NULL, CFSTR(" ... "));
			i = length - start_of_end;
		}
		CFStringAppendFormat(text, NULL, CFSTR("%02x"), data->bytes.start[i]);
	}
	CFStringAppendFormat(text, NULL, CFSTR("}"));
	return _kc_cf_freeze(text);
}

const CFRuntimeClass _kc_cf_class_CFData = {
	.className = "CFData",
	.finalize = data_finalize,
	.equal = data_equal,
	.hash = data_hash,
	.copyDebugDesc = data_copy_description,
};

CFTypeID CFDataGetTypeID(void)
{
	return KC_CF_TYPE_CFData;
}

/* --- making ---------------------------------------------------------------------------------- */

CFDataRef CFDataCreate(CFAllocatorRef allocator, const UInt8 *bytes, CFIndex length)
{
	size_t size = _kc_cf_bytes_inline_size(sizeof(struct __CFData), length);
	struct __CFData *data;

	(void)allocator;
	KC_CF_REQUIRE(bytes || length <= 0, "the bytes are NULL");
	if (!size)
		return NULL;
	data = _CFRuntimeCreateInstance(KC_CF_TYPE_CFData, size);
	if (!data)
		return NULL;
	_kc_cf_bytes_init_inline(&data->bytes, data + 1, length);
	if (length)
		memcpy(_kc_cf_bytes_writable(&data->bytes), bytes, (size_t)length);
	return data;
}

CFDataRef CFDataCreateWithBytesNoCopy(
	CFAllocatorRef allocator, const UInt8 *bytes, CFIndex length, CFAllocatorRef deallocator)
{
	struct __CFData *data;

	if (!bytes)
		return CFDataCreate(allocator, bytes, length);
	if (length < 0)
		return NULL;
	data = _CFRuntimeCreateInstance(KC_CF_TYPE_CFData, sizeof *data);
	if (!data)
		return NULL;
	_kc_cf_bytes_init_in_place(&data->bytes, bytes, length, deallocator);
	return data;
}

CFDataRef CFDataCreateCopy(CFAllocatorRef allocator, CFDataRef data)
{
	KC_CF_REQUIRE_TYPE(data, CFData);
	if (_kc_cf_bytes_can_be_shared(data, &data->bytes))
		return CFRetain(data);
	return CFDataCreate(allocator, data->bytes.start, data->bytes.length);
}

CFMutableDataRef CFDataCreateMutable(CFAllocatorRef allocator, CFIndex capacity)
{
	CFMutableDataRef data = _CFRuntimeCreateInstance(KC_CF_TYPE_CFData, sizeof *data);

	(void)allocator;
	if (!data)
		return NULL;
	data->base.flags = KC_CF_MUTABLE;
	_kc_cf_bytes_init_growing(&data->bytes, capacity);
	return data;
}

CFMutableDataRef CFDataCreateMutableCopy(CFAllocatorRef allocator, CFIndex capacity, CFDataRef data)
{
	CFMutableDataRef copy = CFDataCreateMutable(allocator, capacity);

	KC_CF_REQUIRE_TYPE(data, CFData);
	if (copy)
		CFDataAppendBytes(copy, data->bytes.start, data->bytes.length);
	return copy;
}

/* --- reading --------------------------------------------------------------------------------- */

CFIndex CFDataGetLength(CFDataRef data)
{
	KC_CF_REQUIRE_TYPE(data, CFData);
	return data->bytes.length;
}

const UInt8 *CFDataGetBytePtr(CFDataRef data)
{
	KC_CF_REQUIRE_TYPE(data, CFData);
	return data->bytes.start;
}

UInt8 *CFDataGetMutableBytePtr(CFMutableDataRef data)
{
	KC_CF_REQUIRE_MUTABLE(data, CFData);
	return _kc_cf_bytes_writable(&data->bytes);
}

void CFDataGetBytes(CFDataRef data, CFRange range, UInt8 *ret_bytes)
{
	KC_CF_REQUIRE_TYPE(data, CFData);
	KC_CF_REQUIRE_RANGE(range, data->bytes.length);
	if (range.length)
		memcpy(ret_bytes, data->bytes.start + range.location, (size_t)range.length);
}

/* The last place of bytes in others; NULL when there is none. */
static const UInt8 *find_last(const UInt8 *start, CFIndex length, const UInt8 *sought, CFIndex size)
{
	for (CFIndex at = length - size; at >= 0; at--)
		if (memcmp(start + at, sought, (size_t)size) == 0)
			return start + at;
	return NULL;
}

CFRange CFDataFind(CFDataRef data, CFDataRef sought, CFRange range, CFDataSearchFlags flags)
{
	const CFRange nowhere = {kCFNotFound, 0};
	const UInt8 *start, *found;
	CFIndex size;

	KC_CF_REQUIRE_TYPE(data, CFData);
	KC_CF_REQUIRE_TYPE(sought, CFData);
	KC_CF_REQUIRE_RANGE(range, data->bytes.length);
	size = sought->bytes.length;
	if (size == 0 || size > range.length)
		return nowhere;
	start = data->bytes.start + range.location;
	if (flags & kCFDataSearchAnchored) {
		if (flags & kCFDataSearchBackwards)
			start += range.length - size;
		range.length = size;
	}
	found = flags & kCFDataSearchBackwards
			? find_last(start, range.length, sought->bytes.start, size)
			: memmem(start, (size_t)range.length, sought->bytes.start, (size_t)size);
	return found ? CFRangeMake(found - data->bytes.start, size) : nowhere;
}

/* --- changing -------------------------------------------------------------------------------- */

void CFDataReplaceBytes(CFMutableDataRef data, CFRange range, const UInt8 *bytes, CFIndex length)
{
	KC_CF_REQUIRE_MUTABLE(data, CFData);
	KC_CF_REQUIRE_RANGE(range, data->bytes.length);
	KC_CF_REQUIRE(bytes || length <= 0, "the bytes are NULL");
	_kc_cf_bytes_replace(&data->bytes, range, bytes, length);
}

void CFDataAppendBytes(CFMutableDataRef data, const UInt8 *bytes, CFIndex length)
{
	CFDataReplaceBytes(data, CFRangeMake(CFDataGetLength(data), 0), bytes, length);
}

void CFDataDeleteBytes(CFMutableDataRef data, CFRange range)
{
	CFDataReplaceBytes(data, range, NULL, 0);
}

void CFDataSetLength(CFMutableDataRef data, CFIndex length)
{
	CFIndex now = CFDataGetLength(data);

	KC_CF_REQUIRE_MUTABLE(data, CFData);
	KC_CF_REQUIRE(length >= 0, "the length is negative");
	if (length < now)
		CFDataDeleteBytes(data, CFRangeMake(length, now - length));
	else
		_kc_cf_bytes_replace(&data->bytes, CFRangeMake(now, 0), NULL, length - now);
}

void CFDataIncreaseLength(CFMutableDataRef data, CFIndex extra)
{
	CFIndex now = CFDataGetLength(data);

	KC_CF_REQUIRE(extra <= LONG_MAX - now, "the length is out of bounds");
	CFDataSetLength(data, now + extra);
}
