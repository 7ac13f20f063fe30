/* SPDX-License-Identifier: ISC */
/*
 * Which file a descriptor stands for.
 *
 * Programs close descriptors that they know nothing of (a daemon closes all above 2), and get the
 * same numbers for files of their own. So a library that keeps a descriptor from call to call looks
 * whether it is still the one it was, before it writes to it, waits for it or closes it. And it
 * keeps none under the numbers of the standard streams, which a program that has closed those
 * writes to.
 */
#ifndef KC_WIRE_MARK_H
#define KC_WIRE_MARK_H

#include <stdbool.h>
#include <sys/types.h>

#include "base/err.h"

struct kc_mark {
	dev_t device;
	ino_t inode;
};

/* Of an open descriptor. */
struct kc_mark kc_mark_of(int fd);
/* Whether fd is open and stands for that file. */
bool kc_mark_fits(const struct kc_mark *mark, int fd);
/* Gives fd another number when it has that of a standard stream. */
KC_MUST kc_err kc_mark_lift(int *fd);

#endif
