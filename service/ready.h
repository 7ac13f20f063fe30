/* SPDX-License-Identifier: ISC */
/* Telling whoever started the service that it can be reached, or why it cannot. */
#ifndef KC_SERVICE_READY_H
#define KC_SERVICE_READY_H

#include "base/err.h"

/* KC_OK, or why the service will not start: to the program that passed a descriptor (--ready-fd),
 * and to a service manager that set NOTIFY_SOCKET (sd_notify(3)). */
void kc_ready_tell(bool has_fd, kc_err err);

#endif
