/* SPDX-License-Identifier: ISC */
/* A counter and a queue before it. */
#include "service/budget.h"

#include <errno.h>
#include <pthread.h>
#include <time.h>

#define PATIENCE_SECONDS 10

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t given = PTHREAD_COND_INITIALIZER;
static size_t taken;

kc_err kc_budget_take(size_t bytes)
{
	struct timespec until;
	kc_err err = KC_OK;

	if (bytes == 0)
		return KC_OK;
	clock_gettime(CLOCK_MONOTONIC, &until);
	until.tv_sec += PATIENCE_SECONDS;
	pthread_mutex_lock(&mutex);
	while (err == KC_OK && taken + bytes > KC_BUDGET_BYTES)
		if (pthread_cond_clockwait(&given, &mutex, CLOCK_MONOTONIC, &until) == ETIMEDOUT)
			err = KC_ERR(BUSY);
	if (err == KC_OK)
		taken += bytes;
	pthread_mutex_unlock(&mutex);
	return err;
}

void kc_budget_give(size_t bytes)
{
	if (bytes == 0)
		return;
	pthread_mutex_lock(&mutex);
	taken -= bytes;
	pthread_cond_broadcast(&given);
	pthread_mutex_unlock(&mutex);
}
