/* SPDX-License-Identifier: ISC */
/* What an account password costs to try. A file of its own, so that a program that is only for
 * tests can be linked with another one. */
#ifndef KC_CIRCLE_RECORD_ACCOUNT_COST_H
#define KC_CIRCLE_RECORD_ACCOUNT_COST_H

/* log2 of scrypt's N; r = 8, p = 1. Outside the floor and the ceiling nothing is computed. */
extern const unsigned kc_account_cost, kc_account_cost_floor, kc_account_cost_ceiling;

#endif
