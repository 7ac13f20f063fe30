/* SPDX-License-Identifier: ISC */
/* The history as a list, and on the wire. */
#include "base/history.h"

#include <string.h>

void kc_history_list_done(struct kc_history_list *list)
{
	free(list->rows);
	*list = (struct kc_history_list){0};
}

kc_err kc_history_list_add(struct kc_history_list *list, const struct kc_history_entry *entry)
{
	struct kc_history_entry *grown =
		reallocarray(list->rows, list->count + 1, sizeof *list->rows);

	if (!grown)
		return KC_ERR(NO_MEMORY);
	list->rows = grown;
	list->rows[list->count++] = *entry;
	return KC_OK;
}

void kc_history_list_sort(struct kc_history_list *list)
{
	for (size_t i = 1; i < list->count; i++) {
		struct kc_history_entry row = list->rows[i];
		size_t at = i;

		while (at > 0 && list->rows[at - 1].time_ms > row.time_ms) {
			list->rows[at] = list->rows[at - 1];
			at--;
		}
		list->rows[at] = row;
	}
}

static void put_entry(struct kc_der_writer *w, const struct kc_history_entry *entry)
{
	kc_der_begin(w, KC_DER_SEQUENCE);
	kc_der_put_uint(w, entry->kind);
	kc_der_put_uint(w, entry->time_ms);
	kc_der_put_str(w, entry->device);
	kc_der_put_str(w, entry->by);
	kc_der_put_bytes(w, KC_BYTES_OF(entry->device_id));
	kc_der_put_bytes(w, KC_BYTES_OF(entry->by_id));
	kc_der_put_bool(w, entry->overruled);
	kc_der_put_bool(w, entry->falls);
	kc_der_end(w);
}

static void pull_entry(struct kc_der_reader *r, struct kc_history_entry *ret)
{
	struct kc_der_reader seq;

	*ret = (struct kc_history_entry){0};
	kc_der_enter(r, KC_DER_SEQUENCE, &seq);
	ret->kind = (enum kc_history_kind)kc_der_get_uint_max(&seq, KC_HISTORY_NEW_PASSWORD);
	ret->time_ms = kc_der_get_uint(&seq);
	kc_der_get_text(&seq, ret->device, sizeof ret->device);
	kc_der_get_text(&seq, ret->by, sizeof ret->by);
	kc_der_get_array(&seq, ret->device_id, sizeof ret->device_id);
	kc_der_get_array(&seq, ret->by_id, sizeof ret->by_id);
	ret->overruled = kc_der_get_bool(&seq);
	ret->falls = kc_der_get_bool(&seq);
	kc_der_leave(r, &seq);
	if (ret->kind == 0)
		kc_der_reader_fail(r);
}

void kc_history_list_put(struct kc_der_writer *w, const struct kc_history_list *list)
{
	kc_der_begin(w, KC_DER_SEQUENCE);
	for (size_t i = 0; i < list->count; i++)
		put_entry(w, &list->rows[i]);
	kc_der_end(w);
}

void kc_history_list_pull(struct kc_der_reader *r, struct kc_history_list *ret)
{
	KC_CLEANUP_HISTORY_LIST struct kc_history_list list = {0};
	struct kc_der_reader seq;

	kc_der_enter(r, KC_DER_SEQUENCE, &seq);
	while (kc_der_more(&seq)) {
		struct kc_history_entry entry;

		pull_entry(&seq, &entry);
		if (kc_history_list_add(&list, &entry) != KC_OK) {
			kc_der_reader_fail_with(&seq, KC_E_NO_MEMORY);
			break;
		}
	}
	kc_der_leave(r, &seq);
	if (kc_der_reader_check(r) != KC_OK)
		return;
	kc_history_list_done(ret);
	*ret = list;
	list = (struct kc_history_list){0};
}
