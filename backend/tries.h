/* SPDX-License-Identifier: ISC */
/*
 * Wrong passwords, of the user or of the officer: whose turn it is to try one, how many were wrong,
 * and how long the next has to wait.
 *
 * A wrong try is on the disk before its caller hears of it. After the first one the next waits 0.25
 * s from it, then twice as long each time, 8 s at most. A right password forgets them all.
 */
#ifndef KC_BACKEND_TRIES_H
#define KC_BACKEND_TRIES_H

#include <pthread.h>
#include <stdatomic.h>

#include "backend/store/setting.h"
#include "backend/store/store.h"

struct kc_tries {
	pthread_mutex_t mutex; /* guards the turn; the rest belongs to whoever has it */
	pthread_cond_t moved;
	uint64_t next, serving;	 /* tickets: the one that is given next, the one whose turn it is */
	enum kc_setting setting; /* where the count is kept */
	_Atomic uint64_t count;	 /* wrong ones since the last right one; anybody may look */
	uint64_t not_before_us;	 /* monotonic: when the next may be looked at */
};

void kc_tries_init(struct kc_tries *tries, enum kc_setting setting);
void kc_tries_done(struct kc_tries *tries);
/* Reads the count. */
KC_MUST kc_err kc_tries_read(struct kc_tries *tries, struct kc_store *store);

/* Takes the turn, first come, first served; a mutex would give it to whoever is quick, and that is
 * a program which tries all the time. All that follows is for its holder. */
void kc_tries_enter(struct kc_tries *tries);
void kc_tries_leave(struct kc_tries *tries);
/* Waits until the next try may be looked at. */
void kc_tries_wait(const struct kc_tries *tries);
/* Counts a wrong try; one that cannot be written is counted in memory. */
void kc_tries_wrong(struct kc_tries *tries, struct kc_store *store);
/* The password was right. */
void kc_tries_right(struct kc_tries *tries, struct kc_store *store);

/* What wrong try number count costs, milliseconds. */
uint64_t kc_tries_delay_ms(uint64_t count);
/* Replaces the sleep, for tests; NULL restores it. */
typedef void (*kc_tries_sleep)(uint64_t ms);
void kc_tries_set_sleep(kc_tries_sleep sleeper);

#endif
