/* SPDX-License-Identifier: ISC */
/*
 * Identities in the item calls: adding, changing and deleting one is doing so with its two items.
 *
 * Each item is one transaction of its own, the certificate's first.
 */
#ifndef KC_SECURITY_IDENTITY_ITEM_H
#define KC_SECURITY_IDENTITY_ITEM_H

#include "keychainapi/Security/item/request.h"
#include "wire/client.h"

/* Adds the parts of the request's identity, with the request's attributes. A part that is there
 * already is left as it is. Errors: DUPLICATE when both are. *ret is what a search for the identity
 * finds, with what the request wants. */
KC_MUST kc_err kc_identity_item_add(
	struct kc_client *client, const struct kc_request *request, struct kc_found_list *ret);

/* Changes the certificates and the keys of the identities that the request finds. */
KC_MUST kc_err kc_identity_item_update(struct kc_client *client, const struct kc_request *request,
	const struct kc_client_item *changes);

/* Deletes the certificates, and the keys that no certificate is left of. */
KC_MUST kc_err kc_identity_item_delete(struct kc_client *client, const struct kc_request *request);

#endif
