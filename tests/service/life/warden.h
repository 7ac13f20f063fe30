/* SPDX-License-Identifier: ISC */
/*
 * The processes of a test: those that it forks, and the services that they start. The latter fork
 * twice and become children of this process here, so that the test knows how each of them ended.
 */
#ifndef KC_TESTS_WARDEN_H
#define KC_TESTS_WARDEN_H

#include <stdbool.h>
#include <sys/types.h>

/* Once, before the first service is started. */
void warden_begin(void);

/* As fork(2); the child is one of the test's own, up to 32 at a time. Ends the test when it cannot.
 */
pid_t warden_fork(void);
/* Waits for one of the test's own; its exit status, or -1 when a signal ended it. */
int warden_wait(pid_t child);
void warden_kill(pid_t child); /* SIGKILL to one of the test's own, and waits */

/* A service that runs, waited for as long as ten seconds; 0 when there is none. */
pid_t warden_find_service(void);
/* SIGKILL, and waits until it is gone. Whether it was that which ended it. */
bool warden_kill_service(pid_t service);
/* Forgets the services that have ended by themselves. How many did so with a failure: a signal
 * other than SIGKILL, or an exit status other than 0. */
unsigned warden_count_failed(void);

#endif
