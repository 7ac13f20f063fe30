/* SPDX-License-Identifier: ISC */
/* What a key says of itself, as attributes. */
#ifndef KC_SECURITY_KEY_ATTRIBUTES_H
#define KC_SECURITY_KEY_ATTRIBUTES_H

#include "keychainapi/Security/key/key.h"

/* Sets the attributes by which an item of this half can be found: class, type, sizes, label. The
 * rest says how a key is kept, which can be another way here than there. */
void kc_key_attributes_identify(SecKeyRef key, struct kc_attrs *attrs);

/* Sets all attributes that an item made of the key has. */
void kc_key_attributes_expand(SecKeyRef key, struct kc_attrs *attrs);

/* Whether the key is marked for a use, by the name of the attribute. */
bool kc_key_attributes_allow(SecKeyRef key, kc_name use);

#endif
