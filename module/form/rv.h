/* SPDX-License-Identifier: ISC */
/*
 * Results inside the module. A C_* function and whatever knows PKCS#11 returns CK_RV; whatever came
 * over the socket or out of base/ is a kc_err and becomes a CK_RV by the table of errors, here.
 */
#ifndef KC_MODULE_FORM_RV_H
#define KC_MODULE_FORM_RV_H

#include "base/err.h"
#include "module/form/cryptoki.h"

/* Returns from the calling function when expr, a CK_RV, is not CKR_OK. */
#define KC_RV_TRY(expr)                    \
	do {                               \
		CK_RV kc_rv_try_ = (expr); \
		if (kc_rv_try_ != CKR_OK)  \
			return kc_rv_try_; \
	} while (0)
/* The same for a kc_err. */
#define KC_RV_OF(expr) KC_RV_TRY(kc_err_ckr(expr))

#endif
