/* SPDX-License-Identifier: ISC */
/*
 * The processes that are connected, each with what its connections share: how many there are, and
 * whether its user has just waved a question away.
 */
#ifndef KC_SERVICE_APPLICATION_H
#define KC_SERVICE_APPLICATION_H

#include <stdatomic.h>
#include <sys/types.h>

#include "base/mem.h"

#define KC_APPLICATION_CONNECTIONS 64 /* of one process at once */

struct kc_application {
	struct kc_application *next;
	pid_t process;
	uint64_t started; /* clock ticks since boot: a process number alone may come again */
	unsigned connections;
	_Atomic uint64_t refused_us; /* when its user last refused to give a password; 0 never */
};

/* The record of the process at the other end of a socket, made when it is its first connection, and
 * a pidfd of it. Errors: NOT_ALLOWED (another user, or nobody knows who), BUSY (too many
 * connections), NO_MEMORY. */
KC_MUST kc_err kc_application_join(int socket, struct kc_application **ret, int *ret_pidfd);
/* One connection less; the record goes with the last. */
void kc_application_leave(struct kc_application *application);

#endif
