/* SPDX-License-Identifier: ISC */
/* The item calls for use inside: the same, with the error itself. */
#ifndef KC_SECURITY_ITEM_H
#define KC_SECURITY_ITEM_H

#include <CoreFoundation/CoreFoundation.h>

#include "base/err.h"

/* SecItemAdd. */
KC_MUST kc_err kc_item_add(CFDictionaryRef attributes, CFTypeRef *result);
/* SecItemCopyMatching. */
KC_MUST kc_err kc_item_find(CFDictionaryRef query, CFTypeRef *result);
/* SecItemDelete. */
KC_MUST kc_err kc_item_delete(CFDictionaryRef query);

#endif
