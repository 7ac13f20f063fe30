/* SPDX-License-Identifier: ISC */
/*
 * The last error of each thread.
 *
 * Only the number is kept, and the object made when somebody asks: a thread that ends leaves
 * nothing to be freed.
 */
#include "keychainapi/Security/last_error.h"

#include <Security/SecItemPriv.h>

#include "keychainapi/Security/object.h"

static _Thread_local kc_err last = KC_OK;

OSStatus kc_last_error_set(kc_err err)
{
	last = err;
	return kc_err_osstatus(err);
}

CFErrorRef SecCopyLastError(OSStatus status)
{
	OSStatus code = kc_err_osstatus(last);
	KC_CLEANUP_OBJECT CFStringRef reason = NULL;
	const void *key = kCFErrorDescriptionKey, *value;

	if (code == errSecSuccess || (status != 0 && status != code))
		return NULL;
	reason = CFStringCreateWithCString(NULL, kc_err_text(last), kCFStringEncodingUTF8);
	if (!reason)
		return NULL;
	value = reason;
	return CFErrorCreateWithUserInfoKeysAndValues(
		NULL, kCFErrorDomainOSStatus, code, &key, &value, 1);
}
