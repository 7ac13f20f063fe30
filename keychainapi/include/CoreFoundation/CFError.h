/* SPDX-License-Identifier: ISC */
/* Errors: a domain, a code in it, and facts about the case in a dictionary. */
#ifndef COREFOUNDATION_CFERROR_H
#define COREFOUNDATION_CFERROR_H

#include <CoreFoundation/CFBase.h>
#include <CoreFoundation/CFDictionary.h>

CF_EXTERN_C_BEGIN

CF_DECLARE_REF(CFErrorRef, struct __CFError);
typedef CFStringRef CFErrorDomain;

CF_EXPORT const CFStringRef kCFErrorDomainPOSIX; /* codes are errno values */
CF_EXPORT const CFStringRef kCFErrorDomainOSStatus;
CF_EXPORT const CFStringRef kCFErrorDomainMach;
CF_EXPORT const CFStringRef kCFErrorDomainCocoa;

/* Keys of the dictionary; the values are strings but where it says otherwise. */
CF_EXPORT const CFStringRef kCFErrorLocalizedDescriptionKey;
CF_EXPORT const CFStringRef kCFErrorLocalizedFailureReasonKey;
CF_EXPORT const CFStringRef kCFErrorLocalizedRecoverySuggestionKey;
CF_EXPORT const CFStringRef kCFErrorDescriptionKey;
CF_EXPORT const CFStringRef kCFErrorUnderlyingErrorKey; /* a CFError */
CF_EXPORT const CFStringRef kCFErrorFilePathKey;
CF_EXPORT const CFStringRef kCFErrorURLKey; /* a CFURL */
CF_EXPORT const CFStringRef kCFErrorLocalizedFailureKey;

CF_EXPORT CFTypeID CFErrorGetTypeID(void);

/* The dictionary is copied; NULL is an empty one. */
CF_EXPORT CFErrorRef CFErrorCreate(
	CFAllocatorRef allocator, CFErrorDomain domain, CFIndex code, CFDictionaryRef user_info);
CF_EXPORT CFErrorRef CFErrorCreateWithUserInfoKeysAndValues(CFAllocatorRef allocator,
	CFErrorDomain domain, CFIndex code, const void *const *keys, const void *const *values,
	CFIndex count);

CF_EXPORT CFErrorDomain CFErrorGetDomain(CFErrorRef error);
CF_EXPORT CFIndex CFErrorGetCode(CFErrorRef error);
CF_EXPORT CFDictionaryRef CFErrorCopyUserInfo(CFErrorRef error); /* never NULL */

/* A sentence for the user, made from what the dictionary holds; never NULL. */
CF_EXPORT CFStringRef CFErrorCopyDescription(CFErrorRef error);

/* As the dictionary has them; the reason of a POSIX error is strerror's text. NULL when unknown. */
CF_EXPORT CFStringRef CFErrorCopyFailureReason(CFErrorRef error);
CF_EXPORT CFStringRef CFErrorCopyRecoverySuggestion(CFErrorRef error);

CF_EXTERN_C_END

#endif
