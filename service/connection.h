/* SPDX-License-Identifier: ISC */
/* The connections: each has a thread of its own, so that a slow client holds up nobody else. */
#ifndef KC_SERVICE_CONNECTION_H
#define KC_SERVICE_CONNECTION_H

#include "service/service.h"

#define KC_CONNECTION_MOST 512 /* at once; a client beyond that is told BUSY */

/* Serves a socket that was accepted, which it takes. */
void kc_connection_start(struct kc_service *service, int socket);
unsigned kc_connection_count(void);
/* Frees what is left of connections that have ended. Each end wakes the service's main loop. */
void kc_connection_reap(void);
/* Ends all, each after the call that it is serving. */
void kc_connection_end_all(void);

#endif
