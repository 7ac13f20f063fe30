/* SPDX-License-Identifier: ISC */
/* UUIDs. */
#include "keychainapi/CoreFoundation/cf_internal.h"

#include <sys/random.h>

struct __CFUUID {
	CFRuntimeBase base;
	union {
		CFUUIDBytes bytes;
		UInt8 at[16];
	};
};

/* Lengths of the groups of hex digits. */
static const size_t groups[] = {8, 4, 4, 4, 12};
#define GROUP_COUNT (sizeof groups / sizeof groups[0])
#define TEXT_LENGTH 36

/* --- the class ------------------------------------------------------------------------------- */

static Boolean uuid_equal(CFTypeRef a, CFTypeRef b)
{
	CFUUIDRef uuid_a = a, uuid_b = b;

	return memcmp(uuid_a->at, uuid_b->at, sizeof uuid_a->at) == 0;
}

static CFHashCode uuid_hash(CFTypeRef object)
{
	CFUUIDRef uuid = object;
	CFHashCode hash;

	memcpy(&hash, uuid->at, sizeof hash);
	return hash;
}

static CFStringRef uuid_copy_description(CFTypeRef object)
{
	CFStringRef text = CFUUIDCreateString(NULL, object);
	CFStringRef description =
		CFStringCreateWithFormat(NULL, NULL, CFSTR("<CFUUID %p> %@"), object, text);

	if (text)
		CFRelease(text);
	return description;
}

const CFRuntimeClass _kc_cf_class_CFUUID = {
	.className = "CFUUID",
	.equal = uuid_equal,
	.hash = uuid_hash,
	.copyDebugDesc = uuid_copy_description,
};

CFTypeID CFUUIDGetTypeID(void)
{
	return KC_CF_TYPE_CFUUID;
}

/* --- making ---------------------------------------------------------------------------------- */

CFUUIDRef CFUUIDCreateFromUUIDBytes(CFAllocatorRef allocator, CFUUIDBytes bytes)
{
	struct __CFUUID *uuid = _CFRuntimeCreateInstance(KC_CF_TYPE_CFUUID, sizeof *uuid);

	(void)allocator;
	if (uuid)
		uuid->bytes = bytes;
	return uuid;
}

#define SIXTEEN_BYTES                                                                              \
	UInt8 byte0, UInt8 byte1, UInt8 byte2, UInt8 byte3, UInt8 byte4, UInt8 byte5, UInt8 byte6, \
		UInt8 byte7, UInt8 byte8, UInt8 byte9, UInt8 byte10, UInt8 byte11, UInt8 byte12,   \
		UInt8 byte13, UInt8 byte14, UInt8 byte15
#define THE_SIXTEEN                                                                           \
	byte0, byte1, byte2, byte3, byte4, byte5, byte6, byte7, byte8, byte9, byte10, byte11, \
		byte12, byte13, byte14, byte15

CFUUIDRef CFUUIDCreateWithBytes(CFAllocatorRef allocator, SIXTEEN_BYTES)
{
	return CFUUIDCreateFromUUIDBytes(allocator, (CFUUIDBytes){THE_SIXTEEN});
}

/* Constants are kept in a list that only grows, at its head. */
struct constant {
	struct __CFUUID uuid;
	struct constant *next;
};
static struct constant *constants;

static CFUUIDRef find_constant(const struct constant *first, const CFUUIDBytes *bytes)
{
	for (; first; first = first->next)
		if (memcmp(&first->uuid.bytes, bytes, sizeof *bytes) == 0)
			return &first->uuid;
	return NULL;
}

CFUUIDRef CFUUIDGetConstantUUIDWithBytes(CFAllocatorRef allocator, SIXTEEN_BYTES)
{
	const CFUUIDBytes bytes = {THE_SIXTEEN};
	struct constant *first = __atomic_load_n(&constants, __ATOMIC_ACQUIRE);
	CFUUIDRef found = find_constant(first, &bytes);
	struct constant *added;

	(void)allocator;
	if (found)
		return found;
	added = _kc_cf_must_alloc(1, sizeof *added);
	added->uuid = (struct __CFUUID){.base = KC_CF_STATIC_BASE(CFUUID), .bytes = bytes};
	added->next = first;
	while (!__atomic_compare_exchange_n(
		&constants, &added->next, added, false, __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE)) {
		found = find_constant(added->next, &bytes); /* others were added meanwhile */
		if (found) {
			free(added);
			return found;
		}
	}
	return &added->uuid;
}

CFUUIDRef CFUUIDCreate(CFAllocatorRef allocator)
{
	CFUUIDBytes bytes;
	ssize_t got;

	do
		got = getrandom(&bytes, sizeof bytes, 0);
	while (got < 0 && errno == EINTR);
	KC_CF_REQUIRE(got == sizeof bytes, "there is no randomness");
	bytes.byte6 = (UInt8)((bytes.byte6 & 0x0F) | 0x40); /* version 4 */
	bytes.byte8 = (UInt8)((bytes.byte8 & 0x3F) | 0x80); /* variant of RFC 4122 */
	return CFUUIDCreateFromUUIDBytes(allocator, bytes);
}

static bool parse_digit(char digit, UInt8 *byte)
{
	int value = digit >= '0' && digit <= '9'   ? digit - '0'
		    : digit >= 'a' && digit <= 'f' ? digit - 'a' + 10
		    : digit >= 'A' && digit <= 'F' ? digit - 'A' + 10
						   : -1;

	*byte = (UInt8)(*byte << 4 | value);
	return value >= 0;
}

static bool parse(const char *text, UInt8 ret_bytes[16])
{
	size_t digit = 0;

	memset(ret_bytes, 0, 16);
	for (size_t group = 0; group < GROUP_COUNT; group++) {
		if (group > 0 && *text++ != '-')
			return false;
		for (size_t i = 0; i < groups[group]; i++, digit++)
			if (!parse_digit(*text++, &ret_bytes[digit / 2]))
				return false;
	}
	return *text == 0;
}

CFUUIDRef CFUUIDCreateFromString(CFAllocatorRef allocator, CFStringRef string)
{
	char text[TEXT_LENGTH + 1];
	struct __CFUUID parsed;

	if (CFStringGetLength(string) != TEXT_LENGTH ||
		!CFStringGetCString(string, text, sizeof text, kCFStringEncodingASCII) ||
		!parse(text, parsed.at))
		return NULL;
	return CFUUIDCreateFromUUIDBytes(allocator, parsed.bytes);
}

/* --- reading --------------------------------------------------------------------------------- */

CFUUIDBytes CFUUIDGetUUIDBytes(CFUUIDRef uuid)
{
	KC_CF_REQUIRE_TYPE(uuid, CFUUID);
	return uuid->bytes;
}

CFStringRef CFUUIDCreateString(CFAllocatorRef allocator, CFUUIDRef uuid)
{
	char text[TEXT_LENGTH + 1], *at = text;
	size_t digit = 0;

	KC_CF_REQUIRE_TYPE(uuid, CFUUID);
	for (size_t group = 0; group < GROUP_COUNT; group++) {
		if (group > 0)
			*at++ = '-';
		for (size_t i = 0; i < groups[group]; i++, digit++) {
			UInt8 byte = uuid->at[digit / 2];

			*at++ = "0123456789ABCDEF"[digit % 2 ? byte & 0xF : byte >> 4];
		}
	}
	return CFStringCreateWithBytes(
		allocator, (const UInt8 *)text, TEXT_LENGTH, kCFStringEncodingASCII, false);
}
