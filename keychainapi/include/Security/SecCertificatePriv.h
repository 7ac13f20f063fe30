/* SPDX-License-Identifier: ISC */
/* Certificates: what is outside Apple's public interface. */
#ifndef SECURITY_SECCERTIFICATEPRIV_H
#define SECURITY_SECCERTIFICATEPRIV_H

#include <Security/SecCertificate.h>

CF_EXTERN_C_BEGIN

CF_EXPORT SecCertificateRef SecCertificateCreateWithBytes(
	CFAllocatorRef allocator, const UInt8 *bytes, CFIndex length);
/* The first certificate of a file of PEM blocks (RFC 7468); NULL when there is none. */
CF_EXPORT SecCertificateRef SecCertificateCreateWithPEM(
	CFAllocatorRef allocator, CFDataRef pem_certificate);
/* The certificate in DER; borrowed from it. 0 and NULL for what is none. */
CF_EXPORT CFIndex SecCertificateGetLength(SecCertificateRef certificate);
CF_EXPORT const UInt8 *SecCertificateGetBytePtr(SecCertificateRef certificate);

/* What to call the issuer, as SecCertificateCopySubjectSummary does it. */
CF_EXPORT CFStringRef SecCertificateCopyIssuerSummary(SecCertificateRef certificate);

/* All there are of a kind; NULL when there are none. */
CF_EXPORT CFArrayRef SecCertificateCopyCommonNames(SecCertificateRef certificate);
CF_EXPORT CFArrayRef SecCertificateCopyRFC822Names(SecCertificateRef certificate);
CF_EXPORT CFArrayRef SecCertificateCopyDNSNames(SecCertificateRef certificate);

/* 0 for a date that cannot be read. */
CF_EXPORT CFAbsoluteTime SecCertificateNotValidBefore(SecCertificateRef certificate);
CF_EXPORT CFAbsoluteTime SecCertificateNotValidAfter(SecCertificateRef certificate);
/* Whether the time is one of them or between. */
CF_EXPORT Boolean SecCertificateIsValid(SecCertificateRef certificate, CFAbsoluteTime verifyTime);

/* Digests of the whole, and of the public key's bits: kSecAttrPublicKeyHash. */
CF_EXPORT CFDataRef SecCertificateCopySHA1Digest(SecCertificateRef certificate);
CF_EXPORT CFDataRef SecCertificateCopySHA256Digest(SecCertificateRef certificate);
CF_EXPORT CFDataRef SecCertificateCopyPublicKeySHA1Digest(SecCertificateRef certificate);

CF_EXTERN_C_END

#endif
