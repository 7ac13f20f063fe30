/* SPDX-License-Identifier: ISC */
/* Keys as bytes. */
#ifndef KC_SECURITY_KEY_DATA_H
#define KC_SECURITY_KEY_DATA_H

#include "keychainapi/Security/key/key.h"

/* The external representation, which for a private key of the keychain the service gives, if it
 * does. Errors: NOT_EXTRACTABLE, NOT_FOUND, LOCKED. */
KC_MUST kc_err kc_key_data_external(SecKeyRef key, struct kc_secret *ret);
/* The same as an object, owned by the caller. */
KC_MUST kc_err kc_key_data_copy(SecKeyRef key, CFDataRef *ret);

/* A key in memory from its external representation, or one of the other forms that are read.
 * Errors: DECODE, KEY_TYPE, KEY_SIZE. */
KC_MUST kc_err kc_key_data_load(
	enum kc_key_type type, bool is_private, struct kc_bytes bytes, struct kc_pk **ret);

#endif
