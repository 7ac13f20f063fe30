/* SPDX-License-Identifier: ISC */
/* Keys encrypted by keys: by a secret one, by a pair, or by both (RSA_AES_WRAP). */
#ifndef KC_CRYPTO_WRAP_H
#define KC_CRYPTO_WRAP_H

#include "crypto/pk.h"
#include "crypto/secret_key.h"

/* The key that encrypts: exactly one of the two. Either half of a pair wraps, the private unwraps.
 */
struct kc_wrap_key {
	const struct kc_pk *pk;
	const struct kc_sk *sk;
};

/*
 * value is PKCS#8 of a private key, or the bytes of a secret one. ECB and CBC fill the last block
 * with zeroes (PKCS#11 3.1, 6.13.5), as RSA_RAW does before the value. Errors: KEY_TYPE, MECHANISM,
 * MECHANISM_PARAM, DATA_LEN (not a length that the scheme takes).
 */
KC_MUST kc_err kc_wrap_seal(const struct kc_wrap_key *key, const struct kc_cipher_params *params,
	struct kc_bytes value, struct kc_buf *ret);
/*
 * value_len is how long the value was, where the scheme does not tell: of ECB and CBC so many bytes
 * are the first, of RSA_RAW the last. 0 is all of them; other schemes know better. Errors: as above
 * and DECRYPT for whatever was not wrapped so.
 */
KC_MUST kc_err kc_wrap_open(const struct kc_wrap_key *key, const struct kc_cipher_params *params,
	struct kc_bytes wrapped, size_t value_len, struct kc_secret *ret);

#endif
