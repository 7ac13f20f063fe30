/* SPDX-License-Identifier: ISC */
/* One owner for the rules on bytes: 0 behind them, up to the capacity, and never a trace. */
#include "keychainapi/CoreFoundation/cf_bytes.h"

#define LENGTH_MAX (LONG_MAX / 2)

size_t _kc_cf_bytes_inline_size(size_t struct_size, CFIndex length)
{
	if (length < 0 || length > LENGTH_MAX)
		return 0;
	return struct_size + (size_t)length + 1;
}

void _kc_cf_bytes_init_inline(struct _kc_cf_bytes *bytes, void *behind_struct, CFIndex length)
{
	bytes->start = behind_struct;
	bytes->length = length;
	bytes->storage = KC_CF_INLINE;
}

void _kc_cf_bytes_init_in_place(
	struct _kc_cf_bytes *bytes, const UInt8 *start, CFIndex length, CFAllocatorRef deallocator)
{
	if (!deallocator)
		deallocator = CFAllocatorGetDefault();
	bytes->start = start;
	bytes->length = length;
	if (deallocator == kCFAllocatorNull) {
		bytes->storage = KC_CF_BORROWED;
	} else if (deallocator == kCFAllocatorSystemDefault || deallocator == kCFAllocatorMalloc) {
		bytes->storage = KC_CF_OWNED;
	} else {
		bytes->storage = KC_CF_RETURNED;
		bytes->deallocator = CFRetain(deallocator);
	}
}

static void adopt_new_memory(struct _kc_cf_bytes *bytes, CFIndex capacity)
{
	bytes->start = _kc_cf_must_alloc((size_t)capacity + 1, 1);
	bytes->capacity = capacity;
	bytes->storage = KC_CF_OWNED;
}

void _kc_cf_bytes_init_growing(struct _kc_cf_bytes *bytes, CFIndex capacity)
{
	const CFIndex least = 31, most = 65535;

	adopt_new_memory(bytes, capacity < least ? least : capacity > most ? most : capacity);
	bytes->length = 0;
}

void _kc_cf_bytes_done(struct _kc_cf_bytes *bytes)
{
	UInt8 *start = _kc_cf_bytes_writable(bytes);

	switch (bytes->storage) {
	case KC_CF_INLINE:
		explicit_bzero(start, (size_t)bytes->length);
		break;
	case KC_CF_OWNED:
		explicit_bzero(start, (size_t)bytes->length);
		free(start);
		break;
	case KC_CF_BORROWED:
		break;
	case KC_CF_RETURNED: /* not wiped: they may be in a file that is mapped to be read */
		CFAllocatorDeallocate(bytes->deallocator, start);
		CFRelease(bytes->deallocator);
		break;
	}
}

/* --- replacing ------------------------------------------------------------------------------- */

static void put(UInt8 *at, const UInt8 *source, CFIndex length)
{
	if (length == 0)
		return;
	if (source)
		memcpy(at, source, (size_t)length);
	else
		memset(at, 0, (size_t)length);
}

/* Also the way for a replacement that lies in the old memory, which stays whole until the end. */
static void replace_in_new_memory(struct _kc_cf_bytes *bytes, CFRange range,
	const UInt8 *replacement, CFIndex length, CFIndex capacity)
{
	struct _kc_cf_bytes old = *bytes;
	CFIndex end = range.location + range.length;
	UInt8 *start;

	adopt_new_memory(bytes, capacity);
	start = _kc_cf_bytes_writable(bytes);
	put(start, old.start, range.location);
	put(start + range.location, replacement, length);
	put(start + range.location + length, old.start + end, old.length - end);
	_kc_cf_bytes_done(&old);
}

static void replace_in_place(
	struct _kc_cf_bytes *bytes, CFRange range, const UInt8 *replacement, CFIndex length)
{
	UInt8 *start = _kc_cf_bytes_writable(bytes);
	CFIndex end = range.location + range.length;
	CFIndex cut = range.length - length;

	memmove(start + range.location + length, start + end, (size_t)(bytes->length - end));
	put(start + range.location, replacement, length);
	if (cut > 0)
		explicit_bzero(start + bytes->length - cut, (size_t)cut);
}

static bool lies_inside(const struct _kc_cf_bytes *bytes, const UInt8 *pointer)
{
	uintptr_t start = (uintptr_t)bytes->start;

	return (uintptr_t)pointer >= start &&
	       (uintptr_t)pointer - start <= (uintptr_t)bytes->capacity;
}

void _kc_cf_bytes_replace(
	struct _kc_cf_bytes *bytes, CFRange range, const UInt8 *replacement, CFIndex length)
{
	CFIndex kept = bytes->length - range.length;
	CFIndex capacity = bytes->capacity;

	KC_CF_REQUIRE(length >= 0 && length <= LENGTH_MAX - kept, "the length is out of bounds");
	if (kept + length > capacity)
		capacity = kept + length + capacity;
	if (capacity != bytes->capacity || lies_inside(bytes, replacement))
		replace_in_new_memory(bytes, range, replacement, length, capacity);
	else
		replace_in_place(bytes, range, replacement, length);
	bytes->length = kept + length;
}

/* --- whole bytes ----------------------------------------------------------------------------- */

bool _kc_cf_bytes_equal(const struct _kc_cf_bytes *a, const struct _kc_cf_bytes *b)
{
	return a->length == b->length && memcmp(a->start, b->start, (size_t)a->length) == 0;
}

/* FNV-1a. */
CFHashCode _kc_cf_bytes_hash(const struct _kc_cf_bytes *bytes)
{
	uint64_t hash = 0xcbf29ce484222325;

	for (CFIndex i = 0; i < bytes->length; i++)
		hash = (hash ^ bytes->start[i]) * 0x100000001b3;
	return (CFHashCode)hash;
}

bool _kc_cf_bytes_can_be_shared(CFTypeRef object, const struct _kc_cf_bytes *bytes)
{
	return !_kc_cf_is_mutable(object) &&
	       (bytes->storage != KC_CF_BORROWED || _kc_cf_is_immortal(object));
}
