/* SPDX-License-Identifier: ISC */
/* The ends of misuse and of memory, and the callbacks that containers of objects share. */
#include "keychainapi/CoreFoundation/cf_internal.h"

void _kc_cf_die(const char *function, const char *why)
{
	fprintf(stderr, "CoreFoundation: %s: %s\n", function, why);
	abort();
}

void *_kc_cf_must_alloc(size_t count, size_t size)
{
	void *memory = calloc(count ? count : 1, size);

	KC_CF_REQUIRE(memory, "there is no memory left");
	return memory;
}

const void *_kc_cf_retain_value(CFAllocatorRef allocator, const void *value)
{
	(void)allocator;
	return CFRetain(value);
}

void _kc_cf_release_value(CFAllocatorRef allocator, const void *value)
{
	(void)allocator;
	CFRelease(value);
}

const void *_kc_cf_copy_string_value(CFAllocatorRef allocator, const void *value)
{
	return CFStringCreateCopy(allocator, value);
}
