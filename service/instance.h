/* SPDX-License-Identifier: ISC */
/*
 * One service for one data folder: a locked file in the state folder, named by the data folder
 * since several can go with one state folder, which holds the path of the socket. Programs may look
 * for the socket elsewhere (in a session without XDG_RUNTIME_DIR, say); a service started from
 * there finds the first one, leaves a link to its socket, and ends.
 */
#ifndef KC_SERVICE_INSTANCE_H
#define KC_SERVICE_INSTANCE_H

#include "base/place.h"

struct kc_instance {
	int lock;
	int own, passed; /* listening sockets: ours and a service manager's; one may be -1 */
};

/* Makes the folders, takes the lock and listens. DUPLICATE when another service has it and answers,
 * also at our place now. Errors: EXPOSED, READ_ONLY, DISK_FULL, IO, BUSY (another one has the lock
 * and does not answer). */
KC_MUST kc_err kc_instance_init(const struct kc_place *place, struct kc_instance *ret);
/* The first half of the end: nobody new comes in. */
void kc_instance_stop_listening(const struct kc_place *place, struct kc_instance *instance);
/* The second: gives up the lock, so that another service may open the keychain. To be called when
 * this one has closed it. */
void kc_instance_release(struct kc_instance *instance);

#endif
