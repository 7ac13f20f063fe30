/* SPDX-License-Identifier: ISC */
/*
 * One of each kind of bytes that a device gets from others through the store, with a reader that is
 * about to meet it: for tests that flip and cut them, and for fuzzing. A new kind is one row.
 *
 * Keys and all follow from a fixed seed, so that bytes made by one program are those of another.
 */
#ifndef KC_TESTS_CIRCLE_SPECIMENS_H
#define KC_TESTS_CIRCLE_SPECIMENS_H

#include "base/buf.h"

struct specimen {
	const char *name;
	/* Nothing vouches for it but the seal that it travels in: other bytes may be fine too. */
	bool is_bare;
	void (*build)(struct kc_buf *ret);
	/* As it is taken by one who has not seen it yet. */
	kc_err (*read)(struct kc_bytes bytes);
};
extern const struct specimen specimens[];
extern const size_t specimen_count;

/* Once, before and after all. */
void specimens_begin(void);
void specimens_end(void);

/* Whether all readers are as they were. */
bool specimens_are_untouched(void);
/* Makes them so. */
void specimens_restore(void);

#endif
