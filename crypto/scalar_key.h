/* SPDX-License-Identifier: ISC */
/* Key pairs made from given bytes, as from a password. */
#ifndef KC_CRYPTO_SCALAR_KEY_H
#define KC_CRYPTO_SCALAR_KEY_H

#include "base/buf.h"
#include "base/secret.h"

/* The P-256 private key (stored form of pk.h: 04‖X‖Y‖K) whose scalar is bytes reduced into
 * 1 … order − 1. bytes: 40 or more that are as good as random. */
KC_MUST kc_err kc_scalar_key_make(struct kc_bytes bytes, struct kc_secret *ret);

#endif
