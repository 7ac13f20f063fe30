/* SPDX-License-Identifier: ISC */
/*
 * Identities: a certificate, and the private key of its public key.
 *
 * The keychain has no items of this kind: a certificate and a private key that are both there are
 * an identity, which is found with kSecClassIdentity.
 */
#ifndef SECURITY_SECIDENTITY_H
#define SECURITY_SECIDENTITY_H

#include <Security/SecBase.h>
#include <Security/SecCertificate.h>

CF_EXTERN_C_BEGIN

CF_EXPORT CFTypeID SecIdentityGetTypeID(void);

/* The parts, for the caller to release. errSecParam for what is no identity. */
CF_EXPORT OSStatus SecIdentityCopyCertificate(
	SecIdentityRef identityRef, SecCertificateRef *certificateRef);
CF_EXPORT OSStatus SecIdentityCopyPrivateKey(SecIdentityRef identityRef, SecKeyRef *privateKeyRef);

CF_EXTERN_C_END

#endif
