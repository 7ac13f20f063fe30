/* SPDX-License-Identifier: ISC */
/*
 * The programs that are connected, each with what its connections share. A program is a process;
 * but a sandboxed one is all the processes of its sandbox, which can make as many as it likes.
 */
#ifndef KC_SERVICE_APPLICATION_H
#define KC_SERVICE_APPLICATION_H

#include <stdatomic.h>

#include "service/budget.h"
#include "service/peer.h"

#define KC_APPLICATION_CONNECTIONS 64		/* of one program at once */
#define KC_APPLICATION_BYTES ((size_t)16 << 20) /* of its long messages at once */

struct kc_application {
	struct kc_application *next;
	uint64_t number; /* never another's, never 0 */
	pid_t process;	 /* with started: which one; neither counts for a sandboxed one */
	uint64_t started;
	struct kc_access access;
	unsigned connections;
	struct kc_budget budget;
	pthread_mutex_t trying;	     /* one password at a time */
	_Atomic uint64_t refused_us; /* when its user last refused to give a password; 0 never */
};

/* The record of a peer's program, made when it is its first connection. Errors: BUSY (too many
 * connections), NO_MEMORY. */
KC_MUST kc_err kc_application_join(const struct kc_peer *peer, struct kc_application **ret);
/* One connection less; the record goes with the last, which is answered with true. */
bool kc_application_leave(struct kc_application *application);

#endif
