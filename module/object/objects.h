/* SPDX-License-Identifier: ISC */
/*
 * The table of objects by the handles that applications hold; all under the module's lock.
 *
 * The handle of a token object is made of the item's row number, which is never used for another
 * item: the same object has the same handle in every session, and the table is a cache.
 */
#ifndef KC_MODULE_OBJECT_OBJECTS_H
#define KC_MODULE_OBJECT_OBJECTS_H

#include "module/object/object.h"

struct kc_objects {
	struct kc_object **rows; /* open addressing by handle, a power of two; NULL is free */
	size_t count, allocated;
	size_t session_count;  /* of them are session objects */
	uint64_t session_last; /* how many session objects there ever were, for their handles */
	uint64_t *orphans; /* transient keys whose objects have left, for the service to forget */
	size_t orphan_count, orphans_allocated;
};

/* Puts an object into the table, in the place of an older version of it, and gives it its handle
 * if it has none. The table keeps a reference of its own. CKR_HOST_MEMORY. */
CK_RV kc_objects_put(struct kc_objects *objects, struct kc_object *object);
/* A reference to the object of a handle that a session of the token may use; NULL when there is
 * none. */
struct kc_object *kc_objects_get(
	const struct kc_objects *objects, enum kc_token_number token, CK_OBJECT_HANDLE handle);
void kc_objects_remove(struct kc_objects *objects, CK_OBJECT_HANDLE handle);
/* The session objects of a session that closes. */
void kc_objects_remove_session(struct kc_objects *objects, CK_SESSION_HANDLE session);
/* Everything of a token whose last session closed. */
void kc_objects_remove_token(struct kc_objects *objects, enum kc_token_number token);
/* The private objects of a token that the user logs out of: those of its sessions are gone, of the
 * others the handles. */
void kc_objects_remove_private(struct kc_objects *objects, enum kc_token_number token);
/* One of the keys that the service is to forget; false when there is none. */
bool kc_objects_take_orphan(struct kc_objects *objects, uint64_t *ret);
/* Calls visit for each session object of a token until it fails. */
CK_RV kc_objects_each_session_object(const struct kc_objects *objects, enum kc_token_number token,
	CK_RV (*visit)(struct kc_object *object, void *context), void *context);
void kc_objects_done(struct kc_objects *objects);

#endif
