/* SPDX-License-Identifier: ISC */
/*
 * Bundles, of which this system has none: the main bundle is NULL, and what is asked of NULL is
 * NULL. A localized text is the text that the program has.
 */
#ifndef COREFOUNDATION_CFBUNDLE_H
#define COREFOUNDATION_CFBUNDLE_H

#include <CoreFoundation/CFBase.h>
#include <CoreFoundation/CFDictionary.h>
#include <CoreFoundation/CFString.h>
#include <CoreFoundation/CFURL.h>

CF_EXTERN_C_BEGIN

CF_DECLARE_REF(CFBundleRef, struct __CFBundle);

CF_EXPORT const CFStringRef kCFBundleIdentifierKey;
CF_EXPORT const CFStringRef kCFBundleNameKey;
CF_EXPORT const CFStringRef kCFBundleVersionKey;
CF_EXPORT const CFStringRef kCFBundleExecutableKey;

CF_EXPORT CFBundleRef CFBundleGetMainBundle(void);
CF_EXPORT CFBundleRef CFBundleGetBundleWithIdentifier(CFStringRef identifier);

CF_EXPORT CFStringRef CFBundleGetIdentifier(CFBundleRef bundle);
CF_EXPORT UInt32 CFBundleGetVersionNumber(CFBundleRef bundle); /* 0 */
CF_EXPORT CFDictionaryRef CFBundleGetInfoDictionary(CFBundleRef bundle);
CF_EXPORT CFTypeRef CFBundleGetValueForInfoDictionaryKey(CFBundleRef bundle, CFStringRef key);
CF_EXPORT CFURLRef CFBundleCopyBundleURL(CFBundleRef bundle);
CF_EXPORT CFURLRef CFBundleCopyExecutableURL(CFBundleRef bundle);
CF_EXPORT CFURLRef CFBundleCopyResourceURL(
	CFBundleRef bundle, CFStringRef name, CFStringRef type, CFStringRef subdirectory);
CF_EXPORT void *CFBundleGetFunctionPointerForName(CFBundleRef bundle, CFStringRef name);

/* The value, or the key when the value is NULL or empty. */
CF_EXPORT CFStringRef CFBundleCopyLocalizedString(
	CFBundleRef bundle, CFStringRef key, CFStringRef value, CFStringRef table);

#define CFCopyLocalizedString(key, comment) \
	CFBundleCopyLocalizedString(CFBundleGetMainBundle(), (key), (key), NULL)
#define CFCopyLocalizedStringFromTable(key, table, comment) \
	CFBundleCopyLocalizedString(CFBundleGetMainBundle(), (key), (key), (table))
#define CFCopyLocalizedStringFromTableInBundle(key, table, bundle, comment) \
	CFBundleCopyLocalizedString((bundle), (key), (key), (table))

CF_EXTERN_C_END

#endif
