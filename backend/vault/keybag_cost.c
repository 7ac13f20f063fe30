/* SPDX-License-Identifier: ISC */
/* The cost in every program that is installed: 64 MiB and about a third of a second. */
#include "backend/vault/keybag_cost.h"

const uint64_t kc_keybag_cost_n = (uint64_t)1 << 16;
