/* SPDX-License-Identifier: ISC */
/*
 * The state of a circle in parts, each to be sealed and stored for itself: so that a small change
 * writes little, and a locked device has what it may have.
 */
#ifndef KC_CIRCLE_CIRCLE_PARTS_H
#define KC_CIRCLE_CIRCLE_PARTS_H

#include "base/buf.h"

#define KC_CIRCLE_PART_NAME_MAX 24

struct kc_circle_part {
	char name[KC_CIRCLE_PART_NAME_MAX]; /* "members/3" */
	bool while_unlocked;		    /* to be readable then alone, not in a lock */
	struct kc_buf value;
};

struct kc_circle_parts {
	struct kc_circle_part *rows; /* owned; in the order in which they are loaded */
	size_t count, allocated;
};
#define KC_CLEANUP_CIRCLE_PARTS KC_CLEANUP(kc_circle_parts_done)
void kc_circle_parts_done(struct kc_circle_parts *parts); /* wipes */
/* Adds a part; value is taken. Errors: NO_MEMORY, DECODE (a name that is too long). */
KC_MUST kc_err kc_circle_parts_add(struct kc_circle_parts *parts, struct kc_bytes name,
	bool while_unlocked, struct kc_buf *value);

#endif
