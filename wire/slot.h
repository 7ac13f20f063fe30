/* SPDX-License-Identifier: ISC */
/*
 * The memory that both sides of a connection map: whose turn it is, and the message.
 *
 *   CLIENT  --client sends-->  POSTED  --service has copied it-->  TAKEN  --service sends--> CLIENT
 *
 * Both can write all of it at any time, so neither believes any of it.
 */
#ifndef KC_WIRE_SLOT_H
#define KC_WIRE_SLOT_H

#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>

#define KC_SLOT_PAYLOAD ((size_t)64 << 10) /* bytes */

enum kc_slot_turn { KC_SLOT_CLIENT, KC_SLOT_POSTED, KC_SLOT_TAKEN };

/* Words that one side writes and the other looks at while it waits have cache lines of their own.
 */
struct kc_slot_side {
	_Alignas(64) atomic_uint asleep; /* wants to be woken when the turn changes */
	atomic_uint core;		 /* where it waited last: a hint */
};

struct kc_slot {
	_Alignas(64) atomic_uint turn; /* the client's futex */
	atomic_uint len; /* of the message; beyond KC_SLOT_PAYLOAD it comes through the socket */
	struct kc_slot_side sides[2]; /* by enum kc_channel_side */
	_Alignas(64) uint8_t payload[KC_SLOT_PAYLOAD];
};

#endif
