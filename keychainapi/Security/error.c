/* SPDX-License-Identifier: ISC */
/* CFError objects: the result code, and the sentence of its row. */
#include "keychainapi/Security/error.h"

#include "keychainapi/Security/object.h"

CFErrorRef kc_error_new(kc_err err)
{
	KC_CLEANUP_OBJECT CFStringRef reason = NULL;
	const void *key = kCFErrorDescriptionKey, *value;

	if (err == KC_OK)
		return NULL;
	reason = CFStringCreateWithCString(NULL, kc_err_text(err), kCFStringEncodingUTF8);
	if (!reason)
		return NULL;
	value = reason;
	return CFErrorCreateWithUserInfoKeysAndValues(
		NULL, kCFErrorDomainOSStatus, kc_err_osstatus(err), &key, &value, 1);
}

bool kc_error_give(kc_err err, CFErrorRef *ret)
{
	if (err != KC_OK && ret)
		*ret = kc_error_new(err);
	return err == KC_OK;
}
