/* SPDX-License-Identifier: ISC */
/* What the files of derivation share. */
#ifndef KC_CRYPTO_DERIVE_IMPL_H
#define KC_CRYPTO_DERIVE_IMPL_H

#include "crypto/derive.h"

/* len bytes of NIST SP 800-108's output. Errors: MECHANISM_PARAM, KEY_TYPE, KEY_SIZE. */
KC_MUST kc_err kc_derive_sp800_108(const struct kc_sk *base, const struct kc_derive_params *params,
	size_t len, struct kc_secret *ret);

#endif
