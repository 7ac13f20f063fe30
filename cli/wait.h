/* SPDX-License-Identifier: ISC */
/* Waiting for something far away: looking again and again, until it has come or somebody
 * interrupts. */
#ifndef KC_CLI_WAIT_H
#define KC_CLI_WAIT_H

#include "base/err.h"

#define KC_WAIT_FOR_PAIRING 600u /* seconds: how long a code lives */

/* Calls look about four times a second while it says WAITING, and answers what it says then. On
 * SIGINT, SIGTERM or SIGHUP, and after most_seconds (TIMED_OUT; 0: no end), calls give_up first; a
 * signal then ends the process as it would have. give_up may be NULL. */
KC_MUST kc_err kc_wait_for(kc_err (*look)(void *context), void (*give_up)(void *context),
	void *context, unsigned most_seconds);

#endif
