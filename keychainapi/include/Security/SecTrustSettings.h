/* SPDX-License-Identifier: ISC */
/*
 * Settings of trust. There are none but the distribution's: it says for the whole computer which
 * anchors are trusted, and that is the system domain. The other two are empty.
 */
#ifndef SECURITY_SECTRUSTSETTINGS_H
#define SECURITY_SECTRUSTSETTINGS_H

#include <CoreFoundation/CFArray.h>

#include <Security/SecBase.h>
#include <Security/SecTrust.h>

CF_EXTERN_C_BEGIN

/* Keys of one setting. */
CF_EXPORT const CFStringRef kSecTrustSettingsPolicy;
CF_EXPORT const CFStringRef kSecTrustSettingsPolicyName;
CF_EXPORT const CFStringRef kSecTrustSettingsApplication;
CF_EXPORT const CFStringRef kSecTrustSettingsPolicyString;
CF_EXPORT const CFStringRef kSecTrustSettingsKeyUsage;
CF_EXPORT const CFStringRef kSecTrustSettingsAllowedError;
CF_EXPORT const CFStringRef kSecTrustSettingsResult;

typedef uint32_t SecTrustSettingsResult;
enum {
	kSecTrustSettingsResultInvalid = 0,
	kSecTrustSettingsResultTrustRoot = 1,
	kSecTrustSettingsResultTrustAsRoot = 2,
	kSecTrustSettingsResultDeny = 3,
	kSecTrustSettingsResultUnspecified = 4
};

typedef uint32_t SecTrustSettingsDomain;
enum {
	kSecTrustSettingsDomainUser = 0,
	kSecTrustSettingsDomainAdmin = 1,
	kSecTrustSettingsDomainSystem = 2
};

/* The certificates that have settings; errSecNoTrustSettings for a domain without any. */
CF_EXPORT OSStatus SecTrustSettingsCopyCertificates(
	SecTrustSettingsDomain domain, CFArrayRef *certArray);

/* The settings of one certificate. For an anchor of the distribution an empty array, which means
 * that it is trusted for everything; errSecItemNotFound for another certificate, and
 * errSecNoTrustSettings for a domain without any. */
CF_EXPORT OSStatus SecTrustSettingsCopyTrustSettings(
	SecCertificateRef certRef, SecTrustSettingsDomain domain, CFArrayRef *trustSettings);

/* errSecUnimplemented: anchors are added with the distribution's own means. */
CF_EXPORT OSStatus SecTrustSettingsSetTrustSettings(SecCertificateRef certRef,
	SecTrustSettingsDomain domain, CFTypeRef trustSettingsDictOrArray);
CF_EXPORT OSStatus SecTrustSettingsRemoveTrustSettings(
	SecCertificateRef certRef, SecTrustSettingsDomain domain);

CF_EXTERN_C_END

#endif
