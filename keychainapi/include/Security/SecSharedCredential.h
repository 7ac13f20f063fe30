/* SPDX-License-Identifier: ISC */
/* The word of shared web credentials. */
#ifndef SECURITY_SECSHAREDCREDENTIAL_H
#define SECURITY_SECSHAREDCREDENTIAL_H

#include <Security/SecBase.h>

CF_EXTERN_C_BEGIN

CF_EXPORT const CFStringRef kSecSharedPassword;

CF_EXTERN_C_END

#endif
