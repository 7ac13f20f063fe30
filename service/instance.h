/* SPDX-License-Identifier: ISC */
/*
 * One service for one data folder: a locked file in the state folder, named by the data folder
 * since several can go with one state folder, which holds the path of the socket. Programs may look
 * for the socket elsewhere (in a session without XDG_RUNTIME_DIR, say); a service started from
 * there finds the first one, leaves a link to its socket, and ends. In a home that cannot be
 * written a file that is there already is locked, but not written.
 */
#ifndef KC_SERVICE_INSTANCE_H
#define KC_SERVICE_INSTANCE_H

#include <sys/types.h>

#include "base/place.h"

struct kc_instance {
	int lock;
	int own, passed; /* listening sockets: ours and a service manager's; one may be -1 */
	int knock; /* readable when another service wants the lock and finds no socket; may be -1 */
	dev_t device; /* of the socket's name */
	ino_t inode;
};

/* Makes the folders, takes the lock and listens. DUPLICATE when another service has it and answers,
 * also at our place now. Errors: EXPOSED, READ_ONLY, DISK_FULL, IO, BUSY (another one has the lock
 * and does not answer). */
KC_MUST kc_err kc_instance_init(const struct kc_place *place, struct kc_instance *ret);
/* Takes a knock. Whether programs still find us: whoever cleans up a runtime folder may have taken
 * the socket away (at the end of a session, say), and then the next service needs the lock. */
bool kc_instance_is_found(const struct kc_place *place, const struct kc_instance *instance);
/* The first half of the end: nobody new comes in. */
void kc_instance_stop_listening(const struct kc_place *place, struct kc_instance *instance);
/* The second: gives up the lock, so that another service may open the keychain. To be called when
 * this one has closed it. */
void kc_instance_release(struct kc_instance *instance);

#endif
