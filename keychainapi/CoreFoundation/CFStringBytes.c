/* SPDX-License-Identifier: ISC */
/* Strings from bytes in an encoding, and bytes from strings. */
#include "keychainapi/CoreFoundation/cf_encoding.h"
#include "keychainapi/CoreFoundation/cf_string.h"

/* --- from bytes ------------------------------------------------------------------------------ */

/* How many bytes at the start are ASCII. */
static size_t count_ascii(const UInt8 *bytes, size_t count)
{
	const uint64_t high_bits = 0x8080808080808080;
	size_t i = 0;
	uint64_t eight;

	for (; i + sizeof eight <= count; i += sizeof eight) {
		memcpy(&eight, bytes + i, sizeof eight);
		if (eight & high_bits)
			break;
	}
	while (i < count && bytes[i] < 0x80)
		i++;
	return i;
}

/* The size of the text as it is kept, and in code units; false when the bytes are not valid. */
static bool measure(const struct _kc_cf_encoding *encoding, const UInt8 *bytes, size_t count,
	CFIndex *ret_size, CFIndex *ret_units)
{
	size_t ascii = encoding->has_ascii ? count_ascii(bytes, count) : 0;
	CFIndex size = (CFIndex)ascii, units = (CFIndex)ascii;
	UInt8 text[4];
	uint32_t point;

	bytes += ascii;
	count -= ascii;
	while (count) {
		size_t step = encoding->decode(bytes, count, &point);

		if (!step)
			return false;
		bytes += step;
		count -= step;
		size += _kc_cf_text_encode(point, text);
		units += _kc_cf_units(point);
	}
	*ret_size = size;
	*ret_units = units;
	return true;
}

/* Puts the text that measure() measured where there is room for so much. */
static void transcode(const struct _kc_cf_encoding *encoding, const UInt8 *bytes, size_t count,
	UInt8 *ret_text, CFIndex size)
{
	UInt8 text[4];
	uint32_t point;

	if (encoding->has_ascii && (CFIndex)count == size) { /* ASCII, or UTF-8 */
		memcpy(ret_text, bytes, count);
		return;
	}
	while (count) {
		size_t step = encoding->decode(bytes, count, &point);
		CFIndex length = _kc_cf_text_encode(point, text);

		memcpy(ret_text, text, (size_t)length);
		ret_text += length;
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
			_kc_cf_bytes_writable(&string->utf8), size);
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

CFStringRef CFStringCreateWithFileSystemRepresentation(CFAllocatorRef allocator, const char *path)
{
	return path ? CFStringCreateWithCString(allocator, path, kCFStringEncodingUTF8) : NULL;
}

/* --- from bytes that are handed over --------------------------------------------------------- */

/* After a copy the originals go back at once; without one they are still the caller's. */
static CFStringRef return_original(
	CFStringRef copy, const void *original, CFAllocatorRef deallocator)
{
	if (copy)
		CFAllocatorDeallocate(deallocator, _kc_cf_unconst(original));
	return copy;
}

CFStringRef CFStringCreateWithCStringNoCopy(
	CFAllocatorRef allocator, const char *text, CFStringEncoding id, CFAllocatorRef deallocator)
{
	CFIndex length, size, units;
	struct __CFString *string;

	KC_CF_REQUIRE(text, "the text is NULL");
	length = (CFIndex)strlen(text);
	if (!can_be_c_string(id) || !measure(_kc_cf_encoding_find(id), (const UInt8 *)text,
					    (size_t)length, &size, &units))
		return NULL;
	if (size != length) /* the text has another form in UTF-8 */
		return return_original(
			CFStringCreateWithCString(allocator, text, id), text, deallocator);
	string = _CFRuntimeCreateInstance(KC_CF_TYPE_CFString, sizeof *string);
	if (!string)
		return NULL;
	_kc_cf_bytes_init_in_place(&string->utf8, (const UInt8 *)text, length, deallocator);
	string->units = units;
	return string;
}

/* Copied, since no NUL stands behind them. */
CFStringRef CFStringCreateWithBytesNoCopy(CFAllocatorRef allocator, const UInt8 *bytes,
	CFIndex count, CFStringEncoding encoding, Boolean external, CFAllocatorRef deallocator)
{
	return return_original(CFStringCreateWithBytes(allocator, bytes, count, encoding, external),
		bytes, deallocator);
}

CFStringRef CFStringCreateWithCharactersNoCopy(CFAllocatorRef allocator, const UniChar *characters,
	CFIndex count, CFAllocatorRef deallocator)
{
	return return_original(CFStringCreateWithCharacters(allocator, characters, count),
		characters, deallocator);
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

/* The bytes of the range that serve as they are; false when they are not all of it. */
static bool as_they_are(CFStringRef string, CFRange range, const struct _kc_cf_encoding *encoding,
	CFRange *ret_bytes)
{
	struct _kc_cf_slice slice;

	if (!encoding->has_ascii)
		return false;
	if (_kc_cf_string_units(string) == string->utf8.length) {
		*ret_bytes = range;
		return true;
	}
	if (encoding->id != kCFStringEncodingUTF8)
		return false;
	slice = _kc_cf_string_slice(string, range);
	*ret_bytes = slice.bytes;
	return !slice.before && !slice.after &&
	       _kc_cf_text_is_utf8(string->utf8.start + slice.bytes.location, slice.bytes.length);
}

static CFIndex put_one_by_one(CFStringRef string, CFRange range,
	const struct _kc_cf_encoding *encoding, UInt8 loss_byte, struct sink *sink)
{
	struct _kc_cf_cursor cursor = _kc_cf_cursor_begin(string, range);
	CFIndex units, done = 0;
	UInt8 bytes[4];
	uint32_t point;

	while (_kc_cf_cursor_peek(&cursor, &point, &units)) {
		size_t count = encoding->encode(point, bytes);

		if (!count && loss_byte)
			bytes[count++] = loss_byte;
		if (!count || !sink_put(sink, bytes, count))
			break;
		_kc_cf_cursor_advance(&cursor);
		done += units;
	}
	return done;
}

CFIndex CFStringGetBytes(CFStringRef string, CFRange range, CFStringEncoding id, UInt8 loss_byte,
	Boolean external, UInt8 *ret_buffer, CFIndex size, CFIndex *ret_used)
{
	const struct _kc_cf_encoding *encoding = _kc_cf_encoding_find(id);
	struct sink sink = {.buffer = ret_buffer, .size = size};
	CFIndex done = 0;
	CFRange bytes;

	KC_CF_REQUIRE_TYPE(string, CFString);
	KC_CF_REQUIRE_RANGE(range, _kc_cf_string_units(string));
	if (encoding && external && encoding->writes_mark &&
		!sink_put(&sink, encoding->mark->bytes, encoding->mark->size))
		encoding = NULL;
	if (encoding) {
		if (as_they_are(string, range, encoding, &bytes) &&
			sink_put(&sink, string->utf8.start + bytes.location, (size_t)bytes.length))
			done = range.length;
		else
			done = put_one_by_one(string, range, encoding, loss_byte, &sink);
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

Boolean CFStringGetFileSystemRepresentation(CFStringRef string, char *ret_buffer, CFIndex size)
{
	return CFStringGetCString(string, ret_buffer, size, kCFStringEncodingUTF8);
}

CFIndex CFStringGetMaximumSizeOfFileSystemRepresentation(CFStringRef string)
{
	return CFStringGetMaximumSizeForEncoding(CFStringGetLength(string), kCFStringEncodingUTF8) +
	       1;
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
