/* SPDX-License-Identifier: ISC */
/*
 * Wrong passwords: how many there were, and how long the next try has to wait.
 *
 * A wrong try is on the disk before its caller hears of it. After the first one the next waits 0.25
 * s from it, then twice as long each time, 8 s at most. A right password forgets them all.
 */
#ifndef KC_BACKEND_TRIES_H
#define KC_BACKEND_TRIES_H

#include "backend/store/store.h"

struct kc_tries {
	uint64_t count;		/* wrong ones since the last right one */
	uint64_t not_before_us; /* monotonic: when the next may be looked at */
};

/* Reads the count. */
KC_MUST kc_err kc_tries_init(struct kc_tries *tries, struct kc_store *store);
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
