/* SPDX-License-Identifier: ISC */
/* RSA private keys of which not all numbers are known. */
#ifndef KC_CRYPTO_RSA_COMPLETE_H
#define KC_CRYPTO_RSA_COMPLETE_H

#include "base/buf.h"

/*
 * Appends the PKCS#8 of a private key with all of its numbers, where those of an RSA key may be 0
 * for one that is not known: modulus and private exponent are needed, the public exponent is then
 * taken for 65537 or computed from the primes. Other keys stay as they are. Errors: DECODE, also
 * for numbers that do not belong together; KEY_SIZE.
 */
KC_MUST kc_err kc_rsa_complete(struct kc_bytes pkcs8, struct kc_buf *ret);

#endif
