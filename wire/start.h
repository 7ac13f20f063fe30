/* SPDX-License-Identifier: ISC */
/* Starting the service when nobody answers. */
#ifndef KC_WIRE_START_H
#define KC_WIRE_START_H

#include "base/err.h"

/* The descriptor that a service started with --ready-fd writes one octet to: an error's number,
 * once it can be reached or has failed. */
#define KC_START_READY_FD 3

/*
 * Runs KEYCIRCLED (from the environment, unless this is a set-uid program), else the installed
 * keycircled, as a process of its own: another session, no descriptor of ours, standard streams on
 * /dev/null; and waits until it can be reached. Nothing is left for the caller to wait(2) for, and
 * no SIGCHLD comes. home is to be its KEYCIRCLE_HOME; NULL: what is ours. Errors: SERVICE (it could
 * not be started; also in a sandbox or a set-uid program, which never start one), whatever the
 * service says.
 */
KC_MUST kc_err kc_start_service(const char *home);

#endif
