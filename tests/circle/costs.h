/* SPDX-License-Identifier: ISC */
/* What exchanges cost, in requests and bytes (doc/costs.md). */
#ifndef KC_TESTS_CIRCLE_COSTS_H
#define KC_TESTS_CIRCLE_COSTS_H

#include "tests/circle/between.h"

enum cost {
	COST_ADD,      /* one item is added, and sent */
	COST_ADD_READ, /* another device reads it */
	COST_IDLE,     /* a look, with nothing to see */
	COST_JOIN,     /* a device joins: both sides */
	COST_SENT,     /* what a device changed while it was apart */
	COST_READ,     /* another one that did the same reads that, and sends its own */
	COST_LOST,     /* the store does not know any more how far a device has read */
	COST_KEYS,     /* new keys for all */
	COST_REMOVAL,  /* the device that wrote all items is removed, and an exchange after that */
	COST_REMOVED,  /* of that, the removal by itself; not in the table */
	COST_COUNT
};

struct costs {
	bool records; /* the layout */
	unsigned items, devices, apart;
	struct between_count rows[COST_COUNT]; /* of one device, if nothing else is said */
};

/* A circle of ret->devices with ret->items that one of them wrote; two of them diverge by
 * ret->apart items each. */
void costs_measure(struct costs *ret);
/* As a table, with a column for each; all of one layout. */
void costs_print(const struct costs *costs, size_t count);

#endif
