/* SPDX-License-Identifier: ISC */
/* Keychains: what is outside Apple's public interface. */
#ifndef SECURITY_SECKEYCHAINPRIV_H
#define SECURITY_SECKEYCHAINPRIV_H

#include <Security/SecKeychain.h>

CF_EXTERN_C_BEGIN

/* errSecAuthFailed when the old password is wrong. */
CF_EXPORT OSStatus SecKeychainChangePassword(SecKeychainRef keychainRef, UInt32 oldPasswordLength,
	const void *oldPassword, UInt32 newPasswordLength, const void *newPassword) SEC_DEPRECATED;

CF_EXTERN_C_END

#endif
