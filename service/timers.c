/* SPDX-License-Identifier: ISC */
/* Idle lock, lock after a suspend, and the end of a service that nobody uses. */
#include "service/timers.h"

#include <time.h>

#include "base/clock.h"
#include "base/log.h"
#include "service/connection.h"

#define SUSPENDED_US 1000000 /* shorter differences are the two clocks' own */

/* The clocks differ by the time spent suspended (clock_gettime(2)). */
static int64_t suspended_us(void)
{
	struct timespec boot, monotonic;

	clock_gettime(CLOCK_BOOTTIME, &boot);
	clock_gettime(CLOCK_MONOTONIC, &monotonic);
	return ((int64_t)boot.tv_sec - monotonic.tv_sec) * 1000000 +
	       (boot.tv_nsec - monotonic.tv_nsec) / 1000;
}

void kc_timers_init(struct kc_timers *timers)
{
	*timers = (struct kc_timers){.suspended_us = suspended_us()};
}

/* Microseconds from now until a moment so many seconds after start; 0 when it has come. */
static uint64_t left_us(uint64_t start_us, unsigned seconds)
{
	uint64_t end_us = start_us + (uint64_t)seconds * 1000000;
	uint64_t now_us = kc_clock_monotonic_us();

	return end_us > now_us ? end_us - now_us : 0;
}

static void lock(struct kc_service *service, const char *reason)
{
	kc_log_info("locked: %s", reason);
	kc_service_lock(service);
}

int kc_timers_run(struct kc_timers *timers, struct kc_service *service)
{
	const struct kc_settings *settings = &service->settings;
	bool unlocked = kc_service_is_unlocked(service);
	int64_t suspended = suspended_us();
	uint64_t left = UINT64_MAX;

	if (unlocked && settings->lock_on_suspend &&
		suspended - timers->suspended_us > SUSPENDED_US) {
		lock(service, "the computer was suspended");
		unlocked = false;
	}
	timers->suspended_us = suspended;
	if (unlocked && settings->lock_after_idle_s) {
		left = left_us(atomic_load(&service->used_us), settings->lock_after_idle_s);
		if (left == 0) {
			lock(service, "nobody used it");
			unlocked = false;
		}
	}
	if (kc_connection_count())
		timers->alone_us = 0;
	else if (!timers->alone_us)
		timers->alone_us = kc_clock_monotonic_us();
	if (timers->alone_us && !unlocked) {
		left = left_us(timers->alone_us, settings->exit_after_locked_s);
		if (left == 0)
			kc_service_stop(service);
	}
	return left == UINT64_MAX ? -1 : (int)(left / 1000 + 1);
}
