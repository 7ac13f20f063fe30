/* SPDX-License-Identifier: ISC */
/* Certificates into the keychain. */
#include <Security/SecItem.h>
#include <Security/SecItemPriv.h>

#include "keychainapi/Security/certificate/certificate.h"
#include "keychainapi/Security/item/item.h"
#include "keychainapi/Security/object.h"
#include "keychainapi/Security/words.h"

OSStatus SecCertificateAddToKeychain(SecCertificateRef certificate, SecKeychainRef keychain)
{
	KC_CLEANUP_OBJECT CFDictionaryRef item = NULL;

	if (!kc_certificate_object_is(certificate))
		return errSecParam;
	item = kc_words_new(kSecClass, kSecClassCertificate, kSecValueRef, certificate,
		kSecUseKeychain, keychain, NULL);
	return item ? kc_err_osstatus(kc_item_add(item, NULL)) : errSecAllocate;
}
