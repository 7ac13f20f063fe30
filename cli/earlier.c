/* SPDX-License-Identifier: ISC */
/* Reading the earlier values of what a name stands for. */
#include "cli/earlier.h"

#include <string.h>

void kc_earlier_names_done(struct kc_earlier_names *names)
{
	kc_device_list_done(&names->devices);
	kc_status_done(&names->status);
}

kc_err kc_earlier_names_read(struct kc_run *run, struct kc_earlier_names *ret)
{
	kc_err err = kc_client_devices(run->client, &ret->devices);

	if (err != KC_E_NO_STORE && err != KC_E_LOCKED)
		KC_TRY(err);
	return kc_client_status(run->client, &ret->status);
}

/* Of a device of a circle that this one was in before; "" for itself, as it was then. */
static const char *former_name(const struct kc_found *item, kc_name attr)
{
	kc_name name = attr == KC_EARLIER_BY ? KC_EARLIER_BY_NAME : KC_FOUND_WRITER_NAME;
	struct kc_bytes text = kc_attrs_get_bytes(&item->attrs, name);

	return text.len && text.data[text.len - 1] == 0 ? (const char *)text.data : NULL;
}

const char *kc_earlier_device(
	const struct kc_device_list *devices, const struct kc_found *item, kc_name attr)
{
	struct kc_bytes id = kc_attrs_get_bytes(&item->attrs, attr);

	if (!kc_attrs_get(&item->attrs, attr))
		return NULL;
	if (id.len == 0)
		return "";
	for (size_t i = 0; i < devices->count; i++) {
		const struct kc_device *device = &devices->rows[i];
		if (kc_bytes_equal(id, KC_BYTES_OF(device->id)))
			return device->is_this ? "" : device->name;
	}
	return former_name(item, attr);
}

static bool has_entry(const struct kc_found_list *list, uint64_t id)
{
	for (size_t i = 0; i < list->count; i++)
		if (list->rows[i].id == id)
			return true;
	return false;
}

/* The entries of an item that is there now: also from when it had another name. */
static kc_err add_of_item(
	struct kc_run *run, const struct kc_found *item, uint32_t want, struct kc_found_list *all)
{
	KC_CLEANUP_QUERY struct kc_query query = KC_QUERY_INIT;
	KC_CLEANUP_FOUND_LIST struct kc_found_list found = KC_FOUND_LIST_INIT;
	kc_err err;

	kc_find_query(item, &query);
	query.want = want;
	err = kc_client_item_history(run->client, &query, &found);
	if (err == KC_E_NOT_FOUND)
		return KC_OK;
	KC_TRY(err);
	for (size_t i = 0; i < found.count; i++)
		if (!has_entry(all, found.rows[i].id))
			KC_TRY(kc_found_list_take(all, &found.rows[i]));
	return KC_OK;
}

static int newest_first(const void *a, const void *b)
{
	const struct kc_found *left = a, *right = b;

	return (left->id < right->id) - (left->id > right->id);
}

kc_err kc_earlier_find(
	struct kc_run *run, const struct kc_find *find, uint32_t want, struct kc_found_list *ret)
{
	KC_CLEANUP_FOUND_LIST struct kc_found_list all = KC_FOUND_LIST_INIT;
	KC_CLEANUP_FOUND_LIST struct kc_found_list live = KC_FOUND_LIST_INIT;
	struct kc_find earlier = *find;
	kc_err err, is_live;

	earlier.earlier = true;
	earlier.want = want;
	err = kc_find_all(run, &earlier, &all);
	if (err != KC_E_NOT_FOUND)
		KC_TRY(err);
	is_live = kc_find_all(run, find, &live);
	if (is_live != KC_E_NOT_FOUND)
		KC_TRY(is_live);
	else if (all.count == 0)
		return is_live;
	for (size_t i = 0; i < live.count; i++)
		KC_TRY(add_of_item(run, &live.rows[i], want, &all));
	if (all.count > 1)
		qsort(all.rows, all.count, sizeof *all.rows, newest_first);
	kc_found_list_done(ret);
	*ret = all;
	all = (struct kc_found_list)KC_FOUND_LIST_INIT;
	return KC_OK;
}

const char *kc_earlier_deleted_by(
	struct kc_run *run, const struct kc_device_list *devices, const struct kc_found *item)
{
	KC_CLEANUP_FOUND_LIST struct kc_found_list found = KC_FOUND_LIST_INIT;

	if (add_of_item(run, item, KC_WANT_ATTRS, &found) != KC_OK || found.count == 0)
		return NULL;
	return kc_earlier_device(devices, &found.rows[0], KC_EARLIER_BY);
}
