/* SPDX-License-Identifier: ISC */
/* What the service names by references is read as items, and counted as people count them. */
#include "cli/exposed.h"

#include <string.h>

#include "cli/item.h"
#include "cli/json.h"
#include "cli/pick.h"

static bool is_exposed(const struct kc_exposure *exposure, const struct kc_found *item)
{
	for (size_t at = 0; at + sizeof item->ref <= exposure->refs.len; at += sizeof item->ref)
		if (memcmp(exposure->refs.data + at, item->ref, sizeof item->ref) == 0)
			return true;
	return false;
}

/* Leaves in the list what is exposed. */
static void keep_exposed(struct kc_found_list *list, const struct kc_exposure *exposure)
{
	size_t kept = 0;

	for (size_t i = 0; i < list->count; i++) {
		struct kc_found item = list->rows[i];

		if (is_exposed(exposure, &item))
			list->rows[kept++] = item;
		else
			kc_found_done(&item);
	}
	list->count = kept;
}

kc_err kc_exposed_read(
	struct kc_run *run, const struct kc_device *device, struct kc_found_list *ret)
{
	KC_CLEANUP_EXPOSURE struct kc_exposure exposure = {.refs = KC_BUF_INIT};
	KC_CLEANUP_QUERY struct kc_query query = KC_QUERY_INIT;
	kc_err err;

	KC_TRY(kc_client_exposure(run->client, device->id, &exposure));
	query.sync = KC_SYNC_ANY;
	query.want = KC_WANT_ATTRS;
	err = kc_client_item_find(run->client, &query, ret);
	if (err == KC_E_NOT_FOUND)
		return KC_OK;
	KC_TRY(err);
	keep_exposed(ret, &exposure);
	kc_pick_drop_halves(ret);
	kc_pick_sort(ret);
	return KC_OK;
}

static const struct kind {
	const char *one, *many;
	enum kc_item_kind kinds[2];
} kinds[] = {
	{"password", "passwords", {KC_ITEM_INTERNET, KC_ITEM_GENERIC}},
	{"key", "keys", {KC_ITEM_KEY, KC_ITEM_KEY}},
	{"certificate", "certificates", {KC_ITEM_CERTIFICATE, KC_ITEM_CERTIFICATE}},
};

static size_t count_of(const struct kc_found_list *found, const struct kind *kind)
{
	size_t count = 0;

	for (size_t i = 0; i < found->count; i++)
		count += kc_item_kind(&found->rows[i]) == kind->kinds[0] ||
			 kc_item_kind(&found->rows[i]) == kind->kinds[1];
	return count;
}

void kc_exposed_push_counts(struct kc_buf *out, const struct kc_found_list *found)
{
	const char *before = "";

	if (found->count == 0)
		kc_buf_push_str(out, "nothing");
	for (size_t i = 0; i < KC_COUNT_OF(kinds); i++) {
		size_t count = count_of(found, &kinds[i]);

		if (count == 0)
			continue;
		kc_buf_printf(
			out, "%s%zu %s", before, count, count == 1 ? kinds[i].one : kinds[i].many);
		before = ", ";
	}
}

json_t *kc_exposed_json(const struct kc_found_list *found)
{
	json_t *object = json_object();

	for (size_t i = 0; i < KC_COUNT_OF(kinds); i++)
		kc_json_set(object, kinds[i].many,
			json_integer((json_int_t)count_of(found, &kinds[i])));
	return object;
}
