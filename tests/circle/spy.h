/* SPDX-License-Identifier: ISC */
/*
 * Whoever has the keys of a device, and tries all of them on what is written into the store: what
 * of it opens.
 */
#ifndef KC_TESTS_CIRCLE_SPY_H
#define KC_TESTS_CIRCLE_SPY_H

#include "backend/circle/circle.h"

enum spy_kind {
	SPY_ITEM,
	SPY_CELL,   /* under a metadata key, and not under the first */
	SPY_FIRST,  /* under the first, which whoever was ever in has */
	SPY_SHARES, /* the keys that are in one */
	SPY_HEAD,   /* heads of a list that opens; segments, questions and answers */
	SPY_KINDS
};

struct spy {
	const struct kc_circle *circle; /* whose keys are tried; borrowed */
	size_t tried[SPY_KINDS], opened[SPY_KINDS];
};

/* Tries one value of the store, by its name there (tests/circle/memory_cloud.h). */
void spy_try(struct spy *spy, const char *name, struct kc_bytes value);

#endif
