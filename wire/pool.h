/* SPDX-License-Identifier: ISC */
/*
 * The connections of one process to the service: as many as calls run at once, up to a bound, and
 * kept for the next ones. Threads share a pool. After a fork the child starts with an empty one and
 * leaves alone what its parent had.
 */
#ifndef KC_WIRE_POOL_H
#define KC_WIRE_POOL_H

#include "base/place.h"
#include "wire/bulletin.h"
#include "wire/calls.h"

#define KC_POOL_CONNECTIONS 16 /* at once; a thread beyond that waits for one */

struct kc_pool;

/* place is borrowed for the life of the pool. */
KC_MUST kc_err kc_pool_new(const struct kc_place *place, struct kc_pool **ret);
/* No call may be running. */
void kc_pool_free(struct kc_pool *pool);

/*
 * Sends a request and waits for its reply, connecting and starting the service as needed.
 * *ret_issue is of before the call, unless NULL. A request that certainly had no effect, or that
 * changes nothing, is sent once more when the service ended meanwhile. Errors: SERVICE (also when
 * it ended in the middle of a change, which may or may not have happened), BUSY (it does not answer
 * in time, or has no room), VERSION, EXPOSED.
 */
KC_MUST kc_err kc_pool_exchange(struct kc_pool *pool, const struct kc_call_row *call,
	struct kc_bytes request, struct kc_buf *reply, struct kc_bulletin_issue *ret_issue);
/* Whether a connection stands, and nothing has changed since the issue. Asks nobody. */
bool kc_pool_is_current(struct kc_pool *pool, const struct kc_bulletin_issue *issue);

#endif
