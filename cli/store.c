/* SPDX-License-Identifier: ISC */
/* URLs, what a place is good for before it is used, and what is wrong with the store afterwards. */
#include "cli/store.h"

#include <limits.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "cli/when.h"
#include "cli/where.h"

#define FILE_SCHEME "file://"
#define SQLITE_SCHEME "sqlite://"
#define SYSTEMD "/run/systemd/system"
#define LETTERS "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"

static const struct {
	const char *name, *sentence;
} alarms[] = {
	{"rollback", "your store is older than what this device has already seen"},
	{"fork", "your store shows this device another story than it has shown before"},
	{"omission", "something that your devices have signed for is missing from your store"},
	{"forgery", "your store holds something that none of your devices has made"},
};

static bool begins_with(const char *text, const char *start)
{
	return strncmp(text, start, strlen(start)) == 0;
}

/* How long the scheme is that a URL begins with, and a slip for one, as sqlite:x; 0 for a path. */
static size_t scheme_len(const char *written)
{
	size_t len = strspn(written, LETTERS "0123456789+.-");

	return strchr(LETTERS, written[0]) && written[len] == ':' ? len : 0;
}

kc_err kc_store_url(struct kc_run *run, const char *written, struct kc_buf *ret)
{
	size_t scheme = scheme_len(written), root;
	char here[PATH_MAX];

	kc_buf_reset(ret);
	if (!written[0])
		return kc_run_misused(run, "the store is empty; it is a folder or a URL");
	if (begins_with(written, SQLITE_SCHEME) && !begins_with(written, SQLITE_SCHEME "/"))
		return kc_run_misused(
			run, "a file's URL has three slashes: sqlite:///home/ana/keychain.store");
	if (begins_with(written, FILE_SCHEME) && !begins_with(written, FILE_SCHEME "/"))
		return kc_run_misused(
			run, "a folder's URL has three slashes: file:///home/ana/Sync");
	if (scheme && !begins_with(written + scheme, "://"))
		return kc_run_misused(run,
			"“%s” is no URL: a file is written sqlite:///home/ana/keychain.store, and "
			"a folder that is called so ./%s",
			written, written);
	if (written[0] != '/' && !scheme) {
		if (!getcwd(here, sizeof here))
			return KC_ERR(IO);
		kc_buf_printf(ret, "%s/", strcmp(here, "/") == 0 ? "" : here);
	}
	kc_buf_push_str(ret, written);
	root = scheme ? scheme + strlen("://") + 1 : 1;
	while (ret->len > root && ret->data[ret->len - 1] == '/')
		kc_buf_truncate(ret, ret->len - 1);
	if (begins_with(written, SQLITE_SCHEME) && ret->len == root)
		return kc_run_misused(run,
			"that names no file; one is written sqlite:///home/ana/keychain.store");
	if (!kc_buf_text(ret))
		return KC_ERR(NO_MEMORY);
	kc_facts_set(&run->facts, KC_FACT_URL, kc_buf_bytes(ret));
	return KC_OK;
}

/* What is wrong with the store that this device has; KC_FACT_COUNT when that cannot be seen. */
static enum kc_fact absence_of(enum kc_where state)
{
	switch (state) {
	case KC_WHERE_NOTHING:
	case KC_WHERE_NO_PARENT:
		return KC_FACT_LOST;
	case KC_WHERE_EMPTY:
	case KC_WHERE_TAKEN:
		return KC_FACT_UNMARKED;
	case KC_WHERE_UNMARKED:
		return KC_FACT_MARKERLESS;
	case KC_WHERE_FILE:
		return KC_FACT_REPLACED_BY;
	case KC_WHERE_BARRED:
		return KC_FACT_BARRED;
	case KC_WHERE_SHUT:
		return KC_FACT_SHUT;
	case KC_WHERE_FULL:
		return KC_FACT_FULL;
	case KC_WHERE_UNKNOWN:
	case KC_WHERE_STORE:
	case KC_WHERE_FOLDER:
	case KC_WHERE_OTHER:
	case KC_WHERE_DEVICE:
		break;
	}
	return KC_FACT_COUNT;
}

/* Why what was done here was not sent. */
static void tell_unsent(struct kc_run *run, enum kc_fact fact, const char *path)
{
	if (fact == KC_FACT_FULL)
		kc_facts_print(&run->facts, KC_FACT_UNSENT, "the disk of %s is full", path);
	else if (fact == KC_FACT_SHUT)
		kc_facts_print(&run->facts, KC_FACT_UNSENT, "%s can't be written", path);
}

static void tell_absence(struct kc_run *run, const char *url)
{
	KC_CLEANUP_BUF struct kc_buf path = KC_BUF_INIT;
	enum kc_fact fact = absence_of(kc_where_look(url, &path));

	if (fact == KC_FACT_COUNT || !kc_buf_text(&path))
		return;
	kc_facts_set_str(&run->facts, fact, kc_buf_text(&path));
	tell_unsent(run, fact, kc_buf_text(&path));
}

bool kc_store_is_shut(const char *url)
{
	KC_CLEANUP_BUF struct kc_buf path = KC_BUF_INIT;

	return kc_where_look(url, &path) == KC_WHERE_SHUT;
}

/* Of a place that was named what can be seen to be wrong was told before anything was asked
 * (below). */
static void explain_absence(struct kc_run *run)
{
	KC_CLEANUP_BUF struct kc_buf named = KC_BUF_INIT;
	KC_CLEANUP_STATUS struct kc_status status = {0};
	struct kc_bytes joining = kc_facts_get(&run->facts, KC_FACT_JOINING);
	struct kc_bytes chosen = kc_facts_get(&run->facts, KC_FACT_CHOSEN);

	kc_buf_push(&named, joining.data, joining.len);
	if (!joining.len)
		kc_buf_push(&named, chosen.data, chosen.len);
	if (named.len && kc_buf_text(&named) && kc_where_is_full(kc_buf_text(&named)))
		kc_facts_set(&run->facts, KC_FACT_FULL, kc_buf_bytes(&named));
	else if (!named.len && run->client && kc_client_status(run->client, &status) == KC_OK &&
		 status.store)
		tell_absence(run, status.store);
}

/* The alarm of what nobody made is also that of a store that can't be read as one. */
static bool is_unreadable(struct kc_run *run)
{
	KC_CLEANUP_STORE_VIEW struct kc_store_view view = {.parts = NULL};

	return kc_client_store_view(run->client, false, &view) == KC_OK && view.suspect;
}

void kc_store_tell_alarm(struct kc_run *run, const struct kc_sync_report *report)
{
	const char *sentence = NULL;

	for (size_t i = 0; i < KC_COUNT_OF(alarms) && report->alarm; i++)
		if (strcmp(alarms[i].name, report->alarm) == 0)
			sentence = alarms[i].sentence;
	if (sentence && strcmp(report->alarm, "forgery") == 0 && is_unreadable(run))
		sentence = KC_STORE_UNREADABLE;
	if (sentence && report->known)
		kc_facts_print(&run->facts, KC_FACT_ALARM,
			"%s (entry %llu; this device knows %llu)", sentence,
			(unsigned long long)report->shown, (unsigned long long)report->known);
	else if (sentence)
		kc_facts_set_str(&run->facts, KC_FACT_ALARM, sentence);
	if (sentence && strcmp(sentence, KC_STORE_UNREADABLE) == 0)
		kc_facts_set_str(&run->facts, KC_FACT_UNREADABLE, sentence);
	if (sentence && strcmp(report->alarm, "rollback") == 0)
		kc_facts_set(
			&run->facts, KC_FACT_ROLLED_BACK, kc_facts_get(&run->facts, KC_FACT_ALARM));
	if (report->copied)
		kc_facts_set_str(&run->facts, KC_FACT_COPIED, KC_STORE_COPIED);
}

static void explain_alarm(struct kc_run *run)
{
	KC_CLEANUP_SYNC_REPORT struct kc_sync_report report = {0};

	if (kc_client_sync_status(run->client, &report) == KC_OK)
		kc_store_tell_alarm(run, &report);
}

/* Who put this device out, on which day, and where it may come in again. */
/* Whether this device has answered the removal already; an answer that counts for less stays. */
static bool has_answered(struct kc_run *run, const char *remover)
{
	KC_CLEANUP_HISTORY_LIST struct kc_history_list history = {0};
	KC_CLEANUP_DEVICE_LIST struct kc_device_list devices = {0};
	const struct kc_device *this = NULL;

	if (kc_client_devices(run->client, &devices) != KC_OK ||
		kc_client_history(run->client, &history) != KC_OK)
		return false;
	for (size_t i = 0; i < devices.count; i++)
		if (devices.rows[i].is_this)
			this = &devices.rows[i];
	for (size_t i = 0; this && i < history.count; i++)
		if (history.rows[i].kind == KC_HISTORY_COUNTERED &&
			strcmp(history.rows[i].device, remover) == 0 &&
			memcmp(history.rows[i].by_id, this->id, sizeof this->id) == 0)
			return true;
	return false;
}

static void explain_removal(struct kc_run *run)
{
	KC_CLEANUP_SYNC_REPORT struct kc_sync_report report = {0};
	KC_CLEANUP_STATUS struct kc_status status = {0};
	char day[KC_WHEN_LEN];

	if (kc_client_sync_status(run->client, &report) != KC_OK || !report.removed_by[0] ||
		kc_client_status(run->client, &status) != KC_OK || !status.store)
		return;
	kc_when_day((int64_t)(report.removed_ms / 1000), kc_clock_wall_ms() / 1000, day);
	kc_facts_set_str(&run->facts, KC_FACT_REMOVER, report.removed_by);
	if (!has_answered(run, report.removed_by))
		kc_facts_set_str(&run->facts, KC_FACT_UNANSWERED, report.removed_by);
	kc_facts_set_str(&run->facts, KC_FACT_REMOVED_ON, day);
	kc_facts_set_str(&run->facts, KC_FACT_URL, status.store);
}

/* Whether what is marked goes to the other devices. */
static kc_err look_whether_it_goes(struct kc_run *run, bool *ret)
{
	KC_CLEANUP_STATUS struct kc_status status = {0};

	KC_TRY(kc_client_status(run->client, &status));
	*ret = status.store && !status.is_out && !status.is_held_up;
	if (status.store && status.is_held_up && !status.is_out)
		kc_facts_set_str(&run->facts, KC_FACT_HELD_UP, status.store);
	if (status.store)
		kc_facts_set_str(&run->facts, KC_FACT_URL, status.store);
	return KC_OK;
}

static void tell_why_it_stays(struct kc_run *run)
{
	if (run->facts.known[KC_FACT_HELD_UP])
		kc_run_note(run, KC_NOTE_HELD_UP);
	else
		kc_run_note(run,
			run->facts.known[KC_FACT_URL] ? KC_NOTE_STAYS_OUT : KC_NOTE_STAYS_ALONE);
}

kc_err kc_store_tell_marked(struct kc_run *run, enum kc_note goes, enum kc_note stays)
{
	bool is_going;

	KC_TRY(look_whether_it_goes(run, &is_going));
	kc_run_note(run, is_going ? goes : stays);
	if (!is_going)
		tell_why_it_stays(run);
	return KC_OK;
}

kc_err kc_store_tell_stays(struct kc_run *run)
{
	bool is_going;

	if (!kc_run_has(run, KC_OPTION_SYNC))
		return KC_OK;
	KC_TRY(look_whether_it_goes(run, &is_going));
	if (!is_going)
		tell_why_it_stays(run);
	return KC_OK;
}

/* --- before anything is asked or made -----------------------------------------------------------
 */

static kc_err tell(struct kc_run *run, enum kc_fact fact, const struct kc_buf *path, kc_err err)
{
	kc_facts_set(&run->facts, fact, kc_buf_bytes(path));
	return err;
}

static enum kc_fact other_file(const struct kc_run *run)
{
	return run->facts.known[KC_FACT_JOINING] ? KC_FACT_NO_DATABASE : KC_FACT_NO_STORE_FILE;
}

/* What no store can be, whatever is wanted there. */
static kc_err check_kind(struct kc_run *run, enum kc_where state, const struct kc_buf *path)
{
	switch (state) {
	case KC_WHERE_FILE:
		return tell(run, KC_FACT_NOT_FOLDER, path, KC_ERR(NOT_A_STORE));
	case KC_WHERE_FOLDER:
		return tell(run, KC_FACT_NOT_FILE, path, KC_ERR(NOT_A_STORE));
	case KC_WHERE_DEVICE:
		return tell(run, other_file(run), path, KC_ERR(NOT_A_STORE));
	case KC_WHERE_BARRED:
	case KC_WHERE_SHUT:
		return tell(run, KC_FACT_NO_ACCESS, path, KC_ERR(STORE_GONE));
	case KC_WHERE_UNKNOWN:
	case KC_WHERE_STORE:
	case KC_WHERE_FULL:
	case KC_WHERE_NOTHING:
	case KC_WHERE_NO_PARENT:
	case KC_WHERE_EMPTY:
	case KC_WHERE_TAKEN:
	case KC_WHERE_UNMARKED:
	case KC_WHERE_OTHER:
		break;
	}
	return KC_OK;
}

kc_err kc_store_check_free(struct kc_run *run, const char *url)
{
	KC_CLEANUP_BUF struct kc_buf path = KC_BUF_INIT;
	enum kc_where state = kc_where_look(url, &path);

	kc_facts_set_str(&run->facts, KC_FACT_CHOSEN, url);
	KC_TRY(check_kind(run, state, &path));
	if (state == KC_WHERE_EMPTY && access(kc_buf_text(&path), W_OK) != 0)
		return tell(run, KC_FACT_NO_ACCESS, &path, KC_ERR(STORE_GONE));
	if (state == KC_WHERE_NO_PARENT)
		return tell(run, KC_FACT_UNMADE, &path, KC_ERR(STORE_GONE));
	if (state == KC_WHERE_OTHER)
		return tell(run, KC_FACT_TAKEN, &path, KC_ERR(NOT_A_STORE));
	if (state == KC_WHERE_TAKEN || state == KC_WHERE_UNMARKED)
		return KC_ERR(NOT_A_STORE);
	return state == KC_WHERE_STORE ? KC_ERR(DUPLICATE) : KC_OK;
}

kc_err kc_store_check_own(struct kc_run *run, const char *url)
{
	KC_CLEANUP_BUF struct kc_buf path = KC_BUF_INIT;
	enum kc_fact fact = absence_of(kc_where_look(url, &path));

	return fact == KC_FACT_COUNT ? KC_OK : tell(run, fact, &path, KC_ERR(STORE_GONE));
}

kc_err kc_store_check_move(struct kc_run *run, const char *url)
{
	KC_CLEANUP_BUF struct kc_buf path = KC_BUF_INIT;
	enum kc_where state = kc_where_look(url, &path);

	KC_TRY(check_kind(run, state, &path));
	if (state == KC_WHERE_NOTHING || state == KC_WHERE_NO_PARENT)
		return tell(run, KC_FACT_UNMOVED, &path, KC_ERR(STORE_GONE));
	if (state == KC_WHERE_OTHER)
		return tell(run, other_file(run), &path, KC_ERR(NOT_A_STORE));
	if (state == KC_WHERE_EMPTY || state == KC_WHERE_TAKEN || state == KC_WHERE_UNMARKED)
		return tell(run, KC_FACT_UNMOVED_INTO, &path, KC_ERR(STORE_GONE));
	return KC_OK;
}

kc_err kc_store_check_place(struct kc_run *run, const char *url)
{
	KC_CLEANUP_BUF struct kc_buf path = KC_BUF_INIT;
	enum kc_where state = kc_where_look(url, &path);

	KC_TRY(check_kind(run, state, &path));
	if (state == KC_WHERE_UNKNOWN)
		return KC_ERR(UNSUPPORTED);
	if (state == KC_WHERE_NOTHING || state == KC_WHERE_NO_PARENT)
		return tell(run, KC_FACT_NO_PLACE, &path, KC_ERR(STORE_GONE));
	if (state == KC_WHERE_OTHER)
		return tell(run, KC_FACT_NO_DATABASE, &path, KC_ERR(NOT_A_STORE));
	if (state == KC_WHERE_EMPTY || state == KC_WHERE_TAKEN || state == KC_WHERE_UNMARKED)
		return tell(run, KC_FACT_NO_STORE, &path, KC_ERR(STORE_GONE));
	return KC_OK;
}

/* --- what went wrong ----------------------------------------------------------------------------
 */

/* What is done among devices is in the list of them, or their history. */
static bool is_among_devices(struct kc_run *run)
{
	struct kc_bytes verb = kc_facts_get(&run->facts, KC_FACT_VERB);
	size_t len = strlen("devices");

	return (verb.len > len && memcmp(verb.data, "devices", len) == 0) ||
	       kc_bytes_equal(verb, kc_bytes_str("join"));
}

/* A service that can be asked again has ended in the middle: nobody knows how far it came. */
static void explain_end(struct kc_run *run)
{
	KC_CLEANUP_STATUS struct kc_status status = {0};

	if (access(SYSTEMD, F_OK) == 0) /* elsewhere is no journal */
		kc_facts_set_str(&run->facts, KC_FACT_JOURNAL, "keycircled");
	if (!run->client || kc_client_status(run->client, &status) != KC_OK)
		return;
	if (kc_run_has(run, KC_OPTION_ACCOUNT))
		kc_facts_set_str(&run->facts, KC_FACT_ENDED_PASSWORD, "passwd --account");
	else
		kc_facts_set(&run->facts,
			is_among_devices(run) ? KC_FACT_ENDED_AMONG : KC_FACT_ENDED,
			kc_facts_get(&run->facts, KC_FACT_VERB));
}

/* What changes items is sent later, and so is a removal; the rest of what is done with the others
 * is done with the store or not at all. */
static void explain_undone(struct kc_run *run)
{
	static const char *const verbs[] = {
		"devices add", "devices leave", "sync password", "sync repair", "sync use"};
	struct kc_bytes verb = kc_facts_get(&run->facts, KC_FACT_VERB);

	if (kc_bytes_equal(verb, kc_bytes_str("passwd")) && kc_run_has(run, KC_OPTION_ACCOUNT))
		kc_facts_set_str(&run->facts, KC_FACT_UNDONE, "kc passwd --account");
	for (size_t i = 0; i < KC_COUNT_OF(verbs); i++)
		if (kc_bytes_equal(verb, kc_bytes_str(verbs[i])))
			kc_facts_print(&run->facts, KC_FACT_UNDONE, "kc %s", verbs[i]);
}

void kc_store_explain(struct kc_run *run, kc_err err)
{
	if (err == KC_E_STORE_GONE)
		explain_undone(run);
	if (err == KC_E_SERVICE)
		explain_end(run);
	else if (err == KC_E_STORE_GONE)
		explain_absence(run);
	else if (err == KC_E_NOT_MEMBER)
		explain_removal(run);
	else if (err == KC_E_STORE_SUSPECT)
		explain_alarm(run);
}

void kc_store_set_report(json_t *object, const struct kc_sync_report *report)
{
	kc_json_set(object, "sent", json_integer((json_int_t)report->sent));
	kc_json_set(object, "received", json_integer((json_int_t)report->received));
	kc_json_set(object, "waiting", json_integer((json_int_t)report->waiting));
	kc_json_set(object, "for_unlock", json_integer((json_int_t)report->for_unlock));
	kc_json_set(object, "left_out", json_integer((json_int_t)report->left_out));
	kc_json_set(object, "refused", json_integer((json_int_t)report->refused));
	kc_json_set(object, "pending", json_integer((json_int_t)report->pending));
	kc_json_set(object, "pending_password", json_boolean(report->pending_password));
	kc_json_set(object, "last", kc_json_ms(report->last_ms));
	kc_json_set(object, "alarm", report->alarm ? json_string(report->alarm) : json_null());
	kc_json_set(object, "copied", json_boolean(report->copied));
	kc_json_set(object, "removed_by",
		report->removed_by[0] ? kc_json_text(kc_bytes_str(report->removed_by))
				      : json_null());
	kc_json_set(object, "removed", kc_json_ms(report->removed_ms));
}
