/* SPDX-License-Identifier: ISC */
/* The objects that SecItemAdd and SecItemCopyMatching give back. */
#ifndef KC_SECURITY_RESULT_H
#define KC_SECURITY_RESULT_H

#include "keychainapi/Security/item/request.h"

/*
 * What the caller of a search gets for the items found. *ret is owned by the caller; it is left
 * alone when nothing was asked for, and NULL when what was asked for is not there (the data of an
 * item without any). Errors: NO_MEMORY.
 */
KC_MUST kc_err kc_result_of_find(
	const struct kc_request *request, const struct kc_found_list *found, CFTypeRef *ret);

/* What the caller of an add gets for the new item. The same, but for an item without data, whose
 * data is empty here. */
KC_MUST kc_err kc_result_of_add(
	const struct kc_request *request, const struct kc_found *found, CFTypeRef *ret);

#endif
