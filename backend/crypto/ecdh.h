/* SPDX-License-Identifier: ISC */
/* Key agreement on an elliptic curve: ECDH, NIST SP 800-56A 5.7.1.2. */
#ifndef KC_CRYPTO_ECDH_H
#define KC_CRYPTO_ECDH_H

#include "backend/crypto/pk.h"

/* The X coordinate of the product, as long as the field (48 bytes for P-384): the input of a key
 * derivation, never a key. peer_point is the other side's public key in stored form (04‖X‖Y) on the
 * same curve; it is checked fully. Errors: KEY_TYPE (ours is no private EC key), DECODE (theirs).
 */
KC_MUST kc_err kc_ecdh_agree(
	const struct kc_pk *own, struct kc_bytes peer_point, struct kc_secret *ret);

#endif
