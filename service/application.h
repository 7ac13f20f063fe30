/* SPDX-License-Identifier: ISC */
/*
 * The programs that are connected, each with what its connections share. A program is a process;
 * but a sandboxed one is all the processes of its sandbox, which can make as many as it likes.
 */
#ifndef KC_SERVICE_APPLICATION_H
#define KC_SERVICE_APPLICATION_H

#include <stdatomic.h>

#include "base/query.h"
#include "base/secret.h"
#include "service/budget.h"
#include "service/peer.h"

#define KC_APPLICATION_CONNECTIONS 64		/* of one program at once */
#define KC_APPLICATION_BYTES ((size_t)16 << 20) /* of its long messages at once */
#define KC_APPLICATION_WORK 2			/* of its calls that compute for seconds, at once */

struct kc_application {
	struct kc_application *next;
	uint64_t number; /* never another's, never 0 */
	pid_t process;	 /* with started: which one; neither counts for a sandboxed one */
	uint64_t started;
	struct kc_access access;
	unsigned connections;
	struct kc_budget budget;
	pthread_mutex_t trying;	     /* one password at a time */
	unsigned working;	     /* calls that compute for seconds; under the list's lock */
	pthread_cond_t worked;	     /* one of them has ended */
	_Atomic uint64_t refused_us; /* when its user last refused to give a password; 0 never */
	struct kc_secret officer;    /* of who is logged in as the officer; under the list's lock */
	unsigned sessions[2];	     /* its processes with sessions of each token; under that too */
};

/* The record of a peer's program, made when it is its first connection. Errors: BUSY (too many
 * connections), NO_MEMORY. */
KC_MUST kc_err kc_application_join(const struct kc_peer *peer, struct kc_application **ret);
/* The officer's login (kc_keychain_officer_check): takes the key; an empty one logs out. */
void kc_application_log_officer_in(struct kc_application *application, struct kc_secret *key);
/* A copy of the key. Errors: LOCKED when the officer is not logged in. */
KC_MUST kc_err kc_application_officer(struct kc_application *application, struct kc_secret *ret);
bool kc_application_is_officer(struct kc_application *application);
/* Logs the officer out of every program. */
void kc_application_log_officers_out(void);
/* One of its processes has begun or ended to use the token of these items. */
void kc_application_use_token(
	struct kc_application *application, enum kc_sync_filter which, bool has_sessions);
/* Whether any program uses it. */
bool kc_application_is_token_used(enum kc_sync_filter which);
/* Before and after what computes for seconds: a program waits for its own, as long as it takes, and
 * others hardly notice. Errors: BUSY, when the process (a pidfd, or -1) has ended or the service
 * stops; there is nothing to end then. */
KC_MUST kc_err kc_application_begin_work(
	struct kc_application *application, const atomic_bool *stopping, int process);
void kc_application_end_work(struct kc_application *application);
/* One connection less; the record goes with the last, which is answered with true. */
bool kc_application_leave(struct kc_application *application);

#endif
