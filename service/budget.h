/* SPDX-License-Identifier: ISC */
/* How much memory the long messages of all clients may take at once. */
#ifndef KC_SERVICE_BUDGET_H
#define KC_SERVICE_BUDGET_H

#include "base/mem.h"

#define KC_BUDGET_BYTES ((size_t)64 << 20)

/* Waits a bounded time until so many bytes are free, and takes them; 0 is free of charge. Errors:
 * BUSY. */
KC_MUST kc_err kc_budget_take(size_t bytes);
void kc_budget_give(size_t bytes);

#endif
