/* SPDX-License-Identifier: ISC */
/*
 * A key on its way: what a template asks for, and what its item will say. The same for all ways of
 * making a private or secret key (generated, created, unwrapped, derived); public keys, which are
 * no secret, are made in module/object/create.c.
 *
 * On the token it becomes an item; in the session it is a transient key of the service
 * (base/query.h) with a session object here that stands for it.
 */
#ifndef KC_MODULE_OBJECT_NEW_KEY_H
#define KC_MODULE_OBJECT_NEW_KEY_H

#include "module/session/session.h"
#include "module/object/template.h"

struct kc_new_key {
	uint32_t type;
	bool on_token;
	size_t len; /* of a secret key whose template says it, bytes; else 0 */
	struct kc_attrs attrs;
};
#define KC_NEW_KEY_INIT                 \
	{                               \
		.attrs = KC_ATTRS_INIT, \
	}
#define KC_CLEANUP_NEW_KEY KC_CLEANUP(kc_new_key_done)
void kc_new_key_done(struct kc_new_key *key);

/* Reads a template for a private or secret key of a type on an occasion (KC_GIVEN_…): checks it,
 * and fills all of *ret. The errors of kc_template_check, CKR_SESSION_READ_ONLY. */
CK_RV kc_new_key_read(const struct kc_session *session, const struct kc_template *t,
	enum kc_object_kind kind, uint32_t type, unsigned occasion, struct kc_new_key *ret);
/* What the template says of the class, which must be the kind's where it is said, and the type of
 * keys (0: it says nothing, or type of a secret key is otherwise). CKR_TEMPLATE_INCONSISTENT,
 * CKR_ATTRIBUTE_VALUE_INVALID. */
CK_RV kc_new_key_check_class(const struct kc_template *t, CK_OBJECT_CLASS class);
CK_RV kc_new_key_secret_type(const struct kc_template *t, uint32_t otherwise, uint32_t *ret);
/* How long keys of the type always are, bytes; 0 when that is to be said. */
size_t kc_new_key_fixed_len(uint32_t type);
/* Whether keys of the type can be so long. CKR_ATTRIBUTE_VALUE_INVALID. */
CK_RV kc_new_key_check_len(uint32_t type, size_t len);

/* Makes an object of what the service made, which it takes, when it is what the template says (as
 * far as that can only be seen now). When that fails the key is gone again. */
CK_RV kc_new_key_keep(struct kc_session *session, const struct kc_template *t, bool on_token,
	struct kc_found *found, CK_OBJECT_HANDLE *ret);
/* Takes back a key that was kept: another one could not be made beside it. */
void kc_new_key_undo(struct kc_session *session, CK_OBJECT_HANDLE handle);

#endif
