/* SPDX-License-Identifier: ISC */
/* One client, from its greeting to its end. */
#ifndef KC_SERVICE_CONVERSATION_H
#define KC_SERVICE_CONVERSATION_H

#include "service/service.h"

/* Finds out who it is, greets or refuses, and answers call after call. Returns when the client has
 * gone, misbehaves, or the service stops. Borrows socket. */
void kc_conversation_run(struct kc_service *service, int socket);

#endif
