/* SPDX-License-Identifier: ISC */
/* Base64 (RFC 4648, section 4). */
#ifndef KC_CF_BASE64_H
#define KC_CF_BASE64_H

#include "keychainapi/CoreFoundation/cf_internal.h"

/* Writes four characters for the one to three bytes there are. */
void _kc_cf_base64_encode(const UInt8 *bytes, CFIndex count, UInt8 ret_text[4]);

/*
 * Appends the bytes of text to data; white space is skipped. False for any other character that
 * does not belong, and for text that ends in the middle.
 */
bool _kc_cf_base64_decode(const UInt8 *text, CFIndex length, CFMutableDataRef data);

#endif
