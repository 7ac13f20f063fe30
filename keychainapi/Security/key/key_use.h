/* SPDX-License-Identifier: ISC */
/* Private operations, done here or by the service; each takes what a row of the table says. */
#ifndef KC_SECURITY_KEY_USE_H
#define KC_SECURITY_KEY_USE_H

#include "keychainapi/Security/key/key_algorithm.h"

/* Errors are those of crypto/pk.h and, for a key of the keychain, of the service. */
KC_MUST kc_err kc_key_sign(SecKeyRef key, const struct kc_sign_params *params,
	struct kc_bytes input, struct kc_buf *ret);
KC_MUST kc_err kc_key_decrypt(SecKeyRef key, const struct kc_cipher_params *params,
	struct kc_bytes input, struct kc_secret *ret);
KC_MUST kc_err kc_key_agree(SecKeyRef key, struct kc_bytes peer_public, struct kc_secret *ret);

/* The parameters of encryption and agreement, borrowed from their dictionary. */
struct kc_key_params {
	struct kc_bytes shared_info, aad;
	unsigned key_len;     /* of AES, in bytes; 0 when it is not given */
	size_t requested_len; /* 0 when it is not given */
};

/* From a dictionary made with any callbacks; NULL is an empty one. Errors: PARAM. */
KC_MUST kc_err kc_key_params_read(CFDictionaryRef dictionary, struct kc_key_params *ret);

/* Messages of any length, with keys of EC and RSA. Seal appends. */
KC_MUST kc_err kc_key_ecies_seal(SecKeyRef key, const struct kc_key_algorithm *algorithm,
	const struct kc_key_params *params, struct kc_bytes plain, struct kc_buf *ret);
KC_MUST kc_err kc_key_ecies_open(SecKeyRef key, const struct kc_key_algorithm *algorithm,
	const struct kc_key_params *params, struct kc_bytes sealed, struct kc_secret *ret);

/* Objects of bytes, owned by the caller. Errors: NO_MEMORY. */
KC_MUST kc_err kc_key_new_data(struct kc_bytes bytes, CFDataRef *ret);

#endif
