/* SPDX-License-Identifier: ISC */
/*
 * Mechanisms: the rows of mechanisms.def, and which of them may be used for what.
 *
 * A use is one flag of CK_MECHANISM_INFO: CKF_SIGN, CKF_ENCRYPT, CKF_MESSAGE_ENCRYPT and so on.
 * What a caller's pParameter says is read elsewhere (module/mechanism/params.h).
 */
#ifndef KC_MODULE_MECHANISM_MECHANISM_H
#define KC_MODULE_MECHANISM_MECHANISM_H

#include "base/mechanism.h"
#include "base/mem.h"
#include "module/form/rv.h"

struct kc_module;

/* What a parameter is. The records are the standard's. */
enum kc_mechanism_param {
	KC_PARAM_NONE,
	KC_PARAM_PSS,
	KC_PARAM_OAEP,
	KC_PARAM_RSA_AES_WRAP,
	KC_PARAM_EDDSA,	  /* none is fine */
	KC_PARAM_MAC_LEN, /* CK_MAC_GENERAL_PARAMS: how much of the code is given */
	KC_PARAM_MAC_IV,  /* the bytes of GMAC's iv */
	KC_PARAM_IV,	  /* one block */
	KC_PARAM_CTR,
	KC_PARAM_GCM,
	KC_PARAM_CCM,
	KC_PARAM_WRAP_IV, /* none is fine */
	KC_PARAM_CHACHA20,
	KC_PARAM_CHACHA20_POLY1305,
	/* of derivation and of generating: */
	KC_PARAM_ECDH,
	KC_PARAM_HKDF,
	KC_PARAM_SP800_108,
	KC_PARAM_SP800_108_FEEDBACK,
	KC_PARAM_PBKDF2,    /* either record */
	KC_PARAM_KEY,	    /* CK_OBJECT_HANDLE */
	KC_PARAM_STRING,    /* CK_KEY_DERIVATION_STRING_DATA */
	KC_PARAM_EXTRACT,   /* CK_EXTRACT_PARAMS */
	KC_PARAM_IV_STRING, /* CK_AES_CBC_ENCRYPT_DATA_PARAMS, or 3DES's */
};

enum kc_mechanism_age { KC_AGE_MODERN, KC_AGE_SHA1, KC_AGE_LEGACY };

#define KC_MECHANISM_KEYS 3
/* In a row's keys: every type of secret key. */
#define KC_ANY_SECRET UINT32_MAX

struct kc_mechanism {
	CK_MECHANISM_TYPE type;
	CK_MECHANISM_INFO info; /* with all uses, as where legacy is allowed, but for RSA's size */
	uint32_t keys[KC_MECHANISM_KEYS]; /* types in numbers of base/mechanism.h; 0 ends them */
	enum kc_sign_scheme sign;	  /* each scheme where the uses are such */
	enum kc_cipher_scheme cipher;
	enum kc_derive_scheme derive;
	enum kc_hash hash; /* NONE: there is none, or the parameter names it */
	enum kc_mechanism_param param;
	enum kc_mechanism_age age;
};

/* Every row, for listing. */
const struct kc_mechanism *kc_mechanism_rows(size_t *ret_count);
/* What C_GetMechanismInfo says of a row; false where it is not offered. */
bool kc_mechanism_info(const struct kc_mechanism *row, bool allows_legacy, CK_MECHANISM_INFO *ret);
/* CKR_MECHANISM_INVALID when it is not offered. */
CK_RV kc_mechanism_find(struct kc_module *module, CK_MECHANISM_TYPE type,
	const struct kc_mechanism **ret, CK_MECHANISM_INFO *ret_info);
/* The row of what a caller asks for, for a use. A parameter where there is none is told; others are
 * read by module/mechanism/params.h. CKR_ARGUMENTS_BAD, CKR_MECHANISM_INVALID,
 * CKR_MECHANISM_PARAM_INVALID.
 */
CK_RV kc_mechanism_ask(struct kc_module *module, const CK_MECHANISM *asked, CK_FLAGS use,
	const struct kc_mechanism **ret);
/* Whether keys of a type fit. */
bool kc_mechanism_takes(const struct kc_mechanism *row, uint32_t key_type);
/* The hash that a mechanism of digests makes, as a parameter names it; NONE for others, and for the
 * old ones: no parameter wants them. */
enum kc_hash kc_mechanism_hash(CK_MECHANISM_TYPE type);

#endif
