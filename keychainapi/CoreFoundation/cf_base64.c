/* SPDX-License-Identifier: ISC */
/* Three bytes are four characters. */
#include "keychainapi/CoreFoundation/cf_base64.h"

static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

void _kc_cf_base64_encode(const UInt8 *bytes, CFIndex count, UInt8 ret_text[4])
{
	uint32_t group = (uint32_t)bytes[0] << 16;

	if (count > 1)
		group |= (uint32_t)bytes[1] << 8;
	if (count > 2)
		group |= bytes[2];
	for (CFIndex i = 0; i < 4; i++)
		ret_text[i] = (UInt8)(i <= count ? digits[group >> (18 - 6 * i) & 0x3F] : '=');
}

bool _kc_cf_base64_decode(const UInt8 *text, CFIndex length, CFMutableDataRef data)
{
	CFIndex count = 0, padding = 0;
	uint32_t group = 0;

	for (CFIndex i = 0; i < length; i++) {
		const char *digit = text[i] ? strchr(digits, text[i]) : NULL;

		if (strchr(" \t\r\n", text[i]) && text[i])
			continue;
		if (text[i] == '=' && count % 4 >= 2)
			padding++;
		else if (!digit || padding)
			return false;
		group = group << 6 | (digit ? (uint32_t)(digit - digits) : 0);
		if (++count % 4 == 0) {
			const UInt8 bytes[] = {
				(UInt8)(group >> 16), (UInt8)(group >> 8), (UInt8)group};

			CFDataAppendBytes(data, bytes, 3 - padding);
			group = 0;
		}
	}
	return count % 4 == 0;
}
