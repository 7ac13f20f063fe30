/* SPDX-License-Identifier: ISC */
/* kc watch: one line for each change, as the keychain takes it in. */
#include <time.h>

#include "base/clock.h"
#include "cli/pick.h"
#include "cli/session.h"
#include "cli/verb.h"
#include "cli/wait.h"

struct watch {
	struct kc_run *run;
	uint64_t generation;
	struct kc_found_list items; /* by row number */
};

static void watch_done(struct watch *watch)
{
	kc_found_list_done(&watch->items);
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
	query.want = KC_WANT_ATTRS;
	err = kc_client_item_find(run->client, &query, ret);
	if (err != KC_E_NOT_FOUND)
		KC_TRY(err);
	kc_pick_drop_halves(ret);
	if (ret->count > 1)
		qsort(ret->rows, ret->count, sizeof *ret->rows, compare_rows);
	return KC_OK;
}

static kc_err tell(struct kc_run *run, const char *change, const struct kc_found *item)
{
	KC_CLEANUP_BUF struct kc_buf name = KC_BUF_INIT;
	int64_t now = kc_clock_wall_ms();
	time_t seconds = (time_t)(now / 1000);
	struct tm parts;
	json_t *object;

	if (kc_run_json(run)) {
		object = kc_json_object();
		kc_json_set(object, "time", kc_json_ms((uint64_t)now));
		kc_json_set(object, "change", json_string(change));
		json_object_update_new(object, kc_item_json(item));
		KC_TRY(kc_run_answer(run, object));
		return kc_out_flush(&run->out);
	}
	localtime_r(&seconds, &parts);
	kc_out_print(&run->out, "%02d:%02d:%02d  %-8s ", parts.tm_hour, parts.tm_min, parts.tm_sec,
		change);
	kc_item_push_name(&name, item);
	kc_out_name(&run->out, kc_buf_bytes(&name));
	if (kc_item_user(item).len) {
		kc_out_print(&run->out, " (");
		kc_out_name(&run->out, kc_item_user(item));
		kc_out_print(&run->out, ")");
	}
	kc_out_print(&run->out, "\n");
	return kc_out_flush(&run->out);
}

/* Two lists in the order of their rows, side by side. */
static kc_err tell_differences(
	struct kc_run *run, const struct kc_found_list *before, const struct kc_found_list *after)
{
	size_t i = 0, j = 0;

	while (i < before->count || j < after->count) {
		const struct kc_found *old = i < before->count ? &before->rows[i] : NULL;
		const struct kc_found *new = j < after->count ? &after->rows[j] : NULL;
		if (!new || (old && old->id < new->id)) {
			KC_TRY(tell(run, "deleted", old));
			i++;
		} else if (!old || new->id < old->id) {
			KC_TRY(tell(run, "new", new));
			j++;
		} else {
			if (old->version != new->version)
				KC_TRY(tell(run, "changed", new));
			i++;
			j++;
		}
	}
	return KC_OK;
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
	if (status.generation == watch->generation)
		return KC_ERR(WAITING);
	err = read_items(run, &now);
	if (err == KC_E_LOCKED) {
		KC_TRY(kc_session_open(run));
		return KC_ERR(WAITING);
	}
	KC_TRY(err);
	KC_TRY(tell_differences(run, &watch->items, &now));
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
	KC_CLEANUP_STATUS struct kc_status status = {0};

	KC_TRY(kc_client_status(run->client, &status));
	KC_TRY(read_items(run, &watch.items));
	watch.generation = status.generation;
	kc_run_note(run, KC_NOTE_WATCHING);
	return kc_wait_for(&for_ever, &watch);
}
