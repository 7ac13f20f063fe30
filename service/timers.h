/* SPDX-License-Identifier: ISC */
/* When the keychain locks by itself, and when the service ends by itself. */
#ifndef KC_SERVICE_TIMERS_H
#define KC_SERVICE_TIMERS_H

#include "service/service.h"

struct kc_timers {
	int jump;	      /* readable when the computer may have slept: wait for it, too */
	uint64_t alone_us;    /* since when there is no client; 0 while there is one */
	int64_t suspended_us; /* how long this computer has slept in all */
};

void kc_timers_init(struct kc_timers *timers);
void kc_timers_done(struct kc_timers *timers);
/* Does what is due now. Answers for how many milliseconds nothing else will be, as poll(2) wants
 * it: -1 for ever. */
int kc_timers_run(struct kc_timers *timers, struct kc_service *service);

#endif
