/* SPDX-License-Identifier: ISC */
/* How much memory long messages may take at once. */
#ifndef KC_SERVICE_BUDGET_H
#define KC_SERVICE_BUDGET_H

#include <pthread.h>

#include "base/mem.h"

struct kc_budget {
	pthread_mutex_t mutex;
	pthread_cond_t given;
	size_t taken, most; /* bytes */
};

#define KC_BUDGET_INIT(bytes)                                                          \
	{                                                                              \
		.mutex = PTHREAD_MUTEX_INITIALIZER, .given = PTHREAD_COND_INITIALIZER, \
		.most = (bytes),                                                       \
	}
void kc_budget_done(struct kc_budget *budget);

/* Waits a bounded time until so many bytes are free, and takes them; 0 is free of charge. Errors:
 * BUSY. */
KC_MUST kc_err kc_budget_take(struct kc_budget *budget, size_t bytes);
void kc_budget_give(struct kc_budget *budget, size_t bytes);

#endif
