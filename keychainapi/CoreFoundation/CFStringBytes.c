/* SPDX-License-Identifier: ISC */
/* Strings from bytes in an encoding, and bytes from strings. */
#include "keychainapi/CoreFoundation/cf_encoding.h"
#include "keychainapi/CoreFoundation/cf_string.h"

CFStringEncoding CFStringGetSystemEncoding(void)
{
	return kCFStringEncodingUTF8;
}

Boolean CFStringIsEncodingAvailable(CFStringEncoding id)
{
	return _kc_cf_encoding_find(id) != NULL;
}

CFIndex CFStringGetMaximumSizeForEncoding(CFIndex length, CFStringEncoding id)
{
	const struct _kc_cf_encoding *encoding = _kc_cf_encoding_find(id);

	if (!encoding || length < 0 || length > LONG_MAX / encoding->unit_size)
		return kCFNotFound;
	return length * encoding->unit_size;
}

/* --- from bytes ------------------------------------------------------------------------------ */

/* The size of the text in UTF-8 and in code units; false when the bytes are not valid. */
static bool measure(const struct _kc_cf_encoding *encoding, const UInt8 *bytes, size_t count,
	CFIndex *ret_size, CFIndex *ret_units)
{
	CFIndex size = 0, units = 0;
	UInt8 utf8[4];
	uint32_t point;

	while (count) {
		size_t step = encoding->decode(bytes, count, &point);

		if (!step)
			return false;
		bytes += step;
		count -= step;
		size += (CFIndex)_kc_cf_utf8_encode(point, utf8);
		units += _kc_cf_units(point);
	}
	*ret_size = size;
	*ret_units = units;
	return true;
}

/* The text that measure() measured. */
static void transcode(
	const struct _kc_cf_encoding *encoding, const UInt8 *bytes, size_t count, UInt8 *ret_utf8)
{
	UInt8 utf8[4];
	uint32_t point;

	while (count) {
		size_t step = encoding->decode(bytes, count, &point);
		size_t size = _kc_cf_utf8_encode(point, utf8);

		memcpy(ret_utf8, utf8, size);
		ret_utf8 += size;
		bytes += step;
		count -= step;
	}
}

CFStringRef CFStringCreateWithBytes(CFAllocatorRef allocator, const UInt8 *bytes, CFIndex count,
	CFStringEncoding id, Boolean external)
{
	const struct _kc_cf_encoding *encoding = _kc_cf_encoding_find(id);
	struct __CFString *string;
	CFIndex size, units;
	size_t skip = 0;

	(void)allocator;
	KC_CF_REQUIRE(bytes || count <= 0, "the bytes are NULL");
	if (!encoding || count < 0)
		return NULL;
	if (!bytes)
		bytes = (const UInt8 *)"";
	if (external)
		encoding = _kc_cf_encoding_read_mark(encoding, bytes, (size_t)count, &skip);
	if (!measure(encoding, bytes + skip, (size_t)count - skip, &size, &units))
		return NULL;
	string = _kc_cf_string_new(size, units);
	if (string)
		transcode(encoding, bytes + skip, (size_t)count - skip,
			_kc_cf_bytes_writable(&string->utf8));
	return string;
}

CFStringRef CFStringCreateFromExternalRepresentation(
	CFAllocatorRef allocator, CFDataRef data, CFStringEncoding encoding)
{
	return CFStringCreateWithBytes(
		allocator, CFDataGetBytePtr(data), CFDataGetLength(data), encoding, true);
}

CFStringRef CFStringCreateWithCharacters(
	CFAllocatorRef allocator, const UniChar *characters, CFIndex count)
{
	if (count > LONG_MAX / (CFIndex)sizeof *characters)
		return NULL;
	return CFStringCreateWithBytes(allocator, (const UInt8 *)characters,
		count * (CFIndex)sizeof *characters, kCFStringEncodingUTF16, false);
}

/* A C string ends at its first NUL byte, which only these encodings keep for the character. */
static bool can_be_c_string(CFStringEncoding id)
{
	const struct _kc_cf_encoding *encoding = _kc_cf_encoding_find(id);

	return encoding && encoding->has_ascii;
}

CFStringRef CFStringCreateWithCString(
	CFAllocatorRef allocator, const char *text, CFStringEncoding encoding)
{
	KC_CF_REQUIRE(text, "the text is NULL");
	if (!can_be_c_string(encoding))
		return NULL;
	return CFStringCreateWithBytes(
		allocator, (const UInt8 *)text, (CFIndex)strlen(text), encoding, false);
}

CFStringRef CFStringCreateWithCStringNoCopy(
	CFAllocatorRef allocator, const char *text, CFStringEncoding id, CFAllocatorRef deallocator)
{
	CFIndex length, size, units;
	struct __CFString *string;
	CFStringRef copy;

	KC_CF_REQUIRE(text, "the text is NULL");
	length = (CFIndex)strlen(text);
	if (!can_be_c_string(id) || !measure(_kc_cf_encoding_find(id), (const UInt8 *)text,
					    (size_t)length, &size, &units))
		return NULL;
	if (size != length) { /* the text has another form in UTF-8 */
		copy = CFStringCreateWithCString(allocator, text, id);
		if (copy)
			CFAllocatorDeallocate(deallocator, _kc_cf_unconst(text));
		return copy;
	}
	string = _CFRuntimeCreateInstance(KC_CF_TYPE_CFString, sizeof *string);
	if (!string)
		return NULL;
	string->utf8.start = (const UInt8 *)text;
	string->utf8.length = length;
	string->utf8.storage = deallocator == kCFAllocatorNull ? KC_CF_BORROWED : KC_CF_OWNED;
	string->units = units;
	return string;
}

/* --- to bytes -------------------------------------------------------------------------------- */

/* Counts what it is given, and keeps it too when it has a buffer. */
struct sink {
	UInt8 *buffer; /* may be NULL */
	CFIndex size;
	CFIndex used;
};

static bool sink_put(struct sink *sink, const void *bytes, size_t count)
{
	if (sink->buffer) {
		if ((CFIndex)count > sink->size - sink->used)
			return false;
		memcpy(sink->buffer + sink->used, bytes, count);
	}
	sink->used += (CFIndex)count;
	return true;
}

CFIndex CFStringGetBytes(CFStringRef string, CFRange range, CFStringEncoding id, UInt8 loss_byte,
	Boolean external, UInt8 *ret_buffer, CFIndex size, CFIndex *ret_used)
{
	const struct _kc_cf_encoding *encoding = _kc_cf_encoding_find(id);
	struct sink sink = {.buffer = ret_buffer, .size = size};
	struct _kc_cf_cursor cursor;
	CFIndex units, done = 0;
	UInt8 bytes[4];
	uint32_t point;
	bool fits;

	KC_CF_REQUIRE_TYPE(string, CFString);
	KC_CF_REQUIRE_RANGE(range, string->units);
	cursor = _kc_cf_cursor_begin(string, range);
	fits = encoding != NULL;
	if (fits && external && encoding->writes_mark)
		fits = sink_put(&sink, encoding->mark, strlen(encoding->mark));
	while (fits && _kc_cf_cursor_peek(&cursor, &point, &units)) {
		size_t count = encoding->encode(point, bytes);

		if (!count && loss_byte)
			bytes[count++] = loss_byte;
		fits = count && sink_put(&sink, bytes, count);
		if (fits) {
			_kc_cf_cursor_advance(&cursor);
			done += units;
		}
	}
	if (ret_used)
		*ret_used = sink.used;
	return done;
}

Boolean CFStringGetCString(
	CFStringRef string, char *ret_buffer, CFIndex size, CFStringEncoding encoding)
{
	CFRange all = CFRangeMake(0, CFStringGetLength(string));
	CFIndex used;

	if (!ret_buffer || size < 1)
		return false;
	ret_buffer[0] = 0;
	if (!can_be_c_string(encoding))
		return false;
	/* Counted first: what does not fit shall leave no half of itself behind. */
	if (CFStringGetBytes(string, all, encoding, 0, false, NULL, 0, &used) < all.length)
		return false;
	if (used >= size)
		return false;
	CFStringGetBytes(string, all, encoding, 0, false, (UInt8 *)ret_buffer, used, NULL);
	ret_buffer[used] = 0;
	return true;
}

CFDataRef CFStringCreateExternalRepresentation(
	CFAllocatorRef allocator, CFStringRef string, CFStringEncoding encoding, UInt8 loss_byte)
{
	CFRange all = CFRangeMake(0, CFStringGetLength(string));
	CFDataRef data;
	CFIndex used;
	UInt8 *bytes;

	if (!_kc_cf_encoding_find(encoding) || CFStringGetBytes(string, all, encoding, loss_byte,
						       true, NULL, 0, &used) < all.length)
		return NULL;
	bytes = _kc_cf_must_alloc((size_t)used + 1, 1);
	CFStringGetBytes(string, all, encoding, loss_byte, true, bytes, used, NULL);
	data = CFDataCreateWithBytesNoCopy(allocator, bytes, used, kCFAllocatorMalloc);
	if (!data) {
		explicit_bzero(bytes, (size_t)used);
		free(bytes);
	}
	return data;
}
