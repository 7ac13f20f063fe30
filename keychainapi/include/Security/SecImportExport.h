/* SPDX-License-Identifier: ISC */
/* The words of import options and results. */
#ifndef SECURITY_SECIMPORTEXPORT_H
#define SECURITY_SECIMPORTEXPORT_H

#include <Security/SecBase.h>

CF_EXTERN_C_BEGIN

/* Options. */
CF_EXPORT const CFStringRef kSecImportExportPassphrase;
CF_EXPORT const CFStringRef kSecImportToMemoryOnly;

/* Keys of a result. */
CF_EXPORT const CFStringRef kSecImportItemLabel;
CF_EXPORT const CFStringRef kSecImportItemKeyID;
CF_EXPORT const CFStringRef kSecImportItemTrust;
CF_EXPORT const CFStringRef kSecImportItemCertChain;
CF_EXPORT const CFStringRef kSecImportItemIdentity;

CF_EXTERN_C_END

#endif
