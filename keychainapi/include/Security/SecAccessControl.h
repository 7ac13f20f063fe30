/* SPDX-License-Identifier: ISC */
/* When an item may be read, and what must be done to read it. */
#ifndef SECURITY_SECACCESSCONTROL_H
#define SECURITY_SECACCESSCONTROL_H

#include <Security/SecBase.h>

CF_EXTERN_C_BEGIN

typedef CFOptionFlags SecAccessControlCreateFlags;

/* The last is more than an int holds, which ISO C keeps from enumerations. */
__extension__ enum {
	kSecAccessControlUserPresence = 1u << 0,
	kSecAccessControlBiometryAny = 1u << 1,
	kSecAccessControlTouchIDAny = kSecAccessControlBiometryAny,
	kSecAccessControlBiometryCurrentSet = 1u << 3,
	kSecAccessControlTouchIDCurrentSet = kSecAccessControlBiometryCurrentSet,
	kSecAccessControlDevicePasscode = 1u << 4,
	kSecAccessControlWatch = 1u << 5,
	kSecAccessControlCompanion = kSecAccessControlWatch,
	kSecAccessControlOr = 1u << 14,
	kSecAccessControlAnd = 1u << 15,
	kSecAccessControlPrivateKeyUsage = 1u << 30,
	kSecAccessControlApplicationPassword = 1u << 31
};

CF_EXPORT CFTypeID SecAccessControlGetTypeID(void);

/*
 * An access control with constraints; protection is one of kSecAttrAccessible…. NULL with
 * errSecParam in error (which may be NULL) for another protection and for flags that exclude each
 * other. Keycircle has nobody who could check a constraint, so the item calls answer such an object
 * with errSecUnimplemented rather than store an item less protected than asked for.
 */
CF_EXPORT SecAccessControlRef SecAccessControlCreateWithFlags(CFAllocatorRef allocator,
	CFTypeRef protection, SecAccessControlCreateFlags flags, CFErrorRef *error);

CF_EXTERN_C_END

#endif
