/* SPDX-License-Identifier: ISC */
/* The texts of result codes, for the library and the commands that give them. */
#ifndef KC_BASE_OSSTATUS_H
#define KC_BASE_OSSTATUS_H

#include <stdint.h>

/* "The specified item could not be found in the keychain."; NULL for a number that is no result
 * code of Security/SecBase.h or of ours. */
const char *kc_osstatus_text(int32_t status);

#endif
