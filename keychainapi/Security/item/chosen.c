/* SPDX-License-Identifier: ISC */
/* Lists of references, a query's worth at a time. */
#include "keychainapi/Security/item/chosen.h"

#include <string.h>

#define MOST_BYTES ((size_t)KC_QUERY_MAX_REFS * KC_PERSISTENT_REF_LEN)

/* Fills the query with the references from *at on, and moves *at behind them. */
static kc_err take_some(const struct kc_buf *refs, size_t *at, struct kc_query *query)
{
	size_t len = refs->len - *at < MOST_BYTES ? refs->len - *at : MOST_BYTES;

	kc_buf_reset(&query->refs);
	kc_buf_push(&query->refs, refs->data + *at, len);
	*at += len;
	return kc_buf_check(&query->refs);
}

static kc_err run(struct kc_client *client, struct kc_query *query, const struct kc_buf *refs,
	const struct kc_client_item *changes)
{
	kc_err best = KC_ERR(NOT_FOUND);
	size_t at = 0;

	KC_TRY(kc_buf_check(refs));
	while (at < refs->len) {
		kc_err err;
		KC_TRY(take_some(refs, &at, query));
		err = changes ? kc_client_item_update(client, query, changes, NULL)
			      : kc_client_item_delete(client, query, NULL);
		if (err == KC_OK)
			best = KC_OK;
		else if (err != KC_E_NOT_FOUND)
			return err;
	}
	return best;
}

static struct kc_query query_like(kc_name class, const struct kc_query *like)
{
	return (struct kc_query){
		.class = class,
		.sync = KC_SYNC_ANY,
		.tomb = like->tomb,
		.tomb_use = like->tomb_use,
	};
}

kc_err kc_chosen_update(struct kc_client *client, kc_name class, const struct kc_query *like,
	const struct kc_buf *refs, const struct kc_client_item *changes)
{
	KC_CLEANUP_QUERY struct kc_query query = query_like(class, like);

	return run(client, &query, refs, changes);
}

kc_err kc_chosen_delete(struct kc_client *client, kc_name class, const struct kc_query *like,
	const struct kc_buf *refs)
{
	KC_CLEANUP_QUERY struct kc_query query = query_like(class, like);

	return run(client, &query, refs, NULL);
}

void kc_chosen_add(struct kc_buf *refs, const uint8_t ref[static KC_PERSISTENT_REF_LEN])
{
	for (size_t at = 0; at < refs->len; at += KC_PERSISTENT_REF_LEN)
		if (memcmp(refs->data + at, ref, KC_PERSISTENT_REF_LEN) == 0)
			return;
	kc_buf_push(refs, ref, KC_PERSISTENT_REF_LEN);
}
