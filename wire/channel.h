/* SPDX-License-Identifier: ISC */
/*
 * A connection between a client and the service: one request, one reply, in turn.
 *
 * Short messages lie in a slot of memory that both sides map (wire/slot.h), which also says whose
 * turn it is; longer ones go through the socket.
 *
 * Whoever waits looks at the turn for a bounded time first, where that pays and leaves the others
 * room, then sleeps: the client in a futex, waking up at times to look whether the
 * socket still stands; the service in poll(2) on the socket, on an eventfd that the client rings,
 * and on the client's process. The measurements behind this are in doc/architecture.md.
 *
 * The slot is hostile ground for the service: it reads each word once, copies a message before it
 * looks at it, and no wait of its depends on what the client does to the slot.
 */
#ifndef KC_WIRE_CHANNEL_H
#define KC_WIRE_CHANNEL_H

#include "base/buf.h"
#include "wire/bulletin.h"
#include "wire/greeting.h"
#include "wire/mark.h"
#include "wire/slot.h"

enum kc_channel_side { KC_CHANNEL_CLIENT, KC_CHANNEL_SERVICE };

struct kc_channel {
	enum kc_channel_side side;
	int socket; /* owned by the client's half, borrowed by the service's */
	int bell;   /* eventfd, owned */
	struct kc_mark socket_mark, bell_mark; /* the client's: what they were at first */
	int process; /* the service's: a borrowed pidfd that ends the connection, or -1 */
	struct kc_slot *slot;
	const struct kc_bulletin_page *bulletin; /* as socket */
	uint64_t last_us; /* how long the last wait took: the forecast for the next */
};

/* The service's half of a new connection: makes slot and bell, and greets. Borrows socket, process
 * and bulletin until kc_channel_done. */
KC_MUST kc_err kc_channel_offer(
	int socket, int process, const struct kc_bulletin *bulletin, struct kc_channel *ret);
/* The client's half: waits for the greeting. Takes socket, unless it fails. Errors: as
 * kc_greeting_receive. */
KC_MUST kc_err kc_channel_accept(int socket, kc_deadline deadline, struct kc_channel *ret);
void kc_channel_done(struct kc_channel *channel);

/* Gives a message to the other side. The side whose turn it is not must not send. Errors: SERVICE
 * (the peer is gone), TIMED_OUT; the connection is of no use afterwards. */
KC_MUST kc_err kc_channel_send(
	struct kc_channel *channel, struct kc_bytes message, kc_deadline deadline);
/* Waits until a message is there; *ret_len is its length, at most KC_MESSAGE_MAX. Errors: SERVICE,
 * TIMED_OUT, TOO_LARGE. */
KC_MUST kc_err kc_channel_wait(struct kc_channel *channel, kc_deadline deadline, size_t *ret_len);
/* Appends that message to buf, and wipes it from the slot. */
KC_MUST kc_err kc_channel_read(
	struct kc_channel *channel, size_t len, kc_deadline deadline, struct kc_buf *buf);
/* Whether the client's half still has its descriptors, and the service is at the other end. */
bool kc_channel_stands(const struct kc_channel *channel);
/* Whether what the client sent last was never taken by the service, and so had no effect. */
bool kc_channel_is_untaken(const struct kc_channel *channel);

#endif
