/* SPDX-License-Identifier: ISC */
/* Why the last item call of a thread failed, for SecCopyLastError. */
#ifndef KC_SECURITY_LAST_ERROR_H
#define KC_SECURITY_LAST_ERROR_H

#include <Security/SecBase.h>

#include "base/err.h"

/* Remembers how a call of this thread ended, KC_OK included, and gives its result code. */
OSStatus kc_last_error_set(kc_err err);

#endif
