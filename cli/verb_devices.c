/* SPDX-License-Identifier: ISC */
/* kc devices: who may read what syncs, seen from a device that may, and who could once. */
#include "base/clock.h"
#include "cli/columns.h"
#include "cli/device.h"
#include "cli/verb.h"
#include "cli/when.h"

#define NO_NAME "(not known yet)" /* it has been let in, and its first list has yet to come */

static kc_err answer_list(struct kc_run *run, const struct kc_device_list *list)
{
	json_t *object = kc_json_object(), *items = json_array();

	for (size_t i = 0; i < list->count; i++)
		kc_json_append(items, kc_device_json(&list->rows[i]));
	kc_json_set(object, "items", items);
	return kc_run_answer(run, object);
}

static void push_time(struct kc_buf *out, uint64_t ms)
{
	char when[KC_WHEN_LEN] = "";

	if (ms)
		kc_when_ago((int64_t)(ms / 1000), kc_clock_wall_ms() / 1000, when);
	kc_buf_push_str(out, when);
}

static void add_time(struct kc_columns *columns, uint64_t ms)
{
	KC_CLEANUP_BUF struct kc_buf when = KC_BUF_INIT;

	push_time(&when, ms);
	kc_columns_add(columns, kc_buf_bytes(&when));
}

/* The standing, and what its owner should know of how it came to it. */
static void add_standing(struct kc_columns *columns, const struct kc_device *device)
{
	KC_CLEANUP_BUF struct kc_buf text = KC_BUF_INIT;

	kc_buf_push_str(&text, kc_device_standing(device));
	if (device->lost)
		kc_buf_push_str(&text, " as lost");
	if (device->removed_by[0])
		kc_buf_printf(&text, " by %s", device->removed_by);
	if (device->removed_ms) {
		kc_buf_push_str(&text, ", ");
		push_time(&text, device->removed_ms);
	}
	if (device->is_this)
		kc_buf_push_str(&text, ", this one");
	if (device->by_removed && kc_device_is_in(device))
		kc_buf_printf(&text, ", let in by %s, which was removed since", device->added_by);
	kc_columns_add(columns, kc_buf_bytes(&text));
}

static kc_err print_list(struct kc_run *run, const struct kc_device_list *list)
{
	static const char *const headers[] = {
		"NAME", "NUMBER", "ADDED", "BY", "LAST SEEN", "STATUS"};
	KC_CLEANUP_COLUMNS struct kc_columns columns;

	kc_columns_init(&columns, headers, KC_COUNT_OF(headers), &run->out.look);
	for (size_t i = 0; i < list->count; i++) {
		const struct kc_device *device = &list->rows[i];
		KC_CLEANUP_BUF struct kc_buf number = KC_BUF_INIT;

		kc_device_push_number(&number, device);
		kc_columns_add_str(&columns, device->name[0] ? device->name : NO_NAME);
		kc_columns_add(&columns, kc_buf_bytes(&number));
		add_time(&columns, device->added_ms);
		kc_columns_add_str(&columns, device->added_by);
		add_time(&columns, device->last_seen_ms);
		add_standing(&columns, device);
	}
	return kc_columns_print(&columns, &run->out);
}

kc_err kc_verb_devices(struct kc_run *run)
{
	KC_CLEANUP_DEVICE_LIST struct kc_device_list list = {0};

	KC_TRY(kc_client_devices(run->client, &list));
	if (kc_run_json(run))
		KC_TRY(answer_list(run, &list));
	else if (list.count)
		KC_TRY(print_list(run, &list));
	return list.count ? KC_OK : KC_ERR(NOT_FOUND);
}
