/* SPDX-License-Identifier: ISC */
/* Allocators: malloc under its several names, and nobody. */
#include "keychainapi/CoreFoundation/cf_internal.h"

struct __CFAllocator {
	CFRuntimeBase base;
};

const CFRuntimeClass _kc_cf_class_CFAllocator = {.className = "CFAllocator"};

static const struct __CFAllocator system_default = {KC_CF_STATIC_BASE(CFAllocator)};
static const struct __CFAllocator malloc_allocator = {KC_CF_STATIC_BASE(CFAllocator)};
static const struct __CFAllocator null_allocator = {KC_CF_STATIC_BASE(CFAllocator)};

const CFAllocatorRef kCFAllocatorDefault = NULL;
const CFAllocatorRef kCFAllocatorSystemDefault = &system_default;
const CFAllocatorRef kCFAllocatorMalloc = &malloc_allocator;
const CFAllocatorRef kCFAllocatorMallocZone = &malloc_allocator;
const CFAllocatorRef kCFAllocatorNull = &null_allocator;

CFTypeID CFAllocatorGetTypeID(void)
{
	return KC_CF_TYPE_CFAllocator;
}

CFAllocatorRef CFAllocatorGetDefault(void)
{
	return kCFAllocatorSystemDefault;
}

CFAllocatorRef CFGetAllocator(CFTypeRef object)
{
	KC_CF_REQUIRE(object, "the object is NULL");
	return kCFAllocatorSystemDefault;
}

void *CFAllocatorAllocate(CFAllocatorRef allocator, CFIndex size, CFOptionFlags hint)
{
	(void)hint;
	if (allocator == kCFAllocatorNull || size <= 0)
		return NULL;
	return malloc((size_t)size);
}

void *CFAllocatorReallocate(
	CFAllocatorRef allocator, void *memory, CFIndex size, CFOptionFlags hint)
{
	(void)hint;
	if (allocator == kCFAllocatorNull)
		return NULL;
	if (size <= 0) {
		free(memory);
		return NULL;
	}
	return realloc(memory, (size_t)size);
}

void CFAllocatorDeallocate(CFAllocatorRef allocator, void *memory)
{
	if (allocator != kCFAllocatorNull)
		free(memory);
}
