/* SPDX-License-Identifier: ISC */
/* Identities: what is outside Apple's public interface. */
#ifndef SECURITY_SECIDENTITYPRIV_H
#define SECURITY_SECIDENTITYPRIV_H

#include <Security/SecIdentity.h>

CF_EXTERN_C_BEGIN

/* NULL when an argument is missing or of another class, and when the key is not the private half of
 * the certificate's public key. */
CF_EXPORT SecIdentityRef SecIdentityCreate(
	CFAllocatorRef allocator, SecCertificateRef certificate, SecKeyRef privateKey);

CF_EXTERN_C_END

#endif
