/* SPDX-License-Identifier: ISC */
/*
 * The service without a socket: linked in place of wire/pool.c, it answers each request of the
 * client half by a function call, in the same process and on a keychain of its own. So a fuzz
 * target sees both sides, and every run of it is the same.
 */
#ifndef KC_TESTS_IN_PROCESS_H
#define KC_TESTS_IN_PROCESS_H

#include "base/mem.h"

/* Makes a keychain in a new folder, which goes when the program ends. Ends the program when it
 * cannot. */
void in_process_start(void);
/* Takes away every item and tombstone, unlocks, and lets the caller be an ordinary program. */
void in_process_reset(void);

void in_process_lock(bool locked);
/* Whether calls come from a sandbox. */
void in_process_set_sandboxed(bool sandboxed);

#endif
