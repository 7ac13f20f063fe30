/* SPDX-License-Identifier: ISC */
/* Status records on the wire. */
#include "base/status.h"

#include <string.h>

void kc_status_done(struct kc_status *status)
{
	free(status->store);
	*status = (struct kc_status){0};
}

void kc_sync_report_done(struct kc_sync_report *report)
{
	free(report->alarm);
	*report = (struct kc_sync_report){0};
}

void kc_device_list_done(struct kc_device_list *list)
{
	free(list->rows);
	*list = (struct kc_device_list){0};
}

/* An optional text is a UTF8String, or NULL in DER. */
static void put_optional(struct kc_der_writer *w, const char *text)
{
	if (text)
		kc_der_put_str(w, text);
	else
		kc_der_put_null(w);
}

static char *pull_optional(struct kc_der_reader *r)
{
	struct kc_bytes text;
	char *copy;

	if (kc_der_peek(r) == KC_DER_NULL) {
		kc_der_get_null(r);
		return NULL;
	}
	text = kc_der_get_utf8(r);
	copy = strndup((const char *)text.data, text.len);
	if (!copy)
		kc_der_reader_fail_with(r, KC_E_NO_MEMORY);
	else if (strlen(copy) != text.len)
		kc_der_reader_fail(r);
	return copy;
}

void kc_exposure_done(struct kc_exposure *exposure)
{
	kc_buf_done(&exposure->refs);
	*exposure = (struct kc_exposure){.refs = KC_BUF_INIT};
}

void kc_status_put(struct kc_der_writer *w, const struct kc_status *status)
{
	kc_der_begin(w, KC_DER_SEQUENCE);
	kc_der_put_uint(w, status->lock);
	kc_der_put_str(w, status->device);
	kc_der_put_bytes(w, KC_BYTES_OF(status->device_id));
	kc_der_put_uint(w, status->items);
	kc_der_put_uint(w, status->synced);
	kc_der_put_uint(w, status->quarantined);
	put_optional(w, status->store);
	kc_der_put_uint(w, status->pending);
	kc_der_put_uint(w, status->generation);
	kc_der_put_bool(w, status->altered);
	kc_der_put_bool(w, status->memory_locked);
	kc_der_put_bool(w, status->has_password);
	kc_der_put_bool(w, status->has_officer);
	kc_der_put_bool(w, status->user_failed);
	kc_der_put_bool(w, status->officer_failed);
	kc_der_put_bool(w, status->can_ask);
	kc_der_put_bool(w, status->allows_legacy);
	kc_der_put_uint(w, status->misread_line);
	kc_der_put_bool(w, status->is_out);
	kc_der_put_bool(w, status->is_held_up);
	kc_der_end(w);
}

void kc_status_pull(struct kc_der_reader *r, struct kc_status *ret)
{
	KC_CLEANUP_STATUS struct kc_status status = {0};
	struct kc_der_reader seq;

	kc_der_enter(r, KC_DER_SEQUENCE, &seq);
	status.lock = (enum kc_lock_state)kc_der_get_uint_max(&seq, KC_LOCK_UNLOCKED);
	kc_der_get_text(&seq, status.device, sizeof status.device);
	kc_der_get_array(&seq, status.device_id, sizeof status.device_id);
	status.items = kc_der_get_uint(&seq);
	status.synced = kc_der_get_uint(&seq);
	status.quarantined = kc_der_get_uint(&seq);
	status.store = pull_optional(&seq);
	status.pending = kc_der_get_uint(&seq);
	status.generation = kc_der_get_uint(&seq);
	status.altered = kc_der_get_bool(&seq);
	status.memory_locked = kc_der_get_bool(&seq);
	status.has_password = kc_der_get_bool(&seq);
	status.has_officer = kc_der_get_bool(&seq);
	status.user_failed = kc_der_get_bool(&seq);
	status.officer_failed = kc_der_get_bool(&seq);
	status.can_ask = kc_der_get_bool(&seq);
	status.allows_legacy = kc_der_get_bool(&seq);
	status.misread_line = kc_der_get_uint(&seq);
	status.is_out = kc_der_get_bool(&seq);
	status.is_held_up = kc_der_get_bool(&seq);
	kc_der_leave(r, &seq);
	if (kc_der_reader_check(r) != KC_OK)
		return;
	kc_status_done(ret);
	*ret = status;
	status = (struct kc_status){0};
}

void kc_sync_report_put(struct kc_der_writer *w, const struct kc_sync_report *report)
{
	kc_der_begin(w, KC_DER_SEQUENCE);
	kc_der_put_uint(w, report->sent);
	kc_der_put_uint(w, report->received);
	kc_der_put_uint(w, report->waiting);
	kc_der_put_uint(w, report->refused);
	kc_der_put_uint(w, report->pending);
	kc_der_put_bool(w, report->stuck);
	kc_der_put_uint(w, report->for_unlock);
	kc_der_put_uint(w, report->left_out);
	kc_der_put_uint(w, report->last_ms);
	put_optional(w, report->alarm);
	kc_der_put_bool(w, report->pending_password);
	kc_der_put_uint(w, report->shown);
	kc_der_put_uint(w, report->known);
	kc_der_put_bool(w, report->copied);
	kc_der_put_str(w, report->removed_by);
	kc_der_put_uint(w, report->removed_ms);
	kc_der_put_uint(w, report->layout);
	kc_der_end(w);
}

void kc_sync_report_pull(struct kc_der_reader *r, struct kc_sync_report *ret)
{
	KC_CLEANUP_SYNC_REPORT struct kc_sync_report report = {0};
	struct kc_der_reader seq;

	kc_der_enter(r, KC_DER_SEQUENCE, &seq);
	report.sent = kc_der_get_uint(&seq);
	report.received = kc_der_get_uint(&seq);
	report.waiting = kc_der_get_uint(&seq);
	report.refused = kc_der_get_uint(&seq);
	report.pending = kc_der_get_uint(&seq);
	report.stuck = kc_der_get_bool(&seq);
	report.for_unlock = kc_der_get_uint(&seq);
	report.left_out = kc_der_get_uint(&seq);
	report.last_ms = kc_der_get_uint(&seq);
	report.alarm = pull_optional(&seq);
	report.pending_password = kc_der_get_bool(&seq);
	report.shown = kc_der_get_uint(&seq);
	report.known = kc_der_get_uint(&seq);
	report.copied = kc_der_get_bool(&seq);
	kc_der_get_text(&seq, report.removed_by, sizeof report.removed_by);
	report.removed_ms = kc_der_get_uint(&seq);
	report.layout = (enum kc_sync_layout)kc_der_get_uint_max(&seq, KC_SYNC_RECORDS);
	kc_der_leave(r, &seq);
	if (kc_der_reader_check(r) != KC_OK)
		return;
	kc_sync_report_done(ret);
	*ret = report;
	report = (struct kc_sync_report){0};
}

static void put_device(struct kc_der_writer *w, const struct kc_device *device)
{
	kc_der_begin(w, KC_DER_SEQUENCE);
	kc_der_put_bytes(w, KC_BYTES_OF(device->id));
	kc_der_put_str(w, device->name);
	kc_der_put_bool(w, device->is_this);
	kc_der_put_str(w, device->added_by);
	kc_der_put_uint(w, device->added_ms);
	kc_der_put_uint(w, device->last_seen_ms);
	kc_der_put_uint(w, device->entry);
	kc_der_put_uint(w, device->standing);
	kc_der_put_str(w, device->removed_by);
	kc_der_put_uint(w, device->removed_ms);
	kc_der_put_bool(w, device->lost);
	kc_der_put_bool(w, device->by_removed);
	kc_der_put_bool(w, device->forged);
	kc_der_end(w);
}

static void pull_device(struct kc_der_reader *r, struct kc_device *ret)
{
	struct kc_der_reader seq;

	*ret = (struct kc_device){0};
	kc_der_enter(r, KC_DER_SEQUENCE, &seq);
	kc_der_get_array(&seq, ret->id, sizeof ret->id);
	kc_der_get_text(&seq, ret->name, sizeof ret->name);
	ret->is_this = kc_der_get_bool(&seq);
	kc_der_get_text(&seq, ret->added_by, sizeof ret->added_by);
	ret->added_ms = kc_der_get_uint(&seq);
	ret->last_seen_ms = kc_der_get_uint(&seq);
	ret->entry = kc_der_get_uint(&seq);
	ret->standing = (enum kc_device_standing)kc_der_get_uint_max(&seq, KC_DEVICE_WAITING);
	kc_der_get_text(&seq, ret->removed_by, sizeof ret->removed_by);
	ret->removed_ms = kc_der_get_uint(&seq);
	ret->lost = kc_der_get_bool(&seq);
	ret->by_removed = kc_der_get_bool(&seq);
	ret->forged = kc_der_get_bool(&seq);
	kc_der_leave(r, &seq);
}

void kc_device_list_put(struct kc_der_writer *w, const struct kc_device_list *list)
{
	kc_der_begin(w, KC_DER_SEQUENCE);
	for (size_t i = 0; i < list->count; i++)
		put_device(w, &list->rows[i]);
	kc_der_end(w);
}

void kc_device_list_pull(struct kc_der_reader *r, struct kc_device_list *ret)
{
	KC_CLEANUP_DEVICE_LIST struct kc_device_list list = {0};
	struct kc_der_reader seq;

	kc_der_enter(r, KC_DER_SEQUENCE, &seq);
	while (kc_der_more(&seq)) {
		struct kc_device *grown = realloc(list.rows, (list.count + 1) * sizeof *list.rows);
		if (!grown) {
			kc_der_reader_fail_with(&seq, KC_E_NO_MEMORY);
			break;
		}
		list.rows = grown;
		pull_device(&seq, &list.rows[list.count++]);
	}
	kc_der_leave(r, &seq);
	if (kc_der_reader_check(r) != KC_OK)
		return;
	kc_device_list_done(ret);
	*ret = list;
	list = (struct kc_device_list){0};
}

void kc_exposure_put(struct kc_der_writer *w, const struct kc_exposure *exposure)
{
	kc_der_begin(w, KC_DER_SEQUENCE);
	kc_der_put_uint(w, exposure->generic);
	kc_der_put_uint(w, exposure->internet);
	kc_der_put_uint(w, exposure->certificates);
	kc_der_put_uint(w, exposure->keys);
	kc_der_put_bytes(w, kc_buf_bytes(&exposure->refs));
	kc_der_end(w);
}

void kc_exposure_pull(struct kc_der_reader *r, struct kc_exposure *ret)
{
	KC_CLEANUP_EXPOSURE struct kc_exposure exposure = {.refs = KC_BUF_INIT};
	struct kc_der_reader seq;
	struct kc_bytes refs;

	kc_der_enter(r, KC_DER_SEQUENCE, &seq);
	exposure.generic = kc_der_get_uint(&seq);
	exposure.internet = kc_der_get_uint(&seq);
	exposure.certificates = kc_der_get_uint(&seq);
	exposure.keys = kc_der_get_uint(&seq);
	refs = kc_der_get_bytes(&seq);
	kc_der_leave(r, &seq);
	kc_buf_push(&exposure.refs, refs.data, refs.len);
	if (kc_buf_check(&exposure.refs) != KC_OK)
		kc_der_reader_fail_with(r, KC_E_NO_MEMORY);
	if (kc_der_reader_check(r) != KC_OK)
		return;
	kc_exposure_done(ret);
	*ret = exposure;
	exposure = (struct kc_exposure){.refs = KC_BUF_INIT};
}
