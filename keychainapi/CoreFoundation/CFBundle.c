/* SPDX-License-Identifier: ISC */
/* Bundles: there are none. */
#include "keychainapi/CoreFoundation/cf_internal.h"

KC_CF_STRING_CONSTANT(kCFBundleIdentifierKey, "CFBundleIdentifier");
KC_CF_STRING_CONSTANT(kCFBundleNameKey, "CFBundleName");
KC_CF_STRING_CONSTANT(kCFBundleVersionKey, "CFBundleVersion");
KC_CF_STRING_CONSTANT(kCFBundleExecutableKey, "CFBundleExecutable");

CFBundleRef CFBundleGetMainBundle(void)
{
	return NULL;
}

CFBundleRef CFBundleGetBundleWithIdentifier(CFStringRef identifier)
{
	(void)identifier;
	return NULL;
}

CFStringRef CFBundleGetIdentifier(CFBundleRef bundle)
{
	(void)bundle;
	return NULL;
}

UInt32 CFBundleGetVersionNumber(CFBundleRef bundle)
{
	(void)bundle;
	return 0;
}

CFDictionaryRef CFBundleGetInfoDictionary(CFBundleRef bundle)
{
	(void)bundle;
	return NULL;
}

CFTypeRef CFBundleGetValueForInfoDictionaryKey(CFBundleRef bundle, CFStringRef key)
{
	(void)bundle;
	(void)key;
	return NULL;
}

CFURLRef CFBundleCopyBundleURL(CFBundleRef bundle)
{
	(void)bundle;
	return NULL;
}

CFURLRef CFBundleCopyExecutableURL(CFBundleRef bundle)
{
	(void)bundle;
	return NULL;
}

CFURLRef CFBundleCopyResourceURL(
	CFBundleRef bundle, CFStringRef name, CFStringRef type, CFStringRef subdirectory)
{
	(void)bundle;
	(void)name;
	(void)type;
	(void)subdirectory;
	return NULL;
}

void *CFBundleGetFunctionPointerForName(CFBundleRef bundle, CFStringRef name)
{
	(void)bundle;
	(void)name;
	return NULL;
}

CFStringRef CFBundleCopyLocalizedString(
	CFBundleRef bundle, CFStringRef key, CFStringRef value, CFStringRef table)
{
	(void)bundle;
	(void)table;
	if (value && CFStringGetLength(value) > 0)
		return CFStringCreateCopy(NULL, value);
	return key ? CFStringCreateCopy(NULL, key) : NULL;
}
