/* SPDX-License-Identifier: ISC */
/* What exchanges cost, in requests and bytes (doc/costs.md). */
#ifndef KC_TESTS_CIRCLE_COSTS_H
#define KC_TESTS_CIRCLE_COSTS_H

#include "tests/circle/between.h"

/* All of one device, but add_down, which is what another one reads of it. */
struct costs {
	struct between_count add_up, add_down, idle, join, apart_up, apart_down, lost, removal;
};

/* A circle of d devices with n items; two of the devices diverge by k items each. */
void costs_measure(bool records, unsigned n, unsigned d, unsigned k, struct costs *ret);

#endif
