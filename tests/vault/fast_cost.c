/* SPDX-License-Identifier: ISC */
/* The cost of a password in programs that are only for tests: linked in place of keybag_cost.c. */
#include "backend/vault/keybag_cost.h"

const uint64_t kc_keybag_cost_n = 16;
