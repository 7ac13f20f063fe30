/* SPDX-License-Identifier: ISC */
/*
 * What a session is in the middle of with a key, from C_…Init to the call that ends it.
 *
 * A session does each activity once at a time, so there is one record for each. The record collects
 * the input where nothing comes out before the end: as a running digest where the mechanism has
 * one, else as the bytes themselves. What encrypts or makes a code of more than that is an
 * operation in the service (wire/client.h), begun when the first part is there.
 *
 * A result that did not fit into the caller's buffer is kept for the next call.
 */
#ifndef KC_MODULE_OPERATION_OPERATION_H
#define KC_MODULE_OPERATION_OPERATION_H

#include "base/buf.h"
#include "module/form/hasher.h"
#include "module/object/object.h"
#include "module/mechanism/params.h"

struct kc_session;

enum kc_activity {
	KC_ACTIVITY_ENCRYPT,
	KC_ACTIVITY_DECRYPT,
	KC_ACTIVITY_SIGN,
	KC_ACTIVITY_SIGN_RECOVER,
	KC_ACTIVITY_VERIFY,
	KC_ACTIVITY_VERIFY_RECOVER,
	KC_ACTIVITY_MESSAGE_ENCRYPT,
	KC_ACTIVITY_MESSAGE_DECRYPT,
	KC_ACTIVITY_MESSAGE_SIGN,
	KC_ACTIVITY_MESSAGE_VERIFY,
	KC_ACTIVITY_COUNT
};
/* The flag of CK_MECHANISM_INFO, and of C_SessionCancel. */
CK_FLAGS kc_operation_flag(enum kc_activity activity);

/* The iv of the next message, where it is made here (module/operation/message_params.h). */
#define KC_MESSAGE_IV_MAX 64
struct kc_message_iv {
	size_t len; /* 0: none was made yet */
	uint8_t first[KC_MESSAGE_IV_MAX];
	uint64_t count;
};

struct kc_operation {
	struct kc_object *key; /* owned reference; NULL: no operation */
	const struct kc_mechanism *mechanism;
	struct kc_params params;
	bool has_parts; /* C_…Update was called: only C_…Final may end it */
	struct kc_hasher hasher;
	struct kc_buf data;
	/* In the service. */
	struct kc_client *client; /* NULL: nothing is begun there */
	uint64_t number;
	/* Of a cipher in parts. */
	size_t in_len, out_len; /* so far */
	/* The result that did not fit. */
	bool has_kept;
	struct kc_buf kept;
	uint8_t kept_of[KC_HASHER_MAX_LEN]; /* the digest of its input */
	/* Messages: between C_…MessageBegin and the last part. */
	bool is_in_message;
	struct kc_message_iv message_iv;
};

static inline bool kc_operation_is_active(const struct kc_operation *operation)
{
	return operation->key != NULL;
}

/* The whole of C_…Init. A NULL mechanism ends the operation under way. */
CK_RV kc_operation_init(CK_SESSION_HANDLE session, enum kc_activity activity,
	const CK_MECHANISM *asked, CK_OBJECT_HANDLE key);
/* The operation of a session, for a call in parts or for one that does all:
 * CKR_OPERATION_NOT_INITIALIZED, CKR_OPERATION_ACTIVE. */
CK_RV kc_operation_find(struct kc_session *session, enum kc_activity activity, bool in_parts,
	struct kc_operation **ret);
void kc_operation_end(struct kc_operation *operation); /* wipes; no operation afterwards */
/* Ends it for a failure, which it answers. */
CK_RV kc_operation_fail(struct kc_operation *operation, CK_RV rv);

/* Input on its way: hashed where the mechanism has a hash of its own, else collected. */
void kc_operation_collect(struct kc_operation *operation, struct kc_bytes part);
/* What to send: the digest, or all that was collected. Borrowed until the end; CKR_DATA_LEN_RANGE
 * when it was too much. */
CK_RV kc_operation_input(struct kc_operation *operation, struct kc_bytes *ret);
/* Forgets what was collected. */
void kc_operation_restart(struct kc_operation *operation);

/* Gives the kept result to the caller, or tells its length: CKR_BUFFER_TOO_SMALL. */
CK_RV kc_operation_give(struct kc_operation *operation, CK_BYTE_PTR out, CK_ULONG_PTR out_len);
/* Marks what is in kept as the result of an input; and whether it is that. */
void kc_operation_keep(struct kc_operation *operation, struct kc_bytes input);
bool kc_operation_has_kept(const struct kc_operation *operation, struct kc_bytes input);

/* Drops what is begun in the service. */
void kc_operation_drop(struct kc_operation *operation);
/* The result of a call that the service refused because it is locked: whether to ask again, after
 * its user opened it. Programs that use keys do not always log in first. */
bool kc_operation_unlocked(struct kc_session *session, kc_err err, unsigned *tries);
/* What a failed call with a key is to its caller. */
CK_RV kc_operation_rv(kc_err err);
/* The same for what is begun in the service: when it is not there any more, it ended with a lock,
 * or with the service. */
CK_RV kc_operation_rv_begun(kc_err err);

#endif
