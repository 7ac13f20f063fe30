/* SPDX-License-Identifier: ISC */
/* What the algorithm constants mean, and which keys they are for. */
#ifndef KC_SECURITY_KEY_ALGORITHM_H
#define KC_SECURITY_KEY_ALGORITHM_H

#include "keychainapi/Security/key/key.h"

enum kc_key_work {
	KC_KEY_WORK_SIGN,
	KC_KEY_WORK_CIPHER,	/* one block of RSA */
	KC_KEY_WORK_CIPHER_GCM, /* a block of RSA that holds an AES key, and the message under it */
	KC_KEY_WORK_ECIES,
	KC_KEY_WORK_AGREE,
};

struct kc_key_algorithm {
	const CFStringRef *name; /* the constant */
	enum kc_key_work work;
	unsigned types; /* of keys, as a set of KC_KEY_TYPE_… */
	struct kc_sign_params sign;
	struct kc_cipher_params cipher;
	enum kc_hash hash; /* of the derivation, if there is one */
	bool derives_iv;   /* ECIES */
};

enum {
	KC_KEY_TYPE_RSA = 1,
	KC_KEY_TYPE_EC = 2,
	KC_KEY_TYPE_ED25519 = 4,
	KC_KEY_TYPE_ED448 = 8,
	KC_KEY_TYPE_X = 16,
};

/* The row of a constant that this key can be used with so. Errors: PARAM. */
KC_MUST kc_err kc_key_algorithm_get(SecKeyRef key, SecKeyOperationType operation,
	SecKeyAlgorithm name, const struct kc_key_algorithm **ret);

/* What callers are told when an operation fails: PARAM for all that was wrong with key, algorithm
 * or input. */
kc_err kc_key_algorithm_error(kc_err err);

#endif
