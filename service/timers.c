/* SPDX-License-Identifier: ISC */
/* Idle lock, lock after a suspend, and the end of a service that nobody uses. */
#include "service/timers.h"

#include <sys/timerfd.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "service/connection.h"

#define JUMP_FLAGS (TFD_TIMER_ABSTIME | TFD_TIMER_CANCEL_ON_SET)
#define SUSPENDED_US 1000000 /* shorter differences are the two clocks' own */

/* A timer that never comes, but is cancelled when the wall clock jumps, as it does when the
 * computer wakes up (timerfd_create(2)). */
static int open_jump(void)
{
	const struct itimerspec far = {.it_value = {.tv_sec = INT32_MAX}};
	int fd = timerfd_create(CLOCK_REALTIME, TFD_CLOEXEC | TFD_NONBLOCK);

	if (fd >= 0)
		(void)timerfd_settime(fd, JUMP_FLAGS, &far, NULL);
	return fd;
}

void kc_timers_init(struct kc_timers *timers)
{
	*timers = (struct kc_timers){
		.jump = open_jump(),
		.suspended_us = kc_clock_suspended_us(),
	};
}

void kc_timers_done(struct kc_timers *timers)
{
	if (timers->jump >= 0)
		close(timers->jump);
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
	int64_t suspended = kc_clock_suspended_us();
	uint64_t left = UINT64_MAX, expired;

	(void)!read(timers->jump, &expired, sizeof expired); /* once told is enough */

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
