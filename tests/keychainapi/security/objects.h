/* SPDX-License-Identifier: ISC */
/* Objects and calls for tests with certificates, in the profile that objects_strict says. */
#ifndef KC_TESTS_OBJECTS_H
#define KC_TESTS_OBJECTS_H

#include <Security/Security.h>

#include "tests/keychainapi/security/made_certificate.h"

extern bool objects_strict;

void objects_begin(void);
void objects_end(void);

/* Has the object, which may be NULL, released by objects_forget. The others below do so too. */
CFTypeRef objects_later(CFTypeRef object);
void objects_forget(void);

/* Keys and values that end with NULL, and the key of the profile. */
CFMutableDictionaryRef objects_dict(const void *first, ...);
CFDataRef objects_data_of(struct kc_bytes bytes);
CFStringRef objects_text(const char *text);

CFDataRef objects_der_of(const struct made *made);
SecCertificateRef objects_certificate_of(const struct made *made);
SecKeyRef objects_key_of(const struct made *made); /* the private one, P-256 */
SecIdentityRef objects_identity_of(const struct made *made);

/* SecItemAdd of the object alone. */
OSStatus objects_add(CFTypeRef object);
/* SecItemCopyMatching; *ret is NULL unless something was found. */
OSStatus objects_find(CFDictionaryRef query, CFTypeRef *ret);
/* How many items of the class there are. */
CFIndex objects_count_of(CFStringRef class);
/* Deletes every certificate and key, and forgets. */
void objects_empty(void);

#endif
