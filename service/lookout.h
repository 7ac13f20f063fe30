/* SPDX-License-Identifier: ISC */
/* Waits for changes of the store, where it can tell of them, and has the sync loop exchange then.
 * Nothing depends on it: it only saves waiting for the next exchange. */
#ifndef KC_SERVICE_LOOKOUT_H
#define KC_SERVICE_LOOKOUT_H

#include "service/service.h"

struct kc_lookout;

/* Starts it in a thread of its own. It sees nothing before renew is called for the first time. */
KC_MUST kc_err kc_lookout_start(struct kc_service *service, struct kc_lookout **ret);
/* It looks at the store that the keychain has now. */
void kc_lookout_renew(struct kc_lookout *lookout);
/* Ends it; at once when the service is stopping. */
void kc_lookout_end(struct kc_lookout *lookout);

#endif
