/* SPDX-License-Identifier: ISC */
/*
 * A session, and what it is in the middle of.
 *
 * A call that names a session enters it: it then holds the session's own lock, so two threads in
 * one session take turns, and it is a user of the module. Closing a session waits for nobody: it
 * leaves the table (module/session/sessions.h) at once and its memory goes with the last call
 * inside, after that has given back the module's lock: what the session had begun in the service is
 * dropped there.
 */
#ifndef KC_MODULE_SESSION_SESSION_H
#define KC_MODULE_SESSION_SESSION_H

#include <pthread.h>
#include <stdatomic.h>

#include "module/operation/operation.h"
#include "module/session/token.h"

struct kc_module;

/* A search: the handles found and not yet handed out. */
struct kc_search {
	bool is_active;
	CK_OBJECT_HANDLE *handles; /* owned */
	size_t count, next;
};

struct kc_session {
	CK_SESSION_HANDLE handle;
	enum kc_token_number token;
	bool is_writable; /* CKF_RW_SESSION */
	struct kc_module *module;

	unsigned users; /* calls inside, and one while open; guarded by the module's lock */
	atomic_bool is_closed;
	struct kc_session *next_ended; /* in the module's list, once nobody uses it */
	pthread_mutex_t lock;	       /* guards what follows */
	struct kc_search search;
	struct kc_hasher digest;
	bool digest_has_parts; /* C_DigestUpdate was called: only C_DigestFinal may end it */
	struct kc_operation operations[KC_ACTIVITY_COUNT];
	enum kc_activity last; /* the activity that was begun last */
};

/* CKR_HOST_MEMORY. */
CK_RV kc_session_new(struct kc_module *module, CK_SESSION_HANDLE handle, enum kc_token_number token,
	bool is_writable, struct kc_session **ret);
/* One user less, under the module's lock; the last one leaves it to kc_module_leave to free. */
void kc_session_put(struct kc_session *session);
/* Ends what it is in the middle of, and frees it and the list behind it. Without the lock. */
void kc_session_free_ended(struct kc_session *session);

/* Enters the session of a handle. CKR_CRYPTOKI_NOT_INITIALIZED, CKR_SESSION_HANDLE_INVALID. */
CK_RV kc_session_enter(CK_SESSION_HANDLE handle, struct kc_session **ret);
void kc_session_leave(struct kc_session *session);
#define KC_CLEANUP_SESSION KC_CLEANUP(kc_session_leave_cleanup)
static inline void kc_session_leave_cleanup(struct kc_session **session)
{
	if (*session)
		kc_session_leave(*session);
}

/* Ends a search, or a digest, in a session that the caller is inside. */
void kc_session_end_search(struct kc_session *session);
void kc_session_end_digest(struct kc_session *session);

/* The key that waits for its user (CKU_CONTEXT_SPECIFIC): that of the operation begun last, when it
 * says CKA_ALWAYS_AUTHENTICATE. Borrowed; NULL when there is none. */
struct kc_object *kc_session_waiting_key(struct kc_session *session);

#endif
