/* SPDX-License-Identifier: ISC */
/*
 * SecCertificate: the bytes of an X.509 certificate, and what they say.
 *
 * One that was found in the keychain knows its item besides; it is the same certificate as one made
 * of the same bytes.
 */
#ifndef KC_SECURITY_CERTIFICATE_H
#define KC_SECURITY_CERTIFICATE_H

#include <Security/SecCertificate.h>

#include "base/query.h"
#include "crypto/certificate.h"
#include "keychainapi/CoreFoundation/cf_runtime.h"

struct kc_certificate_older;

struct __SecCertificate {
	CFRuntimeBase base;
	CFDataRef der;
	struct kc_certificate *parsed;
	struct kc_certificate_older *older[2]; /* names as CSSM has them; NULL until asked for */
	bool is_stored;			       /* what follows is there */
	uint8_t ref[KC_PERSISTENT_REF_LEN];
	SecKeychainRef keychain; /* that of the item */
};

/* Whether the object is a certificate; NULL is none. */
bool kc_certificate_object_is(CFTypeRef object);

/* The object for one whole certificate in DER, owned by the caller. Errors: DECODE. */
KC_MUST kc_err kc_certificate_object_new(struct kc_bytes der, SecCertificateRef *ret);

/* The same for an item that was found. */
KC_MUST kc_err kc_certificate_object_of_item(
	struct kc_bytes der, const struct kc_found *found, SecCertificateRef *ret);

/* For the finalizer; NULL is fine. */
void kc_certificate_object_older_free(struct kc_certificate_older *older);

/* The certificate in DER; borrowed. */
struct kc_bytes kc_certificate_object_der(SecCertificateRef certificate);

#endif
