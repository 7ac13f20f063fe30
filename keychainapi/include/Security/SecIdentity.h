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

/* The identity of a certificate whose private key is in one of the keychains: a keychain, an array
 * of them, or NULL for those of the search list. errSecItemNotFound when the key is in none. */
CF_EXPORT OSStatus SecIdentityCreateWithCertificate(
	CFTypeRef keychainOrArray, SecCertificateRef certificateRef, SecIdentityRef *identityRef);

/* --- preferences ----------------------------------------------------------------------------- */

/*
 * Which identity to use with somebody or something of that name, a URL or an e-mail address
 * perhaps. A preference may be for one use of keys only: an array of kSecAttrCan... constants, or
 * the bits of CSSM_KEYUSE; NULL and 0 are any. validIssuers are names in DER, one of which its
 * certificate must come from (kSecMatchIssuers), or NULL. What is preferred must be in the
 * keychain. NULL as identity takes the preference back. NULL and errSecItemNotFound where there is
 * none.
 */
CF_EXPORT SecIdentityRef SecIdentityCopyPreferred(
	CFStringRef name, CFArrayRef keyUsage, CFArrayRef validIssuers);
CF_EXPORT OSStatus SecIdentitySetPreferred(
	SecIdentityRef identity, CFStringRef name, CFArrayRef keyUsage);
CF_EXPORT OSStatus SecIdentityCopyPreference(CFStringRef name, CSSM_KEYUSE keyUsage,
	CFArrayRef validIssuers, SecIdentityRef *identity) SEC_DEPRECATED;
CF_EXPORT OSStatus SecIdentitySetPreference(
	SecIdentityRef identity, CFStringRef name, CSSM_KEYUSE keyUsage) SEC_DEPRECATED;

/*
 * The identity of this computer for a domain, which is one of these or any other text. It is a
 * preference of the user like those above; there is no keychain of the system. Copy gives that of
 * kSecIdentityDomainDefault where the domain has none, and in actualDomain (which may be NULL)
 * whose it is.
 */
CF_EXPORT const CFStringRef kSecIdentityDomainDefault;
CF_EXPORT const CFStringRef kSecIdentityDomainKerberosKDC;
CF_EXPORT OSStatus SecIdentityCopySystemIdentity(
	CFStringRef domain, SecIdentityRef *idRef, CFStringRef *actualDomain);
CF_EXPORT OSStatus SecIdentitySetSystemIdentity(CFStringRef domain, SecIdentityRef idRef);

CF_EXTERN_C_END

#endif
