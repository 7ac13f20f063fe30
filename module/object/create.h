/* SPDX-License-Identifier: ISC */
/* Making objects: what a template becomes as an item of the keychain, or as a session object. */
#ifndef KC_MODULE_OBJECT_CREATE_H
#define KC_MODULE_OBJECT_CREATE_H

#include "module/session/session.h"
#include "module/object/template.h"

/* An item on its way to the service. */
struct kc_made {
	kc_name class;
	struct kc_attrs attrs;
	struct kc_buf value; /* its secret part */
};
#define KC_MADE_INIT \
	{            \
		0    \
	}
#define KC_CLEANUP_MADE KC_CLEANUP(kc_made_done)
void kc_made_done(struct kc_made *made);

/* C_CreateObject after its arguments were checked. */
CK_RV kc_create_object(
	struct kc_session *session, const struct kc_template *t, CK_OBJECT_HANDLE *ret);
/* The same for one class of objects, a file each. */
CK_RV kc_create_data(
	struct kc_session *session, const struct kc_template *t, CK_OBJECT_HANDLE *ret);
CK_RV kc_create_certificate(
	struct kc_session *session, const struct kc_template *t, CK_OBJECT_HANDLE *ret);
CK_RV kc_create_public(
	struct kc_session *session, const struct kc_template *t, CK_OBJECT_HANDLE *ret);
CK_RV kc_create_private(
	struct kc_session *session, const struct kc_template *t, CK_OBJECT_HANDLE *ret);
CK_RV kc_create_secret(
	struct kc_session *session, const struct kc_template *t, CK_OBJECT_HANDLE *ret);

/* The attributes that every object made here has: those of kc_create_access by CKA_PRIVATE (or
 * is_private) and of kc_create_distinguish; and whether this application may make it:
 * CKR_USER_NOT_LOGGED_IN, CKR_ATTRIBUTE_READ_ONLY (trusted, and not by the security officer),
 * CKR_TEMPLATE_INCONSISTENT (a public object that always authenticates). */
CK_RV kc_create_common(const struct kc_session *session, const struct kc_template *t,
	bool is_private, struct kc_attrs *attrs);
/* The protection class. */
void kc_create_access(bool is_private, struct kc_attrs *attrs);
/* The token's sync mark, and a random discriminator, so that two equal objects can exist. */
void kc_create_distinguish(enum kc_token_number token, struct kc_attrs *attrs);
/* Whether a token object may be made in this session, and CKA_TOKEN. CKR_SESSION_READ_ONLY. */
CK_RV kc_create_place(
	const struct kc_session *session, const struct kc_template *t, bool *ret_on_token);
/* Describes a public key by its SubjectPublicKeyInfo; the value is its stored form. */
CK_RV kc_create_public_item(struct kc_bytes spki, struct kc_made *made);

/* kc_template_match for what is about to be made. */
CK_RV kc_create_match(const struct kc_template *t, const struct kc_made *made);

/* Stores an item, and answers with its handle. */
CK_RV kc_create_store(struct kc_session *session, struct kc_made *made, CK_OBJECT_HANDLE *ret);
/* Stores what the service reads out of a file: it knows certificates, and computes public keys. */
CK_RV kc_create_import(struct kc_session *session, struct kc_made *made, CK_OBJECT_HANDLE *ret);
/* Puts what the service made into the table: an item, or a transient key of the session. */
CK_RV kc_create_adopt(struct kc_session *session, struct kc_found *found, CK_OBJECT_HANDLE *ret);
/* Makes a session object. */
CK_RV kc_create_in_session(struct kc_session *session, struct kc_made *made, CK_OBJECT_HANDLE *ret);

#endif
