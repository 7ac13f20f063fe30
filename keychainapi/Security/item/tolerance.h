/* SPDX-License-Identifier: ISC */
/*
 * What the default profile makes of the attributes of passwords: as the file keychain of macOS does
 * it, attributes that it does not know are left out, protocols may be numbers of four characters,
 * ports have 16 bits, and an item without a label is named after its service or server.
 */
#ifndef KC_SECURITY_TOLERANCE_H
#define KC_SECURITY_TOLERANCE_H

#include "base/query.h"

/* Rewrites the attributes of a dictionary for items of the class. Errors: PARAM (a port that is no
 * number); what the set itself fails with stays in the set. */
KC_MUST kc_err kc_tolerance_apply(kc_name class, struct kc_attrs *attrs);

/* Gives a new item of the class the label that it would have on macOS. */
void kc_tolerance_add_label(kc_name class, struct kc_attrs *attrs);

/* Whether items of the class have such an attribute, as far as this profile knows. */
bool kc_tolerance_knows(kc_name class, kc_name name);

#endif
