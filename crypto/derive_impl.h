/* SPDX-License-Identifier: ISC */
/* What the files of derivation share. */
#ifndef KC_CRYPTO_DERIVE_IMPL_H
#define KC_CRYPTO_DERIVE_IMPL_H

#include "crypto/derive.h"

/* len bytes of NIST SP 800-108's output. Errors: MECHANISM_PARAM, KEY_TYPE, KEY_SIZE. */
KC_MUST kc_err kc_derive_sp800_108(const struct kc_sk *base, const struct kc_derive_params *params,
	size_t len, struct kc_secret *ret);

/* Whether so many rounds, for len bytes of output from a function that gives round_len, may be fed
 * so many bytes each. */
static inline bool kc_derive_is_fair(size_t len, size_t round_len, size_t bytes)
{
	return bytes <= KC_DERIVE_FED_MAX / ((len + round_len - 1) / round_len);
}

#endif
