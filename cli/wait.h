/* SPDX-License-Identifier: ISC */
/* Waiting for something far away: looking again and again, until it has come or somebody
 * interrupts. */
#ifndef KC_CLI_WAIT_H
#define KC_CLI_WAIT_H

#include "base/err.h"

#define KC_WAIT_FOR_PAIRING 600u /* seconds: how long a code lives */

/* Something to wait for. */
struct kc_wait {
	kc_err (*begin)(void *context); /* starts it; may be NULL */
	kc_err (*look)(void *context);	/* WAITING as long as it has not come */
	void (*give_up)(void *context); /* takes back what began; may be NULL */
	unsigned most_seconds;		/* 0: no end */
};

/* Begins, looks about four times a second while there is WAITING, and answers what is said then. On
 * SIGINT, SIGTERM or SIGHUP, and after most_seconds (TIMED_OUT), gives up; a signal then ends the
 * process as it would have, but never between the beginning and the first look. */
KC_MUST kc_err kc_wait_for(const struct kc_wait *wait, void *context);

#endif
