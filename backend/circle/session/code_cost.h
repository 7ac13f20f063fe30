/* SPDX-License-Identifier: ISC */
/* What it costs to try a pairing code, in a file of its own: tests link another. */
#ifndef KC_CIRCLE_SESSION_CODE_COST_H
#define KC_CIRCLE_SESSION_CODE_COST_H

#include <stdint.h>

/* scrypt's N; r = 8, p = 1. */
extern const uint64_t kc_code_cost;

#endif
