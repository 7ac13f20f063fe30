/* SPDX-License-Identifier: ISC */
/* The two truth values. */
#include "keychainapi/CoreFoundation/cf_internal.h"

struct __CFBoolean {
	CFRuntimeBase base;
};

static const struct __CFBoolean true_object = {KC_CF_STATIC_BASE(CFBoolean)};
static const struct __CFBoolean false_object = {KC_CF_STATIC_BASE(CFBoolean)};
const CFBooleanRef kCFBooleanTrue = &true_object;
const CFBooleanRef kCFBooleanFalse = &false_object;

static CFHashCode boolean_hash(CFTypeRef object)
{
	return object == kCFBooleanTrue;
}

static CFStringRef boolean_copy_formatting(CFTypeRef object)
{
	return object == kCFBooleanTrue ? CFSTR("true") : CFSTR("false");
}

static CFStringRef boolean_copy_description(CFTypeRef object)
{
	return CFStringCreateWithFormat(NULL, NULL, CFSTR("<CFBoolean %p [%p]>{value = %@}"),
		object, (const void *)CFGetAllocator(object), object);
}

const CFRuntimeClass _kc_cf_class_CFBoolean = {
	.className = "CFBoolean",
	.hash = boolean_hash,
	.copyFormattingDesc = boolean_copy_formatting,
	.copyDebugDesc = boolean_copy_description,
};

CFTypeID CFBooleanGetTypeID(void)
{
	return KC_CF_TYPE_CFBoolean;
}

Boolean CFBooleanGetValue(CFBooleanRef boolean)
{
	/* Programs put CFNumber(1) where a truth value belongs. */
	if (_kc_cf_is(boolean, KC_CF_TYPE_CFNumber))
		return _kc_cf_number_is_true(boolean);
	KC_CF_REQUIRE_TYPE(boolean, CFBoolean);
	return boolean == kCFBooleanTrue;
}
