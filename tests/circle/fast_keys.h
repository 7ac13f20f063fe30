/* SPDX-License-Identifier: ISC */
/* What can be asked of the keys of fast_keys.c. */
#ifndef KC_TESTS_CIRCLE_FAST_KEYS_H
#define KC_TESTS_CIRCLE_FAST_KEYS_H

#include <stdbool.h>

/* Takes every signature for a good one: for fuzzing what stands behind them. */
extern bool fast_keys_believe;

#endif
