/* SPDX-License-Identifier: ISC */
/*
 * Policies: what a certificate has to be good for when SecTrust judges it.
 *
 * A policy is immutable, but for the deprecated functions at the end. Two are equal when they ask
 * for the same.
 */
#ifndef SECURITY_SECPOLICY_H
#define SECURITY_SECPOLICY_H

#include <Security/SecBase.h>

CF_EXTERN_C_BEGIN

CF_EXPORT CFTypeID SecPolicyGetTypeID(void);

/* --- what there is --------------------------------------------------------------------------- */

/* Of these, policies can be made of X509Basic, SSL, SMIME, EAP, IPsec, CodeSigning, TimeStamping
 * and Revocation. The others ask for what only certificates of Apple's own have. */
CF_EXPORT const CFStringRef kSecPolicyAppleX509Basic;
CF_EXPORT const CFStringRef kSecPolicyAppleSSL;
CF_EXPORT const CFStringRef kSecPolicyAppleSMIME;
CF_EXPORT const CFStringRef kSecPolicyAppleEAP;
CF_EXPORT const CFStringRef kSecPolicyAppleIPsec;
CF_EXPORT const CFStringRef kSecPolicyAppleiChat;
CF_EXPORT const CFStringRef kSecPolicyApplePKINITClient;
CF_EXPORT const CFStringRef kSecPolicyApplePKINITServer;
CF_EXPORT const CFStringRef kSecPolicyAppleCodeSigning;
CF_EXPORT const CFStringRef kSecPolicyApplePackageSigning;
CF_EXPORT const CFStringRef kSecPolicyAppleIDValidation;
CF_EXPORT const CFStringRef kSecPolicyMacAppStoreReceipt;
CF_EXPORT const CFStringRef kSecPolicyAppleTimeStamping;
CF_EXPORT const CFStringRef kSecPolicyAppleRevocation;
CF_EXPORT const CFStringRef kSecPolicyApplePassbookSigning;
CF_EXPORT const CFStringRef kSecPolicyApplePayIssuerEncryption;

/* Properties. */
CF_EXPORT const CFStringRef kSecPolicyOid;
CF_EXPORT const CFStringRef kSecPolicyName;	       /* a host name, or an e-mail address */
CF_EXPORT const CFStringRef kSecPolicyClient;	       /* true: a client's certificate */
CF_EXPORT const CFStringRef kSecPolicyRevocationFlags; /* a number */
CF_EXPORT const CFStringRef kSecPolicyTeamIdentifier;  /* not looked at */

/* Words for uses of keys; no policy here takes them. */
CF_EXPORT const CFStringRef kSecPolicyKU_DigitalSignature;
CF_EXPORT const CFStringRef kSecPolicyKU_NonRepudiation;
CF_EXPORT const CFStringRef kSecPolicyKU_KeyEncipherment;
CF_EXPORT const CFStringRef kSecPolicyKU_DataEncipherment;
CF_EXPORT const CFStringRef kSecPolicyKU_KeyAgreement;
CF_EXPORT const CFStringRef kSecPolicyKU_KeyCertSign;
CF_EXPORT const CFStringRef kSecPolicyKU_CRLSign;
CF_EXPORT const CFStringRef kSecPolicyKU_EncipherOnly;
CF_EXPORT const CFStringRef kSecPolicyKU_DecipherOnly;

/* --- making them ----------------------------------------------------------------------------- */

/* A chain to an anchor, and nothing about the use. */
CF_EXPORT SecPolicyRef SecPolicyCreateBasicX509(void);

/* A TLS server's certificate (server true) or a client's. hostname, unless it is NULL, must be
 * among the certificate's alternative names (RFC 9525); that the subject's common name says the
 * same is not enough. It may be an IP address. */
CF_EXPORT SecPolicyRef SecPolicyCreateSSL(Boolean server, CFStringRef hostname);

/* How to look for revocation. Nothing is fetched from anywhere: only the response given with
 * SecTrustSetOCSPResponse counts, and with kSecRevocationRequirePositiveResponse it must be there.
 */
enum {
	kSecRevocationOCSPMethod = 1 << 0,
	kSecRevocationCRLMethod = 1 << 1,
	kSecRevocationPreferCRL = 1 << 2,
	kSecRevocationRequirePositiveResponse = 1 << 3,
	kSecRevocationNetworkAccessDisabled = 1 << 4,
	kSecRevocationUseAnyAvailableMethod = kSecRevocationOCSPMethod | kSecRevocationCRLMethod
};
/* NULL for no method at all. */
CF_EXPORT SecPolicyRef SecPolicyCreateRevocation(CFOptionFlags revocationFlags);

/* By one of the constants above; properties may be NULL. NULL for one that cannot be made, and for
 * a property of the wrong type. */
CF_EXPORT SecPolicyRef SecPolicyCreateWithProperties(
	CFTypeRef policyIdentifier, CFDictionaryRef properties);
CF_EXPORT SecPolicyRef SecPolicyCreateWithOID(CFTypeRef policyOID);

/* The identifier, and the properties that are there; NULL for NULL. */
CF_EXPORT CFDictionaryRef SecPolicyCopyProperties(SecPolicyRef policyRef);

CF_EXTERN_C_END

#endif
