/* SPDX-License-Identifier: ISC */
/* The cost of an account password in programs that are only for tests: linked in place of
 * account_cost.c. */
#include "backend/circle/record/account_cost.h"

const unsigned kc_account_cost = 4, kc_account_cost_floor = 4, kc_account_cost_ceiling = 18;
