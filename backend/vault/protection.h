/* SPDX-License-Identifier: ISC */
/* Protection classes: when an item can be read, and whether it may leave the device. */
#ifndef KC_VAULT_PROTECTION_H
#define KC_VAULT_PROTECTION_H

#include "base/mem.h"

/* Numbers as Apple stores them; the text is the value of the attribute "pdmn". */
enum kc_protection {
	KC_PROTECTION_AK = 6,	 /* while unlocked (the default) */
	KC_PROTECTION_CK = 7,	 /* after the first unlock since the service started */
	KC_PROTECTION_DK = 8,	 /* always */
	KC_PROTECTION_AKU = 9,	 /* as ak, this device only */
	KC_PROTECTION_CKU = 10,	 /* as ck, this device only */
	KC_PROTECTION_DKU = 11,	 /* as dk, this device only */
	KC_PROTECTION_AKPU = 12, /* as aku, gone when the password is taken away */
};
#define KC_PROTECTION_FIRST KC_PROTECTION_AK
#define KC_PROTECTION_COUNT 7

/* PARAM for other texts. */
KC_MUST kc_err kc_protection_from_text(struct kc_bytes text, enum kc_protection *ret);
const char *kc_protection_text(enum kc_protection protection);
bool kc_protection_is_valid(int64_t number);		    /* one of the seven */
bool kc_protection_is_bound(enum kc_protection protection); /* this device only */
/* Whether what could be read still can after a lock. */
bool kc_protection_outlives_lock(enum kc_protection protection);

#endif
