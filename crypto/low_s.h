/* SPDX-License-Identifier: ISC */
/*
 * Of the two signatures (r, s) and (r, order − s) that ECDSA lets pass, the one with the smaller s:
 * so that a signature cannot be turned into another of the same message.
 */
#ifndef KC_CRYPTO_LOW_S_H
#define KC_CRYPTO_LOW_S_H

#include "base/mem.h"

/* Makes s of r ‖ s small. bits is 256 or 384, signature twice as many. Errors: NO_MEMORY. */
KC_MUST kc_err kc_low_s_set(unsigned bits, uint8_t *signature);
/* VERIFY when s is above half the order; DATA_LEN when the signature has another length. */
KC_MUST kc_err kc_low_s_check(unsigned bits, struct kc_bytes signature);

#endif
