/* SPDX-License-Identifier: ISC */
/*
 * Preferences of programs, of which this system has no store: none is found but those that the same
 * process has set, and they end with it.
 */
#ifndef COREFOUNDATION_CFPREFERENCES_H
#define COREFOUNDATION_CFPREFERENCES_H

#include <CoreFoundation/CFBase.h>

CF_EXTERN_C_BEGIN

CF_EXPORT const CFStringRef kCFPreferencesCurrentApplication;
CF_EXPORT const CFStringRef kCFPreferencesAnyApplication;
CF_EXPORT const CFStringRef kCFPreferencesCurrentUser;
CF_EXPORT const CFStringRef kCFPreferencesAnyUser;
CF_EXPORT const CFStringRef kCFPreferencesCurrentHost;
CF_EXPORT const CFStringRef kCFPreferencesAnyHost;

/* The value that was set for the key, or NULL, where defaults apply. */
CF_EXPORT CFPropertyListRef CFPreferencesCopyAppValue(CFStringRef key, CFStringRef application);
CF_EXPORT CFPropertyListRef CFPreferencesCopyValue(
	CFStringRef key, CFStringRef application, CFStringRef user, CFStringRef host);

/* A CFBoolean or CFNumber as a C value; 0 and not valid for anything else. */
CF_EXPORT Boolean CFPreferencesGetAppBooleanValue(
	CFStringRef key, CFStringRef application, Boolean *ret_is_valid);
CF_EXPORT CFIndex CFPreferencesGetAppIntegerValue(
	CFStringRef key, CFStringRef application, Boolean *ret_is_valid);

/* NULL removes it. */
CF_EXPORT void CFPreferencesSetAppValue(
	CFStringRef key, CFPropertyListRef value, CFStringRef application);

/* False: nothing is kept. */
CF_EXPORT Boolean CFPreferencesAppSynchronize(CFStringRef application);

CF_EXTERN_C_END

#endif
