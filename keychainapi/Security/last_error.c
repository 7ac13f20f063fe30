/* SPDX-License-Identifier: ISC */
/*
 * The last error of each thread.
 *
 * Only the number is kept, and the object made when somebody asks: a thread that ends leaves
 * nothing to be freed.
 */
#include "keychainapi/Security/last_error.h"

#include <Security/SecItemPriv.h>

#include "keychainapi/Security/error.h"

static _Thread_local kc_err last = KC_OK;

OSStatus kc_last_error_set(kc_err err)
{
	last = err;
	return kc_err_osstatus(err);
}

CFErrorRef SecCopyLastError(OSStatus status)
{
	if (status != 0 && status != kc_err_osstatus(last))
		return NULL;
	return kc_error_new(last);
}
