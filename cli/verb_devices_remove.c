/* SPDX-License-Identifier: ISC */
/* kc devices remove, leave: taking a device out, and what its owner should know before. */
#include <string.h>

#include "base/clock.h"
#include "cli/ask.h"
#include "cli/device.h"
#include "cli/exposed.h"
#include "cli/password.h"
#include "cli/verb.h"
#include "cli/when.h"

/* --- leave --------------------------------------------------------------------------------------
 */

/* A store that can be read and not written: it has said that it leaves, to nobody so far. */
static kc_err look_whether_left(struct kc_run *run)
{
	KC_CLEANUP_DEVICE_LIST struct kc_device_list devices = {0};

	KC_TRY(kc_client_devices(run->client, &devices));
	for (size_t i = 0; i < devices.count; i++)
		if (devices.rows[i].is_this && devices.rows[i].standing == KC_DEVICE_RETIRED)
			kc_facts_set_str(&run->facts, KC_FACT_LEFT_HERE, devices.rows[i].name);
	return KC_OK;
}

/* Whether no other is in; a device that leaves again, as it could not tell the others, is out. */
static bool is_last(const struct kc_device_list *list)
{
	for (size_t i = 0; i < list->count; i++)
		if (!list->rows[i].is_this && kc_device_is_in(&list->rows[i]))
			return false;
	return true;
}

kc_err kc_verb_devices_leave(struct kc_run *run)
{
	KC_CLEANUP_STATUS struct kc_status status = {0};
	KC_CLEANUP_DEVICE_LIST struct kc_device_list devices = {0};
	bool last, untold = kc_run_has(run, KC_OPTION_WITHOUT_STORE);
	json_t *object;
	kc_err err;

	KC_TRY(kc_client_status(run->client, &status));
	if (!status.store)
		return KC_ERR(NO_STORE);
	kc_facts_set_str(&run->facts, KC_FACT_DEVICE, status.device);
	kc_facts_set_str(&run->facts, KC_FACT_URL, status.store);
	KC_TRY(kc_client_devices(run->client, &devices));
	last = is_last(&devices);
	KC_TRY(kc_ask_check_consent(run));
	kc_run_note(run, untold ? KC_NOTE_LEAVING_UNTOLD
			 : last ? KC_NOTE_LEAVING_LAST
				: KC_NOTE_LEAVING);
	KC_TRY(kc_ask_name(run, status.device));
	err = kc_client_leave(run->client, untold);
	if (err == KC_E_STORE_GONE)
		KC_TRY(look_whether_left(run));
	KC_TRY(err);
	kc_run_note(run, untold ? KC_NOTE_LEFT_UNTOLD : last ? KC_NOTE_LEFT_LAST : KC_NOTE_LEFT);
	if (!kc_run_json(run))
		return KC_OK;
	object = kc_json_object();
	kc_json_set(object, "left", kc_json_text(kc_bytes_str(status.device)));
	kc_json_set(object, "told", json_boolean(!untold));
	return kc_run_answer(run, object);
}

/* --- remove -------------------------------------------------------------------------------------
 */

struct removal {
	struct kc_run *run;
	struct kc_device_list devices;
	const struct kc_device *device; /* in the list */
	struct kc_device this;
	struct kc_history_list history; /* of an answer: what was heard before it */
	struct kc_secret password;
	uint64_t before_ms;
	bool counters; /* it removed this one */
	size_t entry;  /* in the history afterwards; 0: not there */
};

static void removal_done(struct removal *removal)
{
	kc_device_list_done(&removal->devices);
	kc_history_list_done(&removal->history);
	kc_secret_done(&removal->password);
}

/* The time of --before in milliseconds, 0 without it; a day alone is its beginning. */
static kc_err read_before(struct kc_run *run, uint64_t *ret)
{
	const char *text = kc_run_get(run, KC_OPTION_BEFORE);
	KC_CLEANUP_BUF struct kc_buf time = KC_BUF_INIT;
	double date;

	if (!text)
		return KC_OK;
	kc_buf_push_str(&time, text);
	if (!strchr(text, 'T'))
		kc_buf_push_str(&time, "T00:00:00Z");
	KC_TRY(kc_buf_check(&time));
	if (kc_when_parse(kc_buf_bytes(&time), &date) != KC_OK || kc_when_from_absolute(date) <= 0)
		return kc_run_misused(run, "--before is a day or a time in UTC, as 2026-11-22 or "
					   "2026-11-22T08:00:00Z");
	*ret = (uint64_t)kc_when_from_absolute(date) * 1000;
	if (*ret > (uint64_t)kc_clock_wall_ms())
		return kc_run_misused(run, "--before is a time in the past: from when on nothing "
					   "counts that was heard of the device");
	return KC_OK;
}

static kc_err tell_exposed(struct kc_run *run, const struct kc_device *device)
{
	KC_CLEANUP_FOUND_LIST struct kc_found_list found = KC_FOUND_LIST_INIT;
	KC_CLEANUP_BUF struct kc_buf counts = KC_BUF_INIT;

	KC_TRY(kc_exposed_read(run, device, &found));
	kc_exposed_push_counts(&counts, &found);
	kc_facts_set(&run->facts, KC_FACT_EXPOSED, kc_buf_bytes(&counts));
	return kc_buf_check(&counts);
}

/* Whom an answer brings back: who was removed together with this device, or without the account
 * password and unheard here, by the one that is answered. */
static kc_err tell_brought_back(struct removal *removal)
{
	const struct kc_history_list *history = &removal->history;
	KC_CLEANUP_BUF struct kc_buf names = KC_BUF_INIT;

	for (size_t i = 0; i < history->count; i++) {
		const struct kc_history_entry *entry = &history->rows[i];

		if (!entry->falls ||
			memcmp(entry->by_id, removal->device->id, sizeof removal->device->id) != 0)
			continue;
		kc_buf_push_str(&names, names.len ? ", “" : "“");
		kc_buf_push_str(&names, entry->device[0] ? entry->device : "a device");
		kc_buf_push_str(&names, "”");
	}
	KC_TRY(kc_buf_check(&names));
	if (names.len == 0)
		return KC_OK;
	kc_facts_set(&removal->run->facts, KC_FACT_BROUGHT_BACK, kc_buf_bytes(&names));
	kc_run_note(removal->run, KC_NOTE_BRINGING_BACK);
	return KC_OK;
}

/* What this means, and whether it is meant. */
static kc_err confirm(struct removal *removal)
{
	struct kc_run *run = removal->run;

	KC_TRY(kc_ask_check_consent(run));
	if (!removal->counters)
		KC_TRY(tell_exposed(run, removal->device));
	kc_run_note(run, removal->counters ? KC_NOTE_COUNTERING : KC_NOTE_REMOVING);
	if (removal->counters)
		KC_TRY(tell_brought_back(removal));
	KC_TRY(kc_ask_name(run, removal->device->name));
	return kc_password_get(run, KC_PASSWORD_ACCOUNT_OR_NOT, &removal->password);
}

static bool is_removal_of(const struct kc_history_entry *entry, const struct kc_device *device)
{
	return (entry->kind == KC_HISTORY_REMOVED || entry->kind == KC_HISTORY_LOST ||
		       entry->kind == KC_HISTORY_COUNTERED) &&
	       memcmp(entry->device_id, device->id, sizeof device->id) == 0;
}

/* --- an answer --- */

/* Whether a device has removed this one, as far as that was heard. */
static bool is_accused(const struct removal *removal, const struct kc_device *device)
{
	const struct kc_history_list *history = &removal->history;

	for (size_t i = 0; i < history->count; i++)
		if (is_removal_of(&history->rows[i], &removal->this) &&
			memcmp(history->rows[i].by_id, device->id, sizeof device->id) == 0)
			return true;
	return false;
}

/* Of several devices of one name those are meant that have removed this one, if there are any. */
static void leave_out_others(struct removal *removal, const char *word)
{
	struct kc_device_list *list = &removal->devices;
	size_t kept = 0;
	bool any = false;

	for (size_t i = 0; i < list->count; i++)
		any = any || (strcmp(list->rows[i].name, word) == 0 &&
				     is_accused(removal, &list->rows[i]));
	for (size_t i = 0; i < list->count; i++)
		if (!any || strcmp(list->rows[i].name, word) != 0 ||
			is_accused(removal, &list->rows[i]))
			list->rows[kept++] = list->rows[i];
	list->count = kept;
}

/* What was said since is heard first: this device may not know yet that it is out. */
static kc_err hear(struct kc_run *run, kc_err *ret_heard)
{
	KC_CLEANUP_SYNC_REPORT struct kc_sync_report report = {0};

	*ret_heard = kc_client_sync_now(run->client, &report);
	return *ret_heard == KC_E_LOCKED || *ret_heard == KC_E_NO_STORE ? *ret_heard : KC_OK;
}

/* Before anything is said or asked. */
static kc_err check_deed(struct removal *removal, kc_err heard)
{
	bool is_true = is_accused(removal, removal->device);

	if (!is_true && (heard == KC_E_STORE_GONE || heard == KC_E_STORE_SUSPECT))
		return heard; /* nobody knows */
	kc_facts_set_str(&removal->run->facts, is_true ? KC_FACT_ACCUSED : KC_FACT_INNOCENT,
		removal->device->name);
	return is_true ? KC_OK : KC_ERR(NOT_FOUND);
}

/* An answer that was noted, and puts nobody out. */
static void tell_beaten(struct removal *removal)
{
	struct kc_facts *facts = &removal->run->facts;
	const char *name = removal->device->name;
	bool with = kc_secret_bytes(&removal->password).len > 0;

	kc_facts_set_str(facts, KC_FACT_BEATEN, name);
	if (!with)
		kc_facts_set_str(facts, KC_FACT_BEATEN_WITHOUT, name);
	kc_facts_print(facts, KC_FACT_WHY,
		with ? "“%s” gave the account password too, and of two that did, the device "
		       "that came earlier counts"
		     : "“%s” gave the account password, or came earlier; the answer had it only "
		       "if it was typed here in the last ten minutes",
		name);
}

/* The newest entry that tells of it. */
static kc_err find_entry(struct removal *removal)
{
	KC_CLEANUP_HISTORY_LIST struct kc_history_list history = {0};

	KC_TRY(kc_client_history(removal->run->client, &history));
	for (size_t i = 0; i < history.count; i++)
		if (is_removal_of(&history.rows[i], removal->device) && !history.rows[i].overruled)
			removal->entry = i + 1;
	if (removal->entry)
		kc_facts_print(&removal->run->facts, KC_FACT_ENTRY, "%zu", removal->entry);
	return KC_OK;
}

static kc_err tell_done(struct removal *removal)
{
	KC_CLEANUP_DEVICE_LIST struct kc_device_list devices = {0};
	struct kc_run *run = removal->run;

	KC_TRY(kc_client_devices(run->client, &devices));
	kc_run_note(run, removal->counters ? KC_NOTE_COUNTERED : KC_NOTE_OUT);
	if (kc_secret_bytes(&removal->password).len == 0)
		kc_run_note(run, KC_NOTE_UNSIGNED);
	if (kc_device_count_in(&devices) == 1)
		kc_run_note(run, KC_NOTE_ALONE);
	return KC_OK;
}

static kc_err send_removal(struct removal *removal, struct kc_sync_report *report)
{
	struct kc_run *run = removal->run;
	struct kc_bytes password = kc_secret_bytes(&removal->password);
	kc_err err;

	if (removal->counters) {
		err = kc_client_device_counter(run->client, removal->device->id, password, report);
		if (err == KC_E_DUPLICATE)
			kc_facts_set_str(&run->facts, KC_FACT_ANSWERED, removal->device->name);
		if (err == KC_E_NOT_FOUND)
			kc_facts_set_str(&run->facts, KC_FACT_INNOCENT, removal->device->name);
		if (err == KC_E_NOT_MEMBER)
			tell_beaten(removal);
		return err;
	}
	return kc_client_device_remove(run->client, removal->device->id, password,
		kc_run_has(run, KC_OPTION_LOST), removal->before_ms, report);
}

/* It is done here also when it could not be sent. */
static kc_err tell_unsent(struct removal *removal, kc_err err)
{
	if (err != KC_E_STORE_GONE && err != KC_E_STORE_SUSPECT)
		return err;
	KC_TRY(find_entry(removal));
	if (!removal->entry)
		return err;
	kc_facts_set_str(&removal->run->facts, KC_FACT_OUT_HERE, removal->device->name);
	if (kc_secret_bytes(&removal->password).len == 0)
		kc_run_note(removal->run, KC_NOTE_UNSIGNED);
	return err;
}

static kc_err answer(const struct removal *removal)
{
	json_t *object = kc_json_object();

	kc_json_set(object, "removed", kc_json_text(kc_bytes_str(removal->device->name)));
	kc_json_set(object, "lost", json_boolean(kc_run_has(removal->run, KC_OPTION_LOST)));
	kc_json_set(object, "counter", json_boolean(removal->counters));
	kc_json_set(object, "entry", json_integer((json_int_t)removal->entry));
	return kc_run_answer(removal->run, object);
}

/* The one that is to be answered. */
static kc_err find_accused(struct removal *removal, const char *word, kc_err *ret_heard)
{
	struct kc_run *run = removal->run;
	struct kc_device_list *list = &removal->devices;

	KC_TRY(hear(run, ret_heard));
	KC_TRY(kc_client_devices(run->client, list));
	KC_TRY(kc_client_history(run->client, &removal->history));
	for (size_t i = 0; i < list->count; i++)
		if (list->rows[i].is_this)
			removal->this = list->rows[i];
	leave_out_others(removal, word);
	return kc_device_find(run, list, word, &removal->device);
}

/* A device that is out has no word in who goes, but of itself. */
static kc_err check_voice(const struct removal *removal)
{
	const struct kc_device_list *list = &removal->devices;

	for (size_t i = 0; i < list->count && !removal->device->is_this; i++)
		if (list->rows[i].is_this && list->rows[i].standing == KC_DEVICE_REMOVED)
			return KC_ERR(NOT_MEMBER);
	return KC_OK;
}

static kc_err choose(struct removal *removal, const char *word)
{
	struct kc_run *run = removal->run;
	kc_err heard = KC_OK;

	removal->counters = kc_run_has(run, KC_OPTION_COUNTER);
	if (removal->counters) {
		KC_TRY(find_accused(removal, word, &heard));
	} else {
		KC_TRY(kc_client_devices(run->client, &removal->devices));
		KC_TRY(kc_device_find(run, &removal->devices, word, &removal->device));
		KC_TRY(check_voice(removal));
	}
	if (removal->counters && !removal->device->is_this)
		return check_deed(removal, heard);
	if (kc_device_is_in(removal->device))
		return KC_OK;
	kc_facts_set_str(&run->facts, KC_FACT_GONE, removal->device->name);
	return KC_ERR(DUPLICATE);
}

kc_err kc_verb_devices_remove(struct kc_run *run)
{
	KC_CLEANUP(removal_done)
	struct removal removal = {.run = run, .password = KC_SECRET_INIT};
	KC_CLEANUP_SYNC_REPORT struct kc_sync_report report = {0};
	kc_err err;

	KC_TRY(read_before(run, &removal.before_ms));
	KC_TRY(choose(&removal, run->args[0]));
	if (removal.device->is_this)
		return kc_verb_devices_leave(run);
	KC_TRY(confirm(&removal));
	err = send_removal(&removal, &report);
	if (err != KC_OK)
		return tell_unsent(&removal, err);
	KC_TRY(find_entry(&removal));
	KC_TRY(tell_done(&removal));
	return kc_run_json(run) ? answer(&removal) : KC_OK;
}
