/* SPDX-License-Identifier: ISC */
/*
 * The side file of a store in one file, PLACE-lock: whose turn it is, and a bell for those who wait
 * for changes.
 *
 * SQLite's own locks are no queue: whoever has just let go takes hold again before those who sleep
 * look, and one of eight waited three seconds. Here two bytes of the file are locked, which a
 * process that dies lets go of: the turnstile, and the store. Who wants the store takes the
 * turnstile first, and keeps it until it has the store; so it is next, and the others choose the
 * one after it by chance. The locks are polled, since each call has its deadline. They make nothing
 * right or wrong; the locks of the database do.
 */
#ifndef KC_CLOUD_SQLITE_LOCK_H
#define KC_CLOUD_SQLITE_LOCK_H

#include <sys/types.h>

#include "base/err.h"

/* The descriptor holds the store until it is closed. mode: of the file, when it must be made.
 * Errors: STORE_GONE (also when until_us, of kc_clock_monotonic_us, has passed), STORE_SUSPECT
 * (some other thing is there). */
KC_MUST kc_err kc_sqlite_lock_take(const char *path, mode_t mode, uint64_t until_us, int *ret);
/* Something has changed. */
void kc_sqlite_lock_ring(int lock);
/* A descriptor for poll that hears the bell, or -1. mode: as above. */
int kc_sqlite_lock_listen(const char *path, mode_t mode);
/* Empties it. Whether the bell rang. */
bool kc_sqlite_lock_hear(int bell);

#endif
