/* SPDX-License-Identifier: ISC */
/* Errors as CFError objects, for the functions that have one as their last argument. */
#ifndef KC_SECURITY_ERROR_H
#define KC_SECURITY_ERROR_H

#include <CoreFoundation/CoreFoundation.h>

#include "base/err.h"

/* The object for an error, owned by the caller; NULL for KC_OK and without memory. */
CFErrorRef kc_error_new(kc_err err);

/* Gives the object for a failure to the caller of a Sec function, who may not want it (NULL), and
 * says whether there was none. */
bool kc_error_give(kc_err err, CFErrorRef *ret);

#endif
