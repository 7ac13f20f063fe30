/* SPDX-License-Identifier: ISC */
/* Preferences: none are stored, so none are found. */
#include "keychainapi/CoreFoundation/cf_internal.h"

KC_CF_STRING_CONSTANT(kCFPreferencesCurrentApplication, "kCFPreferencesCurrentApplication");

CFPropertyListRef CFPreferencesCopyAppValue(CFStringRef key, CFStringRef application)
{
	KC_CF_REQUIRE_TYPE(key, CFString);
	KC_CF_REQUIRE_TYPE(application, CFString);
	return NULL;
}
