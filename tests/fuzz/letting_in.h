/* SPDX-License-Identifier: ISC */
/* Both sides of a pairing that are told anything, and what they make of it, for fuzzing. */
#ifndef KC_TESTS_FUZZ_LETTING_IN_H
#define KC_TESTS_FUZZ_LETTING_IN_H

#include "base/buf.h"

/* The first byte of an input: which message the rest is (doc/protocol.md 9), 0 to 4; or the
 * first one in a log of the store, where each side looks for the other. */
enum { LETTING_IN_STORE = 5, LETTING_IN_INPUTS };

/* Once, before and after all. */
void letting_in_begin(void);
void letting_in_end(void);
void letting_in_try(uint8_t as, struct kc_bytes bytes);
/* What a true pairing says there. */
void letting_in_seed(uint8_t as, struct kc_buf *ret);

#endif
