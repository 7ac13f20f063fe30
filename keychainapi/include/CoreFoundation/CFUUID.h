/* SPDX-License-Identifier: ISC */
/* Universally unique identifiers: 16 bytes (RFC 4122). */
#ifndef COREFOUNDATION_CFUUID_H
#define COREFOUNDATION_CFUUID_H

#include <CoreFoundation/CFBase.h>

CF_EXTERN_C_BEGIN

CF_DECLARE_REF(CFUUIDRef, const struct __CFUUID);

typedef struct {
	UInt8 byte0, byte1, byte2, byte3, byte4, byte5, byte6, byte7;
	UInt8 byte8, byte9, byte10, byte11, byte12, byte13, byte14, byte15;
} CFUUIDBytes;

CF_EXPORT CFTypeID CFUUIDGetTypeID(void);

/* A new random one (version 4). */
CF_EXPORT CFUUIDRef CFUUIDCreate(CFAllocatorRef allocator);
CF_EXPORT CFUUIDRef CFUUIDCreateFromUUIDBytes(CFAllocatorRef allocator, CFUUIDBytes bytes);

/* From the form 8-4-4-4-12 in hex of either case; NULL for any other text. */
CF_EXPORT CFUUIDRef CFUUIDCreateFromString(CFAllocatorRef allocator, CFStringRef string);

/* That form in upper case. */
CF_EXPORT CFStringRef CFUUIDCreateString(CFAllocatorRef allocator, CFUUIDRef uuid);
CF_EXPORT CFUUIDBytes CFUUIDGetUUIDBytes(CFUUIDRef uuid);

CF_EXTERN_C_END

#endif
