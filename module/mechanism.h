/* SPDX-License-Identifier: ISC */
/* Mechanisms: the rows of mechanisms.def, and what a caller's CK_MECHANISM asks for. */
#ifndef KC_MODULE_MECHANISM_H
#define KC_MODULE_MECHANISM_H

#include "base/mechanism.h"
#include "base/mem.h"
#include "module/rv.h"

enum kc_mechanism_use { KC_USE_DIGEST, KC_USE_SIGN, KC_USE_GENERATE };
enum kc_mechanism_param { KC_PARAM_NONE, KC_PARAM_PSS };

struct kc_mechanism {
	CK_MECHANISM_TYPE type;
	enum kc_mechanism_use use;
	CK_MECHANISM_INFO info;
	enum kc_key_type key;	    /* not of a digest */
	enum kc_sign_scheme scheme; /* of a signature */
	enum kc_hash hash;	    /* made of the message first */
	enum kc_mechanism_param param;
};

/* Every row, for listing. */
const struct kc_mechanism *kc_mechanism_rows(size_t *ret_count);
/* CKR_MECHANISM_INVALID when there is no such mechanism. */
CK_RV kc_mechanism_find(CK_MECHANISM_TYPE type, const struct kc_mechanism **ret);
/* The row for a use, with its parameter checked and turned into what signing takes (all but the
 * input). CKR_ARGUMENTS_BAD, CKR_MECHANISM_INVALID, CKR_MECHANISM_PARAM_INVALID. */
CK_RV kc_mechanism_parse(const CK_MECHANISM *asked, enum kc_mechanism_use use,
	const struct kc_mechanism **ret, struct kc_sign_params *ret_params);

#endif
