/* SPDX-License-Identifier: ISC */
/*
 * Trust: judging a certificate by its chain, for a policy.
 *
 * Certificates are trusted when a chain leads from them to an anchor, each is valid at the date,
 * and they suit the policy. Anchors are those of the distribution (where OpenSSL looks for them),
 * or the caller's. Nothing is fetched from a network; missing issuers have to be among the
 * certificates given. One object may be used by several threads; each function judges anew when
 * something was changed. errSecParam stands for an argument that is missing or of another class.
 */
#ifndef SECURITY_SECTRUST_H
#define SECURITY_SECTRUST_H

#include <CoreFoundation/CFArray.h>
#include <CoreFoundation/CFDate.h>
#include <stdbool.h>

#include <Security/SecBase.h>
#include <Security/SecPolicy.h>

CF_EXTERN_C_BEGIN

CF_DECLARE_REF(SecTrustRef, struct __SecTrust);

CF_EXPORT CFTypeID SecTrustGetTypeID(void);

typedef uint32_t SecTrustResultType;
enum {
	kSecTrustResultInvalid = 0,	/* not judged yet */
	kSecTrustResultProceed = 1,	/* trusted, since SecTrustSetExceptions says so */
	kSecTrustResultConfirm = 2,	/* not given */
	kSecTrustResultDeny = 3,	/* not given */
	kSecTrustResultUnspecified = 4, /* trusted */
	kSecTrustResultRecoverableTrustFailure = 5,
	kSecTrustResultFatalTrustFailure = 6, /* revoked, or a signature does not match */
	kSecTrustResultOtherError = 7
};

/* Keys of SecTrustCopyProperties and SecTrustCopyResult. */
CF_EXPORT const CFStringRef kSecPropertyTypeTitle;
CF_EXPORT const CFStringRef kSecPropertyTypeError;
CF_EXPORT const CFStringRef kSecTrustEvaluationDate;
CF_EXPORT const CFStringRef kSecTrustExtendedValidation;
CF_EXPORT const CFStringRef kSecTrustOrganizationName;
CF_EXPORT const CFStringRef kSecTrustResultValue;
CF_EXPORT const CFStringRef kSecTrustRevocationChecked;
CF_EXPORT const CFStringRef kSecTrustRevocationValidUntilDate;
CF_EXPORT const CFStringRef kSecTrustCertificateTransparency;
CF_EXPORT const CFStringRef kSecTrustCertificateTransparencyWhiteList;
/* --- what is to be judged -------------------------------------------------------------------- */

/* certificates: one, or an array: the one to judge first, then any that may lead to an anchor.
 * policies: one, an array, or NULL for the basic one. */
CF_EXPORT OSStatus SecTrustCreateWithCertificates(
	CFTypeRef certificates, CFTypeRef policies, SecTrustRef *trust);
CF_EXPORT OSStatus SecTrustSetPolicies(SecTrustRef trust, CFTypeRef policies);
CF_EXPORT OSStatus SecTrustCopyPolicies(SecTrustRef trust, CFArrayRef *policies);

/* Any certificates will do. From then on the distribution's anchors do not count, unless
 * SecTrustSetAnchorCertificatesOnly(trust, false) follows. NULL: the distribution's again. */
CF_EXPORT OSStatus SecTrustSetAnchorCertificates(SecTrustRef trust, CFArrayRef anchorCertificates);
CF_EXPORT OSStatus SecTrustSetAnchorCertificatesOnly(
	SecTrustRef trust, Boolean anchorCertificatesOnly);
CF_EXPORT OSStatus SecTrustCopyCustomAnchorCertificates(SecTrustRef trust, CFArrayRef *anchors);
/* The distribution's. */
CF_EXPORT OSStatus SecTrustCopyAnchorCertificates(CFArrayRef *anchors);

/* The date to judge for; now, unless set. */
CF_EXPORT OSStatus SecTrustSetVerifyDate(SecTrustRef trust, CFDateRef verifyDate);
CF_EXPORT CFAbsoluteTime SecTrustGetVerifyTime(SecTrustRef trust);

/* Remembered; nothing is fetched in either case. */
CF_EXPORT OSStatus SecTrustSetNetworkFetchAllowed(SecTrustRef trust, Boolean allowFetch);
CF_EXPORT OSStatus SecTrustGetNetworkFetchAllowed(SecTrustRef trust, Boolean *allowFetch);

/* An OCSP response (RFC 6960), or an array of which the first counts; NULL: none. One that says
 * that the certificate was revoked counts whatever the policies ask for. */
CF_EXPORT OSStatus SecTrustSetOCSPResponse(SecTrustRef trust, CFTypeRef responseData);

typedef uint32_t SecTrustOptionFlags;
enum {
	kSecTrustOptionAllowExpired = 0x01,
	kSecTrustOptionLeafIsCA = 0x02,		  /* is fine anyway */
	kSecTrustOptionFetchIssuerFromNet = 0x04, /* is not done */
	kSecTrustOptionAllowExpiredRoot = 0x08,
	kSecTrustOptionRequireRevPerCert = 0x10, /* as kSecRevocationRequirePositiveResponse */
	kSecTrustOptionUseTrustSettings = 0x20,	 /* there are none */
	kSecTrustOptionImplicitAnchors = 0x40	 /* roots among the certificates are anchors */
};
CF_EXPORT OSStatus SecTrustSetOptions(SecTrustRef trust, SecTrustOptionFlags options);

/* --- the verdict ----------------------------------------------------------------------------- */

/* True when it is trusted. Otherwise *error, unless it is NULL, says the first of the reasons, in
 * kCFErrorDomainOSStatus: errSecCertificateRevoked, errSecVerifyFailed, errSecHostNameMismatch,
 * errSecSMIMEEmailAddressesNotFound, errSecCertificateExpired, errSecCertificateNotValidYet,
 * errSecInvalidExtendedKeyUsage, errSecNoBasicConstraintsCA, errSecNotTrusted,
 * errSecCreateChainFailed, errSecIncompleteCertRevocationCheck. */
__extension__ CF_EXPORT bool SecTrustEvaluateWithError(SecTrustRef trust, CFErrorRef *error);

/* errSecSuccess means that there is a verdict: *result is it. */
CF_EXPORT OSStatus SecTrustEvaluate(SecTrustRef trust, SecTrustResultType *result);

/* The last verdict; kSecTrustResultInvalid when there is none. */
CF_EXPORT OSStatus SecTrustGetTrustResult(SecTrustRef trust, SecTrustResultType *result);

/* The last verdict as a number of Security/cssmapple.h, 0 when it is trusted;
 * errSecTrustNotAvailable when there is none. */
CF_EXPORT OSStatus SecTrustGetCssmResultCode(
	SecTrustRef trust, OSStatus *resultCode) SEC_DEPRECATED;

/* The key of the certificate that is judged. */
CF_EXPORT SecKeyRef SecTrustCopyKey(SecTrustRef trust);
CF_EXPORT SecKeyRef SecTrustCopyPublicKey(SecTrustRef trust);

/* The chain: the certificate, its issuer, and so on as far as they are known. The certificate at an
 * index lives as long as the trust object. */
CF_EXPORT CFIndex SecTrustGetCertificateCount(SecTrustRef trust);
CF_EXPORT SecCertificateRef SecTrustGetCertificateAtIndex(SecTrustRef trust, CFIndex ix);
CF_EXPORT CFArrayRef SecTrustCopyCertificateChain(SecTrustRef trust);

/* The date, the result, and for a trusted certificate whose OCSP response was good that revocation
 * was looked at. */
CF_EXPORT CFDictionaryRef SecTrustCopyResult(SecTrustRef trust);
/* A dictionary for each certificate of the chain: what to call it, and what is wrong with it. */
CF_EXPORT CFArrayRef SecTrustCopyProperties(SecTrustRef trust);

/* What is wrong now, as bytes to be set again for the same certificate: these reasons do not count
 * then. A signature that does not match always counts, and so does revocation. */
CF_EXPORT CFDataRef SecTrustCopyExceptions(SecTrustRef trust);
__extension__ CF_EXPORT bool SecTrustSetExceptions(SecTrustRef trust, CFDataRef exceptions);

CF_EXTERN_C_END

#endif
