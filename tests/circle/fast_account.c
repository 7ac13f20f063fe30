/* SPDX-License-Identifier: ISC */
/* The costs of an account password and of a pairing code in programs that are only for tests:
 * linked in place of account_cost.c and code_cost.c. */
#include "backend/circle/record/account_cost.h"
#include "backend/circle/session/code_cost.h"

const unsigned kc_account_cost = 4, kc_account_cost_floor = 4, kc_account_cost_ceiling = 18;
const uint64_t kc_code_cost = 2;
