/* SPDX-License-Identifier: ISC */
/* The words of key dictionaries. */
#ifndef SECURITY_SECKEY_H
#define SECURITY_SECKEY_H

#include <Security/SecBase.h>

CF_EXTERN_C_BEGIN

/* Sub-dictionaries of a request for a key pair. */
CF_EXPORT const CFStringRef kSecPrivateKeyAttrs;
CF_EXPORT const CFStringRef kSecPublicKeyAttrs;

/* Parameters of a key agreement. */
CF_EXPORT const CFStringRef kSecKeyKeyExchangeParameterRequestedSize;
CF_EXPORT const CFStringRef kSecKeyKeyExchangeParameterSharedInfo;

CF_EXTERN_C_END

#endif
