/* SPDX-License-Identifier: ISC */
/* Object identifiers as text: the keys of SecCertificateCopyValues, and what is among its values.
 */
#ifndef SECURITY_SECCERTIFICATEOIDS_H
#define SECURITY_SECCERTIFICATEOIDS_H

#include <Security/SecBase.h>

CF_EXTERN_C_BEGIN

/* Names. */
CF_EXPORT const CFStringRef kSecOIDCommonName;
CF_EXPORT const CFStringRef kSecOIDSurname;
CF_EXPORT const CFStringRef kSecOIDSerialNumber;
CF_EXPORT const CFStringRef kSecOIDCountryName;
CF_EXPORT const CFStringRef kSecOIDLocalityName;
CF_EXPORT const CFStringRef kSecOIDStateProvinceName;
CF_EXPORT const CFStringRef kSecOIDCollectiveStateProvinceName;
CF_EXPORT const CFStringRef kSecOIDStreetAddress;
CF_EXPORT const CFStringRef kSecOIDCollectiveStreetAddress;
CF_EXPORT const CFStringRef kSecOIDOrganizationName;
CF_EXPORT const CFStringRef kSecOIDOrganizationalUnitName;
CF_EXPORT const CFStringRef kSecOIDTitle;
CF_EXPORT const CFStringRef kSecOIDDescription;
CF_EXPORT const CFStringRef kSecOIDGivenName;
CF_EXPORT const CFStringRef kSecOIDEmailAddress;

/* Extensions. */
CF_EXPORT const CFStringRef kSecOIDSubjectDirectoryAttributes;
CF_EXPORT const CFStringRef kSecOIDSubjectKeyIdentifier;
CF_EXPORT const CFStringRef kSecOIDKeyUsage;
CF_EXPORT const CFStringRef kSecOIDPrivateKeyUsagePeriod;
CF_EXPORT const CFStringRef kSecOIDSubjectAltName;
CF_EXPORT const CFStringRef kSecOIDIssuerAltName;
CF_EXPORT const CFStringRef kSecOIDBasicConstraints;
CF_EXPORT const CFStringRef kSecOIDCrlNumber;
CF_EXPORT const CFStringRef kSecOIDCrlReason;
CF_EXPORT const CFStringRef kSecOIDHoldInstructionCode;
CF_EXPORT const CFStringRef kSecOIDInvalidityDate;
CF_EXPORT const CFStringRef kSecOIDDeltaCrlIndicator;
CF_EXPORT const CFStringRef kSecOIDIssuingDistributionPoint;
CF_EXPORT const CFStringRef kSecOIDCertIssuer;
CF_EXPORT const CFStringRef kSecOIDNameConstraints;
CF_EXPORT const CFStringRef kSecOIDCrlDistributionPoints;
CF_EXPORT const CFStringRef kSecOIDCertificatePolicies;
CF_EXPORT const CFStringRef kSecOIDPolicyMappings;
CF_EXPORT const CFStringRef kSecOIDAuthorityKeyIdentifier;
CF_EXPORT const CFStringRef kSecOIDPolicyConstraints;
CF_EXPORT const CFStringRef kSecOIDExtendedKeyUsage;
CF_EXPORT const CFStringRef kSecOIDAuthorityInfoAccess;
CF_EXPORT const CFStringRef kSecOIDQC_Statements;
CF_EXPORT const CFStringRef kSecOIDSubjectInfoAccess;
CF_EXPORT const CFStringRef kSecOIDNetscapeCertType;
CF_EXPORT const CFStringRef kSecOIDNetscapeCertSequence;

/* Uses of keys. */
CF_EXPORT const CFStringRef kSecOIDExtendedKeyUsageAny;
CF_EXPORT const CFStringRef kSecOIDServerAuth;
CF_EXPORT const CFStringRef kSecOIDClientAuth;
CF_EXPORT const CFStringRef kSecOIDExtendedUseCodeSigning;
CF_EXPORT const CFStringRef kSecOIDEmailProtection;
CF_EXPORT const CFStringRef kSecOIDTimeStamping;
CF_EXPORT const CFStringRef kSecOIDOCSPSigning;
CF_EXPORT const CFStringRef kSecOIDEKU_IPSec;
CF_EXPORT const CFStringRef kSecOIDKERBv5_PKINIT_KP_CLIENT_AUTH;
CF_EXPORT const CFStringRef kSecOIDKERBv5_PKINIT_KP_KDC;
CF_EXPORT const CFStringRef kSecOIDMicrosoftSGC;
CF_EXPORT const CFStringRef kSecOIDNetscapeSGC;
CF_EXPORT const CFStringRef kSecOIDMS_NTPrincipalName;
CF_EXPORT const CFStringRef kSecOIDAPPLE_EKU_CODE_SIGNING;

/* The parts of every certificate. */
CF_EXPORT const CFStringRef kSecOIDX509V1Version;
CF_EXPORT const CFStringRef kSecOIDX509V1SerialNumber;
CF_EXPORT const CFStringRef kSecOIDX509V1IssuerName;
CF_EXPORT const CFStringRef kSecOIDX509V1ValidityNotBefore;
CF_EXPORT const CFStringRef kSecOIDX509V1ValidityNotAfter;
CF_EXPORT const CFStringRef kSecOIDX509V1SubjectName;
CF_EXPORT const CFStringRef kSecOIDX509V1SubjectPublicKeyAlgorithm;
CF_EXPORT const CFStringRef kSecOIDX509V1SubjectPublicKey;
CF_EXPORT const CFStringRef kSecOIDX509V1CertificateIssuerUniqueId;
CF_EXPORT const CFStringRef kSecOIDX509V1CertificateSubjectUniqueId;
CF_EXPORT const CFStringRef kSecOIDX509V1SubjectNameStd;
CF_EXPORT const CFStringRef kSecOIDX509V1IssuerNameStd;
CF_EXPORT const CFStringRef kSecOIDX509V1SignatureAlgorithm;
CF_EXPORT const CFStringRef kSecOIDX509V1Signature;
CF_EXPORT const CFStringRef kSecOIDX509V1SignatureAlgorithmTBS;

CF_EXTERN_C_END

#endif
