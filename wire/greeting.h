/* SPDX-License-Identifier: ISC */
/*
 * The first message on a connection, from the service: whether the client is welcome, which version
 * is spoken, and the descriptors of what both sides share.
 */
#ifndef KC_WIRE_GREETING_H
#define KC_WIRE_GREETING_H

#include "wire/socket.h"

struct kc_greeting {
	int slot;     /* memory for messages (wire/slot.h) */
	int bell;     /* eventfd that wakes the service */
	int bulletin; /* memory that tells of changes (wire/bulletin.h) */
};

/* Passes duplicates of the descriptors; the caller keeps its own. Never waits: the socket is new,
 * and its buffer empty. */
KC_MUST kc_err kc_greeting_send(int fd, const struct kc_greeting *greeting);
/* Turns a client away with an error. */
void kc_greeting_refuse(int fd, kc_err err);
/* The descriptors are the caller's, close-on-exec. Errors: the one that the service refused with,
 * VERSION, SERVICE (it went away), TIMED_OUT. */
KC_MUST kc_err kc_greeting_receive(int fd, kc_deadline deadline, struct kc_greeting *ret);

#endif
