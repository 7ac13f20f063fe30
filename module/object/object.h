/* SPDX-License-Identifier: ISC */
/*
 * An object: an item of the keychain as the service gave it; a session object, of which the value
 * is in this process alone or, of a private or secret key, in the service (a transient key,
 * base/query.h); or a built-in one. It does not change once it is in the table
 * (module/object/objects.h): a newer version takes its place there, while those who hold the older
 * one go on with it.
 */
#ifndef KC_MODULE_OBJECT_OBJECT_H
#define KC_MODULE_OBJECT_OBJECT_H

#include <stdatomic.h>

#include "base/mechanism.h"
#include "base/query.h"
#include "module/session/token.h"

/* What CKA_CLASS says, as bits so that the rows of attributes.def can name several. */
enum kc_object_kind {
	KC_OBJECT_DATA = 1,
	KC_OBJECT_CERTIFICATE = 2,
	KC_OBJECT_PUBLIC = 4,
	KC_OBJECT_PRIVATE = 8,
	KC_OBJECT_SECRET = 16,
	KC_OBJECT_PROFILE = 32,
	KC_OBJECT_MECHANISM = 64,
};
#define KC_OBJECT_KEY (KC_OBJECT_PUBLIC | KC_OBJECT_PRIVATE | KC_OBJECT_SECRET)
#define KC_OBJECT_ITEM (KC_OBJECT_DATA | KC_OBJECT_CERTIFICATE | KC_OBJECT_KEY)
/* What every token has, of no item: module/object/builtin.h. */
#define KC_OBJECT_BUILTIN (KC_OBJECT_PROFILE | KC_OBJECT_MECHANISM)
#define KC_OBJECT_ALL (KC_OBJECT_ITEM | KC_OBJECT_BUILTIN)

/* The kind of a CKA_CLASS value and back; 0 for a class that no object here has. */
unsigned kc_object_kind_of_class(CK_OBJECT_CLASS class);
CK_OBJECT_CLASS kc_object_class_of_kind(enum kc_object_kind kind);

struct kc_object {
	atomic_uint refs;
	CK_OBJECT_HANDLE handle; /* 0 until it is in the table */
	enum kc_token_number token;
	CK_SESSION_HANDLE session; /* the owner of a session object; 0 for a token object */
	enum kc_object_kind kind;
	uint32_t key_type; /* of a key: enum kc_key_type, or enum kc_secret_type */
	unsigned key_bits; /* the size of its modulus, curve or value */
	CK_ULONG number;   /* of a profile or mechanism: which */
	struct kc_found item;
	bool has_value; /* the secret was asked for: it is in item, if there is one, or here: */
	struct kc_buf value;	     /* a certificate, which is public */
	struct kc_token_status seen; /* how the keychain stood before the item was asked for */
	uint64_t fetched_us;	     /* on the monotonic clock */
};

/* Makes an object of a found item, which it takes; has_value tells that the secret was asked for,
 * seen how the keychain stood before that (NULL when it is not known). ret gets NULL when PKCS#11
 * has no such object (a key of another class). CKR_HOST_MEMORY. */
CK_RV kc_object_new(enum kc_token_number token, struct kc_found *found, bool has_value,
	const struct kc_token_status *seen, struct kc_object **ret);
struct kc_object *kc_object_ref(struct kc_object *object);
void kc_object_put(struct kc_object *object);
#define KC_CLEANUP_OBJECT KC_CLEANUP(kc_object_put_cleanup)
static inline void kc_object_put_cleanup(struct kc_object **object)
{
	if (*object)
		kc_object_put(*object);
}

static inline bool kc_object_is_on_token(const struct kc_object *object)
{
	return object->session == 0;
}
/* Whether it is a session object whose key is in the service, under item.id. */
static inline bool kc_object_is_transient(const struct kc_object *object)
{
	return (object->item.id & KC_TRANSIENT_BIT) != 0;
}
/* CKA_PRIVATE: an object is public when it can be read at all times, in the protection classes
 * whose names begin with "d" (kSecAttrAccessibleAlways and its kin). */
bool kc_object_is_private(const struct kc_object *object);
/* SubjectPublicKeyInfo of a key, borrowed; empty when the item has none. */
struct kc_bytes kc_object_spki(const struct kc_object *object);

#endif
