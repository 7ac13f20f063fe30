/* SPDX-License-Identifier: ISC */
/* Large numbers that are not negative, as DER INTEGERs and as bytes of a fixed length. */
#ifndef KC_CRYPTO_NUMBER_H
#define KC_CRYPTO_NUMBER_H

#include <openssl/bn.h>

#include "base/der.h"

/* The next INTEGER, which may be of any length; NULL when the reader has failed, or fails now since
 * it is negative or not minimal, or for want of memory. The caller frees it with BN_clear_free. */
BIGNUM *kc_number_get(struct kc_der_reader *r);
void kc_number_put(struct kc_der_writer *w, const BIGNUM *number);

/* Appends the number in len bytes, most significant first. Errors: BUG when it does not fit. */
KC_MUST kc_err kc_number_push(struct kc_buf *buf, const BIGNUM *number, size_t len);

#endif
