/* SPDX-License-Identifier: ISC */
/* The texts of result codes. */
#include <Security/SecBase.h>

#include "base/err.h"
#include "base/mem.h"

static const struct {
	OSStatus status;
	const char *text;
} rows[] = {
#define SEC_ERROR(name, code, text) {name, text},
#include "keychainapi/Security/errors.def"
#undef SEC_ERROR
};

/* Codes of Keycircle's own have the text that the commands print. */
static const char *own_text(OSStatus status)
{
	for (int i = 0; i < KC_ERR_COUNT; i++)
		if (kc_err_osstatus((kc_err)i) == status)
			return kc_err_text((kc_err)i);
	return NULL;
}

CFStringRef SecCopyErrorMessageString(OSStatus status, void *reserved)
{
	const char *text = NULL;

	(void)reserved;
	for (size_t i = 0; i < KC_COUNT_OF(rows) && !text; i++)
		if (rows[i].status == status)
			text = rows[i].text;
	if (!text)
		text = own_text(status);
	if (!text)
		return CFStringCreateWithFormat(NULL, NULL, CFSTR("OSStatus %d"), (int)status);
	return CFStringCreateWithCString(NULL, text, kCFStringEncodingUTF8);
}
