/* SPDX-License-Identifier: ISC */
/* How far apart two words are, for "did you mean". */
#ifndef KC_CLI_SIMILAR_H
#define KC_CLI_SIMILAR_H

#include "base/mem.h"

/* Single changes (a byte more, less, other, or two swapped) that make one of the other, letters
 * without their case; more than most gives most + 1. */
size_t kc_similar_distance(struct kc_bytes a, struct kc_bytes b, size_t most);
/* Whether b may have been meant by a: a third of it may be wrong, or b holds all of a. */
bool kc_similar_is(struct kc_bytes a, struct kc_bytes b);

#endif
