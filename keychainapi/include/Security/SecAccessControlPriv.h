/* SPDX-License-Identifier: ISC */
/* Access controls outside Apple's public interface: made and read piece by piece. */
#ifndef SECURITY_SECACCESSCONTROLPRIV_H
#define SECURITY_SECACCESSCONTROLPRIV_H

#include <Security/SecAccessControl.h>

CF_EXTERN_C_BEGIN

/* An access control without constraints or protection. */
CF_EXPORT SecAccessControlRef SecAccessControlCreate(CFAllocatorRef allocator, CFErrorRef *error);
/* Sets one of kSecAttrAccessible…; false with errSecParam in error for anything else. */
CF_EXPORT Boolean SecAccessControlSetProtection(
	SecAccessControlRef access_control, CFTypeRef protection, CFErrorRef *error);
/* Borrowed; NULL when none was set. */
CF_EXPORT CFTypeRef SecAccessControlGetProtection(SecAccessControlRef access_control);

CF_EXTERN_C_END

#endif
