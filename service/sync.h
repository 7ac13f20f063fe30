/* SPDX-License-Identifier: ISC */
/* The sync loop: exchanges with the store soon after a change, here or there, and now and then in
 * any case. */
#ifndef KC_SERVICE_SYNC_H
#define KC_SERVICE_SYNC_H

#include "service/service.h"

struct kc_sync;

/* Starts the loop in a thread of its own. It does nothing while the keychain is locked or has no
 * store. */
KC_MUST kc_err kc_sync_start(struct kc_service *service, struct kc_sync **ret);
/* Ends it, after the exchange that is under way. */
void kc_sync_end(struct kc_sync *sync);

#endif
