/* SPDX-License-Identifier: ISC */
/* Agreement on a secret by two key pairs: ECDH over P-384 (NIST SP 800-56A 5.7.1.2). */
#ifndef KC_CRYPTO_AGREE_H
#define KC_CRYPTO_AGREE_H

#include "base/buf.h"
#include "base/secret.h"

#define KC_AGREE_PUBLIC_LEN 97
#define KC_AGREE_PRIVATE_LEN 145

/* The shared x coordinate, 48 bytes: to be hashed before use, with both public keys. Keys are in
 * the stored forms of pk.h. Errors: DECODE for what is no point of the curve. */
KC_MUST kc_err kc_agree_compute(
	struct kc_bytes own_private, struct kc_bytes peer_public, struct kc_secret *ret);

/* Whether bytes are a public key that agreement will take. */
KC_MUST kc_err kc_agree_check_public(struct kc_bytes public_key);

#endif
