/* SPDX-License-Identifier: ISC */
/*
 * Property lists: strings, data, numbers, truth values, dates, and arrays and dictionaries of them,
 * as documents. Not here: the old OpenStep text, and streams.
 */
#ifndef COREFOUNDATION_CFPROPERTYLIST_H
#define COREFOUNDATION_CFPROPERTYLIST_H

#include <CoreFoundation/CFBase.h>
#include <CoreFoundation/CFData.h>
#include <CoreFoundation/CFError.h>
#include <CoreFoundation/CFString.h>

CF_EXTERN_C_BEGIN

typedef CFOptionFlags CFPropertyListMutabilityOptions;
enum {
	kCFPropertyListImmutable = 0,
	kCFPropertyListMutableContainers = 1,
	kCFPropertyListMutableContainersAndLeaves = 2
};

typedef CFIndex CFPropertyListFormat;
enum {
	kCFPropertyListOpenStepFormat = 1, /* not known here */
	kCFPropertyListXMLFormat_v1_0 = 100,
	kCFPropertyListBinaryFormat_v1_0 = 200
};

/* Codes of errors in the domain kCFErrorDomainCocoa; their description says what is wrong where. */
enum {
	kCFPropertyListReadCorruptError = 3840,
	kCFPropertyListReadUnknownVersionError = 3841,
	kCFPropertyListReadStreamError = 3842,
	kCFPropertyListWriteStreamError = 3851
};

/* Whether all of it has a form in the format, down to a depth of 512. */
CF_EXPORT Boolean CFPropertyListIsValid(CFPropertyListRef list, CFPropertyListFormat format);

/* A copy all the way down, as mutable as the option says; NULL for what is not a property list. */
CF_EXPORT CFPropertyListRef CFPropertyListCreateDeepCopy(
	CFAllocatorRef allocator, CFPropertyListRef list, CFOptionFlags option);

/*
 * The list in a document of either format, which is told (unless NULL). Of a document with errors
 * NULL, and the reason (unless NULL), which is the caller's to release. What follows the document
 * is not looked at in XML. Whole numbers come as SInt64; real ones as Float64, or as Float32 where
 * a binary document says so.
 */
CF_EXPORT CFPropertyListRef CFPropertyListCreateWithData(CFAllocatorRef allocator, CFDataRef data,
	CFOptionFlags options, CFPropertyListFormat *ret_format, CFErrorRef *ret_error);
CF_EXPORT CFPropertyListRef CFPropertyListCreateFromXMLData(CFAllocatorRef allocator,
	CFDataRef data, CFOptionFlags option, CFStringRef *ret_error_text);

/*
 * A document of the list; keys are in their order as strings. NULL when it is not valid. The binary
 * form is exact; XML has dates of whole seconds, and of a Float32 eight digits.
 */
CF_EXPORT CFDataRef CFPropertyListCreateData(CFAllocatorRef allocator, CFPropertyListRef list,
	CFPropertyListFormat format, CFOptionFlags options, CFErrorRef *ret_error);
CF_EXPORT CFDataRef CFPropertyListCreateXMLData(CFAllocatorRef allocator, CFPropertyListRef list);

CF_EXTERN_C_END

#endif
