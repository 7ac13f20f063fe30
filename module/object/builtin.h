/* SPDX-License-Identifier: ISC */
/*
 * The objects that every token has, of no item, only to be read: which profiles of PKCS#11 it keeps
 * to (4.13) and which mechanisms it has (4.3). They are found by searches for nothing else, so that
 * a program that lists what the user has gets to see what the user has.
 */
#ifndef KC_MODULE_OBJECT_BUILTIN_H
#define KC_MODULE_OBJECT_BUILTIN_H

#include "module/object/object.h"

/* Calls visit for each of the kinds, KC_OBJECT_PROFILE, KC_OBJECT_MECHANISM or both, until it
 * fails. CKR_HOST_MEMORY. */
CK_RV kc_builtin_each(enum kc_token_number token, unsigned kinds,
	CK_RV (*visit)(struct kc_object *object, void *context), void *context);

#endif
