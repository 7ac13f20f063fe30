/* SPDX-License-Identifier: ISC */
/*
 * Calls of the services behind several keychains, as one call.
 *
 * Keys and identities are in the user's own keychain alone. Where may_ask is true and a keychain is
 * locked, its user is asked once, unless the program has forbidden it.
 */
#ifndef KC_SECURITY_KEYCHAIN_CALL_H
#define KC_SECURITY_KEYCHAIN_CALL_H

#include "keychainapi/Security/keychain.h"

KC_MUST kc_err kc_keychain_call_add(SecKeychainRef keychain, const struct kc_client_item *item,
	uint32_t want, bool may_ask, struct kc_found *ret);

/*
 * keychains is an array of keychains, in the order in which they count; query's limit is for all
 * together. A keychain of several that does not exist is left out, and what one fails with is told
 * only when no other has anything. Errors besides those of the door: NOT_FOUND, NO_KEYCHAIN (none
 * of them exists), UNSUPPORTED (keys of other keychains).
 */
KC_MUST kc_err kc_keychain_call_find(
	CFArrayRef keychains, struct kc_query *query, bool may_ask, struct kc_found_list *ret);
KC_MUST kc_err kc_keychain_call_update(CFArrayRef keychains, const struct kc_query *query,
	const struct kc_client_item *changes, bool may_ask);
KC_MUST kc_err kc_keychain_call_delete(
	CFArrayRef keychains, const struct kc_query *query, bool may_ask);

#endif
