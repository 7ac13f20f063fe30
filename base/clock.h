/* SPDX-License-Identifier: ISC */
/* The time, behind a seam. */
#ifndef KC_BASE_CLOCK_H
#define KC_BASE_CLOCK_H

#include <stdint.h>

/* Seconds between 1970-01-01 and 2001-01-01 UTC, where Apple's absolute time begins. */
#define KC_CLOCK_APPLE_EPOCH 978307200

int64_t kc_clock_wall_ms(void);	      /* milliseconds since 1970; a hint, it may jump */
uint64_t kc_clock_now_ms(void);	      /* the same, as what is signed has it: 0 before 1970 */
uint64_t kc_clock_monotonic_us(void); /* microseconds since some start; never goes back */
double kc_clock_absolute(void); /* seconds since 2001-01-01 UTC, as CFAbsoluteTimeGetCurrent */

/* How long this computer has been suspended since it started, microseconds. */
int64_t kc_clock_suspended_us(void);

/* Replaces the time suspended, for tests; NULL restores it. */
typedef int64_t (*kc_clock_suspended_source)(void);
void kc_clock_set_suspended(kc_clock_suspended_source source);

/* Replaces the wall clock, for tests; NULL restores it. */
typedef int64_t (*kc_clock_wall_source)(void);
void kc_clock_set_wall(kc_clock_wall_source source);

#endif
