/* SPDX-License-Identifier: ISC */
/* Who is at the other end of a socket, by what the kernel says. */
#ifndef KC_SERVICE_PEER_H
#define KC_SERVICE_PEER_H

#include <sys/types.h>

#include "service/access.h"

struct kc_peer {
	pid_t process;
	int pidfd;	  /* owned */
	uint64_t started; /* clock ticks since boot: a process number alone may come again */
	struct kc_access access;
};

/* Errors: NOT_ALLOWED (another user, or nobody knows who), NO_MEMORY. */
KC_MUST kc_err kc_peer_identify(int socket, struct kc_peer *ret);
void kc_peer_done(struct kc_peer *peer);

#endif
