/* SPDX-License-Identifier: ISC */
/* The words of requirements on generated passwords. */
#ifndef SECURITY_SECPASSWORDGENERATE_H
#define SECURITY_SECPASSWORDGENERATE_H

#include <Security/SecBase.h>

CF_EXTERN_C_BEGIN

/* The first two have the same text, on Apple's systems too. */
CF_EXPORT const CFStringRef kSecPasswordMinLength;
CF_EXPORT const CFStringRef kSecPasswordMaxLength;
CF_EXPORT const CFStringRef kSecPasswordAllowedCharacters;
CF_EXPORT const CFStringRef kSecPasswordRequiredCharacters;

CF_EXTERN_C_END

#endif
