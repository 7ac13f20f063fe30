/* SPDX-License-Identifier: ISC */
/* Looking at memory that may not be there. */
#ifndef KC_MODULE_FORM_PEEK_H
#define KC_MODULE_FORM_PEEK_H

#include <stddef.h>

#include "module/form/rv.h"

/* Copies from an address that may be none. CKR_MECHANISM_PARAM_INVALID, CKR_GENERAL_ERROR. */
CK_RV kc_peek(CK_ULONG address, void *ret, size_t len);

#endif
