/* SPDX-License-Identifier: ISC */
/* SecIdentity: a certificate with the private key of its public key. */
#ifndef KC_SECURITY_IDENTITY_H
#define KC_SECURITY_IDENTITY_H

#include <Security/SecIdentity.h>

#include "base/query.h"
#include "keychainapi/CoreFoundation/cf_runtime.h"

struct __SecIdentity {
	CFRuntimeBase base;
	SecCertificateRef certificate;
	SecKeyRef key;
};

/* Whether the object is an identity; NULL is none. */
bool kc_identity_is(CFTypeRef object);

/* Retains both. Errors: PARAM when the key is not the private one of the certificate. */
KC_MUST kc_err kc_identity_new(SecCertificateRef certificate, SecKeyRef key, SecIdentityRef *ret);

/* The object for a found identity, found with KC_WANT_ATTRS and KC_WANT_HIDDEN. Owned by the
 * caller; NULL for one whose parts are not what they should be, and without memory. */
SecIdentityRef kc_identity_from_found(const struct kc_found *found);

/* Sets the attributes by which an identity of the keychain can be found. */
KC_MUST kc_err kc_identity_identify(SecIdentityRef identity, struct kc_attrs *attrs);

#endif
