/* SPDX-License-Identifier: ISC */
/*
 * kSecMatchItemList and kSecUseItemList, as the file keychain of macOS has them: a search among
 * given items alone.
 */
#ifndef KC_SECURITY_ITEM_LIST_H
#define KC_SECURITY_ITEM_LIST_H

#include "keychainapi/Security/item/request.h"

/* The class of the first item, for a dictionary that does not say one; 0 when the list has none. */
kc_name kc_item_list_class(CFArrayRef list);

/*
 * Narrows the request, whose class is known, to the items of the list: objects that stand for
 * items, and persistent references. Those of other classes are left out, but the certificate of an
 * identity and its key are items too. An object that was not found in the keychain is the item that
 * it could be. Errors: PARAM for anything else in the list, TOO_LARGE for a list of more than
 * KC_QUERY_MAX_REFS; those of a search.
 */
KC_MUST kc_err kc_item_list_settle(CFArrayRef list, struct kc_request *request);

#endif
