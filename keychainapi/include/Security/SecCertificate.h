/* SPDX-License-Identifier: ISC */
/*
 * Certificates: X.509 (RFC 5280), in DER.
 *
 * A certificate is its bytes, and two of the same bytes are equal. Nothing here verifies one: that
 * is what SecTrust does. Every function takes NULL, or an object of another class, and then gives
 * NULL or errSecParam.
 */
#ifndef SECURITY_SECCERTIFICATE_H
#define SECURITY_SECCERTIFICATE_H

#include <Security/SecBase.h>

CF_EXTERN_C_BEGIN

CF_EXPORT CFTypeID SecCertificateGetTypeID(void);

/* NULL for data that is not one whole certificate in DER. */
CF_EXPORT SecCertificateRef SecCertificateCreateWithData(CFAllocatorRef allocator, CFDataRef data);

/* The same bytes. */
CF_EXPORT CFDataRef SecCertificateCopyData(SecCertificateRef certificate);

/*
 * What to call it: the common names, last one first, with the description in parentheses; else an
 * e-mail address, a DNS name, the organisational unit, the organisation, any other text of the
 * subject. NULL when there is none.
 */
CF_EXPORT CFStringRef SecCertificateCopySubjectSummary(SecCertificateRef certificate);

/* The public key; NULL for one of a kind that SecKey does not have. */
CF_EXPORT SecKeyRef SecCertificateCopyKey(SecCertificateRef certificate);

CF_EXTERN_C_END

#endif
