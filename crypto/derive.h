/* SPDX-License-Identifier: ISC */
/* Keys out of other keys, of agreement and of passwords: the schemes of kc_derive_scheme. */
#ifndef KC_CRYPTO_DERIVE_H
#define KC_CRYPTO_DERIVE_H

#include "crypto/pk.h"
#include "crypto/secret_key.h"

#define KC_DERIVE_ITERATIONS_MAX 10000000u   /* of PBKDF2, for all of the output together */
#define KC_DERIVE_MAX_LEN ((size_t)64 << 10) /* bytes of output, offset and all */
/* Bytes of the caller's that all rounds together are fed. */
#define KC_DERIVE_FED_MAX ((size_t)16 << 20)

/* What a key is derived from: exactly one of the first two, or none (PBKDF2). */
struct kc_derive_base {
	const struct kc_pk *pk; /* a private key, for AGREE */
	const struct kc_sk *sk;
	const struct kc_sk *other; /* CONCATENATE_KEY; HKDF's salt, when params->other says so */
};

/* Offset and length cut every output alike; whoever wants the last bytes of an agreed secret, as
 * PKCS#11 3.1, 6.3.20 does, says so by the offset. Errors: KEY_TYPE (the base is not of the
 * scheme's kind), MECHANISM_PARAM, DECODE (the peer's key), KEY_SIZE (more was asked for than the
 * scheme gives). */
KC_MUST kc_err kc_derive_compute(const struct kc_derive_base *base,
	const struct kc_derive_params *params, struct kc_secret *ret);

#endif
