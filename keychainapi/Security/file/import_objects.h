/* SPDX-License-Identifier: ISC */
/* What was read from a file as objects, in memory or of the keychain. */
#ifndef KC_SECURITY_IMPORT_OBJECTS_H
#define KC_SECURITY_IMPORT_OBJECTS_H

#include <Security/SecBase.h>

#include "crypto/import.h"

/* A certificate or a key, owned by the caller. The import's key gets one more owner. */
KC_MUST kc_err kc_import_object_new(const struct kc_import_object *object, CFTypeRef *ret);

/* Which objects of an import belong together: for each private key with a certificate the index of
 * the first such, and for that the key's; KC_IMPORT_ALONE for the others. An array of as many as
 * there are objects, to be freed. */
#define KC_IMPORT_ALONE SIZE_MAX
KC_MUST kc_err kc_import_pair(const struct kc_import *import, size_t **ret);

/* An identity of the two, owned by the caller. */
KC_MUST kc_err kc_import_identity_new(const struct kc_import_object *key,
	const struct kc_import_object *certificate, SecIdentityRef *ret);

/* The object of a keychain (NULL: the user's) that is the same as one in memory; takes the
 * reference and gives one, the same when there is none. */
KC_MUST kc_err kc_import_stored_twin(SecKeychainRef keychain, CFTypeRef *object);

#endif
