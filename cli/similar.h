/* SPDX-License-Identifier: ISC */
/* How far apart two words are, for "did you mean". */
#ifndef KC_CLI_SIMILAR_H
#define KC_CLI_SIMILAR_H

#include "base/mem.h"

/* Single changes (a byte more, less, other, or two swapped) that make one of the other, letters
 * without their case; more than most gives most + 1. */
size_t kc_similar_distance(struct kc_bytes a, struct kc_bytes b, size_t most);
/* How well b may have been meant by a: 0 for equal; KC_SIMILAR_NOT when not at all. A third of a
 * may be wrong, or b may hold all of it. */
#define KC_SIMILAR_NOT SIZE_MAX
size_t kc_similar_rank(struct kc_bytes a, struct kc_bytes b);

#endif
