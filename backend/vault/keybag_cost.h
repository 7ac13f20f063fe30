/* SPDX-License-Identifier: ISC */
/* What a try at the password costs: a seam, replaced at link time in programs that are only for
 * tests. */
#ifndef KC_VAULT_KEYBAG_COST_H
#define KC_VAULT_KEYBAG_COST_H

#include <stdint.h>

/* scrypt's N of new bags, and the least that is accepted in a stored one. */
extern const uint64_t kc_keybag_cost_n;

#endif
