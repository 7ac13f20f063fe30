/* SPDX-License-Identifier: ISC */
/* What a key is to be used for: attributes, and the bits that older interfaces write. */
#ifndef KC_SECURITY_KEY_USAGE_H
#define KC_SECURITY_KEY_USAGE_H

#include <CoreFoundation/CoreFoundation.h>
#include <Security/cssmtype.h>

#include "base/err.h"

/* Sets the attributes of the bits to true; 0 and CSSM_KEYUSE_ANY have none. */
void kc_key_usage_say(CSSM_KEYUSE usage, CFMutableDictionaryRef words);

/* The bits of an array of attribute names; 0 for NULL. Errors: PARAM for another object. */
KC_MUST kc_err kc_key_usage_of(CFArrayRef names, CSSM_KEYUSE *ret);

#endif
