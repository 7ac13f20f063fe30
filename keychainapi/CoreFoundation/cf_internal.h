/* SPDX-License-Identifier: ISC */
/* What the classes of this library know of each other and ask of their callers. */
#ifndef KC_CF_INTERNAL_H
#define KC_CF_INTERNAL_H

#include "keychainapi/CoreFoundation/cf_runtime.h"

/* --- the built-in classes -------------------------------------------------------------------- */

/*
 * One row a class, in the order of their type ids, which start at 1. Each class stands in the file
 * of its name as _kc_cf_class_NAME.
 */
/* clang-format off */
#define KC_CF_CLASSES(row) \
	row(CFAllocator) \
	row(CFString) \
	row(CFNull) \
	row(CFBoolean) \
	row(CFNumber) \
	row(CFDate) \
	row(CFData) \
	row(CFArray) \
	row(CFDictionary) \
	row(CFSet) \
	row(CFError) \
	row(CFUUID) \
	row(CFRunLoop) \
	row(CFURL)
/* clang-format on */

#define KC_CF_CLASS_ID(name) KC_CF_TYPE_##name,
enum _kc_cf_type { KC_CF_TYPE_NONE, KC_CF_CLASSES(KC_CF_CLASS_ID) KC_CF_TYPE_FIRST_FREE };
#undef KC_CF_CLASS_ID

#define KC_CF_CLASS_DECLARATION(name) extern const CFRuntimeClass _kc_cf_class_##name;
KC_CF_CLASSES(KC_CF_CLASS_DECLARATION)
#undef KC_CF_CLASS_DECLARATION

_Static_assert(KC_CF_TYPE_CFString == KC_CF_STRING_TYPE, "constants carry the type id of strings");

/* The head of a static object that is never freed. */
/* clang-format off */
#define KC_CF_STATIC_BASE(name) {0, KC_CF_IMMORTAL, KC_CF_TYPE_##name, 0}
/* clang-format on */

/* The class of a type id, of an object; NULL for an id that names none. */
const CFRuntimeClass *_kc_cf_class(CFTypeID type);
const CFRuntimeClass *_kc_cf_class_of(CFTypeRef object);

/* --- owners and flags in the base ------------------------------------------------------------ */

/* Static objects may stand in read-only memory: nothing is written where this holds. */
static inline bool _kc_cf_is_immortal(CFTypeRef object)
{
	const CFRuntimeBase *base = object;

	return __atomic_load_n(&base->owners, __ATOMIC_RELAXED) == KC_CF_IMMORTAL;
}

#define KC_CF_MUTABLE 1

static inline bool _kc_cf_is_mutable(CFTypeRef object)
{
	return ((const CFRuntimeBase *)object)->flags & KC_CF_MUTABLE;
}

/* Makes an object immutable that was built as a mutable one, and returns it; NULL is fine. */
static inline CFTypeRef _kc_cf_freeze(CFTypeRef object)
{
	if (object)
		((CFRuntimeBase *)(uintptr_t)object)->flags &= (uint16_t)~KC_CF_MUTABLE;
	return object;
}

/* --- misuse ---------------------------------------------------------------------------------- */

/* Says on stderr which function was called wrongly and how, and ends the program. */
_Noreturn void _kc_cf_die(const char *function, const char *why);

#define KC_CF_REQUIRE(condition, why)                  \
	do {                                           \
		if (__builtin_expect(!(condition), 0)) \
			_kc_cf_die(__func__, why);     \
	} while (0)

static inline bool _kc_cf_is(CFTypeRef object, enum _kc_cf_type type)
{
	return object && ((const CFRuntimeBase *)object)->type == type;
}

#define KC_CF_REQUIRE_TYPE(object, name) \
	KC_CF_REQUIRE(_kc_cf_is(object, KC_CF_TYPE_##name), "the object is not a " #name)

#define KC_CF_REQUIRE_MUTABLE(object, name)                                             \
	do {                                                                            \
		KC_CF_REQUIRE_TYPE(object, name);                                       \
		KC_CF_REQUIRE(_kc_cf_is_mutable(object), "the " #name " is immutable"); \
	} while (0)

static inline bool _kc_cf_range_fits(CFRange range, CFIndex length)
{
	return range.location >= 0 && range.length >= 0 && range.location <= length &&
	       range.length <= length - range.location;
}

#define KC_CF_REQUIRE_RANGE(range, length) \
	KC_CF_REQUIRE(_kc_cf_range_fits(range, length), "the range is out of bounds")

/* --- memory ---------------------------------------------------------------------------------- */

/* malloc() and calloc() for what cannot fail politely; sizes are checked for overflow. */
void *_kc_cf_must_alloc(size_t count, size_t size);

/* For the few fields that change in objects that everybody else sees as constant. */
static inline void *_kc_cf_unconst(const void *pointer)
{
	return (void *)(uintptr_t)pointer;
}

/* --- callbacks of containers ----------------------------------------------------------------- */

/* The wiring of the kCFType... and kCFCopyString... callbacks, of one shape for all containers. */
const void *_kc_cf_retain_value(CFAllocatorRef allocator, const void *value);
void _kc_cf_release_value(CFAllocatorRef allocator, const void *value);
const void *_kc_cf_copy_string_value(CFAllocatorRef allocator, const void *value);

/* --- numbers, descriptions ------------------------------------------------------------------- */

/* Whether a CFNumber, given as any reference, is other than 0. */
bool _kc_cf_number_is_true(CFTypeRef number);

/* Numbers that are equal have one hash: a whole number hashes as the integer does. */
CFHashCode _kc_cf_hash_double(double value);

/* What %@ prints; "(null)" for NULL. */
CFStringRef _kc_cf_copy_formatting(CFTypeRef object);

/* A container's member through its callback; the address without one. */
CFStringRef _kc_cf_copy_member_description(
	CFStringRef (*describe)(const void *value), const void *value);

#endif
