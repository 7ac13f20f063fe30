/* SPDX-License-Identifier: ISC */
/*
 * Calls of the services behind several keychains, as one call.
 *
 * Where may_ask is true and a keychain is locked, its user is asked once, unless the program has
 * forbidden it.
 */
#ifndef KC_SECURITY_SEC_KEYCHAIN_CALL_H
#define KC_SECURITY_SEC_KEYCHAIN_CALL_H

#include "keychainapi/Security/keychain/sec_keychain.h"

/* What is done with each keychain. NOT_FOUND for one where there is nothing to do it to. */
typedef kc_err kc_sec_keychain_call(
	SecKeychainRef keychain, struct kc_client *client, void *context);

/*
 * keychains is an array of keychains, in the order in which they count. One of several that does
 * not exist is left out, what one fails with is
 * told only when it was done in no other. Errors besides those of the calls: NOT_FOUND, NO_KEYCHAIN
 * (none of them exists).
 */
KC_MUST kc_err kc_sec_keychain_call_each(
	CFArrayRef keychains, bool may_ask, kc_sec_keychain_call *call, void *context);

/* Errors: NO_KEYCHAIN, those of the door. */
KC_MUST kc_err kc_sec_keychain_call_add(SecKeychainRef keychain, const struct kc_client_item *item,
	uint32_t want, bool may_ask, struct kc_found *ret);

/* Searches each keychain by find, up to the limit (0: none) of all together. The items found know
 * their keychain. */
typedef kc_err kc_sec_keychain_find(
	struct kc_client *client, const void *context, uint32_t limit, struct kc_found_list *ret);
KC_MUST kc_err kc_sec_keychain_call_search(CFArrayRef keychains, bool may_ask,
	kc_sec_keychain_find *find, const void *context, uint32_t limit, struct kc_found_list *ret);

/* The same by a query, with its class and its limit. */
KC_MUST kc_err kc_sec_keychain_call_find(CFArrayRef keychains, const struct kc_query *query,
	bool may_ask, struct kc_found_list *ret);

#endif
