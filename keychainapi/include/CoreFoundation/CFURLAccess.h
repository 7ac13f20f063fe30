/* SPDX-License-Identifier: ISC */
/* Whole files by their URLs. Other schemes than "file" are not served. */
#ifndef COREFOUNDATION_CFURLACCESS_H
#define COREFOUNDATION_CFURLACCESS_H

#include <CoreFoundation/CFArray.h>
#include <CoreFoundation/CFBase.h>
#include <CoreFoundation/CFData.h>
#include <CoreFoundation/CFDictionary.h>
#include <CoreFoundation/CFURL.h>

CF_EXTERN_C_BEGIN

typedef CFIndex CFURLError;
enum {
	kCFURLUnknownError = -10,
	kCFURLUnknownSchemeError = -11,
	kCFURLResourceNotFoundError = -12,
	kCFURLResourceAccessViolationError = -13,
	kCFURLRemoteHostUnavailableError = -14, /* does not occur here */
	kCFURLImproperArgumentsError = -15,
	kCFURLUnknownPropertyKeyError = -16,
	kCFURLPropertyKeyUnavailableError = -17,
	kCFURLTimeoutError = -18 /* does not occur here */
};

/* Properties of files: a CFBoolean, an array of CFURL, numbers and a date. */
CF_EXPORT const CFStringRef kCFURLFileExists;
CF_EXPORT const CFStringRef kCFURLFileDirectoryContents;
CF_EXPORT const CFStringRef kCFURLFileLength;
CF_EXPORT const CFStringRef kCFURLFileLastModificationTime;
CF_EXPORT const CFStringRef kCFURLFilePOSIXMode;
CF_EXPORT const CFStringRef kCFURLFileOwnerID;

/*
 * Reads the file's bytes and its properties, the desired ones or, for NULL, all; each output may be
 * NULL, and is a new object or NULL. False, with the reason in ret_error (unless NULL), when
 * something wanted could not be had.
 */
CF_EXPORT Boolean CFURLCreateDataAndPropertiesFromResource(CFAllocatorRef allocator, CFURLRef url,
	CFDataRef *ret_data, CFDictionaryRef *ret_properties, CFArrayRef desired_properties,
	SInt32 *ret_error);
CF_EXPORT CFTypeRef CFURLCreatePropertyFromResource(
	CFAllocatorRef allocator, CFURLRef url, CFStringRef property, SInt32 *ret_error);

/* Writes the bytes (unless NULL), then the one property that can be set, kCFURLFilePOSIXMode. */
CF_EXPORT Boolean CFURLWriteDataAndPropertiesToResource(
	CFURLRef url, CFDataRef data, CFDictionaryRef properties, SInt32 *ret_error);

/* Removes a file or an empty directory. */
CF_EXPORT Boolean CFURLDestroyResource(CFURLRef url, SInt32 *ret_error);

CF_EXTERN_C_END

#endif
