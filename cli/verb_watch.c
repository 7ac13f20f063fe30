/* SPDX-License-Identifier: ISC */
/* kc watch: one line for each change, as the keychain takes it in: of items, of devices, and what
 * is wrong with the store. */
#include <string.h>
#include <time.h>

#include "base/clock.h"
#include "cli/device.h"
#include "cli/earlier.h"
#include "cli/pick.h"
#include "cli/session.h"
#include "cli/store.h"
#include "cli/verb.h"
#include "cli/wait.h"

#define MOST_PASSED 64	 /* items that came and went between two looks */
#define LOOKS_A_CIRCLE 8 /* how often items are looked at until the devices are: two seconds */

struct watch {
	struct kc_run *run;
	uint64_t generation;
	struct kc_found_list items; /* by row number */
	uint64_t entry;		    /* the newest of the history of items that was seen */
	struct kc_device_list devices;
	struct kc_sync_report report; /* its alarm */
	unsigned looks;
	bool is_shut; /* and that was told */
};

static void watch_done(struct watch *watch)
{
	kc_found_list_done(&watch->items);
	kc_device_list_done(&watch->devices);
	kc_sync_report_done(&watch->report);
}

static int compare_rows(const void *a, const void *b)
{
	const struct kc_found *left = a, *right = b;
	return (left->id > right->id) - (left->id < right->id);
}

static kc_err read_items(struct kc_run *run, struct kc_found_list *ret)
{
	KC_CLEANUP_QUERY struct kc_query query = KC_QUERY_INIT;
	kc_err err;

	query.sync = KC_SYNC_ANY;
	query.want = KC_WANT_ATTRS | KC_WANT_WRITER;
	err = kc_client_item_find(run->client, &query, ret);
	if (err != KC_E_NOT_FOUND)
		KC_TRY(err);
	kc_pick_drop_halves(ret);
	if (ret->count > 1)
		qsort(ret->rows, ret->count, sizeof *ret->rows, compare_rows);
	return KC_OK;
}

static json_t *begin_object(const char *change)
{
	json_t *object = kc_json_object();

	kc_json_set(object, "time", kc_json_ms((uint64_t)kc_clock_wall_ms()));
	kc_json_set(object, "change", json_string(change));
	return object;
}

static kc_err end_object(struct kc_run *run, json_t *object)
{
	KC_TRY(kc_run_answer(run, object));
	return kc_out_flush(&run->out);
}

static void begin_line(struct kc_run *run, const char *change)
{
	time_t seconds = (time_t)(kc_clock_wall_ms() / 1000);
	struct tm parts;

	localtime_r(&seconds, &parts);
	kc_out_print(&run->out, "%02d:%02d:%02d  %-8s ", parts.tm_hour, parts.tm_min, parts.tm_sec,
		change);
}

/* from is the device that did it; NULL or empty: this one, or nobody knows. */
static kc_err tell(
	struct kc_run *run, const char *change, const struct kc_found *item, const char *from)
{
	KC_CLEANUP_BUF struct kc_buf name = KC_BUF_INIT;
	json_t *object;

	if (kc_run_json(run)) {
		object = begin_object(change);
		json_object_update_new(object, kc_item_json(item));
		if (from && *from)
			kc_json_set(object, "from", kc_json_text(kc_bytes_str(from)));
		return end_object(run, object);
	}
	begin_line(run, change);
	kc_item_push_name(&name, item);
	kc_out_name(&run->out, kc_buf_bytes(&name));
	if (kc_item_user(item).len) {
		kc_out_print(&run->out, " (");
		kc_out_name(&run->out, kc_item_user(item));
		kc_out_print(&run->out, ")");
	}
	if (from && *from) {
		kc_out_print(&run->out, "  from ");
		kc_out_name(&run->out, kc_bytes_str(from));
	}
	kc_out_print(&run->out, "\n");
	return kc_out_flush(&run->out);
}

/* What is there now, and the device that wrote it. */
static kc_err tell_written(
	const struct watch *watch, const char *change, const struct kc_found *item)
{
	return tell(watch->run, change, item,
		kc_earlier_device(&watch->devices, item, KC_FOUND_WRITER));
}

static bool has_row(const struct kc_found_list *list, uint64_t id)
{
	const struct kc_found key = {.id = id};

	return list->count &&
	       bsearch(&key, list->rows, list->count, sizeof *list->rows, compare_rows);
}

/* What stands in the place of an item that is in one list alone: one that is in the other alone.
 * Whoever deletes an item and saves it anew has changed it. */
static bool is_replaced(const struct kc_found *item, const struct kc_found_list *with,
	const struct kc_found_list *without)
{
	for (size_t i = 0; i < with->count; i++)
		if (kc_item_is_same_place(item, &with->rows[i]) &&
			kc_item_is_synced(item) == kc_item_is_synced(&with->rows[i]) &&
			!has_row(without, with->rows[i].id))
			return true;
	return false;
}

static kc_err tell_gone(const struct watch *watch, const struct kc_found *old,
	const struct kc_found_list *before, const struct kc_found_list *after)
{
	if (is_replaced(old, after, before))
		return KC_OK; /* told with what is there now */
	return tell(watch->run, "deleted", old,
		kc_earlier_deleted_by(watch->run, &watch->devices, old));
}

static kc_err tell_come(const struct watch *watch, const struct kc_found *new,
	const struct kc_found_list *before, const struct kc_found_list *after)
{
	return tell_written(watch, is_replaced(new, before, after) ? "changed" : "new", new);
}

/* Two lists in the order of their rows, side by side. */
static kc_err tell_differences(const struct watch *watch, const struct kc_found_list *before,
	const struct kc_found_list *after)
{
	size_t i = 0, j = 0;

	while (i < before->count || j < after->count) {
		const struct kc_found *old = i < before->count ? &before->rows[i] : NULL;
		const struct kc_found *new = j < after->count ? &after->rows[j] : NULL;
		if (!new || (old && old->id < new->id)) {
			KC_TRY(tell_gone(watch, old, before, after));
			i++;
		} else if (!old || new->id < old->id) {
			KC_TRY(tell_come(watch, new, before, after));
			j++;
		} else {
			if (old->version != new->version)
				KC_TRY(tell_written(watch, "changed", new));
			i++;
			j++;
		}
	}
	return KC_OK;
}

/* The newest entries of the history, none when there are none or it is locked. */
static kc_err read_history(struct kc_run *run, struct kc_found_list *ret)
{
	KC_CLEANUP_QUERY struct kc_query query = KC_QUERY_INIT;
	kc_err err;

	query.sync = KC_SYNC_ANY;
	query.want = KC_WANT_ATTRS;
	query.limit = MOST_PASSED;
	query.skip_locked = true;
	err = kc_client_item_history(run->client, &query, ret);
	return err == KC_E_NOT_FOUND || err == KC_E_LOCKED ? KC_OK : err;
}

static bool has_place(const struct kc_found_list *list, const struct kc_found *item)
{
	for (size_t i = 0; i < list->count; i++)
		if (kc_item_is_same_place(item, &list->rows[i]))
			return true;
	return false;
}

/* What is in neither list, and in the history: it came and went in between. */
static kc_err tell_passed(
	struct watch *watch, const struct kc_found_list *before, const struct kc_found_list *after)
{
	KC_CLEANUP_FOUND_LIST struct kc_found_list history = KC_FOUND_LIST_INIT;
	uint64_t seen = watch->entry;

	KC_TRY(read_history(watch->run, &history));
	if (history.count)
		watch->entry = history.rows[0].id;
	for (size_t i = history.count; i-- > 0;) {
		const struct kc_found *entry = &history.rows[i];

		if (entry->id <= seen || has_place(before, entry) || has_place(after, entry) ||
			kc_attrs_get_number(&entry->attrs, KC_EARLIER_HOW, 0) != KC_EARLIER_DELETED)
			continue;
		KC_TRY(tell_written(watch, "new", entry));
		KC_TRY(tell(watch->run, "deleted", entry,
			kc_earlier_device(&watch->devices, entry, KC_EARLIER_BY)));
	}
	return KC_OK;
}

/* --- your devices -------------------------------------------------------------------------------
 */

/* A device that does not sync has none, and while it is locked nobody knows. */
static kc_err read_circle(
	struct kc_run *run, struct kc_device_list *ret_devices, struct kc_sync_report *ret_report)
{
	kc_err err = kc_client_devices(run->client, ret_devices);

	if (err == KC_E_NO_STORE)
		return KC_OK;
	KC_TRY(err);
	return kc_client_sync_status(run->client, ret_report);
}

/* The device as it was before; NULL: it is new. */
static const struct kc_device *find_before(
	const struct kc_device_list *before, const struct kc_device *device)
{
	for (size_t i = 0; i < before->count; i++)
		if (memcmp(before->rows[i].id, device->id, sizeof device->id) == 0)
			return &before->rows[i];
	return NULL;
}

static kc_err tell_device(struct kc_run *run, const char *change, const struct kc_device *device)
{
	const char *by = kc_device_is_in(device) ? device->added_by : device->removed_by;
	json_t *object;

	if (kc_run_json(run)) {
		object = begin_object(change);
		kc_json_set(object, "device", kc_device_json(device));
		return end_object(run, object);
	}
	begin_line(run, change);
	kc_out_push(&run->out, kc_bytes_str("device "));
	kc_out_name(&run->out, kc_bytes_str(device->name));
	if (by[0]) {
		kc_out_push(&run->out, kc_bytes_str(", by "));
		kc_out_name(&run->out, kc_bytes_str(by));
	}
	kc_out_push(&run->out, kc_bytes_str("\n"));
	return kc_out_flush(&run->out);
}

/* One that was let in has no name before its first list is here: until then it is not spoken of. */
static bool is_spoken_of(const struct kc_device *device)
{
	return kc_device_is_in(device) && device->name[0];
}

static kc_err tell_devices(
	struct kc_run *run, const struct kc_device_list *before, const struct kc_device_list *after)
{
	for (size_t i = 0; i < after->count; i++) {
		const struct kc_device *now = &after->rows[i], *old = find_before(before, now);
		bool was_in = old && is_spoken_of(old), is_in = kc_device_is_in(now);

		if (is_spoken_of(now) && !was_in)
			KC_TRY(tell_device(run, "added", now));
		else if (was_in && !is_in)
			KC_TRY(tell_device(
				run, now->standing == KC_DEVICE_RETIRED ? "left" : "removed", now));
	}
	return KC_OK;
}

static kc_err tell_alarm(
	struct kc_run *run, const struct kc_sync_report *before, const struct kc_sync_report *after)
{
	json_t *object;

	if (!after->alarm || (before->alarm && strcmp(before->alarm, after->alarm) == 0))
		return KC_OK;
	if (kc_run_json(run)) {
		object = begin_object("alarm");
		kc_json_set(object, "alarm", json_string(after->alarm));
		return end_object(run, object);
	}
	kc_store_tell_alarm(run, after);
	begin_line(run, "alarm");
	kc_out_push(&run->out, kc_facts_get(&run->facts, KC_FACT_ALARM));
	kc_out_push(&run->out, kc_bytes_str("\n"));
	return kc_out_flush(&run->out);
}

static kc_err look_at_circle(struct watch *watch)
{
	KC_CLEANUP_DEVICE_LIST struct kc_device_list devices = {0};
	KC_CLEANUP_SYNC_REPORT struct kc_sync_report report = {0};
	struct kc_device_list old_devices = watch->devices;
	struct kc_sync_report old_report = watch->report;
	kc_err err;

	if (watch->looks++ % LOOKS_A_CIRCLE != 0)
		return KC_OK;
	err = read_circle(watch->run, &devices, &report);
	if (err == KC_E_LOCKED)
		return KC_OK;
	KC_TRY(err);
	KC_TRY(tell_devices(watch->run, &watch->devices, &devices));
	KC_TRY(tell_alarm(watch->run, &watch->report, &report));
	watch->devices = devices;
	watch->report = report;
	devices = old_devices; /* they go with this function */
	report = old_report;
	return KC_OK;
}

/* A service that ended and began again has its keychain locked, and nobody else says so. */
static void tell_lock(struct watch *watch, enum kc_lock_state lock)
{
	bool is_shut = lock == KC_LOCK_LOCKED || lock == KC_LOCK_NEVER;

	if (is_shut && !watch->is_shut)
		kc_run_note(watch->run, KC_NOTE_WATCHING_SHUT);
	watch->is_shut = is_shut;
}

static kc_err look(void *context)
{
	struct watch *watch = context;
	struct kc_run *run = watch->run;
	KC_CLEANUP_STATUS struct kc_status status = {0};
	KC_CLEANUP_FOUND_LIST struct kc_found_list now = KC_FOUND_LIST_INIT;
	struct kc_found_list before;
	kc_err err;

	KC_TRY(kc_client_status(run->client, &status));
	tell_lock(watch, status.lock);
	if (status.generation != watch->generation)
		watch->looks = 0;      /* who wrote it may have come just before */
	KC_TRY(look_at_circle(watch)); /* its changes are none of the keychain's */
	if (status.generation == watch->generation)
		return KC_ERR(WAITING);
	err = read_items(run, &now);
	if (err == KC_E_LOCKED) {
		KC_TRY(kc_session_open(run));
		return KC_ERR(WAITING);
	}
	KC_TRY(err);
	KC_TRY(tell_differences(watch, &watch->items, &now));
	KC_TRY(tell_passed(watch, &watch->items, &now));
	watch->generation = status.generation;
	before = watch->items;
	watch->items = now;
	now = before; /* goes with this function */
	return KC_ERR(WAITING);
}

static const struct kc_wait for_ever = {.look = look};

kc_err kc_verb_watch(struct kc_run *run)
{
	KC_CLEANUP(watch_done) struct watch watch = {.run = run};
	KC_CLEANUP_FOUND_LIST struct kc_found_list history = KC_FOUND_LIST_INIT;
	KC_CLEANUP_STATUS struct kc_status status = {0};

	KC_TRY(kc_client_status(run->client, &status));
	KC_TRY(read_items(run, &watch.items));
	KC_TRY(read_history(run, &history));
	watch.entry = history.count ? history.rows[0].id : 0;
	KC_TRY(read_circle(run, &watch.devices, &watch.report));
	watch.generation = status.generation;
	kc_run_note(run, KC_NOTE_WATCHING);
	return kc_wait_for(&for_ever, &watch);
}
