/* SPDX-License-Identifier: ISC */
/* The end of a service, waited for: its files are whole then, and nobody writes them. */
#ifndef KC_WIRE_ENDING_H
#define KC_WIRE_ENDING_H

#include "base/place.h"
#include "wire/client.h"

/*
 * Tells the service of a place to end, and waits until it is gone, ten seconds at most. *ret_lock
 * is the caller's to close: as long as it is open no other service starts there; -1 where none ever
 * did. Errors: BUSY (it does not end), those of the client.
 */
KC_MUST kc_err kc_end_service(
	struct kc_client *client, const struct kc_place *place, int *ret_lock);

#endif
