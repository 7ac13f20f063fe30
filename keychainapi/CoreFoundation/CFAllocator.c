/* SPDX-License-Identifier: ISC */
/* Allocators: malloc under its several names, nobody, and those of programs. */
#include "keychainapi/CoreFoundation/cf_internal.h"

struct __CFAllocator {
	CFRuntimeBase base;
	CFAllocatorContext context;
};

/* --- the class ------------------------------------------------------------------------------- */

static void allocator_finalize(CFTypeRef object)
{
	CFAllocatorRef allocator = object;

	if (allocator->context.release)
		allocator->context.release(allocator->context.info);
}

static CFStringRef allocator_copy_description(CFTypeRef object)
{
	CFAllocatorRef allocator = object;

	return CFStringCreateWithFormat(NULL, NULL, CFSTR("<CFAllocator %p [%p]>{info = %p}"),
		object, (const void *)CFGetAllocator(object), allocator->context.info);
}

const CFRuntimeClass _kc_cf_class_CFAllocator = {
	.className = "CFAllocator",
	.finalize = allocator_finalize,
	.copyDebugDesc = allocator_copy_description,
};

CFTypeID CFAllocatorGetTypeID(void)
{
	return KC_CF_TYPE_CFAllocator;
}

/* --- those that are always there ------------------------------------------------------------- */

static void *malloc_allocate(CFIndex size, CFOptionFlags hint, void *info)
{
	(void)hint;
	(void)info;
	return malloc((size_t)size);
}

static void *malloc_reallocate(void *memory, CFIndex size, CFOptionFlags hint, void *info)
{
	(void)hint;
	(void)info;
	return realloc(memory, (size_t)size);
}

static void malloc_deallocate(void *memory, void *info)
{
	(void)info;
	free(memory);
}

/* clang-format off */
#define MALLOC_CONTEXT \
	{ \
		.allocate = malloc_allocate, \
		.reallocate = malloc_reallocate, \
		.deallocate = malloc_deallocate, \
	}
/* clang-format on */

static const struct __CFAllocator system_default = {KC_CF_STATIC_BASE(CFAllocator), MALLOC_CONTEXT};
static const struct __CFAllocator malloc_allocator = {
	KC_CF_STATIC_BASE(CFAllocator), MALLOC_CONTEXT};
static const struct __CFAllocator null_allocator = {.base = KC_CF_STATIC_BASE(CFAllocator)};
static const struct __CFAllocator use_context = {.base = KC_CF_STATIC_BASE(CFAllocator)};

const CFAllocatorRef kCFAllocatorDefault = NULL;
const CFAllocatorRef kCFAllocatorSystemDefault = &system_default;
const CFAllocatorRef kCFAllocatorMalloc = &malloc_allocator;
const CFAllocatorRef kCFAllocatorMallocZone = &malloc_allocator;
const CFAllocatorRef kCFAllocatorNull = &null_allocator;
const CFAllocatorRef kCFAllocatorUseContext = &use_context;

CFAllocatorRef CFGetAllocator(CFTypeRef object)
{
	KC_CF_REQUIRE(object, "the object is NULL");
	return kCFAllocatorSystemDefault;
}

/* --- the default of a thread ----------------------------------------------------------------- */

static _Thread_local CFAllocatorRef thread_default;

CFAllocatorRef CFAllocatorGetDefault(void)
{
	return thread_default ? thread_default : kCFAllocatorSystemDefault;
}

void CFAllocatorSetDefault(CFAllocatorRef allocator)
{
	KC_CF_REQUIRE_TYPE(allocator, CFAllocator);
	thread_default = CFRetain(allocator);
}

/* --- those of programs ----------------------------------------------------------------------- */

CFAllocatorRef CFAllocatorCreate(CFAllocatorRef allocator, CFAllocatorContext *context)
{
	struct __CFAllocator *made;

	(void)allocator;
	KC_CF_REQUIRE(context, "the context is NULL");
	made = _CFRuntimeCreateInstance(KC_CF_TYPE_CFAllocator, sizeof *made);
	if (!made)
		return NULL;
	made->context = *context;
	if (context->retain)
		made->context.info = _kc_cf_unconst(context->retain(context->info));
	return made;
}

static const CFAllocatorContext *context_of(CFAllocatorRef allocator)
{
	if (!allocator)
		allocator = CFAllocatorGetDefault();
	KC_CF_REQUIRE_TYPE(allocator, CFAllocator);
	return &allocator->context;
}

void CFAllocatorGetContext(CFAllocatorRef allocator, CFAllocatorContext *ret_context)
{
	*ret_context = *context_of(allocator);
}

/* --- memory ---------------------------------------------------------------------------------- */

void *CFAllocatorAllocate(CFAllocatorRef allocator, CFIndex size, CFOptionFlags hint)
{
	const CFAllocatorContext *context = context_of(allocator);

	if (size <= 0 || !context->allocate)
		return NULL;
	return context->allocate(size, hint, context->info);
}

void *CFAllocatorReallocate(
	CFAllocatorRef allocator, void *memory, CFIndex size, CFOptionFlags hint)
{
	const CFAllocatorContext *context = context_of(allocator);

	if (!memory)
		return CFAllocatorAllocate(allocator, size, hint);
	if (size <= 0) {
		CFAllocatorDeallocate(allocator, memory);
		return NULL;
	}
	if (!context->reallocate)
		return NULL;
	return context->reallocate(memory, size, hint, context->info);
}

void CFAllocatorDeallocate(CFAllocatorRef allocator, void *memory)
{
	const CFAllocatorContext *context = context_of(allocator);

	if (memory && context->deallocate)
		context->deallocate(memory, context->info);
}

CFIndex CFAllocatorGetPreferredSizeForSize(
	CFAllocatorRef allocator, CFIndex size, CFOptionFlags hint)
{
	const CFAllocatorContext *context = context_of(allocator);
	CFIndex preferred = 0;

	if (size > 0 && context->preferredSize)
		preferred = context->preferredSize(size, hint, context->info);
	return preferred > size ? preferred : size;
}
