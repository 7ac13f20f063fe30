/* SPDX-License-Identifier: ISC */
/* Preferences of programs, of which this system has no store. */
#ifndef COREFOUNDATION_CFPREFERENCES_H
#define COREFOUNDATION_CFPREFERENCES_H

#include <CoreFoundation/CFBase.h>

CF_EXTERN_C_BEGIN

CF_EXPORT const CFStringRef kCFPreferencesCurrentApplication;

/* The value that was set for the key: none can be, so the answer is NULL and defaults apply. */
CF_EXPORT CFPropertyListRef CFPreferencesCopyAppValue(CFStringRef key, CFStringRef application);

CF_EXTERN_C_END

#endif
