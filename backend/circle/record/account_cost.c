/* SPDX-License-Identifier: ISC */
/* The cost of an account password: about a second and 128 MiB, a quarter of a second at least, two
 * at most. */
#include "backend/circle/record/account_cost.h"

const unsigned kc_account_cost = 17, kc_account_cost_floor = 16, kc_account_cost_ceiling = 18;
