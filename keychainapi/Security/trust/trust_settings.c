/* SPDX-License-Identifier: ISC */
/* The distribution's anchors: the only settings of trust that there are. */
#include <Security/SecTrustSettings.h>

#include "crypto/x509_chain.h"
#include "keychainapi/Security/certificate/certificate.h"
#include "keychainapi/Security/object.h"

static kc_err append(void *context, struct kc_bytes der)
{
	KC_CLEANUP_OBJECT SecCertificateRef certificate = NULL;

	KC_TRY(kc_certificate_object_new(der, &certificate));
	CFArrayAppendValue(context, certificate);
	return KC_OK;
}

static kc_err copy_anchors(CFArrayRef *ret)
{
	KC_CLEANUP_OBJECT CFMutableArrayRef list =
		CFArrayCreateMutable(NULL, 0, &kCFTypeArrayCallBacks);

	if (!list)
		return KC_ERR(NO_MEMORY);
	KC_TRY(kc_chain_visit_anchors(append, list));
	*ret = CFRetain(list);
	return KC_OK;
}

OSStatus SecTrustCopyAnchorCertificates(CFArrayRef *anchors)
{
	return anchors ? kc_err_osstatus(copy_anchors(anchors)) : errSecParam;
}

OSStatus SecTrustSettingsCopyCertificates(SecTrustSettingsDomain domain, CFArrayRef *certArray)
{
	KC_CLEANUP_OBJECT CFArrayRef list = NULL;
	kc_err err;

	if (!certArray || domain > kSecTrustSettingsDomainSystem)
		return errSecParam;
	if (domain != kSecTrustSettingsDomainSystem)
		return errSecNoTrustSettings;
	err = copy_anchors(&list);
	if (err != KC_OK)
		return kc_err_osstatus(err);
	if (CFArrayGetCount(list) == 0)
		return errSecNoTrustSettings;
	*certArray = CFRetain(list);
	return errSecSuccess;
}

OSStatus SecTrustSettingsCopyTrustSettings(
	SecCertificateRef certRef, SecTrustSettingsDomain domain, CFArrayRef *trustSettings)
{
	KC_CLEANUP_OBJECT CFArrayRef list = NULL;
	OSStatus status;

	if (!kc_certificate_object_is(certRef) || !trustSettings)
		return errSecParam;
	status = SecTrustSettingsCopyCertificates(domain, &list);
	if (status != errSecSuccess)
		return status;
	if (!CFArrayContainsValue(list, CFRangeMake(0, CFArrayGetCount(list)), certRef))
		return errSecItemNotFound;
	*trustSettings = CFArrayCreate(NULL, NULL, 0, &kCFTypeArrayCallBacks);
	return *trustSettings ? errSecSuccess : errSecAllocate;
}

OSStatus SecTrustSettingsSetTrustSettings(SecCertificateRef certRef, SecTrustSettingsDomain domain,
	CFTypeRef trustSettingsDictOrArray)
{
	(void)certRef, (void)domain, (void)trustSettingsDictOrArray;
	return errSecUnimplemented;
}

OSStatus SecTrustSettingsRemoveTrustSettings(
	SecCertificateRef certRef, SecTrustSettingsDomain domain)
{
	(void)certRef, (void)domain;
	return errSecUnimplemented;
}
