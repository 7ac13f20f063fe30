/* SPDX-License-Identifier: ISC */
/*
 * SecKey: one half of a key pair.
 *
 * Of a key in memory there is the key itself. A key of the keychain is its item's row, reference
 * and attributes, and the public half; what needs the private half is asked of the service.
 */
#ifndef KC_SECURITY_KEY_H
#define KC_SECURITY_KEY_H

#include <Security/SecKeyPriv.h>

#include "base/query.h"
#include "crypto/pk.h"
#include "keychainapi/CoreFoundation/cf_runtime.h"

#define KC_KEY_LABEL_LEN 20

struct __SecKey {
	CFRuntimeBase base;
	struct kc_pk *pk;	   /* of a private key of the keychain, the public half */
	struct kc_buf public_form; /* stored form (crypto/pk.h) of the public half */
	uint8_t label[KC_KEY_LABEL_LEN];
	bool is_private;
	bool is_stored; /* what follows is there */
	uint64_t id;	/* of the row */
	uint8_t ref[KC_PERSISTENT_REF_LEN];
	SecKeychainRef keychain; /* that of the item */
	struct kc_attrs attrs;	 /* the item's, hidden ones too */
};

/* Whether the object is a key; NULL is none. */
bool kc_key_is(CFTypeRef object);

/* The half that taken is, in memory. Owned by the caller; NULL without memory. Takes the argument
 * in any case; NULL gives NULL. */
SecKeyRef kc_key_from_pk(struct kc_pk *taken);

/* The key that a found item of class keys is, or the private key of a found identity; found with
 * KC_WANT_ATTRS and KC_WANT_HIDDEN. Owned by the caller; NULL for an item that holds no key pair's
 * half, and without memory. */
SecKeyRef kc_key_from_found(const struct kc_found *found);

/* Whether the private operations of the key are the service's. */
static inline bool kc_key_is_remote(SecKeyRef key)
{
	return key->is_private && key->is_stored;
}

/* The public half as a key in memory; BUG is impossible, so errors are NO_MEMORY. */
KC_MUST kc_err kc_key_public_half(SecKeyRef key, SecKeyRef *ret);

/* Bytes of a coordinate or of the modulus. */
size_t kc_key_block_len(SecKeyRef key);

/* The text of CFCopyDescription. */
CFStringRef kc_key_describe(CFTypeRef object);

#endif
