/* SPDX-License-Identifier: ISC */
/* The texts of result codes. */
#include <Security/SecBase.h>

#include "base/osstatus.h"

CFStringRef SecCopyErrorMessageString(OSStatus status, void *reserved)
{
	const char *text = kc_osstatus_text(status);

	(void)reserved;
	if (!text)
		return CFStringCreateWithFormat(NULL, NULL, CFSTR("OSStatus %d"), (int)status);
	return CFStringCreateWithCString(NULL, text, kCFStringEncodingUTF8);
}
