/* SPDX-License-Identifier: ISC */
/* Objects for a call inside a session: out of the table, or from the service again. */
#ifndef KC_MODULE_OBJECT_FETCH_H
#define KC_MODULE_OBJECT_FETCH_H

#include "module/session/session.h"

/* The object of a handle as the table has it. CKR_OBJECT_HANDLE_INVALID. */
CK_RV kc_fetch_known(struct kc_session *session, CK_OBJECT_HANDLE handle, struct kc_object **ret);
/* The same as it is now: asked for again when anything has changed since it was found, but for the
 * first moment, so that a program which lists and reads is not slowed down by one that writes. */
CK_RV kc_fetch_fresh(struct kc_session *session, CK_OBJECT_HANDLE handle, struct kc_object **ret);
/* The object with its secret. Only a certificate stays in the table so. */
CK_RV kc_fetch_secret(
	struct kc_session *session, const struct kc_object *object, struct kc_object **ret);
/* The object as the service has it now. */
CK_RV kc_fetch_again(
	struct kc_session *session, const struct kc_object *object, struct kc_object **ret);
/* A query for this one item. */
void kc_fetch_query(const struct kc_object *object, struct kc_query *ret);
/* Puts a new object into the table. */
CK_RV kc_fetch_keep(struct kc_session *session, struct kc_object *object);
/* Takes it out of the table; a key that only it stood for goes with it. */
void kc_fetch_forget(struct kc_session *session, CK_OBJECT_HANDLE handle);

/* Lets the service forget the keys of session objects that have left the table. Not under the
 * module's lock. */
void kc_fetch_drop_orphans(struct kc_module *module);

#endif
