/* SPDX-License-Identifier: ISC */
/*
 * What the keychain must hold, kept beside it in memory that the processes of a test share.
 *
 * A slot is one item that one process at a time adds, changes and deletes. Each change gives it a
 * new version, from which its attributes and its secret follow, so that any mixture of two versions
 * shows. A change counts as made once the service has said so; one without an answer leaves the
 * slot in doubt, and the next look at it must find either the old version or the new one.
 */
#ifndef KC_TESTS_LEDGER_H
#define KC_TESTS_LEDGER_H

#include <stdatomic.h>

#include "wire/client.h"

struct ledger_slot {
	_Atomic uint32_t version;   /* the last that was acknowledged; 0: no item */
	_Atomic uint32_t attempted; /* what it may have become, while in doubt */
	_Atomic uint32_t newest;    /* no version is used twice */
	atomic_bool in_doubt;
	_Atomic uint32_t not_before; /* the round until which it stays in doubt */
};

struct ledger {
	size_t count;
	_Atomic uint32_t
		round; /* counted up by the test, whenever nothing unanswered can be under way */
	_Atomic uint64_t acknowledged;		 /* changes */
	_Atomic uint64_t happened, not_happened; /* of those in doubt */
	_Atomic uint64_t faults;		 /* each is told on standard error */
	struct ledger_slot slots[];
};

/* In memory that later forks share. Ends the test when there is none. */
struct ledger *ledger_new(size_t count);

/* One change of a slot, by chance (seed as for nrand48(3)), or a look at it. A failed call leaves
 * what it tells in doubt: SERVICE is the answer then; LOCKED changes nothing. Every other failure,
 * and every wrong content, counts as a fault. */
KC_MUST kc_err ledger_step(
	struct ledger *ledger, struct kc_client *client, size_t slot, unsigned short seed[3]);
/* The process that had these slots was killed: what it asked for may still come to pass until the
 * next round. */
void ledger_hold(struct ledger *ledger, size_t first, size_t count);
/* Looks at every slot. *ret_live is how many items there must be. */
KC_MUST kc_err ledger_check(struct ledger *ledger, struct kc_client *client, uint64_t *ret_live);

#endif
