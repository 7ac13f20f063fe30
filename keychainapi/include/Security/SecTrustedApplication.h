/* SPDX-License-Identifier: ISC */
/* A program that an access object lists. Kept and given back; the service decides by what the
 * kernel says of a program, not by these. */
#ifndef SECURITY_SECTRUSTEDAPPLICATION_H
#define SECURITY_SECTRUSTEDAPPLICATION_H

#include <Security/SecBase.h>

CF_EXTERN_C_BEGIN

CF_EXPORT CFTypeID SecTrustedApplicationGetTypeID(void);

/* NULL is the program that calls. */
CF_EXPORT OSStatus SecTrustedApplicationCreateFromPath(
	const char *path, SecTrustedApplicationRef *app) SEC_DEPRECATED;

/* The path with its NUL, as data. */
CF_EXPORT OSStatus SecTrustedApplicationCopyData(
	SecTrustedApplicationRef appRef, CFDataRef *data) SEC_DEPRECATED;
CF_EXPORT OSStatus SecTrustedApplicationSetData(
	SecTrustedApplicationRef appRef, CFDataRef data) SEC_DEPRECATED;

CF_EXTERN_C_END

#endif
