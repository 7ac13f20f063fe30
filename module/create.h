/* SPDX-License-Identifier: ISC */
/* Making objects: what a template becomes as an item of the keychain, or as a session object. */
#ifndef KC_MODULE_CREATE_H
#define KC_MODULE_CREATE_H

#include "module/session.h"
#include "module/template.h"

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

/* The attributes that every object made here has: sync mark, protection class by CKA_PRIVATE (or
 * otherwise), and a random discriminator, so that two equal objects can exist. */
CK_RV kc_create_common(const struct kc_session *session, const struct kc_template *t,
	bool is_private, struct kc_attrs *attrs);
/* Whether a token object may be made in this session, and CKA_TOKEN. CKR_SESSION_READ_ONLY. */
CK_RV kc_create_place(
	const struct kc_session *session, const struct kc_template *t, bool *ret_on_token);
/* Describes a public key by its SubjectPublicKeyInfo; the value is its stored form. */
CK_RV kc_create_public_item(struct kc_bytes spki, struct kc_made *made);

/* Puts what the service stored into the table. */
CK_RV kc_create_adopt(struct kc_session *session, struct kc_found *found, CK_OBJECT_HANDLE *ret);
/* Makes a session object. */
CK_RV kc_create_in_session(struct kc_session *session, struct kc_made *made, CK_OBJECT_HANDLE *ret);

#endif
