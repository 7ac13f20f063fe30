/* SPDX-License-Identifier: ISC */
/* What a key may be used for, as its attributes "encr" to "unwp" say, by its type and class. */
#ifndef KC_BASE_KEY_USE_H
#define KC_BASE_KEY_USE_H

#include "base/attrs.h"
#include "base/mechanism.h"

/* The attributes of use; KC_KEY_USES of them. */
#define KC_KEY_USES 9
extern const kc_name kc_key_uses[KC_KEY_USES];

/*
 * The use that a key of that type (enum kc_key_type or kc_secret_type) and class has where its
 * attributes do not say another; false also when use is none of kc_key_uses.
 */
bool kc_key_use_default(kc_name use, uint32_t type, enum kc_key_class class);

#endif
