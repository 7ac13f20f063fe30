/* SPDX-License-Identifier: ISC */
/*
 * The state of the process between C_Initialize and C_Finalize.
 *
 * One lock guards the tables (sessions, objects, who is logged in). It is held for look-ups only,
 * never over a round trip and never while taking a session's own lock. Each call that runs counts
 * as a user, so that C_Finalize may come while other threads are still inside: what they use goes
 * when the last of them has left.
 *
 * A forked child has no state: it must call C_Initialize, and what the parent had, sockets
 * included, is left alone there for good.
 */
#ifndef KC_MODULE_SESSION_MODULE_H
#define KC_MODULE_SESSION_MODULE_H

#include <pthread.h>

#include "module/object/objects.h"
#include "module/session/sessions.h"
#include "module/session/token.h"
#include "wire/client.h"

struct kc_module {
	unsigned users;		  /* calls inside, and one while initialised */
	struct kc_client *client; /* owned; safe for threads by itself */
	struct kc_token tokens[KC_TOKEN_COUNT];
	pthread_mutex_t telling; /* taken before the module's lock (kc_token_tell_use) */
	struct kc_sessions sessions;
	struct kc_session *ended; /* sessions that nobody uses any more, to be freed */
	struct kc_objects objects;
};

/* CKR_CRYPTOKI_ALREADY_INITIALIZED, CKR_HOST_MEMORY. Does not talk to the service yet. */
CK_RV kc_module_start(void);
/* CKR_CRYPTOKI_NOT_INITIALIZED. Closes every session. */
CK_RV kc_module_stop(void);

/* Takes the lock, giving the state; on failure (CKR_CRYPTOKI_NOT_INITIALIZED) it is not taken. */
CK_RV kc_module_lock(struct kc_module **ret);
/* Takes the lock for a module that the caller is a user of, finalised meanwhile or not. */
void kc_module_relock(struct kc_module *module);
void kc_module_unlock(void);

/* One more user, for a call without a session. CKR_CRYPTOKI_NOT_INITIALIZED. */
CK_RV kc_module_enter(struct kc_module **ret);
/* One user less, who frees the sessions that ended meanwhile; without the lock. */
void kc_module_leave(struct kc_module *module);
#define KC_CLEANUP_MODULE KC_CLEANUP(kc_module_leave_cleanup)
static inline void kc_module_leave_cleanup(struct kc_module **module)
{
	if (*module)
		kc_module_leave(*module);
}

#endif
