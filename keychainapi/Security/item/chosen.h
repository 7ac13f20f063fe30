/* SPDX-License-Identifier: ISC */
/*
 * Items chosen beforehand: changing and deleting those of a list of references, however long it is.
 *
 * A query holds so many references at most, so a long list takes several calls of the service, each
 * one transaction.
 */
#ifndef KC_SECURITY_CHOSEN_H
#define KC_SECURITY_CHOSEN_H

#include "base/query.h"
#include "wire/client.h"

/* The class, and of like what the call is to do with tombstones; refs are references one after
 * another. NOT_FOUND when none of them is there, or none was given. */
KC_MUST kc_err kc_chosen_update(struct kc_client *client, kc_name class,
	const struct kc_query *like, const struct kc_buf *refs,
	const struct kc_client_item *changes);
KC_MUST kc_err kc_chosen_delete(struct kc_client *client, kc_name class,
	const struct kc_query *like, const struct kc_buf *refs);

/* Appends the reference unless it is there. */
void kc_chosen_add(struct kc_buf *refs, const uint8_t ref[static KC_PERSISTENT_REF_LEN]);

#endif
