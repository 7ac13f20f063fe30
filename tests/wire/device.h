/* SPDX-License-Identifier: ISC */
/* A device of its own for a test: a new folder as KEYCIRCLE_HOME, and a service to be started there
 * by the first call. */
#ifndef KC_TESTS_DEVICE_H
#define KC_TESTS_DEVICE_H

#include <sys/types.h>

#include "base/place.h"
#include "wire/client.h"

/* Sets KEYCIRCLE_HOME to a new folder and KEYCIRCLED to a program of the build folder. Ends the
 * test program when it cannot. */
void device_make(const char *service);
/* The path of the folder. */
const char *device_path(void);
/* Stops the service there, if one runs, and removes the folder. */
void device_remove(void);

/* The process that serves, by asking its socket; 0 when there is none. */
pid_t device_service(void);
/* Waits until no service answers any more, and the last one has closed what it held; false after
 * ten seconds. */
bool device_wait_until_gone(void);

/* A client of a device with a keychain, made with the password "fake". */
struct kc_client *device_client(void);

#endif
