/* SPDX-License-Identifier: ISC */
/* Preferences: what the process has set, by application and key. */
#include "keychainapi/CoreFoundation/cf_internal.h"

#include <pthread.h>

KC_CF_STRING_CONSTANT(kCFPreferencesCurrentApplication, "kCFPreferencesCurrentApplication");
KC_CF_STRING_CONSTANT(kCFPreferencesAnyApplication, "kCFPreferencesAnyApplication");
KC_CF_STRING_CONSTANT(kCFPreferencesCurrentUser, "kCFPreferencesCurrentUser");
KC_CF_STRING_CONSTANT(kCFPreferencesAnyUser, "kCFPreferencesAnyUser");
KC_CF_STRING_CONSTANT(kCFPreferencesCurrentHost, "kCFPreferencesCurrentHost");
KC_CF_STRING_CONSTANT(kCFPreferencesAnyHost, "kCFPreferencesAnyHost");

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static CFMutableDictionaryRef applications; /* each a mutable dictionary; NULL before the first */

static CFMutableDictionaryRef must_create(void)
{
	CFMutableDictionaryRef dictionary = CFDictionaryCreateMutable(
		NULL, 0, &kCFCopyStringDictionaryKeyCallBacks, &kCFTypeDictionaryValueCallBacks);

	KC_CF_REQUIRE(dictionary, "there is no memory left");
	return dictionary;
}

static CFMutableDictionaryRef find_inlock(CFStringRef application)
{
	return applications ? _kc_cf_unconst(CFDictionaryGetValue(applications, application))
			    : NULL;
}

CFPropertyListRef CFPreferencesCopyAppValue(CFStringRef key, CFStringRef application)
{
	CFMutableDictionaryRef values;
	CFTypeRef value = NULL;

	KC_CF_REQUIRE_TYPE(key, CFString);
	KC_CF_REQUIRE_TYPE(application, CFString);
	pthread_mutex_lock(&lock);
	values = find_inlock(application);
	if (values)
		value = CFDictionaryGetValue(values, key);
	if (value)
		CFRetain(value);
	pthread_mutex_unlock(&lock);
	return value;
}

CFPropertyListRef CFPreferencesCopyValue(
	CFStringRef key, CFStringRef application, CFStringRef user, CFStringRef host)
{
	(void)user;
	(void)host;
	return CFPreferencesCopyAppValue(key, application);
}

CFIndex CFPreferencesGetAppIntegerValue(
	CFStringRef key, CFStringRef application, Boolean *ret_is_valid)
{
	CFTypeRef value = CFPreferencesCopyAppValue(key, application);
	bool is_valid =
		_kc_cf_is(value, KC_CF_TYPE_CFNumber) || _kc_cf_is(value, KC_CF_TYPE_CFBoolean);
	CFIndex number = 0;

	if (is_valid)
		is_valid = CFNumberGetValue(value, kCFNumberCFIndexType, &number);
	if (value)
		CFRelease(value);
	if (ret_is_valid)
		*ret_is_valid = is_valid;
	return is_valid ? number : 0;
}

Boolean CFPreferencesGetAppBooleanValue(
	CFStringRef key, CFStringRef application, Boolean *ret_is_valid)
{
	return CFPreferencesGetAppIntegerValue(key, application, ret_is_valid) != 0;
}

void CFPreferencesSetAppValue(CFStringRef key, CFPropertyListRef value, CFStringRef application)
{
	CFMutableDictionaryRef values;

	KC_CF_REQUIRE_TYPE(key, CFString);
	KC_CF_REQUIRE_TYPE(application, CFString);
	pthread_mutex_lock(&lock);
	if (!applications)
		applications = must_create();
	values = find_inlock(application);
	if (!values) {
		values = must_create();
		CFDictionarySetValue(applications, application, values);
		CFRelease(values);
	}
	if (value)
		CFDictionarySetValue(values, key, value);
	else
		CFDictionaryRemoveValue(values, key);
	pthread_mutex_unlock(&lock);
}

Boolean CFPreferencesAppSynchronize(CFStringRef application)
{
	KC_CF_REQUIRE_TYPE(application, CFString);
	return false;
}
