/* SPDX-License-Identifier: ISC */
/* Items: added, found in pages, changed, deleted, and what they were before. */
#include "wire/client_impl.h"

void kc_client_found_list_move(struct kc_found_list *to, struct kc_found_list *from)
{
	kc_found_list_done(to);
	*to = *from;
	*from = (struct kc_found_list)KC_FOUND_LIST_INIT;
}

kc_err kc_client_item_add(struct kc_client *client, const struct kc_client_item *item,
	uint32_t want, struct kc_found *ret)
{
	KC_CLEANUP_CLIENT_CALL struct kc_client_call call = KC_CLIENT_CALL_INIT;

	KC_TRY(KC_CLIENT_RUN(&call, client, ITEM_ADD, KC_FIELD_U(item->class),
		KC_FIELD_A(item->attrs), KC_FIELD_T(item->has_secret), KC_FIELD_B(item->secret),
		KC_FIELD_T(item->one_of_both_syncs), KC_FIELD_U(want)));
	if (call.result.found.count != 1)
		return KC_ERR(DECODE);
	if (ret) {
		*ret = call.result.found.rows[0];
		call.result.found.rows[0] = (struct kc_found){0};
	}
	return KC_OK;
}

/* Moves the rows of one page to the end of the list. */
static kc_err append_page(struct kc_found_list *list, struct kc_found_list *page)
{
	for (size_t i = 0; i < page->count; i++)
		KC_TRY(kc_found_list_take(list, &page->rows[i]));
	return KC_OK;
}

static struct kc_page_end end_of(const struct kc_found *last)
{
	return (struct kc_page_end){last->id, last->class, last->synced, last->certificate};
}

/* Asks for page after page; the last one may turn out to have been the end after all. */
static kc_err find_pages(struct kc_client *client, enum kc_call number,
	const struct kc_query *query, struct kc_found_list *ret)
{
	KC_CLEANUP_FOUND_LIST struct kc_found_list all = KC_FOUND_LIST_INIT;
	struct kc_query page = *query; /* borrows the attributes */
	struct kc_field field = KC_FIELD_Q(&page);
	bool more = true;

	while (more) {
		KC_CLEANUP_CLIENT_CALL struct kc_client_call call = KC_CLIENT_CALL_INIT;
		kc_err err;

		if (query->limit)
			page.limit = query->limit - (uint32_t)all.count;
		err = kc_client_run(&call, client, number, &field, 1);
		if (err == KC_E_NOT_FOUND && all.count)
			break;
		KC_TRY(err);
		more = call.result.found.more && call.result.found.count;
		KC_TRY(append_page(&all, &call.result.found));
		more = more && (query->limit == 0 || all.count < query->limit);
		if (more)
			page.after = end_of(&all.rows[all.count - 1]);
	}
	kc_client_found_list_move(ret, &all);
	return KC_OK;
}

kc_err kc_client_item_find(
	struct kc_client *client, const struct kc_query *query, struct kc_found_list *ret)
{
	return find_pages(client, KC_CALL_ITEM_FIND, query, ret);
}

kc_err kc_client_item_update(struct kc_client *client, const struct kc_query *query,
	const struct kc_client_item *changes, uint64_t *ret_count)
{
	KC_CLEANUP_CLIENT_CALL struct kc_client_call call = KC_CLIENT_CALL_INIT;

	KC_TRY(KC_CLIENT_RUN(&call, client, ITEM_UPDATE, KC_FIELD_Q(query),
		KC_FIELD_A(changes->attrs), KC_FIELD_T(changes->has_secret),
		KC_FIELD_B(changes->secret)));
	if (ret_count)
		*ret_count = call.result.number;
	return KC_OK;
}

kc_err kc_client_item_delete(
	struct kc_client *client, const struct kc_query *query, uint64_t *ret_count)
{
	KC_CLEANUP_CLIENT_CALL struct kc_client_call call = KC_CLIENT_CALL_INIT;

	KC_TRY(KC_CLIENT_RUN(&call, client, ITEM_DELETE, KC_FIELD_Q(query)));
	if (ret_count)
		*ret_count = call.result.number;
	return KC_OK;
}

kc_err kc_client_item_history(
	struct kc_client *client, const struct kc_query *query, struct kc_found_list *ret)
{
	return find_pages(client, KC_CALL_ITEM_HISTORY, query, ret);
}

kc_err kc_client_item_restore(struct kc_client *client, uint64_t id, struct kc_found *ret)
{
	KC_CLEANUP_CLIENT_CALL struct kc_client_call call = KC_CLIENT_CALL_INIT;

	KC_TRY(KC_CLIENT_RUN(&call, client, ITEM_RESTORE, KC_FIELD_U(id)));
	if (call.result.found.count != 1)
		return KC_ERR(DECODE);
	*ret = call.result.found.rows[0];
	call.result.found.rows[0] = (struct kc_found){0};
	return KC_OK;
}
