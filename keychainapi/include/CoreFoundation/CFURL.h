/* SPDX-License-Identifier: ISC */
/*
 * URLs (RFC 3986), and paths of files as URLs. A URL is an absolute one, or a relative one with the
 * base that it is relative to. Calls that give a part give it with its percent escapes, unless they
 * say otherwise.
 *
 * Not here: resource properties and bookmarks; CFURLAccess.h reads and writes whole files.
 */
#ifndef COREFOUNDATION_CFURL_H
#define COREFOUNDATION_CFURL_H

#include <CoreFoundation/CFBase.h>
#include <CoreFoundation/CFData.h>
#include <CoreFoundation/CFError.h>
#include <CoreFoundation/CFString.h>

CF_EXTERN_C_BEGIN

CF_DECLARE_REF(CFURLRef, const struct __CFURL);

typedef CFIndex CFURLPathStyle;
enum {
	kCFURLPOSIXPathStyle = 0,
	kCFURLHFSPathStyle = 1, /* not known here: calls give NULL */
	kCFURLWindowsPathStyle = 2
};

CF_EXPORT CFTypeID CFURLGetTypeID(void);

/* --- making ---------------------------------------------------------------------------------- */

/* NULL for text with a character that belongs percent-escaped, and for "" without a base. */
CF_EXPORT CFURLRef CFURLCreateWithString(
	CFAllocatorRef allocator, CFStringRef string, CFURLRef base);
CF_EXPORT CFURLRef CFURLCreateWithBytes(CFAllocatorRef allocator, const UInt8 *bytes,
	CFIndex length, CFStringEncoding encoding, CFURLRef base);

/*
 * The file URL of a path; one of a directory ends in a slash. A path that is not absolute is
 * relative to the base, or without one to the current directory. NULL for an empty path.
 */
CF_EXPORT CFURLRef CFURLCreateWithFileSystemPath(
	CFAllocatorRef allocator, CFStringRef path, CFURLPathStyle style, Boolean is_directory);
CF_EXPORT CFURLRef CFURLCreateWithFileSystemPathRelativeToBase(CFAllocatorRef allocator,
	CFStringRef path, CFURLPathStyle style, Boolean is_directory, CFURLRef base);

/* The same from a path's own bytes, whatever they are. */
CF_EXPORT CFURLRef CFURLCreateFromFileSystemRepresentation(
	CFAllocatorRef allocator, const UInt8 *path, CFIndex length, Boolean is_directory);
CF_EXPORT CFURLRef CFURLCreateFromFileSystemRepresentationRelativeToBase(CFAllocatorRef allocator,
	const UInt8 *path, CFIndex length, Boolean is_directory, CFURLRef base);

/* Resolved against its base; the URL itself when it is absolute. */
CF_EXPORT CFURLRef CFURLCopyAbsoluteURL(CFURLRef url);

/* With the last component of its path changed; NULL when the URL has no path to change. */
CF_EXPORT CFURLRef CFURLCreateCopyAppendingPathComponent(
	CFAllocatorRef allocator, CFURLRef url, CFStringRef component, Boolean is_directory);
CF_EXPORT CFURLRef CFURLCreateCopyDeletingLastPathComponent(CFAllocatorRef allocator, CFURLRef url);
CF_EXPORT CFURLRef CFURLCreateCopyAppendingPathExtension(
	CFAllocatorRef allocator, CFURLRef url, CFStringRef extension);
CF_EXPORT CFURLRef CFURLCreateCopyDeletingPathExtension(CFAllocatorRef allocator, CFURLRef url);

/* --- reading --------------------------------------------------------------------------------- */

/* Without the base; both live as long as the URL. The base is NULL for an absolute URL. */
CF_EXPORT CFStringRef CFURLGetString(CFURLRef url);
CF_EXPORT CFURLRef CFURLGetBaseURL(CFURLRef url);

/* The string's bytes; returns how many, which a NULL buffer only counts, or -1 without room. */
CF_EXPORT CFIndex CFURLGetBytes(CFURLRef url, UInt8 *ret_buffer, CFIndex size);

/* Whether the part behind the scheme has an inner form: "mailto:ana@example.org" has none. */
CF_EXPORT Boolean CFURLCanBeDecomposed(CFURLRef url);

/* NULL, or -1, for a part that is not there. Relative URLs take these from their base. */
CF_EXPORT CFStringRef CFURLCopyScheme(CFURLRef url);
CF_EXPORT CFStringRef CFURLCopyNetLocation(CFURLRef url); /* user:password@host:port */
CF_EXPORT CFStringRef CFURLCopyHostName(CFURLRef url);	  /* unescaped, without [ ] */
CF_EXPORT SInt32 CFURLGetPortNumber(CFURLRef url);
CF_EXPORT CFStringRef CFURLCopyUserName(CFURLRef url); /* unescaped */
CF_EXPORT CFStringRef CFURLCopyPassword(CFURLRef url); /* unescaped */

/* These are the URL's own. The strict path has no slash at its start. */
CF_EXPORT CFStringRef CFURLCopyPath(CFURLRef url);
CF_EXPORT CFStringRef CFURLCopyStrictPath(CFURLRef url, Boolean *ret_is_absolute);
CF_EXPORT Boolean CFURLHasDirectoryPath(CFURLRef url);
CF_EXPORT CFStringRef CFURLCopyLastPathComponent(CFURLRef url); /* unescaped; never NULL */
CF_EXPORT CFStringRef CFURLCopyPathExtension(CFURLRef url);	/* unescaped */

/* What follows the path, or the scheme of a URL that cannot be decomposed. */
CF_EXPORT CFStringRef CFURLCopyResourceSpecifier(CFURLRef url);

/* Unescaped as by CFURLCreateStringByReplacingPercentEscapes. */
CF_EXPORT CFStringRef CFURLCopyQueryString(CFURLRef url, CFStringRef leave_escaped);
CF_EXPORT CFStringRef CFURLCopyFragment(CFURLRef url, CFStringRef leave_escaped);

/*
 * The path as the system wants it: unescaped, without a slash at its end, NUL-terminated in the
 * buffer. False, or NULL, when it does not fit, has a NUL in it or, for the string, is not UTF-8.
 */
CF_EXPORT Boolean CFURLGetFileSystemRepresentation(
	CFURLRef url, Boolean resolve_against_base, UInt8 *ret_buffer, CFIndex size);
CF_EXPORT CFStringRef CFURLCopyFileSystemPath(CFURLRef url, CFURLPathStyle style);

/* Whether there is such a file; else an error of the POSIX domain (unless NULL). */
CF_EXPORT Boolean CFURLResourceIsReachable(CFURLRef url, CFErrorRef *ret_error);

/* --- percent escapes ------------------------------------------------------------------------- */

/*
 * Escapes what is not legal in URLs, in the encoding's bytes: all but letters, digits and
 * -_.!~*'();/?:@&=+$, and the characters of leave_unescaped; also those of escape_too. Either may
 * be NULL. NULL when the encoding lacks a character.
 */
CF_EXPORT CFStringRef CFURLCreateStringByAddingPercentEscapes(CFAllocatorRef allocator,
	CFStringRef string, CFStringRef leave_unescaped, CFStringRef escape_too,
	CFStringEncoding encoding);

/*
 * Unescapes all but the characters of leave_escaped; "" leaves none, and NULL leaves them all. NULL
 * when what comes out is not text in the encoding, the first call's being UTF-8.
 */
CF_EXPORT CFStringRef CFURLCreateStringByReplacingPercentEscapes(
	CFAllocatorRef allocator, CFStringRef string, CFStringRef leave_escaped);
CF_EXPORT CFStringRef CFURLCreateStringByReplacingPercentEscapesUsingEncoding(
	CFAllocatorRef allocator, CFStringRef string, CFStringRef leave_escaped,
	CFStringEncoding encoding);

CF_EXTERN_C_END

#endif
