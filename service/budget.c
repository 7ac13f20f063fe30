/* SPDX-License-Identifier: ISC */
/* A counter and a queue before it. */
#include "service/budget.h"

#include <errno.h>
#include <pthread.h>
#include <time.h>

#define PATIENCE_SECONDS 10

void kc_budget_done(struct kc_budget *budget)
{
	pthread_mutex_destroy(&budget->mutex);
	pthread_cond_destroy(&budget->given);
}

kc_err kc_budget_take(struct kc_budget *budget, size_t bytes)
{
	struct timespec until;
	kc_err err = KC_OK;

	if (bytes == 0)
		return KC_OK;
	clock_gettime(CLOCK_MONOTONIC, &until);
	until.tv_sec += PATIENCE_SECONDS;
	pthread_mutex_lock(&budget->mutex);
	while (err == KC_OK && budget->taken + bytes > budget->most)
		if (pthread_cond_clockwait(
			    &budget->given, &budget->mutex, CLOCK_MONOTONIC, &until) == ETIMEDOUT)
			err = KC_ERR(BUSY);
	if (err == KC_OK)
		budget->taken += bytes;
	pthread_mutex_unlock(&budget->mutex);
	return err;
}

void kc_budget_give(struct kc_budget *budget, size_t bytes)
{
	if (bytes == 0)
		return;
	pthread_mutex_lock(&budget->mutex);
	budget->taken -= bytes;
	pthread_cond_broadcast(&budget->given);
	pthread_mutex_unlock(&budget->mutex);
}
