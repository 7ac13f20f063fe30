/* SPDX-License-Identifier: ISC */
/* The object that stands for no value. */
#include "keychainapi/CoreFoundation/cf_internal.h"

struct __CFNull {
	CFRuntimeBase base;
};

static CFStringRef null_copy_formatting(CFTypeRef object)
{
	(void)object;
	return CFSTR("<null>");
}

const CFRuntimeClass _kc_cf_class_CFNull = {
	.className = "CFNull",
	.copyFormattingDesc = null_copy_formatting,
};

static const struct __CFNull null_object = {KC_CF_STATIC_BASE(CFNull)};
const CFNullRef kCFNull = &null_object;

CFTypeID CFNullGetTypeID(void)
{
	return KC_CF_TYPE_CFNull;
}
