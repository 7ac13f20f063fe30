/* SPDX-License-Identifier: ISC */
/*
 * Secrets at rest in memory: an owned block in the locked arena, wiped when it goes.
 *
 * The arena's pages are locked (not swapped), left out of core files and wiped in a forked child.
 * Where RLIMIT_MEMLOCK is too low the arena works on unlocked pages and kc_secret_is_locked says
 * so.
 */
#ifndef KC_BASE_SECRET_H
#define KC_BASE_SECRET_H

#include "base/mem.h"

struct kc_secret {
	uint8_t *data; /* in the arena; NULL when len is 0 */
	size_t len;
};

#define KC_SECRET_INIT \
	{              \
		0      \
	}
#define KC_CLEANUP_SECRET KC_CLEANUP(kc_secret_done)

/* Makes a zeroed block of len bytes, replacing (and wiping) what was there. Errors: NO_MEMORY. */
KC_MUST kc_err kc_secret_alloc(struct kc_secret *secret, size_t len);
/* The same, holding a copy of bytes. The caller still wipes its own copy. */
KC_MUST kc_err kc_secret_set(struct kc_secret *secret, struct kc_bytes bytes);
/* The same, holding random bytes. */
KC_MUST kc_err kc_secret_random(struct kc_secret *secret, size_t len);
/* Wipes, gives back, and leaves it empty. */
void kc_secret_done(struct kc_secret *secret);
/* Moves ownership from one to the other; *from is empty afterwards, *to's old contents are wiped.
 */
void kc_secret_move(struct kc_secret *to, struct kc_secret *from);

static inline struct kc_bytes kc_secret_bytes(const struct kc_secret *secret)
{
	return kc_bytes(secret->data, secret->len);
}

/* Whether every page of the arena so far could be locked. */
bool kc_secret_is_locked(void);

#endif
