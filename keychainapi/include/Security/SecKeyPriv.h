/* SPDX-License-Identifier: ISC */
/* Words of key dictionaries outside Apple's public interface. */
#ifndef SECURITY_SECKEYPRIV_H
#define SECURITY_SECKEYPRIV_H

#include <Security/SecKey.h>

CF_EXTERN_C_BEGIN

/* Key generation. */
CF_EXPORT const CFStringRef kSecKeyApplePayEnabled;
CF_EXPORT const CFStringRef kSecKeyOSBound;
CF_EXPORT const CFStringRef kSecKeySealedHashesBound;

/* Parameters of encryption. */
CF_EXPORT const CFStringRef kSecKeyEncryptionParameterSymmetricKeySizeInBits;
CF_EXPORT const CFStringRef kSecKeyEncryptionParameterSymmetricAAD;
CF_EXPORT const CFStringRef kSecKeyEncryptionParameterRecryptParameters;
CF_EXPORT const CFStringRef kSecKeyEncryptionParameterRecryptCertificate;

CF_EXTERN_C_END

#endif
