/* SPDX-License-Identifier: ISC */
/* kc doctor store: the store and this device's view of it, looked at without an exchange, so that
 * nothing is changed by looking. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "cli/device.h"
#include "cli/doctor.h"
#include "cli/parts.h"
#include "cli/store.h"
#include "cli/verb.h"
#include "cli/when.h"
#include "cli/where.h"

#define MARKER ".kc-store"
#define SQLITE_SCHEME "sqlite://"
#define FILE_SCHEME "file://"
#define LOG_NAME_LEN 32
#define HEX "0123456789abcdef"
#define MOST_LOGS 1024u
#define MOST_SLOTS 14u	  /* logs of the live channel that a device leaves standing, of two days */
#define MOST_PAIRINGS 32u /* logs of pairings that came to no end */
#define MOST_SKEW_MS 300000 /* clocks of devices differ, and a device may have been busy */

/* --- the folder or file -------------------------------------------------------------------------
 */

static bool is_log(const char *name)
{
	return strlen(name) == LOG_NAME_LEN && strspn(name, HEX) == LOG_NAME_LEN;
}

/* A log is named by the first bytes of its writer's id. */
static bool is_of_device(const struct kc_store_view *view, const char *name)
{
	for (size_t i = 0; i < view->count; i++) {
		KC_CLEANUP_BUF struct kc_buf writer = KC_BUF_INIT;

		for (size_t k = 0; k < LOG_NAME_LEN / 2; k++)
			kc_buf_printf(&writer, "%02x", view->parts[i].id[k]);
		if (kc_buf_text(&writer) && strcmp(kc_buf_text(&writer), name) == 0)
			return true;
	}
	return false;
}

/* Things of one kind in the folder. */
struct things {
	unsigned count;
	struct kc_buf first; /* owned */
};

static void things_done(struct things *things)
{
	kc_buf_done(&things->first);
}

static void count_thing(struct things *things, const char *name)
{
	if (things->count++ == 0)
		kc_buf_push_str(&things->first, name);
}

static void tell_things(struct kc_doctor *doctor, const struct kc_store_view *view, unsigned logs,
	struct things *nobodys, struct things *others)
{
	kc_doctor_find(
		doctor, "logs", KC_DOCTOR_GOOD, "it holds %u log%s", logs, logs == 1 ? "" : "s");
	if (nobodys->count > MOST_SLOTS * view->count + MOST_PAIRINGS &&
		kc_buf_text(&nobodys->first))
		kc_doctor_find(doctor, "nobody", KC_DOCTOR_NOTE,
			"%u of them are of none of your devices, “%s” for one, which is more than "
			"these leave behind; a store with more than %u logs can't be read",
			nobodys->count, kc_buf_text(&nobodys->first), MOST_LOGS);
	if (others->count && kc_buf_text(&others->first))
		kc_doctor_find(doctor, "others", KC_DOCTOR_NOTE,
			"%u thing%s in it that no device has put there, “%s” for one; not touched",
			others->count, others->count == 1 ? "" : "s", kc_buf_text(&others->first));
}

/* What others have put there: copies that a carrier of files made, logs of nobody, and whatever is
 * no log. Names with a dot are files under way. */
static void look_for_strangers(
	struct kc_doctor *doctor, const struct kc_store_view *view, const char *folder)
{
	KC_CLEANUP(things_done) struct things nobodys = {.first = KC_BUF_INIT};
	KC_CLEANUP(things_done) struct things others = {.first = KC_BUF_INIT};
	DIR *dir = opendir(folder);
	const struct dirent *entry;
	unsigned logs = 0;

	if (!dir)
		return;
	while ((entry = readdir(dir)) != NULL) {
		if (entry->d_name[0] == '.')
			continue;
		logs += is_log(entry->d_name);
		if (!is_log(entry->d_name))
			count_thing(&others, entry->d_name);
		else if (!is_of_device(view, entry->d_name))
			count_thing(&nobodys, entry->d_name);
	}
	closedir(dir);
	tell_things(doctor, view, logs, &nobodys, &others);
}

/* shut: what can't be written, or NULL. What looks as if it could be may be on a full disk: the
 * last exchange knows. */
static kc_err look_whether_writable(struct kc_doctor *doctor, const char *shut, bool stuck)
{
	if (shut) {
		kc_doctor_find(doctor, "writable", KC_DOCTOR_BAD, "it can't be written");
		kc_facts_set_str(&doctor->run->facts, KC_FACT_SHUT, shut);
		return KC_ERR(STORE_GONE);
	}
	if (stuck) {
		kc_doctor_find(
			doctor, "writable", KC_DOCTOR_BAD, "the last exchange could not write it");
		return KC_ERR(STORE_GONE);
	}
	kc_doctor_find(doctor, "writable", KC_DOCTOR_GOOD, "it can be written");
	return KC_OK;
}

/* What is there instead of a store; SUSPECT only the exchange and the view can say. */
static kc_err look_at_no_store(struct kc_doctor *doctor, enum kc_where state, const char *path)
{
	switch (state) {
	case KC_WHERE_NOTHING:
	case KC_WHERE_NO_PARENT:
		kc_doctor_find(doctor, "reachable", KC_DOCTOR_BAD, "%s isn't there", path);
		return KC_ERR(STORE_GONE);
	case KC_WHERE_BARRED:
		kc_doctor_find(doctor, "reachable", KC_DOCTOR_BAD, "%s can't be read", path);
		return KC_ERR(STORE_GONE);
	case KC_WHERE_EMPTY:
	case KC_WHERE_TAKEN:
		kc_doctor_find(doctor, "marker", KC_DOCTOR_BAD,
			"the marker file " MARKER " is missing from %s", path);
		return KC_ERR(STORE_GONE);
	case KC_WHERE_UNMARKED:
		kc_doctor_find(doctor, "marker", KC_DOCTOR_BAD,
			"the marker file " MARKER " is missing from %s, where logs of devices are",
			path);
		return KC_ERR(STORE_GONE);
	case KC_WHERE_FILE:
		kc_doctor_find(
			doctor, "reachable", KC_DOCTOR_BAD, "%s is a file, not a folder", path);
		return KC_ERR(STORE_GONE);
	case KC_WHERE_FOLDER:
		kc_doctor_find(
			doctor, "reachable", KC_DOCTOR_BAD, "%s is a folder, not a file", path);
		return KC_OK;
	case KC_WHERE_OTHER:
	case KC_WHERE_DEVICE:
		kc_doctor_find(
			doctor, "reachable", KC_DOCTOR_BAD, "%s can't be read as a store", path);
		return KC_OK;
	case KC_WHERE_UNKNOWN:
	case KC_WHERE_STORE:
	case KC_WHERE_FULL:
	case KC_WHERE_SHUT:
		break;
	}
	return KC_OK;
}

static kc_err look_at_store(struct kc_doctor *doctor, const struct kc_store_view *view,
	const char *url, const char *shut, bool stuck)
{
	bool is_file = strncmp(url, SQLITE_SCHEME, strlen(SQLITE_SCHEME)) == 0;
	const char *path = url;

	if (is_file)
		path += strlen(SQLITE_SCHEME);
	else if (strncmp(url, FILE_SCHEME, strlen(FILE_SCHEME)) == 0)
		path += strlen(FILE_SCHEME);
	kc_doctor_find(doctor, is_file ? "reachable" : "marker", KC_DOCTOR_GOOD,
		"the store is in %s", path);
	if (!is_file)
		look_for_strangers(doctor, view, path);
	return look_whether_writable(doctor, shut, stuck);
}

static kc_err look_at_place(
	struct kc_doctor *doctor, const struct kc_store_view *view, const char *url, bool stuck)
{
	KC_CLEANUP_BUF struct kc_buf path = KC_BUF_INIT;
	enum kc_where state = kc_where_look(url, &path);

	if (state == KC_WHERE_STORE || state == KC_WHERE_FULL || state == KC_WHERE_SHUT)
		return look_at_store(doctor, view, url,
			state == KC_WHERE_SHUT ? kc_buf_text(&path) : NULL, stuck);
	return kc_buf_text(&path) ? look_at_no_store(doctor, state, kc_buf_text(&path)) : KC_OK;
}

/* --- this device's view -------------------------------------------------------------------------
 */

static void tell_exchange(struct kc_doctor *doctor, const struct kc_sync_report *report)
{
	char when[KC_WHEN_LEN];

	kc_when_ago((int64_t)(report->last_ms / 1000), kc_clock_wall_ms() / 1000, when);
	if (report->last_ms)
		kc_doctor_find(
			doctor, "exchange", KC_DOCTOR_GOOD, "the last good exchange was %s", when);
	else
		kc_doctor_find(doctor, "exchange", KC_DOCTOR_NOTE, "there was no exchange yet");
	if (report->pending)
		kc_doctor_find(doctor, "unsent", KC_DOCTOR_NOTE,
			"%llu change%s of this device %s still to be sent",
			(unsigned long long)report->pending, report->pending == 1 ? "" : "s",
			report->pending == 1 ? "is" : "are");
	if (report->waiting)
		kc_doctor_find(doctor, "waiting", KC_DOCTOR_NOTE,
			"%llu change%s that came from others %s for more that has not arrived",
			(unsigned long long)report->waiting, report->waiting == 1 ? "" : "s",
			report->waiting == 1 ? "waits" : "wait");
	if (report->for_unlock)
		kc_doctor_find(doctor, "for_unlock", KC_DOCTOR_NOTE,
			"%llu item%s here, to be opened by the unlock",
			(unsigned long long)report->for_unlock,
			report->for_unlock == 1 ? " is" : "s are");
	if (report->left_out)
		kc_doctor_find(doctor, "left_out", KC_DOCTOR_NOTE,
			"%llu record%s of nobody who is known, more than there is room for: left "
			"out until more is known. Somebody writes into the store",
			(unsigned long long)report->left_out,
			report->left_out == 1 ? " in it is" : "s in it are");
	if (report->refused)
		kc_doctor_find(doctor, "refused", KC_DOCTOR_BAD,
			"%llu thing%s in it not as any of your devices made %s: left out until "
			"the store shows what was made",
			(unsigned long long)report->refused, report->refused == 1 ? " is" : "s are",
			report->refused == 1 ? "it" : "them");
}

static void tell_alarm(struct kc_doctor *doctor, const struct kc_sync_report *report,
	const struct kc_store_view *store, bool is_well)
{
	struct kc_facts *facts = &doctor->run->facts;

	kc_store_tell_alarm(doctor->run, report);
	if (!report->alarm && store->suspect)
		kc_doctor_find(doctor, "alarm", KC_DOCTOR_BAD, KC_STORE_UNREADABLE);
	else if (!report->alarm && !is_well)
		kc_doctor_find(doctor, "alarm", KC_DOCTOR_NOTE,
			"the last good exchange showed everything that this device had seen "
			"before");
	else if (!report->alarm)
		kc_doctor_find(doctor, "alarm", KC_DOCTOR_GOOD,
			"it shows everything that this device has seen before");
	else
		kc_doctor_find(doctor, "alarm", KC_DOCTOR_BAD, "%.*s",
			(int)kc_facts_get(facts, KC_FACT_ALARM).len,
			(const char *)kc_facts_get(facts, KC_FACT_ALARM).data);
	if (report->copied)
		kc_doctor_find(doctor, "copied", KC_DOCTOR_BAD,
			"another device speaks with the keys of this one: one is a copy, or this "
			"one was put back from a backup of itself");
}

static void tell_device(struct kc_doctor *doctor, const struct kc_device *device)
{
	int64_t now = kc_clock_wall_ms();
	char when[KC_WHEN_LEN];

	if (device->forged)
		kc_doctor_find(doctor, "device", KC_DOCTOR_BAD,
			"“%s” sent a key that was not the one that it named", device->name);
	if (!kc_device_is_in(device) || device->is_this)
		return;
	kc_when_ago((int64_t)(device->last_seen_ms / 1000), now / 1000, when);
	if (!device->entry)
		kc_doctor_find(doctor, "device", KC_DOCTOR_NOTE,
			"“%s” is in, and has said nothing yet", device->name);
	else if ((int64_t)device->last_seen_ms > now + MOST_SKEW_MS)
		kc_doctor_find(doctor, "clock", KC_DOCTOR_NOTE,
			"the clock of “%s”, or of this device, is wrong: its entry %llu is of "
			"the future",
			device->name, (unsigned long long)device->entry);
	else
		kc_doctor_find(doctor, "device",
			device->standing == KC_DEVICE_STALE ? KC_DOCTOR_NOTE : KC_DOCTOR_GOOD,
			"“%s” was last heard of %s, with its entry %llu", device->name, when,
			(unsigned long long)device->entry);
}

/* The kinds of evidence (doc/protocol.md 18), as their owner reads them. */
static const struct {
	const char *name, *sentence;
	bool goes_back; /* an old copy of the store shows so */
} caught[] = {
	{"two-lists", "a device said two different things in one place", false},
	{"other-list", "two devices were shown different things of a third", false},
	{"own-list", "something stood in the name of this device that it never said", false},
	{"old-list", "an old entry of a device stood in the place of a newer one", true},
	{"short-log", "something that a device had written was missing", true},
	{"forged-item", "an item stood in the name of a device that did not make it", false},
	{"forged-key", "a key was not the one that its device had named", false},
	{"unsigned-circle", "a list of your devices was signed by nobody", false},
	{"said", "a device says otherwise than the store shows", false},
};

static bool is_named(const char *names, const char *name)
{
	size_t len = strlen(name);

	for (const char *at = strstr(names, name); at; at = strstr(at + 1, name))
		if ((at == names || at[-1] == ' ') && (at[len] == ',' || !at[len]))
			return true;
	return false;
}

/* It is no state but a memory: it stays when all is well again. */
static void tell_evidence(struct kc_doctor *doctor, const struct kc_store_view *view)
{
	bool goes_back = false;

	if (view->evidence == 0)
		return;
	kc_facts_set_str(&doctor->run->facts, KC_FACT_CAUGHT, view->caught);
	for (size_t i = 0; i < KC_COUNT_OF(caught); i++) {
		if (!is_named(view->caught, caught[i].name))
			continue;
		goes_back = goes_back || caught[i].goes_back;
		kc_doctor_find(doctor, "evidence", KC_DOCTOR_NOTE, "it was noted before: %s (%s)",
			caught[i].sentence, caught[i].name);
	}
	if (!kc_run_json(doctor->run))
		kc_run_note(doctor->run, goes_back ? KC_NOTE_CAUGHT_BACK : KC_NOTE_CAUGHT);
}

/* --- evidence for others ------------------------------------------------------------------------
 */

static kc_err write_all(int file, struct kc_bytes bytes)
{
	while (bytes.len) {
		ssize_t wrote = write(file, bytes.data, bytes.len);

		if (wrote < 0 && errno == EINTR)
			continue;
		if (wrote <= 0)
			return KC_ERR(IO);
		bytes = kc_bytes(bytes.data + wrote, bytes.len - (size_t)wrote);
	}
	return fsync(file) == 0 ? KC_OK : KC_ERR(IO);
}

/* Into a new file: nothing is written over. */
static kc_err save(struct kc_run *run, const char *path, struct kc_bytes bytes)
{
	int file = open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	kc_err err;

	if (file < 0 && errno == EEXIST) {
		kc_facts_set_str(&run->facts, KC_FACT_THERE, path);
		return KC_ERR(DUPLICATE);
	}
	if (file < 0)
		return KC_ERR(IO);
	err = write_all(file, bytes);
	if (close(file) != 0 && err == KC_OK)
		err = KC_ERR(IO);
	if (err != KC_OK)
		(void)unlink(path);
	return err;
}

static kc_err export_evidence(struct kc_run *run, const char *path)
{
	KC_CLEANUP_STORE_VIEW struct kc_store_view view = {.parts = NULL};
	KC_CLEANUP_BUF struct kc_buf evidence = KC_BUF_INIT;
	json_t *object;
	kc_err err;

	KC_TRY(kc_client_store_view(run->client, false, &view));
	err = kc_client_evidence(run->client, &evidence);
	if (err == KC_E_NOT_FOUND)
		kc_facts_set_str(&run->facts, KC_FACT_UNCAUGHT,
			"neither the store nor a device was caught in anything");
	KC_TRY(err);
	kc_facts_set_str(&run->facts, KC_FACT_EXPORTED, path);
	KC_TRY(save(run, path, kc_buf_bytes(&evidence)));
	kc_facts_set_str(&run->facts, KC_FACT_CAUGHT, view.caught);
	kc_run_note(run, KC_NOTE_EXPORTED);
	if (!kc_run_json(run))
		return KC_OK;
	object = kc_json_object();
	kc_json_set(object, "file", kc_json_text(kc_bytes_str(path)));
	kc_json_set(object, "evidence", json_integer((json_int_t)view.evidence));
	return kc_run_answer(run, object);
}

/* --- all of it ----------------------------------------------------------------------------------
 */

struct view {
	struct kc_status status;
	struct kc_store_view store;
	struct kc_sync_report report;
	struct kc_device_list devices;
	json_t *parts; /* owned; of the store, as programs read them */
};

static void view_done(struct view *view)
{
	json_decref(view->parts);
	kc_status_done(&view->status);
	kc_store_view_done(&view->store);
	kc_sync_report_done(&view->report);
	kc_device_list_done(&view->devices);
}

static kc_err read_view(struct kc_run *run, struct view *view)
{
	KC_TRY(kc_client_status(run->client, &view->status));
	if (view->status.lock == KC_LOCK_NONE)
		return KC_ERR(NO_KEYCHAIN);
	KC_TRY(kc_client_sync_status(run->client, &view->report));
	KC_TRY(kc_client_devices(run->client, &view->devices));
	KC_TRY(kc_client_store_view(run->client, true, &view->store));
	view->parts = kc_parts_array(&view->store, view->report.layout == KC_SYNC_RECORDS);
	kc_parts_tell_apart(&view->store);
	kc_device_tell_apart(&view->devices);
	return KC_OK;
}

static kc_err answer(struct kc_doctor *doctor, const struct view *view)
{
	json_t *object = kc_json_object();

	kc_json_set(object, "store", kc_json_text(kc_bytes_str(view->status.store)));
	kc_json_set(object, "healthy", json_boolean(doctor->bad == 0));
	kc_json_set(object, "alarm",
		view->report.alarm ? json_string(view->report.alarm) : json_null());
	kc_json_set(object, "evidence", json_integer((json_int_t)view->store.evidence));
	kc_json_set(object, "devices", json_incref(view->parts));
	kc_json_set(object, "items", json_incref(doctor->checks));
	return kc_run_answer(doctor->run, object);
}

kc_err kc_verb_doctor_store(struct kc_run *run)
{
	KC_CLEANUP(view_done) struct view view = {0};
	KC_CLEANUP_DOCTOR struct kc_doctor doctor;
	const struct kc_store_part *damaged;
	bool is_older;
	kc_err place;

	KC_TRY(kc_doctor_init(&doctor, run));
	if (kc_run_has(run, KC_OPTION_EXPORT))
		return export_evidence(run, kc_run_get(run, KC_OPTION_EXPORT));
	KC_TRY(read_view(run, &view));
	if (!view.status.store)
		return KC_ERR(NO_STORE);
	place = look_at_place(&doctor, &view.store, view.status.store, view.report.stuck);
	tell_exchange(&doctor, &view.report);
	is_older = kc_parts_are_older(&view.store, view.report.layout == KC_SYNC_RECORDS);
	damaged = kc_parts_find_damaged(&view.store);
	tell_alarm(&doctor, &view.report, &view.store, view.store.reached && !is_older && !damaged);
	for (size_t i = 0; i < view.devices.count; i++)
		tell_device(&doctor, &view.devices.rows[i]);
	kc_parts_tell(&doctor, &view.store, view.report.layout == KC_SYNC_RECORDS);
	tell_evidence(&doctor, &view.store);
	if (kc_run_json(run))
		KC_TRY(answer(&doctor, &view));
	KC_TRY(place);
	if (view.report.removed_by[0])
		return KC_ERR(NOT_MEMBER);
	if (doctor.bad == 0 && !view.report.alarm && !is_older && !view.store.suspect && !damaged)
		return KC_OK;
	if (!view.report.alarm && !is_older && damaged) {
		kc_parts_tell_damaged(run, damaged);
		return KC_ERR(STORE_SUSPECT);
	}
	if (!view.store.evidence)
		kc_facts_forget(&run->facts, KC_FACT_CAUGHT);
	if (view.report.alarm)
		is_older = strcmp(view.report.alarm, "rollback") == 0;
	kc_facts_set_str(&run->facts,
		view.report.copied ? KC_FACT_DOCTORED_COPIED
		: is_older	   ? KC_FACT_DOCTORED_BACK
				   : KC_FACT_DOCTORED,
		"the store looks wrong, as is said above");
	return KC_ERR(STORE_SUSPECT);
}
