/* SPDX-License-Identifier: ISC */
/*
 * A power cut for SQLite: a VFS over the system's own that knows what of each file is really on the
 * disk, and after a chosen number of operations loses the rest.
 *
 * Until the cut every operation goes through, and is noted. A sync makes the noted writes of its
 * file durable. The cut makes every later operation fail; then powercut_apply leaves each file as a
 * disk might have it: everything durable, and of the other writes a random choice of 512-byte
 * sectors, in any order, where new sectors that were not written hold zeros or garbage. A deletion
 * that no sync followed may be undone. The shared memory of the WAL is gone.
 */
#ifndef KC_TESTS_STORE_POWERCUT_VFS_H
#define KC_TESTS_STORE_POWERCUT_VFS_H

#include <stdbool.h>
#include <stdint.h>

#define POWERCUT_VFS "powercut"

/* Makes the VFS known to SQLite; once. */
void powercut_register(void);
/* Forgets all files, and cuts at operation number at (from 1); 0 never. */
void powercut_start(uint64_t at);
/* Cuts now. */
void powercut_cut(void);
/* From now on syncs do nothing: for seeing that a test notices. */
void powercut_lie(void);
/* How many operations there were. */
uint64_t powercut_count(void);
bool powercut_is_dead(void);
/* Rewrites the files as they lie after the cut; seed chooses what was lost. */
void powercut_apply(uint64_t seed);

#endif
