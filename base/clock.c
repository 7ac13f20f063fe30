/* SPDX-License-Identifier: ISC */
/* clock_gettime(2) behind a seam. */
#include "base/clock.h"

#include <stddef.h>
#include <time.h>

static kc_clock_wall_source replaced;
static kc_clock_suspended_source replaced_suspended;

void kc_clock_set_wall(kc_clock_wall_source source)
{
	replaced = source;
}

int64_t kc_clock_wall_ms(void)
{
	struct timespec now;

	if (replaced)
		return replaced();
	clock_gettime(CLOCK_REALTIME, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

uint64_t kc_clock_now_ms(void)
{
	int64_t now = kc_clock_wall_ms();

	return now > 0 ? (uint64_t)now : 0;
}

uint64_t kc_clock_monotonic_us(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000 + (uint64_t)now.tv_nsec / 1000;
}

double kc_clock_absolute(void)
{
	return (double)kc_clock_wall_ms() / 1000.0 - KC_CLOCK_APPLE_EPOCH;
}

void kc_clock_set_suspended(kc_clock_suspended_source source)
{
	replaced_suspended = source;
}

/* The one clock goes on while the computer sleeps, the other does not (clock_gettime(2)). */
int64_t kc_clock_suspended_us(void)
{
	struct timespec boot, monotonic;

	if (replaced_suspended)
		return replaced_suspended();
	clock_gettime(CLOCK_BOOTTIME, &boot);
	clock_gettime(CLOCK_MONOTONIC, &monotonic);
	return ((int64_t)boot.tv_sec - monotonic.tv_sec) * 1000000 +
	       (boot.tv_nsec - monotonic.tv_nsec) / 1000;
}
